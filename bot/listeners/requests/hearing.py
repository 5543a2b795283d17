"""What is written in the thread of a request, or beside it, brought before whoever looks after it."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from sqlalchemy import Connection

from bot import duty
from bot.flows.request import Then
from bot.listeners.requests import changing, files, storing
from bot.listeners.services import Services
from bot.model import PersonId, Tell
from bot.request import Act, Change, Request, State
from bot.store import hosts, privacy, requests


def heard(conn: Connection, services: Services, told: Tell, who: PersonId, ts: str) -> None:
    """Store what somebody wrote; `ts` is its message's. Staff's word is the reply, the partner's makes it our turn."""
    request = changing.locked(conn, services, told.number)
    if request is None:
        return
    if told.is_staff:
        _staff_wrote(conn, services, request, told, who, ts)
    else:
        _partner_wrote(conn, services, request, told, who, ts)


def _partner_wrote(conn: Connection, services: Services, request: Request, told: Tell, who: PersonId, ts: str) -> None:
    now = services.clock.now()
    change = Change(Act.TOLD, now, who, told.text, ts=ts, is_aside=told.is_aside, files=told.files)
    may_return = request.state is State.RESOLVED
    was_closed = request.is_closed
    after = changing.flow(services).tell(request, change, may_return=may_return)
    changing.changed(conn, services, after)
    if was_closed:
        to_queue_if_away(conn, services, after, now)
    else:
        to_queue_if_gone(conn, services, after, now)


def _staff_wrote(conn: Connection, services: Services, request: Request, told: Tell, who: PersonId, ts: str) -> None:
    """Whoever answers what nobody has taken has it from now on. A reply that is only mended changes no turn."""
    now, flow = services.clock.now(), changing.flow(services)
    is_aside = told.is_aside or any(one.ts == ts for one in request.history if one.ts)
    if not is_aside and (taken := flow.take(request, who, now)) is not None:
        changing.changed(conn, services, taken)
        request = taken
    change = Change(Act.WROTE, now, who, told.text, ts=ts, is_aside=is_aside, files=told.files)
    after = None if is_aside else flow.respond(request, change, Then.WAIT)
    if after is None:  # it is over: a word after that
        after = replace(request, history=(*request.history, replace(change, is_aside=True)))
    changing.changed(conn, services, after)


def to_queue_if_away(conn: Connection, services: Services, request: Request, now: datetime) -> None:
    """Put back into the queue what was opened again while its owner is away, and another is there for it."""
    owner = request.assignee
    if owner is not None and is_away(conn, services, owner, request, now):
        _to_queue(conn, services, request, now)


def to_queue_if_gone(conn: Connection, services: Services, request: Request, now: datetime) -> bool:
    """Put back into the queue what the desk owes a word for while its owner is gone; whether that was so."""
    owner = request.assignee
    if owner is None or request.owed_since is None or not _is_gone(conn, services, owner, now):
        return False
    _to_queue(conn, services, request, now)
    return True


def _to_queue(conn: Connection, services: Services, request: Request, now: datetime) -> None:
    released = changing.flow(services).assign(request, None, now, None)
    if released is not None:
        changing.changed(conn, services, released)


def is_away(conn: Connection, services: Services, owner: PersonId, request: Request, now: datetime) -> bool:
    """Whether somebody is gone; or off duty while another who speaks the language is not.

    At night nobody is there: then it stays with whoever knows it.
    """
    member = services.desk.member(owner.user)
    if member is None or _is_gone(conn, services, owner, now):
        return True
    if duty.on_duty(services.desk, member, now):
        return False
    others = duty.called(services.desk, request.language, request.level, now)
    return any(user != owner.user for user in others)


def _is_gone(conn: Connection, services: Services, owner: PersonId, now: datetime) -> bool:
    """Whether somebody has left the desk, or has paused."""
    if services.desk.member(owner.user) is None:
        return True
    paused = hosts.all(conn, services.workspace).get(owner.user)
    return paused is not None and paused.away_until is not None and paused.away_until > now


def unheard(conn: Connection, services: Services, channel: str, thread_ts: str, ts: str) -> None:
    """Take back what a message told that its author has deleted: its words, the lines that quote them, its files."""
    known = requests.with_message(conn, services.workspace, channel, thread_ts, ts)
    request = changing.locked(conn, services, known.number) if known else None
    if request is None:
        return
    gone = [one for one in request.history if one.ts == ts and (one.words or one.lines or one.files)]
    if not gone:
        return
    for line in (line for change in gone for line in change.lines):
        privacy.unsay(conn, services.work, services.workspace, line)
    history = tuple(replace(one, words="", lines=(), files=()) if one in gone else one for one in request.history)
    told = {file for one in history for file in one.files}
    theirs = {file for one in gone for file in one.files} - told
    files.unshare(conn, services, replace(request, files=tuple(one for one in request.files if one.id in theirs)))
    left = tuple(one for one in request.files if one.id not in theirs)
    storing.stored(conn, services, replace(request, history=history, files=left))
    if theirs:
        storing.show(conn, services, request, f"unheard:{ts}")
