"""A database for commands, and the environment that names it."""

from __future__ import annotations

from pathlib import Path

import pytest


@pytest.fixture(params=["sqlite", "postgresql"])
def url(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """A database of each kind, and the environment that names it."""
    if request.param == "sqlite":
        return str(request.getfixturevalue("local_url"))
    chosen = str(request.getfixturevalue("postgres_url"))
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("DATABASE_URL", chosen)
    return chosen


@pytest.fixture
def local_url(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """The same on SQLite alone, for what does not depend on the database."""
    chosen = f"sqlite:///{tmp_path}/desk.db"
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("DATABASE_URL", chosen)
    return chosen
