"""Which errors of the database mean that it is away, rather than that a unit is wrong."""

from __future__ import annotations

from typing import Final

from sqlalchemy.exc import DatabaseError, DBAPIError, InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError

from bot.ports import StoreUnavailable

# DatabaseError itself, not its other children: SQLite reports a damaged file so.
_AWAY: Final = (OperationalError, InterfaceError, DatabaseError)


def translated(error: Exception) -> Exception:
    """StoreUnavailable for an error that means the database is away, locked, full or damaged; else the error itself.

    The statement's values are left out: they hold people's texts.
    """
    if isinstance(error, PoolTimeoutError):
        return StoreUnavailable("no connection to the database is free")
    if isinstance(error, DBAPIError) and type(error) in _AWAY:
        return StoreUnavailable(str(error.orig))
    return error
