"""Messages that are no plain question: too long, pictures, odd characters, Slack's other subtypes."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests import payloads
from tests.scenarios.world import world

TRIAL = "How long does the extended trial last?"


async def test_forty_thousand_characters(tmp_path: Path) -> None:
    """Only the beginning is read, and the reply says so if it could make nothing of it."""
    async with world(tmp_path) as w:
        ts = await w.mention("CCYBER", "U1", "The weather in Lisbon is nice today. " * 1_080)
        (said,) = await w.replies("CCYBER", ts)

        assert "Your message is long" in said


async def test_a_question_at_the_head_of_a_long_message(tmp_path: Path) -> None:
    """The head is cut in the middle of Slack's own markup: no harm."""
    async with world(tmp_path) as w:
        ts = await w.mention("CCYBER", "U1", f"{TRIAL} " + "<https://example.com|link> " * 1_500)

        assert len(await w.replies("CCYBER", ts)) == 1


async def test_a_picture_in_a_channel_is_left_alone(tmp_path: Path) -> None:
    """With a mention and without: the bot cannot read it, and nobody has asked in words."""
    async with world(tmp_path) as w:
        w.meet("CCYBER", "U1")
        await w.event(payloads.file_share("CCYBER", "U1"))
        await w.event(payloads.file_share("CCYBER", "U1", "<@U0BOT>"))
        await w.settle()

        assert w.slack.messages("CCYBER") == []


@pytest.mark.parametrize(("user", "team"), [("U1", "T0HOME"), ("UACME", "TACME")])
async def test_a_picture_in_a_direct_message_gets_one_line(tmp_path: Path, user: str, team: str) -> None:
    """The bot says that it cannot read pictures."""
    async with world(tmp_path) as w:
        await w.replies("D1", await w.direct("D1", user, "hello", team=team))
        event = payloads.file_share("D1", user, channel_type="im", team=team)
        await w.event(event)
        (said,) = await w.replies("D1", event["event"]["ts"])

        assert said == "I cannot read pictures. Tell me in words what it is about."


async def test_a_picture_with_a_question_is_answered(tmp_path: Path) -> None:
    """By its words."""
    async with world(tmp_path) as w:
        w.meet("CCYBER", "U1")
        event = payloads.file_share("CCYBER", "U1", f"<@U0BOT> {TRIAL}")
        await w.event(event)
        (said,) = await w.replies("CCYBER", event["event"]["ts"])

        assert "30 days" in said


@pytest.mark.parametrize(
    "text",
    [
        "\u200b\u202e\u0000",
        "<@U0BOT|partnerdesk>",
        "```print('how long does the trial last')```",
        "&amp;&lt;&gt;",
        "<>",
        "<|>",
        "<<<@@@!!!",
        "%s %d {} {0} {trial_days} \\n",
        "a" * 3_000,
        "😀" * 2_000,
        "1",
        "?",
        "👍🏽",
        "'; DROP TABLE job; --",
    ],
)
async def test_odd_characters(tmp_path: Path, text: str) -> None:
    """Whatever is in a mention, it is answered once and nothing breaks."""
    async with world(tmp_path) as w:
        (said,) = await w.replies("CCYBER", await w.mention("CCYBER", "U1", text))

        assert said


@pytest.mark.parametrize(
    "more",
    [
        {"subtype": "channel_join"},
        {"subtype": "channel_topic"},
        {"subtype": "message_replied"},
        {"subtype": "huddle_thread"},
        {"subtype": "something_new"},
        {"type": "reaction_added"},
        {"user": None},
        {"text": None, "subtype": "tombstone"},
    ],
)
async def test_other_events_are_taken_and_dropped(tmp_path: Path, more: dict[str, Any]) -> None:
    """Slack is told that they arrived; nothing comes of them."""
    async with world(tmp_path) as w:
        payload = payloads.message("CCYBER", "U1", f"<@U0BOT> {TRIAL}")
        payload["event"] |= more
        status = await w.event(payload)
        await w.settle()

        assert status == 200
        assert w.slack.messages("CCYBER") == []


async def test_a_message_that_is_also_sent_to_the_channel(tmp_path: Path) -> None:
    """A reply that its author broadcasts is a reply."""
    async with world(tmp_path) as w:
        ts = await w.mention("CCYBER", "U1", TRIAL)
        await w.settle()
        said = w.say("CCYBER", "U1", "How do I register a deal?", thread=ts)
        payload = payloads.message("CCYBER", "U1", said.text, ts=said.ts, thread=ts)
        payload["event"]["subtype"] = "thread_broadcast"
        await w.event(payload)

        assert len(await w.replies("CCYBER", ts)) == 2
