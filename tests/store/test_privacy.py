"""The policy names every table and column; what it says is what retention, export and erasure do, on both databases."""

from __future__ import annotations

import itertools
from collections import defaultdict
from collections.abc import AsyncIterator, Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Boolean, Column, Connection, Date, Integer, LargeBinary, Table, insert, select

from bot.availability import cells
from bot.meeting import Span
from bot.model import PersonId, Thread
from bot.ports import Store
from bot.store import people, privacy, threads
from bot.store.database import Database
from bot.store.jobs import Status
from bot.store.privacy import POLICY, Cause, Holding
from bot.store.tables import busy, cell, erasure, host, job, known, member, metadata, person, tally
from bot.store.types import Instant, Json, Packed, Ts
from tests.clock import START

# Those who hold meetings are of the workspace itself; so Anne and Bob can have rows in every table.
ANNE = PersonId("T1", "UANNE")
NAMESAKE = PersonId("TOTHER", "UANNE")
BOB = PersonId("T1", "UBOB")
DAY = timedelta(days=1)
OWNED = [holding for holding in POLICY.values() if holding.owner]
OF_HOSTS = {cell, busy, host, member}  # no namesake of another team has rows in these
ONCE = {person, host, member}  # a person has one row in these

_AS_THEY_ARE: dict[str, dict[str, Any]] = {
    "job": {"status": Status.DEAD.value},
    "report": {"status": "fixed", "copies": 0, "duplicate_of": None},
    "meeting": {"kind": "support", "status": "booked"},
    "request": {"status": "resolved", "way": "asked", "copies": 0},
    "gap": {"kind": "fallback", "request": None},
}
"""What rows of a table have to say, to be such as there are."""

_numbers: defaultdict[str, Iterator[int]] = defaultdict(lambda: itertools.count(1))  # of each table


@pytest.fixture(params=["sqlite", "postgresql"])
async def database(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Database]:
    """A started database of each kind."""
    url = f"sqlite:///{tmp_path}/desk.db" if request.param == "sqlite" else request.getfixturevalue("postgres_url")
    async with Database.open(url) as opened:
        yield opened


def _row(holding: Holding, who: PersonId, at: datetime = START) -> dict[str, Any]:
    """A row of a person, with their id and a word of theirs wherever the policy says that there may be some."""
    number, said = next(_numbers[holding.table.name]), f"{who.team} {who.user} said so"
    names = {"team": who.team, "user": who.user}
    packed = {"asker": names, **names, "said": said, "opened_at": at.isoformat()}
    packed |= {"uid": f"{number}@T1.partnerdesk", "language": "en", "zone": "UTC", "booked_at": at.isoformat()}
    packed |= {"question": said}
    of_type = {
        Packed: packed,
        Json: packed,
        Ts: f"{at.timestamp() + number / 1000:.6f}",
        Instant: at,
        Date: at.date(),
        Boolean: False,
        LargeBinary: number.to_bytes(16, "big"),
    }
    of_name = {**names, "workspace": "T1"} | ({"host": who.user} if holding.table in OF_HOSTS else {})

    def value(column: Column[Any]) -> Any:
        if isinstance(column.type, Integer):
            return number
        text = f"{said} {number}" if column.name in holding.people + holding.texts else f"{column.name}{number}"
        return of_name.get(column.name) or of_type.get(type(column.type), text)

    row = {column.name: value(column) for column in holding.table.columns}
    if holding.table is cell:
        row |= {"cell": cells(Span(at, at)).start + number, "number": 0}  # of no meeting that goes first
    if holding.table is busy:
        row["start"] = at - timedelta(minutes=number)
    return row | _AS_THEY_ARE.get(holding.table.name, {})


async def _fill(store: Store, *people_: PersonId, at: datetime = START, times: int = 1) -> None:
    def unit(conn: Connection) -> None:
        for holding in OWNED:
            for who in people_:
                if holding.table in OF_HOSTS and who is NAMESAKE:
                    continue
                for _ in range(1 if holding.table in ONCE else times):
                    conn.execute(insert(holding.table).values(_row(holding, who, at)))

    await store.run(unit)


async def _count(store: Store, table: Table) -> int:
    return len(await store.read(lambda conn: conn.execute(select(table)).all()))


async def _dump(store: Store) -> str:
    return str(await store.read(lambda conn: [conn.execute(select(table)).all() for table in metadata.tables.values()]))


async def _erase(store: Store, who: PersonId, workspace: str = "T1") -> privacy.Erased:
    found = await privacy.rows_of(store, lambda owner: owner == who, START)
    return await store.run(
        lambda conn: privacy.erase(conn, workspace, who, found, asked_at=START, now=START, cause=Cause.PERSON)
    )


# The policy


def test_every_table_has_a_row() -> None:
    """Whoever adds a table says what it holds of people."""
    assert set(POLICY) == set(metadata.tables)
    assert all(POLICY[name].table is table for name, table in metadata.tables.items())


@pytest.mark.parametrize("name", list(metadata.tables))
def test_every_column_that_can_hold_texts_is_named_once(name: str) -> None:
    """Whoever adds a column of texts or bytes says whether people's ids or words stand in it."""
    holding = POLICY[name]
    numbers = (Integer, Boolean, Date, Instant, Ts)
    can_hold = [column.name for column in holding.table.columns if not isinstance(column.type, numbers)]
    named = {*holding.people, *holding.texts}

    assert named | set(holding.neutral) == set(can_hold)
    assert named & set(holding.neutral) == set()


@pytest.mark.parametrize("name", list(metadata.tables))
def test_who_holds_something_of_people_gives_it_back(name: str) -> None:
    """A table with people's ids or words says whose a row is, and when it is old."""
    holding = POLICY[name]
    holds = bool(holding.people or holding.texts)

    assert (holding.owner is not None) is holds
    assert (holding.due is not None) is holds
    assert holding.holds
    assert holding.kept


# Erasing


async def test_erased_is_erased_in_every_table(database: Database) -> None:
    """Of the person nothing is left; of the namesake in another team, and of everybody else, everything is."""
    await _fill(database, ANNE, NAMESAKE, BOB)
    erased = await _erase(database, ANNE)
    left = await _dump(database)

    assert "T1 UANNE" not in left
    assert "TOTHER UANNE" in left
    assert "T1 UBOB" in left
    assert erased.rows == {holding.table.name: 1 for holding in OWNED}
    assert [await _count(database, holding.table) for holding in OWNED] == [
        1 if holding.table in OF_HOSTS else 2 for holding in OWNED
    ]


async def test_another_workspace_keeps_its_own(database: Database) -> None:
    """A person is erased where they asked for it. Work is told apart by its person alone."""
    await _fill(database, ANNE)
    erased = await _erase(database, ANNE, "T2")

    assert erased.rows == {"job": 1}


async def test_erased_is_numbered_and_dated(database: Database) -> None:
    """Also where nothing was kept: whoever asks gets a number. Cards that quote the person are named."""
    await _fill(database, ANNE)
    first, second = await _erase(database, ANNE), await _erase(database, ANNE)
    rows = await database.read(lambda conn: conn.execute(select(erasure).order_by(erasure.c.number)).all())

    assert (first.number, second.number) == (1, 2)
    assert second.rows == {}
    assert len(first.requests) == 1
    assert [tuple(row) for row in rows] == [("T1", n, "person", START, START) for n in (1, 2)]


async def test_what_changes_while_it_is_looked_for(database: Database) -> None:
    """A thread that somebody else has taken over by then is theirs; one that was begun meanwhile goes with the rest."""
    taken, begun = Thread("C1", "1764144000.000100", asker=ANNE), Thread("C1", "1764144000.000200", asker=ANNE)

    def save(state: Thread) -> None:
        return lambda conn: threads.save(conn, "T1", state, START)

    await database.run(save(taken))
    found = await privacy.rows_of(database, lambda owner: owner == ANNE, START)
    await database.run(save(Thread("C1", taken.ts, asker=BOB)))
    await database.run(save(begun))
    erased = await database.run(
        lambda conn: privacy.erase(conn, "T1", ANNE, found, asked_at=START, now=START, cause=Cause.PERSON)
    )

    assert erased.rows == {"thread": 1}
    assert await database.read(lambda conn: threads.load(conn, "T1", "C1", taken.ts)) is not None
    assert await database.read(lambda conn: threads.load(conn, "T1", "C1", begun.ts)) is None


async def test_long_tables_are_walked_through_to_their_end(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    """A page at a time, none left out and none twice."""
    monkeypatch.setattr(privacy, "_PAGE", 3)
    await _fill(database, ANNE, BOB, times=10)
    erased = await _erase(database, ANNE)

    assert erased.rows == {holding.table.name: 1 if holding.table in ONCE else 10 for holding in OWNED}


async def test_the_work_that_erases_is_not_erased(database: Database) -> None:
    """It names the person, and has to be carried out."""
    row = _row(POLICY["job"], ANNE) | {"kind": privacy.ERASURE}
    await database.run(lambda conn: conn.execute(insert(job).values(row)))
    await _erase(database, ANNE)

    assert await _count(database, job) == 1


@pytest.mark.parametrize(
    ("status", "attempts", "busy"),
    [(Status.RUNNING, 1, True), (Status.WAITING, 1, True), (Status.WAITING, 0, False), (Status.DEAD, 8, False)],
)
async def test_work_under_way_is_seen(database: Database, status: Status, attempts: int, *, busy: bool) -> None:
    """Whoever erases waits for what is being done, and for what was tried and may have reached Slack."""
    done_at = START if status is Status.DEAD else None
    row = _row(POLICY["job"], ANNE) | {"status": status.value, "attempts": attempts, "done_at": done_at}
    await database.run(lambda conn: conn.execute(insert(job).values(row)))

    assert await database.read(lambda conn: privacy.is_busy(conn, ANNE)) is busy
    assert not await database.read(lambda conn: privacy.is_busy(conn, BOB))


# Growing old


async def test_what_is_old_goes_and_what_is_not_stays(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    """In every table, in small portions; counts, numbers and fingerprints stay whatever their age."""
    monkeypatch.setattr(privacy, "_PAGE", 4)
    monkeypatch.setattr(privacy, "_PORTION", 3)
    await _fill(database, ANNE, at=START - DAY, times=5)
    await _fill(database, BOB, at=START + DAY, times=5)
    await database.run(lambda conn: conn.execute(insert(tally).values(_row(POLICY["tally"], ANNE))))
    await database.run(lambda conn: conn.execute(insert(known).values(_row(POLICY["known"], ANNE))))
    gone = await privacy.clear_all(database, lambda holding: holding.due(START) if holding.due else None)
    left = await _dump(database)

    assert gone == 5 * (len(OWNED) - len(ONCE)) + len(ONCE)
    assert "UANNE" not in left
    many = [holding.table for holding in OWNED if holding.table not in ONCE]
    assert [await _count(database, table) for table in many] == [5] * len(many)
    assert [await _count(database, table) for table in (*ONCE, tally, known)] == [1] * (len(ONCE) + 2)


@pytest.mark.parametrize(
    ("status", "run_at", "done_at", "left"),
    [
        pytest.param(Status.DEAD, START, START - DAY, 0, id="a dead letter"),
        pytest.param(Status.DEAD, START - 9 * DAY, START + DAY, 1, id="one that died lately"),
        pytest.param(Status.WAITING, START - DAY, None, 0, id="due for long"),
        pytest.param(Status.WAITING, START + 100 * DAY, None, 1, id="for a later time"),
        pytest.param(Status.RUNNING, START - DAY, None, 1, id="running"),
    ],
)
async def test_work_grows_old(
    database: Database, status: Status, run_at: datetime, done_at: datetime | None, left: int
) -> None:
    """Dead letters, and what has been due so long that nobody waits for it."""
    row = _row(POLICY["job"], ANNE) | {"status": status.value, "run_at": run_at, "done_at": done_at}
    await database.run(lambda conn: conn.execute(insert(job).values(row)))
    await privacy.clear_all(database, lambda holding: holding.due(START) if holding.due else None)

    assert await _count(database, job) == left


async def test_people_of_whom_slack_never_told_grow_old_too(database: Database) -> None:
    """They are dated when they are first met with; those with a date keep it."""
    await database.run(lambda conn: people.remember(conn, "T1", ANNE, language="fi"))
    await database.run(lambda conn: people.greet_once(conn, "T1", BOB, START))
    dated = await database.run(lambda conn: privacy.date_people(conn, START + DAY))

    assert dated == 1
    assert (await database.read(lambda conn: people.load(conn, "T1", ANNE))).seen_at == START + DAY
    assert (await database.read(lambda conn: people.load(conn, "T1", BOB))).seen_at is None


async def test_a_workspaces_rows_are_told_from_anothers(database: Database) -> None:
    """Those of another stay; so does the work that erases."""
    jobs = [("msg:T1:C1:1.0", "message"), ("msg:T2:C1:1.0", "message"), ("event:T1:Ev1", privacy.LIFECYCLE)]

    def unit(conn: Connection) -> None:
        for holding in OWNED:
            if holding.table is not job:
                for workspace in ("T1", "T2"):
                    conn.execute(insert(holding.table).values(_row(holding, ANNE) | {"workspace": workspace}))
        for key, kind in jobs:
            conn.execute(insert(job).values(_row(POLICY["job"], ANNE) | {"key": key, "kind": kind}))

    await database.run(unit)
    await privacy.clear_all(database, lambda holding: holding.of_workspace("T1") if holding.owner else None)
    left = await database.read(
        lambda conn: {
            holding.table.name: conn.execute(select(holding.table.c["key" if holding.table is job else "workspace"]))
            .scalars()
            .all()
            for holding in OWNED
        }
    )

    assert sorted(left.pop("job")) == ["event:T1:Ev1", "msg:T2:C1:1.0"]
    assert left == {holding.table.name: ["T2"] for holding in OWNED if holding.table is not job}
