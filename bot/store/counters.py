"""Units: the numbers that people see (REQ-12), one row a workspace and kind."""

from __future__ import annotations

from sqlalchemy import Connection

from bot.store.tables import counter
from bot.store.upsert import raise_by


def next_number(conn: Connection, workspace: str, kind: str) -> int:
    """The next number of a kind, from 1; a transaction that is rolled back gives it back."""
    return raise_by(conn, counter, {"workspace": workspace, "kind": kind, "n": 1}, "n")
