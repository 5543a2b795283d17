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
from sqlalchemy import Connection, Engine

from bot.ports import StoreUnavailable
from bot.store.locks import exclusive
from bot.store.tables import metadata

_HERE: Final = Path(__file__).parent
_TARGET: Final = "head"
_PATIENCE: Final = 60_000  # milliseconds that a process waits for another that migrates


def migrate(engine: Engine) -> None:
    """Bring the database to the newest version, in one transaction; of several processes one does, the others wait.

    Raises StoreUnavailable for a database of a newer version than this program, which is not touched, and
    SQLAlchemyError.
    """
    config, scripts = _scripts()

    def steps(revision: Any, _context: MigrationContext) -> Any:
        return scripts._upgrade_revs(_TARGET, revision)  # noqa: SLF001 - the entry that alembic.command itself uses

    with EnvironmentContext(config, scripts, fn=steps) as environment, engine.connect() as conn:
        _be_patient(conn)
        with conn.begin():
            exclusive(conn, "migrations")
            environment.configure(connection=conn, target_metadata=metadata, transactional_ddl=True)
            try:
                environment.run_migrations()
            except CommandError as error:
                raise StoreUnavailable(f"the database is of a newer version than this program: {error}") from None
            if conn.dialect.name == "postgresql":
                # Imported when wanted: it is an extra.
                from bot.store.migrations.procrastinate import bring_up_to_date  # noqa: PLC0415

                bring_up_to_date(conn)


def newest() -> str:
    """The id of the newest version."""
    _, scripts = _scripts()
    return str(scripts.get_current_head())


def current(engine: Engine) -> str | None:
    """The id of the version that the database has; None for an empty one. Raises SQLAlchemyError."""
    with engine.connect() as conn:
        return MigrationContext.configure(conn).get_current_revision()


def _be_patient(conn: Connection) -> None:
    """Have a connection wait for others that migrate, and take its time; it is not used for anything else after."""
    conn.detach()
    driver: Any = conn.connection.dbapi_connection
    if conn.dialect.name == "sqlite":
        driver.execute(f"PRAGMA busy_timeout = {_PATIENCE}")
    else:
        driver.execute(
            f"SET lock_timeout = {_PATIENCE}; SET statement_timeout = 0; SET idle_in_transaction_session_timeout = 0"
        )
        driver.commit()


def _scripts() -> tuple[Config, ScriptDirectory]:
    config = Config()
    # The folder's path is a template there: a per cent sign in it must be doubled.
    config.set_main_option("script_location", str(_HERE).replace("%", "%%"))
    config.set_main_option("path_separator", "os")
    return config, ScriptDirectory.from_config(config)
