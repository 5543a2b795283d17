"""Units: counts of outcomes by day. No texts and no persons, so they outlive both."""

from __future__ import annotations

from datetime import date
from typing import Final

from sqlalchemy import Connection, bindparam, func, select

from bot.model import Language
from bot.store.prepared import Prepared
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


_BETWEEN: Final = Prepared(
    select(tally.c.kind, tally.c.language, func.sum(tally.c.n).label("n"))
    .where(
        tally.c.workspace == bindparam("of_workspace"),
        tally.c.day >= bindparam("since"),
        tally.c.day < bindparam("until"),
    )
    .group_by(tally.c.kind, tally.c.language)
)


def between(conn: Connection, workspace: str, since: date, until: date) -> dict[tuple[str, Language], int]:
    """What was counted from a day on, before another, by kind and language; an empty one where there is none."""
    rows = _BETWEEN.all(conn, {"of_workspace": workspace, "since": since, "until": until})
    return {(row.kind, row.language): int(row.n) for row in rows}
