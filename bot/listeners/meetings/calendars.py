"""The jobs that read and write the calendars of those who hold meetings.

When they are busy is read in the background: offers and forms, which have three seconds, look at what was read last.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import Connection

from bot.desk import Host
from bot.listeners.meetings import changing, kinds
from bot.listeners.meetings.free import hosts_with_calendars
from bot.listeners.meetings.telling import language_of_host
from bot.listeners.services import Services
from bot.logs import Reason
from bot.meeting import Cause, Meeting, Span, State
from bot.model import Job
from bot.ports import Calendar, GiveUp, Handler, RetryLater, Unit
from bot.render.invitation import calendar_event
from bot.store import hosts as stored
from bot.store import meetings

_EVERY: Final = timedelta(minutes=5)
"""How often calendars are read; free.STALE is several times that."""

_BEFORE: Final = timedelta(days=1)
_PATIENCE: Final = 4  # attempts, half a minute in all; then the write is repeated now and then
_AGAIN: Final = timedelta(minutes=15)
_LIMIT: Final = 90.0  # seconds for a job: less than those after which it counts as a fault of ours

_log = logging.getLogger(__name__)


def busy_job(services: Services) -> Handler:
    """Reads when a host is busy, and plans to read it again."""

    async def read(job: Job) -> Unit[None] | None:
        host = services.desk.host(job.payload["host"])
        if host is None or not host.calendar:
            return None
        now = services.clock.now()
        try:
            async with _in_time():
                spans = await _all_of(services, host, now)
        except (RetryLater, GiveUp) as error:
            fault = str(error)
            _log.warning("the calendar of host %s cannot be read: %s", host.user, Reason(fault))
            return lambda conn: _noted(conn, services, host, None, fault)
        return lambda conn: _noted(conn, services, host, spans, "")

    return read


@asynccontextmanager
async def _in_time() -> AsyncIterator[None]:
    """Have a calendar that takes too long be as one that is away."""
    try:
        async with asyncio.timeout(_LIMIT):
            yield
    except TimeoutError:
        raise RetryLater("the calendar takes too long") from None


def _calendar(services: Services, host: Host) -> Calendar:
    return services.calendars.of(host.calendar, zone=services.desk.zone_of(host), owner=host.email)


async def _all_of(services: Services, host: Host, now: datetime) -> list[Span]:
    """When a host is busy, as far ahead as somebody can book. Raises RetryLater, GiveUp."""
    return await _calendar(services, host).busy(now - _BEFORE, now + _horizon(services))


def _noted(conn: Connection, services: Services, host: Host, spans: list[Span] | None, fault: str) -> None:
    now = services.clock.now()
    if spans is None:
        stored.unread(conn, services.workspace, host.user, fault, now)
    else:
        stored.noted(conn, services.workspace, host.user, spans, now)
    _plan_next(conn, services, host, now + _EVERY)


def plan(conn: Connection, services: Services) -> None:
    """Have all calendars read from now on; for the start of a desk."""
    now = services.clock.now()
    for host in hosts_with_calendars(services):
        if not services.work.pending(conn, f"{kinds.BUSY}:{services.workspace}:{host.user}:"):
            _plan(conn, services, host, now, f"start:{int(now.timestamp())}")


def _plan_next(conn: Connection, services: Services, host: Host, at: datetime) -> None:
    # Replicas that have begun at once would read twice, always: there is one reading in so much time.
    _plan(conn, services, host, at, str(int(at.timestamp() // _EVERY.total_seconds())))


def _plan(conn: Connection, services: Services, host: Host, at: datetime, which: str) -> None:
    key = f"{kinds.BUSY}:{services.workspace}:{host.user}:{which}"
    services.work.add(conn, kinds.BUSY, key, {"host": host.user}, at=at)


def _horizon(services: Services) -> timedelta:
    rules = [services.desk.rules_of(kind) for host in services.desk.hosts for kind in host.kinds]
    return max(one.horizon + one.length + one.buffer for one in rules) + _BEFORE


def write_job(services: Services) -> Handler:
    """Writes a meeting into its host's calendar, repeated until it is in; where its time is taken, it gives that up."""

    async def write(job: Job) -> Unit[None] | None:
        if job.lane is None:
            return _in_turn(services, job)
        payload, now = job.payload, services.clock.now()
        meeting = await services.store.read(lambda conn: meetings.load(conn, services.workspace, payload["number"]))
        if meeting is None or meeting.state is not State.BOOKED or meeting.sequence != payload["sequence"]:
            return None
        host = services.desk.host(meeting.host)
        if host is None or not host.calendar:
            return lambda conn: changing.confirmed(conn, services, meeting)
        if meeting.start <= now:
            return None  # nobody who has begun is told that it cannot be
        try:
            calendar = _calendar(services, host)
            async with _in_time():
                if await calendar.busy(meeting.start, meeting.end):
                    spans = await _all_of(services, host, now)
                    return lambda conn: _clash(conn, services, meeting, spans)
                await calendar.put(meeting.uid, await _event(services, meeting))
        except (RetryLater, GiveUp) as error:
            return _try_again(services, job, meeting, error)
        return lambda conn: _written(conn, services, meeting)

    return write


def _in_turn(services: Services, job: Job) -> Unit[None]:
    """Have what was put off done after what is being written of the meeting: else the older could come last."""

    def unit(conn: Connection) -> None:
        line = changing.calendar_lane(services, job.payload["number"])
        services.work.add(conn, job.kind, f"{job.key}:due", job.payload, lane=line)

    return unit


async def _event(services: Services, meeting: Meeting) -> bytes:
    language = await services.store.read(lambda conn: language_of_host(conn, services, meeting.host))
    t = services.editions.current.renderer.catalogues[language]
    return calendar_event(t, meeting, at=services.clock.now(), video=_video(services, meeting))


def _video(services: Services, meeting: Meeting) -> str:
    host = services.desk.host(meeting.host)
    return (host.video or "") if host else ""


def _try_again(services: Services, job: Job, meeting: Meeting, error: RetryLater | GiveUp) -> Unit[None] | None:
    """Try soon, and later now and then; meanwhile the people in the meeting get their invitations."""
    if isinstance(error, RetryLater) and job.attempts < _PATIENCE and not job.payload.get("round"):
        raise error
    turn = job.payload.get("round", 0) + 1
    _log.warning("the calendar of host %s cannot be written: %s", meeting.host, Reason(str(error)))

    def unit(conn: Connection) -> None:
        now = services.clock.now()
        payload = {**job.payload, "round": turn}
        key = changing.key_of(services, kinds.WRITE, meeting, f"{meeting.sequence}:round:{turn}")
        services.work.add(conn, kinds.WRITE, key, payload, at=now + _AGAIN)
        if turn == 1:
            changing.confirmed(conn, services, meeting)

    return unit


def _clash(conn: Connection, services: Services, meeting: Meeting, spans: list[Span]) -> None:
    """The time is taken in the calendar: it is given back, and both are told; the booker gets others."""
    meetings.lock(conn, services.workspace, meeting.number)
    before = meetings.load(conn, services.workspace, meeting.number)
    if before is None or before.sequence != meeting.sequence or before.state is not State.BOOKED:
        return
    now, workspace = services.clock.now(), services.workspace
    freed = meetings.free(conn, workspace, before, state=State.UNPLACED, cause=Cause.CALENDAR, now=now)
    # What stands against it now must stand against the times that are offered instead, before the next reading. The
    # host's row comes after the times: so it does for whoever books.
    stored.noted(conn, workspace, meeting.host, spans, now)
    changing.freed(conn, services, before, freed)


def _written(conn: Connection, services: Services, meeting: Meeting) -> None:
    """Note whose calendar has it; one that was moved or cancelled meanwhile is dealt with by work of its own."""
    meetings.lock(conn, services.workspace, meeting.number)
    now = meetings.load(conn, services.workspace, meeting.number)
    if now is None:  # erased meanwhile
        changing.erase(conn, services, meeting.host, meeting.number, meeting.uid, "erased")
        return
    if now.state is not State.BOOKED or now.host != meeting.host:
        changing.erase(conn, services, meeting.host, meeting.number, meeting.uid, f"{now.sequence}:late")
        return
    meetings.save(conn, services.workspace, replace(now, written=meeting.host), services.clock.now())
    if now.sequence == meeting.sequence:
        changing.confirmed(conn, services, now)


def erase_job(services: Services) -> Handler:
    """Takes a meeting out of a calendar, and repeats that until it is out."""

    async def erase(job: Job) -> Unit[None] | None:
        if job.lane is None:
            return _in_turn(services, job)
        payload = job.payload
        host = services.desk.host(payload["host"])
        if host is None or not host.calendar:
            return None
        meeting = await services.store.read(lambda conn: meetings.load(conn, services.workspace, payload["number"]))
        if meeting is not None and meeting.state is State.BOOKED and meeting.host == host.user:
            return None  # it was given another time meanwhile, and stands there again
        try:
            async with _in_time():
                await _calendar(services, host).remove(payload["uid"])
        except (RetryLater, GiveUp) as error:
            if isinstance(error, RetryLater) and job.attempts < _PATIENCE and not payload.get("round"):
                raise
            _log.warning("the calendar of host %s cannot be written: %s", host.user, Reason(str(error)))
            return lambda conn: _erase_later(conn, services, job)
        return None

    return erase


def _erase_later(conn: Connection, services: Services, job: Job) -> None:
    turn = job.payload.get("round", 0) + 1
    if turn <= _ROUNDS:
        key = f"{job.key.partition(':round:')[0]}:round:{turn}"
        at = services.clock.now() + _AGAIN
        services.work.add(conn, kinds.ERASE, key, {**job.payload, "round": turn}, at=at)


_ROUNDS: Final = 4 * 24 * 7  # a week
