"""The store behind ports.Store: units of work for asyncio, on a synchronous database."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from typing import Final, Self, TypeVar

from sqlalchemy import Connection, literal, select
from sqlalchemy.exc import SQLAlchemyError

from bot.ports import StoreUnavailable, Unit
from bot.store.engine import READERS, Engines, open_engines
from bot.store.entries import Entry
from bot.store.failures import translated
from bot.store.inline import InlineReader, InlineWriter
from bot.store.migrations import migrate
from bot.store.pooled import PooledReader, PooledWriter

T = TypeVar("T")

# Slack waits 3 s for an answer; what is not recorded by then is refused, and Slack repeats it.
WAIT: Final = 2.5
LONGEST_QUEUE: Final = 10_000


class Database:
    """Units in transactions: on the loop for a local file (inline.py), in threads across a network (pooled.py).

    A unit's own exception reaches its caller and undoes that unit alone. `start` binds it to the running loop.
    """

    def __init__(self, engines: Engines, *, wait: float = WAIT, longest_queue: int = LONGEST_QUEUE) -> None:
        self._engines = engines
        self._wait = wait
        self._longest_queue = longest_queue
        self._writer: InlineWriter | PooledWriter | None = None
        self._reader: InlineReader | PooledReader = (
            PooledReader(engines.reader, threads=READERS, wait=wait)
            if engines.threads
            else InlineReader(engines.reader)
        )

    @classmethod
    def open(cls, url: str, *, wait: float = WAIT) -> Self:
        """Open the database at `url` and bring its tables up to date; blocks.

        `wait` is how many seconds a caller waits at most. Raises ValueError for a URL that is not understood and
        StoreUnavailable if the database cannot be opened, or is of a newer version.
        """
        try:
            engines = open_engines(url)
        except OSError as error:
            raise StoreUnavailable(str(error)) from error
        try:
            migrate(engines.writer)
        except (SQLAlchemyError, StoreUnavailable) as error:
            engines.dispose()
            raise translated(error) from None
        return cls(engines, wait=wait)

    async def start(self) -> None:
        """Begin to take units, on the running loop."""
        loop, engine, longest = asyncio.get_running_loop(), self._engines.writer, self._longest_queue
        self._writer = (
            PooledWriter(engine, loop, threads=self._engines.threads, longest_queue=longest)
            if self._engines.threads
            else InlineWriter(engine, loop, longest_queue=longest)
        )
        self._writer.start()

    async def close(self) -> None:
        """Carry out what is queued, then close all connections."""
        if self._writer is not None:
            await self._writer.close()
        await self._reader.close()
        self._engines.dispose()

    async def __aenter__(self) -> Self:
        await self.start()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.close()

    async def run(self, unit: Unit[T], *, ahead: bool = False) -> T:
        """Run a unit in a transaction that is durable when this returns, ahead of others if wanted.

        Raises StoreUnavailable.

        A caller that has waited too long gets StoreUnavailable, and its unit is not carried out later. The exception
        is a commit that itself hangs: it may still succeed, so whoever repeats must use the same keys.
        """
        if self._writer is None:
            raise StoreUnavailable("the store is not started")
        writer, loop = self._writer, asyncio.get_running_loop()
        future: asyncio.Future[T] = loop.create_future()
        entry = Entry(unit, future)
        writer.submit(entry, ahead=ahead)
        alarm = loop.call_later(self._wait, _expire, writer, entry, self._wait)
        try:
            return await future
        except asyncio.CancelledError:
            writer.abandon(entry)
            raise
        finally:
            alarm.cancel()

    async def read(self, unit: Unit[T]) -> T:
        """Run a unit that only reads, on a connection of its own. Raises StoreUnavailable."""
        if self._writer is None:
            raise StoreUnavailable("the store is not started")
        return await self._reader.read(unit)

    async def ping(self) -> None:
        """Raise StoreUnavailable unless a transaction can be begun and ended now."""
        await self.run(_nothing)


_PING: Final = select(literal(1))


def _nothing(conn: Connection) -> None:
    conn.execute(_PING)


def _expire(writer: InlineWriter | PooledWriter, entry: Entry, grace: float) -> None:
    failure = StoreUnavailable("the database did not answer in time")
    if writer.abandon(entry):
        _fail(entry.future, failure)
    else:
        entry.future.get_loop().call_later(grace, _fail, entry.future, failure)


def _fail(future: asyncio.Future[T], failure: Exception) -> None:
    with suppress(asyncio.InvalidStateError):
        future.set_exception(failure)
