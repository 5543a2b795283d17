"""The tables and SQL functions of Procrastinate, which come with its package rather than with our versions."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Final

from procrastinate.schema import SchemaManager
from sqlalchemy import Connection

from bot.ports import StoreUnavailable

_TABLE: Final = "procrastinate_jobs"

# The table is empty most of the time, and the planner believes that it stays so: with a backlog of 2,000 it then sorts
# all of it, 130 ms for each job that is fetched. Made to walk the indexes in their order, it needs one or two.
_TUNING: Final = """
    CREATE INDEX IF NOT EXISTS procrastinate_jobs_lane ON procrastinate_jobs (lock, id)
        WHERE status IN ('todo', 'doing');
    ALTER FUNCTION procrastinate_fetch_job_v2(varchar[], bigint)
        SET enable_bitmapscan = off SET enable_hashjoin = off SET enable_mergejoin = off
        SET enable_seqscan = off SET enable_sort = off;
"""


def bring_up_to_date(conn: Connection) -> None:
    """Make what is missing, in the caller's transaction. Raises StoreUnavailable for tables of somebody else.

    The name of the last file that was applied stands as a comment on the table of jobs.
    """
    files = sorted(Path(SchemaManager.get_migrations_path()).glob("*.sql"))
    names = [file.stem for file in files]
    there, applied = _state(conn)
    if not there:
        _execute(conn, SchemaManager.get_schema())
    elif applied not in names:
        raise StoreUnavailable(
            "the database has tables of Procrastinate that another program, or a newer version, has made: "
            "give Partnerdesk a database of its own, or the newer version"
        )
    else:
        for file in files[names.index(applied) + 1 :]:
            _execute(conn, file.read_text(encoding="utf-8"))
    if applied != names[-1]:
        _execute(conn, _TUNING)
        _execute(conn, f"COMMENT ON TABLE {_TABLE} IS '{names[-1]}'")


def _state(conn: Connection) -> tuple[bool, str | None]:
    """Whether the tables are there, and the comment."""
    row = _execute(conn, f"SELECT obj_description(to_regclass('{_TABLE}')) WHERE to_regclass('{_TABLE}') IS NOT NULL")
    found = row.fetchone()
    return found is not None, found and found[0]


def _execute(conn: Connection, statements: str) -> Any:
    """Hand statements to the driver as they are: there are many in one text, with signs that would need escaping."""
    driver: Any = conn.connection.dbapi_connection
    return driver.execute(statements)
