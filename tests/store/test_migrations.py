"""The migrations make the tables that the code speaks of, on both databases, from every version that there was."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from procrastinate.schema import SchemaManager
from sqlalchemy import Engine, inspect, text

from bot.model import Floor, Handed, PersonId, Thread
from bot.ports import StoreUnavailable
from bot.request import Act, Change, Request
from bot.store import codec, dispatch, jobs, messages, requests, threads
from bot.store import migrations as migrations_module
from bot.store.database import Database
from bot.store.engine import open_engines
from bot.store.jobs import Claim, NewJob
from bot.store.migrations import current, migrate, newest
from bot.store.packing import pack
from bot.store.tables import metadata
from tests.clock import START

VERSIONS = ("0001", "0002", "0003", "0004", "0005", "0006", "0007")


@pytest.fixture(params=["sqlite", "postgresql"])
def url(request: pytest.FixtureRequest, path: Path) -> str:
    """An empty database of each kind."""
    return f"sqlite:///{path}" if request.param == "sqlite" else str(request.getfixturevalue("empty_postgres_url"))


@pytest.fixture
def engine(url: str) -> Iterator[Engine]:
    """It, to be written."""
    engines = open_engines(url)
    yield engines.writer
    engines.dispose()


def go_to(engine: Engine, version: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Bring a database to a version, as the program of that time did."""
    with monkeypatch.context() as then:
        then.setattr(migrations_module, "_TARGET", version)
        migrate(engine)


def differences(engine: Engine) -> list[Any]:
    """How the tables differ from those of the code; Procrastinate's are its own."""

    def is_ours(name: str | None, kind: str, parents: Any) -> bool:
        return not str(parents.get("table_name") or name).startswith("procrastinate_")

    with engine.connect() as conn:
        return list(compare_metadata(MigrationContext.configure(conn, opts={"include_name": is_ours}), metadata))


def test_migrated_schema_is_that_of_the_tables(engine: Engine) -> None:
    """Whoever changes a table writes the migration with it."""
    migrate(engine)
    lane = next(index for index in inspect(engine).get_indexes("job") if index["name"] == "ix_job_lane")
    where = str(lane["dialect_options"][f"{engine.dialect.name}_where"])

    assert differences(engine) == []
    assert where.strip("()") == "done_at IS NULL"


def test_migrating_again_changes_nothing(engine: Engine) -> None:
    """Every start migrates; a database that is up to date stays as it is."""
    before = current(engine)
    migrate(engine)
    migrate(engine)

    assert (before, current(engine)) == (None, newest())


@pytest.mark.parametrize("version", VERSIONS)
def test_every_version_is_brought_up_to_date(engine: Engine, version: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """The tables come out as those that are made anew."""
    go_to(engine, version, monkeypatch)
    assert current(engine) == version
    migrate(engine)

    assert current(engine) == newest()
    assert differences(engine) == []


# What a desk of 0001 held: rows as its code wrote them.
_JOBS = """
    INSERT INTO job (key, kind, lane, payload, status, run_at, owner, lease_until, attempts, allowed, first_try, error,
        done_at) VALUES
    ('done', 'note', NULL, NULL, 'done', :then, NULL, NULL, 1, 8, :then, NULL, :then),
    ('long done', 'note', NULL, NULL, 'done', :long, NULL, NULL, 1, 8, :long, NULL, :long),
    ('head', 'note', 'A', '{"x": 1}', 'running', :then, 'gone', :then, 1, 8, :then, NULL, NULL),
    ('dead', 'note', 'A', '{"x": 2}', 'dead', :then, NULL, NULL, 8, 8, :then, 'no', :then),
    ('behind', 'note', 'A', '{"x": 3}', 'waiting', :then, NULL, NULL, 0, 8, NULL, NULL, NULL),
    ('timer', 'note', NULL, '{"x": 4}', 'waiting', :later, NULL, NULL, 0, 8, NULL, NULL, NULL)
"""
_THREAD = """
    INSERT INTO thread (workspace, channel, ts, asker_team, asker_user, language, programme, entry, question, offered,
        misses, floor, handed_over, last_ts, updated_at) VALUES
    ('T1', 'C1', '1764144000.000100', 'T2', 'U1', 'fi', 'miro', 'miro.deal', 'Miksi?', '["a.b"]', 1, 'staff', :yes,
        '1764144001.000100', :then)
"""
_MESSAGE = """
    INSERT INTO message (workspace, channel, ts, thread_ts, question_ts, reply, language, asker_team, asker_user,
        posted_at) VALUES
    ('T1', 'C1', '1764144002.000100', '1764144000.000100', '1764144001.000100', :reply, 'fi', 'T2', 'U1', :then)
"""


def milliseconds(instant: datetime) -> int:
    """As instants stand in columns."""
    return (instant - datetime(1970, 1, 1, tzinfo=UTC)) // timedelta(milliseconds=1)


@pytest.mark.parametrize("version", ["0001", "0002"])
def test_rows_are_carried_over(engine: Engine, version: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Work goes on in its order, dead letters can be tried again, keys stay known, conversations are remembered."""
    go_to(engine, version, monkeypatch)
    instants = {
        "long": milliseconds(START - timedelta(days=20)),
        "then": milliseconds(START),
        "later": milliseconds(START + timedelta(days=30)),
    }
    with engine.begin() as conn:
        conn.execute(text(_JOBS), instants)
        conn.execute(text(_THREAD), {**instants, "yes": True})
        conn.execute(text(_MESSAGE), {**instants, "reply": '{"outcome": "help", "language": "fi"}'})
    migrate(engine)
    now = START + timedelta(minutes=1)
    with engine.begin() as conn:
        claimed = []
        while taken := jobs.claim_due(conn, Claim("me", now), now, 5):
            claimed += [(one.job.key, one.job.payload, one.job.attempts) for one in taken]
            for one in taken:
                jobs.finish(conn, one, "me", now)
        dead, pending = jobs.dead(conn), jobs.pending(conn, "")
        revived = jobs.revive(conn, "dead", now, 8)
        jobs.purge(conn, b"", now + timedelta(days=1), 100)
        keys = ("done", "long done", "head", "dead", "timer")
        added = [jobs.add(conn, NewJob("note", key, {}, None, now, 8)) for key in keys]
        thread = threads.load(conn, "T1", "C1", "1764144000.000100")
        (message,) = messages.by_question(conn, "T1", "C1", "1764144001.000100")

    assert claimed == [("head", {"x": 1}, 2), ("behind", {"x": 3}, 1)]
    assert [(letter.key, letter.attempts, letter.error) for letter in dead] == [("dead", 8, "no")]
    assert pending == ["timer"]
    assert revived is not None
    assert added == [False, True, False, False, False]
    assert isinstance(thread, Thread)
    assert (thread.asker, thread.question, thread.floor) == (PersonId("T2", "U1"), "Miksi?", Floor.STAFF)
    assert (thread.offered, thread.misses, thread.handed_over) == (("a.b",), 1, True)
    assert (message.ts, message.language, message.reply.outcome.value) == ("1764144002.000100", "fi", "help")


# What a desk of 0007 held of questions that were handed over.
_HANDOFFS = """
    INSERT INTO handoff
        (workspace, channel, thread_ts, number, question, state, card_channel, card_ts, at, team, "user")
    VALUES
    ('T1', 'C1', '1764144000.000100', 7, 'Miksi?', 'open', 'C9', '1764144005.000100', :then, 'T2', 'U1'),
    ('T1', 'D1', '1764144000.000200', 8, 'Why?', 'open', NULL, NULL, :then, NULL, NULL),
    ('T9', 'D1', '1764144000.000200', 7, '', 'open', NULL, NULL, :then, 'T2', 'U1'),
    ('T1', 'C1', 'no thread of ours', 9, 'Lost?', 'open', 'C9', '1764144006.000100', :then, 'T2', 'U1')
"""
_THREADS = "INSERT INTO thread (workspace, channel, ts, updated_at, state) VALUES ('T1', 'C1', :ts, :then, :state)"
_COUNTERS = "INSERT INTO counter (workspace, kind, n) VALUES ('T1', 'request', 9)"


def test_what_was_handed_over_becomes_requests(engine: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    """Open since they were asked, in the language of their thread, with the card that they have; it knows them too."""
    go_to(engine, "0007", monkeypatch)
    asked = Thread(
        "C1", "1764144000.000100", PersonId("T2", "U1"), "fi", "miro", question="Miksi?", handed_over=True, misses=1
    )
    state = pack(codec.dump(asked) | {"last_ts": "1764144001.000100"})
    then = milliseconds(START)
    with engine.begin() as conn:
        conn.execute(text(_HANDOFFS), {"then": then})
        conn.execute(text(_THREADS), {"ts": 1764144000000100, "then": then, "state": state})
        conn.execute(text(_COUNTERS))
    migrate(engine)
    with engine.begin() as conn:
        made = {workspace: requests.listed(conn, workspace) for workspace in ("T1", "T9")}
        thread = threads.load(conn, "T1", "C1", "1764144000.000100")
        new = Request(0, "D7", "1764144000.000300", None, START, "en", "How?")
        number = requests.create(conn, "T1", new, START)[0].number
        view = requests.view(conn, "T1", "U9", START)
        seen = requests.of_person(conn, "T1", PersonId("T2", "U1"), None, START)

    bare = Request(8, "D1", "1764144000.000200", None, START, "en", "Why?", owed_since=START)
    anne = PersonId("T2", "U1")
    first = replace(
        bare,
        number=7,
        channel="C1",
        thread_ts="1764144000.000100",
        asker=anne,
        language="fi",
        programme="miro",
        question="Miksi?",
        card_channel="C9",
        card_ts="1764144005.000100",
        history=(Change(Act.ASKED, START, anne),),
    )
    other = replace(bare, number=7, asker=anne, question="", history=(Change(Act.ASKED, START, anne),))
    assert made == {"T1": [first, replace(bare, history=(Change(Act.ASKED, START),))], "T9": [other]}
    assert thread == replace(asked, last_ts="1764144001.000100", request=Handed(7, asker=anne))
    assert number == 10
    assert [one.number for one in view.unassigned.first] == [7, 8, 10]
    assert [one.number for one, _ in seen] == [7]
    assert "handoff" not in inspect(engine).get_table_names()


def test_of_processes_that_start_at_once_one_migrates(url: str) -> None:
    """The others wait for it, and all of them start."""
    program = "import sys; from bot.store.database import Database; Database.open(sys.argv[1])"
    children = [subprocess.Popen([sys.executable, "-c", program, url]) for _ in range(3)]  # noqa: S603 - ours
    codes = [child.wait(60) for child in children]
    engines = open_engines(url)
    version = current(engines.reader)
    engines.dispose()

    assert codes == [0, 0, 0]
    assert version == newest()


def test_a_database_of_a_newer_version_is_left_alone(url: str, engine: Engine) -> None:
    """A program that was put back to an older version must not write into tables that it does not know."""
    migrate(engine)
    with engine.begin() as conn:
        conn.exec_driver_sql("UPDATE alembic_version SET version_num = '9999'")
    with pytest.raises(StoreUnavailable, match="newer version"):
        Database.open(url)

    assert current(engine) == "9999"


# Procrastinate's own schema


@pytest.fixture
def postgres_engine(empty_postgres_url: str) -> Iterator[Engine]:
    """An empty database on PostgreSQL."""
    engines = open_engines(empty_postgres_url)
    yield engines.writer
    engines.dispose()


_SCHEMA = """
    SELECT proname, pg_get_functiondef(oid) FROM pg_proc WHERE proname LIKE 'procrastinate%'
    UNION SELECT tgname, pg_get_triggerdef(oid) FROM pg_trigger WHERE NOT tgisinternal
    UNION SELECT indexname, indexdef FROM pg_indexes WHERE tablename LIKE 'procrastinate%'
    UNION SELECT table_name || '.' || column_name, data_type FROM information_schema.columns
        WHERE table_name LIKE 'procrastinate%' ORDER BY 1
"""


def schema(engine: Engine) -> list[tuple[str, str]]:
    """What Procrastinate has in a database."""
    with engine.connect() as conn:
        return [(name, " ".join(what.split())) for name, what in conn.execute(text(_SCHEMA))]


@pytest.mark.parametrize("applied", [-5, -1])
def test_an_older_schema_of_procrastinate_is_brought_up_to_date(
    postgres_engine: Engine, postgres_url: str, applied: int
) -> None:
    """By the files that came since; the result is what a new database has."""
    files = sorted(Path(SchemaManager.get_migrations_path()).glob("*.sql"))[:applied]
    with postgres_engine.begin() as conn:
        driver: Any = conn.connection.dbapi_connection
        for file in files:
            driver.execute(file.read_text())
        driver.execute(f"COMMENT ON TABLE procrastinate_jobs IS '{files[-1].stem}'")
    migrate(postgres_engine)
    anew = open_engines(postgres_url)
    expected = schema(anew.reader)
    anew.dispose()

    assert schema(postgres_engine) == expected
    assert "SET enable_sort TO 'off'" in dict(expected)["procrastinate_fetch_job_v2"]
    with postgres_engine.begin() as conn:
        assert dispatch.add(conn, NewJob("note", "k", {}, "A", START, 8), None)
        assert dispatch.fetch(conn, None, "me", START) is not None


@pytest.mark.parametrize("comment", ["NULL", "'99.00.00_01_of_the_future'"])
def test_tables_of_procrastinate_that_are_not_ours_are_left_alone(postgres_engine: Engine, comment: str) -> None:
    """Another program's work, or a newer version's, is not touched."""
    with postgres_engine.begin() as conn:
        driver: Any = conn.connection.dbapi_connection
        driver.execute(SchemaManager.get_schema())
        driver.execute(f"COMMENT ON TABLE procrastinate_jobs IS {comment}")
    with pytest.raises(StoreUnavailable, match="Procrastinate"):
        migrate(postgres_engine)

    assert current(postgres_engine) is None


def test_a_folder_in_the_way_of_the_file_is_said(path: Path) -> None:
    """What cannot be opened is named in one line."""
    path.mkdir(parents=True)
    with pytest.raises(StoreUnavailable, match=r"desk\.db"):
        Database.open(f"sqlite:///{path}")


def test_every_key_begins_with_the_workspace() -> None:
    """Two workspaces never meet in a row; jobs have the workspace in their key."""
    first = {name: next(iter(table.primary_key.columns)).name for name, table in metadata.tables.items()}

    assert {name for name, column in first.items() if column != "workspace"} == {"job", "known"}
