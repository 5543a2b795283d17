"""The jobs that take away what is left of a meeting whose booker, or host, has had their data deleted."""

from __future__ import annotations

import logging
from dataclasses import replace

from sqlalchemy import Connection

from bot.listeners import speaking
from bot.listeners.meetings import changing
from bot.listeners.meetings.telling import words_for_host
from bot.listeners.services import Services
from bot.logs import Reason
from bot.meeting import State
from bot.model import Job
from bot.ports import GiveUp, Handler, Unit
from bot.render.meeting_cards import News, host_news, withdrawn_meeting
from bot.store import codec, meetings
from bot.store.meeting_privacy import Trace, bare

_log = logging.getLogger(__name__)


def withdrawal_job(services: Services) -> Handler:
    """Takes names and words out of the host's card, and has files, the calendar's entry and invitations taken back."""

    async def withdraw(job: Job) -> Unit[None] | None:
        trace = codec.load(Trace, job.payload)
        try:
            if trace.host_ts:
                await _tell_host(services, job, trace)
        except GiveUp as error:  # all else must go nevertheless
            _log.error("the host of meeting %s cannot be told of its end: %s", trace.number, Reason(str(error)))
        return lambda conn: _take_back(conn, services, trace)

    return withdraw


async def _tell_host(services: Services, job: Job, trace: Trace) -> None:
    """Empty the host's card, and say below it that nobody comes. Raises RetryLater, GiveUp."""
    t, zone = await words_for_host(services, trace.host)
    by_booker = not trace.is_without_host
    message = withdrawn_meeting(t, trace.number, start=trace.start, zone=zone, by_booker=by_booker)
    await speaking.rewrite(services, message, trace.host_channel, trace.host_ts)
    if _is_awaited(services, trace):
        news = host_news(t, bare(trace), News.CANCELLED, zone=zone)
        await speaking.post(services, job, news, trace.host_channel, trace.host_ts)


def _is_awaited(services: Services, trace: Trace) -> bool:
    """Whether those who were to take part wait for it, and its booker has gone."""
    return trace.state is State.BOOKED and trace.end > services.clock.now() and not trace.is_without_host


def _take_back(conn: Connection, services: Services, trace: Trace) -> None:
    changing.unshare(conn, services, trace.host_file)
    changing.unshare(conn, services, trace.booker_file)
    # It may stand in the host's calendar without our knowing: a write of which no answer came.
    for user in sorted({trace.written, trace.host} - {""}):
        changing.erase(conn, services, user, trace.number, trace.uid, f"{trace.sequence}:withdrawn:{user}")
    if trace.is_invited and _is_awaited(services, trace):
        for to in changing.mailed(services, bare(trace)):
            changing.call_off(conn, services, trace, to)


def unplaced_job(services: Services) -> Handler:
    """Tells the booker of a meeting that it has lost its host, and offers other times."""

    async def tell(job: Job) -> Unit[None]:
        number = job.payload["number"]

        def unit(conn: Connection) -> None:
            meetings.lock(conn, services.workspace, number)
            meeting = meetings.load(conn, services.workspace, number)
            if meeting is not None and meeting.state is State.UNPLACED and not meeting.host:
                before = replace(meeting, state=State.BOOKED, sequence=meeting.sequence - 1)
                changing.freed(conn, services, before, meeting)

        return unit

    return tell
