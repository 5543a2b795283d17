"""No event is answered twice: the same message by two events, repeats, replays."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

import pytest

from bot.store.tables import metadata
from tests import payloads
from tests.scenarios.world import SECRET, World, actions, control, world

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


async def _state(w: World) -> dict[str, Any]:
    """All that the desk keeps, and all that it has asked of Slack."""
    await w.settle()
    kept = {table.name: sorted(map(str, await w.rows(table))) for table in metadata.sorted_tables}
    return {**kept, "asked": [(request.method, request.arguments) for request in w.slack.requests]}


async def test_exact_replays_of_events_change_nothing(tmp_path: Path) -> None:
    """Whoever records what Slack has sent can send it again, signature and all, for five minutes."""
    async with world(tmp_path) as w:
        ts, (mention, message) = _both(w, REGISTER)
        again = f"<@U0BOT> {TRIAL}"
        events = [
            mention,
            message,
            payloads.message_changed("CCYBER", "U1", again, ts=ts, previous=REGISTER),
            payloads.direct_message("D1", "U1", TRIAL),
            payloads.file_share("D1", "U1", channel_type="im"),
            payloads.member_joined_channel("CCYBER", inviter="U1"),
            payloads.app_home_opened("U1"),
            payloads.message_deleted("CCYBER", "U1", again, ts=ts),
        ]
        signed = [payloads.signed_headers(SECRET, payloads.event_body(event)) for event in events]
        for event, headers in zip(events, signed, strict=True):
            await w.event(event, headers=headers)
            await w.settle()
        before = await _state(w)
        for event, headers in zip(events, signed, strict=True):
            await w.event(event, headers=headers)
        for event, headers in zip(reversed(events), reversed(signed), strict=True):
            await w.event(event, headers=headers)

        assert await _state(w) == before
        assert set(w.sent) == {200}


async def test_an_event_comes_many_times_at_once(tmp_path: Path) -> None:
    """Slack's repeat, a proxy's and an attacker's: ten requests under way together are one event."""
    async with world(tmp_path) as w:
        ts, (mention, message) = _both(w, REGISTER)
        home = payloads.app_home_opened("U1")
        statuses = await asyncio.gather(*(w.event(event) for event in [mention, message, home] * 10))

        assert set(statuses) == {200}
        assert len(await w.replies("CCYBER", ts)) == 1
        assert len(w.slack.calls("views.publish")) == 1


@pytest.mark.parametrize(
    "headers",
    [
        {"X-Slack-Retry-Num": "0"},
        {"X-Slack-Retry-Num": "-1", "X-Slack-Retry-Reason": "unknown_error"},
        {"X-Slack-Retry-Num": "many", "X-Slack-Retry-Reason": "\u00e9"},
        {"X-Slack-Retry-Num": "3", "X-Slack-No-Retry": "1"},
        {"X-Slack-Retry-Num": "9" * 4000},
    ],
)
async def test_retry_headers_are_not_read(tmp_path: Path, headers: dict[str, str]) -> None:
    """A first delivery is answered and a second is not, whatever they say they are."""
    async with world(tmp_path) as w:
        ts, (event, _) = _both(w, REGISTER)
        statuses = [await w.event(event, headers=headers), await w.event(event, headers=headers)]

        assert statuses == [200, 200]
        assert len(await w.replies("CCYBER", ts)) == 1


async def test_other_events_of_one_id_are_one_event(tmp_path: Path) -> None:
    """Not the retry header, the event id tells a repeat; a message has its ts besides."""
    async with world(tmp_path) as w:
        w.meet("CCYBER", "U1")
        for _ in range(3):
            await w.event(payloads.app_home_opened("U1", event_id="Ev0REPEAT"))
            await w.event(payloads.member_joined_channel("CCYBER", inviter="U1", event_id="Ev0JOINED"))
            await w.settle()

        assert len(w.slack.calls("views.publish")) == 1
        assert len(await w.whispers("U1")) == 1


async def test_two_messages_under_one_event_id(tmp_path: Path) -> None:
    """An event id that comes again with another message hides nothing: what is written is answered."""
    async with world(tmp_path) as w:
        said = [w.say("CCYBER", "U1", REGISTER) for _ in range(2)]
        for one in said:
            await w.event(payloads.app_mention("CCYBER", "U1", one.text, ts=one.ts, event_id="Ev0SAME"))

        assert [len(await w.replies("CCYBER", one.ts)) for one in said] == [1, 1]


async def test_exact_replays_of_clicks_change_nothing(tmp_path: Path) -> None:
    """Every control of an answer, used once and then sent again twice, byte for byte."""
    async with world(tmp_path) as w:
        message = await w.only("CCYBER", await w.mention("CCYBER", "U1", TRIAL))
        for action in actions(message):
            shown = control(message, action)
            value = "fr" if shown["type"] == "overflow" else str(shown.get("value") or "")
            click = payloads.block_actions(
                "CCYBER", "U1", action, value, message_ts=message.ts, thread=message.thread_ts, kind=shown["type"]
            )
            await w.click(click)
            before = await _state(w)
            await asyncio.gather(w.click(click), w.click(click))
            after = await _state(w)
            for state in (before, after):
                # A form cannot be opened twice: Slack says so, and whoever clicked reads it, alone.
                private = {"views.open", "chat.postEphemeral"} if action == "answer.unhelpful" else set()
                state["asked"] = [one for one in state["asked"] if one[0] not in private]

            assert after == before
        assert len(w.slack.opened) == 1
        assert set(w.sent) == {200}
