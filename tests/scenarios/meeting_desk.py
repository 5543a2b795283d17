"""A desk whose people hold meetings, and what is read of them: in Slack, and in the database.

It is Monday noon at the desk. The clock moves on by itself only as far as work is tried again; `pass_to` moves it to
what is due later, such as a reminder.

Use::

    async with meeting_world(tmp_path) as w:
        offer = await asked(w, "I want to book a support meeting")
        form = await opened(w, offer, "meeting.slot.1", "U1")
        assert await w.fill(form, "U1", topic="Trial") == {}
        (meeting,) = await stored(w)
        (card,) = await host_cards(w)
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Mapping, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from pathlib import Path
from typing import Any

from bot.listeners import changes
from bot.meeting import Meeting, State
from bot.model import Language, Notice
from bot.store import meetings
from bot.store.tables import cell
from tests import caldav_server
from tests.caldav_server import CalDavServer
from tests.scenarios.report_desk import field
from tests.scenarios.world import DESK, MONDAY, RunningClock, World, actions, clock_at, control, options, world
from tests.stub_slack import TEAM, SharedFile, StubMessage, View

AINO, JEAN, MIRA = "USTAFF", "UJEAN", "UMIRA"
HOSTS = (AINO, JEAN, MIRA)
MEMBERS = ("U1", "U2", "U3", "U4")
ACME, BOREAL = "TACME", "TBOREAL"  # organisations outside; of the second it is known in which zone it is


def meeting_desk(calendars: Mapping[str, str] | None = None) -> str:
    """The desk file; with the addresses of hosts' calendars, by user."""
    of = {host: (calendars or {}).get(host, "null") for host in HOSTS}
    return f"""{DESK.replace("name: Borealis,", "name: Borealis, time_zone: Europe/Paris,")}
hosts:
  - user: {AINO}
    kinds: [support, training]
    email: aino@desk.example
    video: https://meet.example/aino
    calendar: {of[AINO]}
  - user: {JEAN}
    name: Jean
    languages: [fr, en]
    kinds: [support]
    time_zone: Europe/Paris
    hours: {{mon: ["14:00-18:00"], tue: ["09:00-12:00", "14:00-18:00"], thu: ["09:00-12:00"]}}
    calendar: {of[JEAN]}
  - user: {MIRA}
    name: Mira
    languages: [de, en]
    kinds: [support, training]
    programmes: [miro]
    calendar: {of[MIRA]}
meetings:
  support: {{length: 30m, buffer: 10m, notice: 4h, horizon: 30d}}
  training: {{length: 60m, buffer: 10m, notice: 24h, horizon: 30d}}
"""


MEETING_DESK = meeting_desk()

WORDS = {
    "en": "I want to book a support meeting",
    "fr": "je veux réserver un rendez-vous d'assistance",
    "de": "ich möchte einen Support-Termin buchen",
    "fi": "haluan varata tukipalaverin",
}
TRAINING = {
    "en": "I want to book a training",
    "fr": "je veux réserver une formation",
    "de": "ich möchte eine Schulung buchen",
    "fi": "haluan varata koulutuksen",
}

_PATIENCE = timedelta(minutes=10)  # work that fails is tried again within it
_EVER = (datetime(2020, 1, 1, tzinfo=UTC), datetime(2100, 1, 1, tzinfo=UTC))


@asynccontextmanager
async def meeting_world(folder: Path, desk: str = MEETING_DESK, **options: Any) -> AsyncIterator[World]:
    """A world whose desk takes bookings, on Monday noon; its hosts and some members are in Helsinki, as Slack tells.

    On PostgreSQL it is now: there, work falls due by the database's clock.
    """
    is_skipped = not str(options.get("database_url", "")).startswith("postgresql")
    clock = clock_at(MONDAY) if is_skipped else RunningClock()
    async with world(folder, desk, **{"clock": clock, **options}) as w:
        w.ahead = _PATIENCE
        for user in (*MEMBERS, *HOSTS):
            if user not in w.slack.users:
                w.slack.add_user(user, tz="Europe/Helsinki")
        yield w


@asynccontextmanager
async def calendar_world(folder: Path, server: CalDavServer, *hosts: str, **options: Any) -> AsyncIterator[World]:
    """The same, where some hosts have calendars on a server, at `calendar_of`; they have been read."""
    kept = server.settings()
    options |= {name: getattr(kept, name) for name in ("caldav_url", "caldav_user", "caldav_password")}
    calendars = {host: server.calendar(host.lower()) for host in hosts}
    assert calendars == {host: calendar_of(host) for host in hosts}
    async with meeting_world(folder, meeting_desk(calendars), **options) as w:
        await w.settle()
        yield w


def calendar_of(host: str) -> str:
    """Where the calendar of a host lies."""
    return f"{caldav_server.USER}/{host.lower()}"


def event(start: datetime, length: timedelta = timedelta(minutes=30), uid: str = "own") -> str:
    """Something else that a host has in their calendar."""
    begins, ends = (f"{one:%Y%m%dT%H%M%SZ}" for one in (start, start + length))
    lines = ("BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:test", "BEGIN:VEVENT", f"UID:{uid}", "DTSTAMP:20261101T000000Z")
    lines += (f"DTSTART:{begins}", f"DTEND:{ends}", "SUMMARY:Dentist", "END:VEVENT", "END:VCALENDAR", "")
    return "\r\n".join(lines)


def outsider(w: World, user: str, team: str = ACME) -> None:
    """Have somebody of another organisation exist: of them Slack tells neither zone nor language."""
    w.slack.add_user(user, team=team, is_stranger=False)


# What people do


async def asked(
    w: World, words: str = WORDS["en"], *, user: str = "U1", channel: str = "CCYBER", team: str = TEAM
) -> StubMessage:
    """Somebody asks for a meeting by a mention, or in a direct message, where they name the programme; our reply."""
    if channel.startswith("D"):
        ts = await w.direct(channel, user, f"Cyberday: {words}", team=team)
    else:
        ts = await w.mention(channel, user, words, team=team)
    await w.settle()
    reply, *_ = w.slack.messages(channel, thread=ts)  # what the bot is for may stand below it
    return reply


def offered(message: StubMessage, action: str = "meeting.slot") -> list[datetime]:
    """The times that a message offers as buttons; of a meeting that has lost its time by `meeting.again`."""
    values = [str(control(message, one)["value"]) for one in actions(message) if one.startswith(f"{action}.")]
    return [_instant(value) for value in values]


async def opened(
    w: World, message: StubMessage, action: str, user: str, value: str | None = None, *, team: str = TEAM
) -> View:
    """Somebody uses a control that opens a form; the form."""
    return await opened_by(w, w.press(message, action, user, value, team=team))


async def opened_by(w: World, act: Awaitable[int]) -> View:
    """The form that opens by a click, a shortcut or a control of App Home."""
    before = len(w.slack.opened)
    assert await act == 200
    (form,) = w.slack.opened[before:]
    return form


def now_shown(w: World, form: View) -> View:
    """What stands where a form was opened: another one, if the answer to it said so."""
    return w.slack.views[form.id]


def times(form: View) -> list[datetime]:
    """The times that a form lets somebody choose from."""
    return [_instant(option["value"]) for option in options(field(form, _time_field(form))["element"])]


def at(form: View, time: datetime) -> dict[str, str]:
    """The field that chooses a time of a form, to fill it in with."""
    return {_time_field(form): str(int(time.timestamp()))}


async def booked(
    w: World,
    words: str = WORDS["en"],
    *,
    user: str = "U1",
    channel: str = "CCYBER",
    team: str = TEAM,
    slot: int = 1,
    **fields: str | Sequence[str] | None,
) -> Meeting:
    """Somebody asks for a meeting, chooses one of the times and sends the form; the meeting.

    Fields go by their block ids, as in `w.fill`; a topic is given where there is none.
    """
    offer = await asked(w, words, user=user, channel=channel, team=team)
    form = await opened(w, offer, f"meeting.slot.{slot}", user, team=team)
    assert await w.fill(form, user, team=team, **{"topic": "Our trial", **fields}) == {}
    assert now_shown(w, form) == form, "the time has gone"
    return (await stored(w))[-1]


async def moved(w: World, message: StubMessage, user: str, *, nth: int = 0, team: str = TEAM) -> datetime:
    """Somebody moves a meeting from a message or a card, to the n-th of the times that there are; that time."""
    form = await opened(w, message, "meeting.move", user, team=team)
    time = times(form)[nth]
    assert await w.fill(form, user, team=team, **at(form, time)) == {}
    assert now_shown(w, form) == form, "the time has gone"
    await w.settle()
    return time


async def cancelled(w: World, message: StubMessage, user: str, words: str = "", *, team: str = TEAM) -> None:
    """Somebody cancels a meeting from a message or a card."""
    form = await opened(w, message, "meeting.cancel", user, team=team)
    assert await w.fill(form, user, team=team, words=words) == {}
    await w.settle()


async def paused(w: World, host: str, back_on: str) -> None:
    """A host says in App Home on which day they are back (YYYY-MM-DD)."""
    await w.open_home(host)
    form = await opened_by(w, w.press_at_home(host, "meeting.pause"))
    assert await w.fill(form, host, day=back_on) == {}
    await w.settle()


async def pass_to(w: World, instant: datetime) -> None:
    """Let time pass up to an instant, and what is due until then be done."""
    w.skip(instant - w.clock.now())
    await w.settle()


# What has come of it


def said(w: World, notice: Notice, language: Language = "en") -> str:
    """How a notice reads."""
    return changes.words(w.desk.services, notice, language)


async def whispered(w: World, user: str) -> list[str]:
    """What was said to somebody alone."""
    return [shown.text for shown in await w.whispers(user)]


async def stored(w: World) -> list[Meeting]:
    """All meetings, by number."""
    await w.settle()
    workspace = w.desk.services.workspace
    found = await w.desk.database.read(lambda conn: meetings.between(conn, workspace, *_EVER))
    return sorted(found, key=lambda one: one.number)


async def told(w: World, meeting: Meeting) -> StubMessage:
    """Our message that tells a booker how a meeting stands."""
    (now,) = [one for one in await stored(w) if one.number == meeting.number]
    return w.slack.message(now.channel, now.message_ts)


async def host_cards(w: World, host: str = AINO) -> list[StubMessage]:
    """The cards of meetings in the direct message with a host, oldest first."""
    await w.settle()
    return [message for message in _in_direct(w, host) if message.thread_ts is None and not message.files]


async def host_lines(w: World, card: StubMessage) -> list[str]:
    """What stands below a host's card, files aside."""
    await w.settle()
    return [message.text for message in w.slack.messages(card.channel, thread=card.ts) if not message.files]


async def calendar_files(w: World, user: str) -> list[SharedFile]:
    """The calendar files that stand in the direct message with somebody, in order."""
    await w.settle()
    channel = f"D{user[1:]}"
    return w.slack.shared(channel) if channel in w.slack.channels else []


async def assert_no_overlaps(w: World) -> None:
    """Nobody holds two meetings at once, buffers included; exactly the meetings that have a time take up cells."""
    found = [one for one in await stored(w) if one.state is State.BOOKED]
    for host in {one.host for one in found}:
        own = sorted((one for one in found if one.host == host), key=lambda one: one.start)
        for before, after in pairwise(own):
            buffer = w.desk.services.desk.rules_of(before.kind).buffer
            assert before.end + buffer <= after.start, f"{before.number} and {after.number} overlap"
    assert {row["number"] for row in await w.rows(cell)} == {one.number for one in found}


def _time_field(form: View) -> str:
    """Where a form asks for a time: fresh times have a field of their own each time."""
    (name,) = [block["block_id"] for block in form.view["blocks"] if block.get("block_id", "").startswith("time")]
    return str(name)


def _in_direct(w: World, user: str) -> list[StubMessage]:
    channel = f"D{user[1:]}"
    return w.slack.messages(channel) if channel in w.slack.channels else []


def _instant(value: str) -> datetime:
    """The time of a control's value: seconds since 1970, after the number of a meeting where one has lost its time."""
    return datetime.fromtimestamp(int(value.rpartition(":")[2]), UTC)
