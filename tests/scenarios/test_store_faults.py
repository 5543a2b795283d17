"""The database is locked or gone, the process dies: Slack's repeat is answered once, what was recorded is finished."""

from __future__ import annotations

import asyncio
import os
import socket
import sqlite3
import sys
import time
from asyncio.subprocess import DEVNULL
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path

import aiohttp
import pytest

from bot.store import database, engine
from tests import payloads
from tests.scenarios.world import DESK, SECRET, RunningClock, world
from tests.stub_slack import Hang, StubSlack

TRIAL = "How long does the extended trial last?"


@pytest.fixture(autouse=True)
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """A lock is waited for a moment rather than two seconds."""
    monkeypatch.setattr(engine.open_engines, "__kwdefaults__", {"busy_timeout": 0.2})
    monkeypatch.setattr(database.Database.open.__func__, "__kwdefaults__", {"wait": 0.4})
    monkeypatch.setattr("bot.adapters.work_runner._PAUSE", 0.05)


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
        assert len(w.slack.messages("CSUPPORT")) == 1


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
        async with _Served(tmp_path, slack) as url, aiohttp.ClientSession() as http:
            for n, said in enumerate((stored, unsent), start=1):
                body = payloads.event_body(payloads.app_mention(said.channel, "U1", said.text, ts=said.ts))
                async with http.post(url, data=body, headers=payloads.signed_headers(SECRET, body)) as answer:
                    assert answer.status == 200
                await slack.until(lambda n=n: len(slack.calls("chat.postMessage")) == n, seconds=20)
    clock.skip(timedelta(seconds=20))  # the lease of the dead ends
    async with world(tmp_path, slack=slack, clock=clock) as w:
        await w.settle()

    assert [len(slack.texts(said.channel, thread=said.ts)) for said in (stored, unsent)] == [1, 1]


class _Served:
    """`partnerdesk serve` as a process of its own, killed at the end."""

    def __init__(self, folder: Path, slack: StubSlack) -> None:
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self._port = free.getsockname()[1]
        (folder / "desk.yml").write_text(DESK, encoding="utf-8")
        self._environ = {
            **os.environ,
            "SLACK_BOT_TOKEN": slack.token,
            "SLACK_SIGNING_SECRET": SECRET,
            "SLACK_API_URL": slack.url,
            "PORT": str(self._port),
            "DATABASE_URL": f"sqlite:///{folder / 'desk.db'}",
            "PARTNERDESK_CONFIG": str(folder / "desk.yml"),
        }

    async def __aenter__(self) -> str:
        self._child = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "bot", "serve", env=self._environ, stdout=DEVNULL, stderr=DEVNULL
        )
        deadline = time.monotonic() + 30
        async with aiohttp.ClientSession() as http:
            while True:
                try:
                    async with http.get(f"http://127.0.0.1:{self._port}/readyz"):
                        return f"http://127.0.0.1:{self._port}/slack/events"
                except aiohttp.ClientError:
                    assert self._child.returncode is None, "serve has ended"
                    assert time.monotonic() < deadline, "serve does not listen"
                    await asyncio.sleep(0.05)

    async def __aexit__(self, *_: object) -> None:
        self._child.kill()
        await self._child.wait()
