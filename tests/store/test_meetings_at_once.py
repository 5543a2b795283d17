"""Nobody is ever booked twice: many who book, move and cancel at once, in threads and processes, on both databases."""

from __future__ import annotations

import asyncio
import json
import signal
import subprocess
import sys
from collections import Counter
from collections.abc import AsyncIterator, Callable
from contextlib import suppress
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import Connection, Engine, select

from bot.meeting import Meeting
from bot.model import PersonId
from bot.store import meetings
from bot.store.database import Database
from bot.store.engine import open_engines
from bot.store.privacy import Cause, Found, erase
from bot.store.tables import cell, counter, host, meeting
from tests.bookings import ANNE, HOSTS, NINE, book, booked, faults, move, wanted
from tests.clock import START
from tests.postgres import until_it_waits

HOUR = timedelta(hours=1)

_DIES = """
import os, signal, sys
from bot.store.engine import open_engines
from tests.bookings import NINE, book, cancel, move
conn = open_engines(sys.argv[1]).writer.connect()
conn.begin()
{"book": lambda: book(conn), "move": lambda: move(conn, 1, NINE), "cancel": lambda: cancel(conn, 1)}[sys.argv[2]]()
os.kill(os.getpid(), signal.SIGKILL)
"""


@pytest.fixture
async def database(url: str) -> AsyncIterator[Database]:
    """It, started, with patience for a crowd."""
    async with Database.open(url, wait=30) as opened:
        yield opened


async def kept(database: Database) -> list[Any]:
    """All that stands in the tables of meetings."""
    tables = (meeting, cell, host, counter)
    return await database.read(lambda conn: [tuple(row) for table in tables for row in conn.execute(select(table))])


# Many at once


def test_in_a_storm_nobody_is_booked_twice(url: str) -> None:
    """Two processes of four threads, with overlapping times and several hosts: no overlap, no cell too few or too many.

    None of them ends in an error: nobody waits for somebody who waits for them.
    """
    program = [sys.executable, "-m", "tests.bookings", url]
    children = [subprocess.Popen([*program, str(n), "40"], stdout=subprocess.PIPE, text=True) for n in range(2)]  # noqa: S603 - ours
    said: Counter[str] = Counter()
    for child in children:
        said.update(json.loads(child.communicate(timeout=120)[0]))
    engines = open_engines(url)
    with engines.reader.connect() as conn:
        wrong = faults(conn)
    engines.dispose()

    assert wrong == []
    assert set(said) == {"book", "no book", "move", "no move", "cancel"}
    assert sum(said.values()) == 2 * 4 * 40


async def test_of_many_who_want_one_time_each_host_gets_one(database: Database) -> None:
    """The others hear that it is gone."""

    def unit(n: int) -> Callable[[Connection], Meeting | None]:
        return lambda conn: book(conn, wanted(booker=PersonId("T2", f"U{n}")))

    made = await asyncio.gather(*(database.run(unit(n)) for n in range(60)))

    assert sorted(one.host for one in made if one) == list(HOSTS)
    assert await database.read(faults) == []


async def test_a_request_that_comes_often_at_once_is_one_booking(database: Database) -> None:
    """All of them get it."""
    made = await asyncio.gather(*(database.run(lambda conn: booked(conn, key="V1")) for _ in range(20)))

    assert len({(one.number, one.host) for one in made}) == 1
    assert await database.read(faults) == []


async def test_of_many_who_move_one_meeting_each_sees_the_last(database: Database) -> None:
    """Read under its lock, no change is lost."""
    await database.run(booked)
    moved = await asyncio.gather(*(database.run(lambda conn, n=n: move(conn, 1, NINE + n * HOUR)) for n in range(1, 9)))
    state = await database.read(lambda conn: meetings.load(conn, "T1", 1))

    assert sorted(one.sequence for one in moved if one) == list(range(1, 9))
    assert state in moved
    assert await database.read(faults) == []


# Who waits for whom


@pytest.fixture
def engine(postgres_url: str) -> Any:
    """PostgreSQL, with nobody who would try again."""
    engines = open_engines(postgres_url, busy_timeout=30)
    with engines.writer.begin() as conn:
        booked(conn, wanted(NINE), ("UEVE",))
        booked(conn, wanted(NINE + HOUR), ("UEVE",))
    yield engines.writer
    engines.dispose()


async def test_of_two_that_swap_their_times_neither_waits_for_ever(
    engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each would take cells that the other is giving back; one after the other, both stay where they are."""
    given: list[int] = []
    give_back = meetings._give_back

    def slowly(conn: Connection, workspace: str, number: int) -> None:
        give_back(conn, workspace, number)
        given.append(number)
        if len(given) == 1:  # until the other is as far, or waits for us
            asyncio.run(_until(engine, lambda: len(given) > 1))

    def swap(number: int, hours: int) -> Meeting | None:
        with engine.begin() as conn:
            return move(conn, number, NINE + hours * HOUR, ("UEVE",))

    monkeypatch.setattr(meetings, "_give_back", slowly)
    moved = await asyncio.gather(asyncio.to_thread(swap, 1, 1), asyncio.to_thread(swap, 2, 0))
    with engine.begin() as conn:
        wrong = faults(conn)

    assert moved == [None, None]
    assert len(given) == 2
    assert wrong == []


async def _until(engine: Engine, is_so: Callable[[], bool]) -> None:
    waiting = asyncio.create_task(until_it_waits(engine))
    while not (is_so() or waiting.done()):  # noqa: ASYNC110 - a thread does not tell
        await asyncio.sleep(0.005)
    waiting.cancel()
    with suppress(asyncio.CancelledError):
        await waiting


async def test_whoever_erases_several_locks_them_first(engine: Engine) -> None:
    """Who is just changing one of them still gets at the times, and then the erasing goes on."""
    found = Found(START, {}, {})

    def everything() -> None:
        with engine.begin() as conn:
            erase(conn, "T1", ANNE, found, asked_at=START, now=START, cause=Cause.PERSON)

    with engine.begin() as conn:
        meetings.lock(conn, "T1", 2)
        erasing = asyncio.create_task(asyncio.to_thread(everything))
        await until_it_waits(engine)
        moved = await asyncio.to_thread(move, conn, 2, NINE + 2 * HOUR, ("UEVE",))
    await erasing
    with engine.begin() as conn:
        left = conn.execute(select(meeting)).all()
        wrong = faults(conn)

    assert moved is not None
    assert left == []
    assert wrong == []


# Half of it


@pytest.mark.parametrize("step", ["next_number", "_take", "_placed", "note_booking"])
async def test_a_booking_that_fails_leaves_nothing(
    database: Database, monkeypatch: pytest.MonkeyPatch, step: str
) -> None:
    """At whichever step; the next gets the number and the time that it would have had."""
    before = await kept(database)
    real: Any = getattr(meetings, step)

    def fails(*args: Any) -> None:
        real(*args)
        raise LookupError(step)

    with monkeypatch.context() as then:
        then.setattr(meetings, step, fails)
        with pytest.raises(LookupError, match=step):
            await database.run(booked)
    after = await kept(database)
    made = await database.run(booked)

    assert after == before
    assert (made.number, made.host) == (1, "UEVE")


@pytest.mark.parametrize("step", ["_give_back", "_take", "_place", "note_booking"])
async def test_a_move_that_fails_leaves_all_as_it_was(
    database: Database, monkeypatch: pytest.MonkeyPatch, step: str
) -> None:
    """It has the time that it had, with all its cells."""
    await database.run(booked)
    before = await kept(database)
    real: Any = getattr(meetings, step)

    def fails(*args: Any) -> None:
        real(*args)
        raise LookupError(step)

    with monkeypatch.context() as then:
        then.setattr(meetings, step, fails)
        with pytest.raises(LookupError, match=step):
            await database.run(lambda conn: move(conn, 1, NINE, ("UIDA",)))

    assert await kept(database) == before
    assert await database.read(faults) == []


@pytest.mark.parametrize("deed", ["book", "move", "cancel"])
async def test_a_process_that_dies_before_its_commit_leaves_nothing(database: Database, url: str, deed: str) -> None:
    """Killed with all its statements made: what was there is there, and nothing else."""
    if deed != "book":
        await database.run(lambda conn: booked(conn, wanted(NINE + HOUR)))
    before = await kept(database)
    child = await asyncio.create_subprocess_exec(sys.executable, "-c", _DIES, url, deed)
    code = await child.wait()

    assert code == -signal.SIGKILL
    assert await kept(database) == before
    made = await database.run(booked)
    assert made.host == "UEVE"
