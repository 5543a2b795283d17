"""Times offered: whatever leads to a meeting that somebody holds gets the next free ones."""

from __future__ import annotations

from dataclasses import replace

from sqlalchemy import Connection

from bot import booking_talk
from bot.availability import wished
from bot.flows import booking
from bot.flows.booking import Offer
from bot.listeners import effects
from bot.listeners.effects import Origin
from bot.listeners.meetings.free import free, zone_of_hosts
from bot.listeners.services import Services
from bot.meeting import OFFERED, Kind, Wish
from bot.model import Effect, Outcome, Person, Post, Reply, Rewrite, Thread, Turn
from bot.request import Request


def with_times(conn: Connection, services: Services, turn: Turn, person: Person) -> Turn:
    """A turn whose reply leads to a meeting offers the next free times."""

    def filled(effect: Effect) -> Effect:
        if isinstance(effect, Post | Rewrite) and booking.wanted(effect.reply):
            reply = times(conn, services, effect.reply, person, for_customer=turn.thread.for_customer)
            return replace(effect, reply=reply)
        return effect

    return replace(turn, effects=tuple(filled(effect) for effect in turn.effects))


def is_asked_for(turn: Turn) -> bool:
    """Whether somebody is to be offered times."""
    return turn.reply is not None and booking.wanted(turn.reply)


def times(conn: Connection, services: Services, reply: Reply, person: Person, *, for_customer: bool) -> Reply:
    """What is said to somebody who wants to meet: times, what is missing to tell them, or the knowledge's text."""
    kind = reply.slots.get("meeting_kind", "")
    if not services.desk.books(kind, reply.programme):
        return reply
    if not person.is_zone_known or person.time_zone is None:
        return booking.asks_zone(reply, kind)
    now = services.clock.now()
    found = free(conn, services, kind, reply.programme, reply.language, now=now)
    slots, is_met = wished(found.slots, Wish.of(reply.slots.get("when", "")), person.time_zone, OFFERED)
    if not slots:
        return booking.full(reply, kind, away=found.is_away)
    offer = Offer(
        kind=kind,
        slots=slots,
        zone=person.time_zone,
        host_zone=zone_of_hosts(services, slots, person.time_zone),
        language=found.language,
        is_spoken=found.is_spoken,
        is_met=is_met,
        for_customer=for_customer,
    )
    return booking.offered(reply, offer, now)


def offer_in(conn: Connection, services: Services, request: Request, thread: Thread, person: Person, key: str) -> None:
    """Offer a support meeting in the thread of a request, to whoever has asked there."""
    kind = Kind.SUPPORT.value
    wanted = Reply(Outcome.BOOKING, request.language, request.programme, slots={"meeting_kind": kind})
    turn = Turn(booking_talk.offered(thread, kind), (Post(wanted),))
    effects.carry_out(conn, services, with_times(conn, services, turn, person), Origin(key, person.id))
