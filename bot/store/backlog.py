"""Unit: how much work there is, for those who watch the desk."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from sqlalchemy import ColumnElement, Connection, Select, and_, bindparam, func, select

from bot.store.jobs import Status
from bot.store.tables import job


@dataclass(frozen=True, slots=True)
class Backlog:
    """How many jobs are in which state."""

    due: int  # waiting, and their time has come; some of them for others of their lane
    scheduled: int  # waiting for a later time
    running: int
    dead: int  # given up
    oldest_due: datetime | None  # UTC; since when the first of the due has waited


def _having(status: Status) -> ColumnElement[bool]:
    # The first condition is that of the index, which holds unfinished jobs alone.
    return and_(job.c.done_at.is_(None), job.c.status == status.value)


_DUE: Final = and_(_having(Status.WAITING), job.c.run_at <= bindparam("now", type_=job.c.run_at.type))
_SCHEDULED: Final = and_(_having(Status.WAITING), job.c.run_at > bindparam("now", type_=job.c.run_at.type))


def _count(which: ColumnElement[bool]) -> Select[Any]:
    return select(func.count()).select_from(job).where(which)


_BACKLOG: Final = select(
    _count(_DUE).scalar_subquery().label("due"),
    _count(_SCHEDULED).scalar_subquery().label("scheduled"),
    _count(_having(Status.RUNNING)).scalar_subquery().label("running"),
    _count(job.c.status == Status.DEAD.value).scalar_subquery().label("dead"),
    select(func.min(job.c.run_at)).where(_DUE).scalar_subquery().label("oldest_due"),
)


def measure(conn: Connection, now: datetime) -> Backlog:
    """The work that there is now."""
    row = conn.execute(_BACKLOG, {"now": now}).one()
    return Backlog(row.due, row.scheduled, row.running, row.dead, row.oldest_due)
