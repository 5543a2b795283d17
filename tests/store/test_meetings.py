"""The units of meetings, on both databases: what is booked, moved and freed, and how it is found."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import fields, replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Connection, insert, select, text

from bot.availability import cells
from bot.meeting import Cause, Customer, Kind, Meeting, Span, State
from bot.model import PersonId
from bot.store import codec, hosts, meetings
from bot.store.counters import next_number
from bot.store.engine import open_engines
from bot.store.migrations import migrate
from bot.store.tables import cell, counter, host, meeting
from tests.bookings import ANNE, BUFFER, LENGTH, NINE, book, booked, cancel, faults, held, move, wanted
from tests.clock import START

BOB = PersonId("T2", "UBOB")
NAMESAKE = PersonId("T3", "UANNE")
LATER = START + timedelta(minutes=5)
HOUR = timedelta(hours=1)
DAY = timedelta(days=1)

FULL = Meeting(
    number=0,
    uid="7@T1.partnerdesk",
    kind=Kind.TRAINING,
    booker=ANNE,
    language="fi",
    start=NINE,
    end=NINE + LENGTH,
    host="UEVE",
    zone="Europe/Helsinki",
    booked_at=START,
    state=State.CANCELLED,
    cause=Cause.HOST,
    sequence=3,
    programme="cyberday",
    organisation="Acme",
    held_in="de",
    topic="Lisenssit",
    email="anne@example.org",
    customer=Customer("Zanzibar Oy", "zoe@example.org"),
    words="Valitettavasti",
    channel="C1",
    thread_ts="5.000000",
    message_ts="6.000000",
    host_channel="D9",
    host_line="9.000002",
    host_ts="7.000000",
    written="UEVE",
    booker_file="F1",
    host_file="F2",
    invited=2,
    helped=False,
)


def load(conn: Connection, number: int = 1) -> Meeting:
    """A meeting that is there."""
    state = meetings.load(conn, "T1", number)
    assert state is not None
    return state


def taken(conn: Connection) -> dict[str, int]:
    """How many cells of each host are taken."""
    found: dict[str, int] = {}
    for row in conn.execute(select(cell)):
        found[row.host] = found.get(row.host, 0) + 1
    return found


def numbers(found: list[Meeting]) -> list[int]:
    """Which they are."""
    return [one.number for one in found]


# What is kept


def test_a_meeting_is_loaded_as_it_stands(conn: Connection) -> None:
    """Every part of it comes back, however it came to be so."""
    assert len(codec.dump(FULL)) == len(fields(Meeting)), "FULL says something in every field"
    made = booked(conn, replace(FULL, state=State.BOOKED, cause=None, words=""), ("UEVE",))
    freed = meetings.free(conn, "T1", made, state=State.CANCELLED, cause=Cause.HOST, words="Valitettavasti", now=LATER)

    assert made == replace(FULL, number=1, state=State.BOOKED, cause=None, words="")
    assert freed == replace(FULL, number=1, sequence=4)
    assert load(conn) == freed
    assert meetings.load(conn, "T1", 2) is None


def test_saving_changes_neither_time_nor_state(conn: Connection) -> None:
    """These go with the cells: whoever saves what they have read long ago moves nothing."""
    made = booked(conn)
    moved = move(conn, 1, NINE + HOUR, ("UIDA",))
    assert moved is not None
    meetings.save(conn, "T1", replace(made, host_ts="7.000000", state=State.CANCELLED), LATER)

    assert load(conn) == replace(moved, host_ts="7.000000", sequence=0)
    assert faults(conn) == []


def test_a_meeting_that_was_erased_stays_so(conn: Connection) -> None:
    """What is saved, moved or freed late brings back neither it nor its cells."""
    made = booked(conn)
    meetings.delete(conn, "T1", 1)
    meetings.save(conn, "T1", made, LATER)
    moved = meetings.move(conn, "T1", made, ("UEVE",), NINE, NINE + LENGTH, held(made), LATER)
    meetings.free(conn, "T1", made, state=State.UNPLACED, cause=Cause.HOST, words="", now=LATER)

    assert moved is None
    assert meetings.load(conn, "T1", 1) is None
    assert taken(conn) == {}


def test_another_version_reads_it(conn: Connection) -> None:
    """What a newer one has added is left alone, words that are unknown here are as if nothing had been said."""
    made = booked(conn, replace(FULL, state=State.BOOKED))
    row = conn.execute(select(meeting)).one()
    newer = {**row.state, "room": "Aurora", "cause": "weather", "customer": {"name": "Zanzibar Oy", "phone": "1"}}
    older = {name: row.state[name] for name in ("uid", "language", "zone", "booked_at")}
    found = []
    for state, status, kind in ((newer, "confirmed", "demo"), (older, "booked", "training")):
        conn.execute(meeting.update().values(state=state, status=status, kind=kind))
        found.append(load(conn))
        assert (moved := move(conn, 1, NINE)) is not None
        assert moved.start == NINE
        assert conn.execute(select(meeting.c.kind)).scalar_one() == kind

    assert found[0] == replace(made, cause=None, kind=Kind.SUPPORT, customer=Customer("Zanzibar Oy"))
    assert found[1] == replace(wanted(uid=made.uid, kind=Kind.TRAINING), number=1, host="UEVE")


def test_meetings_are_numbered_in_a_workspace(conn: Connection) -> None:
    """And told apart by it: in another the same host is somebody else."""
    first, second = booked(conn), booked(conn)
    elsewhere = booked(conn, workspace="T9")

    assert [first.number, second.number, elsewhere.number] == [1, 2, 1]
    assert [first.host, second.host, elsewhere.host] == ["UEVE", "UIDA", "UEVE"]
    assert meetings.load(conn, "T9", 2) is None


# Booking


def test_the_first_host_who_is_free_holds_it(conn: Connection) -> None:
    """In the order in which they are named; what they have taken is their time and the pause after it."""
    made = [book(conn, hosts=("UEVE", "UIDA")) for _ in range(3)]

    assert [one and one.host for one in made] == ["UEVE", "UIDA", None]
    assert taken(conn) == {"UEVE": 8, "UIDA": 8}
    assert faults(conn) == []


def test_whoever_finds_nobody_free_leaves_nothing(conn: Connection) -> None:
    """No cell, no number and no note, though some cells of everybody were free; nobody at all is nobody free."""
    booked(conn, wanted(NINE), ("UEVE",))
    refused = [book(conn, wanted(NINE - LENGTH), ("UEVE",)), book(conn, hosts=())]

    assert refused == [None, None]
    assert taken(conn) == {"UEVE": 8}
    assert conn.execute(select(counter.c.n)).scalars().all() == [1]
    assert list(hosts.all(conn, "T1")) == ["UEVE"]


@pytest.mark.parametrize(
    ("minutes", "is_free"), [(-45, True), (-40, True), (-35, False), (0, False), (35, False), (40, True)]
)
def test_two_that_do_not_touch_are_both_booked(conn: Connection, minutes: int, *, is_free: bool) -> None:
    """Half an hour and ten minutes after it: the next begins with the end of the pause, at the earliest."""
    booked(conn, hosts=("UEVE",))

    assert (book(conn, wanted(NINE + timedelta(minutes=minutes)), ("UEVE",)) is not None) is is_free


def test_a_request_that_comes_again_is_one_booking(conn: Connection) -> None:
    """Whatever has become of it; that of another workspace is another."""
    first = booked(conn, key="V1")
    again = booked(conn, key="V1")
    cancel(conn, 1)
    after = booked(conn, wanted(NINE + HOUR), key="V1")
    elsewhere = booked(conn, wanted(NINE + HOUR), key="V1", workspace="T2")

    assert again == first
    assert (after.number, after.state, after.start) == (1, State.CANCELLED, NINE)
    assert elsewhere.start == NINE + HOUR
    assert len(conn.execute(select(meeting)).all()) == 2


def test_who_was_booked_last_is_noted(conn: Connection) -> None:
    """Of a host who is given a meeting, by booking or by moving; the time of whoever had it stays."""
    booked(conn)
    first = hosts.all(conn, "T1")
    state = load(conn)
    same = meetings.move(conn, "T1", state, ("UEVE",), NINE, NINE + LENGTH, held(state), LATER)
    assert same is not None
    kept = hosts.all(conn, "T1")
    meetings.move(conn, "T1", same, ("UIDA",), NINE, NINE + LENGTH, held(state), LATER)

    assert {one.user: one.last_booked_at for one in first.values()} == {"UEVE": START}
    assert kept == first
    assert {one.user: one.last_booked_at for one in hosts.all(conn, "T1").values()} == {"UEVE": START, "UIDA": LATER}


# Moving


def test_what_is_moved_gives_its_time_back(conn: Connection) -> None:
    """It keeps its number and its words, and counts the change; the time that it had can be booked."""
    made = booked(conn, wanted(topic="Licences", channel="C1"), ("UEVE",))
    moved = move(conn, 1, NINE + HOUR, ("UEVE",))
    other = book(conn, hosts=("UEVE",))

    assert moved == replace(made, start=NINE + HOUR, end=NINE + HOUR + LENGTH, sequence=1)
    assert load(conn) == moved
    assert other is not None
    assert faults(conn) == []


def test_its_own_time_is_no_hindrance(conn: Connection) -> None:
    """It may begin five minutes later, or change its host and keep its time."""
    booked(conn, hosts=("UEVE",))
    later = move(conn, 1, NINE + timedelta(minutes=5), ("UEVE",))
    changed = move(conn, 1, NINE + timedelta(minutes=5), ("UIDA",))

    assert later is not None
    assert changed is not None
    assert (changed.host, changed.sequence) == ("UIDA", 2)
    assert taken(conn) == {"UIDA": 8}
    assert faults(conn) == []


def test_what_cannot_be_moved_stays_where_it_is(conn: Connection) -> None:
    """With all its cells, where some hosts or all of them are not free; the next who is free gets it."""
    made = booked(conn, hosts=("UEVE",))
    for name in ("UEVE", "UIDA"):
        booked(conn, wanted(NINE + HOUR), (name,))
    refused = move(conn, 1, NINE + HOUR - LENGTH, ("UEVE", "UIDA"))

    assert refused is None
    assert load(conn) == made
    assert faults(conn) == []
    moved = move(conn, 1, NINE + HOUR, ("UEVE", "UIDA", "UOLA"))
    assert moved is not None
    assert moved.host == "UOLA"
    assert faults(conn) == []


def test_one_that_has_lost_its_time_gets_another(conn: Connection) -> None:
    """Then nothing tells any more why it had none. One that was cancelled stays cancelled."""
    made = booked(conn)
    meetings.free(conn, "T1", made, state=State.UNPLACED, cause=Cause.CALENDAR, words="Ill", now=LATER)
    placed = move(conn, 1, NINE + DAY)
    cancel(conn, 1)

    assert placed is not None
    assert (placed.state, placed.cause, placed.words, placed.sequence) == (State.BOOKED, None, "", 2)
    assert move(conn, 1, NINE) is None
    assert load(conn).state is State.CANCELLED
    assert taken(conn) == {}


@pytest.mark.parametrize("state", [State.CANCELLED, State.UNPLACED])
def test_what_is_freed_gives_its_time_back(conn: Connection, state: State) -> None:
    """It says why, counts the change, and remembers its last time and its last host; the cells are another's."""
    made = booked(conn, hosts=("UEVE",))
    freed = meetings.free(conn, "T1", made, state=state, cause=Cause.HOST, words="Ill", now=LATER)

    assert freed == replace(made, state=state, cause=Cause.HOST, words="Ill", sequence=1)
    assert load(conn) == freed
    assert taken(conn) == {}
    assert book(conn, hosts=("UEVE",)) is not None


# Finding


def test_a_person_sees_what_is_ahead_of_them(conn: Connection) -> None:
    """Their own, by start, also what has lost its time; neither what was cancelled nor what is over."""
    for hours in (5, 3, 1, 7):
        booked(conn, wanted(NINE + hours * HOUR))
    cancel(conn, 1)
    cancel(conn, 2, State.UNPLACED)
    booked(conn, wanted(booker=NAMESAKE))
    booked(conn, wanted(booker=BOB))

    def seen(who: PersonId, now: datetime) -> list[int]:
        return numbers(meetings.of_person(conn, "T1", who, now))

    assert seen(ANNE, START) == [3, 2, 4]
    assert seen(ANNE, NINE + HOUR + LENGTH - timedelta(minutes=1)) == [3, 2, 4]
    assert seen(ANNE, NINE + HOUR + LENGTH) == [2, 4]
    assert seen(ANNE, NINE + 4 * HOUR) == [4]
    assert meetings.of_person(conn, "T2", ANNE, START) == []


def test_of_many_a_person_sees_the_next(conn: Connection) -> None:
    """Twenty."""
    for n in range(25):
        booked(conn, wanted(NINE + n * HOUR))

    assert numbers(meetings.of_person(conn, "T1", ANNE, START)) == list(range(1, 21))


def test_what_hosts_have_to_hold(conn: Connection) -> None:
    """Of each who is asked for, by start, with the pause after it: what touches the stretch, and is booked."""
    for hours in (3, 1, 2, 4):
        booked(conn, wanted(NINE + hours * HOUR), ("UEVE",))
    cancel(conn, 4, State.UNPLACED)
    booked(conn, wanted(NINE + HOUR), ("UOLA",))
    since, until = NINE + HOUR + LENGTH, NINE + 3 * HOUR
    found = meetings.held(conn, "T1", ("UEVE", "UIDA"), since, until)
    span = Span(NINE + HOUR, NINE + HOUR + LENGTH + BUFFER)

    assert {name: [number for _, number in spans] for name, spans in found.items()} == {"UEVE": [2, 3], "UIDA": []}
    assert found["UEVE"][0] == (span, 2)
    assert meetings.held(conn, "T1", ("UEVE",), span.end, until)["UEVE"][0][1] == 3
    assert meetings.held(conn, "T2", ("UEVE",), since, until) == {"UEVE": []}


def test_meetings_are_listed(conn: Connection) -> None:
    """By start: those that begin from an instant on and before another; of some hosts, in some states."""
    for hours, name in ((2, "UEVE"), (0, "UIDA"), (1, "UOLA"), (1, "UEVE")):
        booked(conn, wanted(NINE + hours * HOUR), (name,))
    cancel(conn, 3)

    def listed(since: datetime = NINE, until: datetime = NINE + DAY, **more: Any) -> list[int]:
        return numbers(meetings.between(conn, "T1", since, until, **more))

    assert listed() == [2, 3, 4, 1]
    assert listed(NINE + timedelta(minutes=1), NINE + 2 * HOUR) == [3, 4]
    assert listed(hosts=("UEVE", "UIDA")) == [2, 4, 1]
    assert listed(states=(State.CANCELLED, State.UNPLACED)) == [3]
    assert listed(hosts=("UEVE",), states=(State.CANCELLED,)) == []
    assert meetings.between(conn, "T2", NINE, NINE + DAY) == []


# Hosts


def test_hosts_pause_and_come_back(conn: Connection) -> None:
    """What else is known of them stays."""
    hosts.noted(conn, "T1", "UEVE", (), START)
    hosts.pause(conn, "T1", "UEVE", NINE)
    hosts.pause(conn, "T1", "UIDA", NINE)
    hosts.pause(conn, "T1", "UIDA", None)
    hosts.pause(conn, "T9", "UEVE", None)

    assert hosts.all(conn, "T1") == {
        "UEVE": hosts.HostState("UEVE", NINE, START, tried_at=START),
        "UIDA": hosts.HostState("UIDA"),
    }


def test_a_calendar_that_is_read_again_counts_anew(conn: Connection) -> None:
    """What it says no more is gone, what it says twice is once; of other hosts nothing changes."""
    spans = [Span(NINE + n * HOUR, NINE + n * HOUR + LENGTH) for n in range(4)]
    hosts.noted(conn, "T1", "UIDA", spans[:1], START)
    hosts.noted(conn, "T1", "UEVE", [spans[2], spans[0], spans[0]], START)
    before = hosts.busy(conn, "T1", ("UEVE", "UIDA", "UOLA"), START, NINE + DAY)
    hosts.noted(conn, "T1", "UEVE", [spans[2], spans[3]], LATER)
    after = hosts.busy(conn, "T1", ("UEVE", "UIDA"), START, NINE + DAY)

    assert before == {"UEVE": [spans[0], spans[2]], "UIDA": [spans[0]], "UOLA": []}
    assert after == {"UEVE": [spans[2], spans[3]], "UIDA": [spans[0]]}
    assert hosts.busy(conn, "T1", ("UEVE",), spans[2].end, spans[3].start) == {"UEVE": []}
    assert hosts.busy(conn, "T1", ("UEVE",), spans[2].end - BUFFER, spans[3].start + BUFFER) == {"UEVE": spans[2:]}
    assert hosts.all(conn, "T1")["UEVE"].read_at == LATER


def test_a_calendar_that_cannot_be_read_is_said(conn: Connection) -> None:
    """Until it can be again; when it was read last, and what it said then, stays."""
    span = Span(NINE, NINE + LENGTH)
    hosts.noted(conn, "T1", "UEVE", [span], START)
    hosts.unread(conn, "T1", "UEVE", "401", LATER)
    broken = hosts.all(conn, "T1")["UEVE"]
    kept = hosts.busy(conn, "T1", ("UEVE",), START, NINE + DAY)
    hosts.noted(conn, "T1", "UEVE", [], LATER)

    assert broken == hosts.HostState("UEVE", None, START, "401", tried_at=LATER)
    assert kept == {"UEVE": [span]}
    assert hosts.all(conn, "T1")["UEVE"] == hosts.HostState("UEVE", None, LATER, tried_at=LATER)


# Many meetings

_MANY = 2_000
_SPAN = Span(NINE + 30 * DAY, NINE + 60 * DAY)
_QUERIES: dict[str, Callable[[Connection], Any]] = {
    "load": lambda conn: meetings.load(conn, "T1", 7),
    "save": lambda conn: meetings.save(conn, "T1", wanted(), LATER),
    "book": lambda conn: booked(conn, wanted(NINE - DAY)),
    "move": lambda conn: move(conn, 7, NINE - DAY),
    "free": lambda conn: cancel(conn, 7),
    "delete": lambda conn: meetings.delete(conn, "T1", 7),
    "of_person": lambda conn: meetings.of_person(conn, "T1", ANNE, START),
    "held": lambda conn: meetings.held(conn, "T1", ("U1", "U2"), _SPAN.start, _SPAN.end),
    "between": lambda conn: meetings.between(conn, "T1", _SPAN.start, _SPAN.end),
    "of hosts": lambda conn: meetings.between(
        conn, "T1", _SPAN.start, _SPAN.end, hosts=("U1",), states=(State.BOOKED,)
    ),
    "busy": lambda conn: hosts.busy(conn, "T1", ("U1", "U2"), _SPAN.start, _SPAN.end),
    "noted": lambda conn: hosts.noted(conn, "T1", "U1", [_SPAN], START),
    "pause": lambda conn: hosts.pause(conn, "T1", "U1", NINE),
}


@pytest.fixture
def many(path: Path) -> Iterator[Connection]:
    """A database that holds many meetings."""
    engines = open_engines(f"sqlite:///{path}")
    migrate(engines.writer)
    with engines.writer.begin() as conn:
        fill(conn, _MANY)
        yield conn
    engines.dispose()


def fill(conn: Connection, count: int) -> None:
    """Meetings of many people with ten hosts, an hour apart from each other, and their cells."""
    content = {name: value for name, value in codec.dump(FULL).items() if name not in meetings._COLUMNS}
    rows, their = [], []
    for n in range(1, count + 1):
        start = NINE + n // 10 * HOUR
        row = {"workspace": "T1", "number": n, "host": f"U{n % 10}"}
        who = {"team": "T2", "user": f"U{n % 500}"}
        times = {"start": start, "end": start + LENGTH, "held_until": start + LENGTH + BUFFER, "changed_at": START}
        rows.append(
            {**row, **who, **times, "kind": "support", "status": "booked", "request_key": f"V{n}", "state": content}
        )
        their += [{**row, "cell": one} for one in cells(Span(start, start + LENGTH + BUFFER))]
    conn.execute(insert(meeting), rows)
    conn.execute(insert(cell), their)
    conn.execute(insert(host), [{"workspace": "T1", "user": f"U{n}"} for n in range(10)])
    for _ in range(2):
        next_number(conn, "T1", meetings.NUMBERS)
    conn.execute(counter.update().values(n=count))


@pytest.mark.parametrize("name", list(_QUERIES))
def test_no_query_looks_at_all_meetings(many: Connection, name: str) -> None:
    """Each goes by its key or an index of its own: not even those of the workspace are looked at one by one."""
    driver: Any = many.connection.dbapi_connection
    said: list[str] = []
    driver.set_trace_callback(said.append)
    _QUERIES[name](many)
    driver.set_trace_callback(None)
    looking = [one for one in said if one.startswith(("SELECT", "INSERT", "UPDATE", "DELETE"))]
    plans = [many.execute(text(f"EXPLAIN QUERY PLAN {one}")).all() for one in looking]
    steps = [step.detail for plan in plans for step in plan]

    assert looking
    walked = [step for step in steps if step.startswith("SCAN") or step.endswith("(workspace=?)")]
    assert [step for step in walked if not step.endswith("CONSTANT ROWS")] == []  # those are what is inserted
