"""`backup` and `restore`: a copy is whole or not there, and nothing is said twice after it was put back."""

from __future__ import annotations

import asyncio
import os
import resource
import sqlite3
import stat
import subprocess
import sys
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest
from sqlalchemy import Connection, select

from bot.__main__ import main
from bot.store import copies
from bot.store.database import Database
from bot.store.tables import job
from tests.scenarios.world import RunningClock, world
from tests.stub_slack import StubSlack

TRIAL = "How long does the extended trial last?"

Command = Callable[..., tuple[int, str, str]]


@pytest.fixture
def database(tmp_path: Path) -> Path:
    """A database with today's tables."""
    (tmp_path / "data").mkdir()
    file = tmp_path / "data" / "desk.db"
    asyncio.run(Database.open(f"sqlite:///{file}").close())
    return file


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Command:
    """Runs a command on the database of `data/`: exit code, stdout, stderr."""
    monkeypatch.setenv("DATABASE_URL", f"sqlite:///{tmp_path / 'data' / 'desk.db'}")

    def command(*arguments: object) -> tuple[int, str, str]:
        capsys.readouterr()
        return main([str(argument) for argument in arguments]), *capsys.readouterr()

    return command


def _count_up(file: Path, *, times: int = 1) -> None:
    """Two rows that are always changed together, and a number that grows."""
    with closing(sqlite3.connect(file)) as database, database:
        for kind in ("a", "b"):
            database.execute(
                "INSERT INTO counter VALUES ('T', ?, ?) ON CONFLICT DO UPDATE SET n = n + excluded.n", (kind, times)
            )


def _counted(file: Path) -> list[int]:
    with closing(sqlite3.connect(f"file:{file}?mode=ro", uri=True)) as database:
        return [n for (n,) in database.execute("SELECT n FROM counter ORDER BY kind")]


def _files(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


# Backup


def test_a_copy_is_one_file_for_its_owner_alone(run: Command, database: Path, tmp_path: Path) -> None:
    """It can be carried anywhere, and read where nothing can be written; what it was made of is as it was."""
    _count_up(database)
    code, out, err = run("backup", tmp_path / "copy.db")

    assert (code, err) == (0, "")
    assert out.startswith(f"{tmp_path / 'copy.db'}: ")
    assert _files(tmp_path) == ["copy.db", "data"]
    assert stat.S_IMODE((tmp_path / "copy.db").stat().st_mode) == 0o600
    assert (tmp_path / "copy.db").read_bytes()[18:20] == b"\x01\x01"  # SQLite's mark of a file without a journal
    assert _counted(tmp_path / "copy.db") == _counted(database) == [1, 1]


def test_a_copy_shows_one_instant_though_the_desk_writes(
    database: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A commit between any two of its pages neither gets into it nor has it begin anew."""
    monkeypatch.setattr(copies, "_PAGES_AT_ONCE", 1)
    _count_up(database)
    told: list[tuple[int, int]] = []

    def commit(done: int, of: int) -> None:
        told.append((done, of))
        assert len(told) <= of, "it has begun anew"
        _count_up(database)

    copies.back_up(database, tmp_path / "copy.db", replace=False, progress=commit)

    assert _counted(tmp_path / "copy.db") == [1, 1]
    assert _counted(database) == [len(told) + 1] * 2
    assert told == [(n, len(told)) for n in range(1, len(told) + 1)]
    assert len(told) > 10


def test_a_file_is_replaced_only_if_told(run: Command, database: Path, tmp_path: Path) -> None:
    """And until the new copy is whole the old one stays."""
    (tmp_path / "copy.db").write_text("precious")
    refused = run("backup", tmp_path / "copy.db")
    kept = (tmp_path / "copy.db").read_text()
    forced, _, _ = run("backup", tmp_path / "copy.db", "--force")

    assert refused == (
        1,
        "",
        f"partnerdesk: backup: {tmp_path / 'copy.db'} exists: name another file, or add --force\n",
    )
    assert kept == "precious"
    assert forced == 0
    assert _counted(tmp_path / "copy.db") == []


@pytest.mark.parametrize(
    "target", ["data/desk.db", "data/desk.db-wal", "link.db", "twin.db", "data", "nowhere/copy.db"]
)
def test_no_copy_goes_where_it_would_do_harm(run: Command, database: Path, tmp_path: Path, target: str) -> None:
    """The database itself by whatever name, a folder, a folder that is not there."""
    _count_up(database)
    (tmp_path / "link.db").symlink_to(database)
    (tmp_path / "twin.db").hardlink_to(database)
    before = _files(tmp_path), _files(database.parent)
    code, out, err = run("backup", tmp_path / target, "--force")

    assert (code, out) == (1, "")
    assert err.startswith("partnerdesk: backup: ")
    assert err.count("\n") == 1
    assert (_files(tmp_path), _files(database.parent)) == before
    assert _counted(database) == [1, 1]


def test_a_symbolic_link_is_followed(run: Command, database: Path, tmp_path: Path) -> None:
    """It goes on pointing to the newest copy."""
    (tmp_path / "latest.db").symlink_to("copy.db")
    first, _, _ = run("backup", tmp_path / "latest.db")
    again, _, _ = run("backup", tmp_path / "latest.db")

    assert (first, again) == (0, 1)
    assert (tmp_path / "latest.db").is_symlink()
    assert not (tmp_path / "copy.db").is_symlink()


def test_without_a_database_nothing_is_made(run: Command, tmp_path: Path) -> None:
    """Least of all an empty database to be proud of."""
    code, _, err = run("backup", tmp_path / "copy.db")

    assert (code, err) == (1, f"partnerdesk: backup: there is no database at {tmp_path / 'data' / 'desk.db'}\n")
    assert _files(tmp_path) == []


def test_a_full_disk_leaves_nothing_behind(database: Path, tmp_path: Path) -> None:
    """The copy ends in the middle: no part of it stays, and what it was to replace does."""
    (tmp_path / "copy.db").write_text("precious")
    ended = subprocess.run(  # noqa: S603
        [sys.executable, "-m", "bot", "backup", tmp_path / "copy.db", "--force"],
        env={**os.environ, "DATABASE_URL": f"sqlite:///{database}"},
        capture_output=True,
        text=True,
        check=False,
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (16384, 16384)),
    )

    assert ended.returncode == 1
    assert ended.stderr.startswith("partnerdesk: backup: ")
    assert ended.stderr.count("\n") == 1
    assert _files(tmp_path) == ["copy.db", "data"]
    assert (tmp_path / "copy.db").read_text() == "precious"


def test_a_damaged_database_gives_no_copy(run: Command, database: Path, tmp_path: Path) -> None:
    """A copy that cannot be put back would be found out when it is too late."""
    _damage(database)
    code, _, err = run("backup", tmp_path / "copy.db")

    assert code == 1
    assert err.startswith("partnerdesk: backup: ")
    assert _files(tmp_path) == ["data"]


def _damage(file: Path) -> None:
    """Overwrite some pages."""
    with file.open("r+b") as raw:
        raw.seek(4096 * 3)
        raw.write(os.urandom(4096 * 6))


@pytest.mark.parametrize(("name", "tool"), [("backup", "pg_dump"), ("restore", "pg_restore")])
def test_postgresql_has_its_own(run: Command, monkeypatch: pytest.MonkeyPatch, name: str, tool: str) -> None:
    """The command is named; the password is not."""
    monkeypatch.setenv("DATABASE_URL", "postgresql://desk:SECRET@db.example/desk")
    code, out, err = run(name, "copy")

    assert (code, out) == (1, "")
    assert f"{tool} --" in err
    assert '"$DATABASE_URL"' in err
    assert "SECRET" not in err


# Restore


def test_a_copy_is_put_back_and_what_was_there_is_kept(run: Command, database: Path, tmp_path: Path) -> None:
    """In one file each, without the journals of the other. Numbers that people see go on with a gap."""
    _count_up(database, times=12)
    run("backup", tmp_path / "copy.db")
    _count_up(database, times=3)
    crashed = _with_its_journal(database)
    code, out, err = run("restore", tmp_path / "copy.db")
    (kept,) = [path for path in database.parent.iterdir() if ".before-" in path.name]

    assert crashed == ["desk.db", "desk.db-shm", "desk.db-wal", "desk.db.lock"]
    assert (code, err) == (0, "")
    assert f"kept as {kept}" in out
    assert _files(database.parent) == ["desk.db", kept.name, "desk.db.lock"]
    assert _counted(database) == [200, 200]
    assert _counted(kept) == [15, 15]
    assert _counted(tmp_path / "copy.db") == [12, 12]
    assert stat.S_IMODE(database.stat().st_mode) == 0o600


def _with_its_journal(database: Path) -> list[str]:
    """Leave the database as a process does that was killed: its last commits stand in the journal alone."""
    with closing(sqlite3.connect(database)) as alive:
        alive.execute("PRAGMA wal_autocheckpoint = 0")
        alive.execute("UPDATE counter SET n = n")
        alive.commit()
        saved = {end: Path(f"{database}{end}").read_bytes() for end in ("", "-wal", "-shm")}
    for end, content in saved.items():
        Path(f"{database}{end}").write_bytes(content)
    return _files(database.parent)


def test_a_copy_is_put_where_nothing_was(run: Command, database: Path, tmp_path: Path) -> None:
    """On another machine."""
    _count_up(database)
    run("backup", tmp_path / "copy.db")
    for path in database.parent.iterdir():
        path.unlink()
    database.parent.rmdir()
    code, out, _ = run("restore", tmp_path / "copy.db")

    assert code == 0
    assert "kept" not in out
    assert _counted(database) == [200, 200]


def test_a_damaged_database_is_replaced_and_kept(run: Command, database: Path, tmp_path: Path) -> None:
    """It may be why a copy is put back, and something may yet be read from it and from its journal."""
    _count_up(database)
    run("backup", tmp_path / "copy.db")
    _count_up(database, times=3)
    _with_its_journal(database)
    database.write_bytes(b"\xff" * 65536)
    journal = Path(f"{database}-wal").read_bytes()
    code, _, _ = run("restore", tmp_path / "copy.db")
    (kept,) = [path for path in database.parent.iterdir() if path.name.endswith("Z")]

    assert code == 0
    assert _counted(database) == [200, 200]
    assert kept.read_bytes() == b"\xff" * 65536
    assert Path(f"{kept}-wal").read_bytes() == journal


@pytest.mark.parametrize("wrong", ["missing", "text", "empty", "foreign", "damaged", "newer", "itself"])
def test_what_is_no_good_copy_is_refused(run: Command, database: Path, tmp_path: Path, wrong: str) -> None:
    """One line says why, and the database is untouched."""
    _count_up(database)
    copy = tmp_path / "copy.db"
    run("backup", copy)
    match wrong:
        case "missing":
            copy.unlink()
        case "text":
            copy.write_text("Dear diary, " * 1000)
        case "empty":
            copy.write_bytes(b"")
        case "foreign":
            copy.unlink()
            with closing(sqlite3.connect(copy)) as other, other:
                other.execute("CREATE TABLE recipes (name)")
        case "damaged":
            _damage(copy)
        case "newer":
            with closing(sqlite3.connect(copy)) as newer, newer:
                newer.execute("UPDATE alembic_version SET version_num = '9999'")
        case _:
            copy = database
    before = database.read_bytes()
    code, out, err = run("restore", copy)

    assert (code, out) == (1, "")
    assert err.startswith("partnerdesk: restore: ")
    assert err.count("\n") == 1
    assert database.read_bytes() == before
    assert [name for name in _files(database.parent) if "before" in name or "part" in name] == []


# With a desk


async def test_a_running_desk_can_be_copied_but_not_replaced(
    run: Command, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It answers on meanwhile."""
    monkeypatch.setenv("DATABASE_URL", f"sqlite:///{tmp_path / 'desk.db'}")
    async with world(tmp_path) as w:
        await w.replies("CCYBER", await w.mention("CCYBER", "U1", TRIAL))
        copied = await asyncio.to_thread(run, "backup", tmp_path / "copy.db")
        refused = await asyncio.to_thread(run, "restore", tmp_path / "copy.db")
        after = await w.replies("CCYBER", await w.mention("CCYBER", "U1", TRIAL))

    assert copied[0] == 0
    assert refused == (1, "", "partnerdesk: restore: a desk runs on this database: stop it first\n")
    assert len(after) == 1


def test_another_program_on_the_database_is_noticed(run: Command, database: Path, tmp_path: Path) -> None:
    """Such as a shell that somebody has left open."""
    _count_up(database)
    run("backup", tmp_path / "copy.db")
    with closing(sqlite3.connect(database)) as shell:
        shell.execute("SELECT * FROM counter").fetchall()
        code, _, err = run("restore", tmp_path / "copy.db")

    assert (code, err) == (1, "partnerdesk: restore: another process uses this database: stop it first\n")
    assert _counted(database) == [1, 1]


def _open_kinds(conn: Connection) -> list[str]:
    return list(conn.execute(select(job.c.kind)).scalars())


async def test_what_was_posted_after_the_copy_is_not_posted_again(
    run: Command, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Posts that were open in the copy are looked for in Slack; their buttons work again."""
    monkeypatch.setenv("DATABASE_URL", f"sqlite:///{tmp_path / 'desk.db'}")
    clock = RunningClock()
    slack = StubSlack(clock=clock)
    async with world(tmp_path, slack=slack, clock=clock) as w:
        asked = [await w.mention("CCYBER", f"U{n}", TRIAL) for n in range(9)]
        async with asyncio.timeout(10):
            while "message" in (kinds := await w.desk.database.read(_open_kinds)):  # noqa: ASYNC110
                await asyncio.sleep(0.005)
        assert "post" in kinds  # five are posted at once, the rest is paced
        copied = await asyncio.to_thread(run, "backup", tmp_path / "copy.db")
        await w.settle()
        posted = len(slack.messages("CCYBER"))
    restored = await asyncio.to_thread(run, "restore", tmp_path / "copy.db")
    async with world(tmp_path, slack=slack, clock=clock) as w:
        await w.settle()
        (last,) = slack.messages("CCYBER", thread=asked[-1])
        await w.press(last, "human.ask", "U8")
        await w.settle()

    assert (copied[0], restored[0]) == (0, 0)
    assert "Open work: 0 jobs" not in restored[1]
    assert posted == 9
    assert [len(slack.messages("CCYBER", thread=ts)) for ts in asked] == [1] * 8 + [2]


async def test_what_may_have_been_answered_after_the_copy_is_left_to_a_person(
    run: Command, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A question that was not answered in the copy becomes a dead letter; new ones are answered."""
    monkeypatch.setenv("DATABASE_URL", f"sqlite:///{tmp_path / 'desk.db'}")
    clock = RunningClock()
    slack = StubSlack(clock=clock)
    async with world(tmp_path, slack=slack, clock=clock) as w:
        await w.desk.runner.stop(0)
        ts = await w.mention("CCYBER", "U1", TRIAL)
        copied = await asyncio.to_thread(run, "backup", tmp_path / "copy.db")
        await w.desk.runner.start()
        before = await w.replies("CCYBER", ts)
    restored = await asyncio.to_thread(run, "restore", tmp_path / "copy.db")
    async with world(tmp_path, slack=slack, clock=clock) as w:
        await w.settle(with_dead=True)
        new = await w.mention("CCYBER", "U2", TRIAL)
        await w.settle(with_dead=True)

    assert copied[0] == 0
    assert "1 may have been done since the copy was made" in restored[1]
    assert len(before) == 1
    assert [len(slack.messages("CCYBER", thread=one)) for one in (ts, new)] == [1, 1]
