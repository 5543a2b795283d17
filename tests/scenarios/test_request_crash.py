"""A claim on its way, and a reply: Slack fails at a step after the click, or the desk is stopped or killed there."""

from __future__ import annotations

import asyncio
import copy
import signal
from pathlib import Path
from typing import Any, Final

import aiohttp
import pytest

from bot.adapters import slack as adapter
from bot.model import PersonId
from bot.request import Act, State
from tests import payloads
from tests.scenarios.report_desk import words_on
from tests.scenarios.request_desk import (
    ACME,
    AINO,
    JEAN,
    REQUEST_DESK,
    STAFF,
    TRIAL,
    act,
    acts,
    cards,
    handed_over,
    only,
    previewed,
    request_world,
    status,
    story,
    told,
)
from tests.scenarios.served import Served
from tests.scenarios.world import SECRET, World, actions, control
from tests.stub_slack import TEAM, Cut, Fault, Hang, HttpError, StubMessage, StubSlack

TO_CARD: Final = ("conversations.info", "chat.getPermalink", "chat.postMessage")
METHODS: Final = ("chat.update", *TO_CARD)
FAULTS: Final = {
    "500 before storing": HttpError(500),
    "500 after storing": HttpError(500, stored=True),
    "cut after storing": Cut(stored=True),
    "no answer after storing": Hang(stored=True),
}


@pytest.fixture(autouse=True)
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """A call that hangs is given up after a moment, and a desk that is stopped waits for nothing."""
    monkeypatch.setattr(adapter.SlackMessenger.__init__, "__kwdefaults__", {"pacer": None, "call_limit": 0.3})
    monkeypatch.setattr("bot.app.STOP_WITHIN", 0.1)


async def _card(w: World) -> tuple[str, StubMessage]:
    thread = await handed_over(w, channel="D1")
    (card,) = await cards(w)
    return thread, card


async def _assert_taken(w: World, thread: str) -> None:
    """It is hers, card and partner's message say so, and each side was told once."""
    (card,) = await cards(w)
    request = await only(w)
    assert (request.state, request.assignee, request.card_ts) == (State.TAKEN, PersonId(TEAM, AINO), card.ts)
    assert acts(request) == [Act.ASKED, Act.TAKEN]
    assert words_on(card).startswith("*REQ-1* · taken · <@USTAFF>")
    assert "request.take" not in actions(card)
    assert (await story(w, card)).count("REQ-1: <@USTAFF> has taken the request.") == 1
    assert len([text for text in await told(w, thread, "D1") if "has taken REQ-1" in text]) == 1
    assert await status(w) == "Aino is looking after REQ-1."


async def _assert_replied(w: World, thread: str) -> None:
    """The reply stands in the partner's thread once, and once below the card."""
    (card,) = await cards(w)
    assert acts(await only(w)) == [Act.ASKED, Act.TAKEN, Act.REPLIED]
    assert (await told(w, thread, "D1")).count("Aino · support\nThirty days.") == 1
    assert len([text for text in await story(w, card) if "has replied" in text]) == 1
    assert await status(w) == "Aino waits for your reply about REQ-1: write it here."


# From asking to the card


@pytest.mark.parametrize("fault", FAULTS.values(), ids=FAULTS)
@pytest.mark.parametrize("method", TO_CARD)
async def test_slack_fails_on_the_way_to_the_card(tmp_path: Path, method: str, fault: Fault) -> None:
    """One card, one call, one word to the partner."""
    async with request_world(tmp_path) as w:
        ts = await w.mention("CCYBER", "UACME", TRIAL, team=ACME)
        await w.settle()
        answer = w.slack.messages("CCYBER", thread=ts)[0]
        w.slack.fail(method, fault, fault)
        assert await w.press(answer, "human.ask", "UACME", team=ACME) == 200
        (card,) = await cards(w)

        assert await story(w, card) == ["<@USTAFF> <@UJEAN> REQ-1 is new and waits for one of you (English)."]
        assert len([text for text in await told(w, ts) if "REQ-1" in text]) == 1
        assert (await only(w)).card_ts == card.ts


@pytest.mark.parametrize(("method", "on"), [*((one, "sqlite") for one in TO_CARD), ("chat.postMessage", "postgres")])
async def test_the_desk_is_stopped_on_the_way_to_the_card(
    tmp_path: Path, request: pytest.FixtureRequest, method: str, on: str
) -> None:
    """Slack has carried out the step, and the desk ends before it hears so: the next one goes on from there."""
    settings = {"database_url": request.getfixturevalue("postgres_url")} if on == "postgres" else {}
    async with request_world(tmp_path, **settings) as first:
        ts = await first.mention("CCYBER", "UACME", TRIAL, team=ACME)
        await first.settle()
        answer = first.slack.messages("CCYBER", thread=ts)[0]
        before = len(first.slack.calls(method))
        first.slack.fail(method, Hang(stored=True))
        assert await first.press(answer, "human.ask", "UACME", team=ACME) == 200
        await first.slack.until(lambda: len(first.slack.calls(method)) > before)
    async with request_world(tmp_path, slack=first.slack, clock=first.clock, **settings) as w:
        (card,) = await cards(w)

        calls = [line for line in await story(w, card) if "REQ-1 is new" in line]
        assert len(calls) == 1 or (on == "postgres" and not calls)  # where it is now, nobody may be at the desk
        assert len([text for text in await told(w, ts) if "REQ-1" in text]) == 1
        assert (await only(w)).card_ts == card.ts


# From the click to the card


@pytest.mark.parametrize("fault", FAULTS.values(), ids=FAULTS)
@pytest.mark.parametrize("method", METHODS)
async def test_slack_fails_at_a_step_of_taking(tmp_path: Path, method: str, fault: Fault) -> None:
    """The claim holds; the card follows, and nothing comes twice."""
    async with request_world(tmp_path) as w:
        thread, card = await _card(w)
        w.slack.fail(method, fault, fault)
        assert await w.press(card, "request.take", AINO) == 200

        await _assert_taken(w, thread)


@pytest.mark.parametrize(
    ("method", "on"), [("chat.update", "sqlite"), ("chat.postMessage", "sqlite"), ("chat.postMessage", "postgres")]
)
async def test_the_desk_is_stopped_between_click_and_card(
    tmp_path: Path, request: pytest.FixtureRequest, method: str, on: str
) -> None:
    """The claim holds: whoever clicks on the old card after the restart reads who was first."""
    settings = {"database_url": request.getfixturevalue("postgres_url")} if on == "postgres" else {}
    async with request_world(tmp_path, **settings) as first:
        thread, card = await _card(first)
        seen = copy.deepcopy(card)
        before = len(first.slack.calls(method))
        first.slack.fail(method, Hang(stored=True))
        assert await first.press(card, "request.take", AINO) == 200
        await first.slack.until(lambda: len(first.slack.calls(method)) > before)
    async with request_world(tmp_path, slack=first.slack, clock=first.clock, **settings) as w:
        assert await w.press(seen, "request.take", JEAN) == 200

        await _assert_taken(w, thread)
        (late,) = await w.whispers(JEAN)
        assert late.text.startswith("REQ-1 was taken by <@USTAFF>, ")


# A reply


@pytest.mark.parametrize("fault", FAULTS.values(), ids=FAULTS)
@pytest.mark.parametrize("method", ["chat.update", "chat.postMessage"])
async def test_slack_fails_at_a_step_of_replying(tmp_path: Path, method: str, fault: Fault) -> None:
    """The partner reads it once."""
    async with request_world(tmp_path) as w:
        thread, card = await _card(w)
        shown = await previewed(w, card, AINO, "Thirty days.")
        w.slack.fail(method, fault, fault)
        assert await w.fill(shown, AINO) == {}

        await _assert_replied(w, thread)


@pytest.mark.parametrize("method", ["chat.update", "chat.postMessage"])
async def test_the_desk_is_stopped_while_it_replies(tmp_path: Path, method: str) -> None:
    """The form that was sent holds; sent again after the restart it changes nothing."""
    async with request_world(tmp_path) as first:
        thread, card = await _card(first)
        shown = await previewed(first, card, AINO, "Thirty days.")
        before = len(first.slack.calls(method))
        first.slack.fail(method, Hang(stored=True))
        assert await first.fill(shown, AINO) == {}
        await first.slack.until(lambda: len(first.slack.calls(method)) > before)
    async with request_world(tmp_path, slack=first.slack, clock=first.clock) as w:
        assert await w.fill(shown, AINO) == {}

        await _assert_replied(w, thread)


# To another level


@pytest.mark.parametrize("method", METHODS)
async def test_the_desk_is_stopped_while_a_card_moves(tmp_path: Path, method: str) -> None:
    """There is one new card, and the old one leads to it."""
    async with request_world(tmp_path) as first:
        _, card = await _card(first)
        await act(first, card, "request.take", AINO)
        before = len(first.slack.calls(method))
        first.slack.fail(method, Hang(stored=True))
        (form,) = [await _opened_level(first, card)]
        assert await first.fill(form, AINO) == {}
        await first.slack.until(lambda: len(first.slack.calls(method)) > before)
    async with request_world(tmp_path, slack=first.slack, clock=first.clock) as w:
        (new,) = await cards(w, "CEXPERTS")

        assert (await only(w)).card_ts == new.ts
        assert words_on(w.slack.message("CSUPPORT", card.ts)) == "*REQ-1*\nHanded on to <#CEXPERTS>."
        assert len([line for line in await story(w, new) if "has handed the request" in line]) == 1


async def _opened_level(w: World, card: StubMessage) -> Any:
    before = len(w.slack.opened)
    assert await w.press(card, "request.more", AINO, "level") == 200
    (form,) = w.slack.opened[before:]
    return form


# Killed


async def _slack() -> StubSlack:
    slack = StubSlack()
    for channel in ("CCYBER", "CSUPPORT", "CEXPERTS"):
        slack.add_channel(channel, members=["U1", *STAFF])
    return slack


async def _press(desk: Served, message: StubMessage, action: str, user: str) -> int:
    """Press a button; the status that Slack reads, 0 where it finds nobody."""
    value = str(control(message, action).get("value") or "")
    click = payloads.block_actions(
        message.channel, user, action, value, message_ts=message.ts, thread=message.thread_ts, blocks=message.blocks
    )
    body = payloads.form_body(click)
    try:
        async with (
            aiohttp.ClientSession() as http,
            http.post(f"{desk.url}/slack/events", data=body, headers=payloads.signed_headers(SECRET, body)) as answer,
        ):
            return answer.status
    except aiohttp.ClientError:
        return 0


async def _pressed(desk: Served, slack: StubSlack, message: StubMessage, action: str, user: str, method: str) -> None:
    """Press a button until something comes of it: Slack shows a message before the desk knows that it was posted."""
    shown, before = copy.deepcopy(message), len(slack.calls(method))
    for _ in range(100):
        assert await _press(desk, shown, action, user) == 200, desk.log
        if len(slack.calls(method)) > before:
            return
        await asyncio.sleep(0.05)
    raise AssertionError(f"{action} leads to nothing")


@pytest.mark.parametrize(("fault", "on"), [(Hang(stored=True), "sqlite"), (Hang(), "postgres")])
async def test_the_desk_is_killed_between_click_and_card(
    tmp_path: Path, request: pytest.FixtureRequest, fault: Fault, on: str
) -> None:
    """The click was acked: the next desk draws the card and tells the partner, and whoever clicks then is second."""
    url = request.getfixturevalue("postgres_url") if on == "postgres" else None
    desk_file = tmp_path / "requests.yml"
    desk_file.write_text(REQUEST_DESK, encoding="utf-8")
    async with await _slack() as slack:
        async with Served(tmp_path, slack, url, PARTNERDESK_CONFIG=str(desk_file)) as desk:
            said = slack.say("CCYBER", "U1", f"<@U0BOT> {TRIAL}")
            await desk.deliver(payloads.app_mention("CCYBER", "U1", said.text, ts=said.ts))
            await slack.until(lambda: slack.messages("CCYBER", thread=said.ts), seconds=20)
            answer = slack.messages("CCYBER", thread=said.ts)[0]
            await _pressed(desk, slack, answer, "human.ask", "U1", "conversations.info")
            await slack.until(lambda: len(slack.messages("CSUPPORT")) > 0, seconds=20)
            (card, *_) = slack.messages("CSUPPORT")
            seen = copy.deepcopy(card)
            slack.fail("chat.update", fault)
            await _pressed(desk, slack, card, "request.take", AINO, "chat.update")
            desk.tell(signal.SIGKILL)
            await desk.ended()
        async with Served(tmp_path, slack, url, PARTNERDESK_CONFIG=str(desk_file)) as heir:
            assert await _press(heir, seen, "request.take", JEAN) == 200
            await slack.until(lambda: slack.ephemerals and _is_taken(slack, card) and _is_told(slack), seconds=60)
            code = await heir.stop()

    assert code == 0
    assert words_on(card).startswith("*REQ-1* · taken · <@USTAFF>")
    below = [message.text for message in slack.messages("CSUPPORT", thread=card.ts)]
    assert below.count("REQ-1: <@USTAFF> has taken the request.") == 1
    assert [one.text.partition(",")[0] for one in slack.ephemerals if one.user == JEAN] == [
        "REQ-1 was taken by <@USTAFF>"
    ]
    assert len([text for text in slack.texts("CCYBER") if "Aino has taken REQ-1." in text]) == 1


def _is_taken(slack: StubSlack, card: StubMessage) -> bool:
    line = "REQ-1: <@USTAFF> has taken the request."
    return "request.take" not in actions(card) and line in slack.texts("CSUPPORT", thread=card.ts)


def _is_told(slack: StubSlack) -> bool:
    return any("Aino has taken REQ-1." in text for text in slack.texts("CCYBER"))
