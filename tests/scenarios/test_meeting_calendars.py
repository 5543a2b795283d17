"""Hosts who have a calendar, on a real server: what stands there counts, and meetings are written there."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest

from bot.meeting import Cause, State
from bot.store import hosts
from bot.store.tables import busy
from tests.caldav_server import CalDavServer, caldav_server
from tests.scenarios.meeting_desk import (
    AINO,
    JEAN,
    WORDS,
    asked,
    assert_no_overlaps,
    booked,
    calendar_files,
    calendar_of,
    calendar_world,
    cancelled,
    event,
    host_cards,
    host_lines,
    meeting_desk,
    meeting_world,
    moved,
    offered,
    pass_to,
    stored,
    told,
)
from tests.scenarios.report_desk import steps
from tests.scenarios.world import World

FIRST = datetime(2026, 11, 23, 14, 30, tzinfo=UTC)  # more than four hours from Monday noon at the desk
TUESDAY = datetime(2026, 11, 24, 7, tzinfo=UTC)  # nine o'clock at the desk
FINNISH = WORDS["fi"]  # AINO alone holds meetings in Finnish
SOON = timedelta(minutes=6)  # calendars are read again by then
ROUND = timedelta(minutes=16)  # what failed is tried again by then


@pytest.fixture
def server() -> Iterator[CalDavServer]:
    """A server without calendars."""
    with caldav_server() as running:
        yield running


def _written(server: CalDavServer, host: str = AINO) -> list[str]:
    """What we have written into a host's calendar."""
    return [text for text in server.read(calendar_of(host)).values() if "PRODID:-//Partnerdesk" in text]


async def _later(w: World, duration: timedelta) -> None:
    await pass_to(w, w.clock.now() + duration)


async def _offered(w: World, words: str = FINNISH) -> list[datetime]:
    return offered(await asked(w, words))


async def test_what_a_host_has_in_their_calendar_is_not_offered(tmp_path, server):
    """Once it was read: that is done every few minutes."""
    async with calendar_world(tmp_path, server, AINO) as w:
        assert offered(await asked(w, FINNISH))[0] == FIRST
        server.write(calendar_of(AINO), "own", event(FIRST))

        await _later(w, SOON)

        assert offered(await asked(w, FINNISH))[0] == TUESDAY


async def test_a_meeting_stands_in_the_calendar_of_its_host(tmp_path, server):
    """Written, moved and taken out with it; nobody is invited by that."""
    async with calendar_world(tmp_path, server, AINO) as w:
        meeting = await booked(w, FINNISH)
        await w.settle()
        (there,) = _written(server)
        assert f"UID:{meeting.uid}" in there
        assert "DTSTART:20261123T143000Z" in there
        assert "ATTENDEE" not in there
        assert len(await calendar_files(w, AINO)) == 1

        time = await moved(w, await told(w, meeting), "U1", nth=1)
        await w.settle()
        (there,) = _written(server)
        assert f"DTSTART:{time:%Y%m%dT%H%M%SZ}" in there

        await cancelled(w, await told(w, meeting), "U1")
        await w.settle()
        assert _written(server) == []


async def test_a_time_that_is_taken_in_the_calendar_after_all(tmp_path, server):
    """The calendar was read before that: both hear of it, and the booker chooses again; the topic is kept."""
    async with calendar_world(tmp_path, server, AINO) as w:
        server.write(calendar_of(AINO), "own", event(FIRST))

        meeting = await booked(w, FINNISH, topic="Our trial")

        (now,) = await stored(w)
        assert (now.state, now.cause) == (State.UNPLACED, Cause.CALENDAR)
        assert _written(server) == []
        fresh = offered(await told(w, now), "meeting.again")
        assert fresh[0] == TUESDAY
        assert "unplaced" in await steps(w, now.channel, now.thread_ts)
        for card in await host_cards(w, AINO):
            assert "meeting.move" not in str(card.blocks)
        assert await w.press(await told(w, now), "meeting.again.1", "U1") == 200
        (now,) = await stored(w)
        assert (now.state, now.start, now.topic, now.number) == (State.BOOKED, TUESDAY, "Our trial", meeting.number)
        assert len(_written(server)) == 1
        await assert_no_overlaps(w)


async def test_whoever_has_a_calendar_that_cannot_be_read_is_not_offered(tmp_path, server):
    """An unknown calendar is never an empty one."""
    async with calendar_world(tmp_path, server, AINO) as w:
        server.delete(calendar_of(AINO))

        await pass_to(w, w.clock.now() + timedelta(minutes=25))

        assert (await booked(w, WORDS["en"])).host == JEAN
        other = await booked(w, FINNISH)
        assert (other.host, other.held_in) == (JEAN, "en")


async def test_all_of_what_stands_against_a_meeting_is_offered_no_more(tmp_path, server):
    """Also beyond the meeting's end: that part was read at the same time."""
    async with calendar_world(tmp_path, server, AINO) as w:
        server.write(calendar_of(AINO), "own", event(TUESDAY, timedelta(hours=2)))

        (now,) = [await booked(w, FINNISH, slot=2)]

        assert (now.start, now.state) == (TUESDAY, State.UNPLACED)
        fresh = [*offered(await told(w, now), "meeting.again"), *await _offered(w)]
        assert [one for one in fresh if TUESDAY <= one < TUESDAY + timedelta(hours=2)] == []


async def test_a_calendar_that_was_never_read(tmp_path, server):
    """Its host is not offered, others are; once it could be read, its host is."""
    server.trouble.is_away = True
    async with calendar_world(tmp_path, server, AINO) as w:
        assert (await booked(w, FINNISH)).host == JEAN

        server.trouble.is_away = False
        await _later(w, SOON)

        assert (await _offered(w))[0] == FIRST


async def test_what_was_read_long_ago_is_not_relied_upon(tmp_path, server):
    """Nor is what the calendar said before the desk was stopped, on another day."""
    async with calendar_world(tmp_path, server, AINO) as first:
        assert (await _offered(first))[0] == FIRST
    server.trouble.is_away = True
    first.clock.skip(timedelta(hours=1))
    kept = server.settings()
    settings = {name: getattr(kept, name) for name in ("caldav_url", "caldav_user", "caldav_password")}
    desk = meeting_desk({AINO: calendar_of(AINO)})
    async with meeting_world(tmp_path, desk, slack=first.slack, clock=first.clock, **settings) as w:
        assert (await booked(w, FINNISH)).host == JEAN


def _goes_away(server: CalDavServer) -> None:
    server.trouble.is_away = True


def _comes_back(server: CalDavServer) -> None:
    server.trouble.is_away = False


def _is_deleted(server: CalDavServer) -> None:
    server.delete(calendar_of(AINO))


def _is_made_anew(server: CalDavServer) -> None:
    server.calendar(AINO.lower())


AWAY = pytest.mark.parametrize(
    ("leave", "come"), [(_goes_away, _comes_back), (_is_deleted, _is_made_anew)], ids=["server", "calendar"]
)


@AWAY
async def test_a_calendar_that_is_away_for_hours(tmp_path, server, leave, come):
    """A meeting is booked all the same, and written once the calendar is there; nobody is told twice."""
    async with calendar_world(tmp_path, server, AINO) as w:
        offer = await asked(w, FINNISH, channel="D1")
        leave(server)

        meeting = await booked(w, FINNISH, channel="D1")
        for _ in range(3):
            await _later(w, ROUND)
        said = [message.text for message in w.slack.messages("D1")]
        assert len(await calendar_files(w, "U1")) == len(await calendar_files(w, AINO)) == 1  # nobody waits for it
        come(server)
        await _later(w, ROUND)

        (there,) = _written(server)
        assert f"UID:{meeting.uid}" in there
        assert (await stored(w))[0].state is State.BOOKED
        assert offer.text in said
        assert [message.text for message in w.slack.messages("D1")] == said
        (card,) = await host_cards(w)
        assert await host_lines(w, card) == []
        assert len(await calendar_files(w, "U1")) == len(await calendar_files(w, AINO)) == 1


async def test_a_time_that_is_taken_while_the_calendar_is_away(tmp_path, server):
    """It is found when the calendar is back: both hear of it then, once."""
    async with calendar_world(tmp_path, server, AINO) as w:
        server.trouble.is_away = True
        meeting = await booked(w, FINNISH)
        (card,) = await host_cards(w)
        server.write(calendar_of(AINO), "own", event(FIRST))
        server.trouble.is_away = False

        await _later(w, ROUND)
        await _later(w, ROUND)

        (now,) = await stored(w)
        assert (now.state, now.cause) == (State.UNPLACED, Cause.CALENDAR)
        assert len(await host_lines(w, card)) == 1
        assert (await steps(w, now.channel, meeting.thread_ts)).count("unplaced") == 1
        assert await calendar_files(w, AINO) == []
        assert _written(server) == []


async def test_a_time_that_is_found_to_be_taken_once_the_meeting_has_begun(tmp_path, server):
    """They have met by then: nobody is told anything."""
    async with calendar_world(tmp_path, server, AINO) as w:
        server.trouble.is_away = True
        meeting = await booked(w, FINNISH)
        server.write(calendar_of(AINO), "own", event(FIRST))
        await pass_to(w, FIRST - timedelta(minutes=5))
        server.trouble.is_away = False
        w.skip(timedelta(minutes=6))
        await w.settle()
        await _later(w, ROUND)

        assert (await stored(w))[0].state is State.BOOKED
        assert "unplaced" not in await steps(w, meeting.channel, meeting.thread_ts)


async def test_a_meeting_that_is_cancelled_before_its_calendar_is_there(tmp_path, server):
    """Is never written there."""
    async with calendar_world(tmp_path, server, AINO) as w:
        server.trouble.is_away = True
        meeting = await booked(w, FINNISH)
        await cancelled(w, await told(w, meeting), "U1")
        server.trouble.is_away = False

        await _later(w, ROUND)

        assert _written(server) == []


@pytest.mark.parametrize("change", [cancelled, moved])
async def test_a_change_while_the_calendar_is_away(tmp_path, server, change):
    """Is made there when it is back."""
    async with calendar_world(tmp_path, server, AINO) as w:
        meeting = await booked(w, FINNISH)
        message = await told(w, meeting)
        server.trouble.is_away = True
        await change(w, message, "U1")
        assert len(_written(server)) == 1
        await _later(w, ROUND)
        server.trouble.is_away = False

        await _later(w, ROUND)

        (now,) = await stored(w)
        starts = [f"DTSTART:{now.start:%Y%m%dT%H%M%SZ}" in there for there in _written(server)]
        assert starts == ([True] if now.state is State.BOOKED else [])


async def test_each_change_is_told_to_calendars_as_a_later_one(tmp_path, server):
    """Of the same event; the file that both have is made anew."""
    async with calendar_world(tmp_path, server, AINO) as w:
        meeting = await booked(w, FINNISH, channel="D1")
        await moved(w, await told(w, meeting), "U1", nth=2)

        (there,) = _written(server)
        files = [*await calendar_files(w, "U1"), *await calendar_files(w, AINO)]
        assert len(files) == 2
        for text in (there, *(one.content.decode() for one in files)):
            plain = text.replace("\r\n ", "")
            assert f"UID:{meeting.uid}" in plain
            assert "SEQUENCE:1" in plain
            assert f"DTSTART:{(await stored(w))[0].start:%Y%m%dT%H%M%SZ}" in plain


async def test_a_meeting_that_somebody_else_holds_from_now_on(tmp_path, server):
    """Stands in their calendar, and no more in the other one."""
    async with calendar_world(tmp_path, server, AINO, JEAN) as w:
        meeting = await booked(w)
        before, after = (meeting.host, JEAN if meeting.host == AINO else AINO)
        workspace = w.desk.services.workspace
        away = w.clock.now() + timedelta(days=60)
        await w.desk.database.run(lambda conn: hosts.pause(conn, workspace, before, away))

        await moved(w, await told(w, meeting), "U1")

        (now,) = await stored(w)
        assert (now.host, now.written) == (after, after)
        assert _written(server, before) == []
        (there,) = _written(server, after)
        assert f"UID:{meeting.uid}" in there


async def test_an_event_that_was_deleted_by_hand(tmp_path, server):
    """Is written anew when the meeting is moved; when it is cancelled nothing is missed."""
    async with calendar_world(tmp_path, server, AINO) as w:
        meeting = await booked(w, FINNISH)

        for change, left in ((moved, 1), (cancelled, 0)):
            await w.settle()
            (name,) = server.read(calendar_of(AINO))
            server.delete(f"{calendar_of(AINO)}/{name}.ics")
            await change(w, await told(w, meeting), "U1")
            assert len(_written(server)) == left


async def test_our_own_event_keeps_nobody_busy(tmp_path, server):
    """It is our meeting that does: once it is cancelled its time is free, and it can be moved by half an hour."""
    async with calendar_world(tmp_path, server, AINO) as w:
        meeting = await booked(w, FINNISH, slot=2)
        await _later(w, SOON)
        assert len(_written(server)) == 1
        assert await w.rows(busy) == []

        time = await moved(w, await told(w, meeting), "U1", nth=1)
        assert abs(time - meeting.start) < timedelta(days=1)
        await _later(w, SOON)
        await cancelled(w, await told(w, meeting), "U1")

        assert await _offered(w) == [FIRST, TUESDAY, TUESDAY + timedelta(minutes=30)]


async def test_whole_days_are_those_where_the_host_is(tmp_path, server):
    """So are times without a zone."""
    async with calendar_world(tmp_path, server, AINO) as w:
        day = event(FIRST).replace("DTSTART:20261123T143000Z", "DTSTART;VALUE=DATE:20261124")
        day = day.replace("DTEND:20261123T150000Z", "DTEND;VALUE=DATE:20261125")
        local = event(FIRST, uid="local").replace("Z\r\nDTEND", "\r\nDTEND").replace("T150000Z", "T170000")
        server.write(calendar_of(AINO), "own", day)
        server.write(calendar_of(AINO), "local", local.replace("T143000", "T163000"))

        await _later(w, SOON)

        spans = sorted((row["start"], row["end"]) for row in await w.rows(busy))
        midnight = datetime(2026, 11, 23, 22, tzinfo=UTC)  # in Helsinki
        assert spans == [(FIRST, FIRST + timedelta(minutes=30)), (midnight, midnight + timedelta(days=1))]


async def test_an_invitation_that_the_host_has_declined(tmp_path, server):
    """Keeps them busy no more; the desk file says by which address they are invited."""
    async with calendar_world(tmp_path, server, AINO) as w:
        told_no = "ATTENDEE;PARTSTAT=DECLINED:mailto:Aino@desk.example\r\nEND:VEVENT"
        server.write(calendar_of(AINO), "own", event(FIRST).replace("END:VEVENT", told_no))

        await _later(w, SOON)

        assert await w.rows(busy) == []
        assert (await _offered(w))[0] == FIRST
