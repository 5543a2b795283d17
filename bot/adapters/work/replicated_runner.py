"""Carries out the work of several replicas: Procrastinate's worker on the event loop, and a sweep after the dead."""

from __future__ import annotations

import asyncio
import logging
import random
import uuid
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any, Final

from procrastinate import App, JobContext
from procrastinate.worker import Worker
from sqlalchemy import Connection

from bot.adapters.work import patience
from bot.adapters.work.attempts import TIME_LIMIT, Attempts
from bot.adapters.work.dispatcher import Dispatcher
from bot.adapters.work.forgetting import forget_old_keys
from bot.adapters.work.patience import Patience
from bot.ports import Clock, Handler, Store
from bot.store import dispatch
from bot.store.jobs import Claimed

CONCURRENCY: Final = 32
POLL: Final = 1.0
"""Seconds between looks for work of which nobody tells: jobs whose time has come."""

HEARTBEAT: Final = 3.0
STALLED: Final = 10.0
"""Seconds of silence after which a replica counts as dead."""

_FORGET_EVERY: Final = timedelta(hours=1)
_LOOK_AGAIN: Final = 0.1  # seconds, for jobs that were fetched while the worker was told to stop

_log = logging.getLogger(__name__)
logging.getLogger("procrastinate").setLevel(logging.WARNING)  # below it there are several lines a job


class ReplicatedRunner:
    """Runs jobs of a ReplicatedWork with a table of handlers, up to `concurrency` at once.

    A replica that is killed is taken over by the others within STALLED and two heartbeats.
    """

    def __init__(
        self,
        store: Store,
        handlers: Mapping[str, Handler],
        clock: Clock,
        url: str,
        *,
        concurrency: int = CONCURRENCY,
        poll: float = POLL,
        heartbeat: float = HEARTBEAT,
        stalled: float = STALLED,
        time_limit: float = TIME_LIMIT,
        rng: random.Random | None = None,
    ) -> None:
        self.owner: Final = uuid.uuid4().hex
        self._store = store
        self._clock = clock
        self._heartbeat = heartbeat
        self._stalled = stalled
        self._patience = Patience(store)
        self._attempts = Attempts(self.owner, handlers, self._patience, clock, self, time_limit=time_limit, rng=rng)
        self._dispatcher = Dispatcher(store, self._patience, clock, self.owner, url, concurrency=concurrency)
        app = App(connector=self._dispatcher.connector)
        app.job_manager = self._dispatcher
        app.task(name=dispatch.TASK, pass_context=True)(self._run)
        self._worker: Any = Worker(  # its methods are not typed
            app,
            queues=[dispatch.QUEUE],
            concurrency=concurrency,
            fetch_job_polling_interval=poll,
            abort_job_polling_interval=_FORGET_EVERY.total_seconds(),
            install_signal_handlers=False,
            update_heartbeat_interval=heartbeat,
        )
        self._running: set[asyncio.Task[Any]] = set()
        self._loops: list[asyncio.Task[None]] = []

    async def start(self) -> None:
        """Begin to take jobs."""
        self._dispatcher.is_stopping = False
        self._loops = [asyncio.create_task(self._work()), asyncio.create_task(self._keep())]

    async def stop(self, deadline: float) -> None:
        """Take no more jobs, wait up to `deadline` seconds for those that run, and hand back the rest.

        Called again meanwhile, it takes the shorter deadline.
        """
        if not self._loops:
            return
        working, keeping = self._loops
        self._dispatcher.is_stopping = True
        keeping.cancel()
        self._worker.stop()
        await self._dispatcher.give_back()
        await asyncio.wait([working], timeout=deadline)
        while not working.done():
            if not self._dispatcher.is_registered:
                working.cancel()  # it still waits for the database
            while self._running:
                self._running.pop().cancel()
            await asyncio.wait([working], timeout=_LOOK_AGAIN)
        await asyncio.gather(working, keeping, return_exceptions=True)
        await self._dispatcher.give_back()  # what was being fetched when it was told to stop
        self._loops = []

    async def drain(self) -> int:
        """Run, one at a time and in the order of adding, all that is due; how many jobs. For tests.

        The runner must not be started. A job that fails waits for its time: move the clock and drain again.
        """
        if self._loops:
            raise RuntimeError("a started runner cannot be drained")
        count = 0
        while fetched := await self._store.run(lambda conn: dispatch.fetch(conn, None, self.owner, self._clock.now())):
            await self._attempts.carry_out(fetched.claimed)
            count += 1
        return count

    def wake(self, at: datetime) -> None:
        """Look for work at the next poll: jobs fall due by the database's clock."""

    async def _work(self) -> None:
        """Have the worker work; one that fails begins anew."""
        while not self._dispatcher.is_stopping:
            try:
                await self._worker.run()
            except Exception as error:  # noqa: BLE001 - a runner that ends in silence would lose everything after
                self._patience.away(error)
                await asyncio.sleep(patience.PAUSE)

    async def _run(self, context: JobContext, seq: int) -> None:
        """Carry out a job that the dispatcher has begun."""
        del context
        claimed = self._dispatcher.begun[seq]
        task: Any = asyncio.current_task()
        self._running.add(task)
        try:
            await self._attempts.carry_out(claimed)
        finally:
            self._running.discard(task)
        if claimed.job.lane is not None:
            await self._dispatcher.nudge()  # the next of the lane can be fetched

    # Ending

    def ended(self, conn: Connection, claimed: Claimed) -> None:
        """End Procrastinate's job in the same transaction."""
        dispatch.end(conn, claimed)

    def put_off(self, conn: Connection, claimed: Claimed, at: datetime) -> None:
        """Have Procrastinate's job wait in the same transaction."""
        dispatch.put_off(conn, claimed, at)

    # Keeping

    async def _keep(self) -> None:
        """Look after what dead replicas held, and forget old keys once an hour."""
        forgot_at = self._clock.now() - _FORGET_EVERY
        while True:
            try:
                swept = await self._store.run(self._sweep)
                if swept:
                    _log.warning("%d jobs of a process that has gone are begun again", swept)
                if self._clock.now() - forgot_at >= _FORGET_EVERY:
                    await forget_old_keys(self._store, self._clock)
                    forgot_at = self._clock.now()
            except Exception as error:  # noqa: BLE001 - a sweep that ends in silence would leave work undone
                self._patience.away(error)
            await asyncio.sleep(self._heartbeat)

    def _sweep(self, conn: Connection) -> int:
        dispatch.adopt(conn)
        return dispatch.sweep(conn, self._stalled, self._clock.now())
