"""Units: what people of the desk have done, or would have if they were allowed to."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sqlalchemy import Connection, insert, select

from bot.model import PersonId
from bot.store.counters import next_number
from bot.store.tables import audit

NUMBERS: Final = "audit"
"""The kind of a deed's number."""


@dataclass(frozen=True, slots=True)
class Deed:
    """What somebody has done, or tried to."""

    number: int
    at: datetime  # UTC
    who: PersonId
    act: str
    request: int | None  # the number of the one that it was about
    is_allowed: bool


def add(
    conn: Connection,
    workspace: str,
    who: PersonId,
    act: str,
    request: int | None,
    *,
    is_allowed: bool,
    now: datetime,
) -> None:
    """Note what somebody does, or would do."""
    row = {
        "workspace": workspace,
        "number": next_number(conn, workspace, NUMBERS),
        "at": now,
        "team": who.team,
        "user": who.user,
        "act": act,
        "request": request,
        "is_allowed": is_allowed,
    }
    conn.execute(insert(audit).values(row))


def listed(conn: Connection, workspace: str, *, number: int | None = None, since: datetime | None = None) -> list[Deed]:
    """All that was done, in its order; or what was done about one request, or since an instant."""
    chosen = select(audit).where(audit.c.workspace == workspace).order_by(audit.c.number)
    if number is not None:
        chosen = chosen.where(audit.c.request == number)
    if since is not None:
        chosen = chosen.where(audit.c.at >= since)
    return [
        Deed(row.number, row.at, PersonId(row.team, row.user), row.act, row.request, row.is_allowed)
        for row in conn.execute(chosen)
    ]
