"""The clocks of a desk as Slack shows them: who is warned when, what a missed target leads to, and what stops them."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from bot.request import Act, State
from tests.scenarios.report_desk import words_on
from tests.scenarios.request_desk import (
    AINO,
    JEAN,
    OTSO,
    REQUEST_DESK,
    act,
    acts,
    asked_in_words,
    by_clock,
    cards,
    handed_over,
    live_to,
    only,
    reply,
    request_world,
    status,
    story,
    told,
    wall,
    writes,
)
from tests.scenarios.world import DESK, clock_at

TARGETS = "targets: {normal: {first: 4h, resolution: 24h}, urgent: {first: 1h, resolution: 8h}}"
UNREMINDED = REQUEST_DESK.replace("  digest: null", "  remind: {at_most: 0}\n  digest: null")
HOURS = re.compile(r"hours:\n(  [a-z]{3}: \[.*\]\n)+")


def at_hours(hours: str, desk: str = UNREMINDED) -> str:
    """The desk with other hours."""
    assert HOURS.search(desk)
    return HOURS.sub(f"hours: {hours}\n", desk, count=1)


def calls(lines: list[str], what: str) -> list[list[str]]:
    """Who was called by the messages that say something."""
    return [re.findall(r"<@(\w+)>", line) for line in lines if what in line and line.startswith("<@")]


# Over nights, breaks, weekends, holidays and changes of the clock


@pytest.mark.parametrize(
    ("asked_at", "until", "ticks"),
    [
        (
            "2026-11-23 10:00",  # Monday; a break from twelve to one
            "2026-11-27 09:00",
            [
                "warned first, Mon 23 Nov 14:30",
                "breached first, Mon 23 Nov 15:00",
                "warned resolution, Thu 26 Nov 13:30",
                "breached resolution, Thu 26 Nov 14:00",
            ],
        ),
        (
            "2026-11-23 12:20",  # in the break
            "2026-11-24 09:00",
            ["warned first, Mon 23 Nov 16:30", "breached first, Mon 23 Nov 17:00"],
        ),
        (
            "2026-11-27 14:00",  # Friday, which ends at four
            "2026-12-01 09:00",
            ["warned first, Mon 30 Nov 10:30", "breached first, Mon 30 Nov 11:00"],
        ),
        (
            "2026-11-28 11:00",  # Saturday
            "2026-12-01 09:00",
            ["warned first, Mon 30 Nov 13:30", "breached first, Mon 30 Nov 14:00"],
        ),
        (
            "2026-12-23 15:00",  # Wednesday before Christmas, and a weekend after it
            "2026-12-29 09:00",
            ["warned first, Mon 28 Dec 10:30", "breached first, Mon 28 Dec 11:00"],
        ),
        (
            "2027-01-05 15:40",  # Tuesday before Epiphany
            "2027-01-08 09:00",
            ["warned first, Thu 07 Jan 11:10", "breached first, Thu 07 Jan 11:40"],
        ),
        (
            "2026-10-23 14:00",  # Friday; on Sunday the clock is put back
            "2026-10-27 09:00",
            ["warned first, Mon 26 Oct 10:30", "breached first, Mon 26 Oct 11:00"],
        ),
        (
            "2027-03-25 15:00",  # Thursday before Easter; on Easter Sunday the clock is put forward
            "2027-03-31 09:00",
            ["warned first, Tue 30 Mar 10:30", "breached first, Tue 30 Mar 11:00"],
        ),
    ],
)
async def test_targets_are_missed_in_the_desk_s_own_time(
    tmp_path: Path, asked_at: str, until: str, ticks: list[str]
) -> None:
    """Half an hour before each a warning, at it a breach; no break, night, weekend or holiday counts."""
    async with request_world(tmp_path, UNREMINDED, clock=clock_at(wall(asked_at))) as w:
        await handed_over(w)
        await live_to(w, until)

        assert by_clock(await only(w)) == ticks


@pytest.mark.parametrize(
    ("hours", "asked_at", "until", "missed"),
    [
        ('{sun: ["00:00-12:00"]}', "2026-10-25 01:00", "2026-10-25 12:00", "Sun 25 Oct 04:00"),
        ('{sun: ["00:00-12:00"]}', "2027-03-28 01:00", "2027-03-28 12:00", "Sun 28 Mar 06:00"),
    ],
)
async def test_who_works_while_the_clock_is_changed(
    tmp_path: Path, hours: str, asked_at: str, until: str, missed: str
) -> None:
    """Four hours are four hours: what the clock shows twice is worked twice, what it skips nobody works."""
    desk = at_hours(hours).replace("holidays: {country: FI}\n", "")
    async with request_world(tmp_path, desk, clock=clock_at(wall(asked_at))) as w:
        await handed_over(w)
        await live_to(w, until)

        assert f"breached first, {missed}" in by_clock(await only(w))


# Who hears of it


async def test_those_who_might_take_it_are_warned_and_then_the_next_level(tmp_path: Path) -> None:
    """In its language and at work; the next level reads in its own channel that a target was missed, and of what."""
    async with request_world(tmp_path, UNREMINDED) as w:
        thread = await handed_over(w)
        (card,) = await cards(w)
        said = await told(w, thread)
        await live_to(w, "2026-11-23 16:00")
        lines = await story(w, card)
        (note,) = w.slack.messages("CEXPERTS")

        assert calls(lines, "will soon be due") == [[AINO, JEAN]]
        assert calls(lines, "no first response in time") == [[AINO, JEAN]]
        assert len([line for line in lines if "response" in line]) == 2, "the call tells it; no line says it again"
        assert calls([note.text], "REQ-1 has had no first response in time.") == [[OTSO]]
        assert f"archives/CSUPPORT/p{card.ts.replace('.', '')}|Open the card>" in note.text
        assert "trial" not in note.text
        assert "*First response missed: it was due Mon 23 Nov, 15:0" in words_on(w.slack.message(card.channel, card.ts))
        assert await told(w, thread) == said, "the partner hears nothing of the desk's clocks"


async def test_whoever_has_it_is_warned_alone(tmp_path: Path) -> None:
    """And at the breach called again; the next level reads it too."""
    async with request_world(tmp_path, UNREMINDED) as w:
        await handed_over(w)
        (card,) = await cards(w)
        await act(w, card, "request.take", JEAN)
        await live_to(w, "2026-11-23 16:00")
        lines = await story(w, card)

        assert calls(lines, "will soon be due") == calls(lines, "no first response in time") == [[JEAN]]
        assert len(w.slack.messages("CEXPERTS")) == 1


async def test_at_the_last_level_nobody_else_is_told(tmp_path: Path) -> None:
    """What was passed on calls its own level alone."""
    async with request_world(tmp_path, UNREMINDED) as w:
        await handed_over(w)
        (old,) = await cards(w)
        await act(w, old, "request.more", AINO, "level")
        (card,) = await cards(w, "CEXPERTS")
        await live_to(w, "2026-11-23 16:00")

        assert calls(await story(w, card), "no first response in time") == [[OTSO]]
        assert await cards(w, "CEXPERTS") == [card]
        assert not calls(await story(w, old), "in time")


async def test_a_breach_as_the_desk_closes_is_told_when_it_opens(tmp_path: Path) -> None:
    """To those of the next level too: nobody reads it at the moment in which all go home."""
    async with request_world(tmp_path, UNREMINDED, clock=clock_at(wall("2026-11-23 12:20"))) as w:
        await handed_over(w)
        (card,) = await cards(w)
        await live_to(w, "2026-11-23 20:00")
        assert by_clock(await only(w))[-1] == "breached first, Mon 23 Nov 17:00"
        assert w.slack.messages("CEXPERTS") == []
        assert calls(await story(w, card), "no first response in time") == []

        await live_to(w, "2026-11-24 09:30")
        (note,) = w.slack.messages("CEXPERTS")
        assert calls([note.text], "no first response in time") == [[OTSO]]
        assert calls(await story(w, card), "no first response in time") == [[AINO, JEAN]]


async def test_nobody_is_called_for_what_was_answered_meanwhile(tmp_path: Path) -> None:
    """Somebody who works late has replied before those of the next level come."""
    async with request_world(tmp_path, UNREMINDED, clock=clock_at(wall("2026-11-23 12:20"))) as w:
        await handed_over(w)
        (card,) = await cards(w)
        await live_to(w, "2026-11-23 20:00")
        await reply(w, card, AINO, "Thirty days.")
        await live_to(w, "2026-11-24 12:00")

        assert w.slack.messages("CEXPERTS") == []
        assert calls(await story(w, card), "no first response in time") == []


# What stops them, and what starts them again


async def test_taking_it_is_no_word(tmp_path: Path) -> None:
    """The partner waits all the same: the first response stays due."""
    async with request_world(tmp_path, UNREMINDED) as w:
        await handed_over(w)
        (card,) = await cards(w)
        await act(w, card, "request.take", AINO)
        before = (await only(w)).owed_since
        await live_to(w, "2026-11-23 16:00")

        assert "breached first, Mon 23 Nov 15:00" in by_clock(await only(w))
        assert (await only(w)).owed_since == before


async def test_a_reply_stops_them_and_a_word_of_the_partner_starts_them(tmp_path: Path) -> None:
    """While it is the partner's turn nothing runs; then the resolution has as much time left as there was."""
    async with request_world(tmp_path, UNREMINDED) as w:
        thread = await handed_over(w)  # on Monday at ten
        (card,) = await cards(w)
        await live_to(w, "2026-11-23 14:00")  # three of the desk's hours later
        await reply(w, card, AINO, "Which customer is it?")
        assert "due" not in words_on(w.slack.message(card.channel, card.ts))
        await live_to(w, "2026-11-24 15:00")
        assert by_clock(await only(w)) == []

        await writes(w, thread, "It is Zanzibar Ltd")
        assert "Resolution due: Fri 27 Nov, 15:0" in words_on(w.slack.message(card.channel, card.ts))
        await live_to(w, "2026-11-27 15:50")
        assert by_clock(await only(w)) == [
            "warned resolution, Fri 27 Nov 14:30",
            "breached resolution, Fri 27 Nov 15:00",
        ]


@pytest.mark.parametrize(
    ("language", "closing"), [("en", "Thank you!"), ("fr", "Merci beaucoup"), ("de", "Vielen Dank"), ("fi", "Kiitos!")]
)
async def test_thanks_start_nothing(tmp_path: Path, language: str, closing: str) -> None:
    """In any language; it goes on waiting for the partner, and nobody is called."""
    async with request_world(tmp_path, UNREMINDED) as w:
        thread = await asked_in_words(w, language)
        (card,) = await cards(w)
        await reply(w, card, OTSO, "Thirty days.")
        before, called = await only(w), len(calls(await story(w, card), "REQ-1"))
        await writes(w, thread, closing)
        now = await only(w)

        assert (now.state, now.owed_since, now.waiting_since) == (State.WAITING, None, before.waiting_since)
        assert now.history[-1].is_aside
        assert len(calls(await story(w, card), "REQ-1")) == called


async def test_what_is_asked_of_the_bot_starts_nothing(tmp_path: Path) -> None:
    """A mention is for the bot, which answers; the desk reads it and owes nothing."""
    async with request_world(tmp_path, UNREMINDED) as w:
        thread = await handed_over(w)
        (card,) = await cards(w)
        await reply(w, card, AINO, "Which customer is it?")
        said = await told(w, thread)
        await w.mention("CCYBER", "UACME", "How do I register a deal?", thread=thread, team="TACME")
        now = await only(w)

        assert (now.state, now.owed_since) == (State.WAITING, None)
        assert len(await told(w, thread)) == len(said) + 1


async def test_who_waits_without_a_word_has_still_to_respond(tmp_path: Path) -> None:
    """The clock stands, and then goes on where it stood."""
    async with request_world(tmp_path, UNREMINDED) as w:
        thread = await handed_over(w)
        (card,) = await cards(w)
        await live_to(w, "2026-11-23 11:00")
        await act(w, card, "request.more", AINO, "wait")
        await live_to(w, "2026-11-23 16:00")
        await writes(w, thread, "Are you there?")
        await live_to(w, "2026-11-24 12:00")

        assert by_clock(await only(w)) == ["warned first, Tue 24 Nov 10:30", "breached first, Tue 24 Nov 11:00"]


async def test_a_promise_of_more_stops_the_first_clock_alone(tmp_path: Path) -> None:
    """The partner has a word, and is owed another."""
    async with request_world(tmp_path, UNREMINDED) as w:
        await handed_over(w)
        (card,) = await cards(w)
        await reply(w, card, AINO, "I am looking into it.", then="more")
        shown = words_on(w.slack.message(card.channel, card.ts))

        assert "Resolution due: Thu 26 Nov, 14:0" in shown
        assert "First response" not in shown
        await live_to(w, "2026-11-26 15:00")
        assert by_clock(await only(w)) == [
            "warned resolution, Thu 26 Nov 13:30",
            "breached resolution, Thu 26 Nov 14:00",
        ]


async def test_nothing_runs_once_it_is_over(tmp_path: Path) -> None:
    """Resolved or no request at all."""
    async with request_world(tmp_path) as w:
        for channel, action, value, fields in (
            ("CCYBER", "request.resolve", None, {"reason": "done"}),
            ("CMIRO", "request.more", "dismiss", {}),
        ):
            await handed_over(w, channel=channel)
            card = (await cards(w))[-1]
            await act(w, card, action, AINO, value, **fields)
        counts = [len(w.slack.messages(channel)) for channel in ("CSUPPORT", "CEXPERTS", "CCYBER", "CMIRO")]
        await live_to(w, "2026-12-18 12:00")

        assert [len(w.slack.messages(channel)) for channel in ("CSUPPORT", "CEXPERTS", "CCYBER", "CMIRO")] == counts


async def test_urgent_ones_have_other_targets(tmp_path: Path) -> None:
    """From the moment on in which somebody says so, and back; what is past by then is missed at once."""
    async with request_world(tmp_path, UNREMINDED) as w:
        await handed_over(w)
        (card,) = await cards(w)
        await live_to(w, "2026-11-23 10:10")
        await act(w, card, "request.more", AINO, "urgent")
        assert "First response due: Mon 23 Nov, 11:0" in words_on(w.slack.message(card.channel, card.ts))
        await live_to(w, "2026-11-23 10:40")
        assert by_clock(await only(w)) == ["warned first, Mon 23 Nov 10:30"]

        await act(w, card, "request.more", AINO, "normal")
        assert "First response due: Mon 23 Nov, 15:0" in words_on(w.slack.message(card.channel, card.ts))
        await live_to(w, "2026-11-23 14:00")
        assert by_clock(await only(w))[1:] == []

        await act(w, card, "request.more", AINO, "urgent")
        assert by_clock(await only(w))[1:] == ["breached first, Mon 23 Nov 14:00"]
        assert "First response missed: it was due Mon 23 Nov, 11:0" in words_on(w.slack.message(card.channel, card.ts))


async def test_a_programme_may_promise_something_else(tmp_path: Path) -> None:
    """And what it does not say is as for all."""
    desk = UNREMINDED.replace(TARGETS, f"{TARGETS}\n  programmes: {{cyberday: {{normal: {{first: 2h}}}}}}")
    async with request_world(tmp_path, desk) as w:
        await handed_over(w)
        await handed_over(w, "How do I book a demo of Miro?", channel="CMIRO")
        cyberday, miro = [words_on(card) for card in await cards(w)]

        assert "First response due: Mon 23 Nov, 13:0" in cyberday
        assert "Resolution due: Thu 26 Nov, 14:0" in cyberday
        assert "First response due: Mon 23 Nov, 15:0" in miro


# Reminders


async def test_reminders_come_after_so_long_and_so_often(tmp_path: Path) -> None:
    """In the desk's hours; then nobody is reminded any more."""
    desk = REQUEST_DESK.replace(TARGETS, "remind: {every: 2h, at_most: 4}")
    async with request_world(tmp_path, desk) as w:
        await handed_over(w)
        (card,) = await cards(w)
        await live_to(w, "2026-12-05 12:00")

        assert by_clock(await only(w)) == [
            "reminded, Mon 23 Nov 13:00",
            "reminded, Mon 23 Nov 15:00",
            "reminded, Tue 24 Nov 09:00",
            "reminded, Tue 24 Nov 11:00",
        ]
        assert calls(await story(w, card), "A reminder") == [[AINO, JEAN]] * 4


async def test_other_hands_are_reminded_anew(tmp_path: Path) -> None:
    """From when they have it; and they alone are called."""
    desk = REQUEST_DESK.replace(TARGETS, "remind: {every: 2h, at_most: 1}")
    async with request_world(tmp_path, desk) as w:
        await handed_over(w)
        (card,) = await cards(w)
        await live_to(w, "2026-11-23 14:00")
        await act(w, card, "request.take", JEAN)
        await live_to(w, "2026-11-24 16:00")

        assert by_clock(await only(w)) == ["reminded, Mon 23 Nov 13:00", "reminded, Mon 23 Nov 16:00"]
        assert calls(await story(w, card), "A reminder") == [[AINO, JEAN], [JEAN]]


async def test_what_is_missed_is_not_reminded_of_in_the_same_minute(tmp_path: Path) -> None:
    """The breach has called them; of the reminder the story has a line."""
    async with request_world(tmp_path) as w:
        await handed_over(w)
        (card,) = await cards(w)
        await live_to(w, "2026-11-24 16:30")
        lines = await story(w, card)

        assert by_clock(await only(w))[1:] == [
            "breached first, Mon 23 Nov 15:00",
            "reminded, Mon 23 Nov 15:00",
            "reminded, Tue 24 Nov 11:00",
            "reminded, Tue 24 Nov 16:00",
        ]
        assert len(calls(lines, "A reminder")) == 2
        assert sum("the partner is waiting for the desk" in line for line in lines) == 1


# A desk that was down


@pytest.mark.parametrize("is_taken", [False, True])
async def test_a_desk_that_was_down_over_several_of_them(tmp_path: Path, *, is_taken: bool) -> None:
    """Each comes once, none is forgotten, nobody is warned of what is past, and people are not flooded."""
    async with request_world(tmp_path) as w:
        await handed_over(w)
        (card,) = await cards(w)
        if is_taken:
            await act(w, card, "request.take", JEAN)
        before = len(w.slack.messages(card.channel, thread=card.ts))
        again = {"slack": w.slack, "clock": w.clock}
    w.clock.skip(wall("2026-12-07 10:00") - w.clock.now())  # a fortnight later
    async with request_world(tmp_path, **again) as w:
        lines = (await story(w, card))[before:]
        notes = [message.text for message in w.slack.messages("CEXPERTS")]

        assert by_clock(await only(w)) == [
            "breached first, Mon 07 Dec 10:00",
            "reminded, Mon 07 Dec 10:00",
            "breached resolution, Mon 07 Dec 10:00",
        ]
        assert calls(lines, "REQ-1") == [[JEAN] if is_taken else [AINO, JEAN]] * 2
        assert len(notes) == 2
        await live_to(w, "2026-12-07 14:00")
        assert len(await story(w, card)) == before + len(lines)
        await live_to(w, "2026-12-11 12:00")
        assert by_clock(await only(w))[3:] == ["reminded, Mon 07 Dec 15:00", "reminded, Tue 08 Dec 11:00"]


async def test_a_desk_that_is_down_for_a_moment_when_a_target_is_missed(tmp_path: Path) -> None:
    """It is told of at the start: also at night, when those who are called come later."""
    async with request_world(tmp_path, UNREMINDED) as w:
        await handed_over(w)
        (card,) = await cards(w)
        again = {"slack": w.slack, "clock": w.clock}
    w.clock.skip(wall("2026-11-23 22:00") - w.clock.now())
    async with request_world(tmp_path, UNREMINDED, **again) as w:
        await w.settle()
        assert by_clock(await only(w)) == ["breached first, Mon 23 Nov 22:00"]
        assert calls(await story(w, card), "in time") == []
        await live_to(w, "2026-11-24 09:10")

        assert calls(await story(w, card), "in time") == [[AINO, JEAN]]
        assert len(w.slack.messages("CEXPERTS")) == 1


# A desk that promises nothing


@pytest.mark.parametrize("hours", ["with hours", "without"])
async def test_a_desk_without_targets_has_no_clocks(tmp_path: Path, hours: str) -> None:
    """Nothing is due, nobody is warned and nothing is missed; without reminders all is quiet."""
    desk = UNREMINDED.replace(f"{TARGETS}\n  ", "") if hours == "with hours" else _without_hours(w_targets=False)
    async with request_world(tmp_path, desk) as w:
        thread = await handed_over(w)
        (card,) = await cards(w)
        seen = len(w.slack.messages("CSUPPORT")), len(w.slack.messages("CEXPERTS"))
        await live_to(w, "2026-12-23 10:00")

        assert "due" not in words_on(w.slack.message(card.channel, card.ts))
        assert acts(await only(w)) == [Act.ASKED]
        assert (len(w.slack.messages("CSUPPORT")), len(w.slack.messages("CEXPERTS"))) == seen
        assert "opens" not in await status(w)
        assert len(await told(w, thread)) == 2


def _without_hours(*, w_targets: bool) -> str:
    desk = HOURS.sub("", UNREMINDED).replace("holidays: {country: FI}\n", "")
    return desk if w_targets else desk.replace(f"{TARGETS}\n  ", "")


async def test_a_desk_without_hours_counts_day_and_night(tmp_path: Path) -> None:
    """Four hours after nine in the evening is one in the morning, when somebody may be there."""
    async with request_world(tmp_path, _without_hours(w_targets=True), clock=clock_at(wall("2026-11-28 21:00"))) as w:
        await handed_over(w)
        await live_to(w, "2026-11-29 02:00")

        assert by_clock(await only(w)) == ["warned first, Sun 29 Nov 00:30", "breached first, Sun 29 Nov 01:00"]


async def test_the_plain_desk_of_a_small_team(tmp_path: Path) -> None:
    """Only a support channel: the desk reminds itself three times, and promises nothing."""
    async with request_world(tmp_path, DESK) as w:
        await handed_over(w)
        (card,) = await cards(w)
        assert "due" not in words_on(card)
        await live_to(w, "2026-11-29 10:00")

        assert [one.partition(",")[0] for one in by_clock(await only(w))] == ["reminded"] * 3
