"""The jobs that speak: to whoever has booked a meeting, and to whoever holds it."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import Final

from sqlalchemy import Connection

from bot.flows import booking
from bot.flows.booking import STEP
from bot.i18n import Translator
from bot.listeners import changes, effects, journal, people, speaking
from bot.listeners.effects import Origin
from bot.listeners.meetings import changing
from bot.listeners.meetings.free import held_by
from bot.listeners.services import Services
from bot.meeting import Meeting, Reminder, State
from bot.model import DEFAULT_LANGUAGE, Job, Language, Notice, PersonId, Reply, Thread
from bot.ports import GiveUp, Handler, Unit
from bot.render import meeting_cards as render
from bot.render.meetings import Step
from bot.render.messages import Message as Drawn
from bot.report import Line
from bot.store import codec, meetings, messages, privacy, threads
from bot.store.locks import exclusive
from bot.store.messages import Message

_STANDING: Final = frozenset({Step.BOOKED, Step.UNPLACED, Step.CANCELLED})
"""What the booker's message says as long as the meeting lies ahead: edits go there."""


def tell_job(services: Services) -> Handler:
    """Says something to the booker, where the booking began; who has no place is written to directly."""

    async def post(job: Job) -> Unit[None] | None:
        workspace, number = services.workspace, job.payload["number"]
        meeting = await services.store.read(lambda conn: meetings.load(conn, workspace, number))
        given, which = job.payload["reply"], job.payload.get("which")
        if meeting is None or (given is None and meeting.sequence != job.payload["sequence"]):
            return None  # how it stood then is of no interest any more
        if given is not None:
            reply = codec.load(Reply, given)
        elif which:  # put into words now: what others may not read depends on where it is said
            reply = booking.reminder(meeting, held_by(services, meeting.host), Reminder(which))
        else:
            reply = await services.store.read(lambda conn: changing.standing(conn, services, meeting))
        journal.note_reply(reply)
        message = services.editions.current.renderer.message(reply)
        try:
            channel = meeting.channel or await services.slack.direct_channel(meeting.booker.user)
            ts = await speaking.post(services, job, message, channel, meeting.thread_ts or None)
        except GiveUp:
            if not meeting.is_direct:
                return lambda conn: _tell_directly(conn, services, job, meeting)
            if "back" not in job.payload:
                raise
            return lambda conn: _come_back(conn, services, job)
        thread_ts = meeting.thread_ts or ts
        return lambda conn: _keep(conn, services, Message(channel, ts, thread_ts, reply, reply.language), meeting)

    return post


def _tell_directly(conn: Connection, services: Services, job: Job, meeting: Meeting) -> None:
    """Go on with the booker in a direct message: the bot has no place any more where it was spoken to."""
    meetings.lock(conn, services.workspace, meeting.number)
    now = meetings.load(conn, services.workspace, meeting.number)
    if now is not None:
        direct = replace(now, channel="", thread_ts="", message_ts="")
        meetings.save(conn, services.workspace, direct, services.clock.now())
        services.work.add(conn, job.kind, f"{job.key}:directly", job.payload, lane=job.lane)


def _come_back(conn: Connection, services: Services, job: Job) -> None:
    """Stay where the booking began: the bot cannot write to the booker directly, and says so."""
    meetings.lock(conn, services.workspace, job.payload["number"])
    now = meetings.load(conn, services.workspace, job.payload["number"])
    if now is None or now.thread_ts:
        return
    here = replace(now, **job.payload["back"])
    meetings.save(conn, services.workspace, here, services.clock.now())
    changing.show(conn, services, here, "back")
    thread, origin = Thread(here.channel, here.thread_ts), Origin(job.key, here.booker)
    effects.whisper(conn, services, changes.notice(Notice.NO_DIRECT, here.language), thread, origin)


def _keep(conn: Connection, services: Services, said: Message, meeting: Meeting) -> None:
    """Note what was said, and where the booker is spoken to from now on."""
    exclusive(conn, services.workspace, said.channel, said.thread_ts)
    meetings.lock(conn, services.workspace, meeting.number)
    now = meetings.load(conn, services.workspace, meeting.number)
    if now is None:  # its booker has had their data deleted meanwhile
        return
    messages.save(conn, services.workspace, replace(said, asker=now.booker))
    is_standing = said.reply.result[STEP] in _STANDING
    placed = replace(
        now,
        channel=said.channel,
        thread_ts=said.thread_ts,
        message_ts=said.ts if is_standing else now.message_ts,
    )
    meetings.save(conn, services.workspace, placed, services.clock.now())
    if not now.thread_ts:
        changing.add_file(conn, services, placed, changing.BOOKER)
    if threads.load(conn, services.workspace, said.channel, said.thread_ts) is None:
        thread = Thread(said.channel, said.thread_ts, asker=now.booker, language=now.language)
        threads.save(conn, services.workspace, thread, services.clock.now())
    if is_standing and now.sequence != meeting.sequence:  # it was changed while this was being said
        changing.show(conn, services, placed, f"caught-up:{said.ts}")


def card_job(services: Services) -> Handler:
    """Has the host's card say how the meeting stands; posts it if there is none."""

    async def show(job: Job) -> Unit[None] | None:
        number = job.payload["number"]
        meeting = await services.store.read(lambda conn: meetings.load(conn, services.workspace, number))
        if meeting is None or not meeting.host or (meeting.state is not State.BOOKED and not meeting.host_ts):
            return None
        message = await _card(services, meeting)
        if meeting.host_ts:
            await speaking.rewrite(services, message, meeting.host_channel, meeting.host_ts)
            return None
        channel = await services.slack.direct_channel(meeting.host)
        ts = await speaking.post(services, job, message, channel)

        def unit(conn: Connection) -> None:
            meetings.lock(conn, services.workspace, number)
            now = meetings.load(conn, services.workspace, number)
            if now is None or now.host != meeting.host:  # somebody else was given it while this was being said
                privacy.unsay(conn, services.work, services.workspace, Line(channel, ts))
            else:
                placed = replace(now, host_channel=channel, host_ts=ts)
                meetings.save(conn, services.workspace, placed, services.clock.now())
                changing.add_file(conn, services, placed, changing.HOST)
                if now.sequence != meeting.sequence:
                    changing.card(conn, services, placed)

        return unit

    return show


async def _card(services: Services, meeting: Meeting) -> Drawn:
    language = await services.store.read(lambda conn: language_of_host(conn, services, meeting.host))
    held = held_by(services, meeting.host)
    url = None
    if not meeting.is_direct and meeting.thread_ts:
        url = await services.slack.permalink(channel=meeting.channel, ts=meeting.thread_ts)
    programme = services.editions.current.knowledge.programmes.get(meeting.programme or "")
    return render.host_card(
        services.editions.current.renderer.catalogues[language],
        meeting,
        zone=held.zone,
        organisation=meeting.organisation,
        url=url,
        video=held.video,
        programme=programme.names[language] if programme else None,
        is_over=meeting.start <= services.clock.now(),
    )


def news_job(services: Services) -> Handler:
    """Puts a line below the host's card: an edit of the card alone would call nobody."""

    async def post(job: Job) -> Unit[None] | None:
        payload = job.payload
        meeting = await services.store.read(lambda conn: meetings.load(conn, services.workspace, payload["number"]))
        if meeting is None:
            return None
        t, zone = await words_for_host(services, payload["host"])
        start = datetime.fromisoformat(payload["start"])
        told = replace(meeting, start=start)  # it may have moved on since
        if payload["what"] == render.News.GIVEN:  # its buttons are for whoever holds it now
            gone = render.given_meeting(t, meeting.number, start=start, zone=zone)
            await speaking.rewrite(services, gone, payload["channel"], payload["ts"])
            told = meeting
        message = render.host_news(t, told, payload["what"], zone=zone)
        ts = await speaking.post(services, job, message, payload["channel"], payload["ts"])
        return (lambda conn: _keep_line(conn, services, meeting, payload["channel"], ts)) if meeting.words else None

    return post


def _keep_line(conn: Connection, services: Services, meeting: Meeting, channel: str, ts: str) -> None:
    """Note the line that may quote the booker, so that it can be taken away with their data."""
    meetings.lock(conn, services.workspace, meeting.number)
    now = meetings.load(conn, services.workspace, meeting.number)
    if now is None:
        privacy.unsay(conn, services.work, services.workspace, Line(channel, ts))
    else:
        meetings.save(conn, services.workspace, replace(now, host_line=ts), services.clock.now())


def remind_job(services: Services) -> Handler:
    """Reminds one of the two of a meeting that still stands."""

    async def remind(job: Job) -> Unit[None] | None:
        payload = job.payload
        meeting = await services.store.read(lambda conn: meetings.load(conn, services.workspace, payload["number"]))
        if meeting is None or not _still_stands(meeting, payload["sequence"]) or meeting.start <= services.clock.now():
            return None
        which = Reminder(payload["which"])
        if which is Reminder.DAY and meeting.start - services.clock.now() <= changing.AHEAD[Reminder.HOUR]:
            return None  # the desk was down for a day: one is enough
        if payload["to"] == changing.BOOKER:
            return lambda conn: _remind_booker(conn, services, meeting, which)
        if meeting.host_ts:
            t, zone = await words_for_host(services, meeting.host)
            video = held_by(services, meeting.host).video
            message = render.host_news(t, meeting, f"reminder-{which}", zone=zone, video=video)
            await speaking.post(services, job, message, meeting.host_channel, meeting.host_ts)
        return None

    return remind


def _remind_booker(conn: Connection, services: Services, meeting: Meeting, which: Reminder) -> None:
    """Say that the meeting is near; what can no longer be done leaves its message."""
    changing.tell(conn, services, meeting, None, f"{meeting.sequence}:{which}", which=which.value)
    changing.show(conn, services, meeting, f"near:{which}")


def after_job(services: Services) -> Handler:
    """Asks the booker, once the meeting is over, whether it helped."""

    async def ask(job: Job) -> Unit[None] | None:
        payload = job.payload
        meeting = await services.store.read(lambda conn: meetings.load(conn, services.workspace, payload["number"]))
        if meeting is None or not _still_stands(meeting, payload["sequence"]):
            return None

        def unit(conn: Connection) -> None:
            changing.ask_whether_it_helped(conn, services, meeting)
            changing.show(conn, services, meeting, "over")
            changing.card(conn, services, meeting, "over")

        return unit

    return ask


def _still_stands(meeting: Meeting, sequence: int) -> bool:
    return meeting.state is State.BOOKED and meeting.sequence == sequence


def language_of_host(conn: Connection, services: Services, user: str) -> Language:
    """The language in which a host is written to: the one that they chose, else the first of those they hold."""
    person = people.load(conn, services, PersonId(services.workspace, user), None)
    host = services.desk.host(user)
    spoken = host.languages[0] if host and host.languages else DEFAULT_LANGUAGE
    return person.language or spoken


async def words_for_host(services: Services, user: str) -> tuple[Translator, str]:
    """The words for a host, and the zone of their clock."""
    language = await services.store.read(lambda conn: language_of_host(conn, services, user))
    return services.editions.current.renderer.catalogues[language], held_by(services, user).zone
