"""Clicks and forms on a meeting that is booked: moved, cancelled, looked at, judged; by its booker, host and staff.

Every control names the meeting by its number. What can be done follows from how it stands in the database and from who
clicks; what a message still shows does not matter.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, TypeAlias

from slack_bolt.async_app import AsyncApp
from sqlalchemy import Connection

from bot.availability import held_span, wished
from bot.desk import MeetingRules
from bot.flows import booking
from bot.flows.booking import other_zone
from bot.listeners import access, changes, effects, fields, people
from bot.listeners.access import Access, Target
from bot.listeners.clicks import Click, Form, language_of
from bot.listeners.meetings import changing
from bot.listeners.meetings.free import Free, held_by, other_times, zone_of_hosts
from bot.listeners.registry import Again, FormListener, Listener, listen, listen_to_forms
from bot.listeners.services import Services
from bot.meeting import OFFERED, Cause, Meeting, State, Wish
from bot.model import DEFAULT_LANGUAGE, Language, Notice, Person, Thread
from bot.render import meeting_forms as forms
from bot.render import meetings as render
from bot.store import meetings, messages


@dataclass(frozen=True, slots=True)
class _Clicked:
    """A click on a meeting, and how it stands now."""

    click: Click
    meeting: Meeting
    person: Person
    language: Language  # in which whoever clicked is spoken to
    zone: str  # by whose clock they are told times

    @property
    def is_booker(self) -> bool:
        return self.person.id == self.meeting.booker


Do: TypeAlias = Callable[[Connection, Services, _Clicked], Notice | None]
"""Carries something out; what whoever clicked is told, alone."""


def register(app: AsyncApp, services: Services) -> None:
    """Listen to what can be done with a meeting."""

    def at_once(do: Do) -> Listener:
        async def carry_out(click: Click) -> None:
            await _change(services, click, do)

        return carry_out

    def by_form(make: Callable[[Services, Connection, _Clicked], dict[str, Any] | Notice]) -> Listener:
        async def opened(click: Click) -> None:
            await _open(services, click, make)

        return opened

    def sent(take: Callable[[Connection, Services, _Clicked, Form], None]) -> FormListener:
        async def submitted(form: Form) -> dict[str, str] | Again:
            return await _submit(services, form, take)

        return submitted

    clicks: dict[str, Listener] = {
        render.DETAILS: by_form(_details),
        render.MOVE: by_form(_moving),
        render.CANCEL: by_form(_cancelling),
        render.AGAIN: at_once(_again),
        render.HELPED: at_once(_helped),
        render.UNHELPED: at_once(_unhelped),
    }
    listen(app, services, clicks)
    submitted: dict[str, FormListener] = {
        forms.MOVING: sent(_moved),
        forms.CANCELLING: sent(_cancelled),
        forms.CARD: sent(_sent_directly),
    }
    listen_to_forms(app, services, submitted)


# Forms opened


def _details(services: Services, conn: Connection, clicked: _Clicked) -> dict[str, Any] | Notice:
    """All of a meeting, for whoever clicked alone."""
    meeting, now = clicked.meeting, services.clock.now()
    if meeting.state is not State.BOOKED:
        return Notice.MOVED_ON
    del conn
    told = booking.details(meeting, held_by(services, meeting.host), now, _rules(services, meeting).notice)
    to_send = clicked.is_booker and not meeting.is_direct
    return forms.details_form(_t(services, clicked), told, _metadata(clicked), to_send=to_send)


def _moving(services: Services, conn: Connection, clicked: _Clicked) -> dict[str, Any] | Notice:
    if (hindrance := _hindrance(services, clicked, State.BOOKED, State.UNPLACED)) is not None:
        return hindrance
    found = other_times(conn, services, clicked.meeting, now=services.clock.now())
    return _moving_form(services, clicked, found, taken=False)


def _moving_form(services: Services, clicked: _Clicked, found: Free, *, taken: bool) -> dict[str, Any]:
    slots = found.slots
    if taken:
        slots, _ = wished(found.slots, Wish(), clicked.zone, OFFERED)
    host_zone = zone_of_hosts(services, slots, clicked.zone)
    return forms.moving_form(
        _t(services, clicked),
        clicked.meeting,
        [slot.start for slot in slots],
        clicked.zone,
        other_zone(clicked.zone, host_zone, *(slot.start for slot in slots)),
        taken=taken,
        metadata=_metadata(clicked),
    )


def _cancelling(services: Services, conn: Connection, clicked: _Clicked) -> dict[str, Any] | Notice:
    del conn
    if (hindrance := _hindrance(services, clicked, *_cancellable(clicked))) is not None:
        return hindrance
    return forms.cancelling_form(
        _t(services, clicked), clicked.meeting, clicked.zone, by_host=not clicked.is_booker, metadata=_metadata(clicked)
    )


# Forms sent, and clicks carried out


def _moved(conn: Connection, services: Services, clicked: _Clicked, form: Form) -> None:
    t = _t(services, clicked)
    start, errors = forms.read_time(form.values, t)
    if errors or start is None:
        raise _Refused(errors)
    _refuse_if(services, clicked, form, State.BOOKED, State.UNPLACED)
    found = other_times(conn, services, clicked.meeting, now=services.clock.now())
    if not _move(conn, services, clicked, found, start):
        found = other_times(conn, services, clicked.meeting, now=services.clock.now())  # without what others took now
        raise _Refused(Again(_moving_form(services, clicked, found, taken=True)))


def _move(conn: Connection, services: Services, clicked: _Clicked, found: Free, start: datetime) -> bool:
    """Give a meeting another time; False if that has just gone."""
    slot, before = found.at(start), clicked.meeting
    if slot is None:
        return False
    rules, now = found.rules, services.clock.now()
    hosts = sorted(slot.hosts, key=lambda user: user != before.host)
    moved = meetings.move(
        conn, services.workspace, before, hosts, start, start + rules.length, held_span(start, rules), now
    )
    if moved is None:
        return False
    changing.moved(conn, services, before, moved, by=clicked.person.id)
    return True


def _cancelled(conn: Connection, services: Services, clicked: _Clicked, form: Form) -> None:
    _refuse_if(services, clicked, form, *_cancellable(clicked))
    before, words = clicked.meeting, forms.read_words(form.values)
    # Whoever has booked it does not want it; whoever holds it cannot at that time, and another may suit both.
    state, cause = (State.CANCELLED, Cause.BOOKER) if clicked.is_booker else (State.UNPLACED, Cause.HOST)
    now = services.clock.now()
    freed = meetings.free(conn, services.workspace, before, state=state, cause=cause, words=words, now=now)
    changing.freed(conn, services, before, freed, by=clicked.person.id)


def _again(conn: Connection, services: Services, clicked: _Clicked) -> Notice | None:
    """One of the times that are offered in place of the one that was lost."""
    if clicked.meeting.state is not State.UNPLACED:
        return Notice.MOVED_ON
    start = fields.instant(clicked.click.value.partition(":")[2])
    found = other_times(conn, services, clicked.meeting, now=services.clock.now())
    if start is not None and _move(conn, services, clicked, found, start):
        return None
    changing.show(conn, services, clicked.meeting, f"gone:{clicked.click.at}")
    return Notice.TIME_TAKEN


def _helped(conn: Connection, services: Services, clicked: _Clicked) -> Notice | None:
    return _judge(conn, services, clicked, helped=True)


def _unhelped(conn: Connection, services: Services, clicked: _Clicked) -> Notice | None:
    return _judge(conn, services, clicked, helped=False)


def _judge(conn: Connection, services: Services, clicked: _Clicked, *, helped: bool) -> Notice | None:
    """Keep whether the meeting helped; the message that asks says thank you."""
    click, judged = clicked.click, replace(clicked.meeting, helped=helped)
    asking = messages.by_ts(conn, services.workspace, click.channel, click.message_ts) if click.message_ts else None
    if asking is None or asking.reply != booking.after(clicked.meeting):
        return None if clicked.meeting.helped is helped else Notice.MOVED_ON
    meetings.save(conn, services.workspace, judged, services.clock.now())
    effects.show(conn, services, replace(asking, reply=booking.after(judged)), click.key)
    return None


def _sent_directly(conn: Connection, services: Services, clicked: _Clicked, form: Form) -> None:
    """Go on with the booker in a direct message: the card with all that is not for others."""
    del form
    meeting = clicked.meeting
    if meeting.state is not State.BOOKED or meeting.is_direct:
        return
    changing.go_elsewhere(conn, services, meeting)


# The road


async def _change(services: Services, click: Click, do: Do) -> None:
    """Carry out a click. Raises StoreUnavailable."""

    def unit(conn: Connection) -> None:
        meetings.lock(conn, services.workspace, _number(click))
        found = _judged(conn, services, click)
        if not changes.is_first(conn, services, click):
            return
        notice = found if isinstance(found, Notice) else do(conn, services, found)
        if notice is not None:
            _say(conn, services, click, notice, None if isinstance(found, Notice) else found.language)

    await services.store.run(unit)


async def _open(
    services: Services, click: Click, make: Callable[[Services, Connection, _Clicked], dict[str, Any] | Notice]
) -> None:
    """Open a form for whoever may send it, while it can be sent."""

    def look(conn: Connection) -> tuple[dict[str, Any] | Notice, Language | None]:
        found = _judged(conn, services, click)
        if isinstance(found, Notice):
            return found, None
        return make(services, conn, found), found.language

    form, language = await services.store.read(look)
    if isinstance(form, Notice):
        notice = form
        await services.store.run(lambda conn: _say(conn, services, click, notice, language))
    else:
        shown_in = language or DEFAULT_LANGUAGE
        await changes.open_at(services, click, click.thread_ts or click.message_ts, form, shown_in)


class _Refused(Exception):
    """A form that changes nothing: it leaves no trace, so that it may be mended and sent again."""

    def __init__(self, answer: dict[str, str] | Again) -> None:
        super().__init__()
        self.answer = answer


async def _submit(
    services: Services, form: Form, take: Callable[[Connection, Services, _Clicked, Form], None]
) -> dict[str, str] | Again:
    """Carry out a form; why it cannot be: then it stays open, with all that was typed. Raises StoreUnavailable."""
    number = form.opened.get("number")
    click = replace(form.click, value=str(number))

    def unit(conn: Connection) -> None:
        meetings.lock(conn, services.workspace, _number(click))
        found = _judged(conn, services, click)
        if not changes.is_first(conn, services, click):
            return
        if isinstance(found, Notice):
            raise _Refused(form.error(changes.words(services, found, form.language)))
        take(conn, services, replace(found, language=form.language), form)

    try:
        await services.store.run(unit)
    except _Refused as refused:
        return refused.answer
    return {}


def _judged(conn: Connection, services: Services, click: Click) -> _Clicked | Notice:
    """The meeting that was clicked; or why whoever clicked may not."""
    meeting = meetings.load(conn, services.workspace, _number(click))
    if meeting is None:
        return Notice.GONE
    person = people.load(conn, services, click.who, click.channel or None)
    if access.decide(click.action, person, _target(services, meeting, person)) is not Access.ALLOWED:
        return Notice.NOT_YOUR_MEETING
    around = meeting.language if person.id == meeting.booker else _host_language(services, person)
    language = around if person.id == meeting.booker else people.spoken_to(services, person, around)
    return _Clicked(click, meeting, person, language, _zone(services, meeting, person))


def _zone(services: Services, meeting: Meeting, person: Person) -> str:
    """The zone of the card or message that somebody has before them; of staff who hold other meetings their own."""
    if person.id == meeting.booker:
        return meeting.zone
    if person.id.user == meeting.host:
        return held_by(services, meeting.host).zone
    return person.time_zone or meeting.zone


def _number(click: Click) -> int:
    """That of the meeting that a control names; 0: there is none."""
    head = click.value.partition(":")[0]
    return int(head) if head.isascii() and head.isdigit() and len(head) < 10 else 0  # noqa: PLR2004 - fits a column


def _target(services: Services, meeting: Meeting, person: Person) -> Target:
    """A meeting as something to act on: its host and staff are its owners, if they are of our own workspace."""
    is_member = person.id.team == services.workspace
    owners = {meeting.host} if is_member and person.id != meeting.booker else set()
    if person.is_staff and person.id != meeting.booker:
        owners.add(person.id.user)
    return Target(meeting.booker, owners=frozenset(owners))


def _host_language(services: Services, person: Person) -> Language:
    host = services.desk.host(person.id.user)
    return host.languages[0] if host and host.languages else DEFAULT_LANGUAGE


def _hindrance(services: Services, clicked: _Clicked, *states: State) -> Notice | None:
    """Why a meeting can no longer be changed; its host can as long as it is not over."""
    meeting, now = clicked.meeting, services.clock.now()
    if meeting.state not in states or (meeting.state is State.BOOKED and meeting.start <= now):
        return Notice.MOVED_ON
    is_late = meeting.state is State.BOOKED and meeting.start - now < _rules(services, meeting).notice
    return Notice.TOO_LATE if is_late and clicked.is_booker else None


def _cancellable(clicked: _Clicked) -> tuple[State, ...]:
    """What is without a time already waits for whoever booked it."""
    return (State.BOOKED, State.UNPLACED) if clicked.is_booker else (State.BOOKED,)


def _refuse_if(services: Services, clicked: _Clicked, form: Form, *states: State) -> None:
    if (hindrance := _hindrance(services, clicked, *states)) is not None:
        raise _Refused(form.error(changes.words(services, hindrance, form.language)))


def _say(conn: Connection, services: Services, click: Click, notice: Notice, language: Language | None) -> None:
    """Tell whoever clicked, alone, why nothing has changed; what is outdated is drawn anew."""
    _redraw(conn, services, click, notice)
    if not click.channel:
        return
    if language is None:
        person = people.load(conn, services, click.who, click.channel)
        meeting = meetings.load(conn, services.workspace, _number(click))
        language = people.spoken_to(services, person, meeting.language if meeting else language_of(services, click))
    thread = Thread(click.channel, click.thread_ts or click.message_ts)
    changes.whisper_at(conn, services, changes.notice(notice, language), click, thread)


def _redraw(conn: Connection, services: Services, click: Click, notice: Notice) -> None:
    """Have an outdated message, of the booker or the host, say how the meeting stands."""
    if notice not in {Notice.MOVED_ON, Notice.TOO_LATE}:
        return
    meeting = meetings.load(conn, services.workspace, _number(click))
    if meeting is None or not click.message_ts:
        return
    if (click.channel, click.message_ts) == (meeting.channel, meeting.message_ts):
        changing.show(conn, services, meeting, f"outdated:{click.at}")
    if (click.channel, click.message_ts) == (meeting.host_channel, meeting.host_ts):
        changing.card(conn, services, meeting, f"outdated:{click.at}")


def _rules(services: Services, meeting: Meeting) -> MeetingRules:
    return services.desk.rules_of(meeting.kind.value)


def _t(services: Services, clicked: _Clicked) -> Any:
    return services.editions.current.renderer.catalogues[clicked.language]


def _metadata(clicked: _Clicked) -> dict[str, Any]:
    return {
        "language": clicked.language,
        "channel": clicked.click.channel,
        "ts": clicked.click.message_ts,
        "number": clicked.meeting.number,
    }
