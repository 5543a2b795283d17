"""From a database URL to SQLAlchemy engines; the only place where databases differ in how they are set up."""

from __future__ import annotations

import os
import sqlite3
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError, DisconnectionError
from sqlalchemy.pool import QueuePool

# Shorter than the time a caller waits (database.WAIT): a lock is reported as such, not as silence.
BUSY_TIMEOUT: Final = 2.0
READERS: Final = 4

_FileId = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Engines:
    """How the database is written and read: two engines, so that readers never wait for the writer."""

    writer: Engine
    reader: Engine

    def dispose(self) -> None:
        """Close all connections."""
        self.writer.dispose()
        self.reader.dispose()


def open_engines(url: str, *, busy_timeout: float = BUSY_TIMEOUT) -> Engines:
    """Open the database that `url` (`sqlite:///PATH`) names; its folder and file are made if missing.

    `busy_timeout` is how long, in seconds, a lock of another process is waited for. Raises ValueError for a URL that
    is not understood and OSError for a path that cannot be written.
    """
    try:
        parsed = make_url(url)
    except ArgumentError:
        raise ValueError("DATABASE_URL is not a database URL: write sqlite:///PATH") from None
    if parsed.get_backend_name() != "sqlite":
        raise ValueError(f"DATABASE_URL: {parsed.get_backend_name()} is not supported: write sqlite:///PATH")
    if parsed.database in {None, "", ":memory:"}:
        raise ValueError("DATABASE_URL names no file: what is recorded must survive a restart; write sqlite:///PATH")
    path = Path(str(parsed.database)).absolute()
    _create(path)
    return Engines(
        writer=_engine(path, busy_timeout, begin="BEGIN IMMEDIATE", pool_size=1),
        reader=_engine(path, busy_timeout, begin="BEGIN", pool_size=READERS, query_only=True),
    )


def _create(path: Path) -> None:
    """Make the file with nobody else's eyes on it; SQLite gives its journal files the same mode."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    os.close(os.open(path, os.O_CREAT | os.O_RDWR, 0o600))
    path.chmod(0o600)


def _engine(path: Path, busy_timeout: float, *, begin: str, pool_size: int, query_only: bool = False) -> Engine:
    def connect() -> sqlite3.Connection:
        # mode=rw: a file that has gone must be an error, not a new and empty database. No isolation level: the
        # driver's own idea of transactions begins them too late for BEGIN IMMEDIATE and breaks savepoints.
        return sqlite3.connect(
            f"{path.as_uri()}?mode=rw", uri=True, timeout=busy_timeout, isolation_level=None, check_same_thread=False
        )

    engine = create_engine(
        "sqlite://",
        creator=connect,
        poolclass=QueuePool,
        pool_size=pool_size,
        max_overflow=0,
        pool_timeout=busy_timeout,
    )

    @event.listens_for(engine, "connect")
    def _set_up(connection: Any, record: Any) -> None:
        record.info["file"] = _file_id(path)
        for pragma in _pragmas(query_only=query_only):
            connection.execute(f"PRAGMA {pragma}")

    @event.listens_for(engine, "checkout")
    def _same_file(_connection: Any, record: Any, _proxy: Any) -> None:
        # An open handle outlives its file: commits to a deleted or replaced database would be lost without a word.
        if record.info["file"] != _file_id(path):
            raise DisconnectionError("the database file has gone or was replaced")

    @event.listens_for(engine, "begin")
    def _begin(conn: Connection) -> None:
        conn.exec_driver_sql(begin)

    return engine


def _pragmas(*, query_only: bool) -> tuple[str, ...]:
    if query_only:
        return ("foreign_keys = ON", "query_only = ON")
    return ("journal_mode = WAL", "synchronous = FULL", "foreign_keys = ON")


def _file_id(path: Path) -> _FileId | None:
    try:
        status = path.stat()
    except OSError:
        return None
    return status.st_dev, status.st_ino
