"""Carries out embedded work on the event loop: many lanes at once, each in order."""

from __future__ import annotations

import asyncio
import logging
import random
import uuid
from collections.abc import Mapping
from contextlib import suppress
from datetime import datetime, timedelta
from functools import partial
from typing import Final

from sqlalchemy import Connection

from bot.adapters.work import patience
from bot.adapters.work.attempts import TIME_LIMIT, Attempts
from bot.adapters.work.embedded import EmbeddedWork, Worker
from bot.adapters.work.forgetting import forget_old_keys
from bot.adapters.work.patience import Patience
from bot.ports import Clock, Handler, Store, StoreUnavailable
from bot.store import jobs
from bot.store.hooks import after_commit
from bot.store.jobs import Claim, Claimed

CONCURRENCY: Final = 32
LEASE: Final = timedelta(seconds=15)
POLL: Final = timedelta(seconds=5)
"""How often the table is looked at though nothing is known to be due: for work of another process."""

SETTLED_AFTER: Final = timedelta(seconds=3)
"""How long the last requests of a killed process may still be on their way: only then is looked for what they did."""

_FORGET_EVERY: Final = timedelta(hours=1)

_log = logging.getLogger(__name__)


class EmbeddedRunner:
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
        is_alone: bool = False,
    ) -> None:
        self.owner: Final = uuid.uuid4().hex
        self._work = work
        self._store = store
        self._clock = clock
        self._patience = Patience(store)
        self._attempts = Attempts(self.owner, handlers, self._patience, clock, self, time_limit=time_limit, rng=rng)
        self._worker = Worker(self.owner, lease, self._has_room, self._take, self.wake)
        # Twice: a freed place is filled at once, while the next claim is on its way.
        self._most_held = 2 * concurrency
        self._places = asyncio.Semaphore(concurrency)
        self._lease = lease
        self._poll = poll
        self._is_alone = is_alone
        self._held: dict[asyncio.Task[None], Claimed] = {}
        self._unstarted: dict[bytes, Claimed] = {}  # by digest
        self._is_starved = False  # the table holds more that is due than there was room for
        self._look_at = clock.now()
        self._changed = asyncio.Event()
        self._stopping = asyncio.Event()
        self._loops: list[asyncio.Task[None]] = []

    # Life

    async def start(self) -> None:
        """Begin to take jobs; if no other process can be at work, those of one that was killed too."""
        if self._is_alone:
            await self._store.run(lambda conn: jobs.end_leases(conn, self._clock.now() + SETTLED_AFTER))
        self._stopping.clear()
        self._work.attach(self._worker)
        self._look_at = self._clock.now()
        self._loops = [asyncio.create_task(self._feed()), asyncio.create_task(self._keep())]

    async def stop(self, deadline: float) -> None:
        """Take no more jobs, wait up to `deadline` seconds for those that run, and hand back the rest.

        Called again meanwhile, it takes the shorter deadline.
        """
        self._work.attach(None)
        self._stopping.set()
        self._changed.set()
        await asyncio.gather(*self._loops)
        self._loops = []
        running = [task for task, held in self._held.items() if held.digest not in self._unstarted]
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
            await self._attempts.carry_out(claimed[0])
            count += 1
        return count

    def wake(self, at: datetime) -> None:
        """Look at the table at an instant, if not before."""
        if at < self._look_at:
            self._look_at = at
            self._changed.set()

    # Taking

    def _has_room(self) -> bool:
        return len(self._held) < self._most_held

    def _take(self, claimed: Claimed) -> None:
        """Run a job that is ours; when stopping, keep it for handing back."""
        self._unstarted[claimed.digest] = claimed
        if self._stopping.is_set():
            return
        task = asyncio.create_task(self._in_its_place(claimed))
        self._held[task] = claimed
        task.add_done_callback(self._let_go)

    def _let_go(self, task: asyncio.Task[None]) -> None:
        self._held.pop(task)
        # Half empty, so that a long backlog is claimed by many at once.
        if self._is_starved and len(self._held) <= self._most_held // 2:
            self.wake(self._clock.now())

    async def _in_its_place(self, claimed: Claimed) -> None:
        async with self._places:
            if self._stopping.is_set():
                return
            del self._unstarted[claimed.digest]
            await self._attempts.carry_out(claimed)

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
            self._patience.away(error)
            self._look_at = self._clock.now() + timedelta(seconds=patience.PAUSE)
            return
        self._patience.back()
        self._is_starved = len(claimed) == room
        for one in claimed:
            self._take(one)
        if due is not None:
            self.wake(due)

    def _claim(self, conn: Connection, n: int) -> list[Claimed]:
        return jobs.claim_due(conn, self._claim_now(), self._clock.now(), n)

    def _next_due(self, conn: Connection) -> datetime | None:
        return jobs.next_due(conn, self.owner, self._clock.now())

    # Ending

    def ended(self, conn: Connection, claimed: Claimed) -> None:
        """Take the lane's next job in the transaction that ends this one, if there may be one."""
        lane = claimed.job.lane
        if lane is None or not self._loops or self._stopping.is_set():
            return
        if claimed.is_new and lane not in self._worker.awaited:
            return
        following = jobs.claim_next(conn, self._claim_now(), self._clock.now(), lane)
        if following is not None:
            after_commit(conn, lambda: self._take(following))
        elif not jobs.is_lane_busy(conn, lane):  # its head may run already, claimed at birth by this very transaction
            self._worker.awaited.discard(lane)

    def put_off(self, conn: Connection, claimed: Claimed, at: datetime) -> None:
        """Look at the table when the job falls due."""
        del claimed
        after_commit(conn, lambda: self.wake(at))

    # Keeping

    async def _keep(self) -> None:
        """Renew the leases of what is held, and forget old keys once an hour."""
        forgot_at = self._clock.now() - _FORGET_EVERY
        while not self._stopping.is_set():
            with suppress(TimeoutError):
                await asyncio.wait_for(self._stopping.wait(), self._lease.total_seconds() / 3)
            try:
                await self._renew()
                if self._clock.now() - forgot_at >= _FORGET_EVERY:
                    await forget_old_keys(self._store, self._clock)
                    forgot_at = self._clock.now()
            except Exception as error:  # noqa: BLE001 - as above: leases must go on being renewed
                self._patience.away(error)

    async def _renew(self) -> None:
        ours = await self._store.run(lambda conn: jobs.renew(conn, self._claim_now()), ahead=True)
        held = {claimed.digest for claimed in (*self._held.values(), *self._unstarted.values())}
        for stray in set(ours) - held:
            # Committed, yet never handed over: the connection broke between the commit and its confirmation.
            await self._store.run(partial(jobs.release_one, owner=self.owner, digest=stray))
            self.wake(self._clock.now())

    def _claim_now(self) -> Claim:
        return Claim(self.owner, self._clock.now() + self._lease)
