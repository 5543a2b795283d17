"""The units of gaps, cases, deeds and members, on both databases."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import AsyncIterator, Callable, Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Connection, insert, text

from bot.gap import Gap, GapKind, Regression
from bot.model import PersonId
from bot.store import audit, gaps, members, regressions
from bot.store.audit import Deed
from bot.store.database import Database
from bot.store.engine import open_engines
from bot.store.migrations import migrate
from bot.store.tables import audit as deeds
from bot.store.tables import counter, gap
from tests.clock import START

ANNE = PersonId("T2", "U1")
BOB = PersonId("T2", "U2")
EVE = PersonId("T1", "U9")  # of the desk
MINUTE = timedelta(minutes=1)
LATER = START + 5 * MINUTE

MISSED = Gap(GapKind.FALLBACK, "fi", "miro", "Miksi?", START, ANNE, "C1", "1764144000.000100")
DRAFT = replace(MISSED, kind=GapKind.DRAFT, entry="miro.deal", answer="Siksi.", request=7, who=None)
CASE = Regression("Miksi?", "fi", "miro", "miro.deal", "fallback", START, EVE, ANNE)


# Gaps


@pytest.mark.parametrize("state", [MISSED, DRAFT, replace(MISSED, programme=None)])
def test_a_gap_is_read_as_it_was_noted(conn: Connection, state: Gap) -> None:
    """Every part of it; by its number and among all."""
    number = gaps.add(conn, "T1", state)

    assert gaps.load(conn, "T1", number) == replace(state, number=1)
    assert gaps.listed(conn, "T1") == [replace(state, number=1)]
    assert (gaps.load(conn, "T1", 2), gaps.load(conn, "T2", number), gaps.listed(conn, "T2")) == (None, None, [])


def test_how_many_there_are_between_two_instants(conn: Connection) -> None:
    """From the first on, before the second; of some kinds or of all, in one workspace."""
    for n in range(4):
        gaps.add(conn, "T1", replace(MISSED, at=START + n * MINUTE, ts=f"1764144000.00010{n}"))
    gaps.add(conn, "T1", DRAFT)
    gaps.add(conn, "T2", MISSED)

    assert gaps.counted(conn, "T1", START, START + 3 * MINUTE) == 4
    assert gaps.counted(conn, "T1", START, START + 3 * MINUTE, [GapKind.FALLBACK, GapKind.NONE]) == 3
    assert gaps.counted(conn, "T1", START + 4 * MINUTE, LATER) == 0


def test_a_message_is_one_gap_of_a_kind(conn: Connection) -> None:
    """Noted again it has the number that it had, and says what was said last; when it was, and whose, stays."""
    first = gaps.add(conn, "T1", MISSED)
    edited = replace(MISSED, text="Milloin?", language="de", programme=None, entry="a.b", answer="x")
    again = gaps.add(conn, "T1", replace(edited, at=LATER, who=BOB))
    others = [
        gaps.add(conn, workspace, replace(MISSED, **more))
        for workspace, more in (
            ("T1", {"kind": GapKind.UNHELPFUL}),
            ("T1", {"channel": "C2"}),
            ("T1", {"ts": "1764144000.000200"}),
            ("T9", {}),
        )
    ]

    assert (first, again, others) == (1, 1, [2, 3, 4, 1])
    assert gaps.load(conn, "T1", 1) == replace(edited, number=1)


def test_a_gap_is_forgotten(conn: Connection) -> None:
    """Once, and no other with it; noted anew it is a new one."""
    for state in (MISSED, DRAFT):
        gaps.add(conn, "T1", state)
    removed = [gaps.remove(conn, "T1", GapKind.FALLBACK, MISSED.channel, MISSED.ts) for _ in range(2)]

    assert removed == [True, False]
    assert [one.number for one in gaps.listed(conn, "T1")] == [2]
    assert gaps.add(conn, "T1", MISSED) == 3


def test_gaps_are_listed(conn: Connection) -> None:
    """The newest first: all, or those since an instant, in some languages, of some kinds; not more than are wanted."""
    kinds = list(GapKind)
    for n, language in enumerate(("fi", "de", "fi", "fr")):
        at = START + n * MINUTE
        gaps.add(conn, "T1", replace(MISSED, kind=kinds[n], language=language, at=at, ts=f"{n + 1}.000000"))

    def numbers(**which: Any) -> list[int]:
        return [one.number for one in gaps.listed(conn, "T1", **which)]

    assert numbers() == [4, 3, 2, 1]
    assert numbers(since=START + MINUTE) == [4, 3, 2]
    assert numbers(languages=("fi", "fr")) == [4, 3, 1]
    assert numbers(kinds=(GapKind.FALLBACK, GapKind.NONE)) == [2, 1]
    assert numbers(languages=("fi",), kinds=(GapKind.FALLBACK, GapKind.NONE)) == [1]
    assert numbers(limit=2) == [4, 3]


@pytest.fixture(params=["sqlite", "postgresql"])
async def database(request: pytest.FixtureRequest, path: Path) -> AsyncIterator[Database]:
    """A started database of each kind."""
    url = f"sqlite:///{path}" if request.param == "sqlite" else request.getfixturevalue("postgres_url")
    async with Database.open(url) as opened:
        yield opened


async def test_noted_often_at_once_it_is_one(database: Database) -> None:
    """However the transactions meet."""

    def unit(n: int) -> Callable[[Connection], int]:
        def noted(conn: Connection) -> int:
            number = gaps.add(conn, "T1", replace(MISSED, text=f"{n}?"))
            threading.Event().wait(0.02)  # long enough that others would be in between
            return number

        return noted

    told = await asyncio.gather(*(database.run(unit(n)) for n in range(8)))

    assert told == [1] * 8
    assert len(await database.read(lambda conn: gaps.listed(conn, "T1"))) == 1


# Cases


def test_cases_are_listed_as_they_were_noted(conn: Connection) -> None:
    """In the order in which they came; also those whose people are not known any more."""
    cases = [CASE, replace(CASE, programme=None, by=None, asker=None), replace(CASE, expected="fallback")]
    added = [regressions.add(conn, "T1", one) for one in cases]

    assert added == [1, 2, 3]
    assert regressions.listed(conn, "T1") == [replace(one, number=n) for n, one in enumerate(cases, 1)]
    assert regressions.listed(conn, "T2") == []


# Deeds


def test_deeds_are_listed(conn: Connection) -> None:
    """All in their order, those about one request, those since an instant; also what was not allowed."""
    for n, (number, is_allowed) in enumerate(((7, True), (None, True), (8, False), (7, False))):
        audit.add(conn, "T1", EVE, "request.take", number, is_allowed=is_allowed, now=START + n * MINUTE)

    def numbers(**which: Any) -> list[int]:
        return [one.number for one in audit.listed(conn, "T1", **which)]

    assert audit.listed(conn, "T1")[2] == Deed(3, START + 2 * MINUTE, EVE, "request.take", 8, is_allowed=False)
    assert numbers() == [1, 2, 3, 4]
    assert numbers(number=7) == [1, 4]
    assert numbers(since=START + MINUTE) == [2, 3, 4]
    assert numbers(number=7, since=START + MINUTE) == [4]
    assert audit.listed(conn, "T2") == []


# Members


def test_members_are_those_who_were_read_last(conn: Connection) -> None:
    """Whoever has left is none; those of another workspace are its own. Nobody at all is nobody."""
    members.replace(conn, "T1", [("U2", "Bob"), ("U1", "Anne")], START)
    members.replace(conn, "T2", [("U7", "Ida")], START)
    first = members.all(conn, "T1")
    members.replace(conn, "T1", [("U3", "Eve"), ("U1", "Anne K."), ("U3", "Eva")], LATER)
    second = members.all(conn, "T1")
    members.replace(conn, "T1", [], LATER)

    assert first == [("U1", "Anne"), ("U2", "Bob")]
    assert second == [("U1", "Anne K."), ("U3", "Eva")]
    assert (members.all(conn, "T1"), members.all(conn, "T2")) == ([], [("U7", "Ida")])


async def test_of_replicas_that_read_the_group_at_once_one_is_second(database: Database) -> None:
    """None fails, and what is kept is what one of them has read."""
    groups = [[(f"U{n}", "Anne"), ("U9", "Eve")] for n in range(8)]

    def unit(group: list[tuple[str, str]]) -> Callable[[Connection], None]:
        return lambda conn: members.replace(conn, "T1", group, START)

    await asyncio.gather(*(database.run(unit(group)) for group in groups))

    assert await database.read(lambda conn: members.all(conn, "T1")) in groups


# Many


@pytest.fixture
def many(path: Path) -> Iterator[Connection]:
    """A database that holds many gaps and deeds."""
    engines = open_engines(f"sqlite:///{path}")
    migrate(engines.writer)
    whose = {"workspace": "T1", "team": "T2", "user": "U1"}
    said = {"kind": "none", "language": "fi", "channel": "C1", "text": "Miksi?", "entry": "", "answer": ""}
    with engines.writer.begin() as conn:
        numbered = [(n, START + n * MINUTE) for n in range(1, 2_001)]
        rows = [{**whose, **said, "number": n, "at": at, "ts": f"{n}.000000", "request": n} for n, at in numbered]
        conn.execute(insert(gap), rows)
        conn.execute(insert(counter).values(workspace="T1", kind=gaps.NUMBERS, n=2_000))
        did = {**whose, "act": "request.take", "is_allowed": True}
        conn.execute(insert(deeds), [{**did, "number": n, "at": at, "request": n % 300} for n, at in numbered])
        yield conn
    engines.dispose()


_QUERIES: dict[str, Callable[[Connection], Any]] = {
    "add": lambda conn: gaps.add(conn, "T1", MISSED),
    "add again": lambda conn: gaps.add(conn, "T1", replace(MISSED, kind=GapKind.NONE, ts="7.000000")),
    "remove": lambda conn: gaps.remove(conn, "T1", GapKind.NONE, "C1", "7.000000"),
    "load": lambda conn: gaps.load(conn, "T1", 7),
    "listed": lambda conn: gaps.listed(conn, "T1", since=START + 1_900 * MINUTE, languages=("fi",), limit=20),
    "deeds of a request": lambda conn: audit.listed(conn, "T1", number=7),
}


@pytest.mark.parametrize("name", list(_QUERIES))
def test_no_query_looks_at_all(many: Connection, name: str) -> None:
    """Each goes by its key or an index of its own."""
    driver: Any = many.connection.dbapi_connection
    said: list[str] = []
    driver.set_trace_callback(said.append)
    _QUERIES[name](many)
    driver.set_trace_callback(None)
    asked = [one for one in said if " gap" in one or " audit" in one]
    plans = [many.execute(text(f"EXPLAIN QUERY PLAN {one}")).all() for one in asked]
    steps = [step.detail for plan in plans for step in plan]

    assert [step for step in steps if "SEARCH" in step]
    assert [step for step in steps if step.startswith("SCAN") or step.endswith("(workspace=?)")] == []
