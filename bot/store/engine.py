"""From a database URL to SQLAlchemy engines; how each database is set up stands in sqlite.py and postgres.py."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from sqlalchemy import Engine
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError

# Shorter than the time a caller waits (database.WAIT): a lock is reported as such, not as silence.
BUSY_TIMEOUT: Final = 2.0
READERS: Final = 4

_WRITE: Final = "write sqlite:///PATH or postgresql://USER:PASSWORD@HOST/NAME"


@dataclass(frozen=True, slots=True)
class Engines:
    """How the database is written and read: two engines, so that readers never wait for writers."""

    writer: Engine
    reader: Engine
    threads: int  # how many may write at once; 0: units run on the event loop

    def dispose(self) -> None:
        """Close all connections."""
        self.writer.dispose()
        self.reader.dispose()


def open_engines(url: str, *, busy_timeout: float = BUSY_TIMEOUT) -> Engines:
    """Open the database that `url` (`sqlite:///PATH`, `postgresql://…`) names; a missing file is made.

    `busy_timeout` is how long, in seconds, a lock of somebody else is waited for. Raises ValueError for a URL that is
    not understood, or whose driver is not installed, and OSError for a path that cannot be written.
    """
    try:
        parsed = make_url(url)
    except ArgumentError:
        raise ValueError(f"DATABASE_URL is not a database URL: {_WRITE}") from None
    # Imported when wanted: the driver of the one is an extra, and the other need not load it.
    if parsed.drivername == "sqlite":
        from bot.store.sqlite import open_sqlite  # noqa: PLC0415

        return open_sqlite(parsed, busy_timeout=busy_timeout)
    if parsed.drivername == "postgresql":
        from bot.store.postgres import open_postgres  # noqa: PLC0415

        return open_postgres(parsed, busy_timeout=busy_timeout)
    raise ValueError(f"DATABASE_URL: {parsed.drivername} is not supported: {_WRITE}")
