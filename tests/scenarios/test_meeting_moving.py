"""Another time for a meeting: by whoever booked it, by whoever holds it, by staff; what each of them reads of it."""

from __future__ import annotations

import asyncio
from datetime import datetime, timedelta
from typing import Any

import pytest

from bot.meeting import Meeting
from bot.model import Notice
from tests import payloads
from tests.scenarios.meeting_desk import (
    ACME,
    AINO,
    JEAN,
    WORDS,
    asked,
    assert_no_overlaps,
    at,
    booked,
    calendar_files,
    host_cards,
    host_lines,
    meeting_world,
    moved,
    now_shown,
    offered,
    opened,
    outsider,
    pass_to,
    paused,
    said,
    stored,
    times,
    told,
    whispered,
)
from tests.scenarios.report_desk import steps, words_in, words_on
from tests.scenarios.world import World, actions
from tests.stub_slack import TEAM, SharedFile, StubMessage


async def test_by_whoever_booked_it(tmp_path):
    """Their message is edited in place; whoever holds it reads a line, the card anew, and one file of the new time."""
    async with meeting_world(tmp_path) as w:
        meeting = await booked(w)
        (card,) = await host_cards(w, meeting.host)
        before = await steps(w, meeting.channel, meeting.thread_ts)

        time = await moved(w, await told(w, meeting), "U1", nth=2)

        (now,) = await stored(w)
        assert (now.start, now.end, now.host, now.sequence) == (time, time + timedelta(minutes=30), meeting.host, 1)
        assert await steps(w, now.channel, now.thread_ts) == before
        assert words_on(await told(w, now)).startswith(f"Moved: {_day(time)} (Helsinki).")
        (line,) = await host_lines(w, card)
        assert "MT-1" in line
        assert f"{time + timedelta(hours=1):%H:%M} (Paris)" in line
        (card,) = await host_cards(w, meeting.host)
        assert f"{time + timedelta(hours=1):%H:%M}" in words_on(card)
        (file,) = await calendar_files(w, meeting.host)
        assert _lines(file) >= {f"UID:{meeting.uid}", f"DTSTART:{time:%Y%m%dT%H%M%SZ}", "SEQUENCE:1"}
        assert offered(await asked(w))[0] == meeting.start
        await assert_no_overlaps(w)


async def test_in_a_direct_message_the_calendar_file_is_replaced(tmp_path):
    """There stays one message, and below it one file."""
    async with meeting_world(tmp_path) as w:
        meeting = await booked(w, channel="D1")
        (old,) = await calendar_files(w, "U1")
        before = [one.ts for one in w.slack.messages("D1") if not one.files]

        time = await moved(w, await told(w, meeting), "U1", nth=2)

        (file,) = await calendar_files(w, "U1")
        assert file.id != old.id
        assert file.message.thread_ts == meeting.thread_ts
        assert _lines(file) >= {f"DTSTART:{time:%Y%m%dT%H%M%SZ}", "SEQUENCE:1"}
        assert [one.ts for one in w.slack.messages("D1") if not one.files] == before
        assert _day(time) in words_on(await told(w, meeting))


async def test_by_whoever_holds_it(tmp_path):
    """Whoever booked it gets a new message; the old one says that its time no longer holds, and has no buttons."""
    async with meeting_world(tmp_path) as w:
        meeting = await booked(w)
        old = await told(w, meeting)
        (card,) = await host_cards(w, meeting.host)

        time = await moved(w, card, meeting.host, nth=1)

        (now,) = await stored(w)
        assert (now.start, now.sequence) == (time, 1)
        assert now.message_ts != meeting.message_ts
        assert "Mon 23 Nov, 16:30 (Helsinki)" in words_on(old)
        assert "Booked" not in words_on(old)
        assert actions(old) == []
        assert f"Moved: {_day(time)} (Helsinki)." in words_on(await told(w, now))
        assert await host_lines(w, card) == []
        third = await moved(w, await told(w, now), "U1", nth=3)
        assert f"Moved: {_day(third)} (Helsinki)." in words_on(await told(w, now))
        assert await steps(w, now.channel, now.thread_ts) == ["cancelled", "booked"]


async def test_by_staff(tmp_path):
    """From the thread; both whoever booked it and whoever holds it hear of it."""
    async with meeting_world(tmp_path) as w:
        meeting = await booked(w, WORDS["fr"])
        (card,) = await host_cards(w, JEAN)

        time = await moved(w, await told(w, meeting), AINO, nth=1)

        (now,) = await stored(w)
        assert (now.start, now.host) == (time, JEAN)
        assert await steps(w, now.channel, now.thread_ts) == ["cancelled", "booked"]
        assert len(await host_lines(w, card)) == 1


async def test_to_somebody_else_where_its_host_has_no_time(tmp_path):
    """The one reads that somebody else holds it, and can do nothing with it; the other gets it, with the file."""
    async with meeting_world(tmp_path) as w:
        meeting = await booked(w)
        assert meeting.host == JEAN
        (card,) = await host_cards(w, JEAN)
        await paused(w, JEAN, "2027-03-01")

        time = await moved(w, await told(w, meeting), "U1")

        (now,) = await stored(w)
        assert (now.host, now.start, now.topic) == (AINO, time, meeting.topic)
        (line,) = await host_lines(w, card)
        assert "MT-1" in line
        assert actions(card) == []
        assert meeting.topic not in words_on(card)
        assert await calendar_files(w, JEAN) == []
        (card,) = await host_cards(w, AINO)
        assert {"meeting.move", "meeting.cancel"} <= set(actions(card))
        (file,) = await calendar_files(w, AINO)
        assert _lines(file) >= {f"UID:{meeting.uid}", f"DTSTART:{time:%Y%m%dT%H%M%SZ}", "SEQUENCE:1"}
        assert _day(time) in words_on(await told(w, now))
        await assert_no_overlaps(w)


async def test_to_a_time_that_has_just_gone(tmp_path):
    """Three fresh ones stand in the form's place; the meeting keeps its time until one of them is chosen."""
    async with meeting_world(tmp_path) as w:
        mine = await booked(w, WORDS["fi"])
        form = await opened(w, await told(w, mine), "meeting.move", "U1")
        gone = times(form)[0]
        other = await opened(w, await asked(w, WORDS["fi"], user="U2"), "meeting.times", "U2")
        assert await w.fill(other, "U2", topic="Quicker", **at(other, gone)) == {}

        assert await w.fill(form, "U1", **at(form, gone)) == {}

        fresh = now_shown(w, form)
        assert fresh != form
        assert len(times(fresh)) == 3
        assert gone not in times(fresh)
        assert (await stored(w))[0] == mine
        time = times(fresh)[1]
        assert await w.fill(fresh, "U1", **at(fresh, time)) == {}
        assert (await stored(w))[0].start == time
        await assert_no_overlaps(w)


async def test_two_onto_the_same_time_at_once(tmp_path):
    """One of them has it, the other is shown fresh ones."""
    async with meeting_world(tmp_path) as w:
        users = ("U1", "U2", "U3", "U4")
        forms = {}
        for user in users:
            meeting = await booked(w, WORDS["fi"], user=user)
            forms[user] = await opened(w, await told(w, meeting), "meeting.move", user)
        wanted = max(times(forms["U4"]))

        await asyncio.gather(*(w.fill(forms[user], user, **at(forms[user], wanted)) for user in users))

        found = await stored(w)
        assert [one.start for one in found].count(wanted) == 1
        assert sorted(one.sequence for one in found) == [0, 0, 0, 1]
        assert sum(now_shown(w, form) != form for form in forms.values()) == 3
        await assert_no_overlaps(w)


async def test_too_late(tmp_path):
    """From the notice on whoever booked it can no longer move it; whoever holds it can, until it begins."""
    async with meeting_world(tmp_path) as w:
        meeting = await booked(w, slot=3)
        (card,) = await host_cards(w, meeting.host)
        form = await opened(w, await told(w, meeting), "meeting.move", "U1")
        await pass_to(w, meeting.start - timedelta(hours=3))

        assert await w.fill(form, "U1", **at(form, times(form)[-1])) == {"time": said(w, Notice.TOO_LATE)}
        message = await told(w, meeting)
        assert await w.press(message, "meeting.move", "U1") == 200
        assert await whispered(w, "U1") == [said(w, Notice.TOO_LATE)]
        assert set(actions(message)) == {"meeting.details", "human.ask"}

        time = await moved(w, card, meeting.host, nth=0)
        assert (await stored(w))[0].start == time
        form = await opened(w, card, "meeting.move", meeting.host)
        await pass_to(w, time)
        errors = await w.fill(form, meeting.host, **at(form, times(form)[-1]))
        assert errors == {"time": said(w, Notice.MOVED_ON, "fi")}
        assert (await stored(w))[0].start == time


async def test_when_it_has_begun_its_card_shows_so(tmp_path):
    """A click on an old button changes nothing, and takes it away; when the meeting is over there is none anyway."""
    async with meeting_world(tmp_path) as w:
        meeting = await booked(w)
        (card,) = await host_cards(w, meeting.host)
        await pass_to(w, meeting.start + timedelta(minutes=1))

        assert await w.press(card, "meeting.move", meeting.host) == 200

        assert await whispered(w, JEAN) == [said(w, Notice.MOVED_ON, "fr")]
        assert actions(card) == []
        other = await booked(w, WORDS["fi"], user="U2")
        (card,) = [one for one in await host_cards(w, AINO) if "MT-2" in words_on(one)]
        assert "meeting.move" in actions(card)
        await pass_to(w, other.end)
        assert actions(card) == []
        assert {"meeting.move", "meeting.cancel"}.isdisjoint(actions(await told(w, other)))


@pytest.mark.parametrize(
    ("user", "team"), [("U2", TEAM), ("UACME2", ACME), ("UFAR", "TFAR"), (JEAN, ACME), (AINO, ACME)]
)
async def test_by_nobody_else(tmp_path, user, team):
    """Neither a colleague, nor others who read along, nor somebody elsewhere who has the user id of a host."""
    async with meeting_world(tmp_path) as w:
        meeting = await _of_acme(w)
        message = await told(w, meeting)
        before = len(w.slack.opened)
        for action in ("meeting.move", "meeting.cancel", "meeting.details"):
            assert await w.press(message, action, user, team=team) == 200
        assert await whispered(w, user) == [said(w, Notice.NOT_YOUR_MEETING)] * 3
        assert len(w.slack.opened) == before

        form = await opened(w, message, "meeting.move", "UACME", team=ACME)
        errors = await w.fill(form, user, team=team, **at(form, times(form)[0]))
        assert errors == {"time": said(w, Notice.NOT_YOUR_MEETING)}
        assert await stored(w) == [meeting]


@pytest.mark.parametrize("value", ["", "0", "7", "-1", "1.5", "x", "9" * 40, "²", "1" * 10])
async def test_numbers_that_are_none(tmp_path, value):
    """Whoever clicked is told that there is nothing; a bot is told nothing."""
    async with meeting_world(tmp_path) as w:
        meeting = await booked(w)
        message = await told(w, meeting)
        clicks = [_forged(message, one, "U1", value) for one in ("meeting.move", "meeting.again.1")]
        by_bot = _forged(message, "meeting.cancel", "U9", "1")
        by_bot["user"]["is_bot"] = True
        opened_before = len(w.slack.opened)

        for click in (*clicks, by_bot):
            assert await w.click(click) == 200

        assert len(w.slack.opened) == opened_before
        assert await stored(w) == [meeting]
        assert {shown.user for shown in w.slack.ephemerals} == {"U1"}


async def test_a_form_that_names_another_meeting(tmp_path):
    """Is judged by the meeting that it names."""
    async with meeting_world(tmp_path) as w:
        mine, other = await booked(w), await booked(w, user="U2")
        form = await opened(w, await told(w, mine), "meeting.move", "U1")
        forged = form.view["private_metadata"].replace('"number":1', '"number":2').replace('"number": 1', '"number": 2')
        assert forged != form.view["private_metadata"]
        form.view["private_metadata"] = forged

        assert await w.fill(form, "U1", **at(form, times(form)[0])) == {"time": said(w, Notice.NOT_YOUR_MEETING)}
        assert await stored(w) == [mine, other]


async def test_the_same_form_delivered_again(tmp_path):
    """Moves the meeting once."""
    async with meeting_world(tmp_path) as w:
        meeting = await booked(w)
        form = await opened(w, await told(w, meeting), "meeting.move", "U1")

        for _ in range(3):
            assert await w.fill(form, "U1", **at(form, times(form)[2])) == {}

        (now,) = await stored(w)
        assert now.sequence == 1
        assert len(await host_lines(w, (await host_cards(w, now.host))[0])) == 1


async def test_in_the_language_of_each(tmp_path):
    """Whoever booked reads theirs, whoever holds it the first of theirs; times by the clock of each."""
    async with meeting_world(tmp_path) as w:
        meeting = await booked(w, WORDS["fr"])
        (card,) = await host_cards(w, JEAN)
        form = await opened(w, card, "meeting.move", JEAN)
        assert "(Paris)" in words_in(form.view["blocks"])

        time = await moved(w, card, JEAN)

        words = words_on(await told(w, meeting))
        assert f"{time + timedelta(hours=2):%H:%M} (Helsinki)" in words
        assert not words.startswith("Moved")
        assert f"{time + timedelta(hours=1):%H:%M}" in words_on(card)


async def _of_acme(w: World) -> Meeting:
    outsider(w, "UACME")
    outsider(w, "UACME2")
    outsider(w, "UFAR", "TFAR")
    message = await asked(w, user="UACME", channel="COPEN", team=ACME)
    assert await w.press(message, "meeting.zone", "UACME", "Europe/Paris", team=ACME) == 200
    await w.settle()
    form = await opened(w, message, "meeting.slot.1", "UACME", team=ACME)
    assert await w.fill(form, "UACME", team=ACME, topic="Our trial") == {}
    return (await stored(w))[-1]


def _forged(message: StubMessage, action: str, user: str, value: str) -> dict[str, Any]:
    """A click on a control that the message need not show."""
    return payloads.block_actions(message.channel, user, action, value, message_ts=message.ts, thread=message.thread_ts)


def _day(time: datetime) -> str:
    """A time by the clock of Helsinki in winter, as it is written in English."""
    there = time + timedelta(hours=2)
    return f"{there:%a} {there.day} {there:%b, %H:%M}"


def _lines(file: SharedFile) -> set[str]:
    return set(file.content.decode().replace("\r\n ", "").splitlines())
