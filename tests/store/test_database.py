"""Units in transactions: what is durable, what is undone, and what happens while the database is away."""

from __future__ import annotations

import asyncio
import sqlite3
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from sqlalchemy import Connection, text

from bot.ports import StoreUnavailable
from bot.store.counters import next_number
from bot.store.database import Database
from bot.store.engine import open_engines
from bot.store.hooks import after_commit


def count(kind: str) -> Callable[[Connection], int]:
    """A unit that raises a counter and returns it."""
    return lambda conn: next_number(conn, "T1", kind)


def counts(path: Path) -> dict[str, int]:
    """What is really in the file, seen by somebody else."""
    with sqlite3.connect(path) as conn:
        return dict(conn.execute("SELECT kind, n FROM counter").fetchall())


@contextmanager
def locked(path: Path, *statements: str) -> Iterator[None]:
    """Have somebody else write into the file meanwhile."""
    other = sqlite3.connect(path, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    for statement in statements:
        other.execute(statement)
    try:
        yield
    finally:
        other.execute("ROLLBACK")
        other.close()


async def test_a_unit_is_durable_when_run_returns(database: Database, path: Path) -> None:
    """Another connection sees what run has answered for."""
    number = await database.run(count("a"))

    assert number == 1
    assert counts(path) == {"a": 1}


async def test_a_failing_unit_is_undone_alone(database: Database, path: Path) -> None:
    """Units that share a commit do not share their failures."""

    def failing(conn: Connection) -> None:
        next_number(conn, "T1", "bad")
        raise LookupError("mine")

    results = await asyncio.gather(
        database.run(count("a")), database.run(failing), database.run(count("b")), return_exceptions=True
    )

    assert [results[0], results[2]] == [1, 1]
    assert isinstance(results[1], LookupError)
    assert counts(path) == {"a": 1, "b": 1}


async def test_units_run_in_the_order_of_handing_in(database: Database) -> None:
    """Numbers rise in the order of the calls."""
    numbers = await asyncio.gather(*(database.run(count("a")) for _ in range(500)))

    assert numbers == list(range(1, 501))


async def test_what_has_gathered_is_committed_once(database: Database, path: Path) -> None:
    """Units that wait for the writer share a transaction."""
    transactions = []

    def note(conn: Connection) -> None:
        transactions.append(conn.get_transaction())

    with locked(path):
        gathered = [asyncio.ensure_future(database.run(note)) for _ in range(10)]
        await asyncio.sleep(0.05)
    await asyncio.gather(*gathered)

    assert (len(transactions), len(set(transactions))) == (10, 1)


async def test_reads_do_not_wait_for_the_writer(database: Database, path: Path) -> None:
    """A read answers while something is being written, from before it."""
    with locked(path, "INSERT INTO counter VALUES ('T1', 'a', 1)"):
        seen = await database.read(lambda conn: conn.execute(text("SELECT count(*) FROM counter")).scalar_one())

    assert seen == 0


async def test_hooks_run_after_the_commit_and_only_then(database: Database, path: Path) -> None:
    """A hook sees the committed row; a unit that is undone has no hooks."""
    seen = []

    def good(conn: Connection) -> None:
        next_number(conn, "T1", "a")
        after_commit(conn, lambda: seen.append(counts(path)))

    def bad(conn: Connection) -> None:
        after_commit(conn, lambda: seen.append("undone"))
        raise LookupError

    await asyncio.gather(database.run(good), database.run(bad), return_exceptions=True)

    assert seen == [{"a": 1}]


async def test_a_locked_database_is_unavailable_and_nothing_comes_later(path: Path) -> None:
    """While another process holds the lock callers are told in time, and their units stay undone when it lets go."""
    async with Database.open(f"sqlite:///{path}", wait=0.3) as database:
        other = sqlite3.connect(path, isolation_level=None)
        other.execute("BEGIN IMMEDIATE")
        results = await asyncio.gather(*(database.run(count("late")) for _ in range(3)), return_exceptions=True)
        with pytest.raises(StoreUnavailable):
            await database.ping()
        other.execute("ROLLBACK")
        other.close()
        await asyncio.sleep(0.1)
        after = await database.run(count("after"))

    assert [type(result) for result in results] == [StoreUnavailable] * 3
    assert after == 1
    assert counts(path) == {"after": 1}


async def test_a_lock_that_lasts_is_reported_by_the_writer(path: Path) -> None:
    """The writer gives up its own wait for a lock, so that it is free when the lock is."""
    engines = open_engines(f"sqlite:///{path}", busy_timeout=0.1)
    Database.open(f"sqlite:///{path}")
    async with Database(engines, wait=5) as database:
        other = sqlite3.connect(path, isolation_level=None)
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(StoreUnavailable, match="locked"):
            await database.run(count("a"))
        other.close()

    assert counts(path) == {}


async def test_a_caller_that_gave_up_takes_its_unit_out_of_the_batch(postgres_url: str) -> None:
    """A unit whose caller was told no is not committed, though it had run already; its neighbours are."""
    calls = []

    def slow(conn: Connection) -> None:
        calls.append("slow")
        next_number(conn, "T1", "slow")
        threading.Event().wait(0.5)

    async with Database.open(postgres_url, wait=0.3) as database:
        slowly = asyncio.ensure_future(database.run(slow))
        others = await asyncio.gather(*(database.run(count(kind)) for kind in "ab"))
        with pytest.raises(StoreUnavailable, match="in time"):
            await slowly
        await asyncio.sleep(0.6)
        after = [await database.run(count(kind)) for kind in ("slow", "a")]

    assert (others, calls, after) == ([1, 1], ["slow"], [1, 2])


async def test_a_cancelled_caller_takes_its_unit_back(database: Database, path: Path) -> None:
    """A task that ends while its unit is queued leaves nothing behind."""
    with locked(path):
        waiting = asyncio.ensure_future(database.run(count("gone")))
        await asyncio.sleep(0.05)
        waiting.cancel()
        await asyncio.gather(waiting, return_exceptions=True)
    await database.run(count("after"))

    assert counts(path) == {"after": 1}


async def test_a_failing_commit_fails_the_whole_batch(database: Database, path: Path) -> None:
    """If the commit fails nobody is told that their unit is durable."""

    def poison(conn: Connection) -> None:
        conn.exec_driver_sql("PRAGMA defer_foreign_keys = ON")
        conn.exec_driver_sql("CREATE TABLE parent (id INTEGER PRIMARY KEY)")
        conn.exec_driver_sql("CREATE TABLE child (id INTEGER REFERENCES parent DEFERRABLE INITIALLY DEFERRED)")
        conn.exec_driver_sql("INSERT INTO child VALUES (1)")

    with locked(path):
        batch = [asyncio.ensure_future(database.run(unit)) for unit in (count("a"), poison, count("b"))]
        await asyncio.sleep(0.05)
    results = await asyncio.gather(*batch, return_exceptions=True)

    assert [type(result) for result in results] == [StoreUnavailable] * 3
    assert counts(path) == {}
    assert await database.run(count("a")) == 1


async def test_a_full_disk_is_unavailable_until_there_is_room(database: Database, path: Path) -> None:
    """A database that may not grow refuses, keeps what it had, and goes on when it may."""
    await database.run(count("before"))

    def shrink(conn: Connection) -> None:
        pages = conn.exec_driver_sql("PRAGMA page_count").scalar_one()
        conn.exec_driver_sql(f"PRAGMA max_page_count = {pages}")

    def fill(conn: Connection) -> None:
        next_number(conn, "T1", "fill")
        conn.exec_driver_sql("INSERT INTO counter VALUES ('T1', hex(randomblob(200000)), 1)")

    await database.run(shrink)
    results = await asyncio.gather(database.run(count("a")), database.run(fill), return_exceptions=True)
    await database.run(lambda conn: conn.exec_driver_sql("PRAGMA max_page_count = 100000"))
    again = await database.run(count("after"))

    assert isinstance(results[1], StoreUnavailable)
    assert "full" in str(results[1])
    assert again == 1
    stored = counts(path)
    assert "fill" not in stored
    assert stored.get("a", 0) == (1 if results[0] == 1 else 0)


@pytest.mark.parametrize("gone", ["deleted", "replaced"])
async def test_a_file_that_has_gone_is_noticed(database: Database, path: Path, gone: str) -> None:
    """Nothing is written into a file that nobody will find again; a file that is put back is used."""
    await database.run(count("a"))
    kept = path.with_name("kept.db")
    with sqlite3.connect(path) as conn, sqlite3.connect(kept) as copy:
        conn.backup(copy)
    copy.close()
    conn.close()
    for file in path.parent.glob("desk.db*"):
        file.unlink()
    if gone == "deleted":
        with pytest.raises(StoreUnavailable):
            await database.run(count("a"))
        with pytest.raises(StoreUnavailable):
            await database.read(lambda conn: conn.execute(text("SELECT 1")).scalar_one())
        assert [file.name for file in path.parent.iterdir()] == ["kept.db"]
    kept.rename(path)

    assert await database.run(count("a")) == 2
    assert counts(path) == {"a": 2}


async def test_a_full_queue_refuses(path: Path) -> None:
    """More than can be written is refused at once instead of piling up in memory."""
    Database.open(f"sqlite:///{path}")
    async with Database(open_engines(f"sqlite:///{path}"), wait=5, longest_queue=2) as database:
        with locked(path):
            queued = [asyncio.ensure_future(database.run(count("a"))) for _ in range(2)]
            await asyncio.sleep(0.05)
            with pytest.raises(StoreUnavailable, match="too much"):
                await database.run(count("a"))
        await asyncio.gather(*queued)

    assert counts(path) == {"a": 2}


async def test_closing_carries_out_what_is_queued(path: Path) -> None:
    """close() loses nothing that was handed in, and takes nothing after."""
    database = Database.open(f"sqlite:///{path}")
    await database.start()
    handed_in = [asyncio.ensure_future(database.run(count("a"))) for _ in range(50)]
    await asyncio.sleep(0)
    await database.close()

    assert await asyncio.gather(*handed_in) == list(range(1, 51))
    assert counts(path) == {"a": 50}
    with pytest.raises(StoreUnavailable):
        await database.run(count("a"))


async def test_errors_do_not_repeat_what_was_to_be_stored(database: Database) -> None:
    """The words of StoreUnavailable may be logged: no value of the statement is in them."""

    def wrong(conn: Connection) -> None:
        conn.execute(text("INSERT INTO nowhere VALUES (:words)"), {"words": "a person's words"})

    with pytest.raises(StoreUnavailable) as caught:
        await database.run(wrong)

    assert "nowhere" in str(caught.value)
    assert "person" not in str(caught.value)


async def test_what_goes_ahead_does_not_wait_for_the_rest(database: Database, path: Path) -> None:
    """Under a flood of events work still ends: the ends go first, in their order."""
    order: list[str] = []

    def note(name: str) -> Callable[[Connection], None]:
        return lambda _: order.append(name)

    with locked(path):
        waiting = [asyncio.ensure_future(database.run(note(f"event {n}"))) for n in range(2)]
        waiting += [asyncio.ensure_future(database.run(note(f"end {n}"), ahead=True)) for n in range(2)]
        await asyncio.sleep(0.05)
    await asyncio.gather(*waiting)

    assert order == ["end 0", "end 1", "event 0", "event 1"]
