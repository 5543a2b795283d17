"""A unit on its way to the database, and what comes of it: what all writers share."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass, field
from enum import Enum, auto
from typing import Any

from sqlalchemy import Connection
from sqlalchemy.exc import SQLAlchemyError

from bot.ports import StoreUnavailable, Unit
from bot.store import hooks
from bot.store.failures import translated


class State(Enum):
    """How far a unit is."""

    QUEUED = auto()
    TAKEN = auto()  # run, and not yet committed
    COMMITTING = auto()  # no longer to be taken back
    ABANDONED = auto()


@dataclass(eq=False, slots=True)
class Entry:
    """A unit on its way, and who waits for it."""

    unit: Unit[Any]
    future: asyncio.Future[Any]
    state: State = State.QUEUED
    result: Any = None
    error: Exception | None = None
    hooks: list[hooks.Hook] = field(default_factory=list)

    def start_over(self) -> None:
        """Forget what came of it."""
        self.result, self.error, self.hooks = None, None, []

    def run(self, conn: Connection) -> Exception | None:
        """Run the unit; its error, if it fails, which leaves the transaction as far as it got."""
        hooks.collect(conn)
        try:
            self.result = self.unit(conn)
        except Exception as error:  # noqa: BLE001 - it is its caller's
            hooks.collected(conn)
            return error
        self.hooks = hooks.collected(conn)
        return None

    def settle(self) -> None:
        """Tell whoever waits what came of it, on the loop."""
        for hook in self.hooks:
            hook()
        if self.future.done():
            return
        if self.error is not None:
            self.future.set_exception(self.error)
        else:
            self.future.set_result(self.result)


class Queue:
    """Units that wait, in the order of handing in; those that go ahead before all others."""

    def __init__(self, longest: int) -> None:
        self._longest = longest
        self._ahead: deque[Entry] = deque()
        self._others: deque[Entry] = deque()

    def __len__(self) -> int:
        return len(self._ahead) + len(self._others)

    def put(self, entry: Entry, *, ahead: bool) -> None:
        """Add a unit. Raises StoreUnavailable if too many wait."""
        if len(self) >= self._longest:
            raise StoreUnavailable("too much is waiting to be written")
        (self._ahead if ahead else self._others).append(entry)

    def take(self) -> Entry:
        """The next one. Raises IndexError if there is none."""
        return (self._ahead or self._others).popleft()


def fail(entries: Iterable[Entry], error: Exception) -> None:
    """Note that the transaction of some units as a whole has failed."""
    failure = _unavailable(error)
    for entry in entries:
        entry.error, entry.hooks = failure, []


def _unavailable(error: Exception) -> StoreUnavailable:
    known = translated(error)
    if isinstance(known, StoreUnavailable):
        return known
    detail = type(error).__name__ if isinstance(error, SQLAlchemyError) else str(error)
    return StoreUnavailable(f"the transaction failed: {detail}")
