"""The store on PostgreSQL: many writers, a server that goes away, and limits to every wait."""

from __future__ import annotations

import asyncio
import sys
import threading
from collections.abc import AsyncIterator, Callable

import psycopg
import pytest
from sqlalchemy import Connection, text

from bot.ports import StoreUnavailable
from bot.store.counters import next_number
from bot.store.database import Database
from bot.store.engine import open_engines
from bot.store.locks import exclusive, lock_number
from tests.postgres import Server, server


@pytest.fixture
async def database(postgres_url: str) -> AsyncIterator[Database]:
    """A started store."""
    async with Database.open(postgres_url) as opened:
        yield opened


def count(kind: str) -> Callable[[Connection], int]:
    """A unit that raises a counter and returns it."""
    return lambda conn: next_number(conn, "T1", kind)


def counts(conn: Connection) -> dict[str, int]:
    """The counters."""
    return {row.kind: row.n for row in conn.execute(text("SELECT kind, n FROM counter"))}


async def test_units_are_durable_and_isolated(database: Database) -> None:
    """Many at once: each number is given out once, and what fails is undone alone."""

    def failing(conn: Connection) -> None:
        next_number(conn, "T1", "a")
        raise LookupError

    results = await asyncio.gather(
        *(database.run(count("a")) for _ in range(50)),
        *(database.run(failing) for _ in range(10)),
        return_exceptions=True,
    )

    assert sorted(result for result in results if isinstance(result, int)) == list(range(1, 51))
    assert sum(isinstance(result, LookupError) for result in results) == 10
    assert await database.read(counts) == {"a": 50}


async def test_units_that_are_in_each_others_way_are_run_again(database: Database) -> None:
    """Two that take the same rows in opposite order: the server ends one, which is run again; both succeed."""
    await database.run(count("a"))
    await database.run(count("b"))
    met = threading.Barrier(2)
    runs: list[str] = []

    def crossing(first: str, second: str) -> Callable[[Connection], None]:
        def unit(conn: Connection) -> None:
            runs.append(first)
            next_number(conn, "T1", first)
            if len(runs) <= 2:
                met.wait(5)
            next_number(conn, "T1", second)

        return unit

    async with asyncio.timeout(10):
        await asyncio.gather(database.run(crossing("a", "b")), database.run(crossing("b", "a")))

    assert len(runs) > 2  # whoever runs again may be quicker than the other wakes up, and they meet once more
    assert await database.read(counts) == {"a": 3, "b": 3}


async def test_what_is_read_and_then_written_is_exclusive(database: Database) -> None:
    """Units that name the same parts wait for each other, and for nobody else."""
    inside, worst = [0], [0]

    def careful(conn: Connection) -> None:
        exclusive(conn, "vote", "T1", "C1")
        inside[0] += 1
        worst[0] = max(worst[0], inside[0])
        seen = counts(conn).get("a", 0)
        threading.Event().wait(0.005)
        conn.execute(
            text("INSERT INTO counter VALUES ('T1', 'a', :n) ON CONFLICT (workspace, kind) DO UPDATE SET n = :n"),
            {"n": seen + 1},
        )
        inside[0] -= 1

    def other(conn: Connection) -> None:
        exclusive(conn, "vote", "T1", "C2")
        next_number(conn, "T1", "b")

    await asyncio.gather(*(database.run(careful) for _ in range(20)), *(database.run(other) for _ in range(5)))

    assert worst == [1]
    assert await database.read(counts) == {"a": 20, "b": 5}


def test_locks_of_other_parts_are_other_locks() -> None:
    """Parts are told apart also where they begin and end; all replicas compute the same number."""
    parts = [("a", "b"), ("ab",), ("a", "b", ""), ("b", "a"), ("ab", "")]

    assert len({lock_number(*some) for some in parts}) == len(parts)
    assert lock_number("a", "b") == -17643764250920285


async def test_a_reader_sees_one_state_and_changes_none(database: Database) -> None:
    """What is committed while it reads comes with the next read; writing is an error."""
    await database.run(count("a"))
    reading, written = threading.Event(), threading.Event()

    def twice(conn: Connection) -> list[dict[str, int]]:
        first = counts(conn)
        reading.set()
        written.wait(5)
        return [first, counts(conn)]

    seen = asyncio.ensure_future(database.read(twice))
    await asyncio.to_thread(reading.wait, 5)
    await database.run(count("a"))
    written.set()

    assert await seen == [{"a": 1}, {"a": 1}]
    assert await database.read(counts) == {"a": 2}
    with pytest.raises(StoreUnavailable, match="read-only"):
        await database.read(count("a"))


async def test_a_statement_that_takes_too_long_is_ended(postgres_url: str) -> None:
    """Before its caller has lost patience, and for a lock of somebody else too; the words hold no value."""
    engines = open_engines(postgres_url, busy_timeout=0.3)
    async with Database(engines) as database:
        with pytest.raises(StoreUnavailable, match="timeout"):
            await database.run(lambda conn: conn.execute(text("SELECT pg_sleep(9)")))
        with psycopg.connect(postgres_url) as other:
            other.execute("LOCK TABLE counter")
            with pytest.raises(StoreUnavailable, match="timeout") as caught:
                await database.run(lambda conn: next_number(conn, "a person's words", "a"))
        after = await database.run(count("a"))

    assert "person" not in str(caught.value)
    assert after == 1


async def test_connections_that_the_server_ended_are_replaced(database: Database, postgres_url: str) -> None:
    """Nobody notices, neither who writes nor who reads."""
    await asyncio.gather(*(database.run(count("a")) for _ in range(20)))
    await database.read(counts)
    others = " FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"
    with psycopg.connect(postgres_url, autocommit=True) as other:
        while other.execute(f"SELECT pg_terminate_backend(pid){others}".encode()).fetchall():  # noqa: ASYNC110 - no task
            await asyncio.sleep(0.01)
    numbers = await asyncio.gather(*(database.run(count("a")) for _ in range(20)))

    assert sorted(numbers) == list(range(21, 41))
    assert await database.read(counts) == {"a": 40}


async def test_a_server_that_is_away_is_unavailable_at_once(postgres: Server) -> None:
    """Nobody waits for it, nothing comes later, and when it is back everything goes on."""
    del postgres
    with server() as own:
        async with Database.open(own.create()) as database:
            await database.run(count("a"))
            await asyncio.to_thread(own.stop)
            async with asyncio.timeout(1):
                results = await asyncio.gather(
                    *(database.run(count("late")) for _ in range(20)), database.read(counts), return_exceptions=True
                )
                with pytest.raises(StoreUnavailable):
                    await database.ping()
            await asyncio.to_thread(own.start)
            after = await database.run(count("a"))
            seen = await database.read(counts)

    assert {type(result) for result in results} == {StoreUnavailable}
    assert (after, seen) == (2, {"a": 2})


async def test_a_caller_that_gave_up_takes_its_unit_back(postgres_url: str) -> None:
    """A unit whose caller was told no is not committed, though it had run already."""
    entered, leave = threading.Event(), threading.Event()

    def slow(conn: Connection) -> None:
        next_number(conn, "T1", "slow")
        entered.set()
        leave.wait(5)

    async with Database.open(postgres_url, wait=0.2) as database:
        with pytest.raises(StoreUnavailable, match="in time"):
            await database.run(slow)
        assert entered.is_set()
        leave.set()
        await database.run(count("after"))
        seen = await database.read(counts)

    assert seen == {"after": 1}


def test_the_driver_is_an_extra(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever has not installed it is told how."""
    monkeypatch.setitem(sys.modules, "psycopg", None)
    with pytest.raises(ValueError, match=r"install partnerdesk\[postgres\]"):
        open_engines("postgresql://desk@localhost/desk")


def test_a_database_that_cannot_be_reached_is_said_in_one_line(postgres: Server) -> None:
    """Without the password."""
    url = postgres.create(migrated=False)
    postgres.drop(url)
    with pytest.raises(StoreUnavailable, match="does not exist") as caught:
        Database.open(url.replace("postgres:@", "postgres:secret@"))

    assert "\n" not in str(caught.value)
    assert "secret" not in str(caught.value)
