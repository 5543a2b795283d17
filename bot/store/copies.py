"""Copies of an SQLite database: made while a desk writes to it, and put back while none does."""

from __future__ import annotations

import fcntl
import logging
import os
import sqlite3
import tempfile
from collections.abc import Callable, Collection, Iterator
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Final, TypeAlias

from sqlalchemy import URL, make_url
from sqlalchemy.exc import SQLAlchemyError

from bot.ports import StoreUnavailable
from bot.store.engine import open_engines
from bot.store.failures import translated
from bot.store.migrations import migrate
from bot.store.resumed import Resumed, resume

_log = logging.getLogger(__name__)

Progress: TypeAlias = Callable[[int, int], None]
"""Told how many of how many pages are copied."""

_PAGES_AT_ONCE: Final = 1024
_COMPANIONS: Final = ("-wal", "-shm", "-journal")
"""The files that SQLite keeps beside a database; one beside another database would destroy that."""


class CopyRefused(Exception):
    """A copy that is not made, or not put back; the message says why."""


@dataclass(frozen=True, slots=True)
class Saved:
    """A copy that was made."""

    file: Path
    size: int  # bytes
    version: str  # of the tables


@dataclass(frozen=True, slots=True)
class Restored:
    """A copy that was put back."""

    kept: Path | None  # the database that was there before
    work: Resumed


def file_of(url: str) -> Path | None:
    """The file that a database URL names; None for a database that is no file."""
    parsed = make_url(url)
    return Path(str(parsed.database)).absolute() if parsed.drivername == "sqlite" else None


@contextmanager
def in_use(database: Path) -> Iterator[bool]:
    """Keep the database from being replaced meanwhile, as any number may; whether nobody else uses it yet.

    Raises StoreUnavailable and OSError.
    """
    with _locked(database, fcntl.LOCK_EX) as is_alone:  # let go at once: others may come from now on
        pass
    with _locked(database, fcntl.LOCK_SH) as is_ours:
        if not is_ours:
            raise StoreUnavailable("a copy is just being put in its place")
        yield is_alone


def back_up(database: Path, target: Path, *, replace: bool, progress: Progress) -> Saved:
    """Copy the database to a file of its own, readable for its owner alone, as it is at this instant.

    The file appears whole, proved and on the disk, or not at all; `replace` lets it take the place of another. A
    symbolic link is followed. Raises CopyRefused, StoreUnavailable and OSError.
    """
    target = target.resolve()
    _check_target(database, target, replace=replace)
    with in_use(database), _beside(target) as part:
        _copy(database, part, progress)
        version = _proved(part)
        size = part.stat().st_size
        _move(part, target)
    return Saved(target, size, version)


def put_back(source: Path, database: Path, *, now: datetime, unsure: Collection[str], progress: Progress) -> Restored:
    """Put a copy in the database's place, brought up to date; what was there is kept beside it.

    `unsure` are kinds of work that would say something again, had they been done since the copy was made. Raises
    CopyRefused, StoreUnavailable and OSError; then nothing has changed.
    """
    if not source.is_file():
        raise CopyRefused(f"{source} is no file")
    if database.exists() and source.samefile(database):
        raise CopyRefused(f"{source} is the database itself")
    with _locked(database, fcntl.LOCK_EX) as is_ours:
        if not is_ours:
            raise CopyRefused("a desk runs on this database: stop it first")
        with _beside(database) as part:
            _copy(source, part, progress)
            _proved(part)
            work = _brought_up_to_date(part, now, unsure)
            _settle(part)
            kept = _put_aside(database, now)
            _move(part, database)
    return Restored(kept, work)


def _check_target(database: Path, target: Path, *, replace: bool) -> None:
    if not database.is_file():
        raise CopyRefused(f"there is no database at {database}")
    own = {database.resolve(), *(Path(f"{database.resolve()}{end}") for end in (*_COMPANIONS, ".lock"))}
    if target in own or (target.exists() and target.samefile(database)):
        raise CopyRefused(f"{target} is the database itself")
    if target.is_dir():
        raise CopyRefused(f"{target} is a folder: name a file")
    if target.exists() and not replace:
        raise CopyRefused(f"{target} exists: name another file, or add --force")
    if not target.parent.is_dir():
        raise CopyRefused(f"there is no folder {target.parent}")


@contextmanager
def _locked(database: Path, how: int) -> Iterator[bool]:
    """Hold a lock on the file beside the database, if it can be had now.

    Never on the database: closing a second handle of it would free the locks that SQLite has there.
    """
    database.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    held = os.open(f"{database}.lock", os.O_CREAT | os.O_RDWR | os.O_CLOEXEC, 0o600)
    try:
        try:
            fcntl.flock(held, how | fcntl.LOCK_NB)
        except BlockingIOError:
            yield False
        else:
            yield True
    finally:
        os.close(held)


@contextmanager
def _beside(target: Path) -> Iterator[Path]:
    """A new file in the target's folder, of which nothing is left unless it was moved away."""
    handle, name = tempfile.mkstemp(prefix=f".{target.name}.", suffix=".part", dir=target.parent)  # mode 600
    os.close(handle)
    try:
        yield Path(name)
    finally:
        for end in ("", *_COMPANIONS):
            Path(f"{name}{end}").unlink(missing_ok=True)


def _copy(source: Path, target: Path, progress: Progress) -> None:
    """Copy a database that others may be writing to."""
    with _told(source), closing(_connect(source, "ro")) as old, closing(_connect(target, "rw")) as new:
        # Our own reading transaction holds the instant: without it every commit of a desk would start the copy anew.
        old.execute("BEGIN")
        old.execute("SELECT count(*) FROM sqlite_master").fetchone()
        new.execute("PRAGMA synchronous = OFF")  # the whole file is synchronised at the end
        old.backup(new, pages=_PAGES_AT_ONCE, progress=lambda _status, left, of: progress(of - left, of))
    _settle(target)


def _settle(file: Path) -> None:
    """Make a database one file, without companions."""
    with _told(file), closing(_connect(file, "rw")) as database:
        (mode,) = database.execute("PRAGMA journal_mode = DELETE").fetchone()
    if mode != "delete":
        raise StoreUnavailable("the database is in use")


def _proved(file: Path) -> str:
    """Prove that a file is a whole database of ours; its version. Raises CopyRefused."""
    with _told(file), closing(_connect(file, "ro")) as database:
        problems = [str(row[0]) for row in database.execute("PRAGMA integrity_check(1)")]
        if problems != ["ok"]:
            raise CopyRefused(f"the database is damaged: {problems[0].splitlines()[-1]}")
        try:
            (version,) = database.execute("SELECT version_num FROM alembic_version").fetchone() or (None,)
        except sqlite3.OperationalError:
            version = None
    if not version:
        raise CopyRefused("this is no database of Partnerdesk")
    return str(version)


def _brought_up_to_date(file: Path, now: datetime, unsure: Collection[str]) -> Resumed:
    engines = open_engines(URL.create("sqlite", database=str(file)).render_as_string())
    try:
        migrate(engines.writer)
        with engines.writer.begin() as conn:
            return resume(conn, now, unsure)
    except SQLAlchemyError as error:
        raise translated(error) from None
    finally:
        engines.dispose()


def _put_aside(database: Path, now: datetime) -> Path | None:
    """Keep what is in the database's place under another name, and leave its companions no way to the next one."""
    if not database.exists():
        _remove_companions(database, None)
        return None
    try:
        _settle(database)
    except CopyRefused:
        _log.warning("the database that was there is damaged; it is kept as it is")
    except StoreUnavailable:
        raise CopyRefused("another process uses this database: stop it first") from None
    kept = database.with_name(f"{database.name}.before-{now:%Y%m%dT%H%M%SZ}")
    os.link(database, kept)  # the database has a file under its name at every moment
    _remove_companions(database, kept)
    return kept


def _remove_companions(database: Path, kept: Path | None) -> None:
    for end in _COMPANIONS:
        with suppress(FileNotFoundError):
            if kept is None or end == "-shm":
                Path(f"{database}{end}").unlink()
            else:
                Path(f"{database}{end}").rename(f"{kept}{end}")
    _synchronise(database.parent)


def _move(file: Path, target: Path) -> None:
    """Give a finished file its name; it is on the disk before the name is."""
    _synchronise(file)
    file.replace(target)
    _synchronise(target.parent)


def _synchronise(path: Path) -> None:
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _connect(file: Path, mode: str) -> sqlite3.Connection:
    return sqlite3.connect(f"{file.absolute().as_uri()}?mode={mode}", uri=True, timeout=1, isolation_level=None)


@contextmanager
def _told(file: Path) -> Iterator[None]:
    """SQLite's errors as ours: StoreUnavailable where trying again may help, CopyRefused where it does not."""
    try:
        yield
    except sqlite3.OperationalError as error:
        raise StoreUnavailable(str(error)) from None
    except sqlite3.DatabaseError as error:
        raise CopyRefused(f"{file.name}: {error}") from None
