"""A real database in a file."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
from sqlalchemy import Connection

from bot.store.database import Database
from bot.store.engine import open_engines
from tests.sqlite import laid_out


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """Where the database file is."""
    return tmp_path / "data" / "desk.db"


@pytest.fixture
async def database(path: Path) -> AsyncIterator[Database]:
    """A started database with short patience."""
    async with Database.open(laid_out(path), wait=1.0) as opened:
        yield opened


@pytest.fixture(params=["sqlite", "postgresql"])
def url(request: pytest.FixtureRequest, path: Path) -> str:
    """A database of each kind, laid out."""
    return laid_out(path) if request.param == "sqlite" else str(request.getfixturevalue("postgres_url"))


@pytest.fixture
def conn(url: str) -> Iterator[Connection]:
    """A connection in a transaction, for tests of units; on each database."""
    engines = open_engines(url)
    with engines.writer.begin() as connection:
        yield connection
    engines.dispose()
