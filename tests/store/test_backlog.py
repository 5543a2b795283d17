"""How much work there is, counted on both databases."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import Connection

from bot.store import backlog
from bot.store.backlog import Backlog
from bot.store.database import Database
from tests.clock import START
from tests.rows import add_job


@pytest.fixture(params=["sqlite", "postgresql"])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """A database of each kind."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'desk.db'}"
    found: str = request.getfixturevalue("postgres_url")
    return found


async def test_no_work(url: str) -> None:
    """Nothing is counted, and nothing waits."""
    async with Database.open(url) as database:
        assert await database.read(lambda conn: backlog.measure(conn, START)) == Backlog(0, 0, 0, 0, None)


async def test_work_by_its_state(url: str) -> None:
    """What is due by the clock, what has a later time, what runs and what was given up; the age is that of the due."""

    def unit(conn: Connection) -> None:
        for n, minutes in enumerate((-3, -2, 0, 1, 60)):
            add_job(conn, f"waits:{n}", "waiting", START + timedelta(minutes=minutes))
        add_job(conn, "runs", "running", START - timedelta(hours=1))
        add_job(conn, "died:1", "dead", START - timedelta(days=1))
        add_job(conn, "died:2", "dead", START - timedelta(days=2))

    async with Database.open(url) as database:
        await database.run(unit)
        found = await database.read(lambda conn: backlog.measure(conn, START))

    assert found == Backlog(due=3, scheduled=2, running=1, dead=2, oldest_due=START - timedelta(minutes=3))
