"""A database across a network: a few threads that write, a unit and a transaction each, and a few that read."""

from __future__ import annotations

import asyncio
import threading
from concurrent.futures import ThreadPoolExecutor
from typing import Final, TypeVar

from sqlalchemy import Connection, Engine
from sqlalchemy.exc import SQLAlchemyError

from bot.ports import StoreUnavailable, Unit
from bot.store.entries import Entry, Queue, State, fail
from bot.store.failures import is_conflict, translated

T = TypeVar("T")

_TRIES: Final = 5  # of a unit that meets others at the same rows


class PooledWriter:
    """Threads that carry out units, begun in the order of the queue.

    A unit may be run again if its transaction was rolled back, so it must have no effect but on its connection.
    """

    def __init__(self, engine: Engine, loop: asyncio.AbstractEventLoop, *, threads: int, longest_queue: int) -> None:
        self._engine = engine
        self._loop = loop
        self._queue = Queue(longest_queue)
        self._change = threading.Condition()
        self._closing = False
        self._threads = [
            threading.Thread(target=self._work, name=f"store-writer-{n}", daemon=True) for n in range(threads)
        ]

    def start(self) -> None:
        """Begin to write."""
        for thread in self._threads:
            thread.start()

    def submit(self, entry: Entry, *, ahead: bool = False) -> None:
        """Hand in a unit. Raises StoreUnavailable if the queue is full or the writer is closing."""
        with self._change:
            if self._closing:
                raise StoreUnavailable("the store is closed")
            self._queue.put(entry, ahead=ahead)
            self._change.notify()

    def abandon(self, entry: Entry) -> bool:
        """Take a unit back, so that it is not carried out; False if its commit has begun."""
        with self._change:
            if entry.state is State.COMMITTING:
                return False
            entry.state = State.ABANDONED
            return True

    async def close(self) -> None:
        """Carry out what is queued and end."""
        with self._change:
            self._closing = True
            self._change.notify_all()
        for thread in self._threads:
            await asyncio.to_thread(thread.join)

    def _work(self) -> None:
        while (entry := self._next()) is not None:
            try:
                with self._engine.connect() as conn:
                    self._carry_out(conn, entry)
            except Exception as error:  # noqa: BLE001 - whatever it is, whoever waits must hear of it
                fail([entry], error)
            try:
                self._loop.call_soon_threadsafe(entry.settle)
            except RuntimeError:
                return  # the loop has ended, and with it those who waited

    def _next(self) -> Entry | None:
        """The next unit; None when the writer is closed and nothing is left."""
        with self._change:
            while True:
                while self._queue:
                    entry = self._queue.take()
                    if entry.state is State.QUEUED:
                        entry.state = State.TAKEN
                        return entry
                if self._closing:
                    return None
                self._change.wait()

    def _carry_out(self, conn: Connection, entry: Entry) -> None:
        """Run a unit and commit it, unless its caller has stopped waiting for it."""
        try:
            for tries_left in reversed(range(_TRIES)):
                conn.begin()
                error = entry.run(conn)
                if error is None:
                    if self._may_commit(entry):
                        conn.commit()
                    return
                conn.rollback()
                if not (tries_left and is_conflict(error)):
                    entry.error = translated(error)
                    return
        except Exception:
            conn.invalidate()  # nobody knows what state it is in
            raise

    def _may_commit(self, entry: Entry) -> bool:
        """Pass the point of no return."""
        with self._change:
            if entry.state is State.TAKEN:
                entry.state = State.COMMITTING
            return entry.state is State.COMMITTING


class PooledReader:
    """Threads that read, on connections of their own."""

    def __init__(self, engine: Engine, *, threads: int, wait: float) -> None:
        self._engine = engine
        self._wait = wait
        self._threads = ThreadPoolExecutor(threads, thread_name_prefix="store-reader")

    async def read(self, unit: Unit[T]) -> T:
        """Run a unit that only reads. Raises StoreUnavailable."""
        reading = asyncio.get_running_loop().run_in_executor(self._threads, self._read, unit)
        try:
            async with asyncio.timeout(self._wait) as limit:
                return await reading
        except TimeoutError:
            if limit.expired():
                raise StoreUnavailable("the database did not answer in time") from None
            raise

    async def close(self) -> None:
        """Finish what is being read."""
        await asyncio.to_thread(self._threads.shutdown)

    def _read(self, unit: Unit[T]) -> T:
        try:
            with self._engine.connect() as conn:
                return unit(conn)
        except SQLAlchemyError as error:
            raise translated(error) from None
