"""A channel that Slack holds up keeps no other waiting, however much waits in it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from tests import payloads
from tests.scenarios.world import World, world
from tests.stub_slack import BOT_USER, RateLimited

TRIAL = "How long does the extended trial last?"
MANY = 80  # more than are worked on at once


async def _ask(w: World, channel: str, user: str) -> str:
    said = w.say(channel, user, f"<@{BOT_USER}> {TRIAL}")
    await w.event(payloads.app_mention(channel, user, said.text, ts=said.ts))
    return said.ts


async def test_a_crowd_in_a_paused_channel_holds_up_nobody(tmp_path: Path) -> None:
    """Nothing is sent to the channel while Slack says so, others are answered; at last everybody has one answer."""
    async with world(tmp_path) as w:
        w.slack.fault = _paused_until_ready(w)
        first = await _ask(w, "CMIRO", "U0")
        await w.slack.until(lambda: w.slack.calls("chat.postMessage"))
        crowd = [await _ask(w, "CMIRO", f"U{n}") for n in range(1, MANY)]
        free = await _ask(w, "CCYBER", "U0")
        await w.slack.until(lambda: w.slack.messages("CCYBER", thread=free))
        held, tries = w.slack.messages("CMIRO"), len(_posts(w, "CMIRO"))
        w.slack.fault = None
        await w.settle(seconds=60)

        assert held == []
        assert tries == 1
        assert [len(w.slack.messages("CMIRO", thread=ts)) for ts in (first, *crowd)] == [1] * MANY


def _paused_until_ready(w: World) -> Any:
    """Have Slack hold up CMIRO for an hour."""

    def fault(method: str, _: int) -> RateLimited | None:
        is_held = method == "chat.postMessage" and w.slack.requests[-1].arguments.get("channel") == "CMIRO"
        return RateLimited(3_600) if is_held else None

    return fault


def _posts(w: World, channel: str) -> list[Any]:
    return [call for call in w.slack.calls("chat.postMessage") if call.arguments.get("channel") == channel]
