"""From an empty database, or one of any earlier version, to the tables of today. Alembic, configured in code.

A change of the tables is a new file in versions/; a test compares what the files make with `tables.metadata`.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any, Final

from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.runtime.environment import EnvironmentContext
from alembic.script import ScriptDirectory
from alembic.util import CommandError
from sqlalchemy import Engine

from bot.ports import StoreUnavailable
from bot.store.tables import metadata

_HERE: Final = Path(__file__).parent


def migrate(engine: Engine) -> None:
    """Bring the database to the newest version, in one transaction.

    Raises StoreUnavailable for a database of a newer version than this program, which is not touched, and
    SQLAlchemyError.
    """
    config, scripts = _scripts()

    def steps(revision: Any, _context: MigrationContext) -> Any:
        return scripts._upgrade_revs("head", revision)  # noqa: SLF001 - the entry that alembic.command itself uses

    with EnvironmentContext(config, scripts, fn=steps) as environment, engine.begin() as conn:
        environment.configure(connection=conn, target_metadata=metadata, transactional_ddl=True)
        try:
            environment.run_migrations()
        except CommandError as error:
            raise StoreUnavailable(f"the database is of a newer version than this program: {error}") from None


def newest() -> str:
    """The id of the newest version."""
    _, scripts = _scripts()
    return str(scripts.get_current_head())


def current(engine: Engine) -> str | None:
    """The id of the version that the database has; None for an empty one. Raises SQLAlchemyError."""
    with engine.connect() as conn:
        return MigrationContext.configure(conn).get_current_revision()


def _scripts() -> tuple[Config, ScriptDirectory]:
    config = Config()
    # The folder's path is a template there: a per cent sign in it must be doubled.
    config.set_main_option("script_location", str(_HERE).replace("%", "%%"))
    config.set_main_option("path_separator", "os")
    return config, ScriptDirectory.from_config(config)
