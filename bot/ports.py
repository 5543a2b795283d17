"""What the conversation needs from the world, as Protocols; adapters/ and store/ fill them, app.py wires them."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime
from typing import Any, Protocol, TypeAlias, TypeVar

from sqlalchemy import Connection

from bot.model import Job

T = TypeVar("T")

Unit: TypeAlias = Callable[[Connection], T]
"""A plain function of a connection: one transaction. It awaits nothing, so no call to Slack can stand inside one."""

Handler: TypeAlias = Callable[[Job], Awaitable[Unit[None] | None]]
"""Carries out a job. The unit that it returns runs in the transaction that finishes the job."""


class Clock(Protocol):
    """The only source of now."""

    def now(self) -> datetime:
        """The current instant, in UTC."""


class Store(Protocol):
    """The database behind units of work."""

    async def run(self, unit: Unit[T]) -> T:
        """Run a unit in a transaction that is durable when this returns. Raises StoreUnavailable."""

    async def read(self, unit: Unit[T]) -> T:
        """Run a unit that only reads. Raises StoreUnavailable."""


class StoreUnavailable(Exception):
    """The database is away, locked or full; nothing was changed."""


class Work(Protocol):
    """Work that must not be lost: added in the caller's transaction, done at least once, in order within a lane.

    A key exists once until it is purged, so adding twice is harmless. A job with a time (`at`) has no lane and holds
    nobody up; when due it may add one that has.
    """

    def add(
        self,
        conn: Connection,
        kind: str,
        key: str,
        payload: dict[str, Any],
        lane: str | None = None,
        at: datetime | None = None,
    ) -> bool:
        """Add a job; False if its key is known already. Raises ValueError for a lane together with a time."""

    def cancel(self, conn: Connection, key: str) -> bool:
        """Take back a job that has not begun; False if there is none."""

    def move(self, conn: Connection, key: str, at: datetime) -> bool:
        """Give a waiting job another time; False if there is none."""

    def pending(self, conn: Connection, prefix: str) -> list[str]:
        """The keys, with this prefix, of jobs that are waiting or running."""


class RetryLater(Exception):
    """A handler's word that its job failed and should be tried again, after `seconds` if the other side named them."""

    def __init__(self, reason: str, seconds: float | None = None) -> None:
        super().__init__(reason)
        self.seconds = seconds


class GiveUp(Exception):
    """A handler's word that trying again is useless: the job becomes a dead letter at once."""


class Messenger(Protocol):
    """Posts, edits and deletes messages. Raises RetryLater or GiveUp, nothing else."""

    async def post(
        self,
        *,
        key: str,
        attempts: int,
        first_try: datetime,
        channel: str,
        thread: str | None,
        text: str,
        blocks: Sequence[dict[str, Any]],
    ) -> str:
        """Post a message exactly once for `key` and return its ts.

        From the second attempt on the channel is searched for the key before anything is sent; a message whose fate
        stays unknown is never sent blind.
        """

    async def update(self, *, channel: str, ts: str, text: str, blocks: Sequence[dict[str, Any]]) -> None:
        """Edit a message of ours; one that is gone is no error."""

    async def delete(self, *, channel: str, ts: str) -> None:
        """Delete a message of ours; one that is gone is no error."""

    async def whisper(
        self, *, channel: str, user: str, thread: str | None, text: str, blocks: Sequence[dict[str, Any]]
    ) -> None:
        """Show a message to one person alone, at most once: it is tried once and forgotten."""

    async def permalink(self, *, channel: str, ts: str) -> str | None:
        """A link to a message, or None if Slack does not give one now."""
