"""Unit: the other processes that serve the same database."""

from __future__ import annotations

from typing import Final

from sqlalchemy import Connection, text

_WORKERS: Final = text("SELECT count(*) FROM procrastinate_workers")


def others(conn: Connection) -> int:
    """How many there are besides the one that asks; on SQLite there is one process alone."""
    if conn.dialect.name != "postgresql":
        return 0
    return max(int(conn.execute(_WORKERS).scalar_one()) - 1, 0)
