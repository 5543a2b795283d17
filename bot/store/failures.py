"""Which errors of the database mean that it is away, rather than that a unit is wrong."""

from __future__ import annotations

from typing import Final

from sqlalchemy.exc import DatabaseError, DBAPIError, InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError

from bot.ports import StoreUnavailable

# DatabaseError itself, not its other children: SQLite reports a damaged file so.
_AWAY: Final = (OperationalError, InterfaceError, DatabaseError)

# Of PostgreSQL: the server has become a standby and takes no changes; a transaction that slept was ended.
_AWAY_STATES: Final = frozenset({"25006", "25P03"})
_CONFLICTS: Final = frozenset({"40001", "40P01"})


def translated(error: Exception) -> Exception:
    """StoreUnavailable for an error that means the database is away, locked, full or damaged; else the error itself.

    The statement's values are left out: they hold people's texts.
    """
    if isinstance(error, PoolTimeoutError):
        return StoreUnavailable("no connection to the database is free")
    if isinstance(error, DBAPIError) and (type(error) in _AWAY or _state(error) in _AWAY_STATES):
        return StoreUnavailable(_words(error))
    return error


def is_conflict(error: Exception) -> bool:
    """Whether a transaction was in another's way, so that it may well succeed when it is run again."""
    return isinstance(error, DBAPIError) and _state(error) in _CONFLICTS


def _state(error: DBAPIError) -> str | None:
    return getattr(error.orig, "sqlstate", None)


def _words(error: DBAPIError) -> str:
    """What the driver says, in one line; of what the server said the message alone, for details may hold values."""
    diagnosis = getattr(error.orig, "diag", None)
    message = getattr(diagnosis, "message_primary", None) or str(error.orig)
    return " ".join(message.split())
