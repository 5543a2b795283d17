"""Meetings for tests of the store; as a program, a storm of people who book, move and cancel at once."""

from __future__ import annotations

import json
import random
import sys
import threading
from collections import Counter
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Engine, func, select
from sqlalchemy.exc import DBAPIError

from bot.availability import cells
from bot.meeting import Cause, Kind, Meeting, Span, State
from bot.model import PersonId
from bot.store import meetings
from bot.store.engine import open_engines
from bot.store.tables import cell, meeting
from tests.clock import START

HOSTS = ("UEVE", "UIDA", "UOLA")
ANNE = PersonId("T2", "UANNE")
NINE = START + timedelta(days=1)  # the first time that is booked
LENGTH = timedelta(minutes=30)
BUFFER = timedelta(minutes=10)

_THREADS = 4
_PATIENCE = 60.0  # seconds: what is slow is no fault


def wanted(start: datetime = NINE, length: timedelta = LENGTH, **more: Any) -> Meeting:
    """A meeting as somebody would like it."""
    return Meeting(
        number=0,
        uid=more.pop("uid", "1@T1.partnerdesk"),
        kind=more.pop("kind", Kind.SUPPORT),
        booker=more.pop("booker", ANNE),
        language=more.pop("language", "fi"),
        start=start,
        end=start + length,
        host=more.pop("host", ""),
        zone=more.pop("zone", "Europe/Helsinki"),
        booked_at=START,
        **more,
    )


def held(state: Meeting) -> Span:
    """What it takes of its host's time."""
    return Span(state.start, state.end + BUFFER)


def book(
    conn: Connection,
    state: Meeting | None = None,
    hosts: Sequence[str] = HOSTS,
    key: str = "",
    *,
    workspace: str = "T1",
) -> Meeting | None:
    """Book it; by a request of its own, unless that is named."""
    state = state or wanted()
    request = key or f"V{random.getrandbits(64)}"
    return meetings.book(conn, workspace, state, hosts, held(state), request, START)


def booked(conn: Connection, *args: Any, **more: Any) -> Meeting:
    """Book it where that must do."""
    made = book(conn, *args, **more)
    assert made is not None
    return made


def move(conn: Connection, number: int, start: datetime, hosts: Sequence[str] = HOSTS) -> Meeting | None:
    """Give a meeting another time, as whoever does it shall."""
    meetings.lock(conn, "T1", number)
    state = meetings.load(conn, "T1", number)
    if state is None:
        return None
    end = start + (state.end - state.start)
    return meetings.move(conn, "T1", state, hosts, start, end, Span(start, end + BUFFER), START)


def cancel(conn: Connection, number: int, state: State = State.CANCELLED) -> None:
    """Free its time, as whoever does it shall."""
    meetings.lock(conn, "T1", number)
    found = meetings.load(conn, "T1", number)
    if found is not None and found.state is State.BOOKED:
        meetings.free(conn, "T1", found, state=state, cause=Cause.BOOKER, words="", now=START)


def faults(conn: Connection) -> list[str]:
    """What is wrong with what is booked: meetings of a host that overlap, cells that are not those of a meeting."""
    rows = conn.execute(select(meeting).order_by(meeting.c.host, meeting.c.start)).all()
    taken = [row for row in rows if row.status == State.BOOKED.value]
    overlapping = [
        f"MT-{one.number} and MT-{other.number}"
        for place, one in enumerate(taken)
        for other in taken[place + 1 :]
        if one.host == other.host and other.start < one.held_until
    ]
    due = {
        (row.workspace, row.host, number): row.number
        for row in taken
        for number in cells(Span(row.start, row.held_until))
    }
    there = {(row.workspace, row.host, row.cell): row.number for row in conn.execute(select(cell))}
    return overlapping + [f"cell {key}" for key in {*due, *there} if due.get(key) != there.get(key)]


def _storm(engine: Engine, seed: int, tries: int, said: Counter[str]) -> None:
    dice = random.Random(seed)
    for n in range(tries):
        hosts = dice.sample(HOSTS, dice.randint(1, len(HOSTS)))
        start = NINE + timedelta(minutes=5 * dice.randrange(60))
        state = wanted(start, timedelta(minutes=5 * dice.randint(1, 12)), booker=PersonId("T2", f"U{seed}"))
        deed = dice.choice(("book", "book", "move", "move", "move", "cancel"))
        with engine.begin() as conn:
            number = dice.randint(1, conn.execute(select(func.max(meeting.c.number))).scalar() or 1)
            try:
                if deed == "book":
                    done = book(conn, state, hosts, f"V{seed}-{n}") is not None
                elif deed == "move":
                    done = move(conn, number, start, hosts) is not None
                else:
                    done = cancel(conn, number, dice.choice((State.CANCELLED, State.UNPLACED))) is None
            except DBAPIError as error:
                said[f"{type(error.orig).__name__} at {deed}"] += 1
                conn.rollback()
            else:
                said[deed if done else f"no {deed}"] += 1


def main(url: str, seed: int, tries: int) -> None:
    """Let a few threads do as they like; writes to stdout how often what was done."""
    engines = open_engines(url, busy_timeout=_PATIENCE)
    said: Counter[str] = Counter()
    threads = [
        threading.Thread(target=_storm, args=(engines.writer, seed * _THREADS + n, tries, said))
        for n in range(_THREADS)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    engines.dispose()
    sys.stdout.write(json.dumps(said))


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]), int(sys.argv[3]))
