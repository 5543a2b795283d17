"""The database as operators' commands see it: as it is, also while the desk runs."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import Connection, Table, select
from sqlalchemy.exc import SQLAlchemyError

from bot.cli.terminal import USAGE, CommandError
from bot.ports import StoreUnavailable
from bot.settings import Settings
from bot.store.engine import Engines, open_engines
from bot.store.failures import translated
from bot.store.migrations import current, newest


def database_url(command: str, nothing: str) -> str:
    """The database of the settings; `nothing` says what there is not where there is none.

    Raises SettingsError, and CommandError rather than make a file.
    """
    url = Settings.from_env(os.environ, serve=False).database_url
    if url.startswith("sqlite") and not Path(url.removeprefix("sqlite:///")).exists():
        raise CommandError(f"{command}: there is no database yet, and so no {nothing}")
    return url


@contextmanager
def opened(command: str, url: str) -> Iterator[Engines]:
    """The database as it is: a desk of another version that runs on it must find its own tables.

    Raises CommandError if it is of another version, or cannot be used.
    """
    try:
        engines = open_engines(url)
        try:
            if current(engines.reader) != newest():
                raise CommandError(
                    f"{command}: the database is of another version; `partnerdesk serve` brings it up to date"
                )
            yield engines
        finally:
            engines.dispose()
    except (OSError, ValueError, SQLAlchemyError, StoreUnavailable) as error:
        why = translated(error)
        raise CommandError(f"{command}: the database cannot be used ({why}); see `partnerdesk doctor`") from error


def workspace_of(conn: Connection, things: str, table: Table, named: str | None) -> str | None:
    """The workspace that is named, or the only one that has rows in a table; None if there are no rows.

    `things` is what the rows are called, and the command that shows them. Raises CommandError.
    """
    known = conn.scalars(select(table.c.workspace).distinct().order_by(table.c.workspace)).all()
    if named is None and len(known) > 1:
        raise CommandError(f"{things}: there are {things} of {', '.join(known)}; say which with --workspace", USAGE)
    if named is not None and known and named not in known:
        raise CommandError(f"{things}: there are no {things} of {named}; known are {', '.join(known)}", USAGE)
    return named or (known[0] if known else None)
