"""Units: jobs handed to Procrastinate on PostgreSQL, by its SQL functions, in the caller's transaction.

Procrastinate says when and where a job is begun. What the job is stands in our table alone: its own holds the number
of our row and the lane.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from sqlalchemy import BigInteger, Connection, DateTime, Text, bindparam, column, text

from bot.store import jobs
from bot.store.jobs import Claimed, NewJob, Status
from bot.store.locks import try_exclusive
from bot.store.prepared import Prepared
from bot.store.tables import job

QUEUE: Final = "partnerdesk"
TASK: Final = "partnerdesk.job"
CHANNEL: Final = f"procrastinate_queue_v1#{QUEUE}"

_JOB: Final = (
    f"ROW('{QUEUE}', '{TASK}', 0, CAST(:lane AS text), NULL, jsonb_build_object('seq', {{seq}}),"
    " CAST(:at AS timestamptz))::procrastinate_job_to_defer_v1"
)
_DEFER: Final = f"(procrastinate_defer_jobs_v1(ARRAY[{_JOB}]))[1]"
# What its own trigger sends for a new job: whoever listens looks for work. A lane that becomes free sends nothing.
_NOTIFY: Final = f'pg_notify(\'{CHANNEL}\', \'{{"type": "job_inserted", "job_id": 0}}\')'

_ADD: Final = Prepared(
    text(
        f"""
        WITH new AS (
            INSERT INTO known (digest, until) VALUES (:digest, :until) ON CONFLICT DO NOTHING RETURNING digest
        ), place AS MATERIALIZED (
            SELECT nextval(pg_get_serial_sequence('job', 'seq')) AS seq FROM new
        )
        INSERT INTO job (seq, key, digest, until, kind, lane, payload, status, run_at, attempts, allowed, dispatched)
        SELECT place.seq, :key, :digest, :until, :kind, :lane, :payload, '{Status.WAITING}', :run_at, 0, :allowed,
            {_DEFER.format(seq="place.seq")}
        FROM place
        """  # noqa: S608 - of constants
    ).bindparams(
        *(bindparam(name, type_=job.c[name].type) for name in ("digest", "until", "key", "kind", "lane", "payload")),
        bindparam("run_at", type_=job.c.run_at.type),
        bindparam("allowed", type_=job.c.allowed.type),
        bindparam("at", type_=DateTime(timezone=True)),
    )
)
_DISPATCH: Final = Prepared(
    text(f"SELECT {_DEFER.format(seq='CAST(:seq AS bigint)')}").bindparams(
        bindparam("seq", type_=BigInteger),
        bindparam("lane", type_=Text),
        bindparam("at", type_=DateTime(timezone=True)),
    )
)
_FETCH: Final = Prepared(
    text(
        "SELECT id, status, task_name, priority, lock, queueing_lock, args, scheduled_at, queue_name, attempts,"
        " worker_id FROM procrastinate_fetch_job_v2(ARRAY[CAST(:queue AS varchar)], CAST(:worker AS bigint))"
        " WHERE id IS NOT NULL"
    ),
    returns=[
        column(name)
        for name in (
            "id",
            "status",
            "task_name",
            "priority",
            "lock",
            "queueing_lock",
            "args",
            "scheduled_at",
            "queue_name",
            "attempts",
            "worker_id",
        )
    ],
)
_CANCEL: Final = Prepared(text("SELECT procrastinate_cancel_job_v1(CAST(:id AS bigint), false, true)"))
# From the table, so that a job which is no longer there is no error.
_END: Final = Prepared(
    text("SELECT procrastinate_finish_job_v1(id, 'succeeded', true) FROM procrastinate_jobs WHERE id = :id")
)
_PUT_OFF: Final = Prepared(
    text(
        "SELECT procrastinate_retry_job_v2(id, CAST(:at AS timestamptz), NULL, NULL, NULL)"
        " FROM procrastinate_jobs WHERE id = :id AND status = 'doing'"
    ).bindparams(bindparam("at", type_=DateTime(timezone=True)))
)
_WAKE: Final = Prepared(text(f"SELECT {_NOTIFY}"))
_REGISTER: Final = Prepared(text("SELECT worker_id FROM procrastinate_register_worker_v1()"))
_UNREGISTER: Final = Prepared(text("SELECT procrastinate_unregister_worker_v1(CAST(:worker AS bigint))"))
_BEAT: Final = Prepared(text("UPDATE procrastinate_workers SET last_heartbeat = now() WHERE id = :worker"))
_PRUNE: Final = Prepared(text("SELECT procrastinate_prune_stalled_workers_v1(CAST(:seconds AS float))"))
_STALLED: Final = Prepared(
    text(
        "SELECT id FROM procrastinate_jobs WHERE queue_name = :queue AND status = 'doing' AND worker_id IS NULL"
        " ORDER BY id FOR UPDATE"
    ),
    returns=[column("id", BigInteger)],
)
_UNDISPATCHED: Final = Prepared(
    text("SELECT seq, lane, run_at FROM job WHERE dispatched IS NULL AND done_at IS NULL ORDER BY seq FOR UPDATE"),
    returns=[job.c.seq, job.c.lane, job.c.run_at],
)


@dataclass(frozen=True, slots=True)
class Fetched:
    """A job as Procrastinate gives it, by the names of its columns, and the job of ours that it stands for."""

    row: dict[str, Any]
    claimed: Claimed


def add(conn: Connection, new: NewJob, at: datetime | None) -> bool:
    """Add a job that waits, until `at` if that is given; False if its key is known. One statement."""
    return _ADD.count(conn, {**jobs.columns_of(new), "at": at}) == 1


def dispatch(conn: Connection, seq: int, lane: str | None, at: datetime | None) -> None:
    """Have the job of a row begun in its turn, or in its turn from `at` on; it is not dispatched yet."""
    jobs.note_dispatch(conn, seq, _DISPATCH.one(conn, {"seq": seq, "lane": lane, "at": at})[0])


def fetch(conn: Connection, worker: int | None, owner: str, now: datetime) -> Fetched | None:
    """Take the next job whose turn it is, for a worker, and begin it for an owner; None if there is none."""
    while (row := _FETCH.one(conn, {"queue": QUEUE, "worker": worker})) is not None:
        claimed = jobs.begin(conn, row.args["seq"], row.id, owner, now)
        if claimed is not None:
            return Fetched(row._asdict(), claimed)
        _END.one(conn, {"id": row.id})  # whoever deleted our row did not know of it
    return None


def fetch_some(conn: Connection, worker: int | None, owner: str, now: datetime, n: int) -> list[Fetched]:
    """Take up to `n` jobs whose turn it is; fewer: there are no more."""
    found: list[Fetched] = []
    while len(found) < n and (fetched := fetch(conn, worker, owner, now)) is not None:
        found.append(fetched)
    return found


def give_back(conn: Connection, unstarted: Sequence[Claimed], owner: str, now: datetime) -> None:
    """Have somebody else begin what was taken and never started; no attempt is counted."""
    for idle in unstarted:
        if jobs.postpone(conn, idle, owner, now, "handed back", counted=False):
            put_off(conn, idle, now)
    _WAKE.one(conn, {})


def withdraw(conn: Connection, dispatched: int | None) -> bool:
    """Take back what was dispatched, and let its lane go on; False if a worker has it."""
    if dispatched is None:
        return True
    if _CANCEL.one(conn, {"id": dispatched})[0] is None:
        return False
    _WAKE.one(conn, {})
    return True


def end(conn: Connection, claimed: Claimed) -> None:
    """End what a worker has."""
    _END.one(conn, {"id": claimed.dispatched})


def put_off(conn: Connection, claimed: Claimed, at: datetime) -> None:
    """Have a job that is ours begun again at `at`; until then it holds its lane."""
    _PUT_OFF.one(conn, {"id": claimed.dispatched, "at": at})


def hand_back(conn: Connection, claimed: Claimed, owner: str, at: datetime) -> None:
    """Have somebody begin what an owner could not end, from `at` on; the attempt is counted."""
    if jobs.release_one(conn, owner, claimed.digest):
        put_off(conn, claimed, at)
        _WAKE.one(conn, {})


def register(conn: Connection) -> int:
    """Make a worker known; its number."""
    worker: int = _REGISTER.one(conn, {})[0]
    return worker


def unregister(conn: Connection, worker: int) -> None:
    """Say goodbye for a worker; others may look for what it leaves."""
    _UNREGISTER.one(conn, {"worker": worker})
    _WAKE.one(conn, {})


def beat(conn: Connection, worker: int) -> bool:
    """Say that a worker lives; False if it was taken for dead meanwhile."""
    return _BEAT.count(conn, {"worker": worker}) == 1


def sweep(conn: Connection, seconds: float, now: datetime) -> int:
    """Have begun again what workers held of whom nothing was heard for so many seconds; how many jobs.

    Of several processes that sweep at once one does it.
    """
    if not try_exclusive(conn, "sweep"):
        return 0
    _PRUNE.all(conn, {"seconds": seconds})
    stalled = _STALLED.all(conn, {"queue": QUEUE})
    for row in stalled:
        _PUT_OFF.one(conn, {"id": row.id, "at": now})
    if stalled:
        _WAKE.one(conn, {})
    return len(stalled)


def adopt(conn: Connection) -> int:
    """Dispatch jobs that Procrastinate does not have: of a migration, or of a copy of another database. How many."""
    rows: list[Any] = _UNDISPATCHED.all(conn, {}) if try_exclusive(conn, "adopt") else []
    for row in rows:
        dispatch(conn, row.seq, row.lane, row.run_at)
    return len(rows)
