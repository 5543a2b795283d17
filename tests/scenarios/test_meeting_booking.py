"""Booking a meeting, from the side of whoever books: a click, a form, sent."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from bot.meeting import Customer, State
from tests.scenarios.meeting_desk import (
    ACME,
    AINO,
    BOREAL,
    JEAN,
    MIRA,
    TRAINING,
    WORDS,
    asked,
    assert_no_overlaps,
    at,
    booked,
    calendar_files,
    cancelled,
    host_cards,
    host_lines,
    meeting_world,
    moved,
    now_shown,
    offered,
    opened,
    opened_by,
    outsider,
    pass_to,
    stored,
    times,
    told,
)
from tests.scenarios.report_desk import held, steps, words_in, words_on
from tests.scenarios.world import actions, controls

FIRST = datetime(2026, 11, 23, 14, 30, tzinfo=UTC)  # more than four hours from Monday noon at the desk
TOPIC = "How long a trial may last"


async def test_a_click_a_form_sent(tmp_path):
    """In a channel: three times as buttons, one form, one line; whoever holds it reads all of it."""
    async with meeting_world(tmp_path) as w:
        offer = await asked(w)
        assert offered(offer)[0] == FIRST
        assert len(offered(offer)) == 3

        form = await opened(w, offer, "meeting.slot.1", "U1")
        assert await w.fill(form, "U1", topic=TOPIC, email="anna@acme.example") == {}

        (meeting,) = await stored(w)
        assert (meeting.start, meeting.end) == (FIRST, FIRST + timedelta(minutes=30))
        assert (meeting.booker.user, meeting.topic, meeting.email) == ("U1", TOPIC, "anna@acme.example")
        message = await told(w, meeting)
        assert (message.channel, message.thread_ts) == (offer.channel, offer.thread_ts)
        said = words_on(message)
        assert "Booked: Mon 23 Nov, 16:30" in said
        assert not [words for words in (TOPIC, "anna@", "Aino", "Jean", "https://meet") if words in said]
        (card,) = await host_cards(w, meeting.host)
        assert TOPIC in words_on(card)
        assert "anna@acme.example" in words_on(card)
        (file,) = await calendar_files(w, meeting.host)
        assert meeting.uid.encode() in file.content.replace(b"\r\n ", b"")
        assert await calendar_files(w, "U1") == []
        await assert_no_overlaps(w)


async def test_in_a_direct_message_the_card_is_read_by_its_booker_alone(tmp_path):
    """With the name of whoever holds it, the topic and a calendar file."""
    async with meeting_world(tmp_path) as w:
        meeting = await booked(w, channel="D1", topic=TOPIC)

        message = await told(w, meeting)
        said = words_on(message)
        assert TOPIC in said
        assert w.desk.services.desk.host_name(meeting.host) in said
        assert {"meeting.move", "meeting.cancel"} <= set(actions(message))
        assert "meeting.details" not in actions(message)
        (file,) = await calendar_files(w, "U1")
        assert file.content.startswith(b"BEGIN:VCALENDAR")


async def test_for_a_customer(tmp_path):
    """Their name and address are stored with the meeting, and whoever holds it reads them."""
    async with meeting_world(tmp_path) as w:
        of_customer = {"for": "customer", "customer_name": "Kunde GmbH", "customer_email": "kunde@example.com"}
        meeting = await booked(w, **of_customer)

        assert meeting.customer == Customer("Kunde GmbH", "kunde@example.com")
        (card,) = await host_cards(w, meeting.host)
        assert "Kunde GmbH" in words_on(card)
        assert "Kunde GmbH" not in words_on(await told(w, meeting))


@pytest.mark.parametrize("language", WORDS)
async def test_in_each_language(tmp_path, language):
    """Whoever holds it speaks the language, if anybody does."""
    async with meeting_world(tmp_path) as w:
        meeting = await booked(w, WORDS[language])

        speaking = {"en": {AINO, JEAN}, "fr": {JEAN}, "fi": {AINO}, "de": {AINO, JEAN}}[language]
        assert meeting.host in speaking
        assert meeting.language == language


@pytest.mark.parametrize("language", TRAINING)
async def test_a_training(tmp_path, language):
    """An hour, with a day's notice."""
    async with meeting_world(tmp_path) as w:
        meeting = await booked(w, TRAINING[language])

        assert meeting.host == AINO
        assert meeting.end - meeting.start == timedelta(hours=1)
        assert meeting.start >= meeting.booked_at + timedelta(days=1)


async def test_whoever_is_limited_to_a_programme_holds_meetings_of_no_other(tmp_path):
    """Of theirs they do."""
    async with meeting_world(tmp_path) as w:
        assert (await booked(w, WORDS["de"], channel="CMIRO")).host == MIRA
        assert (await booked(w, WORDS["en"], channel="CCYBER")).host != MIRA


async def test_a_time_that_has_just_gone(tmp_path):
    """Three fresh ones are offered in the form's place, with all that was typed."""
    async with meeting_world(tmp_path) as w:
        forms = {}
        for user in ("U1", "U2", "U3"):
            w.slack.add_user(user, tz="Europe/Helsinki")
            offer = await asked(w, user=user)
            forms[user] = await opened(w, offer, "meeting.slot.1", user)
        for user in ("U1", "U2"):  # two hold meetings then
            assert await w.fill(forms[user], user, topic=f"Of {user}") == {}

        assert await w.fill(forms["U3"], "U3", topic=TOPIC, email="u3@acme.example") == {}

        fresh = now_shown(w, forms["U3"])
        assert fresh != forms["U3"]
        assert len(await stored(w)) == 2
        assert (held(fresh, "topic"), held(fresh, "email")) == (TOPIC, "u3@acme.example")
        assert len(times(fresh)) == 3
        assert FIRST not in times(fresh)
        assert await w.fill(fresh, "U3", **at(fresh, times(fresh)[0])) == {}
        assert (await stored(w))[-1].topic == TOPIC
        await assert_no_overlaps(w)


async def test_an_outside_partner_without_zone_and_locale(tmp_path):
    """Is asked for the zone, once; the next time it is known."""
    async with meeting_world(tmp_path) as w:
        outsider(w, "U7")

        message = await asked(w, user="U7", channel="COPEN", team=ACME)
        assert offered(message) == []
        assert await w.press(message, "meeting.zone", "U7", "Europe/Paris", team=ACME) == 200
        offer = await w.last("COPEN", message.thread_ts or "")
        form = await opened(w, offer, "meeting.slot.1", "U7", team=ACME)
        assert await w.fill(form, "U7", team=ACME, topic=TOPIC) == {}

        (meeting,) = await stored(w)
        assert (meeting.zone, meeting.booker.team) == ("Europe/Paris", ACME)
        assert "15:30 (Paris)" in words_on(await told(w, meeting))
        assert len(offered(await asked(w, user="U7", channel="COPEN", team=ACME))) == 3


async def test_the_zone_of_an_organisation(tmp_path):
    """Stands in the desk file: nobody is asked."""
    async with meeting_world(tmp_path) as w:
        outsider(w, "U8", BOREAL)

        assert len(offered(await asked(w, user="U8", channel="CMIRO", team=BOREAL))) == 3
        assert (await booked(w, user="U8", channel="CMIRO", team=BOREAL)).zone == "Europe/Paris"


@pytest.mark.parametrize("kind", ["support", "training"])
async def test_from_app_home_and_by_the_shortcut(tmp_path, kind):
    """Members need no conversation for it; they read of it in a direct message."""
    async with meeting_world(tmp_path) as w:
        await w.open_home("U1")
        (action,) = [
            one["action_id"]
            for one in controls(w.slack.homes["U1"]["blocks"])
            if one["action_id"].startswith("meeting.book") and one.get("value") == kind
        ]
        at_home = await opened_by(w, w.press_at_home("U1", action))
        asked_for = await opened_by(w, w.shortcut("meeting.new", "U1"))
        assert await w.fill(asked_for, "U1", kind=kind) == {}

        for n, form in enumerate((at_home, now_shown(w, asked_for))):
            assert await w.fill(form, "U1", topic=f"Topic {n}", **at(form, times(form)[-n])) == {}

        found = await stored(w)
        assert [(one.kind, one.topic) for one in found] == [(kind, "Topic 0"), (kind, "Topic 1")]
        for meeting in found:
            assert (await told(w, meeting)).channel == "D1"
        assert "MT-1" in words_in((await w.open_home("U1"))["blocks"])
        await assert_no_overlaps(w)


async def test_moved_and_cancelled(tmp_path):
    """In place; whoever holds it is told, and its old time is free again."""
    async with meeting_world(tmp_path) as w:
        meeting = await booked(w)
        (card,) = await host_cards(w, meeting.host)

        time = await moved(w, await told(w, meeting), "U1", nth=3)

        (now,) = await stored(w)
        assert (now.start, now.sequence, now.message_ts) == (time, 1, meeting.message_ts)
        assert "Moved: " in words_on(await told(w, now))
        assert len(await host_lines(w, card)) == 1
        await cancelled(w, await told(w, now), "U1", "We found it ourselves")
        (now,) = await stored(w)
        assert (now.state, now.sequence) == (State.CANCELLED, 2)
        assert len(await host_lines(w, card)) == 2
        assert "We found it ourselves" in words_on((await host_cards(w, meeting.host))[0])
        assert offered(await asked(w))[0] == FIRST
        await assert_no_overlaps(w)


async def test_cancelled_by_whoever_holds_it(tmp_path):
    """It has no time any more, and its booker chooses another with one click."""
    async with meeting_world(tmp_path) as w:
        meeting = await booked(w)
        (card,) = await host_cards(w, meeting.host)

        await cancelled(w, card, meeting.host, "I am ill")

        (now,) = await stored(w)
        assert now.state is State.UNPLACED
        lost = await told(w, now)
        assert "I am ill" not in words_on(lost)
        fresh = offered(lost, "meeting.again")
        assert len(fresh) == 3
        assert await w.press(lost, "meeting.again.2", "U1") == 200
        (now,) = await stored(w)
        assert (now.state, now.start, now.topic) == (State.BOOKED, fresh[1], "Our trial")
        await assert_no_overlaps(w)


async def test_on_postgresql_it_is_the_same(tmp_path, postgres_url):
    """Booked, taken away from somebody else, moved, cancelled."""
    async with meeting_world(tmp_path, database_url=postgres_url) as w:
        w.slack.add_user("U2", tz="Europe/Helsinki")
        other = await asked(w, WORDS["fi"], user="U2")
        meeting = await booked(w, WORDS["fi"])
        form = await opened(w, other, "meeting.slot.1", "U2")
        assert (meeting.host, meeting.start) == (AINO, offered(other)[0])
        assert meeting.start not in times(form)
        assert await w.fill(form, "U2", topic=TOPIC, **at(form, times(form)[0])) == {}
        await assert_no_overlaps(w)

        await moved(w, await told(w, meeting), "U1", nth=3)
        await assert_no_overlaps(w)
        await cancelled(w, await told(w, meeting), "U1")

        assert [one.state for one in await stored(w)] == [State.CANCELLED, State.BOOKED]
        (card, _) = await host_cards(w)
        assert len(await host_lines(w, card)) == 2
        await assert_no_overlaps(w)


async def test_reminders_and_the_question_afterwards(tmp_path):
    """Of a meeting in some days: a day and an hour before, to both; when it is over its booker is asked."""
    async with meeting_world(tmp_path) as w:
        form = await opened(w, await asked(w), "meeting.times", "U1")
        thursday = datetime(2026, 11, 26, 8, tzinfo=UTC)
        assert await w.fill(form, "U1", topic=TOPIC, **at(form, thursday)) == {}
        (meeting,) = await stored(w)
        (card,) = await host_cards(w, meeting.host)
        before = await steps(w, meeting.channel, meeting.thread_ts)

        seen = []
        for instant in (
            thursday - timedelta(days=1),
            thursday - timedelta(hours=1),
            thursday + timedelta(minutes=30),
        ):
            await pass_to(w, instant)
            seen.append(
                (
                    (await steps(w, meeting.channel, meeting.thread_ts))[len(before) :],
                    len(await host_lines(w, card)),
                )
            )

        assert seen == [(["reminder"], 1), (["reminder", "reminder"], 2), (["reminder", "reminder", "after"], 2)]
        assert (await stored(w))[0].state is State.BOOKED
