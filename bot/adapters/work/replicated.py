"""Work of several replicas: ports.Work on the job table of the store's own database, dispatched by Procrastinate."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import Connection

from bot.adapters.work.attempts import TRIES
from bot.ports import Clock
from bot.store import dispatch, jobs
from bot.store.jobs import DeadLetter, NewJob


class ReplicatedWork:
    """Jobs in a table, added and dispatched in the caller's transaction. They fall due by the database's clock.

    Of two transactions that add to a lane at once, the one that commits first is first.
    """

    def __init__(self, clock: Clock) -> None:
        self._clock = clock

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
        run_at = self._clock.now() if at is None else at
        return dispatch.add(conn, NewJob(kind, key, payload, lane, run_at, TRIES), at)

    def cancel(self, conn: Connection, key: str) -> bool:
        """Take back a job that has not begun, or that waits for another attempt; False if there is none.

        Its key is free again.
        """
        place = jobs.find_waiting(conn, key)
        return place is not None and dispatch.withdraw(conn, place.dispatched) and jobs.cancel(conn, key)

    def move(self, conn: Connection, key: str, at: datetime) -> bool:
        """Give a waiting job another time; False if there is none, or if it has a lane."""
        place = jobs.find_waiting(conn, key)
        if place is None or place.lane is not None or not dispatch.withdraw(conn, place.dispatched):
            return False
        dispatch.dispatch(conn, place.seq, None, at)
        return jobs.move(conn, key, at)

    def pending(self, conn: Connection, prefix: str) -> list[str]:
        """The keys, with this prefix, of jobs that are waiting or running, in the order of adding."""
        return jobs.pending(conn, prefix)

    def dead(self, conn: Connection) -> list[DeadLetter]:
        """The dead letters, in the order in which they were given up."""
        return jobs.dead(conn)

    def retry(self, conn: Connection, key: str) -> bool:
        """Try a dead letter again, at the end of its lane; False if there is none with this key."""
        place = jobs.revive(conn, key, self._clock.now(), TRIES)
        if place is None:
            return False
        dispatch.dispatch(conn, place.seq, place.lane, None)
        return True
