"""Embedded work: ports.Work on the job table of the store's own database, for one process."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection

from bot.adapters.work.attempts import TRIES
from bot.ports import Clock
from bot.store import jobs
from bot.store.hooks import after_commit, can_hook
from bot.store.jobs import Claim, Claimed, DeadLetter, NewJob


@dataclass(frozen=True, slots=True)
class Worker:
    """What `add` may do with the runner of this process, so that new work need not be looked for.

    `has_room` is asked within a transaction; `take` and `wake` are called after its commit.
    """

    owner: str
    lease: timedelta
    has_room: Callable[[], bool]
    take: Callable[[Claimed], None]
    wake: Callable[[datetime], None]
    # Lanes in which something may wait behind a job that was claimed at birth. They change within transactions, whether
    # these are committed or not: a lane too many costs a look, one too few a wait for the next poll.
    awaited: set[str] = field(default_factory=set)


class EmbeddedWork:
    """Jobs in a table, added in the caller's transaction.

    While a runner is attached, a job that is due and whose lane is idle is *claimed at birth*: it is inserted as
    running and handed over after the commit, which saves the transaction of a claim. Should the process die, its
    lease ends and the job is taken over like any other.
    """

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._worker: Worker | None = None

    def attach(self, worker: Worker | None) -> None:
        """Hand new work to a runner from now on, or to nobody."""
        self._worker = worker

    def add(
        self,
        conn: Connection,
        kind: str,
        key: str,
        payload: dict[str, Any],
        lane: str | None = None,
        at: datetime | None = None,
    ) -> bool:
        """Add a job; False if its key is known already. Raises ValueError for a lane together with a time."""
        if lane is not None and at is not None:
            raise ValueError("a job with a time has no lane: when due it may add one that has")
        now = self._clock.now()
        new = NewJob(kind, key, payload, lane, now if at is None else at, TRIES)
        worker = self._worker if can_hook(conn) else None
        if worker is not None and at is None:
            if worker.has_room() and not (lane and jobs.is_lane_busy(conn, lane)):
                born = jobs.add_claimed(conn, new, Claim(worker.owner, now + worker.lease))
                if born is not None:
                    after_commit(conn, lambda: worker.take(born))
                return born is not None
            if lane is not None:
                worker.awaited.add(lane)
        added = jobs.add(conn, new)
        if added:
            self._wake(conn, new.run_at)
        return added

    def cancel(self, conn: Connection, key: str) -> bool:
        """Take back a job that has not begun, or that waits for another attempt; False if there is none.

        Its key is free again.
        """
        if not jobs.cancel(conn, key):
            return False
        self._wake(conn, self._clock.now())  # it may have been the head of a lane
        return True

    def move(self, conn: Connection, key: str, at: datetime) -> bool:
        """Give a waiting job another time; False if there is none, or if it has a lane."""
        moved = jobs.move(conn, key, at)
        if moved:
            self._wake(conn, at)
        return moved

    def pending(self, conn: Connection, prefix: str) -> list[str]:
        """The keys, with this prefix, of jobs that are waiting or running, in the order of adding."""
        return jobs.pending(conn, prefix)

    def dead(self, conn: Connection) -> list[DeadLetter]:
        """The dead letters, in the order in which they were given up."""
        return jobs.dead(conn)

    def retry(self, conn: Connection, key: str) -> bool:
        """Try a dead letter again, at the end of its lane; False if there is none with this key."""
        now = self._clock.now()
        if jobs.revive(conn, key, now, TRIES) is None:
            return False
        self._wake(conn, now)
        return True

    def _wake(self, conn: Connection, at: datetime) -> None:
        worker = self._worker
        if worker is not None:
            after_commit(conn, lambda: worker.wake(at))
