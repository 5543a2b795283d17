"""Locks for units that read and then write what they have read."""

from __future__ import annotations

from hashlib import blake2b
from typing import Final

from sqlalchemy import Connection, bindparam, func, select

from bot.store.prepared import Prepared

_LOCK: Final = Prepared(select(func.pg_advisory_xact_lock(bindparam("number")).label("locked")))
_TRY: Final = Prepared(select(func.pg_try_advisory_xact_lock(bindparam("number")).label("locked")))


def exclusive(conn: Connection, *parts: str) -> None:
    """Keep other transactions that name the same parts waiting until this one ends.

    On SQLite nothing is needed: all writers are one. Whoever takes several locks takes them in one order everywhere.
    """
    if conn.dialect.name == "postgresql":
        _LOCK.one(conn, {"number": lock_number(*parts)})


def try_exclusive(conn: Connection, *parts: str) -> bool:
    """As exclusive, but without waiting; False if another transaction has it."""
    return conn.dialect.name != "postgresql" or bool(_TRY.one(conn, {"number": lock_number(*parts)}).locked)


def lock_number(*parts: str) -> int:
    """The number, of 64 bits, that stands for these parts; no two lists of parts are alike."""
    digest = blake2b("\0".join(parts).encode(), digest_size=8).digest()
    return int.from_bytes(digest, signed=True)
