"""Units: counts of outcomes by day. No texts and no persons, so they outlive both."""

from __future__ import annotations

from datetime import date

from sqlalchemy import Connection

from bot.model import Language
from bot.store.tables import tally
from bot.store.upsert import raise_by


def add(
    conn: Connection,
    workspace: str,
    day: date,
    kind: str,
    *,
    language: Language | None = None,
    programme: str | None = None,
    entry: str | None = None,
    n: int = 1,
) -> int:
    """Count `n` more of a kind (an Outcome, or what a module calls its own) and return the day's count."""
    row = {
        "workspace": workspace,
        "day": day,
        "kind": kind,
        "language": language or "",
        "programme": programme or "",
        "entry": entry or "",
        "n": n,
    }
    return raise_by(conn, tally, row, "n")
