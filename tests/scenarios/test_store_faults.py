"""The database is locked or gone, the process dies: Slack's repeat is answered once, what was recorded is finished."""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager, closing, contextmanager
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy.exc import TimeoutError as PoolTimeout

from bot.store import database, engine
from tests import payloads
from tests.postgres import Server
from tests.scenarios.request_desk import cards, story
from tests.scenarios.served import Served, SlowSlack
from tests.scenarios.world import SECRET, RunningClock, World, world
from tests.stub_slack import Hang, StubSlack

TRIAL = "How long does the extended trial last?"


@pytest.fixture(autouse=True)
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """A lock is waited for a moment rather than two seconds."""
    monkeypatch.setattr(engine.open_engines, "__kwdefaults__", {"busy_timeout": 0.2})
    monkeypatch.setattr(database.Database.open.__func__, "__kwdefaults__", {"wait": 0.4})
    monkeypatch.setattr("bot.adapters.work.patience.PAUSE", 0.05)


@contextmanager
def _locked(folder: Path) -> Iterator[None]:
    """Another process writes, and takes its time."""
    other = sqlite3.connect(folder / "desk.db", isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    try:
        yield
    finally:
        other.execute("ROLLBACK")
        other.close()


async def test_an_event_that_cannot_be_recorded_is_refused_and_its_repeat_answered_once(tmp_path: Path) -> None:
    """Slack reads a 500, so it repeats; /readyz says why meanwhile."""
    async with world(tmp_path) as w:
        said = w.say("CCYBER", "U1", f"<@U0BOT> {TRIAL}")
        event = payloads.app_mention("CCYBER", "U1", said.text, ts=said.ts)
        with _locked(tmp_path):
            refused = await w.event(event)
            status, parts = await w.ready()
        headers = payloads.signed_headers(SECRET, payloads.event_body(event), retry=1, reason="http_error")
        taken = [await w.event(event, headers=headers), await w.event(event, headers=headers)]

        assert refused == 500
        assert status == 503
        assert parts["database"] != "ok"
        assert taken == [200, 200]
        assert len(await w.replies("CCYBER", said.ts)) == 1
        assert (await w.ready())[0] == 200


async def test_work_survives_a_lock(tmp_path: Path) -> None:
    """The answer is posted while nothing can be written: it is written down later, and not posted again."""
    async with world(tmp_path) as w:
        w.desk.services.slack._call_limit = 0.5
        w.slack.fail("chat.postMessage", Hang(stored=True))
        ts = await w.mention("CCYBER", "U1", TRIAL)
        await w.slack.until(lambda: w.slack.messages("CCYBER"))
        with _locked(tmp_path):
            refused = await w.mention("CCYBER", "U2", TRIAL)
        await w.settle(seconds=20)

        assert len(w.slack.texts("CCYBER", thread=ts)) == 1
        assert w.slack.texts("CCYBER", thread=refused) == []
        assert w.sent == [200, 500]


async def test_a_click_that_cannot_be_kept_is_said_to_have_failed(tmp_path: Path) -> None:
    """Nothing is changed; whoever clicked is told so, alone, and may click again."""
    async with world(tmp_path) as w:
        message = await w.only("CCYBER", await w.mention("CCYBER", "U1", TRIAL))
        with _locked(tmp_path):
            status = await w.press(message, "human.ask", "U1")
        (told,) = await w.whispers("U1")
        await w.press(message, "human.ask", "U1")
        await w.settle()

        assert status == 500
        assert told.text.startswith("That did not work, and nothing was changed.")
        assert len(await cards(w)) == 1


async def test_what_was_recorded_is_finished_after_a_restart(tmp_path: Path) -> None:
    """The desk stops in the middle of an answer; the next one on the same database gives it, once."""
    clock = RunningClock()
    slack = StubSlack(clock=clock)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("bot.app.STOP_WITHIN", 0.1)
        async with world(tmp_path, slack=slack, clock=clock) as w:
            slack.fail("chat.postMessage", Hang())
            ts = await w.mention("CCYBER", "U1", TRIAL)
            await slack.until(lambda: slack.calls("chat.postMessage"))
    async with world(tmp_path, slack=slack, clock=clock) as w:
        clock.skip(timedelta(seconds=20))
        await w.settle()

    assert len(slack.texts("CCYBER", thread=ts)) == 1


async def test_a_desk_that_is_killed_loses_nothing_and_repeats_nothing(tmp_path: Path) -> None:
    """`serve` is killed between recording and answering; Slack has stored one answer whose end it never saw."""
    clock = RunningClock()
    slack = StubSlack(clock=clock)
    async with world(tmp_path, slack=slack, clock=clock):
        pass  # makes the database, and Slack's channels
    async with slack:
        stored, unsent = [slack.say(channel, "U1", f"<@U0BOT> {TRIAL}") for channel in ("CCYBER", "CMIRO")]
        slack.fail("chat.postMessage", Hang(stored=True), Hang())
        async with Served(tmp_path, slack) as desk:
            for n, said in enumerate((stored, unsent), start=1):
                event = payloads.app_mention(said.channel, "U1", said.text, ts=said.ts)
                assert await desk.deliver(event) == 200
                await slack.until(lambda n=n: len(slack.calls("chat.postMessage")) == n, seconds=20)
    clock.skip(timedelta(seconds=20))  # the lease of the dead ends
    async with world(tmp_path, slack=slack, clock=clock) as w:
        await w.settle()

    assert [len(slack.texts(said.channel, thread=said.ts)) for said in (stored, unsent)] == [1, 1]


# What may become of the database, and what /readyz calls it


Fault = Callable[[World, Path], AbstractAsyncContextManager[None]]


@asynccontextmanager
async def _held(_: World, folder: Path) -> AsyncIterator[None]:
    """Another process writes, and takes its time."""
    with _locked(folder):
        yield


@asynccontextmanager
async def _gone(_: World, folder: Path) -> AsyncIterator[None]:
    """The file is moved away, and comes back."""
    (folder / "desk.db").rename(folder / "elsewhere.db")
    yield
    (folder / "elsewhere.db").rename(folder / "desk.db")


@asynccontextmanager
async def _swapped(w: World, folder: Path, content: bytes) -> AsyncIterator[None]:
    """Another file stands in its place for a while, as when a volume is not mounted."""
    with closing(sqlite3.connect(folder / "desk.db")) as other:
        other.execute("PRAGMA wal_checkpoint(TRUNCATE)")  # what was committed is carried along with the file
    async with _gone(w, folder):
        (folder / "desk.db").write_bytes(content)
        yield
        (folder / "desk.db").unlink()


def _empty(w: World, folder: Path) -> AbstractAsyncContextManager[None]:
    """An empty file."""
    return _swapped(w, folder, b"")


def _damaged(w: World, folder: Path) -> AbstractAsyncContextManager[None]:
    """Nothing that SQLite could read."""
    return _swapped(w, folder, b"\xff" * 65536)


@asynccontextmanager
async def _read_only(w: World, _: Path) -> AsyncIterator[None]:
    """As SQLite says it of a file system that takes no writes (the tests may run as root, who may write anyway)."""
    await _pragma(w, "query_only = ON")
    yield
    await _pragma(w, "query_only = OFF")


async def _pragma(w: World, pragma: str) -> None:
    """Set something of the connection that writes, between two of its transactions."""

    def set_it() -> bool:
        try:
            with closing(w.desk.database._engines.writer.raw_connection()) as conn:
                conn.cursor().execute(f"PRAGMA {pragma}")
        except PoolTimeout:
            return False
        return True

    while not await asyncio.to_thread(set_it):
        pass


FAULTS = [(_held, "locked"), (_gone, "gone"), (_empty, "gone"), (_damaged, "damaged"), (_read_only, "read-only")]


@pytest.fixture
def forgetful(monkeypatch: pytest.MonkeyPatch) -> None:
    """/readyz calls trouble over when it has not been met for a moment."""
    monkeypatch.setattr("bot.adapters.metrics.REMEMBERED", 0.5)


async def _until_ready(w: World) -> None:
    async with asyncio.timeout(10):
        while (await w.ready())[0] != 200:  # noqa: ASYNC110 - nobody announces it
            await asyncio.sleep(0.02)


@pytest.mark.usefixtures("forgetful")
@pytest.mark.parametrize(("fault", "word"), FAULTS, ids=[fault.__name__ for fault, _ in FAULTS])
async def test_a_fault_of_the_database_is_told_and_survived(tmp_path: Path, fault: Fault, word: str) -> None:
    """Slack is told to repeat, whoever clicks that it did not work, operators what it is. Then all goes on, once."""
    async with world(tmp_path) as w:
        answer = await w.only("CCYBER", await w.mention("CCYBER", "U1", TRIAL))
        said = w.say("CCYBER", "U2", f"<@U0BOT> {TRIAL}")
        event = payloads.app_mention("CCYBER", "U2", said.text, ts=said.ts)
        async with fault(w, tmp_path):
            refused = [await w.event(event), await w.press(answer, "human.ask", "U1")]
            status, parts = await w.ready()
        repeated = [await w.event(event), await w.event(event), await w.press(answer, "human.ask", "U1")]
        (told,) = await w.whispers("U1")
        await w.settle()
        await _until_ready(w)

        assert refused == [500, 500]
        assert (status, parts["database"]) == (503, word)
        assert told.text.startswith("That did not work, and nothing was changed.")
        assert repeated == [200, 200, 200]
        assert len(w.slack.texts("CCYBER", thread=said.ts)) == 1
        assert len(await cards(w)) == 1


@pytest.mark.parametrize("fault", [fault for fault, _ in FAULTS], ids=[fault.__name__ for fault, _ in FAULTS])
async def test_what_slack_does_meanwhile_is_written_down_later(tmp_path: Path, fault: Fault) -> None:
    """An answer is posted while nothing can be written: when the database is back its buttons work."""
    slack = SlowSlack()
    async with world(tmp_path, slack=slack) as w:
        slack.close_gate()
        ts = await w.mention("CCYBER", "U1", TRIAL)
        await slack.held.wait()
        async with fault(w, tmp_path):
            slack.gate.set()
            await slack.until(lambda: slack.messages("CCYBER"))
        answer = await w.only("CCYBER", ts)
        await w.press(answer, "human.ask", "U1")
        await w.settle()

        (card,) = await cards(w)
        assert len(slack.texts("CCYBER", thread=ts)) == 2
        assert len(await story(w, card)) == 1  # those are called who may take it
        assert len(slack.calls("chat.postMessage")) == 4


@pytest.mark.usefixtures("forgetful")
async def test_a_full_disk_is_told_and_survived(tmp_path: Path) -> None:
    """What was acknowledged before is answered when there is room again, what was refused when Slack repeats it."""
    async with world(tmp_path) as w:
        await w.replies("CCYBER", await w.mention("CCYBER", "U1", TRIAL))
        with closing(sqlite3.connect(tmp_path / "desk.db")) as other:
            other.execute("VACUUM")  # so that no page is free
        await _pragma(w, "max_page_count = 1")  # no less than there are, that is: no new ones
        asked = [w.say("CCYBER", f"U{n}", f"<@U0BOT> {TRIAL} {'word ' * 600}") for n in range(12)]
        events = [payloads.app_mention("CCYBER", said.user, said.text, ts=said.ts) for said in asked]
        first = [await w.event(event) for event in events]
        status, parts = await w.ready()
        await _pragma(w, "max_page_count = 1000000")
        then = [await w.event(event) for event in events]
        await w.settle(seconds=20)
        await _until_ready(w)

        assert 500 in first
        assert (status, parts["database"]) == (503, "full")
        assert then == [200] * 12
        assert [len(w.slack.texts("CCYBER", thread=said.ts)) for said in asked] == [1] * 12


async def test_a_damaged_database_ends_the_start_in_one_line(tmp_path: Path) -> None:
    """No desk runs on it: the message says where to look."""
    (tmp_path / "desk.db").write_bytes(b"\xff" * 65536)
    async with StubSlack() as slack, Served(tmp_path, slack, ready=False) as desk:
        code = await desk.ended()

    assert code == 1
    assert "partnerdesk: serve: the database cannot be used" in desk.log
    assert "Traceback" not in desk.log


# PostgreSQL


@pytest.mark.usefixtures("forgetful")
async def test_postgresql_is_away_and_comes_back(tmp_path: Path, postgres: Server, postgres_url: str) -> None:
    """The server is shut down and started again, with an answer on its way to Slack."""
    slack = SlowSlack()
    async with world(tmp_path, slack=slack, database_url=postgres_url) as w:
        slack.close_gate()
        ts = await w.mention("CCYBER", "U1", TRIAL)
        await slack.held.wait()
        said = w.say("CCYBER", "U2", f"<@U0BOT> {TRIAL}")
        event = payloads.app_mention("CCYBER", "U2", said.text, ts=said.ts)
        await asyncio.to_thread(postgres.stop)
        try:
            slack.gate.set()
            refused = await w.event(event)
            status, parts = await w.ready()
            await slack.until(lambda: slack.messages("CCYBER"))
        finally:
            await asyncio.to_thread(postgres.start)
        async with asyncio.timeout(20):
            while await w.event(event) != 200:  # noqa: ASYNC110 - Slack asks again
                await asyncio.sleep(0.1)
        await w.settle(seconds=40)
        await _until_ready(w)

        assert refused == 500
        assert status == 503
        assert parts["database"] != "ok"
        assert [len(slack.texts("CCYBER", thread=one)) for one in (ts, said.ts)] == [1, 1]
