"""A changed meeting, and all that follows from the change: messages, the host's card, calendar, mail, reminders.

Whoever changes a meeting has locked it. What follows is work added in the same transaction.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy import Connection

from bot.availability import wished
from bot.flows import booking
from bot.listeners import effects
from bot.listeners.meetings import free, kinds
from bot.listeners.services import Services
from bot.meeting import OFFERED, Cause, Meeting, Reminder, State, Wish
from bot.model import PersonId, Reply
from bot.store import codec, meetings, messages
from bot.store.meeting_privacy import Trace, trace_of
from bot.store.messages import Message
from bot.store.privacy import UNSHARE

AHEAD: Final = {Reminder.DAY: timedelta(days=1), Reminder.HOUR: timedelta(hours=1)}
_EARLY: Final = timedelta(days=2)
"""Only of a meeting that was booked longer before it is somebody reminded a day before."""

BOOKER: Final = "booker"
CUSTOMER: Final = "customer"
HOST: Final = "host"
"""To whom mail, reminders and files go."""


def booked(conn: Connection, services: Services, meeting: Meeting, *, to_tell: bool) -> None:
    """What follows from a new meeting; `to_tell`: its booker has no message yet that says so."""
    if to_tell:
        tell(conn, services, meeting, None, "booked")
    _placed(conn, services, meeting)


def moved(conn: Connection, services: Services, before: Meeting, meeting: Meeting, *, by: PersonId) -> None:
    """What follows from another time; whoever did not move it hears of it."""
    _drop_reminders(conn, services, before)
    if before.host != meeting.host:
        _leave_host(conn, services, before)
        meeting = replace(meeting, host_channel="", host_ts="", host_line="", host_file="")
        meetings.save(conn, services.workspace, meeting, services.clock.now())
    if by == meeting.booker:
        show(conn, services, meeting, "moved")
    else:
        retire(conn, services, meeting, before)
        tell(conn, services, meeting, None, f"moved:{meeting.sequence}")
    if not _is_host(services, meeting, by):
        _tell_host(conn, services, meeting, "moved")
    _placed(conn, services, meeting)


def freed(
    conn: Connection, services: Services, before: Meeting, meeting: Meeting, *, by: PersonId | None = None
) -> None:
    """What follows from a meeting that has lost its time; whoever did not do it (None: nobody did) hears of it."""
    _drop_reminders(conn, services, before)
    if before.state is State.BOOKED:
        _call_off(conn, services, before, meeting)
    if meeting.cause is Cause.BOOKER:
        show(conn, services, meeting, "freed")
    else:
        retire(conn, services, meeting, meeting)
        tell(conn, services, meeting, None, f"freed:{meeting.sequence}")
    if not _is_host(services, meeting, by):
        _tell_host(conn, services, meeting, "taken" if meeting.cause is Cause.CALENDAR else "cancelled")
    card(conn, services, meeting)
    _drop_files(conn, services, meeting)


def standing(conn: Connection, services: Services, meeting: Meeting) -> Reply:
    """How a meeting stands, for its booker; of one without a time with others to choose from."""
    now, rules = services.clock.now(), services.desk.rules_of(meeting.kind.value)
    starts: Sequence[datetime] = ()
    if meeting.state is State.UNPLACED:
        found = free.other_times(conn, services, meeting, now=now)
        picked, _ = wished(found.slots, Wish(), meeting.zone, OFFERED)
        starts = [slot.start for slot in picked]
        held = free.held_by(services, picked[0].hosts[0] if picked else meeting.host)
    else:
        held = free.held_by(services, meeting.host)
    return booking.standing(meeting, held, now, rules.notice, starts)


def show(conn: Connection, services: Services, meeting: Meeting, why: str) -> None:
    """Have the booker's message say how the meeting stands; if there is none to be found, say it anew."""
    known = _shown(conn, services, meeting)
    if known is None:
        tell(conn, services, meeting, None, f"{why}:{meeting.sequence}")
        return
    reply = standing(conn, services, meeting)
    key = f"{lane(services, meeting)}:{meeting.sequence}:{why}"
    effects.show(conn, services, replace(known, reply=reply), key)


def retire(conn: Connection, services: Services, meeting: Meeting, old: Meeting) -> None:
    """Have the booker's message say that the time no longer holds; a new one tells the rest."""
    known = _shown(conn, services, meeting)
    if known is not None:
        reply = booking.left(old, meeting)
        key = f"{lane(services, meeting)}:{meeting.sequence}:retired"
        effects.show(conn, services, replace(known, reply=reply), key)


def _shown(conn: Connection, services: Services, meeting: Meeting) -> Message | None:
    """The message that tells the booker how the meeting stands."""
    if not meeting.message_ts:
        return None
    return messages.by_ts(conn, services.workspace, meeting.channel, meeting.message_ts)


def tell(
    conn: Connection,
    services: Services,
    meeting: Meeting,
    reply: Reply | None,
    why: str,
    **more: str | Mapping[str, str],
) -> None:
    """Say something to the booker, where the booking began; without a reply how the meeting stands.

    `which`, if given, is the reminder that it is instead: of a meeting that has changed meanwhile nobody is reminded.
    `back`, if given, is where that was: they are spoken to there again if they cannot be written to directly.
    """
    who = {"team": meeting.booker.team, "user": meeting.booker.user}
    said = {"reply": codec.dump(reply) if reply else None}
    payload = {"number": meeting.number, "sequence": meeting.sequence, **who, **said, **more}
    services.work.add(
        conn, kinds.TELL, key_of(services, kinds.TELL, meeting, why), payload, lane=lane(services, meeting)
    )


def card(conn: Connection, services: Services, meeting: Meeting, why: str = "") -> None:
    """Have the host's card say how the meeting stands; `why`, where it was not changed."""
    _add(conn, services, kinds.CARD, meeting, f"{meeting.sequence}:{why}")


def ask_whether_it_helped(conn: Connection, services: Services, meeting: Meeting) -> None:
    """The one question after a meeting."""
    tell(conn, services, meeting, booking.after(meeting), "after")


def confirmed(conn: Connection, services: Services, meeting: Meeting) -> None:
    """Send the invitations and calendar files of a meeting, once it stands in the calendar if there is one."""
    meetings.lock(conn, services.workspace, meeting.number)
    now = meetings.load(conn, services.workspace, meeting.number)
    if now is None or now.state is not State.BOOKED or now.sequence != meeting.sequence or now.sequence == now.invited:
        return
    invited = replace(now, invited=now.sequence)
    meetings.save(conn, services.workspace, invited, services.clock.now())
    for to in mailed(services, invited):
        _add_mail(conn, services, invited, to, "REQUEST")
    for to in (BOOKER, HOST):
        add_file(conn, services, invited, to)


def add_file(conn: Connection, services: Services, meeting: Meeting, to: str, *, instead_of: str = "") -> None:
    """Put a calendar file below the message of one of the two, if there is one and the meeting is certain.

    `instead_of` is the id of one that was lost.
    """
    thread = meeting.host_ts if to == HOST else meeting.thread_ts if meeting.is_direct else ""
    if thread and meeting.state is State.BOOKED and meeting.invited == meeting.sequence:
        why = f"{to}:{meeting.sequence}:{thread}:{instead_of}"
        _add(conn, services, kinds.FILE, meeting, why, of=f":file:{to}", to=to)


def go_elsewhere(conn: Connection, services: Services, meeting: Meeting) -> None:
    """Go on with the booker in a direct message; what stands in the channel says so, and is true for good."""
    known = _shown(conn, services, meeting)
    if known is not None:
        reply = booking.elsewhere(meeting)
        effects.show(conn, services, replace(known, reply=reply), f"{lane(services, meeting)}:elsewhere")
    direct = replace(meeting, channel="", thread_ts="", message_ts="")
    meetings.save(conn, services.workspace, direct, services.clock.now())
    back = {name: getattr(meeting, name) for name in ("channel", "thread_ts", "message_ts")}
    tell(conn, services, direct, None, f"directly:{meeting.sequence}", back=back)


def mailed(services: Services, meeting: Meeting) -> Iterator[str]:
    """Who gets invitations by mail: a host with a calendar finds the meeting there."""
    if services.mail is None:
        return
    host = services.desk.host(meeting.host)
    customer = meeting.customer.email if meeting.customer else ""
    if meeting.email:
        yield BOOKER
    if customer and customer.casefold() != meeting.email.casefold():
        yield CUSTOMER
    if host is not None and host.email and not host.calendar:
        yield HOST


def key_of(services: Services, kind: str, meeting: Meeting, why: str) -> str:
    """The key of work about a meeting."""
    return f"{kind}:{services.workspace}:{meeting.number}:{why}"


def lane(services: Services, meeting: Meeting, of: str = "") -> str:
    """What is said of a meeting is said in order; a calendar or a mail server that is away holds up no message."""
    return meetings.lane(services.workspace, meeting.number) + of


def calendar_lane(services: Services, number: int) -> str:
    """What is written of a meeting into calendars is written in order."""
    return f"{meetings.lane(services.workspace, number)}:calendar"


def erase(conn: Connection, services: Services, user: str, number: int, uid: str, why: str) -> None:
    """Have a meeting taken out of somebody's calendar."""
    payload = {"host": user, "uid": uid, "number": number}
    key = f"{kinds.ERASE}:{services.workspace}:{number}:{why}"
    services.work.add(conn, kinds.ERASE, key, payload, lane=calendar_lane(services, number))


def _placed(conn: Connection, services: Services, meeting: Meeting) -> None:
    """What follows from a time: card, calendar or invitations, reminders."""
    card(conn, services, meeting)
    host = services.desk.host(meeting.host)
    if host is not None and host.calendar:
        payload = {"number": meeting.number, "sequence": meeting.sequence}
        key = key_of(services, kinds.WRITE, meeting, str(meeting.sequence))
        services.work.add(conn, kinds.WRITE, key, payload, lane=calendar_lane(services, meeting.number))
    else:
        confirmed(conn, services, meeting)
    now = services.clock.now()
    for which, to, at in _reminders(meeting):
        if at > now:
            _add(conn, services, kinds.REMIND, meeting, f"{meeting.sequence}:{which}:{to}", at=at, to=to, which=which)
    _add(conn, services, kinds.AFTER, meeting, str(meeting.sequence), at=meeting.end)


def _reminders(meeting: Meeting) -> Iterator[tuple[str, str, datetime]]:
    for which, ahead in AHEAD.items():
        if which is Reminder.DAY and meeting.start - meeting.booked_at <= _EARLY:
            continue
        for to in (BOOKER, HOST):
            yield which.value, to, meeting.start - ahead


def _drop_reminders(conn: Connection, services: Services, before: Meeting) -> None:
    for which, to, _ in _reminders(before):
        services.work.cancel(conn, key_of(services, kinds.REMIND, before, f"{before.sequence}:{which}:{to}"))
    services.work.cancel(conn, key_of(services, kinds.AFTER, before, str(before.sequence)))


def _leave_host(conn: Connection, services: Services, before: Meeting) -> None:
    """Tell the host that somebody else holds it now, and take it out of their calendar."""
    gone = replace(before, state=State.CANCELLED, cause=Cause.BOOKER)
    _tell_host(conn, services, gone, "given")
    erase(conn, services, before.host, before.number, before.uid, f"{before.sequence}:given")
    unshare(conn, services, before.host_file)
    if before.state is State.BOOKED and before.invited >= 0 and HOST in mailed(services, before):
        call_off(conn, services, trace_of(before), HOST)


def _call_off(conn: Connection, services: Services, before: Meeting, meeting: Meeting) -> None:
    """Take a meeting out of the calendar, and call its invitations off."""
    host = services.desk.host(before.host)
    if host is not None and host.calendar:
        erase(conn, services, before.host, before.number, before.uid, str(meeting.sequence))
    if before.invited >= 0:  # to whoever was told nothing of it nothing is called off
        for to in mailed(services, before):
            _add_mail(conn, services, meeting, to, "CANCEL")


def _drop_files(conn: Connection, services: Services, meeting: Meeting) -> None:
    """Take the calendar files away: they name a time that no longer holds."""
    if meeting.booker_file or meeting.host_file:
        unshare(conn, services, meeting.booker_file)
        unshare(conn, services, meeting.host_file)
        bare = replace(meeting, booker_file="", host_file="")
        meetings.save(conn, services.workspace, bare, services.clock.now())


def unshare(conn: Connection, services: Services, copy: str) -> None:
    """Have a calendar file of ours deleted, if there is one."""
    if copy:
        services.work.add(conn, UNSHARE, f"{UNSHARE}:{services.workspace}:{copy}", {"copy": copy})


def _is_host(services: Services, meeting: Meeting, who: PersonId | None) -> bool:
    return who == PersonId(services.workspace, meeting.host)


def _tell_host(conn: Connection, services: Services, meeting: Meeting, what: str) -> None:
    if meeting.host_ts:  # a host who has no card yet will read on it how the meeting stands
        _add(
            conn,
            services,
            kinds.NEWS,
            meeting,
            f"{meeting.sequence}:{what}",
            what=what,
            channel=meeting.host_channel,
            ts=meeting.host_ts,
            host=meeting.host,
            start=meeting.start.isoformat(),
        )


def call_off(conn: Connection, services: Services, trace: Trace, to: str) -> None:
    """Call an invitation off whose receiver is no longer in the meeting, or to a meeting that is no more."""
    payload = {**codec.dump(trace), "to": to}
    key = f"{kinds.CALL_OFF}:{services.workspace}:{trace.number}:{trace.sequence}:{to}"
    line = meetings.lane(services.workspace, trace.number) + f":mail:{to}"
    services.work.add(conn, kinds.CALL_OFF, key, payload, lane=line)


def _add_mail(conn: Connection, services: Services, meeting: Meeting, to: str, method: str) -> None:
    payload = {"number": meeting.number, "sequence": meeting.sequence, "to": to, "method": method}
    key = key_of(services, kinds.MAIL, meeting, f"{meeting.sequence}:{method}:{to}")
    services.work.add(conn, kinds.MAIL, key, payload, lane=lane(services, meeting, f":mail:{to}"))


def _add(
    conn: Connection,
    services: Services,
    kind: str,
    meeting: Meeting,
    why: str,
    *,
    at: datetime | None = None,
    of: str = "",
    **told: Any,
) -> None:
    """Add work about a meeting as it is now: at a time, or in a lane of its own."""
    payload = {"number": meeting.number, "sequence": meeting.sequence, **told}
    line = None if at else lane(services, meeting, of)
    services.work.add(conn, kind, key_of(services, kind, meeting, why), payload, lane=line, at=at)
