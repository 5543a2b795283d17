"""What is left of meetings when people's data goes, on both databases: nothing of theirs, and what others wait for."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Connection, select

from bot.adapters.work.opening import open_work
from bot.meeting import Cause, Customer, Kind, Meeting, Span, State
from bot.model import PersonId
from bot.store import codec, hosts, meeting_privacy, meetings, people, privacy
from bot.store.database import Database
from bot.store.jobs import Status
from bot.store.meeting_privacy import Trace
from bot.store.privacy import MEETING_UNPLACED, MEETING_WITHDRAWAL, Erased, Found
from bot.store.tables import busy, cell, host, job, meeting, person
from tests.bookings import ANNE, LENGTH, NINE, book, booked, cancel, faults, wanted
from tests.clock import START, VirtualClock
from tests.rows import add_job

NAMESAKE = PersonId("T3", "UANNE")
BOB = PersonId("T2", "UBOB")
EVE = PersonId("T1", "UEVE")  # who holds them
GUEST = PersonId("T2", "UEVE")  # somebody else's namesake
HOUR = timedelta(hours=1)
DAY = timedelta(days=1)
OVER = NINE - 2 * DAY

SHOWN = {
    "held_in": "de",
    "topic": "Anne's words",
    "email": "anne@example.org",
    "customer": Customer("Zanzibar", "zoe@example.org"),
    "host_channel": "D9",
    "host_ts": "7.000000",
    "written": "UEVE",
    "booker_file": "F1",
    "host_file": "F2",
}
TRACE = Trace(
    number=1,
    uid="1@T1.partnerdesk",
    kind=Kind.SUPPORT,
    language="de",
    start=NINE,
    end=NINE + LENGTH,
    sequence=1,
    state=State.BOOKED,
    host="UEVE",
    written="UEVE",
    host_channel="D9",
    host_ts="7.000000",
    host_file="F2",
    booker_file="F1",
    customer_email="zoe@example.org",
)


def add(conn: Connection, start: datetime = NINE, **more: Any) -> Meeting:
    """A meeting that Eve holds, and all that is shown of it."""
    return booked(conn, wanted(start, **{**SHOWN, **more}), ("UEVE",))


def erase(conn: Connection, who: PersonId, found: Found | None = None) -> Erased:
    """Whatever is kept of somebody."""
    found = found or Found(START, {}, {})
    return privacy.erase(conn, "T1", who, found, asked_at=START, now=START, cause=privacy.Cause.PERSON)


def load(conn: Connection, number: int = 1) -> Meeting:
    """A meeting that is still there."""
    state = meetings.load(conn, "T1", number)
    assert state is not None
    return state


def everything(conn: Connection) -> str:
    """All that is kept of meetings, hosts and people."""
    tables = (meeting, cell, busy, host, person)
    return json.dumps([dict(row) for table in tables for row in conn.execute(select(table)).mappings()], default=str)


# Whoever has booked it


def test_a_meeting_goes_with_its_booker(conn: Connection) -> None:
    """The time is another's to book; what is still shown is told, with whom the customer has to hear from."""
    add(conn)
    other = booked(conn, wanted(NINE + HOUR, booker=NAMESAKE), ("UEVE",))
    erased = erase(conn, ANNE)

    assert meetings.load(conn, "T1", 1) is None
    assert load(conn, 2) == other
    assert (erased.rows, erased.named) == ({"meeting": 1}, {})
    assert erased.meetings == (TRACE,)
    assert "Anne" not in everything(conn)
    assert "T2" not in everything(conn)
    assert faults(conn) == []
    assert book(conn, hosts=("UEVE",)) is not None


@pytest.mark.parametrize(("start", "state"), [(OVER, State.BOOKED), (NINE, State.CANCELLED), (NINE, State.UNPLACED)])
def test_nobody_waits_for_what_is_over_or_cancelled(conn: Connection, start: datetime, state: State) -> None:
    """Cards, files and the calendar still show it; the customer is told nothing."""
    add(conn, start)
    if state is not State.BOOKED:
        cancel(conn, 1, state)
    erased = erase(conn, ANNE)
    sequence = 1 if state is State.BOOKED else 2

    assert erased.meetings == (
        replace(TRACE, start=start, end=start + LENGTH, state=state, sequence=sequence, customer_email=""),
    )
    assert "Anne" not in everything(conn)


def test_what_somebody_gave_to_be_remembered_goes(conn: Connection) -> None:
    """Their e-mail and their zone; an e-mail alone can be taken back, and what else they chose stays."""
    people.remember(conn, "T1", ANNE, language="fi", zone="Europe/Paris", email="anne@example.org")
    people.remember(conn, "T1", BOB, email="bob@example.org")
    given = people.load(conn, "T1", ANNE)
    people.remember(conn, "T1", ANNE, email="")
    taken = people.load(conn, "T1", ANNE)
    people.remember(conn, "T1", ANNE, email="anne@example.org")
    erased = erase(conn, ANNE)

    assert (given.language, given.zone, given.email) == ("fi", "Europe/Paris", "anne@example.org")
    assert taken == replace(given, email="")
    assert erased.rows == {"person": 1}
    assert people.load(conn, "T1", ANNE) == people.StoredPerson(ANNE)
    assert people.load(conn, "T1", BOB).email == "bob@example.org"


# Whoever holds it


def test_a_meeting_that_is_ahead_loses_its_time_with_its_host(conn: Connection) -> None:
    """Whoever has booked it keeps it, and all that they typed; of the host nothing is left."""
    before = add(conn)
    hosts.noted(conn, "T1", "UEVE", [Span(NINE + HOUR, NINE + 2 * HOUR)], START)
    erased = erase(conn, EVE)
    gone = {"host": "", "written": "", "host_channel": "", "host_ts": "", "host_file": ""}

    assert load(conn) == replace(before, state=State.UNPLACED, cause=Cause.HOST, sequence=1, **gone)
    assert (erased.rows, erased.named) == ({"busy": 1, "host": 1}, {"meeting": 1})
    trace = replace(TRACE, booker_file="", customer_email="", is_without_host=True, is_unplaced=True)
    assert erased.meetings == (trace,)
    assert "EVE" not in everything(conn)
    assert faults(conn) == []


def test_of_one_that_is_over_the_hosts_name_goes(conn: Connection) -> None:
    """What was, was; what they have in their own calendar is theirs, and nobody is told anything."""
    before = add(conn, OVER)
    erased = erase(conn, EVE)
    gone = {"host": "", "written": "", "host_channel": "", "host_ts": "", "host_file": ""}

    assert load(conn) == replace(before, **gone)
    assert erased.named == {"meeting": 1}
    assert erased.rows == {"cell": 8, "host": 1}
    assert erased.meetings == ()
    assert "EVE" not in everything(conn)


@pytest.mark.parametrize("state", [State.CANCELLED, State.UNPLACED])
def test_one_that_had_lost_its_time_stays_as_it_is(conn: Connection, state: State) -> None:
    """Its last host is nobody; a calendar that was not seen to yet still is."""
    add(conn)
    cancel(conn, 1, state)
    before = load(conn)
    (trace,) = erase(conn, EVE).meetings

    assert load(conn) == replace(before, host="", written="", host_channel="", host_ts="", host_file="")
    assert (trace.state, trace.written, trace.is_unplaced) == (state, "UEVE", False)


def test_a_host_is_of_the_workspace(conn: Connection) -> None:
    """Somebody of another team with the same id holds nothing."""
    add(conn)
    before = everything(conn)
    erased = erase(conn, GUEST)

    assert (erased.rows, erased.named, erased.meetings) == ({}, {}, ())
    assert everything(conn) == before


def test_whoever_books_with_themselves_is_gone_from_both_sides(conn: Connection) -> None:
    """As a booker: the meeting is deleted."""
    add(conn, booker=EVE)
    erased = erase(conn, EVE)

    assert meetings.load(conn, "T1", 1) is None
    assert erased.rows == {"meeting": 1, "host": 1}
    assert everything(conn) == "[]"


def test_a_host_reads_their_part_of_others_meetings(conn: Connection) -> None:
    """When they hold one, and nothing of whoever has booked it."""
    add(conn)
    row = conn.execute(select(meeting)).one()

    assert privacy.named_in("meeting", row) == {ANNE, EVE}
    assert privacy.part_of("meeting", row, EVE) == {
        "workspace": "T1",
        "number": 1,
        "kind": "support",
        "state": "booked",
        "start": NINE.isoformat(),
        "end": (NINE + LENGTH).isoformat(),
    }


# Growing old, and what is under way


@pytest.fixture(params=["sqlite", "postgresql"])
async def database(request: pytest.FixtureRequest, path: Path) -> AsyncIterator[Database]:
    """A started database of each kind."""
    url = f"sqlite:///{path}" if request.param == "sqlite" else request.getfixturevalue("postgres_url")
    async with Database.open(url) as opened:
        yield opened


async def test_meetings_grow_old_once_they_are_over(database: Database) -> None:
    """With their cells, whenever they were booked; one that is ahead stays with all of its own."""
    before = START + DAY

    def unit(conn: Connection) -> None:
        for start in (before - LENGTH - HOUR, before - LENGTH, before + DAY):
            add(conn, start)
        for start in (before - HOUR, before + DAY):
            span = Span(start - LENGTH, start)
            hosts.noted(conn, "T1", f"U{start:%d}", [span], START)
        hosts.pause(conn, "T1", "UAWAY", before + DAY)
        conn.execute(host.update().where(host.c.user == "UEVE").values(last_booked_at=before + DAY))

    await database.run(unit)
    await privacy.clear_all(database, lambda holding: holding.due(before) if holding.due else None)

    def left(conn: Connection) -> Any:
        counted = dict[int, int]()
        for row in conn.execute(select(cell)):
            counted[row.number] = counted.get(row.number, 0) + 1
        numbers = conn.execute(select(meeting.c.number).order_by(meeting.c.number)).scalars().all()
        spans = conn.execute(select(busy.c.host)).scalars().all()
        return numbers, counted, spans, sorted(hosts.all(conn, "T1"))

    # The second ends at that very instant; of the pause after it, two cells are still to come.
    assert await database.read(left) == ([2, 3], {2: 2, 3: 8}, [f"U{before + DAY:%d}"], ["UAWAY", "UEVE"])


async def test_work_on_a_meeting_is_work_for_both(database: Database) -> None:
    """A card or a calendar may be just being written though the work names nobody; other work has numbers too."""

    def unit(conn: Connection) -> list[bool]:
        add(conn)
        booked(conn, wanted(booker=BOB), ("UIDA",))
        add_job(conn, "card:T1:1", Status.RUNNING.value, START)
        seen = []
        for kind, number in (("card", 1), ("report-card", 1), ("meeting-card", 9), ("meeting-card", 1)):
            conn.execute(job.update().values(kind=kind, payload={"number": number}))
            seen += [privacy.is_busy(conn, who) for who in (ANNE, EVE, BOB, GUEST)]
        return seen

    assert await database.run(unit) == [False] * 12 + [True, True, False, False]


async def test_slack_and_calendars_are_seen_to(database: Database) -> None:
    """A job for what is shown and one for whoever has lost a time, in the meeting's lane; once for each erasure.

    Nothing in them tells who has booked it.
    """
    work = open_work("sqlite://", VirtualClock())

    def unit(conn: Connection) -> list[Any]:
        add(conn)
        add(conn, NINE + HOUR, booker=BOB)
        for who in (BOB, EVE):
            erased = erase(conn, who)
            for _ in range(2):
                privacy.withdraw(conn, work, "T1", erased)
        return list(conn.execute(select(job).order_by(job.c.seq)).all())

    rows = await database.run(unit)

    assert [(row.kind, row.lane) for row in rows] == [
        (MEETING_WITHDRAWAL, meetings.lane("T1", 2)),
        (MEETING_WITHDRAWAL, meetings.lane("T1", 1)),
        (MEETING_UNPLACED, meetings.lane("T1", 1)),
    ]
    assert codec.load(Trace, rows[0].payload) == replace(TRACE, number=2, start=NINE + HOUR, end=NINE + HOUR + LENGTH)
    assert rows[1].payload["number"] == 1
    assert rows[2].payload == {"number": 1}
    assert all(word not in json.dumps(row.payload) for row in rows for word in ("Anne", "anne@", "UANNE", "UBOB", "T2"))


async def test_meetings_that_name_a_host_are_found(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    """A page at a time, apart from those that are theirs; with what their calendar says and what they have to hold."""
    monkeypatch.setattr(privacy, "_PAGE", 2)

    def unit(conn: Connection) -> None:
        for n in range(5):
            name = "UEVE" if n % 2 else "UIDA"
            booked(conn, wanted(NINE + n * HOUR, booker=EVE if n == 3 else ANNE), (name,))
        hosts.noted(conn, "T1", "UEVE", [Span(NINE, NINE + HOUR)], START)

    await database.run(unit)
    found = await privacy.rows_of(database, lambda who: who == EVE, START)
    rows = {name: len(found.rows[name]) for name in ("cell", "busy", "host")}

    assert [row.number for row in found.rows["meeting"]] == [4]
    assert [row.number for row in found.named["meeting"]] == [2]
    assert rows == {"cell": 16, "busy": 1, "host": 1}
    assert meeting_privacy.named_in(found.rows["meeting"][0]) == {EVE}
