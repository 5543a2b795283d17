"""Units: the job table, which is inbox, outbox and timers in one.

A job waits, runs for its owner, and is deleted when it is done, or kept as a dead letter when it is given up. Its key
stays known for a while. What ends or hands back a job is fenced: it changes nothing once another owner, or a later
attempt, has taken the job over.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from hashlib import blake2b
from typing import Any, Final

from sqlalchemy import Connection, and_, bindparam, delete, exists, func, insert, literal, null, or_, select, update

from bot.model import Job
from bot.store.prepared import Prepared
from bot.store.tables import job, known
from bot.store.upsert import add_new

KEPT: Final = timedelta(days=7)
"""How long, at least, the key of a job that was done stays known."""

# A job that ends within this time of its adding, as nearly all do, needs no second look at its key.
_USUAL: Final = timedelta(days=1)

_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_HOUR: Final = timedelta(hours=1)
_LAST: Final = b"\xff" * 11  # after every digest


class Status(StrEnum):
    """Where a job is in its life."""

    WAITING = "waiting"
    RUNNING = "running"
    DEAD = "dead"


@dataclass(frozen=True, slots=True)
class NewJob:
    """A job to be added."""

    kind: str
    key: str
    payload: Mapping[str, Any]
    lane: str | None
    run_at: datetime  # UTC
    allowed: int  # attempts before it is dead


@dataclass(frozen=True, slots=True)
class Claim:
    """Who takes jobs, and how long they are theirs unless renewed."""

    owner: str
    until: datetime  # UTC


@dataclass(frozen=True, slots=True)
class Claimed:
    """A job that is ours to run now."""

    job: Job
    allowed: int  # attempts before it is dead
    seq: int
    digest: bytes
    until: int  # as in the table
    dispatched: int | None = None
    is_new: bool = False  # claimed at birth: when it was added its lane was idle


@dataclass(frozen=True, slots=True)
class DeadLetter:
    """A job that was given up."""

    key: str
    kind: str
    attempts: int
    first_try: datetime | None  # UTC
    died_at: datetime  # UTC
    error: str


_WAITING: Final = job.c.status == Status.WAITING.value
_RUNNING: Final = job.c.status == Status.RUNNING.value
_DEAD: Final = job.c.status == Status.DEAD.value
_DIGEST: Final = job.c.digest == bindparam("of_digest")
_MINE: Final = and_(_RUNNING, job.c.owner == bindparam("of_owner"))
# A number alone is not enough: SQLite gives that of a deleted row to the next.
_FENCED: Final = and_(job.c.seq == bindparam("of_seq"), _DIGEST, _MINE, job.c.attempts == bindparam("of_attempts"))
_FREE: Final = {"owner": null(), "lease_until": null()}

_NEW: Final = (
    "key", "digest", "until", "kind", "lane", "payload", "status", "run_at", "attempts", "allowed"
)  # fmt: skip
_BEGUN: Final = ("owner", "lease_until", "first_try")
_ADD: Final = Prepared(insert(job).returning(job.c.seq), columns=_NEW, returns=[job.c.seq])
_ADD_BEGUN: Final = Prepared(insert(job).returning(job.c.seq), columns=(*_NEW, *_BEGUN), returns=[job.c.seq])

_earlier = job.alias("earlier")
_HEAD_OF_LANE: Final = or_(
    job.c.lane.is_(None),
    ~exists().where(_earlier.c.lane == job.c.lane, _earlier.c.done_at.is_(None), _earlier.c.seq < job.c.seq),
)
_LANE_BUSY: Final = Prepared(
    select(literal(1).label("busy")).where(job.c.lane == bindparam("of_lane"), job.c.done_at.is_(None)).limit(1)
)

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
_BEGIN: Final = update(job).values(
    status=Status.RUNNING.value,
    owner=bindparam("of_owner"),
    attempts=job.c.attempts + 1,
    first_try=func.coalesce(job.c.first_try, bindparam("now", type_=job.c.first_try.type)),
)
_TAKE: Final = _BEGIN.values(lease_until=bindparam("lease"))
_RETURNED: Final = (
    job.c.seq,
    job.c.digest,
    job.c.until,
    job.c.key,
    job.c.kind,
    job.c.payload,
    job.c.lane,
    job.c.attempts,
    job.c.first_try,
    job.c.allowed,
    job.c.dispatched,
)
_CLAIM_DUE: Final = Prepared(
    _TAKE.where(job.c.seq.in_(_CLAIMABLE.scalar_subquery())).returning(*_RETURNED), returns=_RETURNED
)

_lane = job.alias("lane_head")
_CLAIM_NEXT: Final = Prepared(
    _TAKE.where(
        job.c.seq
        == select(func.min(_lane.c.seq))
        .where(_lane.c.lane == bindparam("of_lane"), _lane.c.done_at.is_(None))
        .scalar_subquery(),
        _WAITING,
        job.c.run_at <= bindparam("now"),
    ).returning(*_RETURNED),
    returns=_RETURNED,
)
_BEGIN_ONE: Final = Prepared(
    _BEGIN.where(job.c.seq == bindparam("of_seq"), job.c.dispatched == bindparam("of_dispatched"), ~_DEAD).returning(
        *_RETURNED
    ),
    returns=_RETURNED,
)

_NEXT_DUE: Final = Prepared(
    select(job.c.run_at).where(_WAITING, job.c.run_at > bindparam("now")).order_by(job.c.run_at).limit(1)
)
_NEXT_LEASE: Final = Prepared(
    select(job.c.lease_until)
    .where(_RUNNING, job.c.owner != bindparam("of_owner"), job.c.lease_until.is_not(None))
    .order_by(job.c.lease_until)
    .limit(1)
)

_FINISH: Final = Prepared(delete(job).where(_FENCED))
_KEEP: Final = Prepared(update(known).where(known.c.digest == bindparam("of_digest")).values(until=bindparam("hour")))
_BURY: Final = Prepared(
    update(job)
    .where(_FENCED)
    .values(status=Status.DEAD.value, error=bindparam("why"), done_at=bindparam("now"), **_FREE)
)
_POSTPONE: Final = Prepared(
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
_RENEW: Final = Prepared(
    update(job).where(_MINE).values(lease_until=bindparam("lease")).returning(job.c.digest), returns=[job.c.digest]
)
_END_LEASES: Final = Prepared(
    update(job).where(_RUNNING, job.c.lease_until > bindparam("lease")).values(lease_until=bindparam("lease"))
)
_RELEASED: Final = update(job).values(status=Status.WAITING.value, **_FREE)
_RELEASE: Final = Prepared(_RELEASED.where(_MINE))
_RELEASE_ONE: Final = Prepared(_RELEASED.where(_MINE, _DIGEST))

_PLACE: Final = (job.c.seq, job.c.lane, job.c.dispatched)
_FIND: Final = Prepared(select(*_PLACE).where(_DIGEST, _WAITING))
_CANCEL: Final = Prepared(delete(job).where(_DIGEST, _WAITING))
_FORGET: Final = Prepared(delete(known).where(known.c.digest == bindparam("of_digest")))
_MOVE: Final = Prepared(update(job).where(_DIGEST, _WAITING, job.c.lane.is_(None)).values(run_at=bindparam("at")))
_DISPATCHED: Final = Prepared(update(job).where(job.c.seq == bindparam("of_seq")).values(dispatched=bindparam("by")))
_PENDING: Final = Prepared(
    select(job.c.key)
    .where(or_(_WAITING, _RUNNING), func.substr(job.c.key, 1, bindparam("length")) == bindparam("prefix"))
    .order_by(job.c.seq)
)
_LETTERS: Final = Prepared(select(*job.c).where(_DEAD).order_by(job.c.done_at, job.c.seq))
_LETTER: Final = Prepared(select(*job.c).where(_DIGEST, _DEAD).with_for_update())
_DELETE: Final = Prepared(delete(job).where(job.c.seq == bindparam("of_seq")))
_REVIVE: Final = Prepared(insert(job).returning(job.c.seq), columns=(*_NEW, "first_try"), returns=[job.c.seq])
_PORTION: Final = Prepared(
    select(known.c.digest)
    .where(known.c.digest > bindparam("after"))
    .order_by(known.c.digest)
    .limit(1)
    .offset(bindparam("n"))
)
_PURGE: Final = Prepared(
    delete(known).where(
        known.c.digest > bindparam("after"),
        known.c.digest <= bindparam("last"),
        known.c.until <= bindparam("hour"),
        ~exists().where(job.c.digest == known.c.digest),
    )
)


def digest(key: str) -> bytes:
    """What stands for a key where it must be short: 10 bytes, enough that no two of a billion are alike."""
    return blake2b(key.encode(), digest_size=10).digest()


# Adding


def add(conn: Connection, new: NewJob) -> bool:
    """Add a job that waits; False if its key is known."""
    values = columns_of(new)
    if not add_new(conn, known, {"digest": values["digest"], "until": values["until"]}):
        return False
    _ADD.one(conn, values)
    return True


def add_claimed(conn: Connection, new: NewJob, claim: Claim) -> Claimed | None:
    """Add a job that is the claimer's from birth, its first attempt begun; None if its key is known."""
    values = columns_of(new)
    if not add_new(conn, known, {"digest": values["digest"], "until": values["until"]}):
        return None
    values |= {
        "status": Status.RUNNING.value,
        "owner": claim.owner,
        "lease_until": claim.until,
        "attempts": 1,
        "first_try": new.run_at,
    }
    seq = _ADD_BEGUN.one(conn, values).seq
    begun = Job(new.kind, new.key, dict(new.payload), new.lane, 1, new.run_at)
    return Claimed(begun, new.allowed, seq, values["digest"], values["until"], is_new=True)


def columns_of(new: NewJob) -> dict[str, Any]:
    """The columns of a job that waits."""
    return {
        "key": new.key,
        "digest": digest(new.key),
        "until": _hour(new.run_at + KEPT + _USUAL),
        "kind": new.kind,
        "lane": new.lane,
        "payload": new.payload,
        "status": Status.WAITING.value,
        "run_at": new.run_at,
        "attempts": 0,
        "allowed": new.allowed,
    }


def is_lane_busy(conn: Connection, lane: str) -> bool:
    """Whether a lane has a job that is neither done nor dead."""
    return _LANE_BUSY.one(conn, {"of_lane": lane}) is not None


# Taking


def claim_due(conn: Connection, claim: Claim, now: datetime, n: int) -> list[Claimed]:
    """Take up to `n` jobs that are due, or whose owner let its lease end, each the head of its lane, oldest first."""
    rows = _CLAIM_DUE.all(conn, {"of_owner": claim.owner, "lease": claim.until, "now": now, "n": n})
    return sorted((_claimed(row) for row in rows), key=_seq)


def claim_next(conn: Connection, claim: Claim, now: datetime, lane: str) -> Claimed | None:
    """Take the head of a lane if it waits and is due."""
    row = _CLAIM_NEXT.one(conn, {"of_owner": claim.owner, "lease": claim.until, "now": now, "of_lane": lane})
    return None if row is None else _claimed(row)


def begin(conn: Connection, seq: int, dispatched: int, owner: str, now: datetime) -> Claimed | None:
    """Begin an attempt at a job that was dispatched to us; None if it is done, dead, or was dispatched anew."""
    values = {"of_seq": seq, "of_dispatched": dispatched, "of_owner": owner, "now": now}
    row = _BEGIN_ONE.one(conn, values)
    return None if row is None else _claimed(row)


def next_due(conn: Connection, owner: str, now: datetime) -> datetime | None:
    """When, after `now`, a waiting job falls due or the lease of another owner ends; None if there is neither."""
    due, lease = _NEXT_DUE.one(conn, {"now": now}), _NEXT_LEASE.one(conn, {"of_owner": owner})
    return min((row[0] for row in (due, lease) if row is not None), default=None)


# Ending


def finish(conn: Connection, done: Claimed, owner: str, now: datetime) -> bool:
    """End a job well: it is deleted, and its key stays known; False if it is no longer the owner's."""
    if _FINISH.count(conn, _fence(done, owner)) != 1:
        return False
    least = _hour(now + KEPT)
    if least > done.until:
        _KEEP.count(conn, {"of_digest": done.digest, "hour": least})
    return True


def bury(conn: Connection, failed: Claimed, owner: str, now: datetime, error: str) -> bool:
    """Make a job a dead letter, which keeps its payload; False if it is no longer the owner's."""
    return _BURY.count(conn, _fence(failed, owner) | {"now": now, "why": error}) == 1


def postpone(conn: Connection, failed: Claimed, owner: str, at: datetime, error: str, *, counted: bool) -> bool:
    """Have a job wait until `at`; False if it is no longer the owner's.

    An attempt that is not counted has not been made: nothing left this process.
    """
    begun = failed.job.attempts if counted else failed.job.attempts - 1
    since = failed.job.first_try if begun else None
    values = _fence(failed, owner) | {"at": at, "why": error, "begun": begun, "since": since}
    return _POSTPONE.count(conn, values) == 1


def renew(conn: Connection, claim: Claim) -> list[bytes]:
    """Extend the leases of all that the owner runs; their digests."""
    return [row.digest for row in _RENEW.all(conn, {"of_owner": claim.owner, "lease": claim.until})]


def end_leases(conn: Connection, at: datetime) -> int:
    """Have all leases end at an instant at the latest, because whoever has them is gone; how many."""
    return _END_LEASES.count(conn, {"lease": at})


def release_one(conn: Connection, owner: str, digest: bytes) -> bool:
    """Hand one job back, its attempt counted; False if it is no longer the owner's."""
    return _RELEASE_ONE.count(conn, {"of_owner": owner, "of_digest": digest}) == 1


def release(conn: Connection, owner: str, unstarted: Collection[Claimed], now: datetime) -> int:
    """Hand back all that the owner has; of those that it never started the attempt is not counted. How many."""
    for idle in unstarted:
        postpone(conn, idle, owner, now, "handed back", counted=False)
    return len(unstarted) + _RELEASE.count(conn, {"of_owner": owner})


# Changing


@dataclass(frozen=True, slots=True)
class Place:
    """Where a job stands."""

    seq: int
    lane: str | None
    dispatched: int | None


def find_waiting(conn: Connection, key: str) -> Place | None:
    """Where a job that waits stands."""
    row = _FIND.one(conn, {"of_digest": digest(key)})
    return None if row is None else Place(row.seq, row.lane, row.dispatched)


def cancel(conn: Connection, key: str) -> bool:
    """Delete a job that waits, and free its key; False if there is none."""
    named = {"of_digest": digest(key)}
    return _CANCEL.count(conn, named) == 1 and _FORGET.count(conn, named) == 1


def move(conn: Connection, key: str, at: datetime) -> bool:
    """Give a waiting job without a lane another time; False if there is none."""
    return _MOVE.count(conn, {"of_digest": digest(key), "at": at}) == 1


def note_dispatch(conn: Connection, seq: int, dispatched: int) -> None:
    """Keep by which job of the dispatcher a job will be begun."""
    _DISPATCHED.count(conn, {"of_seq": seq, "by": dispatched})


def revive(conn: Connection, key: str, now: datetime, tries: int) -> Place | None:
    """Have a dead letter wait again at the end of its lane, with `tries` more attempts; None if there is none.

    What it has tried stays known, so that a post whose fate is unknown is still looked up before it is sent.
    """
    row = _LETTER.one(conn, {"of_digest": digest(key)})
    if row is None:
        return None
    _DELETE.count(conn, {"of_seq": row.seq})
    again = row._asdict() | {
        "status": Status.WAITING.value,
        "run_at": now,
        "allowed": row.attempts + tries,
    }
    return Place(_REVIVE.one(conn, again).seq, row.lane, None)


# Looking


def pending(conn: Connection, prefix: str) -> list[str]:
    """The keys, with this prefix, of unfinished jobs, in the order of adding."""
    return [row.key for row in _PENDING.all(conn, {"prefix": prefix, "length": len(prefix)})]


def dead(conn: Connection) -> list[DeadLetter]:
    """The dead letters, in the order in which they were given up."""
    return [
        DeadLetter(row.key, row.kind, row.attempts, row.first_try, row.done_at, row.error)
        for row in _LETTERS.all(conn, {})
    ]


def purge(conn: Connection, after: bytes, now: datetime, n: int) -> bytes | None:
    """Of the next `n` digests, forget those of jobs that were done long ago.

    `after` is the last digest that was looked at, at first none (b""). Returns the last one now, or None at the end.
    """
    row = _PORTION.one(conn, {"after": after, "n": n - 1})
    last = None if row is None else row.digest
    _PURGE.count(conn, {"after": after, "last": last or _LAST, "hour": int((now - _EPOCH) / _HOUR)})
    return last


def _hour(instant: datetime) -> int:
    """The first whole hour since 1970 that is not before an instant."""
    return -((_EPOCH - instant) // _HOUR)


def _fence(held: Claimed, owner: str) -> dict[str, Any]:
    return {
        "of_seq": held.seq,
        "of_digest": held.digest,
        "of_owner": owner,
        "of_attempts": held.job.attempts,
    }


def _seq(claimed: Claimed) -> int:
    return claimed.seq


def _claimed(row: Any) -> Claimed:
    return Claimed(
        Job(row.kind, row.key, row.payload, row.lane, row.attempts, row.first_try),
        row.allowed,
        row.seq,
        row.digest,
        row.until,
        row.dispatched,
    )
