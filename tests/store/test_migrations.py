"""The migrations make the tables that the code speaks of."""

from __future__ import annotations

from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import inspect

from bot.ports import StoreUnavailable
from bot.store.database import Database
from bot.store.engine import open_engines
from bot.store.migrations import current, migrate, newest
from bot.store.tables import metadata


def test_migrated_schema_is_that_of_the_tables(path: Path) -> None:
    """Whoever changes a table writes the migration with it."""
    engines = open_engines(f"sqlite:///{path}")
    migrate(engines.writer)
    with engines.writer.connect() as conn:
        differences = compare_metadata(MigrationContext.configure(conn), metadata)
        indexes = {index["name"]: index["dialect_options"] for index in inspect(conn).get_indexes("job")}
    engines.dispose()

    assert differences == []
    assert {name: str(options["sqlite_where"]) for name, options in indexes.items()} == {
        "ix_job_due": "done_at IS NULL",
        "ix_job_ended": "done_at IS NOT NULL",
        "ix_job_lane": "done_at IS NULL",
    }


def test_migrating_again_changes_nothing(path: Path) -> None:
    """Every start migrates; a database that is up to date stays as it is."""
    engines = open_engines(f"sqlite:///{path}")
    before = current(engines.writer)
    migrate(engines.writer)
    migrate(engines.writer)
    after = current(engines.writer)
    engines.dispose()

    assert (before, after) == (None, newest())


def test_a_database_of_a_newer_version_is_left_alone(path: Path) -> None:
    """A program that was put back to an older version must not write into tables that it does not know."""
    engines = open_engines(f"sqlite:///{path}")
    migrate(engines.writer)
    with engines.writer.begin() as conn:
        conn.exec_driver_sql("UPDATE alembic_version SET version_num = '9999'")
    with pytest.raises(StoreUnavailable, match="newer version"):
        Database.open(f"sqlite:///{path}")
    version = current(engines.writer)
    engines.dispose()

    assert version == "9999"


def test_a_folder_in_the_way_of_the_file_is_said(path: Path) -> None:
    """What cannot be opened is named in one line."""
    path.mkdir(parents=True)
    with pytest.raises(StoreUnavailable, match=r"desk\.db"):
        Database.open(f"sqlite:///{path}")


def test_every_key_begins_with_the_workspace() -> None:
    """Two workspaces never meet in a row; jobs have the workspace in their key."""
    first = {name: next(iter(table.primary_key.columns)).name for name, table in metadata.tables.items()}

    assert {name for name, column in first.items() if column != "workspace"} == {"job"}
