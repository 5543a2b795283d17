"""What Bolt does wrong when it is used as it comes, and this desk does not: one test each.

That a replayed signature changes nothing, and that an event is known by its id, is in test_once; that a process which
is told to stop ends with 0, in test_stop.
"""

from __future__ import annotations

import asyncio
import logging
import sqlite3
import time
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Connection, select

from bot.listeners import incoming
from bot.store.tables import job, known, vote
from tests import payloads
from tests.scenarios.world import SECRET, world
from tests.stub_slack import Cut, Error, Fault, Hang, Html, HttpError, RateLimited, StubSlack

TRIAL = "How long does the extended trial last?"


def _keys(conn: Connection) -> list[str]:
    return list(conn.execute(select(job.c.key)).scalars())


# Recorded, then acknowledged


async def test_an_event_is_stored_when_slack_reads_its_200(tmp_path: Path) -> None:
    """Bolt acknowledges first: whatever it had not done when it died was lost."""
    async with world(tmp_path) as w:
        w.slack.fail("users.info", Hang())
        ts = await w.mention("CCYBER", "U1", TRIAL)
        stored = await w.desk.database.read(_keys)

        assert f"msg:T0HOME:CCYBER:{ts}" in stored
        assert len(await w.replies("CCYBER", ts)) == 1


async def test_an_error_of_ours_is_told_to_slack_so_that_it_repeats(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """Bolt's listeners fail after the 200, and nobody asks again."""
    caplog.set_level(logging.DEBUG)
    keep = incoming.keep

    def broken(*_: Any) -> None:
        raise KeyError(TRIAL)

    async with world(tmp_path) as w:
        said = w.say("CCYBER", "U1", f"<@U0BOT> {TRIAL}")
        event = payloads.app_mention("CCYBER", "U1", said.text, ts=said.ts)
        monkeypatch.setattr(incoming, "keep", broken)
        refused = await w.event(event)
        monkeypatch.setattr(incoming, "keep", keep)
        repeated = payloads.signed_headers(SECRET, payloads.event_body(event), retry=1, reason="http_error")
        taken = await w.event(event, headers=repeated)

        assert (refused, taken) == (500, 200)
        assert len(await w.replies("CCYBER", said.ts)) == 1


async def test_a_job_that_fails_is_told_and_tried_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """An error in one of Bolt's lazy listeners is seen by no handler, and its place by nobody."""
    async with world(tmp_path) as w:
        conversation = w.desk.editions.current.conversation
        reply_to, calls = conversation.reply_to, 0

        def broken(*given: Any) -> Any:
            nonlocal calls
            calls += 1
            if calls <= 2:
                raise KeyError("Zebra")
            return reply_to(*given)

        monkeypatch.setattr(conversation, "reply_to", broken)
        ts = await w.mention("CCYBER", "U1", TRIAL)
        said = await w.replies("CCYBER", ts)
        told = [record for record in caplog.records if record.levelno >= logging.ERROR]

        assert len(said) == 1
        assert len(told) == 2
        assert "Zebra" not in caplog.text


# Clicks under load


async def test_clicks_are_answered_while_all_else_hangs(tmp_path: Path) -> None:
    """Bolt's five threads are full with five slow listeners: the sixth click fails, and is carried out later."""
    async with world(tmp_path) as w:
        message = await w.only("CCYBER", await w.mention("CCYBER", "U1", TRIAL))
        w.desk.services.slack._call_limit = 0.5
        w.slack.fault = lambda method, _: Hang() if method.startswith(("chat.", "users.")) else None
        for n in range(10):
            await w.mention("CMIRO", f"U{n}", TRIAL)
        statuses = await asyncio.gather(*(w.press(message, "answer.helpful", f"U1{n}") for n in range(40)))
        votes = await w.desk.database.read(lambda conn: conn.execute(select(vote.c.user)).all())

        assert statuses == [200] * 40
        assert len(votes) == 40


async def test_a_click_that_was_refused_is_not_carried_out_later(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whoever clicked was told that it failed, and has clicked again or has not."""
    async with world(tmp_path) as w:
        message = await w.only("CCYBER", await w.mention("CCYBER", "U1", TRIAL))
        monkeypatch.setattr(w.desk.database, "_wait", 0.1)
        other = sqlite3.connect(tmp_path / "desk.db", isolation_level=None)
        other.execute("BEGIN IMMEDIATE")
        status = await w.press(message, "human.ask", "U1")
        other.execute("ROLLBACK")
        other.close()
        await w.settle()

        assert status == 500
        assert w.slack.messages("CSUPPORT") == []


# Posting


@pytest.mark.parametrize(
    "fault", [Cut(stored=True), Cut(stored=False), HttpError(503, stored=True), HttpError(500), RateLimited(1), Html()]
)
async def test_a_post_that_went_wrong_is_there_once(tmp_path: Path, fault: Fault) -> None:
    """The SDK sends a message again when the answer was cut off, and never when Slack was busy."""
    async with world(tmp_path) as w:
        w.slack.fail("chat.postMessage", fault)
        ts = await w.mention("CCYBER", "U1", TRIAL)

        assert len(await w.replies("CCYBER", ts)) == 1


# The end


async def test_what_runs_when_the_desk_stops_is_finished(tmp_path: Path) -> None:
    """SIGTERM ends a Bolt app at once, in the middle of a post."""
    slack, begun, go_on = StubSlack(), asyncio.Event(), asyncio.Event()

    async def stopped() -> str:
        async with world(tmp_path, slack=slack) as w:
            post = w.desk.services.slack.post

            async def slow(**given: Any) -> str:
                begun.set()
                await go_on.wait()
                return await post(**given)

            w.desk.services.slack.post = slow  # type: ignore[method-assign]
            ts = await w.mention("CCYBER", "U1", TRIAL)
            await begun.wait()
        return ts

    stopping = asyncio.create_task(stopped())
    await begun.wait()
    go_on.set()
    ts = await stopping

    assert len(slack.texts("CCYBER", thread=ts)) == 1


# Who asks


@pytest.mark.parametrize(
    ("timestamp", "status"),
    [
        (lambda now: str(now - 299), 200),
        (lambda now: str(now + 299), 200),
        (lambda now: str(now - 302), 401),
        (lambda now: str(now + 302), 401),
        (lambda _: "yesterday", 401),
        (lambda _: "", 401),
        (lambda _: "nan", 401),
        (lambda now: f"{now}.5", 401),
        (lambda now: f"-{now}", 401),
        (lambda _: "9" * 5_000, 401),
        (lambda _: "1e9", 401),
        (lambda now: f"0x{now:x}", 401),
    ],
)
async def test_the_time_of_a_signature(tmp_path: Path, timestamp: Any, status: int) -> None:
    """What is no number is no 500, which Slack would repeat; five minutes are the limit, either way."""
    async with world(tmp_path) as w:
        w.say("CCYBER", "U1", TRIAL)
        event = payloads.app_mention("CCYBER", "U1", f"<@U0BOT> {TRIAL}")
        body, sent_at = payloads.event_body(event), timestamp(int(time.time()))
        headers = payloads.signed_headers(SECRET, body, timestamp=sent_at)

        assert await w.event(event, headers=headers) == status


@pytest.mark.parametrize(
    "signature", ["", "v0=", "v0=é", "v1=" + "0" * 64, "0" * 64, "v0=" + "0" * 63, "v0=" + "0" * 100_00]
)
async def test_a_signature_that_is_none(tmp_path: Path, caplog: pytest.LogCaptureFixture, signature: str) -> None:
    """Bolt writes the whole body into the log, at INFO."""
    caplog.set_level(logging.DEBUG)
    async with world(tmp_path) as w:
        before = await w.rows(known)
        event = payloads.app_mention("CCYBER", "U1", "<@U0BOT> Zebra")
        status = await w.event(event, headers={"X-Slack-Signature": signature})

        assert status in {400, 401}  # 400: a header that is longer than the server reads
        assert "Zebra" not in caplog.text
        assert await w.rows(known) == before


@pytest.mark.parametrize("fault", [RateLimited(30), HttpError(500), Html(), Hang(), Error("invalid_auth"), Cut()])
async def test_no_request_asks_slack_who_we_are(tmp_path: Path, fault: Fault) -> None:
    """Bolt calls `auth.test`, and answers 200 without a listener where that fails."""
    async with world(tmp_path) as w:
        asked = len(w.slack.calls("auth.test"))
        w.slack.fault = lambda method, _: fault if method == "auth.test" else None
        ts = await w.mention("CCYBER", "U1", TRIAL)
        message = await w.only("CCYBER", ts)
        status = await w.press(message, "answer.helpful", "U1")

        assert status == 200
        assert len(w.slack.calls("auth.test")) == asked


async def test_a_first_click_after_the_night_is_as_good_as_any(tmp_path: Path) -> None:
    """Nothing that a request needs grows old: no answer of Slack is kept for a while and then asked for anew."""
    async with world(tmp_path) as w:
        message = await w.only("CCYBER", await w.mention("CCYBER", "U1", TRIAL))
        w.skip(timedelta(hours=20))
        w.desk.services.slack._call_limit = 0.5
        w.slack.fault = lambda *_: Hang()

        assert await w.press(message, "answer.helpful", "U1") == 200
