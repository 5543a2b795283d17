"""Of many who want one request at once one has it: in threads and processes, on both databases."""

from __future__ import annotations

import asyncio
import json
import subprocess
import sys
import threading
from collections import Counter
from collections.abc import AsyncIterator, Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import Connection, Engine

from bot.flows.request import Desk
from bot.model import PersonId
from bot.request import Request, State
from bot.store import requests
from bot.store.database import Database
from bot.store.engine import open_engines
from tests.clock import START

ANNE = PersonId("T2", "UANNE")
NEW = Request(0, "D1", "1764144000.000100", ANNE, START, "fi", "Miksi?", owed_since=START)
DESK = Desk(lambda since, until: until - since)

_MANY = 8
_STORM = """
import json, sys
from tests.store.test_requests_at_once import storm
print(json.dumps(storm(sys.argv[1], sys.argv[2])))
"""


@pytest.fixture
async def database(url: str) -> AsyncIterator[Database]:
    """It, started, with patience for a crowd."""
    async with Database.open(url, wait=30) as opened:
        yield opened


def take(conn: Connection, number: int, who: PersonId) -> bool:
    """Take a request as the desk does; whether it was to be had."""
    requests.lock(conn, "T1", number)
    known = requests.load(conn, "T1", number)
    assert known is not None
    threading.Event().wait(0.02)  # long enough that others would be in between
    taken = DESK.take(known, who, START)
    if taken is None:
        return False
    requests.save(conn, "T1", taken, START, due=None)
    return True


def storm(url: str, name: str) -> list[list[str | int]]:
    """Five people who take all they can get; who has taken which."""
    engines = open_engines(url, busy_timeout=60)

    def taken_by(user: str) -> list[list[str | int]]:
        return [[user, number] for number in range(1, _MANY + 1) if _taken(engines.writer, number, user)]

    with ThreadPoolExecutor(5) as threads:
        taken = [one for some in threads.map(taken_by, [f"{name}{n}" for n in range(5)]) for one in some]
    engines.dispose()
    return taken


def _taken(engine: Engine, number: int, user: str) -> bool:
    with engine.begin() as conn:
        return take(conn, number, PersonId("T1", user))


async def test_of_ten_who_take_a_request_at_once_one_has_it(database: Database) -> None:
    """Nine see who was first."""
    await database.run(lambda conn: requests.create(conn, "T1", NEW, START))

    def unit(n: int) -> Callable[[Connection], bool]:
        return lambda conn: take(conn, 1, PersonId("T1", f"U{n}"))

    taken = await asyncio.gather(*(database.run(unit(n)) for n in range(10)))
    state = await database.read(lambda conn: requests.load(conn, "T1", 1))

    assert sorted(taken) == [False] * 9 + [True]
    assert state is not None
    assert (state.state, state.assignee) == (State.TAKEN, PersonId("T1", f"U{taken.index(True)}"))
    assert len(state.history) == 1


def test_of_ten_in_two_processes_each_request_has_one(url: str) -> None:
    """Whoever was told that they have it has it, for each of the requests; and nobody ends in an error."""
    engines = open_engines(url)
    with engines.writer.begin() as conn:
        for n in range(_MANY):
            requests.create(conn, "T1", replace(NEW, channel=f"D{n}"), START)
    program = [sys.executable, "-c", _STORM, url]
    children = [subprocess.Popen([*program, name], stdout=subprocess.PIPE, text=True) for name in "AB"]  # noqa: S603 - ours
    told = [(user, number) for child in children for user, number in json.loads(child.communicate(timeout=120)[0])]
    with engines.reader.connect() as conn:
        owners = [(one.assignee.user, one.number) for one in requests.listed(conn, "T1") if one.assignee]
    engines.dispose()

    assert sorted(told) == sorted(owners)
    assert Counter(number for _, number in told) == Counter(range(1, _MANY + 1))


async def test_of_many_ways_into_one_thread_one_opens_a_request(database: Database) -> None:
    """The others find it; the next thread gets the next number."""

    def unit(n: int, channel: str) -> Callable[[Connection], tuple[Request, bool]]:
        def opened(conn: Connection) -> tuple[Request, bool]:
            made = requests.create(conn, "T1", replace(NEW, channel=channel, question=f"{n}?"), START)
            threading.Event().wait(0.02)
            return made

        return opened

    made = await asyncio.gather(*(database.run(unit(n, "D1")) for n in range(10)))
    after = await database.run(unit(10, "D2"))

    assert sorted(is_new for _, is_new in made) == [False] * 9 + [True]
    assert len({one for one, _ in made}) == 1
    assert [one.number for one in (made[0][0], after[0])] == [1, 2]


async def test_whoever_finds_a_request_has_it_to_themselves(database: Database) -> None:
    """What is changed meanwhile by somebody who knows its number is not lost."""
    await database.run(lambda conn: requests.create(conn, "T1", NEW, START))

    def one_more(n: int) -> Callable[[Connection], None]:
        def unit(conn: Connection) -> None:
            if n % 2:
                known, _ = requests.create(conn, "T1", NEW, START)
            else:
                requests.lock(conn, "T1", 1)
                known = requests.load(conn, "T1", 1)
            assert known is not None
            threading.Event().wait(0.02)
            requests.save(
                conn, "T1", replace(known, reminded=known.reminded + 1), START, due=START + timedelta(hours=1)
            )

        return unit

    await asyncio.gather(*(database.run(one_more(n)) for n in range(10)))
    state = await database.read(lambda conn: requests.load(conn, "T1", 1))

    assert state is not None
    assert state.reminded == 10
