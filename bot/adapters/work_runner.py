"""Carries out embedded work on the event loop: many lanes at once, each in order."""

from __future__ import annotations

import asyncio
import logging
import random
import traceback
import uuid
from collections.abc import Mapping
from contextlib import suppress
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Final

from sqlalchemy import Connection

from bot.adapters.backoff import backoff
from bot.adapters.postponed import Postponed
from bot.adapters.work import EmbeddedWork, Worker
from bot.model import Job
from bot.ports import Clock, GiveUp, Handler, RetryLater, Store, StoreUnavailable, Unit
from bot.store import jobs
from bot.store.hooks import after_commit
from bot.store.jobs import Claim, Claimed

CONCURRENCY: Final = 32
LEASE: Final = timedelta(seconds=15)
POLL: Final = timedelta(seconds=5)
"""How often the table is looked at though nothing is known to be due: for work of another process."""

TIME_LIMIT: Final = 120.0
"""Seconds that a handler may take; one that hangs would hold its lane for ever."""

_PAUSE: Final = 1.0  # seconds between tries to reach a database that is away
_PURGE_EVERY: Final = timedelta(hours=1)

_log = logging.getLogger(__name__)


class _TakenOver(Exception):
    """The job is no longer ours: the transaction that would end it must leave nothing behind."""


class WorkRunner:
    """Runs jobs of an EmbeddedWork with a table of handlers, up to `concurrency` at once.

    Held jobs (running, or waiting in memory for a free place) are leased; the leases are renewed while the process
    lives. Errors of the database are survived: what is to be written is tried again until it is back.
    """

    def __init__(
        self,
        work: EmbeddedWork,
        store: Store,
        handlers: Mapping[str, Handler],
        clock: Clock,
        *,
        concurrency: int = CONCURRENCY,
        lease: timedelta = LEASE,
        poll: timedelta = POLL,
        time_limit: float = TIME_LIMIT,
        rng: random.Random | None = None,
    ) -> None:
        self.owner: Final = uuid.uuid4().hex
        self._work = work
        self._store = store
        self._handlers = handlers
        self._clock = clock
        # Twice: a freed place is filled at once, while the next claim is on its way.
        self._most_held = 2 * concurrency
        self._places = asyncio.Semaphore(concurrency)
        self._lease = lease
        self._poll = poll
        self._time_limit = time_limit
        self._rng = rng or random.Random()
        self._held: dict[asyncio.Task[None], Claimed] = {}
        self._unstarted: dict[str, Job] = {}
        self._is_away = False
        self._is_starved = False  # the table holds more that is due than there was room for
        self._look_at = clock.now()
        self._changed = asyncio.Event()
        self._stopping = asyncio.Event()
        self._loops: list[asyncio.Task[None]] = []

    # Life

    async def start(self) -> None:
        """Begin to take jobs."""
        self._stopping.clear()
        self._work.attach(Worker(self.owner, self._lease, self._has_room, self._take, self._wake))
        self._look_at = self._clock.now()
        self._loops = [asyncio.create_task(self._feed()), asyncio.create_task(self._keep())]

    async def stop(self, deadline: float) -> None:
        """Take no more jobs, wait up to `deadline` seconds for those that run, and hand back the rest."""
        self._work.attach(None)
        self._stopping.set()
        self._changed.set()
        await asyncio.gather(*self._loops)
        self._loops = []
        running = [task for task, held in self._held.items() if held.job.key not in self._unstarted]
        if running:
            await asyncio.wait(running, timeout=deadline)
        left = list(self._held)
        for task in left:
            task.cancel()
        await asyncio.gather(*left, return_exceptions=True)
        unstarted = list(self._unstarted.values())
        self._unstarted.clear()
        try:
            await self._store.run(lambda conn: jobs.release(conn, self.owner, unstarted, self._clock.now()))
        except StoreUnavailable:
            _log.warning("work could not be handed back: it is taken over when its lease ends")

    async def drain(self) -> int:
        """Run, one at a time and oldest first, all that is due by the clock; how many jobs. For tests.

        Deterministic; the runner must not be started. A job that fails waits for its time: move the clock and drain
        again.
        """
        if self._loops:
            raise RuntimeError("a started runner cannot be drained")
        count = 0
        while claimed := await self._store.run(lambda conn: self._claim(conn, 1)):
            await self._carry_out(claimed[0])
            count += 1
        return count

    # Taking

    def _has_room(self) -> bool:
        return len(self._held) < self._most_held

    def _take(self, claimed: Claimed) -> None:
        """Run a job that is ours; when stopping, keep it for handing back."""
        self._unstarted[claimed.job.key] = claimed.job
        if self._stopping.is_set():
            return
        task = asyncio.create_task(self._in_its_place(claimed))
        self._held[task] = claimed
        task.add_done_callback(self._let_go)

    def _let_go(self, task: asyncio.Task[None]) -> None:
        self._held.pop(task)
        # Half empty, so that a long backlog is claimed by many at once.
        if self._is_starved and len(self._held) <= self._most_held // 2:
            self._wake(self._clock.now())

    async def _in_its_place(self, claimed: Claimed) -> None:
        async with self._places:
            if self._stopping.is_set():
                return
            del self._unstarted[claimed.job.key]
            await self._carry_out(claimed)

    def _wake(self, at: datetime) -> None:
        if at < self._look_at:
            self._look_at = at
            self._changed.set()

    async def _feed(self) -> None:
        """Claim what is due, whenever something may be."""
        while not self._stopping.is_set():
            pause = (self._look_at - self._clock.now()).total_seconds()
            if pause > 0:
                with suppress(TimeoutError):
                    await asyncio.wait_for(self._changed.wait(), pause)
                self._changed.clear()
                continue
            room = self._most_held - len(self._held)
            self._look_at = self._clock.now() + self._poll
            self._is_starved = room <= 0
            if room > 0:
                await self._claim_some(room)

    async def _claim_some(self, room: int) -> None:
        try:
            claimed, due = await self._store.run(lambda conn: (self._claim(conn, room), self._next_due(conn)))
        except Exception as error:  # noqa: BLE001 - a runner that ends in silence would lose everything after
            self._away(error)
            self._look_at = self._clock.now() + timedelta(seconds=_PAUSE)
            return
        self._back()
        self._is_starved = len(claimed) == room
        for one in claimed:
            self._take(one)
        if due is not None:
            self._wake(due)

    def _claim(self, conn: Connection, n: int) -> list[Claimed]:
        return jobs.claim_due(conn, self._claim_now(), self._clock.now(), n)

    def _next_due(self, conn: Connection) -> datetime | None:
        return jobs.next_due(conn, self.owner, self._clock.now())

    # Running

    async def _carry_out(self, claimed: Claimed) -> None:
        job = claimed.job
        if job.attempts > claimed.allowed:
            # Nobody came back to say how the last attempt ended: it may be this job that kills processes.
            await self._die(claimed, "its process died in the last attempt")
            return
        try:
            async with asyncio.timeout(self._time_limit):
                unit = await self._handle(job)
            await self._finish(job, unit)
        except _TakenOver:
            _log.warning("job %s was taken over while it ran", job.key)
        except GiveUp as error:
            await self._die(claimed, str(error))
        except Postponed as error:
            await self._postpone(job, error.seconds or 0.0, str(error), counted=False)
        except RetryLater as error:
            await self._fail(claimed, str(error), error.seconds)
        except Exception as error:  # noqa: BLE001 - a fault of one job must not stop the others
            await self._fail(claimed, _described(error), None)

    async def _handle(self, job: Job) -> Unit[None] | None:
        handler = self._handlers.get(job.kind)
        if handler is None:
            raise RetryLater(f"nothing handles {job.kind}")
        return await handler(job)

    async def _finish(self, job: Job, unit: Unit[None] | None) -> None:
        def finishing(conn: Connection) -> None:
            self._own(jobs.finish(conn, job, self.owner, self._clock.now()))
            if unit is not None:
                unit(conn)
            self._go_on(conn, job.lane)

        await self._write(finishing)

    async def _fail(self, claimed: Claimed, why: str, seconds: float | None) -> None:
        if claimed.job.attempts >= claimed.allowed:
            await self._die(claimed, why)
            return
        _log.info("job %s failed, attempt %d: %s", claimed.job.key, claimed.job.attempts, why)
        pause = backoff(claimed.job.attempts, self._rng) if seconds is None else seconds
        await self._postpone(claimed.job, pause, why, counted=True)

    async def _postpone(self, job: Job, seconds: float, why: str, *, counted: bool) -> None:
        at = self._clock.now() + timedelta(seconds=seconds)

        def postponing(conn: Connection) -> None:
            self._own(jobs.postpone(conn, job, self.owner, at, why, counted=counted))
            after_commit(conn, lambda: self._wake(at))

        await self._write_down(job, postponing)

    async def _die(self, claimed: Claimed, why: str) -> None:
        job = claimed.job
        _log.error("job %s is given up: %s", job.key, why)

        def burying(conn: Connection) -> None:
            self._own(jobs.bury(conn, job, self.owner, self._clock.now(), why))
            self._go_on(conn, job.lane)

        await self._write_down(job, burying)

    async def _write_down(self, job: Job, unit: Unit[None]) -> None:
        with suppress(_TakenOver):
            await self._write(unit)
            return
        _log.warning("job %s was taken over while it ran", job.key)

    def _own(self, is_ours: bool) -> None:  # noqa: FBT001 - the answer of the fenced unit, handed straight on
        if not is_ours:
            raise _TakenOver

    def _go_on(self, conn: Connection, lane: str | None) -> None:
        """Take the lane's next job in the transaction that ends this one, if jobs are being taken."""
        if lane is None or not self._loops or self._stopping.is_set():
            return
        following = jobs.claim_next(conn, self._claim_now(), self._clock.now(), lane)
        if following is not None:
            after_commit(conn, lambda: self._take(following))

    async def _write(self, unit: Unit[None]) -> None:
        """Run a unit, as often as it takes for the database to be there."""
        while True:
            try:
                await self._store.run(unit)
            except StoreUnavailable as error:
                self._away(error)
                await asyncio.sleep(_PAUSE)
            else:
                self._back()
                return

    # Keeping

    async def _keep(self) -> None:
        """Renew the leases of what is held, and purge once an hour."""
        purged_at = self._clock.now() - _PURGE_EVERY
        while not self._stopping.is_set():
            with suppress(TimeoutError):
                await asyncio.wait_for(self._stopping.wait(), self._lease.total_seconds() / 3)
            try:
                await self._renew()
                if self._clock.now() - purged_at >= _PURGE_EVERY and await self._store.run(self._work.purge) == 0:
                    purged_at = self._clock.now()
            except Exception as error:  # noqa: BLE001 - as above: leases must go on being renewed
                self._away(error)

    async def _renew(self) -> None:
        ours = await self._store.run(lambda conn: jobs.renew(conn, self._claim_now()))
        held = {claimed.job.key for claimed in self._held.values()} | self._unstarted.keys()
        for stray in set(ours) - held:
            # Committed, yet never handed over: the connection broke between the commit and its confirmation.
            await self._store.run(partial(jobs.release_one, owner=self.owner, key=stray))
            self._wake(self._clock.now())

    def _claim_now(self) -> Claim:
        return Claim(self.owner, self._clock.now() + self._lease)

    def _away(self, error: Exception) -> None:
        if not self._is_away:
            why = str(error) if isinstance(error, StoreUnavailable) else _described(error)
            _log.warning("the database is away, work waits: %s", why)
        self._is_away = True

    def _back(self) -> None:
        if self._is_away:
            _log.warning("the database is back, work goes on")
        self._is_away = False


def _described(error: Exception) -> str:
    """What failed and where, without the words of the exception: those may hold a person's text."""
    where = traceback.extract_tb(error.__traceback__)[-1]
    return f"{type(error).__name__} in {Path(where.filename).name}, line {where.lineno}"
