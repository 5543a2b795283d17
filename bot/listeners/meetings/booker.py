"""Clicks and forms of whoever books: a time, the form, sent; another zone."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from uuid import uuid4

from slack_bolt.async_app import AsyncApp
from sqlalchemy import Connection

from bot import booking_talk
from bot.availability import held_span, wished
from bot.desk import is_zone
from bot.flows import booking
from bot.flows.booking import OFFER, STEP, other_zone
from bot.listeners import changes, effects, fields, people
from bot.listeners.changes import Clicked, Step, change, look_up, open_form
from bot.listeners.clicks import Click, Form
from bot.listeners.effects import Origin
from bot.listeners.meetings import changing, lists, offering
from bot.listeners.meetings.free import Free, free, zone_of_hosts
from bot.listeners.registry import Again, listen, listen_to_forms
from bot.listeners.services import Services
from bot.meeting import OFFERED, Kind, Meeting, Slot, Wish
from bot.model import Language, Person, Post, Thread, Turn
from bot.render import meeting_forms as forms
from bot.render import meetings as render
from bot.store import meetings, messages, threads
from bot.store import people as stored
from bot.store.locks import exclusive
from bot.store.messages import Message


def register(app: AsyncApp, services: Services) -> None:
    """Listen to offers of times, and to the form."""

    async def slot(click: Click) -> None:
        await _open(services, click, start=fields.instant(click.value))

    async def times(click: Click) -> None:
        await _open(services, click, start=None)

    async def more(click: Click) -> None:
        await change(services, click, Step(lambda conn, clicked: _ask_zone(services, conn, clicked)))

    async def zone(click: Click) -> None:
        await change(services, click, Step(lambda conn, clicked: _take_zone(services, conn, clicked)))

    async def submitted(form: Form) -> dict[str, str] | Again:
        return await _submitted(services, form)

    listen(app, services, {render.SLOT: slot, render.TIMES: times, render.MORE: more, render.ZONE: zone})
    listen_to_forms(app, services, {forms.FORM: submitted})


@dataclass(frozen=True, slots=True)
class Wanted:
    """What somebody is about to book: what the form is opened with."""

    kind: Kind
    programme: str | None
    language: Language  # of the meeting
    zone: str
    shown_in: Language  # of the form
    channel: str = ""  # of the message that it was opened from; "": from a shortcut or App Home
    ts: str = ""
    thread: str = ""


def form_for(
    services: Services,
    wanted: Wanted,
    person: Person,
    found: Free,
    *,
    start: datetime | None,
    thread: Thread | None = None,
    typed: forms.Booking | None = None,
) -> dict[str, Any]:
    """The form, with a chosen time or with all that are free; with what was typed, if its time has just gone."""
    chosen = found.at(start) if start else None
    is_taken = start is not None and chosen is None
    slots = [chosen] if chosen else _few(found, wanted) if is_taken else list(found.slots)
    host_zone = zone_of_hosts(services, slots, wanted.zone)
    metadata = {
        "language": wanted.shown_in,
        "channel": wanted.channel,
        "ts": wanted.ts,
        "thread": wanted.thread,
        "kind": wanted.kind.value,
        "programme": wanted.programme,
        "start": int(chosen.start.timestamp()) if chosen else None,
        "zone": wanted.zone,
    }
    is_spoken = found.language == wanted.language
    return forms.booking_form(
        services.editions.current.renderer.catalogues[wanted.shown_in],
        kind=wanted.kind.value,
        slot=chosen.start if chosen else None,
        times=[] if chosen else [slot.start for slot in slots],
        zone=wanted.zone,
        host_zone=other_zone(wanted.zone, host_zone, *(slot.start for slot in slots)),
        topic=typed.topic if typed else thread.topic if thread else "",
        for_customer=typed.customer is not None if typed else bool(thread and thread.for_customer),
        customer=typed.customer if typed else None,
        email=typed.email if typed else person.email,
        languages=_languages(services, wanted) if is_spoken or not typed else (),
        language=found.language,
        is_spoken=is_spoken,
        taken=is_taken,
        remember=typed.remember if typed else bool(person.email),
        metadata=metadata,
    )


def _few(found: Free, wanted: Wanted) -> list[Slot]:
    slots, _ = wished(found.slots, Wish(), wanted.zone, OFFERED)
    return slots


def _languages(services: Services, wanted: Wanted) -> Sequence[Language]:
    """The languages to choose from, where it is not clear in which the meeting should be: hosts do not all speak it."""
    hosts = services.desk.hosts_for(wanted.kind.value, wanted.programme)
    spoken = dict.fromkeys(one for host in hosts for one in host.languages)
    return tuple(spoken) if wanted.language not in spoken or not wanted.channel else ()


async def _open(services: Services, click: Click, *, start: datetime | None) -> None:
    """Open the form with a time, or with all of them."""
    clicked = await look_up(services, click, Step(lambda *_: None))
    if clicked is None:
        return
    told = clicked.message.reply.result
    wanted = Wanted(
        Kind(told["kind"]),
        clicked.message.reply.programme,
        told["language"],
        _zone(clicked),
        clicked.language,
        click.channel,
        click.message_ts,
        clicked.thread.ts,
    )
    found = await _free(services, wanted)
    is_askers = clicked.message.asker == clicked.person.id
    thread = clicked.thread if is_askers or clicked.person.is_colleague else None
    form = form_for(services, wanted, clicked.person, found, start=start, thread=thread)
    await open_form(services, clicked, form)


def _zone(clicked: Clicked) -> str:
    """By whose clock whoever clicked is told times: those that are offered are told by that of whoever has asked."""
    person, zone = clicked.person, str(clicked.message.reply.result["zone"])
    is_theirs = clicked.message.asker == person.id or not person.is_zone_known
    return zone if is_theirs else person.time_zone or zone


async def _free(services: Services, wanted: Wanted) -> Free:
    now = services.clock.now()
    return await services.store.read(
        lambda conn: free(conn, services, wanted.kind.value, wanted.programme, wanted.language, now=now)
    )


def _ask_zone(services: Services, conn: Connection, clicked: Clicked) -> None:
    """Ask for the zone again: the one that is known is not theirs today."""
    reply = clicked.message.reply
    again = booking.asks_zone(reply, reply.result["kind"])
    effects.show(conn, services, replace(clicked.message, reply=again), clicked.click.key)


def _take_zone(services: Services, conn: Connection, clicked: Clicked) -> None:
    """Keep the zone that was chosen, and offer the times by its clock."""
    zone = clicked.click.value
    if not is_zone(zone):
        return
    stored.remember(conn, services.workspace, clicked.person.id, zone=zone)
    person = replace(clicked.person, time_zone=zone, is_zone_known=True)
    asked = replace(clicked.message.reply, result={})
    turn = offering.with_times(conn, services, Turn(clicked.thread, (Post(asked),)), person)
    origin = Origin(clicked.click.key, clicked.person.id, clicked.message.question_ts, clicked.message.ts)
    effects.carry_out(conn, services, turn, origin)


class _Taken(Exception):
    """The time has just gone: nothing is stored."""


async def _submitted(services: Services, form: Form) -> dict[str, str] | Again:
    """Book what the form holds; if its time has just gone, show others, with all that was typed.

    Raises StoreUnavailable.
    """
    t = services.editions.current.renderer.catalogues[form.language]
    typed, errors = forms.read_booking(form.values, form.opened, t)
    wanted = _wanted(services, form, typed.language)
    if errors:
        return errors
    if wanted is None:
        return form.error(t("Meetings of this kind cannot be booked with me."))
    person = await services.store.read(
        lambda conn: people.load(conn, services, form.click.who, form.click.channel or None)
    )

    def unit(conn: Connection) -> None:
        shown = _message(conn, services, form.click)
        if shown is not None:
            exclusive(conn, services.workspace, shown.channel, shown.thread_ts)
        if changes.is_first(conn, services, form.click):
            _book(conn, services, form.click, wanted, typed, person, shown)

    try:
        await services.store.run(unit)
    except _Taken:
        found = await _free(services, wanted)  # what the unit had read may be what others had not taken yet
        return Again(form_for(services, wanted, person, found, start=typed.start, typed=typed))
    return {}


def _wanted(services: Services, form: Form, language: Language) -> Wanted | None:
    """What the form was opened with; None where that cannot be: the desk has changed since, or it is none of ours."""
    opened = form.opened
    kind, programme, zone = opened.get("kind"), opened.get("programme"), opened.get("zone")
    if kind not in set(Kind) or not isinstance(zone, str) or not is_zone(zone):
        return None
    programme = programme if isinstance(programme, str) else None
    if not services.desk.books(str(kind), programme):
        return None
    return Wanted(
        Kind(kind),
        programme,
        language,
        zone,
        form.language,
        form.click.channel,
        form.click.message_ts,
        fields.ts(opened, "thread") or "",
    )


def _book(
    conn: Connection,
    services: Services,
    click: Click,
    wanted: Wanted,
    typed: forms.Booking,
    person: Person,
    shown: Message | None,
) -> None:
    """Store the meeting with all that follows. Raises _Taken."""
    now, workspace = services.clock.now(), services.workspace
    found = free(conn, services, wanted.kind.value, wanted.programme, wanted.language, now=now)
    start = typed.start or now
    slot = found.at(start) if found.language == wanted.language else None  # in no other language unasked
    is_here = shown is not None and shown.asker == person.id and shown.reply.result.get(STEP) == OFFER
    meeting = Meeting(
        number=0,
        uid=f"{uuid4().hex}@{services.calendar_domain}",
        kind=wanted.kind,
        booker=person.id,
        language=shown.language if shown is not None and is_here else wanted.shown_in,
        held_in=found.language,
        start=start,
        end=start + found.rules.length,
        host="",
        zone=wanted.zone,
        booked_at=now,
        programme=wanted.programme,
        organisation=person.organisation,
        topic=typed.topic,
        email=typed.email,
        customer=typed.customer,
        channel=shown.channel if shown else "",
        thread_ts=shown.thread_ts if shown else "",
        message_ts=shown.ts if shown is not None and is_here else "",
    )
    hosts = slot.hosts if slot else ()
    booked = meetings.book(conn, workspace, meeting, hosts, held_span(start, found.rules), click.key, now)
    if booked is None:
        raise _Taken
    if typed.remember or person.email:  # what is no longer to be remembered is forgotten
        stored.remember(conn, workspace, person.id, email=typed.email if typed.remember else "")
    if shown is not None and is_here:
        _close_offer(conn, services, shown)
        effects.show(conn, services, replace(shown, reply=changing.standing(conn, services, booked)), click.key)
    if shown is None:
        lists.redraw_home(conn, services, click)
    changing.booked(conn, services, booked, to_tell=not is_here)


def _close_offer(conn: Connection, services: Services, shown: Message) -> None:
    """What is written next in the thread is about something else."""
    thread = threads.load(conn, services.workspace, shown.channel, shown.thread_ts)
    if thread is not None and thread.booking:
        threads.save(conn, services.workspace, booking_talk.over(thread), services.clock.now())


def _message(conn: Connection, services: Services, click: Click) -> Message | None:
    """The message of ours that the form was opened from."""
    return messages.by_ts(conn, services.workspace, click.channel, click.message_ts) if click.message_ts else None
