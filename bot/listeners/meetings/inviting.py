"""The jobs that send invitations by mail, and that put calendar files into direct messages."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import replace
from typing import Any, Final

from sqlalchemy import Connection

from bot.listeners.meetings import changing, kinds
from bot.listeners.meetings.free import held_by
from bot.listeners.meetings.telling import language_of_host
from bot.listeners.services import Services
from bot.meeting import Meeting, State, name
from bot.model import Job, Language
from bot.ports import Fetched, FileRefused, GiveUp, Handler, RetryLater, Unit
from bot.render.invitation import calendar_file, invitation_mail
from bot.store import codec, meetings
from bot.store.meeting_privacy import Trace, bare

_ICS: Final = "ics"
_PAUSES: Final = (5.0, 60.0, 300.0, 900.0, 3600.0, 3 * 3600.0, 6 * 3600.0)
"""Seconds after the first attempt at a mail that has failed, the second, …"""


def mail_job(services: Services) -> Handler:
    """Sends one invitation, or calls it off; what has changed since has a mail of its own."""

    async def post(job: Job) -> None:
        payload = job.payload
        meeting = await services.store.read(lambda conn: meetings.load(conn, services.workspace, payload["number"]))
        if meeting is not None and meeting.sequence == payload["sequence"]:
            with _patiently(job):
                await _send(services, meeting, payload["to"], payload["method"])

    return post


def call_off_job(services: Services) -> Handler:
    """Calls one invitation off, with what is left of the meeting."""

    async def post(job: Job) -> None:
        trace = codec.load(Trace, job.payload)
        with _patiently(job):
            await _send(services, bare(trace), job.payload["to"], "CANCEL")

    return post


@contextmanager
def _patiently(job: Job) -> Iterator[None]:
    """Have a mail tried again for half a day: a mail server may be away as long as that."""
    try:
        yield
    except RetryLater as error:
        raise RetryLater(str(error), _PAUSES[min(job.attempts, len(_PAUSES)) - 1]) from None


async def _send(services: Services, meeting: Meeting, to: str, method: str) -> None:
    """Send one of those in a meeting an invitation, or call it off. Raises RetryLater, GiveUp."""
    address = _address(services, meeting, to)
    if not address or services.mail is None:
        return
    t = services.editions.current.renderer.catalogues[await _language(services, meeting, to)]
    held = held_by(services, meeting.host)
    zone = held.zone if to == changing.HOST else meeting.zone
    subject, text = invitation_mail(t, meeting, method=method, zone=zone, host_name=held.name, video=held.video)
    calendar = calendar_file(
        t,
        meeting,
        method=method,
        at=services.clock.now(),
        host_name=held.name,
        organiser=services.mail.sender,
        # Nobody reads by which addresses the others are invited.
        attendees=[(_named(services, meeting, to), address)],
        video=held.video,
    )
    await services.mail.send(to=address, subject=subject, text=text, calendar=calendar, method=method)


def _address(services: Services, meeting: Meeting, to: str) -> str:
    if to == changing.BOOKER:
        return meeting.email
    if to == changing.CUSTOMER:
        return meeting.customer.email if meeting.customer else ""
    host = services.desk.host(meeting.host)
    return host.email if host else ""


def _named(services: Services, meeting: Meeting, to: str) -> str:
    if to == changing.BOOKER:
        return meeting.organisation or ""
    if to == changing.CUSTOMER:
        return meeting.customer.name if meeting.customer else ""
    return held_by(services, meeting.host).name


async def _language(services: Services, meeting: Meeting, to: str) -> Language:
    """A customer is written to in the language of the meeting."""
    if to == changing.BOOKER:
        return meeting.language
    if to == changing.CUSTOMER:
        return meeting.held_in or meeting.language
    return await services.store.read(lambda conn: language_of_host(conn, services, meeting.host))


def file_job(services: Services) -> Handler:
    """Makes a calendar file for the booker or the host; it takes the place of an older one."""

    async def make(job: Job) -> None:
        payload = job.payload
        meeting = await services.store.read(lambda conn: meetings.load(conn, services.workspace, payload["number"]))
        if not _is_wanted(meeting, payload["sequence"]) or meeting is None:
            return
        language = await _language(services, meeting, payload["to"])
        held = held_by(services, meeting.host)
        content = calendar_file(
            services.editions.current.renderer.catalogues[language],
            meeting,
            method="PUBLISH",
            at=services.clock.now(),
            host_name=held.name,
            organiser=services.mail.sender if services.mail else "",
            attendees=(),
            video=held.video,
        )
        made = Fetched(content, _ICS, f"{name(meeting.number)}.{_ICS}")
        try:
            copy = await services.files.upload(made, alt="")
        except FileRefused as refused:
            raise GiveUp(f"Slack refuses the calendar file: {refused.fault}") from None
        channel, thread = await services.store.run(lambda conn: _kept(conn, services, meeting, payload["to"], copy))
        if channel:
            # No other process knows that it was not shown yet. Whether it is, is seen to by the job for that.
            with suppress(FileRefused, RetryLater, GiveUp):
                await services.files.share(copy, channel=channel, thread=thread or None, text="")

    return make


def _kept(conn: Connection, services: Services, meeting: Meeting, to: str, copy: str) -> tuple[str, str]:
    """Keep the file's id before it is shown, so that it is shown once, and can be taken away; where it is to be shown.

    Nowhere (two empty texts), if it is not wanted any more.
    """
    meetings.lock(conn, services.workspace, meeting.number)
    now = meetings.load(conn, services.workspace, meeting.number)
    if now is None or not _is_wanted(now, meeting.sequence):
        changing.unshare(conn, services, copy)
        return "", ""
    old = now.booker_file if to == changing.BOOKER else now.host_file
    changing.unshare(conn, services, old)
    kept = replace(now, booker_file=copy) if to == changing.BOOKER else replace(now, host_file=copy)
    meetings.save(conn, services.workspace, kept, services.clock.now())
    channel, thread = _place(now, to)
    payload = {"number": now.number, "to": to, "copy": copy, "channel": channel, "thread": thread}
    key = changing.key_of(services, kinds.SHARE, now, copy)
    services.work.add(conn, kinds.SHARE, key, payload, lane=changing.lane(services, now, f":file:{to}"))
    return channel, thread


def _is_wanted(meeting: Meeting | None, sequence: int) -> bool:
    return meeting is not None and meeting.state is State.BOOKED and meeting.sequence == sequence


def _place(meeting: Meeting, to: str) -> tuple[str, str]:
    """The thread in which a file is shown."""
    if to == changing.BOOKER:
        return meeting.channel, meeting.thread_ts
    return meeting.host_channel, meeting.host_ts


def share_job(services: Services) -> Handler:
    """Shows a calendar file below its message; one that has gone before anybody saw it is made anew."""

    async def share(job: Job) -> Unit[None] | None:
        payload = job.payload
        try:
            await services.files.share(
                payload["copy"], channel=payload["channel"], thread=payload["thread"] or None, text=""
            )
        except FileRefused:
            return lambda conn: _make_anew(conn, services, payload)
        return None

    return share


def _make_anew(conn: Connection, services: Services, payload: Mapping[str, Any]) -> None:
    meetings.lock(conn, services.workspace, payload["number"])
    now = meetings.load(conn, services.workspace, payload["number"])
    if now is not None and payload["copy"] == (now.booker_file if payload["to"] == changing.BOOKER else now.host_file):
        changing.add_file(conn, services, now, payload["to"], instead_of=payload["copy"])
