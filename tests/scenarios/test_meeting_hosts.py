"""Whose turn it is to hold a meeting, and who holds none: away, of another programme, nobody at all."""

from __future__ import annotations

from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from pathlib import Path

import pytest

from bot.meeting import State
from bot.store.tables import job
from bot.store.tables import meeting as meeting_table
from tests import payloads
from tests.scenarios.meeting_desk import (
    AINO,
    HOSTS,
    JEAN,
    MEETING_DESK,
    MIRA,
    TRAINING,
    WORDS,
    asked,
    assert_no_overlaps,
    at,
    booked,
    meeting_world,
    offered,
    opened,
    opened_by,
    pass_to,
    paused,
    stored,
    times,
)
from tests.scenarios.report_desk import reply_of, words_in, words_on
from tests.scenarios.world import DESK, World, actions
from tests.stub_slack import Error

THREE = f"""{DESK}
hosts:
  - {{user: UA, name: Ada, languages: [en], kinds: [support]}}
  - {{user: UB, name: Bea, languages: [en, de], kinds: [support]}}
  - {{user: UC, name: Cleo, languages: [en], kinds: [support]}}
"""


@asynccontextmanager
async def _world_of_three(folder: Path, desk: str = THREE) -> AsyncIterator[World]:
    async with meeting_world(folder, desk) as w:
        for host in ("UA", "UB", "UC"):
            w.slack.add_user(host)
        yield w


async def test_everybody_has_their_turn(tmp_path):
    """Twenty meetings are shared evenly, whatever their times; nobody holds two at once."""
    async with _world_of_three(tmp_path) as w:
        loads = Counter({"UA": 0, "UB": 0, "UC": 0})
        for _ in range(20):
            loads[(await booked(w)).host] += 1
            assert max(loads.values()) - min(loads.values()) <= 1
        await assert_no_overlaps(w)


async def test_who_speaks_the_language_comes_first(tmp_path):
    """However many they hold already; then who is free, then who has least ahead."""
    async with _world_of_three(tmp_path) as w:
        german = [(await booked(w, WORDS["de"])).host for _ in range(4)]
        assert set(german) == {"UB"}
        assert [(await booked(w)).host for _ in range(4)] == ["UA", "UC", "UA", "UC"]


async def test_who_was_not_booked_for_longest(tmp_path):
    """Where all have as many meetings ahead."""
    async with _world_of_three(tmp_path) as w:
        turns = []
        for _ in range(5):
            meeting = await booked(w)
            turns.append(meeting.host)
            await pass_to(w, meeting.end + timedelta(days=1))
        assert turns == ["UA", "UB", "UC", "UA", "UB"]


async def test_what_was_cancelled_counts_no_more(tmp_path):
    """Only meetings ahead are a load."""
    async with _world_of_three(tmp_path) as w:
        first = [await booked(w) for _ in range(3)]
        assert [one.host for one in first] == ["UA", "UB", "UC"]
        again = await booked(w)
        assert again.host == "UA"
        for meeting in (first[0], again):
            form = await opened(w, w.slack.message(meeting.channel, meeting.message_ts), "meeting.cancel", "U1")
            assert await w.fill(form, "U1") == {}
        assert (await booked(w)).host == "UA"


async def test_a_host_who_is_away(tmp_path):
    """Is offered for no time before they are back; what is booked stays; App Home shows it, and takes it back."""
    async with meeting_world(tmp_path) as w:
        before = await booked(w, WORDS["fi"])
        await paused(w, AINO, "2026-11-26")

        home = words_in(w.slack.homes[AINO]["blocks"])
        assert "26" in home
        offer = await asked(w, WORDS["fi"])
        assert offered(offer)[0].isoformat() == "2026-11-26T07:00:00+00:00"
        assert await stored(w) == [before]

        assert await w.press_at_home(AINO, "meeting.resume") == 200
        await w.settle()
        assert "meeting.pause" in str(w.slack.homes[AINO])
        assert offered(await asked(w, WORDS["fi"]))[0] < offered(offer)[0]


async def test_a_time_of_a_host_who_has_just_gone_away(tmp_path):
    """The form shows other times; those of somebody else who speaks the language come at the old time."""
    async with meeting_world(tmp_path) as w:
        finnish = await opened(w, await asked(w, WORDS["fi"]), "meeting.slot.1", "U1")
        english = await opened(w, await asked(w, user="U2"), "meeting.slot.1", "U2")
        await paused(w, AINO, "2026-11-25")

        assert await w.fill(finnish, "U1", topic="Aihe") == {}
        fresh = w.slack.views[finnish.id]
        assert min(times(fresh)).isoformat() == "2026-11-25T07:00:00+00:00"
        assert await w.fill(english, "U2", topic="Topic") == {}
        (meeting,) = await stored(w)
        assert meeting.host == JEAN


async def test_back_on_a_day_that_has_come(tmp_path):
    """A host is back without doing anything."""
    async with meeting_world(tmp_path) as w:
        await paused(w, AINO, "2026-11-24")
        await pass_to(w, w.clock.now() + timedelta(days=1))

        home = await w.open_home(AINO)
        assert "meeting.pause" in str(home)
        assert "meeting.resume" not in str(home)


@pytest.mark.parametrize("day", ["2026-11-23", "2026-11-01", "2028-01-01", None, "x"])
async def test_days_on_which_nobody_can_be_back(tmp_path, day):
    """Today, the past and years ahead are refused at the field."""
    async with meeting_world(tmp_path) as w:
        await w.open_home(AINO)
        form = await opened_by(w, w.press_at_home(AINO, "meeting.pause"))

        assert list(await w.fill(form, AINO, day=day)) == ["day"]
        assert offered(await asked(w, WORDS["fi"]))


async def test_nobody_else_pauses_a_host(tmp_path):
    """Neither by a click nor by a form; staff who hold no meetings have no such button."""
    async with meeting_world(tmp_path) as w:
        await w.open_home(AINO)
        form = await opened_by(w, w.press_at_home(AINO, "meeting.pause"))
        assert "meeting.pause" not in str(await w.open_home("U1"))

        assert await w.click(payloads.home_action("U1", "meeting.pause")) == 200
        assert await w.click(payloads.home_action(AINO, "meeting.resume", team="TACME")) == 200
        await w.fill(form, "U1", day="2026-11-26")
        await w.fill(form, AINO, team="TACME", day="2026-11-26")

        assert len(w.slack.opened) == 1
        assert offered(await asked(w, WORDS["fi"]))[0].day == 23


async def test_the_form_of_a_host_is_not_spent_by_somebody_else(tmp_path):
    """It still takes their own day."""
    async with meeting_world(tmp_path) as w:
        await w.open_home(AINO)
        form = await opened_by(w, w.press_at_home(AINO, "meeting.pause"))
        await w.fill(form, "U1", day="2026-11-26")
        assert await w.fill(form, AINO, day="2026-11-26") == {}
        assert offered(await asked(w, WORDS["fi"]))[0].day == 26


async def test_all_who_could_hold_it_are_away(tmp_path):
    """That is said, and there is a person to ask."""
    async with meeting_world(tmp_path) as w:
        for host in HOSTS:
            await paused(w, host, "2027-03-01")

        message = await asked(w)

        assert offered(message) == []
        assert "human.ask" in actions(message)
        assert "Nobody is there at the moment to hold a support meeting." in words_on(message)
        told = (await reply_of(w, message)).result
        assert (told["step"], told["away"]) == ("full", True)


async def test_no_time_is_left(tmp_path):
    """All are there, and everything is taken: that is something else."""
    desk = THREE + "meetings: {support: {length: 4h, horizon: 1d}}\n"
    async with _world_of_three(tmp_path, desk) as w:
        for _ in range(3):
            await booked(w, slot=1)

        message = await asked(w)

        told = (await reply_of(w, message)).result
        assert (told["step"], told["away"]) == ("full", False)
        assert "I find no free time for a support meeting in the coming weeks." in words_on(message)
        assert "human.ask" in actions(message)


async def test_a_host_of_one_programme(tmp_path):
    """Holds meetings of that one alone, also when asked for directly or when others are away."""
    async with meeting_world(tmp_path) as w:
        for host in (AINO, JEAN):
            await paused(w, host, "2027-03-01")

        assert (await booked(w, WORDS["de"], channel="CMIRO")).host == MIRA
        assert offered(await asked(w, WORDS["de"])) == []


async def test_a_kind_that_nobody_holds(tmp_path):
    """Leads to the knowledge's text and a person, in a conversation; App Home and the shortcut do not name it."""
    async with _world_of_three(tmp_path) as w:
        message = await asked(w, TRAINING["en"])

        assert offered(message) == []
        assert not any(action.startswith("meeting.") for action in actions(message))
        assert "human.ask" in actions(message)
        home = await w.open_home("U1")
        assert "support" in str(home)
        assert "training session" not in words_in(home["blocks"])
        form = await opened_by(w, w.shortcut("meeting.new", "U1"))
        assert form.view["callback_id"] == "meeting.form"


async def test_a_desk_without_hosts(tmp_path):
    """Answers from the knowledge, as if there were no meetings; the shortcut says that there are none."""
    async with meeting_world(tmp_path, DESK) as w:
        for words in (WORDS["en"], TRAINING["en"]):
            message = await asked(w, words)
            assert not any(action.startswith("meeting.") for action in actions(message))
            assert "human.ask" in actions(message)
            assert len(message.text) > 20
        assert "meeting." not in str(await w.open_home("U1"))
        form = await opened_by(w, w.shortcut("meeting.new", "U1"))
        assert "No meetings can be booked with me at the moment." in words_in(form.view["blocks"])
        assert "submit" not in form.view


async def test_a_host_to_whom_the_bot_cannot_write(tmp_path):
    """The meeting stands, and whoever booked it reads so; operators see what could not be said."""
    async with meeting_world(tmp_path) as w:
        form = await opened(w, await asked(w), "meeting.slot.1", "U1")
        w.slack.fail("conversations.open", Error("user_disabled"))

        assert await w.fill(form, "U1", topic="Our trial") == {}

        (row,) = await w.rows(meeting_table)
        assert row["status"] == "booked"
        assert "Booked: " in w.slack.texts("CCYBER")[-1]
        dead = [one["key"] for one in await w.rows(job) if one["status"] == "dead"]
        assert [key.partition(":")[0] for key in dead] == ["meeting-card"]


async def test_a_host_who_holds_none_any_more(tmp_path):
    """Their meetings ahead go on; whoever booked one can move it to somebody else, or cancel it."""
    async with meeting_world(tmp_path) as w:
        meeting = await booked(w)
        assert meeting.host == JEAN
        slack, clock = w.slack, w.clock
    without = MEETING_DESK.replace(MEETING_DESK[MEETING_DESK.index(f"  - user: {JEAN}") :], "")
    without += MEETING_DESK[MEETING_DESK.index(f"  - user: {MIRA}") :]
    async with meeting_world(tmp_path, without, slack=slack, clock=clock) as w:
        form = await opened(w, slack.message(meeting.channel, meeting.message_ts), "meeting.move", "U1")
        time = times(form)[0]
        assert await w.fill(form, "U1", **at(form, time)) == {}

        (now,) = await stored(w)
        assert (now.state, now.host, now.start) == (State.BOOKED, AINO, time)
