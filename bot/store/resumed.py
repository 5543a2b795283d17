"""Unit: work found in a database that is older than what Slack has seen since."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sqlalchemy import Connection, case, func, null, update

from bot.store.jobs import Status
from bot.store.tables import counter, job

_WHY: Final = "it may have been done after the copy was made"
_OPEN: Final = job.c.status.in_([Status.WAITING.value, Status.RUNNING.value])
_GAP: Final = 100
"""How many numbers at least are left out: people know those that were given since."""


@dataclass(frozen=True, slots=True)
class Resumed:
    """What became of the work that was open."""

    goes_on: int
    given_up: int  # dead letters now


def resume(conn: Connection, now: datetime, unsure: Collection[str]) -> Resumed:
    """Have nothing said or numbered twice that was said after this database was copied.

    Open work counts as tried, so that a post is looked for before it is sent. Due work of the `unsure` kinds has no
    such look-up: it becomes dead letters, for a person to judge. Visible numbers go on with a gap.
    """
    is_unsure = job.c.kind.in_(unsure) & (job.c.run_at <= now)
    tried = {
        "owner": null(),
        "lease_until": null(),
        "attempts": case((job.c.attempts < 1, 1), else_=job.c.attempts),
        "first_try": func.coalesce(job.c.first_try, job.c.run_at),
    }
    given_up = conn.execute(
        update(job).where(_OPEN, is_unsure).values(status=Status.DEAD.value, done_at=now, error=_WHY, **tried)
    ).rowcount
    goes_on = conn.execute(update(job).where(_OPEN).values(status=Status.WAITING.value, **tried)).rowcount
    conn.execute(update(counter).values(n=(counter.c.n + 2 * _GAP - 1) // _GAP * _GAP))
    return Resumed(goes_on, given_up)
