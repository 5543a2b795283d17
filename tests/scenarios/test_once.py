"""No event is answered twice: the same message by two events, repeats, replays."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

import pytest

from tests import payloads
from tests.scenarios.world import SECRET, World, world

TRIAL = "How long does the extended trial last?"
REGISTER = "<@U0BOT> How do I register a deal?"


def _both(w: World, text: str) -> tuple[str, list[dict[str, Any]]]:
    """The ts of a message, and the two events by which a mention comes."""
    ts = w.say("CCYBER", "U1", text).ts
    return ts, [payloads.app_mention("CCYBER", "U1", text, ts=ts), payloads.message("CCYBER", "U1", text, ts=ts)]


@pytest.mark.parametrize("order", [(0, 1), (1, 0)])
async def test_a_mention_comes_as_two_events_and_is_answered_once(tmp_path: Path, order: tuple[int, int]) -> None:
    """Whichever comes first, and though the first is done before the second comes."""
    async with world(tmp_path) as w:
        ts, events = _both(w, REGISTER)
        for n in order:
            await w.event(events[n])
            await w.settle()

        assert len(await w.replies("CCYBER", ts)) == 1


async def test_both_events_at_once(tmp_path: Path) -> None:
    """Two requests that are under way together lead to one answer."""
    async with world(tmp_path) as w:
        ts, events = _both(w, REGISTER)
        statuses = await asyncio.gather(*(w.event(event) for event in events))

        assert statuses == [200, 200]
        assert len(await w.replies("CCYBER", ts)) == 1


async def test_slacks_repeats_are_answered_once(tmp_path: Path) -> None:
    """The same event_id again, with the retry headers, with misleading ones and without."""
    async with world(tmp_path) as w:
        ts, (event, _) = _both(w, REGISTER)
        await w.event(event)
        body = payloads.event_body(event)
        for headers in (
            payloads.signed_headers(SECRET, body, retry=1),
            payloads.signed_headers(SECRET, body, retry=0),
            payloads.signed_headers(SECRET, body),
        ):
            await w.settle()
            await w.event(event, headers=headers)

        assert w.sent == [200] * 4
        assert len(await w.replies("CCYBER", ts)) == 1


async def test_a_first_delivery_that_says_it_is_a_repeat_is_answered(tmp_path: Path) -> None:
    """Retry headers are never trusted: Slack's first try may not have reached us."""
    async with world(tmp_path) as w:
        ts, (event, _) = _both(w, REGISTER)
        headers = payloads.signed_headers(SECRET, payloads.event_body(event), retry=3)
        await w.event(event, headers=headers)

        assert len(await w.replies("CCYBER", ts)) == 1


async def test_the_same_words_again_are_a_new_question(tmp_path: Path) -> None:
    """What is deduplicated is the message, not its text."""
    async with world(tmp_path) as w:
        first = await w.mention("CCYBER", "U1", TRIAL)
        second = await w.mention("CCYBER", "U1", TRIAL)

        assert len(await w.replies("CCYBER", first)) == 1
        assert len(await w.replies("CCYBER", second)) == 1


async def test_answers_of_a_thread_come_in_the_order_of_its_questions(tmp_path: Path) -> None:
    """Three messages in quick succession are answered in turn."""
    async with world(tmp_path) as w:
        ts = await w.mention("CCYBER", "U1", TRIAL)
        await w.write("CCYBER", "U1", "How do I register a deal?", thread=ts)
        await w.write("CCYBER", "U1", "Can customers pay by invoice?", thread=ts)
        first, second, third = await w.replies("CCYBER", ts)

        assert "30 days" in first
        assert "deal" in second
        assert "invoice" in third


async def test_many_channels_at_once(tmp_path: Path) -> None:
    """Forty people at the same moment: everybody gets one answer."""
    async with world(tmp_path) as w:
        questions = [w.say("CCYBER", f"U{n}", f"<@U0BOT> {TRIAL}") for n in range(40)]
        await asyncio.gather(
            *(w.event(payloads.app_mention("CCYBER", one.user, one.text, ts=one.ts)) for one in questions)
        )
        await w.settle(seconds=30)

        assert [len(w.slack.texts("CCYBER", thread=one.ts)) for one in questions] == [1] * 40
