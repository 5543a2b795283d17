"""An attempt at a job, from its handler to its end: what all adapters of work share."""

from __future__ import annotations

import asyncio
import logging
import random
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Final, Protocol

from sqlalchemy import Connection

from bot import logs
from bot.adapters.backoff import backoff
from bot.adapters.postponed import Postponed
from bot.adapters.work.patience import Patience, described
from bot.model import Job
from bot.ports import Clock, GiveUp, Handler, RetryLater, Unit
from bot.store import jobs
from bot.store.jobs import Claimed

TRIES: Final = 8
"""Attempts before a job is a dead letter."""

TIME_LIMIT: Final = 120.0
"""Seconds that a handler may take; one that hangs would hold its lane for ever."""

_log = logging.getLogger(__name__)


class Ends(Protocol):
    """What an adapter adds to the end of an attempt, in the transaction that ends it."""

    def ended(self, conn: Connection, claimed: Claimed) -> None:
        """The job is done or dead."""

    def put_off(self, conn: Connection, claimed: Claimed, at: datetime) -> None:
        """The job waits until `at`."""


class _TakenOver(Exception):
    """The job is no longer ours: the transaction that would end it must leave nothing behind."""


class Attempts:
    """Carries out jobs of one owner with a table of handlers.

    A handler's unit and the end of its job are one transaction, which is tried until the database is there.
    """

    def __init__(
        self,
        owner: str,
        handlers: Mapping[str, Handler],
        patience: Patience,
        clock: Clock,
        ends: Ends,
        *,
        time_limit: float = TIME_LIMIT,
        rng: random.Random | None = None,
    ) -> None:
        self._owner = owner
        self._handlers = handlers
        self._patience = patience
        self._clock = clock
        self._ends = ends
        self._time_limit = time_limit
        self._rng = rng or random.Random()

    async def carry_out(self, claimed: Claimed) -> None:
        """Run a job that is ours and write how it ended."""
        try:
            await self._try(claimed)
        except _TakenOver:
            _log.warning("job %s was taken over while it ran", claimed.job.key)

    async def _try(self, claimed: Claimed) -> None:
        if claimed.job.attempts > claimed.allowed:
            # Nobody came back to say how the last attempt ended: it may be this job that kills processes.
            await self._die(claimed, "its process died in the last attempt")
            return
        try:
            async with asyncio.timeout(self._time_limit):
                unit = await self._handle(claimed.job)
            await self._finish(claimed, unit)
        except _TakenOver:
            raise
        except GiveUp as error:
            await self._die(claimed, str(error))
        except Postponed as error:
            await self._postpone(claimed, error.seconds or 0.0, str(error), counted=False)
        except RetryLater as error:
            await self._fail(claimed, str(error), error.seconds)
        except Exception as error:  # noqa: BLE001 - a fault of one job must not stop the others
            await self._fail(claimed, described(error), None)

    async def _handle(self, job: Job) -> Unit[None] | None:
        handler = self._handlers.get(job.kind)
        if handler is None:
            raise RetryLater(f"nothing handles {job.kind}")
        return await handler(job)

    async def _finish(self, claimed: Claimed, unit: Unit[None] | None) -> None:
        def finishing(conn: Connection) -> None:
            _own(jobs.finish(conn, claimed, self._owner, self._clock.now()))
            if unit is not None:
                unit(conn)
            self._ends.ended(conn, claimed)

        await self._patience.run(finishing)

    async def _fail(self, claimed: Claimed, why: str, seconds: float | None) -> None:
        job = claimed.job
        if job.attempts >= claimed.allowed:
            await self._die(claimed, why)
            return
        pause = backoff(job.attempts, self._rng) if seconds is None else seconds
        await self._postpone(claimed, pause, why, counted=True)

    async def _postpone(self, claimed: Claimed, seconds: float, why: str, *, counted: bool) -> None:
        at = self._clock.now() + timedelta(seconds=seconds)

        def postponing(conn: Connection) -> None:
            _own(jobs.postpone(conn, claimed, self._owner, at, why, counted=counted))
            self._ends.put_off(conn, claimed, at)

        await self._patience.run(postponing)

    async def _die(self, claimed: Claimed, why: str) -> None:
        _log.error("job %s is given up: %s", claimed.job.key, logs.Reason(why))

        def burying(conn: Connection) -> None:
            _own(jobs.bury(conn, claimed, self._owner, self._clock.now(), why))
            self._ends.ended(conn, claimed)

        await self._patience.run(burying)


def _own(is_ours: bool) -> None:  # noqa: FBT001 - the answer of the fenced unit, handed straight on
    if not is_ours:
        raise _TakenOver
