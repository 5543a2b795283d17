"""The units of reports and their reporters, on both databases."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import AsyncIterator, Callable, Iterator
from dataclasses import fields, replace
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Connection, insert, text

from bot.model import PersonId
from bot.report import (
    Act,
    Change,
    Kind,
    OwnText,
    Picture,
    PictureState,
    Reason,
    Report,
    Reporter,
    State,
    Visible,
)
from bot.store import codec, reports
from bot.store.database import Database
from bot.store.engine import open_engines
from bot.store.migrations import migrate
from bot.store.tables import report, reporter
from tests.clock import START

ANNE = PersonId("T2", "U1")
NAMESAKE = PersonId("T3", "U1")
BOB = PersonId("T2", "U2")
LATER = START + timedelta(minutes=5)
DAY = timedelta(days=1)
DIGEST = b"d" * 16

PLAIN = Report(0, ANNE, START, "fi", wrong="Tallena")
FULL = Report(
    number=0,
    reporter=ANNE,
    opened_at=START,
    language="fi",
    state=State.DUPLICATE,
    programme="cyberday",
    kind=Kind.TERM,
    place="Asetukset",
    wrong="Tallena",
    suggestion="Tallenna",
    said="Kirjoitusvirhe",
    entry="cyberday.trial-length",
    texts=(OwnText("cyberday/fi.yml", "trial-length.answer", "Tallena", 7, "Tallenna"),),
    pictures=(Picture("F1", PictureState.SHARED, copy="F9"), Picture("F2", PictureState.REFUSED, fault="gone")),
    assignee=BOB,
    final="Tallenna",
    visible=Visible.DAY,
    visible_on=date(2026, 11, 5),
    reason=Reason.MENDED,
    words="Kiitos",
    duplicate_of=4,
    near=(4, 2),
    reporters=2,
    closed_at=LATER,
    channel="C9",
    card_ts="1764144000.000100",
    is_shared=False,
    history=(Change(Act.REPORTED, START, ANNE), Change(Act.DUPLICATE, LATER, BOB, number=4)),
)


def told_by(who: PersonId, **more: Any) -> Reporter:
    """Somebody who has told of a report."""
    return Reporter(0, who, "fi", more.pop("at", START), **more)


def add(conn: Connection, state: Report = PLAIN, digest: bytes | None = None, **more: Any) -> Report:
    """A report in the database, told of by whoever it names."""
    return reports.create(conn, "T1", state, digest, told_by(state.reporter, **more), START)


def numbers(found: list[Report]) -> list[int]:
    """Which they are."""
    return [one.number for one in found]


@pytest.mark.parametrize("state", [PLAIN, FULL])
def test_a_report_is_loaded_as_it_was_saved(conn: Connection, state: Report) -> None:
    """Every part of it comes back, after it was created and after it was saved; the last state counts."""
    assert len(codec.dump(FULL)) == len(fields(Report)), "FULL says something in every field"
    created = add(conn, state)
    first = reports.load(conn, "T1", created.number)
    reports.save(conn, "T1", replace(FULL, number=created.number, words="between"), LATER)
    reports.save(conn, "T1", created, LATER)

    assert created == replace(state, number=1)
    assert first == created
    assert reports.load(conn, "T1", 1) == created


def test_what_a_newer_version_has_done_stays_in_the_history(conn: Connection) -> None:
    """An act that is unknown here is kept as it is, and so are those beside it."""
    history = (Change(Act.REPORTED, START, ANNE), Change(Act("escalated"), LATER, BOB, "Urgent"))
    created = add(conn, replace(PLAIN, history=history))
    found = reports.load(conn, "T1", created.number)
    assert found is not None
    reports.save(conn, "T1", replace(found, words="between"), LATER)
    again = reports.load(conn, "T1", created.number)

    assert again is not None
    assert [(one.act, one.words) for one in again.history] == [("reported", ""), ("escalated", "Urgent")]


def test_reports_are_numbered_in_a_workspace(conn: Connection) -> None:
    """And told apart by it."""
    first, second = add(conn), add(conn)
    elsewhere = reports.create(conn, "T9", PLAIN, None, told_by(ANNE), START)

    assert [first.number, second.number, elsewhere.number] == [1, 2, 1]
    assert reports.load(conn, "T9", 2) is None


def test_a_report_that_was_erased_stays_so(conn: Connection) -> None:
    """What is saved late does not bring it back."""
    created = add(conn)
    conn.execute(report.delete())
    reports.save(conn, "T1", created, LATER)

    assert reports.load(conn, "T1", created.number) is None


def test_a_report_is_found_by_its_card(conn: Connection) -> None:
    """Once it has one."""
    created = add(conn)
    reports.save(conn, "T1", replace(created, channel="C9", card_ts="7.000000"), LATER)

    assert (found := reports.by_card(conn, "T1", "C9", "7.000000")) is not None
    assert found.number == created.number
    assert reports.by_card(conn, "T1", "C9", "8.000000") is None
    assert reports.by_card(conn, "T2", "C9", "7.000000") is None


def test_whether_a_report_is_closed_follows_from_its_state(conn: Connection) -> None:
    """Whatever the instant says: one that is open has none, one that is closed has that of its saving."""
    closed, opened = add(conn, replace(PLAIN, state=State.FIXED)), add(conn, replace(PLAIN, closed_at=START))

    assert [reports.load(conn, "T1", one.number).closed_at for one in (closed, opened)] == [START, None]


def test_the_same_is_found_while_it_is_open(conn: Connection) -> None:
    """By its fingerprint, the oldest; a fingerprint that changed counts, and none at all is like no other."""
    first, second = add(conn, digest=DIGEST), add(conn, digest=DIGEST)
    without = add(conn)
    open_ = reports.same(conn, "T1", DIGEST)
    reports.save(conn, "T1", replace(first, state=State.FIXED), LATER)
    after = reports.same(conn, "T1", DIGEST)
    reports.save(conn, "T1", second, LATER, digest=b"e" * 16)

    assert (open_, after) == (first, second)
    assert reports.same(conn, "T1", DIGEST) is None
    assert reports.same(conn, "T1", b"e" * 16) == second
    assert reports.same(conn, "T2", b"e" * 16) is None
    assert without.number == 3


def test_one_person_is_one_reporter(conn: Connection) -> None:
    """Whoever told of it already does not join; namesakes of another team do. They come in the order of telling."""
    number = add(conn, channel="D1").number
    joined = [
        reports.join(conn, "T1", number, told_by(who, at=at, organisation="Acme", thread_ts="5.000000"))
        for who, at in ((ANNE, LATER), (NAMESAKE, LATER + DAY), (BOB, LATER), (BOB, LATER))
    ]
    other = add(conn)

    assert joined == [False, True, True, False]
    assert [(one.who, one.number) for one in reports.reporters(conn, "T1", number)] == [
        (ANNE, 1),
        (BOB, 1),
        (NAMESAKE, 1),
    ]
    assert reports.reporter(conn, "T1", number, BOB) == Reporter(1, BOB, "fi", LATER, "Acme", "", "5.000000")
    assert reports.reporter(conn, "T1", other.number, BOB) is None


def test_a_reporter_gets_a_place(conn: Connection) -> None:
    """Theirs alone."""
    number = add(conn).number
    reports.join(conn, "T1", number, told_by(BOB))
    reports.place_reporter(conn, "T1", number, BOB, channel="D2", thread_ts="6.000000")

    assert [(one.channel, one.thread_ts) for one in reports.reporters(conn, "T1", number)] == [
        ("", ""),
        ("D2", "6.000000"),
    ]


def test_duplicates_are_those_that_are_closed_as_such(conn: Connection) -> None:
    """One that was opened again is none, whatever it says; those of another are not looked at."""
    head = add(conn).number
    closed = [add(conn, replace(PLAIN, state=State.DUPLICATE, duplicate_of=head)) for _ in range(2)]
    add(conn, replace(PLAIN, state=State.OPEN, duplicate_of=head))
    add(conn, replace(PLAIN, state=State.DUPLICATE, duplicate_of=head + 1))

    assert numbers(reports.duplicates(conn, "T1", head)) == numbers(closed)


def test_what_is_open_in_a_language(conn: Connection, monkeypatch: pytest.MonkeyPatch) -> None:
    """The newest first, and no more than can be compared."""
    for state in (PLAIN, replace(PLAIN, language="de"), replace(PLAIN, state=State.ASKED), FULL, PLAIN):
        add(conn, state)

    assert numbers(reports.open_in(conn, "T1", "fi")) == [5, 3, 1]
    assert numbers(reports.open_in(conn, "T1", "de")) == [2]
    assert reports.open_in(conn, "T1", "fr") == []


def test_all_reports_are_listed(conn: Connection) -> None:
    """By number, or those of some languages, in some states."""
    for state in (PLAIN, replace(PLAIN, language="de"), replace(PLAIN, state=State.ASKED), FULL):
        add(conn, state)

    assert numbers(reports.listed(conn, "T1")) == [1, 2, 3, 4]
    assert numbers(reports.listed(conn, "T1", languages=("fi",))) == [1, 3, 4]
    assert numbers(reports.listed(conn, "T1", states=(State.OPEN, State.DUPLICATE))) == [1, 2, 4]
    assert numbers(reports.listed(conn, "T1", languages=("fi", "fr"), states=(State.OPEN,))) == [1]
    assert reports.listed(conn, "T2") == []


# What a person may see


def test_a_person_sees_their_own_and_their_organisations(conn: Connection) -> None:
    """Newest first, each once and told apart; nothing of anybody else's, and of a namesake nothing."""
    own = add(conn, organisation="Acme")
    add(conn, replace(PLAIN, reporter=NAMESAKE), organisation="Other")
    joined = add(conn, replace(PLAIN, reporter=NAMESAKE))
    reports.join(conn, "T1", joined.number, told_by(ANNE, organisation="Acme"))
    colleagues = add(conn, replace(PLAIN, reporter=BOB), organisation="Acme")
    reports.join(conn, "T1", colleagues.number, told_by(PersonId("T2", "U3"), organisation="Acme"))

    def seen(who: PersonId, organisation: str | None) -> list[tuple[int, bool]]:
        return [(one.number, is_own) for one, is_own in reports.of_person(conn, "T1", who, organisation, START)]

    assert seen(ANNE, "Acme") == [(colleagues.number, False), (joined.number, True), (own.number, True)]
    assert seen(ANNE, None) == [(joined.number, True), (own.number, True)]
    assert seen(PersonId("T7", "U1"), None) == []
    assert reports.of_person(conn, "T2", ANNE, "Acme", START) == []


def test_what_was_closed_is_seen_for_a_fortnight(conn: Connection) -> None:
    """From then on it is history."""
    for days in (13, 15):
        add(conn, replace(PLAIN, state=State.FIXED, closed_at=START - days * DAY), organisation="Acme")

    assert [one.number for one, _ in reports.of_person(conn, "T1", ANNE, None, START)] == [1]
    assert [one.number for one, _ in reports.of_person(conn, "T1", BOB, "Acme", START)] == [1]


def test_of_many_a_person_sees_the_newest(conn: Connection) -> None:
    """Twenty, their own and their organisation's together."""
    for number in range(1, 51):
        add(conn, replace(PLAIN, reporter=ANNE if number % 2 else BOB), organisation="Acme")
    seen = reports.of_person(conn, "T1", ANNE, "Acme", START)

    assert [one.number for one, _ in seen] == list(range(50, 30, -1))
    assert [is_own for _, is_own in seen] == [False, True] * 10


# Two at once


@pytest.fixture(params=["sqlite", "postgresql"])
async def database(request: pytest.FixtureRequest, path: Path) -> AsyncIterator[Database]:
    """A started database of each kind."""
    url = f"sqlite:///{path}" if request.param == "sqlite" else request.getfixturevalue("postgres_url")
    async with Database.open(url) as opened:
        yield opened


async def test_of_two_who_report_the_same_at_once_one_joins(database: Database) -> None:
    """However their transactions meet, there is one report, with both of them."""

    def tell(who: PersonId) -> Callable[[Connection], int]:
        def unit(conn: Connection) -> int:
            known = reports.same(conn, "T1", DIGEST)
            threading.Event().wait(0.01)  # long enough that others would be in between
            if known is None:
                return add(conn, replace(PLAIN, reporter=who), DIGEST).number
            reports.join(conn, "T1", known.number, told_by(who))
            reports.save(conn, "T1", replace(known, reporters=known.reporters + 1), START)
            return known.number

        return unit

    who = [PersonId("T2", f"U{n}") for n in range(8)]
    told = await asyncio.gather(*(database.run(tell(one)) for one in who))
    state = await database.read(lambda conn: reports.load(conn, "T1", 1))
    joined = await database.read(lambda conn: reports.reporters(conn, "T1", 1))

    assert set(told) == {1}
    assert state is not None
    assert state.reporters == len(who)
    assert {one.who for one in joined} == set(who)


async def test_of_two_who_change_a_report_at_once_one_is_second(database: Database) -> None:
    """Whoever reads it under its lock sees what the other has made of it."""
    await database.run(add)

    def take(who: PersonId) -> Callable[[Connection], bool]:
        def unit(conn: Connection) -> bool:
            reports.lock(conn, "T1", 1)
            known = reports.load(conn, "T1", 1)
            assert known is not None
            threading.Event().wait(0.01)
            if known.assignee is not None:
                return False
            reports.save(conn, "T1", replace(known, state=State.TAKEN, assignee=who), START)
            return True

        return unit

    taken = await asyncio.gather(*(database.run(take(PersonId("T2", f"U{n}"))) for n in range(8)))

    assert sorted(taken) == [False] * 7 + [True]


async def test_whoever_finds_the_same_has_it_to_themselves(database: Database) -> None:
    """What is changed meanwhile by somebody who knows its number is not lost."""
    await database.run(lambda conn: add(conn, digest=DIGEST))

    def one_more(n: int) -> Callable[[Connection], None]:
        def unit(conn: Connection) -> None:
            if n % 2:
                known = reports.same(conn, "T1", DIGEST)
            else:
                reports.lock(conn, "T1", 1)
                known = reports.load(conn, "T1", 1)
            assert known is not None
            threading.Event().wait(0.01)
            reports.save(conn, "T1", replace(known, reporters=known.reporters + 1), START)

        return unit

    await asyncio.gather(*(database.run(one_more(n)) for n in range(8)))
    state = await database.read(lambda conn: reports.load(conn, "T1", 1))

    assert state is not None
    assert state.reporters == 9


# Many reports

_MANY = 2_000
_QUERIES: dict[str, Callable[[Connection], Any]] = {
    "load": lambda conn: reports.load(conn, "T1", 7),
    "by_card": lambda conn: reports.by_card(conn, "T1", "C9", "7.000000"),
    "same": lambda conn: reports.same(conn, "T1", DIGEST),
    "open_in": lambda conn: reports.open_in(conn, "T1", "fi"),
    "duplicates": lambda conn: reports.duplicates(conn, "T1", 7),
    "of_person": lambda conn: reports.of_person(conn, "T1", ANNE, "Acme", START),
    "reporters": lambda conn: reports.reporters(conn, "T1", 7),
    "place_reporter": lambda conn: reports.place_reporter(conn, "T1", 7, ANNE, channel="D1", thread_ts=""),
}


@pytest.fixture
def many(path: Path) -> Iterator[Connection]:
    """A database that holds many reports."""
    engines = open_engines(f"sqlite:///{path}")
    migrate(engines.writer)
    with engines.writer.begin() as conn:
        fill(conn, _MANY)
        yield conn
    engines.dispose()


def fill(conn: Connection, count: int) -> None:
    """Reports of many people and organisations: one in ten open, one in a hundred a duplicate."""
    row = {"workspace": "T1", "changed_at": START, "card_channel": "C9", "copies": 0, "language": "fi"}
    content = codec.dump(FULL)
    for name in ("number", "reporter", "state", "language", "channel", "card_ts", "duplicate_of", "closed_at"):
        del content[name]
    told, rows = [], []
    for n in range(1, count + 1):
        who = {"team": "T2", "user": f"U{n % 500}"}
        state = State.OPEN if n % 10 == 0 else State.DUPLICATE if n % 100 == 1 else State.FIXED
        rows.append(
            {
                **row,
                **who,
                "number": n,
                "status": state.value,
                "digest": n.to_bytes(16, "big"),
                "card_ts": f"{n}.000000",
                "closed_at": None if state is State.OPEN else START - timedelta(days=n % 90),
                "duplicate_of": n - 1 if state is State.DUPLICATE else None,
                "state": content,
            }
        )
        one = {"workspace": "T1", "number": n, **who, "language": "fi", "at": START}
        told.append({**one, "organisation": "Acme" if n % 100 == 0 else f"O{n % 100}", "channel": None})
    conn.execute(insert(report), rows)
    conn.execute(insert(reporter), told)


@pytest.mark.parametrize("name", list(_QUERIES))
def test_no_query_looks_at_all_reports(many: Connection, name: str) -> None:
    """Each goes by its key or an index of its own: not even those of the workspace are looked at one by one."""
    driver: Any = many.connection.dbapi_connection
    said: list[str] = []
    driver.set_trace_callback(said.append)
    _QUERIES[name](many)
    driver.set_trace_callback(None)
    plans = [many.execute(text(f"EXPLAIN QUERY PLAN {one}")).all() for one in said if not one.startswith("--")]
    steps = [step.detail for plan in plans for step in plan]

    assert steps
    assert [step for step in steps if step.startswith("SCAN") or step.endswith("(workspace=?)")] == []
