"""What is the matter with a database, read from the errors of real ones."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import psycopg
import pytest
from sqlalchemy import text

from bot.ports import StoreUnavailable
from bot.store.database import Database
from bot.store.trouble import Trouble, trouble
from tests.postgres import Server, name_of


@contextmanager
def _failing() -> Iterator[list[Trouble]]:
    """Gathers what the errors within mean."""
    found: list[Trouble] = []
    try:
        yield found
    except Exception as error:  # noqa: BLE001 - whatever the database raises
        found.append(trouble(error))


def _execute(path: Path, *statements: str, options: str = "") -> None:
    uri = f"{path.as_uri()}?{options}"
    with closing(sqlite3.connect(uri, uri=True, isolation_level=None, timeout=0.01)) as conn:
        for statement in statements:
            conn.execute(statement)


def _locked(path: Path) -> None:
    with closing(sqlite3.connect(path, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        _execute(path, "BEGIN IMMEDIATE")


def _full(path: Path) -> None:
    _execute(path, "PRAGMA max_page_count = 2", "CREATE TABLE t (x)", "INSERT INTO t VALUES (zeroblob(50000))")


def _gone(path: Path) -> None:
    _execute(path, "SELECT 1", options="mode=rw")


def _emptied(path: Path) -> None:
    _execute(path, "SELECT * FROM job")


def _damaged(path: Path) -> None:
    path.write_bytes(b"Zebra" * 2_000)
    _execute(path, "SELECT * FROM sqlite_master")


def _read_only(path: Path) -> None:
    _execute(path, "CREATE TABLE t (x)")
    _execute(path, "INSERT INTO t VALUES (1)", options="mode=ro")


@pytest.mark.parametrize(
    ("break_it", "expected"),
    [
        (_locked, Trouble.LOCKED),
        (_full, Trouble.FULL),
        (_gone, Trouble.GONE),
        (_emptied, Trouble.GONE),
        (_damaged, Trouble.DAMAGED),
        (_read_only, Trouble.READ_ONLY),
    ],
)
def test_sqlite(tmp_path: Path, break_it: Callable[[Path], None], expected: Trouble) -> None:
    """Each way in which a file fails is told apart."""
    with _failing() as found:
        break_it(tmp_path / "zebra.db")

    assert found == [expected]


def test_postgresql(postgres: Server, postgres_url: str) -> None:
    """A database that is not there, tables that are not there, a lock that is not given, and a server that is away."""
    found: list[Trouble] = []
    with _failing() as one, psycopg.connect(postgres_url.replace(name_of(postgres_url), "zebra")):
        pass
    found += one
    with _failing() as one, psycopg.connect(postgres_url) as conn:
        conn.execute("SELECT * FROM zebra")
    found += one
    with _failing() as one, psycopg.connect(postgres_url) as holder, psycopg.connect(postgres_url) as waiter:
        holder.execute("LOCK TABLE job IN ACCESS EXCLUSIVE MODE")
        waiter.execute("SET lock_timeout = 10")
        waiter.execute("SELECT * FROM job")
    found += one
    with _failing() as one, psycopg.connect("postgresql://zebra@127.0.0.1:9/zebra", connect_timeout=2):
        pass
    found += one

    assert found == [Trouble.GONE, Trouble.GONE, Trouble.LOCKED, Trouble.AWAY]


async def test_the_errors_of_the_store(tmp_path: Path) -> None:
    """What the store makes of an error keeps what is needed; the word tells neither path nor host."""
    path = tmp_path / "zebra.db"
    async with Database.open(f"sqlite:///{path}", wait=0.5) as database:
        path.rename(tmp_path / "elsewhere.db")
        with pytest.raises(StoreUnavailable) as caught:
            await database.run(lambda conn: conn.execute(text("SELECT 1")).all())
    told = trouble(caught.value)

    assert told is Trouble.GONE
    assert "zebra" not in str(told)
