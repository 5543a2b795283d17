"""Which adapter of work a database calls for."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Protocol

from sqlalchemy import Connection
from sqlalchemy.engine import make_url

from bot.adapters.work.embedded import EmbeddedWork
from bot.adapters.work.embedded_runner import EmbeddedRunner
from bot.adapters.work.replicated import ReplicatedWork
from bot.ports import Clock, Handler, Store, Work
from bot.store.jobs import DeadLetter


class OperatedWork(Work, Protocol):
    """Work, and what operators do with it."""

    def dead(self, conn: Connection) -> list[DeadLetter]:
        """The dead letters, in the order in which they were given up."""

    def retry(self, conn: Connection, key: str) -> bool:
        """Try a dead letter again, at the end of its lane; False if there is none with this key."""


class Runner(Protocol):
    """What carries out work in this process."""

    async def start(self) -> None:
        """Begin to take jobs."""

    async def stop(self, deadline: float) -> None:
        """Take no more jobs, wait up to `deadline` seconds for those that run, and hand back the rest."""

    def wake(self, at: datetime) -> None:
        """Look for work at an instant, if not before."""


def open_work(url: str, clock: Clock) -> OperatedWork:
    """Work on the database at `url`."""
    return ReplicatedWork(clock) if _has_replicas(url) else EmbeddedWork(clock)


def open_runner(
    work: Work, url: str, store: Store, handlers: Mapping[str, Handler], clock: Clock, *, is_alone: bool = False
) -> Runner:
    """What carries out work that was opened on the same database; `is_alone`: no other process can be at it."""
    if isinstance(work, EmbeddedWork):
        return EmbeddedRunner(work, store, handlers, clock, is_alone=is_alone)
    # Imported when wanted: it is an extra.
    from bot.adapters.work.replicated_runner import ReplicatedRunner  # noqa: PLC0415

    return ReplicatedRunner(store, handlers, clock, url)


def _has_replicas(url: str) -> bool:
    return make_url(url).get_backend_name() == "postgresql"
