"""Units: the job table, which is inbox, outbox and timers in one.

A job waits, runs under a lease of its owner, and ends done or dead. Unfinished jobs have no `done_at`. What ends or
hands back a job is fenced: it changes nothing once another owner, or a later attempt, has taken the job over.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any, Final

from sqlalchemy import Connection, Row, and_, bindparam, delete, exists, func, literal, null, or_, select, update

from bot.model import Job
from bot.store.tables import job
from bot.store.upsert import add_new


class Status(StrEnum):
    """Where a job is in its life."""

    WAITING = "waiting"
    RUNNING = "running"
    DONE = "done"
    DEAD = "dead"


@dataclass(frozen=True, slots=True)
class Claim:
    """Who takes jobs, and how long they are theirs unless renewed."""

    owner: str
    until: datetime  # UTC


@dataclass(frozen=True, slots=True)
class Claimed:
    """A job that is ours to run now; `allowed` is how many attempts it has before it is dead."""

    job: Job
    allowed: int


@dataclass(frozen=True, slots=True)
class DeadLetter:
    """A job that was given up."""

    key: str
    kind: str
    attempts: int
    first_try: datetime | None  # UTC
    died_at: datetime  # UTC
    error: str


_OPEN: Final = job.c.done_at.is_(None)
_WAITING: Final = and_(_OPEN, job.c.status == Status.WAITING.value)
_RUNNING: Final = and_(_OPEN, job.c.status == Status.RUNNING.value)
_KEY: Final = job.c.key == bindparam("of_key")
_MINE: Final = and_(_RUNNING, job.c.owner == bindparam("of_owner"))
_FENCED: Final = and_(_KEY, _MINE, job.c.attempts == bindparam("of_attempts"))
_FREE: Final = {"owner": null(), "lease_until": null()}

_earlier = job.alias("earlier")
_HEAD_OF_LANE: Final = or_(
    job.c.lane.is_(None),
    ~exists().where(_earlier.c.lane == job.c.lane, _earlier.c.done_at.is_(None), _earlier.c.seq < job.c.seq),
)

_LANE_BUSY: Final = select(literal(1)).where(_OPEN, job.c.lane == bindparam("of_lane")).limit(1)

_CLAIMABLE: Final = (
    select(job.c.seq)
    .where(
        or_(
            and_(_WAITING, job.c.run_at <= bindparam("now")),
            and_(_RUNNING, job.c.owner != bindparam("of_owner"), job.c.lease_until <= bindparam("now")),
        ),
        _HEAD_OF_LANE,
    )
    .order_by(job.c.seq)
    .limit(bindparam("n"))
)
_TAKE: Final = update(job).values(
    status=Status.RUNNING.value,
    owner=bindparam("of_owner"),
    lease_until=bindparam("until"),
    attempts=job.c.attempts + 1,
    first_try=func.coalesce(job.c.first_try, bindparam("now", type_=job.c.first_try.type)),
)
_RETURNED: Final = (
    job.c.seq,
    job.c.key,
    job.c.kind,
    job.c.payload,
    job.c.lane,
    job.c.attempts,
    job.c.first_try,
    job.c.allowed,
)
_CLAIM_DUE: Final = _TAKE.where(job.c.seq.in_(_CLAIMABLE.scalar_subquery())).returning(*_RETURNED)

_lane = job.alias("lane_head")
_CLAIM_NEXT: Final = _TAKE.where(
    job.c.seq
    == select(func.min(_lane.c.seq))
    .where(_lane.c.lane == bindparam("of_lane"), _lane.c.done_at.is_(None))
    .scalar_subquery(),
    _WAITING,
    job.c.run_at <= bindparam("now"),
).returning(*_RETURNED)

_NEXT_DUE: Final = select(job.c.run_at).where(_WAITING, job.c.run_at > bindparam("now")).order_by(job.c.run_at).limit(1)
_NEXT_LEASE: Final = select(func.min(job.c.lease_until)).where(_RUNNING, job.c.owner != bindparam("of_owner"))

_FINISH: Final = (
    update(job)
    .where(_FENCED)
    .values(status=Status.DONE.value, payload=null(), lane=null(), error=null(), done_at=bindparam("now"), **_FREE)
)
_BURY: Final = (
    update(job)
    .where(_FENCED)
    .values(status=Status.DEAD.value, error=bindparam("why"), done_at=bindparam("now"), **_FREE)
)
_POSTPONE: Final = (
    update(job)
    .where(_FENCED)
    .values(
        status=Status.WAITING.value,
        run_at=bindparam("at"),
        error=bindparam("why"),
        attempts=bindparam("begun"),
        first_try=bindparam("since"),
        **_FREE,
    )
)
_RENEW: Final = update(job).where(_MINE).values(lease_until=bindparam("until")).returning(job.c.key)
_RELEASE: Final = update(job).where(_MINE).values(status=Status.WAITING.value, **_FREE)
_RELEASE_ONE: Final = _RELEASE.where(_KEY)

_CANCEL: Final = delete(job).where(_KEY, _WAITING)
_MOVE: Final = update(job).where(_KEY, _WAITING, job.c.lane.is_(None)).values(run_at=bindparam("at"))
_PENDING: Final = (
    select(job.c.key)
    .where(_OPEN, func.substr(job.c.key, 1, bindparam("length")) == bindparam("prefix"))
    .order_by(job.c.seq)
)
_DEAD: Final = select(job).where(job.c.status == Status.DEAD.value, job.c.done_at.is_not(None)).order_by(job.c.seq)
_DEAD_ONE: Final = select(job).where(_KEY, job.c.status == Status.DEAD.value)
_DELETE: Final = delete(job).where(_KEY)
_ENDED: Final = (
    select(job.c.seq)
    .where(job.c.done_at < bindparam("before"), job.c.status == Status.DONE.value)
    .order_by(job.c.done_at)
    .limit(bindparam("n"))
)
_PURGE: Final = delete(job).where(job.c.seq.in_(_ENDED.scalar_subquery()))


def add(
    conn: Connection,
    *,
    kind: str,
    key: str,
    payload: Mapping[str, Any],
    lane: str | None,
    run_at: datetime,
    allowed: int,
) -> bool:
    """Add a job that waits; False if its key is taken."""
    return add_new(conn, job, _new(kind, key, payload, lane, run_at, allowed))


def add_claimed(
    conn: Connection,
    claim: Claim,
    *,
    kind: str,
    key: str,
    payload: Mapping[str, Any],
    lane: str | None,
    run_at: datetime,
    allowed: int,
) -> Claimed | None:
    """Add a job that is the claimer's from birth, its first attempt begun; None if its key is taken."""
    begun = {
        "status": Status.RUNNING.value,
        "owner": claim.owner,
        "lease_until": claim.until,
        "attempts": 1,
        "first_try": run_at,
    }
    if not add_new(conn, job, _new(kind, key, payload, lane, run_at, allowed) | begun):
        return None
    return Claimed(Job(kind, key, dict(payload), lane, 1, run_at), allowed)


def is_lane_busy(conn: Connection, lane: str) -> bool:
    """Whether a lane has an unfinished job."""
    return conn.execute(_LANE_BUSY, {"of_lane": lane}).first() is not None


def claim_due(conn: Connection, claim: Claim, now: datetime, n: int) -> list[Claimed]:
    """Take up to `n` jobs that are due, or whose owner let its lease end, each the head of its lane, oldest first."""
    rows = conn.execute(_CLAIM_DUE, {"of_owner": claim.owner, "until": claim.until, "now": now, "n": n}).all()
    return [_claimed(row) for row in sorted(rows, key=_seq)]


def claim_next(conn: Connection, claim: Claim, now: datetime, lane: str) -> Claimed | None:
    """Take the head of a lane if it waits and is due."""
    row = conn.execute(
        _CLAIM_NEXT, {"of_owner": claim.owner, "until": claim.until, "now": now, "of_lane": lane}
    ).one_or_none()
    return None if row is None else _claimed(row)


def next_due(conn: Connection, owner: str, now: datetime) -> datetime | None:
    """When, after `now`, a waiting job falls due or the lease of another owner ends; None if there is neither."""
    due: datetime | None = conn.execute(_NEXT_DUE, {"now": now}).scalar_one_or_none()
    lease: datetime | None = conn.execute(_NEXT_LEASE, {"of_owner": owner}).scalar_one_or_none()
    return min((instant for instant in (due, lease) if instant is not None), default=None)


def finish(conn: Connection, done: Job, owner: str, now: datetime) -> bool:
    """End a job well and empty its payload; False if it is no longer the owner's."""
    return conn.execute(_FINISH, _fence(done, owner) | {"now": now}).rowcount == 1


def bury(conn: Connection, failed: Job, owner: str, now: datetime, error: str) -> bool:
    """Make a job a dead letter, which keeps its payload; False if it is no longer the owner's."""
    return conn.execute(_BURY, _fence(failed, owner) | {"now": now, "why": error}).rowcount == 1


def postpone(conn: Connection, failed: Job, owner: str, at: datetime, error: str, *, counted: bool) -> bool:
    """Have a job wait until `at`; False if it is no longer the owner's.

    An attempt that is not counted has not been made: nothing left this process.
    """
    begun = failed.attempts if counted else failed.attempts - 1
    since = failed.first_try if begun else None
    values = _fence(failed, owner) | {"at": at, "why": error, "begun": begun, "since": since}
    return conn.execute(_POSTPONE, values).rowcount == 1


def renew(conn: Connection, claim: Claim) -> list[str]:
    """Extend the leases of all that the owner runs; their keys."""
    return list(conn.execute(_RENEW, {"of_owner": claim.owner, "until": claim.until}).scalars())


def release_one(conn: Connection, owner: str, key: str) -> bool:
    """Hand one job back, its attempt counted; False if it is no longer the owner's."""
    return conn.execute(_RELEASE_ONE, {"of_owner": owner, "of_key": key}).rowcount == 1


def release(conn: Connection, owner: str, unstarted: Collection[Job], now: datetime) -> int:
    """Hand back all that the owner has; of those that it never started the attempt is not counted. How many."""
    for idle in unstarted:
        postpone(conn, idle, owner, now, "handed back", counted=False)
    return len(unstarted) + conn.execute(_RELEASE, {"of_owner": owner}).rowcount


def cancel(conn: Connection, key: str) -> bool:
    """Delete a job that waits; False if there is none."""
    return conn.execute(_CANCEL, {"of_key": key}).rowcount == 1


def move(conn: Connection, key: str, at: datetime) -> bool:
    """Give a waiting job without a lane another time; False if there is none."""
    return conn.execute(_MOVE, {"of_key": key, "at": at}).rowcount == 1


def pending(conn: Connection, prefix: str) -> list[str]:
    """The keys, with this prefix, of unfinished jobs, in the order of adding."""
    return list(conn.execute(_PENDING, {"prefix": prefix, "length": len(prefix)}).scalars())


def dead(conn: Connection) -> list[DeadLetter]:
    """The dead letters, oldest first."""
    return [
        DeadLetter(row.key, row.kind, row.attempts, row.first_try, row.done_at, row.error)
        for row in conn.execute(_DEAD)
    ]


def revive(conn: Connection, key: str, now: datetime, tries: int) -> bool:
    """Have a dead letter wait again at the end of its lane, with `tries` more attempts; False if there is none.

    What it has tried stays known, so that a post whose fate is unknown is still looked up before it is sent.
    """
    row = conn.execute(_DEAD_ONE, {"of_key": key}).one_or_none()
    if row is None:
        return False
    conn.execute(_DELETE, {"of_key": key})
    tried = {"attempts": row.attempts, "first_try": row.first_try}
    return add_new(conn, job, _new(row.kind, key, row.payload, row.lane, now, row.attempts + tries) | tried)


def purge(conn: Connection, before: datetime, n: int) -> int:
    """Delete up to `n` jobs that were done before an instant; how many."""
    return conn.execute(_PURGE, {"before": before, "n": n}).rowcount


def _new(
    kind: str, key: str, payload: Mapping[str, Any], lane: str | None, run_at: datetime, allowed: int
) -> dict[str, Any]:
    return {
        "key": key,
        "kind": kind,
        "lane": lane,
        "payload": payload,
        "status": Status.WAITING.value,
        "run_at": run_at,
        "attempts": 0,
        "allowed": allowed,
    }


def _fence(held: Job, owner: str) -> dict[str, Any]:
    return {"of_key": held.key, "of_owner": owner, "of_attempts": held.attempts}


def _seq(row: Row[Any]) -> int:
    seq: int = row.seq
    return seq


def _claimed(row: Row[Any]) -> Claimed:
    return Claimed(Job(row.kind, row.key, row.payload, row.lane, row.attempts, row.first_try), row.allowed)
