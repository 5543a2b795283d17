"""From a URL to a database file."""

from __future__ import annotations

import stat
from pathlib import Path

import pytest
from sqlalchemy import text
from sqlalchemy.exc import OperationalError

from bot.store.engine import open_engines


def test_file_and_folder_are_for_the_owner_alone(path: Path) -> None:
    """The folder is made, and neither the file nor its journal can be read by others."""
    engines = open_engines(f"sqlite:///{path}")
    with engines.writer.begin() as conn:
        conn.execute(text("CREATE TABLE t (x INTEGER)"))
        modes = {file.name: stat.S_IMODE(file.stat().st_mode) for file in path.parent.iterdir()}
    engines.dispose()

    assert modes == {"desk.db": 0o600, "desk.db-wal": 0o600, "desk.db-shm": 0o600}


def test_commits_survive_a_power_cut(path: Path) -> None:
    """The journal is written ahead and every commit reaches the disk."""
    engines = open_engines(f"sqlite:///{path}")
    with engines.writer.connect() as conn:
        mode = conn.execute(text("PRAGMA journal_mode")).scalar_one()
        synchronous = conn.execute(text("PRAGMA synchronous")).scalar_one()
    engines.dispose()

    assert (mode, synchronous) == ("wal", 2)


def test_readers_cannot_write(path: Path) -> None:
    """A unit that was meant to read and writes is an error, not a second writer."""
    engines = open_engines(f"sqlite:///{path}")
    with engines.reader.connect() as conn, pytest.raises(OperationalError):
        conn.execute(text("CREATE TABLE t (x INTEGER)"))
    engines.dispose()


@pytest.mark.parametrize("url", ["", "nonsense", "mysql://h/d", "sqlite://", "sqlite:///:memory:"])
def test_urls_that_are_not_understood(url: str) -> None:
    """A URL that names no database file is refused in words that say what to write."""
    with pytest.raises(ValueError, match="write sqlite:///PATH"):
        open_engines(url)
