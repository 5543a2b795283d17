"""What is the matter with a database that cannot be used, in a word that may be told to anybody.

The words of a database hold paths, hosts and users; these are for the log alone.
"""

from __future__ import annotations

from enum import StrEnum
from typing import Final


class Trouble(StrEnum):
    """What is the matter."""

    LOCKED = "locked"
    FULL = "full"
    GONE = "gone"
    DAMAGED = "damaged"
    READ_ONLY = "read-only"
    REFUSED = "refused"  # it does not know us, or has no place for us
    AWAY = "away"


_TOLD_BY: Final = (
    # Of SQLite, of PostgreSQL and of our own engine; the first that is found counts.
    (Trouble.LOCKED, ("is locked", "lock timeout", "statement timeout", "could not obtain lock", "deadlock")),
    (Trouble.FULL, ("disk is full", "no space left", "disk full")),
    (Trouble.DAMAGED, ("malformed", "not a database", "disk i/o error", "invalid page", "could not read block")),
    (Trouble.READ_ONLY, ("readonly", "read-only", "permission denied")),
    (Trouble.REFUSED, ("authentication failed", "too many clients", "remaining connection slots", "no pg_hba")),
    (Trouble.GONE, ("has gone", "unable to open", "no such table", "does not exist", "no such file")),
)


def trouble(error: Exception) -> Trouble:
    """What an error of the database means: StoreUnavailable, or one of SQLAlchemy's or the driver's."""
    words = str(getattr(error, "orig", None) or error).lower()
    return next((found for found, signs in _TOLD_BY if any(sign in words for sign in signs)), Trouble.AWAY)
