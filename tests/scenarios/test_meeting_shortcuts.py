"""Ways to a meeting without asking for one: the shortcut, App Home, and staff who offer one in a request's thread."""

from __future__ import annotations

import asyncio
from datetime import datetime, timedelta

import pytest

from bot.meeting import State
from bot.model import Notice, PersonId
from bot.request import Act
from tests import payloads
from tests.scenarios.meeting_desk import (
    ACME,
    AINO,
    JEAN,
    MEETING_DESK,
    MIRA,
    TRAINING,
    assert_no_overlaps,
    at,
    booked,
    calendar_files,
    meeting_world,
    now_shown,
    offered,
    opened,
    opened_by,
    outsider,
    paused,
    said,
    stored,
    times,
    told,
    whispered,
)
from tests.scenarios.report_desk import held, reply_of, words_in, words_on
from tests.scenarios.request_desk import act, acts, only
from tests.scenarios.world import World, actions, options
from tests.stub_slack import Error, StubMessage

ONE_KIND = MEETING_DESK.replace("kinds: [support, training]", "kinds: [support]")
QUESTION = "How long does the extended trial last?"


@pytest.mark.parametrize(("desk", "kinds"), [(MEETING_DESK, ["support", "training"]), (ONE_KIND, [])])
async def test_the_shortcut(tmp_path, desk, kinds):
    """Asks first which kind it is, if there are several; where there is one the form opens at once."""
    async with meeting_world(tmp_path, desk) as w:
        form = await opened_by(w, w.shortcut("meeting.new", "U1"))

        if kinds:
            (block,) = [one for one in form.view["blocks"] if one["type"] == "input"]
            assert [one["value"] for one in options(block["element"])] == kinds
            assert await w.fill(form, "U1", kind="support") == {}
            form = now_shown(w, form)
        assert form.view["callback_id"] == "meeting.form"
        assert await w.fill(form, "U1", topic="Our trial", **at(form, times(form)[0])) == {}

        (meeting,) = await stored(w)
        message = await told(w, meeting)
        assert (meeting.channel, meeting.kind, meeting.topic) == ("D1", "support", "Our trial")
        assert {"meeting.move", "meeting.cancel"} <= set(actions(message))
        assert len(await calendar_files(w, "U1")) == 1


@pytest.mark.parametrize("locale", ["fr-FR", "de-DE", "en-GB"])
async def test_in_the_language_of_whoever_uses_it(tmp_path, locale):
    """As their Slack says, or as they have chosen; the meeting is held in it, if anybody speaks it."""
    async with meeting_world(tmp_path) as w:
        w.slack.add_user("U5", tz="Europe/Paris", locale=locale)
        form = await opened_by(w, w.shortcut("meeting.new", "U5"))
        assert ("Book a meeting" in form.view["title"]["text"]) is (locale == "en-GB")
        assert await w.fill(form, "U5", kind="support") == {}
        form = now_shown(w, form)
        assert "Paris" in words_in(form.view["blocks"])

        assert await w.fill(form, "U5", topic="Essai", **at(form, times(form)[0])) == {}

        (meeting,) = await stored(w)
        assert (meeting.language, meeting.zone) == (locale[:2], "Europe/Paris")
        assert (await reply_of(w, await told(w, meeting))).language == locale[:2]


async def test_a_language_that_is_chosen_for_the_meeting(tmp_path):
    """Is not the one that its booker is written to in; whoever holds it speaks it."""
    async with meeting_world(tmp_path) as w:
        w.slack.add_user("U5", tz="Europe/Paris", locale="fr-FR")
        form = await opened_by(w, w.shortcut("meeting.new", "U5"))
        assert await w.fill(form, "U5", kind="support") == {}
        form = now_shown(w, form)
        assert held(form, "language") == "fr"

        tuesday = datetime.fromisoformat("2026-11-24T08:00:00+00:00")
        assert await w.fill(form, "U5", topic="Essai", language="fi", **at(form, tuesday)) == {}

        (meeting,) = await stored(w)
        assert (meeting.host, meeting.language, meeting.held_in) == (AINO, "fr", "fi")
        moving = await opened(w, await told(w, meeting), "meeting.move", "U5")
        assert await w.fill(moving, "U5", **at(moving, times(moving)[0])) == {}
        assert [(one.host, one.held_in) for one in await stored(w)] == [(AINO, "fi")]


async def test_the_shortcut_where_all_is_taken(tmp_path):
    """Says so instead of asking for a time."""
    async with meeting_world(tmp_path, ONE_KIND) as w:
        for host in (AINO, JEAN, MIRA):
            await paused(w, host, "2027-03-01")

        form = await opened_by(w, w.shortcut("meeting.new", "U1"))

        assert "No time is free at the moment." in words_in(form.view["blocks"])
        assert "submit" not in form.view


async def test_a_kind_that_is_none(tmp_path):
    """Is refused at the field."""
    async with meeting_world(tmp_path) as w:
        form = await opened_by(w, w.shortcut("meeting.new", "U1"))

        assert list(await w.fill(form, "U1", kind=payloads.Forged("party"))) == ["kind"]
        assert await w.fill(form, "U1", kind="training") == {}
        assert now_shown(w, form).view["callback_id"] == "meeting.form"


async def test_two_forms_of_one_person(tmp_path):
    """Are two meetings; each form is one, however often it is sent."""
    async with meeting_world(tmp_path, ONE_KIND) as w:
        forms = [await opened_by(w, w.shortcut("meeting.new", "U1")) for _ in range(2)]
        for _ in range(2):
            for n, form in enumerate(forms):
                assert await w.fill(form, "U1", topic=f"Topic {n}", **at(form, times(form)[n * 4])) == {}

        assert [one.topic for one in await stored(w)] == ["Topic 0", "Topic 1"]
        await assert_no_overlaps(w)


async def test_app_home_shows_what_was_booked_there(tmp_path):
    """At once: it need not be opened again."""
    async with meeting_world(tmp_path) as w:
        await w.open_home("U1")
        form = await opened_by(w, w.press_at_home("U1", "meeting.book.2"))

        assert await w.fill(form, "U1", topic="Our trial", **at(form, times(form)[0])) == {}

        await w.settle()
        assert "MT-1" in words_in(w.slack.homes["U1"]["blocks"])


# A request


async def _requested(w: World, user: str = "U1", team: str = "T0HOME", channel: str = "CCYBER") -> StubMessage:
    """Somebody asks a question and then for a person; the card."""
    question = await w.last(channel, await w.mention(channel, user, QUESTION, team=team))
    assert await w.press(question, "human.ask", user, team=team) == 200
    await w.settle()
    return [one for one in w.slack.messages("CSUPPORT") if one.thread_ts is None][-1]


async def test_staff_offer_a_meeting(tmp_path):
    """Times stand in the thread for whoever asked; the topic is their question; staff read that it is done."""
    async with meeting_world(tmp_path) as w:
        card = await _requested(w)

        assert await w.press(card, "meeting.offer", AINO) == 200

        await w.settle()
        offer = [one for one in w.slack.messages("CCYBER") if "meeting.slot.1" in actions(one)][-1]
        assert len(offered(offer)) == 3
        assert await whispered(w, AINO) == [said(w, Notice.MEETING_OFFERED)]
        form = await opened(w, offer, "meeting.slot.1", "U1")
        assert held(form, "topic") == QUESTION
        assert await w.fill(form, "U1") == {}
        (meeting,) = await stored(w)
        assert (meeting.booker.user, meeting.topic, meeting.thread_ts) == ("U1", QUESTION, offer.thread_ts)
        assert "Booked: " in words_on(offer)


async def test_an_offer_is_a_word_to_the_partner(tmp_path):
    """Whoever makes it has the request, which the partner reads first; then it is the partner's turn."""
    async with meeting_world(tmp_path) as w:
        card = await _requested(w)

        await act(w, card, "meeting.offer", AINO)

        request = await only(w)
        assert acts(request) == [Act.ASKED, Act.TAKEN, Act.OFFERED]
        assert (request.state.value, request.assignee) == ("waiting", PersonId("T0HOME", AINO))
        taken, offer = w.slack.messages("CCYBER")[-2:]
        assert taken.text.startswith("Aino has taken REQ-1.")
        assert "meeting.slot.1" in actions(offer)


async def test_a_request_that_is_closed(tmp_path):
    """A card that is still seen as it was offers nothing any more."""
    async with meeting_world(tmp_path) as w:
        card = await _requested(w)
        click = payloads.block_actions("CSUPPORT", AINO, "meeting.offer", "1", message_ts=card.ts)
        await act(w, card, "request.more", AINO, "dismiss")

        assert await w.click(click) == 200

        request = await only(w)
        assert acts(request) == [Act.ASKED, Act.DISMISSED]
        assert not [one for one in w.slack.messages("CCYBER") if "meeting.slot.1" in actions(one)]


async def test_pressed_twice(tmp_path):
    """A double click offers once; the day after it may be offered again."""
    async with meeting_world(tmp_path) as w:
        card = await _requested(w)
        await asyncio.gather(*(w.press(card, "meeting.offer", AINO) for _ in range(3)))
        await w.settle()
        assert await w.press(card, "meeting.offer", AINO) == 200
        await w.settle()
        assert len([one for one in w.slack.messages("CCYBER") if "meeting.slot.1" in actions(one)]) == 1

        w.skip(timedelta(days=1))
        assert await w.press(card, "meeting.offer", AINO) == 200
        await w.settle()
        assert len([one for one in w.slack.messages("CCYBER") if "meeting.slot.1" in actions(one)]) == 2


async def test_to_somebody_outside_whose_zone_is_not_known(tmp_path):
    """They are asked for it in the thread."""
    async with meeting_world(tmp_path) as w:
        outsider(w, "UACME")
        card = await _requested(w, "UACME", ACME, "COPEN")

        assert await w.press(card, "meeting.offer", AINO) == 200

        await w.settle()
        asked = [one for one in w.slack.messages("COPEN") if "meeting.zone" in actions(one)][-1]
        assert await w.press(asked, "meeting.zone", "UACME", "Europe/Paris", team=ACME) == 200
        await w.settle()
        assert len(offered(asked)) == 3


@pytest.mark.parametrize(("user", "team"), [("U2", "T0HOME"), (JEAN, "T0HOME"), (AINO, ACME)])
async def test_nobody_else_offers_one(tmp_path, user, team):
    """Neither members, nor hosts who are no staff, nor somebody elsewhere with the id of one."""
    async with meeting_world(tmp_path) as w:
        card = await _requested(w)
        before = len(w.slack.calls("chat.postMessage"))

        assert await w.press(card, "meeting.offer", user, team=team) == 200

        assert len(await whispered(w, user)) == 1
        assert len(w.slack.calls("chat.postMessage")) == before


async def test_a_card_of_which_nothing_is_known(tmp_path):
    """Staff read that, and nothing happens."""
    async with meeting_world(tmp_path) as w:
        w.meet("CSUPPORT", AINO)
        click = payloads.block_actions("CSUPPORT", AINO, "meeting.offer", "7", message_ts="1700000000.000100")

        assert await w.click(click) == 200

        assert await whispered(w, AINO) == [said(w, Notice.GONE)]


async def test_where_nobody_holds_support_meetings(tmp_path):
    """The card has no such button."""
    desk = MEETING_DESK.replace("support, training", "training").replace("kinds: [support]", "kinds: [training]")
    async with meeting_world(tmp_path, desk) as w:
        assert "meeting.offer" not in actions(await _requested(w))


# Details


async def test_details_are_for_whoever_booked_alone(tmp_path):
    """A form shows all that does not stand in the channel."""
    async with meeting_world(tmp_path) as w:
        of_customer = {"for": "customer", "customer_name": "Kunde GmbH", "customer_email": "kunde@example.com"}
        meeting = await booked(w, TRAINING["en"], topic="Secret plans", email="anna@acme.example", **of_customer)
        message = await told(w, meeting)

        form = await opened(w, message, "meeting.details", "U1")

        words = words_in(form.view["blocks"])
        private = ("Secret plans", "Aino", "anna@acme.example", "Kunde GmbH", "kunde@example.com")
        assert [one for one in private if one not in words] == []
        assert "https://meet.example/aino" in str(form.view)
        assert [one for one in private if one in f"{message.text}{message.blocks}"] == []


async def test_sent_directly(tmp_path):
    """The card with the file stands in a direct message, and goes on there; the channel says so."""
    async with meeting_world(tmp_path) as w:
        meeting = await booked(w, topic="Secret plans")
        message = await told(w, meeting)
        form = await opened(w, message, "meeting.details", "U1")

        for _ in range(2):
            assert await w.fill(form, "U1") == {}

        await w.settle()
        card = await told(w, meeting)
        assert card.channel == "D1"
        assert "Secret plans" in words_on(card)
        assert {"meeting.move", "meeting.cancel"} <= set(actions(card))
        assert len(await calendar_files(w, "U1")) == 1
        assert len([one for one in w.slack.messages("D1") if not one.files]) == 1
        assert actions(message) == []
        moving = await opened(w, card, "meeting.move", "U1")
        assert await w.fill(moving, "U1", **at(moving, times(moving)[2])) == {}
        await w.settle()
        assert "Moved: " in words_on(card)
        assert len(await calendar_files(w, "U1")) == 1
        assert [one.state for one in await stored(w)] == [State.BOOKED]


async def test_where_the_bot_may_not_write_directly(tmp_path):
    """It stays in the channel, whoever wanted it reads that; reminders and all else go on there."""
    async with meeting_world(tmp_path) as w:
        meeting = await booked(w)
        message = await told(w, meeting)
        before = words_on(message)
        form = await opened(w, message, "meeting.details", "U1")
        w.slack.fail("conversations.open", Error("cannot_dm_bot"))

        assert await w.fill(form, "U1") == {}

        assert await whispered(w, "U1") == [said(w, Notice.NO_DIRECT)]
        assert await stored(w) == [meeting]
        assert words_on(message) == before
        assert {"meeting.details", "meeting.move", "meeting.cancel"} == set(actions(message))
        moving = await opened(w, message, "meeting.move", "U1")
        assert await w.fill(moving, "U1", **at(moving, times(moving)[2])) == {}
        await w.settle()
        assert "Moved: " in words_on(message)
