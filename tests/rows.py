"""Rows that a test puts into the database by hand."""

from __future__ import annotations

from datetime import datetime
from hashlib import blake2b

from sqlalchemy import Connection, insert

from bot.store.tables import job


def add_job(conn: Connection, key: str, status: str, run_at: datetime, *, error: str = "is_archived") -> None:
    """A job in a state; one that is dead died when it was due."""
    row = {
        "key": key,
        "digest": blake2b(key.encode(), digest_size=16).digest(),
        "until": 0,
        "kind": "post",
        "payload": {},
        "status": status,
        "run_at": run_at,
        "attempts": 1,
        "allowed": 8,
        "error": error,
        "done_at": run_at if status == "dead" else None,
    }
    conn.execute(insert(job).values(row))
