"""What changes between two steps of a booking, on the desk, in Slack or in a calendar: nothing is lost or undone."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection

from bot.listeners.meetings import calendars, changing, kinds
from bot.listeners.meetings.telling import card_job, news_job
from bot.listeners.meetings.withdrawing import withdrawal_job
from bot.meeting import Meeting, Span, State
from bot.model import Job
from bot.ports import RetryLater
from bot.store import codec, meetings
from bot.store.engine import open_engines
from bot.store.meeting_privacy import trace_of
from bot.store.tables import job
from tests.bookings import wanted
from tests.postgres import until_it_waits
from tests.scenarios.meeting_desk import (
    AINO,
    JEAN,
    WORDS,
    asked,
    at,
    booked,
    calendar_files,
    cancelled,
    host_cards,
    host_lines,
    meeting_desk,
    meeting_world,
    moved,
    now_shown,
    offered,
    opened,
    pass_to,
    paused,
    stored,
    times,
    told,
)
from tests.scenarios.report_desk import held, words_in, words_on
from tests.scenarios.world import World
from tests.stub_slack import Error

FINNISH = WORDS["fi"]  # AINO alone holds meetings in Finnish
LENGTH, BUFFER = timedelta(minutes=30), timedelta(minutes=10)
ROUND = timedelta(minutes=16)  # what failed is tried again by then


# The form


async def test_a_desk_that_holds_none_any_more_says_so_in_the_form(tmp_path):
    """It stays open, with all that was typed."""
    async with meeting_world(tmp_path) as w:
        form = await opened(w, await asked(w), "meeting.slot.1", "U1")
        services = w.desk.services
        services.desk = replace(services.desk, hosts=())

        errors = await w.fill(form, "U1", topic="Our trial")

        assert list(errors.values()) == ["Meetings of this kind cannot be booked with me."]


async def test_whoever_takes_a_time_that_others_were_offered_is_told_it_by_their_own_clock(tmp_path):
    """Also in what they hear of the meeting."""
    async with meeting_world(tmp_path) as w:
        w.slack.add_user("UPARIS", tz="Europe/Paris")
        await w.open_home("UPARIS")
        form = await opened(w, await asked(w), "meeting.slot.1", "UPARIS")

        assert "15:30 (Paris)" in words_in(form.view["blocks"])
        assert await w.fill(form, "UPARIS", topic="Ours") == {}

        (meeting,) = await stored(w)
        assert meeting.zone == "Europe/Paris"
        assert "15:30 (Paris)" in words_on(await told(w, meeting))


async def test_nobody_is_booked_in_another_language_unasked(tmp_path):
    """Where the last who speaks theirs has just gone away, the form says in which it would be; sent again, it holds."""
    async with meeting_world(tmp_path) as w:
        form = await opened(w, await asked(w, FINNISH), "meeting.slot.1", "U1")
        await paused(w, AINO, "2027-02-01")

        assert await w.fill(form, "U1", topic="Aihe") == {}

        assert await stored(w) == []
        form = now_shown(w, form)
        assert "englanti" in words_in(form.view["blocks"])
        assert held(form, "topic") == "Aihe"
        assert await w.fill(form, "U1") == {}
        assert [(one.host, one.held_in, one.topic) for one in await stored(w)] == [(JEAN, "en", "Aihe")]


# Two replicas


async def _taken_meanwhile(w: World, url: str, sent: Awaitable[Any], start: datetime) -> None:
    """A form is sent while another replica books its time, and has not yet said so."""
    engines = open_engines(url)
    other, span = wanted(start), Span(start, start + LENGTH + BUFFER)
    with engines.writer.connect() as conn:
        assert meetings.book(conn, w.desk.services.workspace, other, [AINO], span, "other", w.clock.now())
        sending = asyncio.ensure_future(sent)
        await until_it_waits(engines.reader)
        conn.commit()
        await sending
    engines.dispose()


async def test_a_time_that_another_replica_books_at_the_same_moment(tmp_path, postgres_url):
    """The form shows others, without the one that has gone."""
    async with meeting_world(tmp_path, database_url=postgres_url) as w:
        offer = await asked(w, FINNISH)
        start = offered(offer)[0]
        form = await opened(w, offer, "meeting.slot.1", "U1")

        await _taken_meanwhile(w, postgres_url, w.fill(form, "U1", topic="Aihe"), start)

        assert start not in times(now_shown(w, form))


async def test_a_meeting_that_is_moved_to_such_a_time(tmp_path, postgres_url):
    """Keeps the one that it has; the form shows others."""
    async with meeting_world(tmp_path, database_url=postgres_url) as w:
        meeting = await booked(w, FINNISH)
        form = await opened(w, await told(w, meeting), "meeting.move", "U1")
        start = times(form)[4]

        await _taken_meanwhile(w, postgres_url, w.fill(form, "U1", **at(form, start)), start)

        assert start not in times(now_shown(w, form))
        assert (await stored(w))[0].start == meeting.start


async def test_replicas_that_start_together_read_a_calendar_once(tmp_path):
    """From the second reading on."""
    async with meeting_world(tmp_path, meeting_desk({AINO: "aino"})) as w:
        services = w.desk.services
        services.calendars = _Calendar()
        await w.desk.database.run(
            lambda conn: services.work.add(
                conn, kinds.BUSY, f"{kinds.BUSY}:{services.workspace}:{AINO}:other", {"host": AINO}, at=w.clock.now()
            )
        )
        for _ in range(3):
            w.skip(timedelta(minutes=6))
            await w.settle()

        waiting = [one["key"] for one in await w.rows(job) if one["kind"] == kinds.BUSY and one["status"] == "waiting"]
        assert len(waiting) == 1


# A slow calendar


@dataclass
class _Calendar:
    """A calendar that answers when it is told to."""

    events: dict[str, bytes] = field(default_factory=dict)
    is_away: bool = False
    is_mute: bool = False  # never answers
    is_deaf: bool = False  # does what it is asked, and does not say so
    hangs: str = ""  # the next call of this name waits to be carried out
    asked: asyncio.Event = field(default_factory=asyncio.Event)
    answer: asyncio.Event = field(default_factory=asyncio.Event)

    def of(self, *_: object, **__: object) -> _Calendar:
        """As ports.Calendars."""
        return self

    async def busy(self, since: datetime, until: datetime) -> list[Span]:
        """Never."""
        return []

    async def put(self, uid: str, content: bytes) -> None:
        """Write."""
        await self._wait("put")
        self.events[uid] = content
        if self.is_deaf:
            raise RetryLater("no answer")

    async def remove(self, uid: str) -> None:
        """Take away."""
        await self._wait("remove")
        self.events.pop(uid, None)

    async def _wait(self, call: str) -> None:
        if self.is_away:
            raise RetryLater("away")
        if self.is_mute:
            await asyncio.Event().wait()
        if self.hangs == call:
            self.hangs = ""
            self.asked.set()
            await self.answer.wait()


async def _read(w: World) -> _Calendar:
    w.desk.services.calendars = there = _Calendar()
    await pass_to(w, w.clock.now() + timedelta(minutes=6))
    return there


async def _now(w: World, meeting: Meeting) -> Meeting:
    """The meeting while work is under way."""
    workspace = w.desk.services.workspace
    found = await w.desk.database.read(lambda conn: meetings.load(conn, workspace, meeting.number))
    assert found is not None
    return found


async def test_a_write_that_was_put_off_does_not_undo_a_newer_one(tmp_path):
    """What is written of a meeting is written in order."""
    async with meeting_world(tmp_path, meeting_desk({AINO: "aino"})) as w:
        there = await _read(w)
        there.is_away = True
        meeting = await booked(w, FINNISH)
        message = await told(w, meeting)
        there.is_away, there.hangs = False, "put"
        w.skip(ROUND)
        await asyncio.wait_for(there.asked.wait(), 5)

        form = await opened(w, message, "meeting.move", "U1")
        time = times(form)[1]
        assert await w.fill(form, "U1", **at(form, time)) == {}
        await _done(w, kinds.CARD)  # and with it what else there is to do
        there.answer.set()
        await w.settle()

        assert f"DTSTART:{time:%Y%m%dT%H%M%SZ}" in there.events[meeting.uid].decode()


async def test_taking_away_that_was_put_off_does_not_take_a_newer_one_away(tmp_path):
    """As above."""
    async with meeting_world(tmp_path, meeting_desk({AINO: "aino"})) as w:
        there = await _read(w)
        meeting = await booked(w, FINNISH)
        await w.settle()
        there.is_away = True
        (card,) = await host_cards(w)
        await cancelled(w, card, AINO)
        there.is_away, there.hangs = False, "remove"
        w.skip(ROUND)
        await asyncio.wait_for(there.asked.wait(), 5)

        now = await _now(w, meeting)
        assert await w.press(w.slack.message(now.channel, now.message_ts), "meeting.again.1", "U1") == 200
        await _done(w, kinds.CARD)
        there.answer.set()
        await w.settle()

        assert (await stored(w))[0].state is State.BOOKED
        assert meeting.uid in there.events


async def _done(w: World, kind: str) -> None:
    """Wait until all work of a kind is done."""
    work = w.desk.services.work
    async with asyncio.timeout(5):
        while await w.desk.database.read(lambda conn: work.pending(conn, f"{kind}:")):  # noqa: ASYNC110 - nobody tells
            await asyncio.sleep(0.01)


async def test_a_calendar_that_never_answers_is_as_one_that_is_away(tmp_path, monkeypatch):
    """The write is repeated later, however often that is so; meanwhile the people in the meeting get their files."""
    monkeypatch.setattr(calendars, "_LIMIT", 0.05)
    async with meeting_world(tmp_path, meeting_desk({AINO: "aino"})) as w:
        there = await _read(w)
        there.is_mute = True
        meeting = await booked(w, FINNISH)
        for _ in range(10):
            await pass_to(w, w.clock.now() + ROUND)
        assert len(await calendar_files(w, AINO)) == 1
        there.is_mute = False

        await pass_to(w, w.clock.now() + ROUND)

        assert meeting.uid in there.events


async def test_a_write_without_an_answer_is_taken_back_with_its_bookers_data(tmp_path):
    """Their customer's name stands in it."""
    async with meeting_world(tmp_path, meeting_desk({AINO: "aino"})) as w:
        there = await _read(w)
        there.is_deaf = True
        meeting = await booked(w, FINNISH, **{"for": "customer", "customer_name": "Berta"})
        await w.settle()
        assert b"Berta" in there.events[meeting.uid]
        there.is_deaf = False

        trace = trace_of(await _now(w, meeting))
        await w.desk.database.run(lambda conn: meetings.delete(conn, w.desk.services.workspace, meeting.number))
        await _carried_out(w, withdrawal_job(w.desk.services), codec.dump(trace))
        await w.settle()

        assert there.events == {}


# Work that is late


async def _carried_out(w: World, handler: Any, payload: dict[str, Any]) -> None:
    unit = await handler(Job("kind", f"key:{payload.get('number')}", payload, "lane", 1, w.clock.now()))
    await w.desk.database.run(unit)


async def test_a_card_that_is_posted_once_somebody_else_holds_the_meeting_is_taken_away(tmp_path):
    """It would say for ever that they hold it, with all that was typed."""
    async with meeting_world(tmp_path) as w:
        meeting = await booked(w, channel="D1")
        (card,) = await host_cards(w, meeting.host)
        late = replace(await _now(w, meeting), host_channel="", host_ts="")
        workspace, now = w.desk.services.workspace, w.clock.now()
        await w.desk.database.run(lambda conn: meetings.save(conn, workspace, late, now))
        other = AINO if meeting.host == JEAN else JEAN
        span = Span(late.start + timedelta(days=1), late.end + timedelta(days=1) + BUFFER)

        handler, payload = card_job(w.desk.services), {"number": meeting.number, "sequence": 0}
        unit = await handler(Job(kinds.CARD, "card:late", payload, "lane", 1, now))
        assert len(await host_cards(w, meeting.host)) == 2
        await w.desk.database.run(
            lambda conn: meetings.move(conn, workspace, late, [other], span.start, span.start + LENGTH, span, now)
        )
        await w.desk.database.run(unit)

        assert [one.ts for one in await host_cards(w, meeting.host)] == [card.ts]


async def test_news_that_is_late_says_what_was_so(tmp_path):
    """Not that a time was cancelled which has been chosen since."""
    async with meeting_world(tmp_path) as w:
        meeting = await booked(w, FINNISH)
        (card,) = await host_cards(w)
        await moved(w, await told(w, meeting), "U1", nth=8)
        before = len(await host_lines(w, card))
        payload = {"number": meeting.number, "sequence": 1, "what": "cancelled", "host": AINO}
        payload |= {"channel": card.channel, "ts": card.ts, "start": meeting.start.isoformat()}

        assert await news_job(w.desk.services)(Job(kinds.NEWS, "news:late", payload, "lane", 1, w.clock.now())) is None

        (line,) = (await host_lines(w, card))[before:]
        assert "16.30" in line


async def test_a_reminder_is_put_into_words_where_it_is_said(tmp_path):
    """What was to be said directly, and is said in a channel after all, names nobody there."""
    async with meeting_world(tmp_path) as w:
        meeting, services = await booked(w, FINNISH), w.desk.services
        w.slack.fail("conversations.open", Error("cannot_dm_bot"))

        def due(conn: Connection) -> None:
            changing.go_elsewhere(conn, services, meeting)
            direct = meetings.load(conn, services.workspace, meeting.number)
            assert direct is not None
            changing.tell(conn, services, direct, None, "0:hour", which="hour")

        await w.desk.database.run(due)
        await w.settle()

        said = w.slack.messages("CCYBER", thread=meeting.thread_ts)[-1]
        assert "16.30" in said.text
        assert "Aino" not in str(said.blocks)
        assert "https://meet.example" not in str(said.blocks)


async def test_a_host_who_cannot_be_told_keeps_nothing_from_being_taken_back(tmp_path):
    """A card that Slack has no more is no reason to leave the entry in the calendar."""
    async with meeting_world(tmp_path, meeting_desk({AINO: "aino"})) as w:
        there = await _read(w)
        meeting = await booked(w, FINNISH)
        await w.settle()
        trace = trace_of(await _now(w, meeting))
        await w.desk.database.run(lambda conn: meetings.delete(conn, w.desk.services.workspace, meeting.number))
        w.slack.fail("chat.update", Error("channel_not_found"))

        await _carried_out(w, withdrawal_job(w.desk.services), codec.dump(trace))
        await w.settle()

        assert there.events == {}
