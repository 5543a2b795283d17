"""The units of requests for a person, on both databases."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import fields, replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Connection, insert, select, text

from bot.model import Outcome, PersonId, Reply
from bot.report import Line, Picture, PictureState
from bot.request import CLOSED, Act, Change, Reason, Request, State, Target, Unsent, Way
from bot.store import codec, requests
from bot.store.engine import open_engines
from bot.store.migrations import migrate
from bot.store.requests import Opened, OpenNow
from bot.store.tables import counter, request
from tests.clock import START

ANNE = PersonId("T2", "U1")
NAMESAKE = PersonId("T3", "U1")
BOB = PersonId("T2", "U2")
EVE = PersonId("T1", "U9")  # of the desk
MINUTE = timedelta(minutes=1)
HOUR = timedelta(hours=1)
DAY = timedelta(days=1)
LATER = START + 5 * MINUTE
TS = "1764144000.000100"

PLAIN = Request(0, "D1", TS, ANNE, START, "fi", "Miksi?", owed_since=START)
FULL = Request(
    number=0,
    channel="C1",
    thread_ts="1764144001.000100",
    asker=ANNE,
    opened_at=START,
    language="fi",
    question="Miksi?",
    way=Way.ESCALATED,
    organisation="Acme",
    programme="cyberday",
    reply=Reply(Outcome.ANSWER, "fi", "cyberday", "cyberday.trial-length", 0.9),
    state=State.RESOLVED,
    is_urgent=True,
    level="product-experts",
    assignee=EVE,
    files=(Picture("F1", PictureState.SHARED, copy="F9"), Picture("F2", PictureState.REFUSED, fault="gone", by=BOB)),
    reason=Reason.ANSWERED,
    words="Kiitos",
    responded_at=LATER,
    owed_since=START,
    owed=120,
    waiting_since=LATER,
    warned=(Target.FIRST,),
    breached=(Target.FIRST, Target.RESOLUTION),
    reminded=2,
    reminded_at=LATER,
    nudged_at=LATER,
    closed_at=LATER,
    card_channel="C9",
    card_ts="1764144002.000100",
    card_url="https://example.slack.com/archives/C9/p1764144002000100",
    is_shared=False,
    status_ts="1764144003.000100",
    clock="request-tick:T1:1:2",
    unsent=(Unsent(EVE, "Hei", "wait"),),
    history=(
        Change(Act.ASKED, START, ANNE, "Miksi?", files=("F1",)),
        Change(Act.ASSIGNED, LATER, EVE, whom=BOB, ts=TS, is_aside=True, lines=(Line("C9", TS),)),
    ),
)


def add(conn: Connection, like: Request = PLAIN, **more: Any) -> Request:
    """A request in the database, in a thread of its own."""
    count = len(conn.execute(select(request.c.number)).all())
    due = more.pop("due", None)
    state = replace(like, thread_ts=f"{1764144000 + count}.000100", **more)
    return requests.create(conn, "T1", state, START, due=due)[0]


def numbers(found: Any) -> list[int]:
    """Which they are."""
    return [one.number for one in found]


# One


@pytest.mark.parametrize("state", [PLAIN, FULL, replace(PLAIN, asker=None)])
def test_a_request_is_loaded_as_it_was_saved(conn: Connection, state: Request) -> None:
    """Every part of it comes back, after it was created and after it was saved; the last state counts."""
    assert len(codec.dump(FULL)) == len(fields(Request)), "FULL says something in every field"
    created, is_new = requests.create(conn, "T1", state, START)
    first = requests.load(conn, "T1", created.number)
    between = replace(FULL, number=created.number, channel=state.channel, thread_ts=state.thread_ts, words="between")
    requests.save(conn, "T1", between, LATER, due=None)
    saved = requests.load(conn, "T1", 1)
    requests.save(conn, "T1", created, LATER, due=None)

    assert is_new
    assert created == replace(state, number=1)
    assert first == created
    assert saved == between
    assert requests.load(conn, "T1", 1) == created


def test_what_a_newer_version_has_written_is_read(conn: Connection) -> None:
    """What is unknown here is dropped or has its default; an act that is unknown stays in the history as it is."""
    created = add(conn, FULL)
    state = conn.execute(select(request.c.state)).scalar_one()
    state |= {"mood": "sunny", "reason": "rhymed", "warned": ["third"], "reply": {"outcome": "song", "language": "fi"}}
    state["history"][1] |= {"act": "sung", "tune": "A"}
    conn.execute(request.update().values(state=state, way="sung", status="sung"))
    found = requests.load(conn, "T1", created.number)
    opened = requests.opened_between(conn, "T1", START, LATER)
    assert found is not None
    requests.save(conn, "T1", replace(found, words="between"), LATER, due=None)
    again = requests.load(conn, "T1", created.number)

    assert (found.state, found.way, found.reason, found.warned, found.reply) == (State.OPEN, Way.ASKED, None, (), None)
    assert (found.question, found.unsent) == (FULL.question, FULL.unsent)
    assert opened == [Opened("fi", "cyberday", Way.ASKED, None)]
    assert again is not None
    assert [(one.act, one.whom) for one in again.history] == [("asked", None), ("sung", BOB)]


def test_what_an_older_version_has_written_is_read(conn: Connection) -> None:
    """What it did not know has its default; so has a part of the reply."""
    created = add(conn, FULL)
    least = {"opened_at": START.isoformat(), "question": "Miksi?", "reply": {"outcome": "answer", "language": "fi"}}
    conn.execute(request.update().values(state=least))
    found = requests.load(conn, "T1", created.number)

    assert found is not None
    assert (found.question, found.reply) == ("Miksi?", Reply(Outcome.ANSWER, "fi"))
    assert (found.assignee, found.history, found.is_shared) == (None, (), True)
    assert (found.state, found.organisation, found.closed_at) == (FULL.state, FULL.organisation, FULL.closed_at)


def test_a_thread_becomes_one_request(conn: Connection) -> None:
    """Asked again it is the one that there is, closed or not; numbers run in a workspace without gaps."""
    first = requests.create(conn, "T1", PLAIN, START)
    again = requests.create(conn, "T1", replace(PLAIN, asker=BOB, question="And?"), LATER)
    closed = replace(first[0], state=State.RESOLVED, owed_since=None, closed_at=LATER)
    requests.save(conn, "T1", closed, LATER, due=None)
    after = requests.create(conn, "T1", PLAIN, LATER)
    second = requests.create(conn, "T1", replace(PLAIN, channel="D2"), LATER)
    elsewhere = requests.create(conn, "T9", PLAIN, LATER)

    assert (first, again, after) == ((replace(PLAIN, number=1), True), (first[0], False), (closed, False))
    assert [(one.number, is_new) for one, is_new in (second, elsewhere)] == [(2, True), (1, True)]
    assert requests.load(conn, "T9", 2) is None


def test_a_request_that_was_erased_stays_so(conn: Connection) -> None:
    """What is saved late does not bring it back; its thread may become another."""
    created = add(conn)
    conn.execute(request.delete())
    requests.save(conn, "T1", created, LATER, due=None)

    assert requests.load(conn, "T1", created.number) is None
    assert requests.create(conn, "T1", PLAIN, LATER) == (replace(PLAIN, number=2), True)


def test_a_request_is_found_by_its_card_and_its_thread(conn: Connection) -> None:
    """By the card once it has one; told apart by workspace, channel and ts."""
    created = add(conn)
    requests.save(conn, "T1", replace(created, card_channel="C9", card_ts="7.000000"), LATER, due=None)
    found = [
        requests.by_card(conn, "T1", "C9", "7.000000"),
        requests.by_card(conn, "T1", "C9", "8.000000"),
        requests.by_card(conn, "T2", "C9", "7.000000"),
        requests.by_thread(conn, "T1", "D1", TS),
        requests.by_thread(conn, "T1", "D2", TS),
        requests.by_thread(conn, "T2", "D1", TS),
    ]

    assert [one and one.number for one in found] == [1, None, None, 1, None, None]


def test_whether_a_request_is_closed_follows_from_its_state(conn: Connection) -> None:
    """Whatever the instant says: one that is open has none, one that is closed has that of its saving."""
    closed, opened = add(conn, state=State.DISMISSED), add(conn, closed_at=START)

    assert [requests.load(conn, "T1", one.number).closed_at for one in (closed, opened)] == [START, None]


def test_the_newest_open_request_of_a_channel(conn: Connection) -> None:
    """For what is written beside it; those that are closed, and those of other channels, are not looked at."""
    for more in ({}, {}, {"state": State.RESOLVED}, {"channel": "D2"}):
        add(conn, **more)
    found = [requests.open_in(conn, "T1", channel) for channel in ("D1", "D2", "D3")]

    assert [one and one.number for one in found] == [2, 4, None]
    assert requests.open_in(conn, "T2", "D1") is None


# What a person may see


def test_a_person_sees_their_own_and_their_organisations(conn: Connection) -> None:
    """Newest first, each once and told apart; nothing of anybody else's, and of a namesake nothing."""
    add(conn, organisation="Acme")
    add(conn, asker=NAMESAKE, organisation="Other")
    add(conn, asker=BOB, organisation="Acme")
    add(conn)

    def seen(who: PersonId, organisation: str | None) -> list[tuple[int, bool]]:
        return [(one.number, is_own) for one, is_own in requests.of_person(conn, "T1", who, organisation, START)]

    assert seen(ANNE, "Acme") == [(4, True), (3, False), (1, True)]
    assert seen(ANNE, None) == [(4, True), (1, True)]
    assert seen(BOB, "Acme") == [(3, True), (1, False)]
    assert seen(PersonId("T7", "U1"), None) == []
    assert requests.of_person(conn, "T2", ANNE, "Acme", START) == []


def test_what_was_closed_is_seen_for_a_fortnight(conn: Connection) -> None:
    """From then on it is history; what is open is seen however old it is."""
    for days in (13, 15):
        add(conn, state=State.RESOLVED, closed_at=START - days * DAY, organisation="Acme")
    add(conn, opened_at=START - 90 * DAY, organisation="Acme")

    assert numbers(one for one, _ in requests.of_person(conn, "T1", ANNE, None, START)) == [3, 1]
    assert numbers(one for one, _ in requests.of_person(conn, "T1", BOB, "Acme", START)) == [3, 1]


def test_of_many_a_person_sees_the_newest(conn: Connection) -> None:
    """Twenty, open and closed, their own and their organisation's together."""
    for number in range(1, 51):
        state = State.RESOLVED if number % 3 else State.OPEN
        add(conn, asker=ANNE if number % 2 else BOB, organisation="Acme", state=state)
    seen = requests.of_person(conn, "T1", ANNE, "Acme", START)

    assert numbers(one for one, _ in seen) == list(range(50, 30, -1))
    assert [is_own for _, is_own in seen] == [False, True] * 10


# The desk


def test_a_request_that_nobody_owes_a_word_for_is_not_due(conn: Connection) -> None:
    """Its clocks stand, whatever target is named; so does that of one that is closed."""
    running = add(conn, due=LATER)
    waiting = add(conn, state=State.WAITING, owed_since=None, due=LATER)
    closed = add(conn, state=State.RESOLVED, due=LATER)
    rows = conn.execute(select(request.c.number, request.c.owed, request.c.due_at).order_by(request.c.number)).all()

    assert [tuple(row) for row in rows] == [
        (running.number, True, LATER),
        (waiting.number, False, None),
        (closed.number, False, None),
    ]


def test_what_one_of_the_staff_looks_at(conn: Connection) -> None:
    """Theirs, of these those that wait for the desk; what is due soon, whoever has it; what nobody has."""
    mine = {"state": State.TAKEN, "assignee": EVE}
    add(conn, **mine, due=START + 2 * HOUR)  # 1
    add(conn, **mine | {"state": State.WAITING}, owed_since=None)
    add(conn, **mine | {"assignee": BOB}, due=START + HOUR)  # 3
    add(conn, **mine | {"state": State.RESOLVED}, due=START)
    add(conn, due=START + 3 * HOUR)  # 5
    add(conn, is_urgent=True)  # 6
    add(conn, **mine)  # 7
    add(conn)  # 8
    add(conn, is_urgent=True, due=START - DAY)  # 9
    view = requests.view(conn, "T1", EVE.user, START + 2 * HOUR)

    assert (view.mine.count, numbers(view.mine.first)) == (3, [7, 2, 1])
    assert (view.waiting.count, numbers(view.waiting.first)) == (2, [1, 7])
    assert (view.soon.count, numbers(view.soon.first)) == (3, [9, 3, 1])
    assert (view.unassigned.count, numbers(view.unassigned.first)) == (4, [6, 9, 5, 8])
    assert requests.view(conn, "T2", EVE.user, START + DAY).soon.first == ()
    assert requests.view(conn, "T1", "U7", START).mine == requests.Group()


def test_of_many_the_first_five_are_shown(conn: Connection) -> None:
    """And all are counted."""
    for n in range(8):
        add(conn, state=State.TAKEN, assignee=EVE, due=START + n * MINUTE)
        add(conn, is_urgent=n >= 5, due=None)
    view = requests.view(conn, "T1", EVE.user, LATER)

    assert [(group.count, numbers(group.first)) for group in (view.mine, view.waiting, view.soon, view.unassigned)] == [
        (8, [15, 13, 11, 9, 7]),
        (8, [1, 3, 5, 7, 9]),
        (6, [1, 3, 5, 7, 9]),
        (8, [12, 14, 16, 2, 4]),
    ]


def test_requests_are_listed(conn: Connection) -> None:
    """By number: all, those in some states, those that were opened since an instant."""
    for state in (State.OPEN, State.TAKEN, State.RESOLVED):
        add(conn, state=state)
    add(conn, opened_at=START - DAY)

    assert numbers(requests.listed(conn, "T1")) == [1, 2, 3, 4]
    assert numbers(requests.listed(conn, "T1", states=(State.OPEN, State.RESOLVED))) == [1, 3, 4]
    assert numbers(requests.listed(conn, "T1", states=CLOSED, since=START)) == [3]
    assert numbers(requests.listed(conn, "T1", since=START)) == [1, 2, 3]
    assert requests.listed(conn, "T2") == []


def test_what_was_opened_between_two_instants(conn: Connection) -> None:
    """From the first on, before the second; with the time of the first response, which a later save keeps."""
    for n, way in enumerate(Way):
        add(conn, opened_at=START + n * DAY, way=way, programme="miro" if n % 2 else None)
    second = requests.load(conn, "T1", 2)
    assert second is not None
    requests.save(conn, "T1", second, LATER, due=None, responded_in=90)
    requests.save(conn, "T1", second, LATER, due=None)

    assert requests.opened_between(conn, "T1", START, START + 2 * DAY) == [
        Opened("fi", None, Way.ASKED, None),
        Opened("fi", "miro", Way.FEEDBACK, 90),
    ]
    assert requests.opened_between(conn, "T2", START, START + DAY) == []


def test_how_many_are_open_now(conn: Connection) -> None:
    """By language, and how many of these have missed a target; what is closed does not count."""
    for language, more in (
        ("fi", {"due": START}),
        ("fi", {"due": LATER}),
        ("de", {}),
        ("fr", {"state": State.RESOLVED}),
    ):
        add(conn, language=language, **more)

    assert requests.open_now(conn, "T1", LATER) == [OpenNow("de", 1, 0), OpenNow("fi", 2, 1)]
    assert requests.open_now(conn, "T2", LATER) == []


# Many requests

_MANY = 2_000
_QUERIES: dict[str, Callable[[Connection], Any]] = {
    "load": lambda conn: requests.load(conn, "T1", 7),
    "by_card": lambda conn: requests.by_card(conn, "T1", "C9", "7.000000"),
    "by_thread": lambda conn: requests.by_thread(conn, "T1", "D7", "7.000000"),
    "open_in": lambda conn: requests.open_in(conn, "T1", "D20"),
    "create": lambda conn: requests.create(conn, "T1", PLAIN, START),
    "save": lambda conn: requests.save(conn, "T1", replace(PLAIN, number=7), START, due=START, responded_in=None),
    "of_person": lambda conn: requests.of_person(conn, "T1", ANNE, "Acme", START),
    "view": lambda conn: requests.view(conn, "T1", "S1", START + 4 * HOUR),
    "opened_between": lambda conn: requests.opened_between(conn, "T1", START - 7 * DAY, START),
}


@pytest.fixture
def many(path: Path) -> Iterator[Connection]:
    """A database that holds many requests."""
    engines = open_engines(f"sqlite:///{path}")
    migrate(engines.writer)
    with engines.writer.begin() as conn:
        fill(conn, _MANY)
        yield conn
    engines.dispose()


def fill(conn: Connection, count: int) -> None:
    """Requests of many people and organisations over a year, one in twenty of them open."""
    rows = [_row(n, count) for n in range(1, count + 1)]
    conn.execute(insert(counter).values(workspace="T1", kind=requests.NUMBERS, n=count))
    for first in range(0, count, 10_000):
        conn.execute(insert(request), rows[first : first + 10_000])


def _row(n: int, count: int) -> dict[str, Any]:
    opened_at = START - (count - n) * timedelta(days=365) / count
    is_open, is_taken = n % 20 == 0, n % 40 == 0
    state = (State.TAKEN if is_taken else State.OPEN) if is_open else State.RESOLVED
    return {
        "workspace": "T1",
        "number": n,
        "status": state.value,
        "way": Way.ASKED.value,
        "channel": f"D{n % 700}",
        "thread_ts": f"{n}.000000",
        "team": "T2",
        "user": f"U{n % 500}",
        "organisation": "Acme" if n % 100 == 0 else f"O{n % 100}",
        "language": ("fi", "de", "fr", "en")[n // 20 % 4],
        "programme": "cyberday",
        "assignee": None if is_open and not is_taken else f"S{n // 40 % 10}",
        "is_urgent": n % 7 == 0,
        "owed": is_open,
        "due_at": opened_at + 8 * HOUR if is_open else None,
        "card_channel": "C9",
        "card_ts": f"{n}.000000",
        "opened_at": opened_at,
        "changed_at": opened_at,
        "closed_at": None if is_open else opened_at + DAY,
        "responded_in": None if is_open else n % 7200,
        "copies": 0,
        "state": _CONTENT,
    }


_CONTENT = {
    **codec.dump(FULL),
    "history": [codec.dump(Change(Act.TOLD, START, ANNE, "Miksi? " * 20, lines=(Line("C9", TS),))) for _ in range(10)],
}


@pytest.mark.parametrize("name", list(_QUERIES))
def test_no_query_looks_at_all_requests(many: Connection, name: str) -> None:
    """Each goes by its key or an index of its own: not even those of the workspace are looked at one by one."""
    driver: Any = many.connection.dbapi_connection
    said: list[str] = []
    driver.set_trace_callback(said.append)
    _QUERIES[name](many)
    driver.set_trace_callback(None)
    asked = [one for one in said if not one.startswith("--") and " request" in one]
    plans = [many.execute(text(f"EXPLAIN QUERY PLAN {one}")).all() for one in asked]
    steps = [step.detail for plan in plans for step in plan]

    assert [step for step in steps if "request" in step]
    assert [step for step in steps if step.startswith("SCAN") or step.endswith("(workspace=?)")] == []
