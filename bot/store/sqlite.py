"""The store on SQLite: one file, one writer, readers beside it."""

from __future__ import annotations

import os
import sqlite3
from pathlib import Path
from typing import Any, Final

from sqlalchemy import URL, Connection, Engine, create_engine, event
from sqlalchemy.exc import DisconnectionError, OperationalError
from sqlalchemy.pool import QueuePool

from bot.store.engine import READERS, Engines

_BUSY: Final = sqlite3.SQLITE_BUSY
_READ_WAIT: Final = 0.1  # seconds; in WAL a reader has to wait for next to nothing

_FileId = tuple[int, int]


def open_sqlite(url: URL, *, busy_timeout: float) -> Engines:
    """Open the file that a URL names; it and its folder are made if missing.

    Raises ValueError if it names none, and OSError for a path that cannot be written.
    """
    if url.database in {None, "", ":memory:"}:
        raise ValueError("DATABASE_URL names no file: what is recorded must survive a restart; write sqlite:///PATH")
    path = Path(str(url.database)).absolute()
    _create(path)
    return Engines(
        writer=_engine(path, busy_timeout, begin="BEGIN IMMEDIATE", pool_size=1),
        reader=_engine(path, _READ_WAIT, begin="BEGIN", pool_size=READERS, query_only=True),
        threads=0,
    )


def begin_at_once(conn: Connection) -> bool:
    """Begin a transaction that writes; False if another process has the lock now. Raises SQLAlchemyError."""
    driver: Any = conn.connection.dbapi_connection
    driver.execute("PRAGMA busy_timeout = 0")
    try:
        conn.begin()
    except OperationalError as error:
        if getattr(error.orig, "sqlite_errorcode", None) == _BUSY:
            return False
        raise
    return True


def begin_in_time(conn: Connection) -> None:
    """Begin a transaction that writes, waiting for another process's lock; blocks. Raises SQLAlchemyError."""
    driver: Any = conn.connection.dbapi_connection
    driver.execute(f"PRAGMA busy_timeout = {conn.info['wait']}")
    conn.begin()


def is_same_file(conn: Connection) -> bool:
    """Whether a connection that is kept still leads to the file of its path."""
    return bool(conn.info["file"] == _file_id(conn.info["path"]))


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
        hide_parameters=True,
    )

    @event.listens_for(engine, "connect")
    def _set_up(connection: Any, record: Any) -> None:
        record.info["file"] = _file_id(path)
        record.info["path"] = path
        record.info["wait"] = int(busy_timeout * 1000)
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
