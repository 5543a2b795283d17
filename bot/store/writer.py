"""The one thread that writes: it takes what has gathered, runs each unit in a savepoint, and commits once."""

from __future__ import annotations

import asyncio
import threading
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import Enum, auto
from typing import Any, Final

from sqlalchemy import Connection, Engine
from sqlalchemy.exc import SQLAlchemyError

from bot.ports import StoreUnavailable, Unit
from bot.store import hooks
from bot.store.failures import translated

# A commit must not keep the first of its units waiting for the last: about 20 ms of work.
LARGEST_BATCH: Final = 128


class _State(Enum):
    QUEUED = auto()
    TAKEN = auto()  # run, and not yet committed
    COMMITTING = auto()  # no longer to be taken back
    ABANDONED = auto()


@dataclass(eq=False, slots=True)
class Entry:
    """A unit on its way, and who waits for it."""

    unit: Unit[Any]
    future: asyncio.Future[Any]
    state: _State = _State.QUEUED
    result: Any = None
    error: Exception | None = None
    hooks: list[hooks.Hook] = field(default_factory=list)


class Writer:
    """A thread that carries out units in the order in which they are handed in.

    A unit may be run again if its batch was rolled back, so it must have no effect but on its connection.
    """

    def __init__(self, engine: Engine, loop: asyncio.AbstractEventLoop, *, longest_queue: int) -> None:
        self._engine = engine
        self._loop = loop
        self._longest_queue = longest_queue
        self._queue: deque[Entry] = deque()
        self._change = threading.Condition()
        self._closing = False
        self._thread = threading.Thread(target=self._work, name="store-writer", daemon=True)

    def start(self) -> None:
        """Begin to write."""
        self._thread.start()

    def submit(self, entry: Entry) -> None:
        """Hand in a unit. Raises StoreUnavailable if the queue is full or the writer is closing."""
        with self._change:
            if self._closing:
                raise StoreUnavailable("the store is closed")
            if len(self._queue) >= self._longest_queue:
                raise StoreUnavailable("too much is waiting to be written")
            self._queue.append(entry)
            self._change.notify()

    def abandon(self, entry: Entry) -> bool:
        """Take a unit back, so that it is not carried out; False if its commit has begun."""
        with self._change:
            if entry.state is _State.COMMITTING:
                return False
            entry.state = _State.ABANDONED
            return True

    def close(self) -> None:
        """Carry out what is queued and end; blocks."""
        with self._change:
            self._closing = True
            self._change.notify()
        self._thread.join()

    def _work(self) -> None:
        while True:
            with self._change:
                while not self._queue and not self._closing:
                    self._change.wait()
                if not self._queue:
                    return
            self._carry_out()

    def _carry_out(self) -> None:
        batch: Sequence[Entry] = ()
        try:
            # The transaction is begun first: while it waits for a lock, units can still be taken back.
            with self._engine.connect() as conn, conn.begin() as transaction:
                batch = self._take()
                for entry in batch:
                    self._run(conn, entry)
                if not self._may_commit(batch):
                    transaction.rollback()
                    return
        except Exception as error:  # noqa: BLE001 - whatever it is, those who wait must hear of it
            failure = _unavailable(error)
            for entry in batch or self._take():
                entry.error, entry.hooks = failure, []
                self._settle((entry,))
            return
        self._settle(batch)

    def _take(self) -> list[Entry]:
        with self._change:
            taken: list[Entry] = []
            while self._queue and len(taken) < LARGEST_BATCH:
                entry = self._queue.popleft()
                if entry.state is _State.QUEUED:
                    entry.state = _State.TAKEN
                    taken.append(entry)
            return taken

    def _run(self, conn: Connection, entry: Entry) -> None:
        """Run one unit in a savepoint; raises if the transaction as a whole cannot go on."""
        hooks.collect(conn)
        # Plain SQL: begin_nested costs several times as much, and there is one a unit.
        conn.exec_driver_sql("SAVEPOINT unit")
        try:
            entry.result = entry.unit(conn)
            conn.exec_driver_sql("RELEASE SAVEPOINT unit")
        except Exception as error:  # noqa: BLE001 - it is its caller's
            try:
                conn.exec_driver_sql("ROLLBACK TO SAVEPOINT unit")
                conn.exec_driver_sql("RELEASE SAVEPOINT unit")
            except SQLAlchemyError:
                # A full disk rolls back more than the savepoint: the batch is lost, for the first error's reason.
                raise error from None
            entry.error = translated(error)
        else:
            entry.hooks = hooks.collected(conn)

    def _may_commit(self, batch: Sequence[Entry]) -> bool:
        """Pass the point of no return, or give the batch back because a caller has stopped waiting for its part."""
        with self._change:
            if all(entry.state is _State.TAKEN for entry in batch):
                for entry in batch:
                    entry.state = _State.COMMITTING
                return True
            kept = [entry for entry in batch if entry.state is _State.TAKEN]
            for entry in kept:
                entry.state, entry.result, entry.error, entry.hooks = _State.QUEUED, None, None, []
            self._queue.extendleft(reversed(kept))
            return False

    def _settle(self, batch: Sequence[Entry]) -> None:
        try:
            self._loop.call_soon_threadsafe(_resolve, batch)
        except RuntimeError:
            return  # the loop has ended, and with it those who waited


def _resolve(batch: Sequence[Entry]) -> None:
    for entry in batch:
        for hook in entry.hooks:
            hook()
        if entry.future.done():
            continue
        if entry.error is not None:
            entry.future.set_exception(entry.error)
        else:
            entry.future.set_result(entry.result)


def _unavailable(error: Exception) -> StoreUnavailable:
    known = translated(error)
    if isinstance(known, StoreUnavailable):
        return known
    detail = type(error).__name__ if isinstance(error, SQLAlchemyError) else str(error)
    return StoreUnavailable(f"the transaction failed: {detail}")
