"""What Procrastinate's worker asks of its database, answered by units of our store.

So there is one way to the database, which survives outages, and beginning a job is one transaction with fetching it.
"""

from __future__ import annotations

import asyncio
import logging
from collections import deque
from collections.abc import Iterable
from datetime import timedelta
from functools import partial
from typing import Any, Final

import psycopg
from procrastinate.jobs import Job as Dispatched
from procrastinate.jobs import Status
from procrastinate.manager import JobManager, NotificationCallback
from procrastinate.psycopg_connector import PsycopgConnector
from sqlalchemy import Connection, make_url
from sqlalchemy.exc import IntegrityError

from bot.adapters.work.patience import PAUSE, Patience
from bot.ports import Clock, Store, StoreUnavailable
from bot.store import dispatch
from bot.store.dispatch import Fetched
from bot.store.jobs import Claimed
from bot.store.postgres import connection_settings

_AT_ONCE: Final = 8
"""Jobs that are fetched in one transaction, where so many wait: one at a time, a commit each would limit the rate."""

_PAUSE_AFTER_FAULT: Final = timedelta(seconds=5)

_log = logging.getLogger(__name__)


class Dispatcher(JobManager):
    """Fetches jobs for one worker. What it has fetched and nobody has ended yet is in `begun`, by number."""

    def __init__(
        self, store: Store, patience: Patience, clock: Clock, owner: str, url: str, *, concurrency: int
    ) -> None:
        super().__init__(PsycopgConnector())  # never opened
        self.begun: Final[dict[int, Claimed]] = {}
        self.is_stopping = False
        self._store = store
        self._patience = patience
        self._clock = clock
        self._owner = owner
        self._url = url
        self._concurrency = concurrency
        self._worker: int | None = None
        self._news = 0
        self._ready: deque[Fetched] = deque()  # fetched, and not yet given to the worker
        self._none_since: int | None = None  # the news at which there was nothing more
        self._tell: NotificationCallback | None = None

    @property
    def is_registered(self) -> bool:
        """Whether the worker is known to the database."""
        return self._worker is not None

    async def register_worker(self) -> int:
        """Make the worker known, when the database is there."""
        self._worker = worker = await self._patience.run(dispatch.register)
        return worker

    async def unregister_worker(self, worker_id: int) -> None:
        """Say goodbye; a database that is away finds out by itself."""
        del worker_id  # it may have changed
        if self._worker is not None:
            worker, self._worker = self._worker, None
            await self._try(partial(dispatch.unregister, worker=worker))

    async def update_heartbeat(self, worker_id: int) -> None:
        """Say that the worker lives; one that was taken for dead, because the machine slept, is a new one."""
        del worker_id
        if self._worker is not None and await self._try(partial(dispatch.beat, worker=self._worker)) is False:
            _log.warning("this process was taken for dead; what it held may have been begun by another")
            await self.register_worker()

    async def prune_stalled_workers(self, seconds_since_heartbeat: float) -> list[int]:
        """Leave that to the sweep."""
        del seconds_since_heartbeat
        return []

    async def list_jobs_to_abort_async(self, queue: str | None = None) -> Iterable[int]:
        """None: nothing of ours is aborted."""
        del queue
        return ()

    async def fetch_job(self, queues: Iterable[str] | None, worker_id: int) -> Dispatched | None:
        """Take and begin the next job; None if there is none.

        News that come while it looks make it look again: the worker would forget them.
        """
        del queues, worker_id
        while not self.is_stopping:
            if self._ready:
                return self._given(self._ready.popleft())
            seen, none_since, self._none_since = self._news, self._none_since, None
            if seen == none_since:
                return None
            try:
                # No more than can begin at once: what waits here, another replica could do.
                most = max(1, min(_AT_ONCE, self._concurrency - len(self.begun)))
                found = await self._store.run(partial(self._fetch, most=most))
            except IntegrityError:  # the worker was taken for dead
                await self.register_worker()
                continue
            except StoreUnavailable as error:
                self._patience.away(error)
                await asyncio.sleep(PAUSE)
                continue
            self._patience.back()
            self._ready.extend(found)
            if not found and seen == self._news:
                return None
            if len(found) < most:
                self._none_since = seen
        return None

    def _fetch(self, conn: Connection, most: int) -> list[Fetched]:
        return dispatch.fetch_some(conn, self._worker, self._owner, self._clock.now(), most)

    def _given(self, fetched: Fetched) -> Dispatched:
        self.begun[fetched.claimed.seq] = fetched.claimed
        return Dispatched.from_row(fetched.row)

    async def give_back(self) -> None:
        """Let others have what was fetched and not begun."""
        unstarted = [fetched.claimed for fetched in self._ready]
        self._ready.clear()
        if unstarted:
            now = self._clock.now()
            await self._try(partial(dispatch.give_back, unstarted=unstarted, owner=self._owner, now=now))

    async def finish_job(self, job: Dispatched, status: Status, delete_job: bool) -> None:  # noqa: FBT001 - its own
        """Hand back a job that was cut off; one that has ended was ended with the unit of its handler."""
        del delete_job
        seq: Any = job.task_kwargs["seq"]
        claimed = self.begun.pop(seq, None)
        if claimed is None or status is Status.SUCCEEDED:
            return
        at = self._clock.now() + (timedelta() if status is Status.ABORTED else _PAUSE_AFTER_FAULT)
        await self._try(partial(dispatch.hand_back, claimed=claimed, owner=self._owner, at=at))

    async def listen_for_jobs(
        self, *, on_notification: NotificationCallback, queues: Iterable[str] | None = None
    ) -> None:
        """Tell the worker of new jobs, until cancelled; while nobody can be listened to, it polls."""
        del queues
        self._tell = on_notification
        while True:
            try:
                async with await self._connect() as conn:
                    await conn.execute(f'LISTEN "{dispatch.CHANNEL}"'.encode())
                    await self.nudge()
                    async for _ in conn.notifies():
                        await self.nudge()
            except psycopg.Error as error:
                self._patience.away(error)
            await asyncio.sleep(PAUSE)

    async def nudge(self) -> None:
        """Have the worker look for work."""
        self._news += 1
        if self._tell is not None:
            await self._tell(channel=dispatch.CHANNEL, notification={"type": "job_inserted", "job_id": 0})

    async def _connect(self) -> psycopg.AsyncConnection[Any]:
        settings: dict[str, Any] = {**connection_settings(make_url(self._url))}
        return await psycopg.AsyncConnection.connect(self._url, autocommit=True, **settings)

    async def _try(self, unit: Any) -> Any:
        """Run a unit, or leave it if the database is away."""
        try:
            return await self._store.run(unit)
        except StoreUnavailable as error:
            self._patience.away(error)
            return None
