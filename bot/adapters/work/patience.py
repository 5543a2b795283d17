"""Writing what must be written, however long the database is away."""

from __future__ import annotations

import asyncio
import logging
import traceback
from pathlib import Path
from typing import Final, TypeVar

from bot import logs
from bot.ports import Store, StoreUnavailable, Unit

T = TypeVar("T")

PAUSE: Final = 1.0
"""Seconds between tries to reach a database that is away."""

_log = logging.getLogger(__name__)


class Patience:
    """A store's units, tried until they succeed; an outage is logged as it begins and as it ends."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._is_away = False

    async def run(self, unit: Unit[T]) -> T:
        """Run a unit, as often as it takes for the database to be there. Raises what the unit raises."""
        while True:
            try:
                result = await self._store.run(unit, ahead=True)
            except StoreUnavailable as error:
                self.away(error)
                await asyncio.sleep(PAUSE)
            else:
                self.back()
                return result

    def away(self, error: Exception) -> None:
        """Note that the database could not be used."""
        if not self._is_away:
            why = str(error) if isinstance(error, StoreUnavailable) else described(error)
            _log.warning("the database is away, work waits: %s", logs.Reason(why))
        self._is_away = True

    def back(self) -> None:
        """Note that the database could be used."""
        if self._is_away:
            _log.warning("the database is back, work goes on")
        self._is_away = False


def described(error: Exception) -> str:
    """What failed and where, without the words of the exception: those may hold a person's text."""
    where = traceback.extract_tb(error.__traceback__)[-1]
    return f"{type(error).__name__} in {Path(where.filename).name}, line {where.lineno}"
