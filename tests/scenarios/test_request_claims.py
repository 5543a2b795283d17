"""Who has a request: of all who reach for it at once one gets it, and the others read who was first, and when."""

from __future__ import annotations

import asyncio
import copy
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path

import pytest

from bot.app import running
from bot.model import PersonId
from bot.request import Act, State
from tests import payloads
from tests.scenarios.meeting_desk import whispered
from tests.scenarios.report_desk import words_in, words_on
from tests.scenarios.request_desk import (
    AINO,
    HELSINKI,
    JEAN,
    MIRA,
    OTSO,
    REQUEST_DESK,
    act,
    acts,
    cards,
    deeds,
    handed_over,
    now_shown,
    only,
    opened,
    request_world,
    status,
    story,
    told,
    writes,
)
from tests.scenarios.world import SECRET, World, actions, control, options
from tests.stub_slack import TEAM, StubMessage, View

TEN = tuple(f"UTEN{n}" for n in range(10))
CROWD = REQUEST_DESK + "".join(f"  - {{user: {user}, name: Agent{n}, languages: [en]}}\n" for n, user in enumerate(TEN))
MOVED_ON = "That button is out of date, and nothing was changed. The message now shows how things stand."


@asynccontextmanager
async def _crowd(folder: Path, **options: str) -> AsyncIterator[World]:
    async with request_world(folder, CROWD, **options) as w:
        for user in TEN:
            w.meet("CSUPPORT", user)
        yield w


async def _take_at_once(w: World, card: StubMessage, users: Sequence[str], ports: Sequence[int]) -> list[int]:
    """Staff click *Take* at the same moment, each at one of the replicas; the statuses that Slack reads."""
    value = str(control(card, "request.take")["value"])
    clicks = [
        payloads.block_actions(card.channel, user, "request.take", value, message_ts=card.ts, blocks=card.blocks)
        for user in users
    ]
    bodies = [payloads.form_body(click) for click in clicks]

    async def sent(body: bytes, port: int) -> int:
        url, headers = f"http://127.0.0.1:{port}/slack/events", payloads.signed_headers(SECRET, body)
        async with w.http.post(url, data=body, headers=headers) as answer:
            return answer.status

    return await asyncio.gather(
        *(sent(body, ports[n % len(ports)]) for n, body in enumerate(bodies)),
    )


async def _assert_one_owner(w: World, card: StubMessage, thread: str) -> None:
    request = await only(w)
    assert request.assignee is not None
    owner = request.assignee.user
    assert owner in TEN
    assert acts(request) == [Act.ASKED, Act.TAKEN]
    late = [(user, await whispered(w, user)) for user in TEN if user != owner]
    assert [(user, len(texts)) for user, texts in late] == [(user, 1) for user in TEN if user != owner]
    when = request.history[1].at.astimezone(HELSINKI)
    for _, (text,) in late:
        assert text.startswith(f"REQ-1 was taken by <@{owner}>, ")
        assert f"{when:%H:%M}" in text
    assert await whispered(w, owner) == []
    assert f"*REQ-1* · taken · <@{owner}>" in words_on(card)
    assert [line for line in await story(w, card) if "taken" in line] == [f"REQ-1: <@{owner}> has taken the request."]
    said = await told(w, thread)
    assert len([text for text in said if "has taken REQ-1" in text]) == 1
    taken = [deed for deed in await deeds(w) if deed.act == "request.take"]
    assert {deed.who.user for deed in taken} == set(TEN)
    assert {(deed.request, deed.is_allowed) for deed in taken} == {(1, True)}


async def test_ten_take_it_at_once(tmp_path: Path) -> None:
    """One has it; nine read, alone, who was first and when; the partner hears of it once."""
    async with _crowd(tmp_path) as w:
        thread = await handed_over(w)
        (card,) = await cards(w)

        assert await _take_at_once(w, card, TEN, [w.desk.port]) == [200] * 10

        await _assert_one_owner(w, card, thread)


async def test_ten_take_it_at_once_from_two_replicas(tmp_path: Path, postgres_url: str) -> None:
    """The same where every other click comes to another desk, on PostgreSQL."""
    async with (
        _crowd(tmp_path, database_url=postgres_url) as w,
        running(w.settings, w.desk.services.desk, clock=w.clock) as other,
    ):
        thread = await handed_over(w)
        (card,) = await cards(w)

        assert await _take_at_once(w, card, TEN, [w.desk.port, other.port]) == [200] * 10

        await _assert_one_owner(w, card, thread)


async def test_a_double_click_is_one(tmp_path: Path) -> None:
    """Who has it already reads nothing, and nothing happens twice."""
    async with request_world(tmp_path) as w:
        thread = await handed_over(w)
        (card,) = await cards(w)
        shown = copy.deepcopy(card)
        await asyncio.gather(*(w.press(shown, "request.take", AINO) for _ in range(3)))

        assert acts(await only(w)) == [Act.ASKED, Act.TAKEN]
        assert await whispered(w, AINO) == []
        assert len([line for line in await story(w, card) if "has taken" in line]) == 1
        assert len([text for text in await told(w, thread) if "has taken" in text]) == 1


# Taken over


async def _taken(w: World, user: str = AINO, channel: str = "CCYBER") -> tuple[str, StubMessage]:
    thread = await handed_over(w, channel=channel)
    (card,) = await cards(w)
    await act(w, card, "request.take", user)
    return thread, card


async def test_taking_over_asks_first(tmp_path: Path) -> None:
    """The form says who has it and since when; until it is sent nothing has changed."""
    async with request_world(tmp_path) as w:
        _, card = await _taken(w)
        form = await opened(w, card, "request.more", JEAN, "take-over")

        assert "REQ-1 was taken by <@USTAFF>, 23 November, 10:0" in words_in(form.view["blocks"])
        assert "whoever had it is told" in words_in(form.view["blocks"])
        assert (await only(w)).assignee == PersonId(TEAM, AINO)


async def test_whoever_had_it_is_told(tmp_path: Path) -> None:
    """By a mention below the card, by name; the partner reads who looks after it now."""
    async with request_world(tmp_path) as w:
        thread, card = await _taken(w, channel="D1")
        await act(w, card, "request.more", JEAN, "take-over")
        *_, line, call = await story(w, card)

        assert (await only(w)).assignee == PersonId(TEAM, JEAN)
        assert line == "REQ-1: <@UJEAN> has taken the request over from <@USTAFF>."
        assert call == "<@USTAFF> REQ-1 is no longer yours: <@UJEAN> has taken it over."
        assert f"taken · <@{JEAN}>" in words_on(card)
        assert (await told(w, thread, "D1"))[-1].startswith("Jean has taken REQ-1.")
        assert await status(w) == "Jean is looking after REQ-1."


async def test_it_is_taken_over_from_whom_the_form_named(tmp_path: Path) -> None:
    """Who was quicker keeps it; the late one reads that."""
    async with request_world(tmp_path) as w:
        _, card = await _taken(w)
        form = await opened(w, card, "request.more", JEAN, "take-over")
        await act(w, card, "request.more", OTSO, "take-over")
        assert await w.fill(form, JEAN) == {}

        assert (await only(w)).assignee == PersonId(TEAM, OTSO)
        assert "REQ-1 was taken over by Otso Laine, 23 November, 10:0" in words_in(now_shown(w, form).view["blocks"])


async def test_what_went_back_is_not_taken_over(tmp_path: Path) -> None:
    """It waits in the queue for anybody who takes it."""
    async with request_world(tmp_path) as w:
        _, card = await _taken(w)
        form = await opened(w, card, "request.more", JEAN, "take-over")
        await act(w, card, "request.more", AINO, "assign", assignee="queue")
        assert await w.fill(form, JEAN) == {}

        assert (await only(w)).state is State.OPEN
        said = words_in(now_shown(w, form).view["blocks"])
        assert "REQ-1 was put back into the queue by Aino Virtanen, 23 November, 10:0" in said


async def test_one_s_own_is_not_taken_over(tmp_path: Path) -> None:
    """No form opens for it."""
    async with request_world(tmp_path) as w:
        thread, card = await _taken(w)
        await writes(w, thread, "And what does it cost?")
        before = len(w.slack.opened)
        assert await w.press(card, "request.more", AINO, "take-over") == 200

        assert len(w.slack.opened) == before
        (text,) = await whispered(w, AINO)
        assert text.startswith("REQ-1 was taken by <@USTAFF>, ")


# Given


async def test_it_is_given_to_somebody(tmp_path: Path) -> None:
    """From the queue: they are called, the card names them, the partner reads their first name."""
    async with request_world(tmp_path) as w:
        thread = await handed_over(w)
        (card,) = await cards(w)
        await act(w, card, "request.more", AINO, "assign", assignee=JEAN)
        *_, line, call = await story(w, card)

        assert line == "REQ-1: <@USTAFF> has given the request to <@UJEAN>."
        assert call == "<@UJEAN> REQ-1 is yours now."
        assert f"taken · <@{JEAN}>" in words_on(card)
        assert (await told(w, thread))[-1].startswith("Jean has taken REQ-1.")


async def test_who_speaks_the_language_stands_first(tmp_path: Path) -> None:
    """And the queue is offered only where somebody has it."""
    async with request_world(tmp_path) as w:
        await handed_over(w)
        (card,) = await cards(w)
        free = await opened(w, card, "request.more", AINO, "assign")
        await act(w, card, "request.take", AINO)
        held = await opened(w, card, "request.more", AINO, "assign")

        assert _offered(free) == {"Speaks English": [AINO, JEAN, OTSO], "Others": [MIRA]}
        assert _offered(held) == {"Speaks English": [AINO, JEAN, OTSO], "Others": [MIRA], "Nobody": ["queue"]}
        assert "So far: <@USTAFF>" in words_in(held.view["blocks"])


def _offered(form: View) -> dict[str, list[str]]:
    (field,) = [block for block in form.view["blocks"] if block["type"] == "input"]
    groups = field["element"]["option_groups"]
    return {group["label"]["text"]: [option["value"] for option in options(group)] for group in groups}


async def test_it_goes_back_into_the_queue(tmp_path: Path) -> None:
    """Those who might take it are called again, and the card offers it; the partner writes to the desk all the same."""
    async with request_world(tmp_path) as w:
        thread, card = await _taken(w)
        await act(w, card, "request.more", AINO, "assign", assignee="queue")
        *_, line, call = await story(w, card)

        assert line == "REQ-1: <@USTAFF> has put the request back into the queue."
        assert call == "<@USTAFF> <@UJEAN> REQ-1 is back in the queue and waits for one of you."
        assert "request.take" in actions(card)
        assert (await only(w)).assignee is None
        assert "passing this on" in await status(w)
        await writes(w, thread, "Where is the deal registration form?")
        assert (await only(w)).history[-1].words == "Where is the deal registration form?"


async def test_who_has_left_the_desk_is_given_nothing(tmp_path: Path) -> None:
    """They were offered by a form that had been open for long; it stays open and says so."""
    async with request_world(tmp_path) as w:
        await handed_over(w)
        (card,) = await cards(w)
        form = await opened(w, card, "request.more", AINO, "assign")
        _leaves(w, MIRA)

        assert await w.fill(form, AINO, assignee=MIRA) == {"assignee": "Please choose from the list."}
        assert (await only(w)).state is State.OPEN
        assert await w.fill(form, AINO, assignee=JEAN) == {}
        assert (await only(w)).assignee == PersonId(TEAM, JEAN)


async def test_who_has_left_the_desk_does_nothing_more(tmp_path: Path) -> None:
    """Neither by a button of the card, nor by a form that they have open; what they had another takes over."""
    async with request_world(tmp_path) as w:
        _, card = await _taken(w)
        form = await opened(w, card, "request.resolve", AINO)
        _leaves(w, AINO)
        before = await only(w)

        assert await w.fill(form, AINO, reason="done") == {"reason": "Only the people of the desk can do this."}
        assert await w.press(card, "request.more", AINO, "urgent") == 200
        assert await only(w) == before
        assert await whispered(w, AINO) == ["Only the people of the desk can do this."]

        await act(w, card, "request.more", JEAN, "take-over")
        assert (await only(w)).assignee == PersonId(TEAM, JEAN)


def _leaves(w: World, user: str) -> None:
    services = w.desk.services
    services.desk = replace(services.desk, staff=tuple(one for one in services.desk.staff if one.user != user))


# Old cards, and forms that were open while another was quicker


@pytest.mark.parametrize(
    ("action", "value"),
    [("request.take", None), ("request.more", "urgent"), ("request.more", "wait"), ("request.more", "dismiss")],
)
async def test_a_button_of_a_card_whose_request_is_over(tmp_path: Path, action: str, value: str | None) -> None:
    """Whoever clicks reads who has ended it and when; nothing changes."""
    async with request_world(tmp_path) as w:
        await handed_over(w)
        (card,) = await cards(w)
        seen = copy.deepcopy(card)
        await act(w, card, "request.resolve", AINO, reason="done")
        before = await only(w)
        assert await w.press(seen, action, JEAN, value) == 200

        assert await only(w) == before
        (text,) = await whispered(w, JEAN)
        assert text.startswith("REQ-1 was resolved by <@USTAFF>, 23 November, 10:0")


@pytest.mark.parametrize(
    ("action", "value"),
    [
        ("request.reply", None),
        ("request.answer", None),
        ("request.resolve", None),
        ("request.more", "assign"),
        ("request.more", "take-over"),
        ("request.more", "level"),
    ],
)
async def test_no_form_opens_for_a_request_that_is_over(tmp_path: Path, action: str, value: str | None) -> None:
    """Whoever clicks reads so instead."""
    async with request_world(tmp_path) as w:
        _, card = await _taken(w)
        seen = copy.deepcopy(card)
        await act(w, card, "request.resolve", AINO, reason="done")
        before = len(w.slack.opened)
        assert await w.press(seen, action, JEAN, value) == 200

        assert len(w.slack.opened) == before
        (text,) = await whispered(w, JEAN)
        assert text.startswith("REQ-1 was resolved by <@USTAFF>, ")


@pytest.mark.parametrize(
    ("action", "value", "fields"),
    [
        ("request.reply", None, {"text": "Thirty days."}),
        ("request.resolve", None, {"reason": "not-possible", "words": "Sorry"}),
        ("request.more", "assign", {"assignee": OTSO}),
        ("request.more", "level", {"note": "Yours"}),
    ],
)
async def test_a_form_that_was_open_while_another_ended_it(
    tmp_path: Path, action: str, value: str | None, fields: dict[str, str]
) -> None:
    """It stays open with what was typed, and says who was first and when: by name, since a form mentions nobody."""
    async with request_world(tmp_path) as w:
        _, card = await _taken(w)
        form = await opened(w, card, action, JEAN, value)
        await act(w, card, "request.resolve", AINO, reason="done")
        before = await only(w)
        errors = await w.fill(form, JEAN, **fields)

        assert [text.partition(", 23 ")[0] for text in errors.values()] == ["REQ-1 was resolved by Aino Virtanen"]
        assert await only(w) == before


async def test_two_give_it_to_two_people(tmp_path: Path) -> None:
    """The second has it in the end, and both changes stand below the card."""
    async with request_world(tmp_path) as w:
        await handed_over(w)
        (card,) = await cards(w)
        first = await opened(w, card, "request.more", AINO, "assign")
        second = await opened(w, card, "request.more", OTSO, "assign")
        results = await asyncio.gather(w.fill(first, AINO, assignee=JEAN), w.fill(second, OTSO, assignee=MIRA))

        assert results == [{}, {}]
        assert acts(await only(w)) == [Act.ASKED, Act.ASSIGNED, Act.ASSIGNED]
        assert len([line for line in await story(w, card) if "has given the request to" in line]) == 2


async def test_taken_in_time_is_not_resolved_by_a_double_click(tmp_path: Path) -> None:
    """Slack delivers a click again where it has heard nothing: the same click is carried out once."""
    async with request_world(tmp_path) as w:
        await handed_over(w)
        (card,) = await cards(w)
        value = str(control(card, "request.take")["value"])
        click = payloads.block_actions(card.channel, AINO, "request.take", value, message_ts=card.ts)
        assert [await w.click(click) for _ in range(3)] == [200] * 3

        assert acts(await only(w)) == [Act.ASKED, Act.TAKEN]
        assert len(await deeds(w)) == 1


async def test_a_button_of_a_card_whose_request_has_moved(tmp_path: Path) -> None:
    """The old card does nothing any more; whoever clicks on what they still see of it reads so."""
    async with request_world(tmp_path) as w:
        await handed_over(w)
        (card,) = await cards(w)
        seen = copy.deepcopy(card)
        await act(w, card, "request.more", AINO, "level", note="For you")
        before = await only(w)
        for action in ("request.take", "request.reply"):
            assert await w.press(seen, action, JEAN) == 200

        assert await only(w) == before
        assert await whispered(w, JEAN) == [MOVED_ON, MOVED_ON]


async def test_a_form_of_a_card_whose_request_has_moved(tmp_path: Path) -> None:
    """It names its request by its number, so nothing that was typed is lost."""
    async with request_world(tmp_path) as w:
        _, card = await _taken(w)
        form = await opened(w, card, "request.resolve", AINO)
        await act(w, card, "request.more", JEAN, "level")
        (new,) = await cards(w, "CEXPERTS")
        assert await w.fill(form, AINO, reason="done") == {}

        assert (await only(w)).state is State.RESOLVED
        assert actions(w.slack.message(new.channel, new.ts)) == ["request.reopen"]
