"""What the people of the desk have done is noted, and what others have tried: a row for each act."""

from __future__ import annotations

import copy
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from bot.request import Act
from tests.scenarios.meeting_desk import whispered
from tests.scenarios.report_desk import words_in
from tests.scenarios.request_desk import (
    AINO,
    JEAN,
    act,
    acts,
    cards,
    deeds,
    handed_over,
    now_shown,
    only,
    opened,
    opened_by,
    previewed,
    reply,
    request_world,
    told,
)
from tests.scenarios.world import World
from tests.stub_slack import TEAM, StubMessage, View

STAFF_ALONE = "Only the people of the desk can do this."


@dataclass(frozen=True)
class Somebody:
    """Who tries."""

    user: str
    team: str = TEAM


OTHERS = {
    "a namesake of staff elsewhere": Somebody(AINO, "TACME"),
    "the asker": Somebody("UACME", "TACME"),
    "another partner": Somebody("UNORTH", "TBOREAL"),
    "a member": Somebody("U2"),
    "somebody of no team": Somebody(AINO, ""),
}
CLICKS = [
    ("request.take", None),
    ("request.reply", None),
    ("request.answer", None),
    ("request.resolve", None),
    ("request.more", "assign"),
    ("request.more", "level"),
    ("request.more", "urgent"),
    ("request.more", "wait"),
    ("request.more", "dismiss"),
    ("request.more", "why"),
]


async def _card(w: World) -> tuple[str, StubMessage]:
    thread = await handed_over(w)
    (card,) = await cards(w)
    return thread, card


async def _noted(w: World) -> list[tuple[str, str, int | None, bool]]:
    return [(one.who.user, one.act, one.request, one.is_allowed) for one in await deeds(w)]


async def test_each_act_is_noted(tmp_path: Path) -> None:
    """Who has done what to which request, in its order; opening a form and looking around is no act."""
    async with request_world(tmp_path) as w:
        _, card = await _card(w)
        await act(w, card, "request.take", AINO)
        await act(w, card, "request.more", JEAN, "take-over")
        await act(w, card, "request.more", JEAN, "urgent")
        await act(w, card, "request.more", JEAN, "normal")
        await act(w, card, "request.more", JEAN, "assign", assignee=AINO)
        await reply(w, card, AINO, "Thirty days.", then="more")
        search = await opened(w, card, "request.answer", AINO)
        (field,) = [block["block_id"] for block in search.view["blocks"] if "chosen" in block.get("block_id", "")]
        assert await w.fill(search, AINO, **{field: "cyberday.trial-length"}) == {}
        assert await w.fill(w.slack.answered[-1], AINO) == {}
        await act(w, card, "request.resolve", AINO, reason="done")
        await act(w, card, "request.reopen", AINO)
        await act(w, card, "request.more", AINO, "wait")
        await act(w, card, "request.more", AINO, "level")
        (card,) = await cards(w, "CEXPERTS")
        await act(w, card, "request.more", AINO, "dismiss")

        assert await _noted(w) == [
            (AINO, "request.take", 1, True),
            (JEAN, "request.taking", 1, True),
            (JEAN, "request.more.urgent", 1, True),
            (JEAN, "request.more.normal", 1, True),
            (JEAN, "request.assigning", 1, True),
            (AINO, "request.sending", 1, True),
            (AINO, "request.presenting", 1, True),
            (AINO, "request.resolving", 1, True),
            (AINO, "request.reopen", 1, True),
            (AINO, "request.more.wait", 1, True),
            (AINO, "request.raising", 1, True),
            (AINO, "request.more.dismiss", 1, True),
        ]


@pytest.mark.parametrize("who", OTHERS.values(), ids=OTHERS)
async def test_nobody_else_uses_a_card(tmp_path: Path, who: Somebody) -> None:
    """Each try is noted with its request and whose it was, changes nothing, and is answered alone."""
    async with request_world(tmp_path) as w:
        thread, card = await _card(w)
        w.meet("CSUPPORT", who.user, who.team)
        before, said = await only(w), await told(w, thread)
        for action, value in CLICKS:
            assert await w.press(card, action, who.user, value, team=who.team) == 200
        found = await deeds(w)

        assert await only(w) == before
        assert await told(w, thread) == said
        assert w.slack.opened == []
        assert {(one.who.user, one.who.team, one.request, one.is_allowed) for one in found} == {
            (who.user, who.team, 1, False)
        }
        assert len(found) == len(CLICKS)
        assert set(await whispered(w, who.user)) == {STAFF_ALONE}


async def _forms(w: World, card: StubMessage) -> list[tuple[View, dict[str, Any]]]:
    """Every form behind a card, opened by staff, and how it is filled in."""
    await act(w, card, "request.take", AINO)
    search = await opened(w, card, "request.answer", AINO)
    (field,) = [block["block_id"] for block in search.view["blocks"] if "chosen" in block.get("block_id", "")]
    assert await w.fill(search, AINO, **{field: "cyberday.trial-length"}) == {}
    presented = w.slack.answered[-1]
    return [
        (await opened(w, card, "request.reply", AINO), {"text": "Thirty days."}),
        (await previewed(w, card, AINO, "Thirty days."), {}),
        (search, {"query": "trial"}),
        (presented, {}),
        (await opened(w, card, "request.more", AINO, "assign"), {"assignee": JEAN}),
        (await opened(w, card, "request.more", JEAN, "take-over"), {}),
        (await opened(w, card, "request.more", AINO, "level"), {}),
        (await opened(w, card, "request.resolve", AINO), {"reason": "done"}),
    ]


@pytest.mark.parametrize("who", OTHERS.values(), ids=OTHERS)
async def test_nobody_else_sends_a_form(tmp_path: Path, who: Somebody) -> None:
    """Though Slack delivers it: nothing changes, it is said in the form, and noted."""
    async with request_world(tmp_path) as w:
        thread, card = await _card(w)
        forms = await _forms(w, card)
        before, said, known = await only(w), await told(w, thread), len(await deeds(w))
        for form, fields in forms:
            errors = await w.fill(form, who.user, team=who.team, **fields)
            refusal = list(errors.values()) or [words_in(now_shown(w, form).view["blocks"])]
            assert refusal == [STAFF_ALONE], form.view["callback_id"]
        found = (await deeds(w))[known:]

        assert await only(w) == before
        assert await told(w, thread) == said
        assert [(one.act, one.request, one.is_allowed) for one in found] == [
            (form.view["callback_id"], 1, False) for form, _ in forms
        ]


async def test_a_namesake_is_refused_what_staff_may(tmp_path: Path) -> None:
    """The same click by the same user id: of our workspace it counts, of another not."""
    async with request_world(tmp_path) as w:
        _, card = await _card(w)
        seen = copy.deepcopy(card)
        for team in ("TACME", TEAM):
            assert await w.press(seen, "request.take", AINO, team=team) == 200

        assert [(one.who.team, one.is_allowed) for one in await deeds(w)] == [("TACME", False), (TEAM, True)]
        assert acts(await only(w)) == [Act.ASKED, Act.TAKEN]


async def test_the_shortcuts_are_noted_too(tmp_path: Path) -> None:
    """A message that is handed to the desk, and a case that is written."""
    async with request_world(tmp_path) as w:
        said = w.say("CCYBER", "UACME", "Where is my invoice?", team="TACME")
        form = await opened_by(w, w.message_shortcut("request.escalate", AINO, said))
        assert await w.fill(form, AINO) == {}
        (card,) = await cards(w)
        why = await opened(w, card, "request.more", AINO, "why")
        assert await w.fill(why, AINO, expected="cyberday.pay-invoice") == {}

        assert await _noted(w) == [
            (AINO, "request.new", 1, True),
            (AINO, "request.explaining", 1, True),
        ]


async def test_what_changes_nothing_is_noted_as_tried(tmp_path: Path) -> None:
    """A late click is an act of theirs that was allowed; a double click is one."""
    async with request_world(tmp_path) as w:
        _, card = await _card(w)
        seen = copy.deepcopy(card)
        await w.press(seen, "request.take", AINO)
        await w.press(seen, "request.take", JEAN)
        await w.press(seen, "request.more", "U2", "dismiss")

        assert await _noted(w) == [
            (AINO, "request.take", 1, True),
            (JEAN, "request.take", 1, True),
            ("U2", "request.more.dismiss", 1, False),
        ]
