"""A request that goes to other people: of the next level, with a meeting; and one that becomes urgent."""

from __future__ import annotations

import copy
from dataclasses import replace
from pathlib import Path

import pytest

from bot.model import PersonId
from bot.request import Act, State
from tests.scenarios.meeting_desk import whispered
from tests.scenarios.report_desk import offers, words_in, words_on
from tests.scenarios.request_desk import (
    AINO,
    JEAN,
    OTSO,
    REQUEST_DESK,
    act,
    acts,
    cards,
    handed_over,
    now_shown,
    only,
    opened,
    reply,
    request_world,
    status,
    story,
    told,
    writes,
)
from tests.scenarios.world import World, actions
from tests.stub_slack import TEAM, Error, StubMessage

NO_LEVELS = (
    REQUEST_DESK.replace(
        "levels: [{id: first-line, channel: CSUPPORT}, {id: product-experts, channel: CEXPERTS}]\n", ""
    )
    .replace(", level: first-line", "")
    .replace(", level: product-experts", "")
)
ONE_CHANNEL = REQUEST_DESK.replace(
    "{id: product-experts, channel: CEXPERTS}", "{id: product-experts, channel: CSUPPORT}"
)


async def _taken(w: World, channel: str = "CCYBER") -> tuple[str, StubMessage]:
    thread = await handed_over(w, channel=channel)
    (card,) = await cards(w)
    await act(w, card, "request.take", AINO)
    return thread, card


# To the next level


async def test_it_goes_to_the_next_level(tmp_path: Path) -> None:
    """A card in their channel, whose people are called; what was said so far stands below it, with the note."""
    async with request_world(tmp_path) as w:
        thread, card = await _taken(w)
        await writes(w, thread, "It is for Contoso.", files=["F1"])
        await reply(w, card, AINO, "Let me see.", then="more")
        assert await act(w, card, "request.more", AINO, "level", note="They pay by invoice.") == {}
        (new,) = await cards(w, "CEXPERTS")
        request = await only(w)
        lines = await story(w, new)

        assert (request.state, request.assignee, request.level) == (State.OPEN, None, "product-experts")
        assert (request.card_channel, request.card_ts) == ("CEXPERTS", new.ts)
        assert words_on(new).startswith("*REQ-1* · in the queue\n")
        assert " · product-experts · " in words_on(new)
        assert "How long does the extended trial last?" in words_on(new)
        assert lines == [
            "REQ-1: From the partner: <@UACME> wrote:\n&gt; It is for Contoso.\n1 file",
            "REQ-1: <@USTAFF> has replied. Sent to the partner:\n&gt; Let me see.",
            "REQ-1: <@USTAFF> has handed the request to product-experts.\n&gt; They pay by invoice.",
            "<@UOTSO> REQ-1 has been handed to you and waits for one of you.",
        ]
        assert [file.name for file in w.slack.shared("CEXPERTS", new.ts)] == ["screen.png"]


async def test_the_old_card_says_where_it_has_gone(tmp_path: Path) -> None:
    """Nothing of the request stands on it, nothing can be done there, and its files are gone."""
    async with request_world(tmp_path) as w:
        thread, card = await _taken(w)
        await writes(w, thread, "", files=["F1"])
        await act(w, card, "request.more", AINO, "level")
        await w.settle()

        assert words_on(card) == "*REQ-1*\nHanded on to <#CEXPERTS>."
        assert actions(card) == []
        assert w.slack.shared("CSUPPORT", card.ts) == []


async def test_the_partner_reads_that_it_is_in_the_queue_again(tmp_path: Path) -> None:
    """In the message that is edited; and who has it then, in a new one."""
    async with request_world(tmp_path) as w:
        thread, card = await _taken(w, "D1")
        await act(w, card, "request.more", AINO, "level")
        assert await status(w) == "I am passing this on to a person.\n\nYour request: REQ-1"
        (new,) = await cards(w, "CEXPERTS")
        await act(w, new, "request.take", OTSO)

        assert (await told(w, thread, "D1"))[-1].startswith("Otso has taken REQ-1.")
        assert await status(w) == "Otso is looking after REQ-1."


async def test_the_form_says_to_whom_it_goes(tmp_path: Path) -> None:
    """Nothing has changed before it is sent; a note need not be written."""
    async with request_world(tmp_path) as w:
        _, card = await _taken(w)
        form = await opened(w, card, "request.more", AINO, "level")

        assert "REQ-1 goes to product-experts." in words_in(form.view["blocks"])
        assert (await only(w)).level == ""
        assert await w.fill(form, AINO) == {}
        assert (await only(w)).level == "product-experts"


async def test_the_last_level_hands_on_to_nobody(tmp_path: Path) -> None:
    """It is not offered; a form that two had open hands it on once."""
    async with request_world(tmp_path) as w:
        _, card = await _taken(w)
        forms = [await opened(w, card, "request.more", user, "level") for user in (AINO, JEAN)]
        errors = [await w.fill(form, user) for form, user in zip(forms, (AINO, JEAN), strict=True)]
        (new,) = await cards(w, "CEXPERTS")

        assert "level" not in offers(new, "request.more")
        assert acts(await only(w)) == [Act.ASKED, Act.TAKEN, Act.ESCALATED]
        assert errors[0] == {}
        assert [text.partition(", 23 ")[0] for text in errors[1].values()] == [
            "REQ-1 was handed to another level by Aino Virtanen"
        ]


async def test_where_there_are_no_levels_it_is_not_offered(tmp_path: Path) -> None:
    """All are of one."""
    async with request_world(tmp_path, NO_LEVELS) as w:
        _, card = await _taken(w)

        assert "level" not in offers(card, "request.more")


async def test_levels_that_share_a_channel_share_the_card(tmp_path: Path) -> None:
    """It stays where it is, and says what has changed."""
    async with request_world(tmp_path, ONE_CHANNEL) as w:
        _, card = await _taken(w)
        await act(w, card, "request.more", AINO, "level", note="Yours?")
        assert await cards(w) == [card]

        assert words_on(card).startswith("*REQ-1* · in the queue")
        *_, line, call = await story(w, card)
        assert line == "REQ-1: <@USTAFF> has handed the request to product-experts.\n&gt; Yours?"
        assert call.startswith("<@UOTSO> ")


@pytest.mark.parametrize("why", ["not invited", "not shown", "archived"])
async def test_a_channel_that_the_bot_cannot_write_in(tmp_path: Path, why: str) -> None:
    """The support channel has the card, rather than nobody; the old card says so, and the level's people are called."""
    async with request_world(tmp_path) as w:
        _, card = await _taken(w)
        experts = w.slack.channels["CEXPERTS"]
        experts.is_member, experts.is_archived = why == "archived", why == "archived"
        if why == "not shown":
            experts.is_private = True
            del w.slack.channels["CEXPERTS"]
        await act(w, card, "request.more", AINO, "level")
        old, new = await cards(w)

        assert old.ts == card.ts
        assert words_in(old.blocks) == "*REQ-1*\nHanded on to <#CSUPPORT>."
        assert "request.take" in actions(new)
        assert (await only(w)).card_ts == new.ts
        assert (await story(w, new))[-1] == "<@UOTSO> REQ-1 has been handed to you and waits for one of you."


async def test_the_bot_s_channel_cannot_be_asked_about(tmp_path: Path) -> None:
    """Slack does not say who reads it: it counts as shared until the card is drawn again."""
    async with request_world(tmp_path) as w:
        _, card = await _taken(w)
        w.slack.fault = lambda method, _: Error("internal_error") if method == "conversations.info" else None
        await act(w, card, "request.more", AINO, "level")
        (new,) = await cards(w, "CEXPERTS")
        assert words_in(new.blocks).splitlines()[0] == "*REQ-1* · in the queue"
        assert "trial" not in str(new.blocks)
        w.slack.fault = None
        await act(w, new, "request.take", OTSO)

        assert "How long does the extended trial last?" in words_on(new)


async def test_the_levels_have_changed_meanwhile(tmp_path: Path) -> None:
    """A form names a level that the desk file no longer has: nothing changes."""
    async with request_world(tmp_path) as w:
        _, card = await _taken(w)
        form = await opened(w, card, "request.more", AINO, "level")
        services = w.desk.services
        services.desk = replace(services.desk, levels=services.desk.levels[:1])
        errors = await w.fill(form, AINO)

        assert list(errors) == ["note"]
        assert acts(await only(w)) == [Act.ASKED, Act.TAKEN]


# Urgent


async def test_what_is_urgent_is_due_sooner(tmp_path: Path) -> None:
    """The card says so first; no longer urgent, the longer targets hold again."""
    async with request_world(tmp_path) as w:
        await handed_over(w)
        (card,) = await cards(w)
        await act(w, card, "request.more", JEAN, "urgent")
        assert words_on(card).startswith("*REQ-1* · *urgent* · in the queue\n*First response due: Mon 23 Nov, 11:00")
        assert (await only(w)).is_urgent
        await act(w, card, "request.more", JEAN, "normal")

        assert words_on(card).startswith("*REQ-1* · in the queue\n*First response due: Mon 23 Nov, 15:00")
        assert acts(await only(w)) == [Act.ASKED, Act.URGENT, Act.NORMAL]


# A meeting

HOSTS = f"""hosts:
  - {{user: {AINO}, kinds: [support], email: aino@desk.example, video: "https://meet.example/aino"}}
meetings:
  support: {{length: 30m, buffer: 10m, notice: 4h, horizon: 30d}}
"""
WITH_HOSTS = REQUEST_DESK.replace("slack_teams: [TACME],", "slack_teams: [TACME], time_zone: Europe/Paris,") + HOSTS
OFFERED = "I have offered times for a meeting in the thread of this request."


async def test_offering_a_meeting_counts_as_a_word(tmp_path: Path) -> None:
    """The partner gets times in their thread; whoever offers has the request, which waits for the partner."""
    async with request_world(tmp_path, WITH_HOSTS) as w:
        thread = await handed_over(w)
        (card,) = await cards(w)
        assert "meeting.offer" in actions(card)
        await act(w, card, "meeting.offer", JEAN)
        request = await only(w)
        offer = await w.last("CCYBER", thread)

        assert (request.state, request.assignee) == (State.WAITING, PersonId(TEAM, JEAN))
        assert acts(request) == [Act.ASKED, Act.TAKEN, Act.OFFERED]
        assert request.responded_at is not None
        assert "meeting.slot.1" in actions(offer)
        assert (await told(w, thread))[-2].startswith("Jean has taken REQ-1.")
        assert "REQ-1: <@UJEAN> has offered the partner a meeting." in await story(w, card)
        assert await whispered(w, JEAN) == [OFFERED]


async def test_a_double_click_offers_one(tmp_path: Path) -> None:
    """And counts as one word."""
    async with request_world(tmp_path, WITH_HOSTS) as w:
        thread = await handed_over(w)
        (card,) = await cards(w)
        before = len(await told(w, thread))
        for _ in range(2):
            assert await w.press(card, "meeting.offer", AINO) == 200
        await w.settle()

        assert len(await told(w, thread)) == before + 2  # who has it, and the times
        assert acts(await only(w)) == [Act.ASKED, Act.TAKEN, Act.OFFERED]


async def test_the_partner_books_and_the_desk_is_owed_nothing(tmp_path: Path) -> None:
    """What they choose is a meeting; the request waits on, and can be resolved."""
    async with request_world(tmp_path, WITH_HOSTS) as w:
        thread = await handed_over(w)
        (card,) = await cards(w)
        await act(w, card, "meeting.offer", AINO)
        offer = await w.last("CCYBER", thread)
        form = await opened(w, offer, "meeting.slot.1", "UACME", team="TACME")
        assert await w.fill(form, "UACME", team="TACME", topic="Our trial") == {}
        assert now_shown(w, form) == form
        assert (await only(w)).state is State.WAITING
        await act(w, card, "request.resolve", AINO, reason="done")

        assert (await only(w)).state is State.RESOLVED


async def test_a_meeting_for_a_request_that_is_over(tmp_path: Path) -> None:
    """Is not offered: whoever clicks on an old card reads who has ended it."""
    async with request_world(tmp_path, WITH_HOSTS) as w:
        thread = await handed_over(w)
        (card,) = await cards(w)
        seen = copy.deepcopy(card)
        await act(w, card, "request.resolve", AINO, reason="done")
        before = await told(w, thread)
        assert await w.press(seen, "meeting.offer", JEAN) == 200
        await w.settle()

        assert await told(w, thread) == before
        assert acts(await only(w)) == [Act.ASKED, Act.RESOLVED]
        (text,) = await whispered(w, JEAN)
        assert text.startswith("REQ-1 was resolved by <@USTAFF>, ")
