"""Units: what staff say should have been answered, as cases for the tests."""

from __future__ import annotations

from typing import Any, Final

from sqlalchemy import Connection, insert, select, update

from bot.gap import Regression
from bot.model import PersonId
from bot.store.counters import next_number
from bot.store.tables import regression

NUMBERS: Final = "regression"
"""The kind of a case's number."""


def add(conn: Connection, workspace: str, state: Regression) -> int:
    """Note a case and return its number."""
    number = next_number(conn, workspace, NUMBERS)
    row = {
        "workspace": workspace,
        "number": number,
        "language": state.language,
        "programme": state.programme,
        "at": state.at,
        "team": state.asker.team if state.asker else None,
        "user": state.asker.user if state.asker else None,
        "by_team": state.by.team if state.by else None,
        "by_user": state.by.user if state.by else None,
        "text": state.text,
        "expected": state.expected,
        "got": state.got,
    }
    conn.execute(insert(regression).values(row))
    return number


def listed(conn: Connection, workspace: str) -> list[Regression]:
    """All cases, in the order in which they came."""
    chosen = select(regression).where(regression.c.workspace == workspace).order_by(regression.c.number)
    return [_regression(row) for row in conn.execute(chosen)]


def named_in(row: Any) -> frozenset[PersonId]:
    """Who says so, in a row of the table."""
    return frozenset() if row.by_user is None else frozenset({PersonId(row.by_team, row.by_user)})


def part_of(row: Any, _who: PersonId) -> dict[str, Any]:
    """What of a case is of whoever says so: as JSON data, for them to read."""
    return {"workspace": row.workspace, "number": row.number, "expected": row.expected, "at": row.at.isoformat()}


def forget_judge(conn: Connection, row: Any) -> None:
    """Keep the case of a row of the table without whoever says so."""
    is_it = (regression.c.workspace == row.workspace, regression.c.number == row.number)
    conn.execute(update(regression).where(*is_it).values(by_team=None, by_user=None))


def _regression(row: Any) -> Regression:
    return Regression(
        text=row.text,
        language=row.language,
        programme=row.programme,
        expected=row.expected,
        got=row.got,
        at=row.at,
        by=None if row.by_user is None else PersonId(row.by_team, row.by_user),
        asker=None if row.user is None else PersonId(row.team, row.user),
        number=row.number,
    )
