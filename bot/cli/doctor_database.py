"""The doctor's look at the database, and at the work that it holds."""

from __future__ import annotations

import asyncio
import shutil
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Final, TypeVar

from sqlalchemy import Connection, func, make_url, select
from sqlalchemy.exc import OperationalError, SQLAlchemyError

from bot.cli.findings import Check, Finding, Level
from bot.ports import Clock, StoreUnavailable
from bot.settings import Settings
from bot.store import backlog, jobs
from bot.store.engine import Engines, open_engines
from bot.store.migrations import current, newest
from bot.store.trouble import Trouble, trouble

T = TypeVar("T")

LEAST_SPACE: Final = 500 * 1024 * 1024  # bytes; below it the database may soon refuse events
LATE: Final = 60.0  # seconds; work that is due and has waited for longer is not being done

_MEGABYTE: Final = 1_000_000
_MINUTE: Final = 60
_UNUSABLE: Final = (OSError, ValueError, SQLAlchemyError, StoreUnavailable)
_TROUBLES: Final[Mapping[Trouble, tuple[str, str]]] = {
    Trouble.LOCKED: ("database is locked", "end what holds it, such as a copy that is being made or a shell"),
    Trouble.FULL: ("database is full", "free space where it lies"),
    Trouble.GONE: ("database is gone", "put it back, or see to the path and name in DATABASE_URL"),
    Trouble.DAMAGED: ("database is damaged", "stop the desk and run `partnerdesk restore` with a backup"),
    Trouble.READ_ONLY: ("database cannot be written", "give the user of the desk its files and their folder"),
    Trouble.REFUSED: ("database refuses us", "see to user, password and the number of connections it allows"),
    Trouble.AWAY: ("database cannot be reached", "see that it runs, and to DATABASE_URL"),
}


def database_checks(settings: Settings, clock: Clock) -> list[Check]:
    """Whether the database can be read and written, is up to date and has room; what work it holds; and backups."""
    url = settings.database_url
    return [_in_thread(lambda: _database(url)), _in_thread(lambda: _work(url, clock)), _in_thread(lambda: _dead(url))]


def _in_thread(look: Callable[[], Finding]) -> Check:
    async def checked() -> Finding:
        return await asyncio.to_thread(look)

    return checked


def _database(url: str) -> Finding:
    if _is_new(url):
        return Finding(Level.OK, "database does not exist yet; `partnerdesk serve` makes it")
    file = _file(url)
    if file is not None and not file.exists():
        mend = "put it back, or run `partnerdesk restore` with a backup, before `partnerdesk serve` makes a new one"
        return Finding(Level.FAIL, "database is gone, its journal is still there", mend)
    try:
        with _opened(url) as engines:
            if current(engines.reader) != newest():
                return Finding(Level.WARN, "database is of another version", "`partnerdesk serve` brings it up to date")
            if file is not None:
                _try_to_write(engines)
            with engines.reader.connect() as conn:
                size = _size(conn, file)
    except _UNUSABLE as error:
        return _unusable(error)
    figures = {"bytes": float(size)}
    if file is not None:
        figures["free_bytes"] = float(shutil.disk_usage(file.parent).free)
        if figures["free_bytes"] < LEAST_SPACE:
            return Finding(Level.FAIL, "disk is nearly full", "free space where the database lies", figures)
    backup = "`partnerdesk backup FILE` copies it while the desk runs" if file else "pg_dump copies it"
    return Finding(Level.OK, f"database of {size / _MEGABYTE:.1f} MB; {backup}", figures=figures)


def _work(url: str, clock: Clock) -> Finding:
    now = clock.now()
    found = _read(url, lambda conn: backlog.measure(conn, now))
    if isinstance(found, Finding):
        return found
    age = (now - found.oldest_due).total_seconds() if found.oldest_due else 0.0
    figures = {
        "due": float(found.due),
        "scheduled": float(found.scheduled),
        "running": float(found.running),
        "oldest_due_seconds": age,
    }
    what = f"work: {found.due} due, {found.running} running, {found.scheduled} for later"
    if age > LATE:
        mend = "see that `partnerdesk serve` runs, and its log for what holds it up"
        return Finding(Level.WARN, f"{what}; the oldest has waited {_duration(age)}", mend, figures)
    return Finding(Level.OK, what, figures=figures)


def _dead(url: str) -> Finding:
    found = _read(url, jobs.dead)
    if isinstance(found, Finding):
        return found
    figures = {"dead_letters": float(len(found))}
    if not found:
        return Finding(Level.OK, "no work was given up", figures=figures)
    what = f"{len(found)} jobs were given up, the last: {found[-1].kind} ({found[-1].error})"
    mend = "`partnerdesk work list` shows them, `partnerdesk work retry` repeats them"
    return Finding(Level.WARN, what, mend, figures)


def _read(url: str, unit: Callable[[Connection], T]) -> T | Finding:
    """What a unit reads; the finding that it was not read, where the database cannot be used."""
    unread = Finding(Level.WARN, "work was not looked at", "mend the database first")
    if _is_new(url):
        return Finding(Level.OK, "no work, since there is no database yet")
    file = _file(url)
    if file is not None and not file.exists():
        return unread
    try:
        with _opened(url) as engines:
            if current(engines.reader) != newest():
                return unread
            with engines.reader.connect() as conn:
                return unit(conn)
    except _UNUSABLE:
        return unread


@contextmanager
def _opened(url: str) -> Iterator[Engines]:
    engines = open_engines(url)
    try:
        yield engines
    finally:
        engines.dispose()


def _try_to_write(engines: Engines) -> None:
    """Raise OperationalError if another process has taken SQLite's one right to write and does nothing with it."""
    with engines.reader.connect() as watch:
        before = _version(watch)
        try:
            with engines.writer.begin():
                pass
        except OperationalError:
            if _version(watch) == before:
                raise  # nobody has written meanwhile: it is no desk at work


def _version(watch: Connection) -> int:
    """A number that changes when another connection has written."""
    version = watch.exec_driver_sql("PRAGMA data_version").scalar_one()
    watch.rollback()  # else the next look would see what this one saw
    return int(version)


def _unusable(error: Exception) -> Finding:
    """What is the matter, and not in the words of the database: these hold hosts, users and paths."""
    if isinstance(error, ValueError):
        return Finding(Level.FAIL, "database cannot be opened", " ".join(str(error).split()))
    found = Trouble.READ_ONLY if isinstance(error, PermissionError) else trouble(error)
    return Finding(Level.FAIL, *_TROUBLES[found])


def _size(conn: Connection, file: Path | None) -> int:
    """Bytes that the database takes, its journal included."""
    if file is None:
        return int(conn.execute(select(func.pg_database_size(func.current_database()))).scalar_one())
    return sum(part.stat().st_size for part in (file, _journal(file)) if part.exists())


def _file(url: str) -> Path | None:
    """Where SQLite keeps the database; None for a server's."""
    parsed = make_url(url)
    return Path(str(parsed.database)) if parsed.drivername == "sqlite" else None


def _journal(file: Path) -> Path:
    return file.with_name(f"{file.name}-wal")


def _is_new(url: str) -> bool:
    file = _file(url)
    return file is not None and not file.exists() and not _journal(file).exists()


def _duration(seconds: float) -> str:
    return f"{seconds:.0f} s" if seconds < 2 * _MINUTE else f"{seconds / _MINUTE:.0f} min"
