"""Reminders of a meeting and the question after it: when, to whom, by whose clock; also over a change of the clocks."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest

from bot.meeting import Meeting
from bot.model import Notice
from tests import payloads
from tests.scenarios.meeting_desk import (
    AINO,
    JEAN,
    TRAINING,
    WORDS,
    asked,
    at,
    booked,
    cancelled,
    host_cards,
    host_lines,
    meeting_world,
    moved,
    opened,
    pass_to,
    paused,
    said,
    stored,
    times,
    told,
    whispered,
)
from tests.scenarios.report_desk import reply_of, steps, words_in, words_on
from tests.scenarios.world import World, actions, clock_at

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
NOT_YET = timedelta(minutes=11)  # before something is due: further than the clock moves on by itself
THURSDAY = datetime(2026, 11, 26, 8, tzinfo=UTC)


async def _booked_for(
    w: World, start: datetime, words: str = WORDS["en"], *, user: str = "U1", channel: str = "CCYBER"
) -> Meeting:
    """Somebody books a meeting at a time of the form."""
    form = await opened(w, await asked(w, words, user=user, channel=channel), "meeting.times", user)
    assert await w.fill(form, user, topic="Our trial", **at(form, start)) == {}
    return (await stored(w))[-1]


async def _last(w: World, meeting: Meeting) -> tuple[str, str]:
    """The step and the words of what was said last where a meeting is talked about."""
    message = await w.last(meeting.channel, meeting.thread_ts)
    return str((await reply_of(w, message)).result.get("step", "")), words_on(message)


async def test_an_hour_before_to_both(tmp_path):
    """Of a meeting that is soon nobody is reminded a day before; of each half there is one reminder."""
    async with meeting_world(tmp_path) as w:
        meeting = await booked(w, WORDS["fi"])
        (card,) = await host_cards(w, AINO)
        await pass_to(w, meeting.start - HOUR - NOT_YET)
        assert await steps(w, meeting.channel, meeting.thread_ts) == ["booked"]
        assert await host_lines(w, card) == []

        await pass_to(w, meeting.start - HOUR)

        step, words = await _last(w, meeting)
        assert step == "reminder"
        assert "16.30" in words
        assert "Helsinki" in words
        assert not [one for one in ("Aino", "https://meet", "Our trial") if one in words]
        assert actions(await w.last(meeting.channel, meeting.thread_ts)) == ["meeting.details"]
        (line,) = await host_lines(w, card)
        assert "MT-1" in line
        assert "https://meet.example/aino" in line
        await pass_to(w, meeting.start)
        assert await steps(w, meeting.channel, meeting.thread_ts) == ["booked", "reminder"]
        assert len(await host_lines(w, card)) == 1


async def test_a_day_before_what_was_booked_days_before(tmp_path):
    """Only where the booking is more than two days older than the meeting."""
    async with meeting_world(tmp_path) as w:
        late = await _booked_for(w, datetime(2026, 11, 25, 10, tzinfo=UTC))  # in two days
        early = await _booked_for(w, datetime(2026, 11, 25, 11, tzinfo=UTC), user="U2")

        await pass_to(w, early.start - DAY)

        assert await steps(w, late.channel, late.thread_ts) == ["booked"]
        assert await steps(w, early.channel, early.thread_ts) == ["booked", "reminder"]
        assert "Wed 25 Nov, 13:00 (Helsinki)" in (await _last(w, early))[1]
        assert "begins soon" not in (await _last(w, early))[1]


async def test_each_in_their_language_and_by_their_clock(tmp_path):
    """Whoever booked in a direct message reads the name and the link; the host reads of their own clock."""
    async with meeting_world(tmp_path) as w:
        meeting = await _booked_for(w, THURSDAY + HOUR, WORDS["fr"], channel="D1")
        await pass_to(w, meeting.start - DAY)
        assert meeting.host == JEAN
        (card,) = await host_cards(w, JEAN)

        await pass_to(w, meeting.start - HOUR)

        words = words_on([one for one in w.slack.messages("D1") if not one.files][-1])
        assert "jeu. 26 nov., 11:00 (Helsinki)" in words
        assert "Jean" in words
        days, hours = await host_lines(w, card)
        assert "jeu. 26 nov., 10:00 (Paris)" in days
        assert "jeu. 26 nov., 10:00 (Paris)" in hours
        aino = await _booked_for(w, datetime(2026, 11, 27, 8, tzinfo=UTC), WORDS["fi"], channel="D1")
        await pass_to(w, aino.start - HOUR)
        (reminder,) = [one for one in w.slack.messages("D1", thread=aino.thread_ts) if "27.11." in one.text][-1:]
        assert "https://meet.example/aino" in str(reminder.blocks)


@pytest.mark.parametrize("by", ["booker", "host"])
async def test_none_of_what_was_cancelled(tmp_path, by):
    """And nobody is asked whether it helped."""
    async with meeting_world(tmp_path) as w:
        meeting = await _booked_for(w, THURSDAY)
        (card,) = await host_cards(w, meeting.host)
        if by == "booker":
            await cancelled(w, await told(w, meeting), "U1")
        else:
            await cancelled(w, card, meeting.host)
        posts = len(w.slack.calls("chat.postMessage"))

        for instant in (THURSDAY - DAY, THURSDAY - HOUR, THURSDAY + HOUR):
            await pass_to(w, instant)

        assert len(w.slack.calls("chat.postMessage")) == posts


async def test_they_move_along(tmp_path):
    """Nothing at the old time; a day and an hour before the new one; the question after the new end."""
    async with meeting_world(tmp_path) as w:
        meeting = await _booked_for(w, THURSDAY, WORDS["fi"])
        form = await opened(w, await told(w, meeting), "meeting.move", "U1")
        friday = THURSDAY + DAY
        assert await w.fill(form, "U1", **at(form, friday)) == {}
        (card,) = await host_cards(w, AINO)
        lines = len(await host_lines(w, card))

        seen = []
        for instant in (
            THURSDAY - DAY,
            THURSDAY - HOUR,
            THURSDAY - NOT_YET,
            THURSDAY,
            friday - HOUR - NOT_YET,
            friday - HOUR,
            friday + timedelta(minutes=30),
        ):
            await pass_to(w, instant)
            seen.append(((await steps(w, meeting.channel, meeting.thread_ts))[1:], len(await host_lines(w, card))))

        days = (["reminder"], lines + 1)
        assert seen == [
            ([], lines),
            ([], lines),
            ([], lines),
            days,  # before Friday's
            days,
            (["reminder"] * 2, lines + 2),
            (["reminder", "reminder", "after"], lines + 2),
        ]


async def test_moved_when_it_was_near_already(tmp_path):
    """Of the new time both are reminded again."""
    async with meeting_world(tmp_path) as w:
        meeting = await booked(w, WORDS["fi"])
        (card,) = await host_cards(w, AINO)
        await pass_to(w, meeting.start - HOUR)

        later = await moved(w, card, AINO)
        await pass_to(w, later - HOUR)

        assert await steps(w, meeting.channel, meeting.thread_ts) == ["cancelled", "reminder", "booked", "reminder"]
        assert len(await host_lines(w, card)) == 2


async def test_whoever_holds_it_now_is_reminded(tmp_path):
    """The one who held it is not."""
    async with meeting_world(tmp_path) as w:
        meeting = await booked(w)
        assert meeting.host == JEAN
        (card,) = await host_cards(w, JEAN)
        await paused(w, JEAN, "2027-03-01")
        later = await moved(w, await told(w, meeting), "U1")
        before = await host_lines(w, card)

        await pass_to(w, later - HOUR)

        assert await host_lines(w, card) == before
        (other,) = await host_cards(w, AINO)
        assert len(await host_lines(w, other)) == 1


async def test_from_then_on_it_is_too_late(tmp_path):
    """The message of a meeting that is near has no buttons that would do nothing; a person can help."""
    async with meeting_world(tmp_path) as w:
        meeting = await booked(w)
        await pass_to(w, meeting.start - HOUR)

        assert set(actions(await told(w, meeting))) == {"meeting.details", "human.ask"}


@pytest.mark.parametrize(
    ("zone", "now", "day"),
    [
        ("Europe/Helsinki", datetime(2026, 10, 22, 9, tzinfo=UTC), date(2026, 10, 26)),
        ("Europe/Paris", datetime(2026, 10, 22, 9, tzinfo=UTC), date(2026, 10, 26)),
        ("Europe/Helsinki", datetime(2027, 3, 25, 9, tzinfo=UTC), date(2027, 3, 29)),  # until after Easter Monday
        ("Europe/Paris", datetime(2027, 3, 25, 9, tzinfo=UTC), date(2027, 3, 29)),
        ("Europe/Paris", datetime(2026, 10, 22, 0, 30, tzinfo=UTC), date(2026, 10, 26)),
    ],
)
async def test_over_a_change_of_the_clocks(tmp_path, zone, now, day):
    """Ten o'clock stays ten o'clock by the clock of whoever booked; they are warned, and reminded an hour before."""
    ten = datetime.combine(day, time(10), ZoneInfo(zone)).astimezone(UTC)
    async with meeting_world(tmp_path, clock=clock_at(now)) as w:
        w.slack.add_user("UZ", tz=zone)
        offer = await asked(w, user="UZ")
        form = await opened(w, offer, "meeting.times", "UZ")
        assert ten in times(form)
        assert await w.fill(form, "UZ", topic="Our trial", **at(form, ten)) == {}
        (meeting,) = await stored(w)
        result = (await reply_of(w, await told(w, meeting))).result
        assert result["shift"] == (day - DAY).isoformat()

        seen = []
        for instant in (ten - DAY, ten - HOUR - NOT_YET, ten - HOUR):
            await pass_to(w, instant)
            seen.append((await steps(w, meeting.channel, meeting.thread_ts))[1:])

        assert seen == [["reminder"], ["reminder"], ["reminder", "reminder"]]
        assert f"{day:%a} {day.day} {day:%b}, 10:00 ({zone.partition('/')[2]})" in (await _last(w, meeting))[1]


async def test_a_desk_that_was_down_meanwhile(tmp_path):
    """Of a meeting that has begun nobody is reminded; whether it helped is asked all the same."""
    async with meeting_world(tmp_path) as w:
        meeting = await booked(w)
        slack, clock = w.slack, w.clock
    clock.skip(meeting.end + timedelta(hours=3) - clock.now())
    async with meeting_world(tmp_path, slack=slack, clock=clock) as w:
        (card,) = await host_cards(w, meeting.host)

        assert await steps(w, meeting.channel, meeting.thread_ts) == ["booked", "after"]
        assert await host_lines(w, card) == []


async def test_a_desk_that_was_down_until_shortly_before(tmp_path):
    """Both are reminded once, not twice at the same time."""
    async with meeting_world(tmp_path) as w:
        meeting = await _booked_for(w, THURSDAY)
        (card,) = await host_cards(w, meeting.host)

        await pass_to(w, THURSDAY - timedelta(minutes=30))

        assert await steps(w, meeting.channel, meeting.thread_ts) == ["booked", "reminder"]
        assert "begins soon" in (await _last(w, meeting))[1]
        assert len(await host_lines(w, card)) == 1


async def test_where_the_bot_can_speak_no_more(tmp_path):
    """A channel that it was removed from: whoever booked is reminded directly."""
    async with meeting_world(tmp_path) as w:
        meeting = await booked(w, WORDS["fi"])
        w.slack.channels["CCYBER"].is_member = False

        w.skip(meeting.start - HOUR - w.clock.now())
        await w.settle(with_dead=True)  # what stands in the channel can be drawn anew no more

        (reminder,) = [one for one in w.slack.messages("D1") if one.thread_ts is None]
        assert "16.30" in words_on(reminder)
        form = await opened(w, reminder, "meeting.details", "U1")
        assert "Our trial" in words_in(form.view["blocks"])


# Afterwards


async def _asked_afterwards(w: World, channel: str = "CCYBER", words: str = WORDS["en"]) -> Meeting:
    meeting = await booked(w, words, channel=channel)
    await pass_to(w, meeting.end)
    assert (await _last(w, meeting))[0] == "after"
    return meeting


@pytest.mark.parametrize(("action", "helped"), [("meeting.helped", True), ("meeting.unhelped", False)])
@pytest.mark.parametrize("channel", ["CCYBER", "D1"])
async def test_whether_it_helped(tmp_path, channel, action, helped):
    """One click, thanks in its place; who is not helped can ask a person there."""
    async with meeting_world(tmp_path) as w:
        meeting = await _asked_afterwards(w, channel)
        question = await w.last(meeting.channel, meeting.thread_ts)
        assert set(actions(question)) == {"meeting.helped", "meeting.unhelped", "human.ask"}

        assert await w.press(question, action, "U1") == 200

        (now,) = await stored(w)
        assert now.helped is helped
        assert {"meeting.helped", "meeting.unhelped"}.isdisjoint(actions(question))
        assert ("human.ask" in actions(question)) is not helped
        assert words_on(question).startswith("Thank you for telling me.")
        await pass_to(w, meeting.end + 3 * DAY)
        assert words_on(await w.last(meeting.channel, meeting.thread_ts)) == words_on(question)


async def test_asking_a_person_afterwards(tmp_path):
    """They read about what it was."""
    async with meeting_world(tmp_path) as w:
        meeting = await _asked_afterwards(w)

        assert await w.press(await w.last(meeting.channel, meeting.thread_ts), "human.ask", "U1") == 200

        await w.settle()
        (card,) = [one for one in w.slack.messages("CSUPPORT") if one.thread_ts is None]
        assert "REQ-1" in words_on(card)


@pytest.mark.parametrize("user", ["U2", AINO, JEAN])
async def test_only_whoever_booked_it_can_say_so(tmp_path, user):
    """Neither others nor whoever held it."""
    async with meeting_world(tmp_path) as w:
        meeting = await _asked_afterwards(w)
        question = await w.last(meeting.channel, meeting.thread_ts)

        assert await w.press(question, "meeting.helped", user) == 200

        (now,) = await stored(w)
        assert now.helped is None
        assert len(await whispered(w, user)) == 1
        assert "meeting.helped" in actions(question)


async def test_before_it_is_over_there_is_nothing_to_say(tmp_path):
    """A click that no message of ours leads to changes neither the meeting nor the message that it names."""
    async with meeting_world(tmp_path) as w:
        meeting = await booked(w)
        message = await told(w, meeting)
        before = words_on(message)

        click = payloads.block_actions(
            "CCYBER", "U1", "meeting.helped", "1", message_ts=message.ts, thread=message.thread_ts
        )
        assert await w.click(click) == 200

        assert await stored(w) == [meeting]
        assert words_on(message) == before
        assert await whispered(w, "U1") == [said(w, Notice.MOVED_ON)]


@pytest.mark.parametrize("language", TRAINING)
async def test_of_a_training_in_each_language(tmp_path, language):
    """Reminder and question are in the language that it was booked in."""
    async with meeting_world(tmp_path) as w:
        meeting = await booked(w, TRAINING[language])
        await pass_to(w, meeting.start - HOUR)
        reminder = await w.last(meeting.channel, meeting.thread_ts)
        await pass_to(w, meeting.end)
        question = await w.last(meeting.channel, meeting.thread_ts)

        assert [(await reply_of(w, one)).language for one in (reminder, question)] == [language] * 2
        assert ("begins soon" in words_on(reminder)) is (language == "en")
        assert ("Did the training session help?" in words_on(question)) is (language == "en")
