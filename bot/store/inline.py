"""A database in a local file: units run on the event loop, and only what waits for the disk or a lock does not.

A thread that writes beside the loop costs more than the writing: both want the interpreter, and hand it over at every
statement. A statement on a local file takes some millionths of a second, so units run on the loop itself, as many as
have gathered. A lock of another process is waited for in a thread, and there the commit is made; while it waits for
the disk the next units gather.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any, Final, TypeVar

from sqlalchemy import Connection, Engine
from sqlalchemy.exc import SQLAlchemyError

from bot.ports import StoreUnavailable, Unit
from bot.store.entries import Entry, Queue, State, fail
from bot.store.failures import translated
from bot.store.sqlite import begin_at_once, begin_in_time, is_same_file

T = TypeVar("T")

# A batch must keep neither the loop from Slack's requests nor the first of its units waiting for the last.
LONGEST_BATCH: Final = 0.01  # seconds
LARGEST_BATCH: Final = 128


class InlineWriter:
    """Carries out units in the order of the queue, with one commit for all that has gathered.

    A unit may be run again if its batch was rolled back, so it must have no effect but on its connection.
    """

    def __init__(self, engine: Engine, loop: asyncio.AbstractEventLoop, *, longest_queue: int) -> None:
        self._engine = engine
        self._loop = loop
        self._queue = Queue(longest_queue)
        self._changed = asyncio.Event()
        self._closing = False
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="store-commit")
        self._task: asyncio.Task[None] | None = None

    def start(self) -> None:
        """Begin to write."""
        self._task = self._loop.create_task(self._work(), name="store-writer")

    def submit(self, entry: Entry, *, ahead: bool = False) -> None:
        """Hand in a unit. Raises StoreUnavailable if the queue is full or the writer is closing."""
        if self._closing:
            raise StoreUnavailable("the store is closed")
        self._queue.put(entry, ahead=ahead)
        self._changed.set()

    def abandon(self, entry: Entry) -> bool:
        """Take a unit back, so that it is not carried out; False if it has been, and its commit is on its way."""
        if entry.state is not State.QUEUED:
            return False
        entry.state = State.ABANDONED
        return True

    async def close(self) -> None:
        """Carry out what is queued and end."""
        self._closing = True
        self._changed.set()
        if self._task is not None:
            await self._task
        self._thread.shutdown()

    async def _work(self) -> None:
        while self._queue or not self._closing:
            if self._queue:
                await self._carry_out()
            else:
                self._changed.clear()
                await self._changed.wait()

    async def _carry_out(self) -> None:
        batch: list[Entry] = []
        try:
            with self._engine.connect() as conn:
                # The transaction is begun first: while it waits for a lock, units can still be taken back.
                if not begin_at_once(conn):
                    await self._loop.run_in_executor(self._thread, begin_in_time, conn)
                try:
                    self._run(conn, batch)
                    await self._loop.run_in_executor(self._thread, conn.commit)
                except Exception:
                    conn.invalidate()  # nobody knows what state it is in
                    raise
        except Exception as error:  # noqa: BLE001 - whatever it is, those who wait must hear of it
            batch = batch or self._all_waiting()
            fail(batch, error)
        for entry in batch:
            entry.settle()

    def _run(self, conn: Connection, batch: list[Entry]) -> None:
        """Take what has gathered into a batch and run it; raises if the transaction as a whole cannot go on.

        Units rarely fail, and savepoints for all would cost as much as a small unit each. So a batch is run without,
        and only if one of them fails they are run again, each in a savepoint of its own.
        """
        ends = time.perf_counter() + LONGEST_BATCH
        error: Exception | None = None
        while error is None and self._queue and len(batch) < LARGEST_BATCH and time.perf_counter() < ends:
            entry = self._queue.take()
            if entry.state is State.QUEUED:
                entry.state = State.TAKEN
                batch.append(entry)
                error = entry.run(conn)
        if error is not None:
            conn.rollback()
            conn.begin()
            if len(batch) == 1:
                batch[0].error = translated(error)
            else:
                _run_each_alone(conn, batch)

    def _all_waiting(self) -> list[Entry]:
        """All that waits, none of which can be carried out."""
        waiting = []
        while self._queue:
            waiting.append(self._queue.take())
        return [entry for entry in waiting if entry.state is State.QUEUED]


def _run_each_alone(conn: Connection, batch: Sequence[Entry]) -> None:
    """Run units in a savepoint each; raises if the transaction as a whole cannot go on."""
    driver: Any = conn.connection.dbapi_connection
    for entry in batch:
        entry.start_over()
        driver.execute("SAVEPOINT unit")
        error = entry.run(conn)
        try:
            if error is not None:
                driver.execute("ROLLBACK TO SAVEPOINT unit")
            driver.execute("RELEASE SAVEPOINT unit")
        except driver.Error as lost:
            # A full disk rolls back more than the savepoint: the batch is lost, for the first error's reason.
            raise error or lost from None
        entry.error = error and translated(error)


class InlineReader:
    """Reads on one connection that is kept: in WAL, SQLite's readers wait for nobody."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._conn: Connection | None = None

    async def read(self, unit: Unit[T]) -> T:
        """Run a unit that only reads. Raises StoreUnavailable."""
        try:
            conn = self._connection()
            try:
                return unit(conn)
            finally:
                if conn.in_transaction():
                    conn.rollback()
        except SQLAlchemyError as error:
            self._let_go()
            raise translated(error) from None

    async def close(self) -> None:
        """Let the connection go."""
        self._let_go()

    def _connection(self) -> Connection:
        if self._conn is not None and not is_same_file(self._conn):
            self._let_go()
        if self._conn is None:
            self._conn = self._engine.connect()
        return self._conn

    def _let_go(self) -> None:
        if self._conn is not None:
            self._conn.invalidate()
            self._conn.close()
            self._conn = None
