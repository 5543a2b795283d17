"""What the doctor says of real databases: in use, with work in them, locked, gone, damaged, and away."""

from __future__ import annotations

import asyncio
import sqlite3
from contextlib import closing
from datetime import timedelta
from pathlib import Path
from types import SimpleNamespace

import pytest

from bot.cli import doctor_database
from bot.cli.doctor import as_json, doctor
from bot.cli.doctor_database import database_checks
from bot.cli.findings import Finding, Level
from bot.settings import Settings
from bot.store import engine
from bot.store.database import Database
from tests.clock import START, VirtualClock
from tests.postgres import Server, name_of
from tests.rows import add_job

UNREAD = ["work was not looked at"] * 2


@pytest.fixture(autouse=True)
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """A lock is waited for a moment rather than two seconds."""
    monkeypatch.setattr(engine.open_engines, "__kwdefaults__", {"busy_timeout": 0.2})


@pytest.fixture(params=["sqlite", "postgresql"])
def url(request: pytest.FixtureRequest, path: Path) -> str:
    """A database of each kind."""
    found: str = f"sqlite:///{path}" if request.param == "sqlite" else request.getfixturevalue("postgres_url")
    return found


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """Where SQLite keeps the database; the name must not come out."""
    return tmp_path / "zebra.db"


async def _look(url: str) -> list[Finding]:
    return await doctor(database_checks(Settings(database_url=url), VirtualClock()))


async def _made(url: str, *work: tuple[str, float]) -> None:
    """A database with today's tables, and jobs: their state, and since how many seconds they are due."""
    async with Database.open(url) as database:
        for n, (status, since) in enumerate(work):
            at = START - timedelta(seconds=since)
            await database.run(lambda conn, n=n, status=status, at=at: add_job(conn, f"k:{n}", status, at))


async def test_a_database_without_work(url: str) -> None:
    """All is well; its size and how to copy it are told."""
    await _made(url)
    database, work, dead = await _look(url)

    assert [finding.level for finding in (database, work, dead)] == [Level.OK] * 3
    assert database.what.startswith("database of ")
    assert ("partnerdesk backup" if url.startswith("sqlite") else "pg_dump") in database.what
    assert database.figures["bytes"] > 10_000
    assert work.what == "work: 0 due, 0 running, 0 for later"
    assert dead.what == "no work was given up"


async def test_a_database_with_work(url: str) -> None:
    """What is due, what runs and what waits for its time; the figures are there for machines."""
    await _made(url, ("waiting", 20), ("waiting", 5), ("running", 3), ("waiting", -600))
    _, work, _ = findings = await _look(url)

    assert (work.level, work.what) == (Level.OK, "work: 2 due, 1 running, 1 for later")
    assert work.figures == {"due": 2, "scheduled": 1, "running": 1, "oldest_due_seconds": 20}
    assert '"oldest_due_seconds": 20.0' in as_json(findings)


async def test_work_that_nobody_does(url: str) -> None:
    """Something is due and has waited for long."""
    await _made(url, ("waiting", 7 * 60))
    _, work, _ = await _look(url)

    assert str(work) == (
        "warn  work: 1 due, 0 running, 0 for later; the oldest has waited 7 min: "
        "see that `partnerdesk serve` runs, and its log for what holds it up"
    )


async def test_dead_letters(url: str) -> None:
    """How many, why the last one died, and the commands that show and repeat them."""
    await _made(url, ("dead", 50), ("dead", 40))
    _, _, dead = await _look(url)

    assert str(dead) == (
        "warn  2 jobs were given up, the last: post (is_archived): "
        "`partnerdesk work list` shows them, `partnerdesk work retry` repeats them"
    )
    assert dead.figures == {"dead_letters": 2}


async def test_while_the_desk_writes(url: str) -> None:
    """A desk that is at work is no lock."""
    async with Database.open(url) as database:
        busy = asyncio.create_task(_write(database))
        findings = await _look(url)
        busy.cancel()
        await asyncio.gather(busy, return_exceptions=True)

    assert [finding.level for finding in findings] == [Level.OK] * 3


async def _write(database: Database) -> None:
    n = 0
    while True:
        n += 1
        await database.run(lambda conn, n=n: add_job(conn, f"k:{n}", "running", START))


def _files(path: Path) -> list[str]:
    return [one.name for one in path.parent.iterdir()]


def _lose(path: Path) -> None:
    path.rename(path.with_name("zebra.db-wal"))


def _overwrite(path: Path) -> None:
    path.write_bytes(b"Zebra" * 2_000)


async def test_no_database_yet(path: Path) -> None:
    """That is as it should be, and looking makes none."""
    findings = await _look(f"sqlite:///{path}")

    assert [finding.level for finding in findings] == [Level.OK] * 3
    assert _files(path) == []


async def test_a_database_that_is_locked(path: Path) -> None:
    """By another process that keeps it; reading it goes on."""
    await _made(f"sqlite:///{path}")
    with closing(sqlite3.connect(path, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        database, work, _ = await _look(f"sqlite:///{path}")
        other.execute("ROLLBACK")

    assert (database.level, database.what) == (Level.FAIL, "database is locked")
    assert work.level is Level.OK


async def test_a_database_that_is_gone(path: Path) -> None:
    """Its journal is still there, and looking makes no other; a new one would be made in its place without a word."""
    await _made(f"sqlite:///{path}")
    _lose(path)
    findings = await _look(f"sqlite:///{path}")

    assert [finding.level for finding in findings] == [Level.FAIL, Level.WARN, Level.WARN]
    assert findings[0].what == "database is gone, its journal is still there"
    assert [finding.what for finding in findings[1:]] == UNREAD
    assert _files(path) == ["zebra.db-wal"]


async def test_a_database_that_is_damaged(path: Path) -> None:
    """Something else was written into its file."""
    _overwrite(path)
    findings = await _look(f"sqlite:///{path}")

    assert str(findings[0]) == "FAIL  database is damaged: stop the desk and run `partnerdesk restore` with a backup"
    assert [finding.what for finding in findings[1:]] == UNREAD


async def test_a_disk_that_is_nearly_full(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Before the database refuses events."""
    await _made(f"sqlite:///{path}")
    monkeypatch.setattr(doctor_database.shutil, "disk_usage", lambda _: SimpleNamespace(free=10_000_000))
    database, *_ = await _look(f"sqlite:///{path}")

    assert str(database) == "FAIL  disk is nearly full: free space where the database lies"
    assert database.figures["free_bytes"] == 10_000_000


async def test_a_database_of_another_version(path: Path) -> None:
    """It is not touched; `serve` brings it up to date."""
    sqlite3.connect(path).close()
    with closing(sqlite3.connect(path)) as conn:
        conn.execute("CREATE TABLE other (x)")
    findings = await _look(f"sqlite:///{path}")

    assert [finding.level for finding in findings] == [Level.WARN] * 3
    assert findings[0].what == "database is of another version"


async def test_a_server_that_does_not_know_the_database(postgres: Server, postgres_url: str) -> None:
    """It answers, and there is none of this name."""
    del postgres
    database, *rest = await _look(postgres_url.replace(name_of(postgres_url), "zebra"))

    assert (database.level, database.what) == (Level.FAIL, "database is gone")
    assert [finding.what for finding in rest] == UNREAD


async def test_a_server_that_is_away() -> None:
    """Nothing of its address is told."""
    findings = await _look("postgresql://zebra:Zebra@127.0.0.1:9/zebra")

    assert findings[0].what == "database cannot be reached"
    assert "zebra" not in as_json(findings).lower()
