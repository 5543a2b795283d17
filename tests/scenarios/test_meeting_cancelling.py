"""Meetings cancelled, by either side or by staff; and chosen anew where the time was lost."""

from __future__ import annotations

from datetime import timedelta

import pytest

from bot.meeting import Cause, State
from bot.model import Notice
from bot.store.tables import cell
from tests import payloads
from tests.scenarios.meeting_desk import (
    AINO,
    JEAN,
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
    offered,
    opened,
    paused,
    said,
    stored,
    times,
    told,
    whispered,
)
from tests.scenarios.report_desk import reply_of, steps, words_in, words_on
from tests.scenarios.world import actions, control

WORD = "We found it ourselves & <!channel> thanks"


async def test_by_whoever_booked_it_with_a_word(tmp_path):
    """Their message says so in place; whoever holds it reads the word, others do not."""
    async with meeting_world(tmp_path) as w:
        meeting = await booked(w)
        message = await told(w, meeting)
        (card,) = await host_cards(w, meeting.host)

        await cancelled(w, message, "U1", WORD)

        (now,) = await stored(w)
        assert (now.state, now.cause, now.sequence, now.words) == (State.CANCELLED, Cause.BOOKER, 1, WORD)
        assert words_on(message) == "Cancelled: Mon 23 Nov, 16:30 (Helsinki)."
        assert actions(message) == []
        assert len(await host_lines(w, card)) == 1
        assert WORD in words_on(card)
        assert actions(card) == []
        assert await calendar_files(w, meeting.host) == []
        assert await w.rows(cell) == []
        assert not [one for one in w.slack.messages("CCYBER") if "ourselves" in f"{one.text}{one.blocks}"]


async def test_in_a_direct_message_its_file_goes_too(tmp_path):
    """No calendar file is left that names the time."""
    async with meeting_world(tmp_path) as w:
        meeting = await booked(w, channel="D1")
        assert len(await calendar_files(w, "U1")) == 1

        await cancelled(w, await told(w, meeting), "U1")

        assert await calendar_files(w, "U1") == []
        assert words_on(await told(w, meeting)).startswith("Cancelled: ")


@pytest.mark.parametrize("channel", ["CCYBER", "D1"])
async def test_by_whoever_holds_it_with_a_word(tmp_path, channel):
    """The booker gets three other times, and reads the word only where nobody reads along."""
    async with meeting_world(tmp_path) as w:
        meeting = await booked(w, channel=channel)
        old = await told(w, meeting)
        (card,) = await host_cards(w, meeting.host)
        form = await opened(w, card, "meeting.cancel", meeting.host)
        assert "MT-1" in form.view["title"]["text"]

        await cancelled(w, card, meeting.host, "I am ill")

        (now,) = await stored(w)
        assert (now.state, now.cause, now.sequence) == (State.UNPLACED, Cause.HOST, 1)
        lost = await told(w, now)
        assert lost.ts != old.ts
        assert "Mon 23 Nov, 16:30 (Helsinki)" in words_on(old)
        assert "Booked" not in words_on(old)
        assert {"meeting.move", "meeting.cancel", "meeting.details"}.isdisjoint(actions(old))
        assert len(offered(lost, "meeting.again")) == 3
        assert ("I am ill" in words_on(lost)) is (channel == "D1")
        assert ("I am ill" in words_on(old)) is (channel == "D1")
        assert ("I am ill" in str((await reply_of(w, lost)).result)) is (channel == "D1")
        assert await host_lines(w, card) == []
        assert "meeting.move" not in actions(card)
        assert await calendar_files(w, meeting.host) == await calendar_files(w, "U1") == []
        assert not [one for one in w.slack.messages("CCYBER") if "I am ill" in f"{one.text}{one.blocks}"]


async def test_by_staff(tmp_path):
    """Both sides hear of it."""
    async with meeting_world(tmp_path) as w:
        meeting = await booked(w, WORDS["fr"])
        (card,) = await host_cards(w, JEAN)

        await cancelled(w, await told(w, meeting), AINO, "The desk is closed")

        (now,) = await stored(w)
        assert (now.state, now.cause) == (State.UNPLACED, Cause.HOST)
        assert len(offered(await told(w, now), "meeting.again")) == 3
        assert len(await host_lines(w, card)) == 1
        assert "The desk is closed" in words_on(card)


async def test_one_click_takes_another_time(tmp_path):
    """The meeting is what it was but for its time: number, topic, calendar id; its card and message show that."""
    async with meeting_world(tmp_path) as w:
        meeting = await booked(w, topic="Our trial", email="anna@acme.example")
        (card,) = await host_cards(w, meeting.host)
        await cancelled(w, card, meeting.host)
        (lost,) = await stored(w)
        message = await told(w, lost)
        fresh = offered(message, "meeting.again")

        for n in (2, 2, 0):  # people click twice, and on other things that they still see
            value = f"1:{int(fresh[n].timestamp())}"
            assert await w.click(_clicked(message, f"meeting.again.{n + 1}", "U1", value)) == 200

        (now,) = await stored(w)
        assert (now.state, now.cause, now.words, now.sequence) == (State.BOOKED, None, "", 2)
        assert (now.start, now.end) == (fresh[2], fresh[2] + timedelta(minutes=30))
        assert (now.number, now.uid, now.topic, now.email) == (1, meeting.uid, "Our trial", "anna@acme.example")
        assert await steps(w, now.channel, now.thread_ts) == ["cancelled", "booked"]
        assert {"meeting.details", "meeting.move", "meeting.cancel"} == set(actions(message))
        assert {"meeting.move", "meeting.cancel"} == set(actions(card))
        assert len(await host_lines(w, card)) == 1
        (file,) = await calendar_files(w, now.host)
        assert b"SEQUENCE:2" in file.content
        await assert_no_overlaps(w)


async def test_a_time_that_is_gone_meanwhile(tmp_path):
    """Whoever clicked reads so, alone; the message offers what is free now."""
    async with meeting_world(tmp_path) as w:
        meeting = await booked(w, WORDS["fi"])
        (card,) = await host_cards(w, AINO)
        await cancelled(w, card, AINO)
        (lost,) = await stored(w)
        message = await told(w, lost)
        fresh = offered(message, "meeting.again")
        form = await opened(w, await asked(w, WORDS["fi"], user="U2"), "meeting.times", "U2")
        assert await w.fill(form, "U2", topic="Quicker", **at(form, fresh[0])) == {}

        assert await w.press(message, "meeting.again.1", "U1") == 200

        assert await whispered(w, "U1") == [said(w, Notice.TIME_TAKEN, "fi")]
        assert (await stored(w))[0] == lost
        assert fresh[0] not in offered(message, "meeting.again")
        assert len(offered(message, "meeting.again")) == 3
        assert await w.press(message, "meeting.again.1", "U1") == 200
        assert (await stored(w))[0].state is State.BOOKED
        assert meeting.number == 1
        await assert_no_overlaps(w)


async def test_another_time_than_the_three(tmp_path):
    """All that are free stand in a form."""
    async with meeting_world(tmp_path) as w:
        meeting = await booked(w)
        (card,) = await host_cards(w, meeting.host)
        await cancelled(w, card, meeting.host)
        (lost,) = await stored(w)

        time = await moved(w, await told(w, lost), "U1", nth=-1)

        (now,) = await stored(w)
        assert (now.state, now.start) == (State.BOOKED, time)
        await assert_no_overlaps(w)


async def test_the_same_host_is_not_offered_who_is_away(tmp_path):
    """A host who is away from now on: somebody else holds it; without anybody there is a person to ask."""
    async with meeting_world(tmp_path) as w:
        meeting = await booked(w)
        (card,) = await host_cards(w, JEAN)
        await paused(w, JEAN, "2027-03-01")
        await cancelled(w, card, JEAN)
        (lost,) = await stored(w)
        message = await told(w, lost)

        assert await w.press(message, "meeting.again.1", "U1") == 200
        (now,) = await stored(w)
        assert (now.state, now.host, now.topic) == (State.BOOKED, AINO, meeting.topic)
        assert actions(card) == []

        (card,) = await host_cards(w, AINO)
        await paused(w, AINO, "2027-03-01")
        await cancelled(w, card, AINO)
        (lost,) = await stored(w)
        message = await told(w, lost)
        assert offered(message, "meeting.again") == []
        assert "human.ask" in actions(message)
        assert "All that you have written is kept." in words_on(message)


async def test_given_up_by_whoever_booked_it_after_all(tmp_path):
    """Instead of another time; that is the end of it."""
    async with meeting_world(tmp_path) as w:
        meeting = await booked(w)
        (card,) = await host_cards(w, meeting.host)
        await cancelled(w, card, meeting.host)
        (lost,) = await stored(w)
        message = await told(w, lost)

        await cancelled(w, message, "U1")

        (now,) = await stored(w)
        assert (now.state, now.cause, now.sequence) == (State.CANCELLED, Cause.BOOKER, 2)
        assert actions(message) == []
        assert len(await host_lines(w, card)) == 1


@pytest.mark.parametrize("is_host", [False, True])
async def test_cancelled_twice(tmp_path, is_host):
    """The second form, and an old button, say that it is so already, and nobody hears of it again."""
    async with meeting_world(tmp_path) as w:
        meeting = await booked(w, WORDS["en"])
        (card,) = await host_cards(w, meeting.host)
        message, user = (card, JEAN) if is_host else (await told(w, meeting), "U1")
        language = "fr" if is_host else "en"
        forms = [await opened(w, message, "meeting.cancel", user) for _ in range(2)]
        before = control(message, "meeting.cancel")["value"]
        assert await w.fill(forms[0], user, words="One") == {}
        (once,) = await stored(w)
        posts = len(w.slack.calls("chat.postMessage"))

        assert await w.fill(forms[1], user, words="Two") == {"words": said(w, Notice.MOVED_ON, language)}
        assert await w.click(_clicked(message, "meeting.cancel", user, before)) == 200

        assert await stored(w) == [once]
        assert once.words == "One"
        assert len(w.slack.calls("chat.postMessage")) == posts
        assert await whispered(w, user) == [said(w, Notice.MOVED_ON, language)]
        assert len(w.slack.opened) == 3


async def test_cancelled_while_somebody_moves_it(tmp_path):
    """Who is first counts; the other reads that it is so no more."""
    async with meeting_world(tmp_path) as w:
        meeting = await booked(w)
        (card,) = await host_cards(w, meeting.host)
        moving = await opened(w, card, "meeting.move", meeting.host)
        await cancelled(w, await told(w, meeting), "U1")

        errors = await w.fill(moving, meeting.host, **at(moving, times(moving)[0]))

        assert errors == {"time": said(w, Notice.MOVED_ON, "fr")}
        assert (await stored(w))[0].state is State.CANCELLED
        assert await w.rows(cell) == []


@pytest.mark.parametrize("language", WORDS)
async def test_in_each_language(tmp_path, language):
    """Both read of it in their own; what was written stays as it was."""
    async with meeting_world(tmp_path) as w:
        meeting = await booked(w, WORDS[language])
        (card,) = await host_cards(w, meeting.host)
        form = await opened(w, await told(w, meeting), "meeting.cancel", "U1")
        labels = words_in(form.view["blocks"])

        await cancelled(w, card, meeting.host, "Krank & <b>")

        lost = await told(w, meeting)
        assert len(offered(lost, "meeting.again")) == 3
        assert await w.press(lost, "meeting.again.1", "U1") == 200
        await cancelled(w, await told(w, meeting), "U1", "Merci")
        assert "Merci" in words_on(card)
        is_english = "A word to your host" in labels
        assert is_english is (language == "en")


def _clicked(message, action: str, user: str, value: str):
    """A click on what the message showed once."""
    return payloads.block_actions(message.channel, user, action, value, message_ts=message.ts, thread=message.thread_ts)
