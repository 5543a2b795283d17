"""Slack answers 429, 500, nonsense or nothing: no reply is lost, and none comes twice."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.adapters import slack as adapter
from bot.store.tables import job, message, request
from tests.scenarios.request_desk import cards
from tests.scenarios.world import RunningClock, world
from tests.stub_slack import Cut, Error, Fault, Hang, Html, HttpError, RateLimited, StubSlack

TRIAL = "How long does the extended trial last?"
REGISTER = "How do I register a deal?"

FAULTS = {
    "rate limited": RateLimited(2),
    "rate limited without a time": RateLimited(None),
    "500 before storing": HttpError(500),
    "500 after storing": HttpError(500, stored=True),
    "503": HttpError(503),
    "a web page": Html(),
    "a web page after storing": Html(stored=True),
    "cut before storing": Cut(stored=False),
    "cut after storing": Cut(stored=True),
    "no answer": Hang(),
    "no answer after storing": Hang(stored=True),
    "an error of Slack's own": Error("fatal_error"),
}


@pytest.fixture(autouse=True)
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """A call that hangs is given up after a moment rather than ten seconds."""
    monkeypatch.setattr(adapter.SlackMessenger.__init__, "__kwdefaults__", {"pacer": None, "call_limit": 0.3})


@pytest.mark.parametrize("fault", FAULTS.values(), ids=FAULTS)
async def test_a_reply_comes_once(tmp_path: Path, fault: Fault) -> None:
    """Whatever becomes of the first attempts."""
    async with world(tmp_path) as w:
        w.slack.fail("chat.postMessage", fault, fault)
        ts = await w.mention("CCYBER", "U1", TRIAL)
        await w.only("CCYBER", ts)

        assert [row["ts"] for row in await w.rows(message)] == [w.slack.messages("CCYBER")[0].ts]


async def test_a_reply_comes_once_though_the_search_for_it_fails_too(tmp_path: Path) -> None:
    """The message was stored and nobody said so; looking for it fails at first."""
    async with world(tmp_path) as w:
        w.slack.fail("chat.postMessage", Cut(stored=True))
        w.slack.fail("conversations.replies", HttpError(500), RateLimited(1), Cut(stored=False), Html())
        ts = await w.mention("CCYBER", "U1", TRIAL)
        await w.only("CCYBER", ts)

        assert len(w.slack.calls("chat.postMessage")) == 1


@pytest.mark.parametrize("fault", FAULTS.values(), ids=FAULTS)
async def test_an_edit_of_ours_is_made_in_the_end(tmp_path: Path, fault: Fault) -> None:
    """Edits are repeated until they are there."""
    async with world(tmp_path) as w:
        ts = await w.mention("CCYBER", "U1", TRIAL)
        await w.press(await w.only("CCYBER", ts), "answer.more", "U1", "de")
        w.slack.fail("chat.update", fault, fault)

        assert "30 Tage" in (await w.only("CCYBER", ts)).text


@pytest.mark.parametrize("fault", FAULTS.values(), ids=FAULTS)
async def test_a_card_comes_once(tmp_path: Path, fault: Fault) -> None:
    """Though the link to the thread cannot be had either."""
    async with world(tmp_path) as w:
        ts = await w.mention("CCYBER", "U1", TRIAL)
        message = await w.only("CCYBER", ts)
        w.slack.fail("chat.getPermalink", fault)
        await w.press(message, "human.ask", "U1")
        await w.slack.until(lambda: len(w.slack.calls("chat.postMessage")) > 1)
        w.slack.fail("chat.postMessage", fault, fault)
        await w.settle()
        (card,) = await cards(w)

        assert [row["card_ts"] for row in await w.rows(request)] == [card.ts]


async def test_nothing_optional_keeps_an_answer_waiting(tmp_path: Path) -> None:
    """Slack does not say who asks: the answer comes all the same, and next time Slack is asked again."""
    async with world(tmp_path) as w:
        for fault in (HttpError(500), Html(), Hang(), Error("user_not_found"), RateLimited(30)):
            w.slack.fail("users.info", fault)
            ts = await w.mention("CCYBER", "U1", TRIAL)

            assert len(await w.replies("CCYBER", ts)) == 1
        assert len(w.slack.calls("users.info")) == 5


async def test_whispers_are_tried_once(tmp_path: Path) -> None:
    """Nobody is thanked twice; a whisper that fails is forgotten, and the vote stands."""
    async with world(tmp_path) as w:
        message = await w.only("CCYBER", await w.mention("CCYBER", "U1", TRIAL))
        w.slack.fail("chat.postEphemeral", HttpError(500, stored=True))
        await w.press(message, "answer.helpful", "U1")

        assert len(await w.whispers("U1")) == 1
        assert await w.counted("helpful") == 1


async def test_a_refused_message_is_a_dead_letter_and_holds_up_nothing(tmp_path: Path) -> None:
    """Slack finds our blocks invalid: the job is given up at once, and the thread goes on."""
    async with world(tmp_path) as w:
        w.slack.fail("chat.postMessage", Error("invalid_blocks"))
        ts = await w.mention("CCYBER", "U1", TRIAL)
        await w.settle(with_dead=True)
        await w.write("CCYBER", "U1", REGISTER, thread=ts)
        dead = [row for row in await w.rows(job) if row["status"] == "dead"]
        (said,) = w.slack.texts("CCYBER", thread=ts)

        assert "deal" in said
        assert [(row["kind"], row["error"]) for row in dead] == [("post", "invalid_blocks")]


async def test_an_archived_channel_is_given_up(tmp_path: Path) -> None:
    """There is nobody to tell; other channels are answered."""
    async with world(tmp_path) as w:
        w.slack.channels["CMIRO"].is_archived = True
        await w.mention("CMIRO", "U1", TRIAL)
        ts = await w.mention("CCYBER", "U1", TRIAL)
        await w.settle(with_dead=True)

        assert len(w.slack.texts("CCYBER", thread=ts)) == 1


async def test_events_are_taken_though_the_token_no_longer_works(tmp_path: Path) -> None:
    """auth.test answers 429, 500, a page, and nothing: what comes is recorded and answered once Slack is back."""
    for n, fault in enumerate((RateLimited(30), HttpError(500), Html(), Hang(), Error("invalid_auth"))):
        folder = tmp_path / str(n)
        folder.mkdir()
        async with world(folder) as w:
            w.slack.fault = lambda method, _, fault=fault: fault if method == "auth.test" else None
            w.slack.fail("chat.postMessage", HttpError(500))
            ts = await w.mention("CCYBER", "U1", TRIAL)
            message = await w.only("CCYBER", ts)
            await w.press(message, "answer.helpful", "U1")

            assert w.sent == [200, 200]
            assert len(w.slack.calls("auth.test")) == 1


async def test_slack_is_away_when_the_desk_starts(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """It waits until Slack says who we are, and then serves."""
    monkeypatch.setattr("bot.app.SLACK_PAUSES", (0.01,))
    clock = RunningClock()
    slack = StubSlack(clock=clock)
    slack.fail("auth.test", HttpError(500), Html(), Cut(stored=False))
    async with world(tmp_path, slack=slack, clock=clock) as w:
        ts = await w.mention("CCYBER", "U1", TRIAL)

        assert len(await w.replies("CCYBER", ts)) == 1
        assert len(slack.calls("auth.test")) == 4


async def test_an_event_while_a_paused_channel_waits(tmp_path: Path) -> None:
    """A channel that Slack holds up keeps no other waiting."""
    async with world(tmp_path) as w:
        w.slack.fail("chat.postMessage", RateLimited(30))
        held = await w.mention("CMIRO", "U1", "How do I activate my Miro trial?")
        await w.slack.until(lambda: w.slack.calls("chat.postMessage"))
        free = await w.mention("CCYBER", "U1", TRIAL)
        await w.slack.until(lambda: w.slack.messages("CCYBER", thread=free))
        before = w.slack.messages("CMIRO")
        after = await w.replies("CMIRO", held)

        assert before == []
        assert len(after) == 1
