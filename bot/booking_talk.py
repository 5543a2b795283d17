"""What of a message belongs to a booking: the time that is wished for, for whom it is, and other times asked for."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from bot.flows import booking, wishing
from bot.meeting import Wish
from bot.model import Outcome, PersonId, Reply, Thread, Understanding
from bot.understand.normalise import words

_LONGEST_TOPIC = 1000


def with_wish(reply: Reply, text: str, today: date) -> Reply:
    """A reply that leads to a booking, with the time that was wished for."""
    wish = str(wishing.wish(text, reply.language, today))
    return replace(reply, slots={**reply.slots, "when": wish}) if wish else reply


def begun(reply: Reply, thread: Thread, text: str, who: PersonId) -> Thread:
    """The thread once times are offered in it; what it was about before is what the meeting will be about."""
    if thread.asker not in {None, who}:
        thread = replace(thread, topic="")
    asked = words(thread.question)
    before = asked if not thread.booking and asked != text else thread.topic
    return replace(
        thread,
        booking=reply.slots.get("meeting_kind", ""),
        when=reply.slots.get("when", ""),
        for_customer=wishing.is_for_customer(text, reply.language),
        topic=booking.topic(text, before)[:_LONGEST_TOPIC],
    )


def offered(thread: Thread, kind: str) -> Thread:
    """The thread once somebody else has offered a meeting in it: that will be about what was asked there."""
    topic = thread.topic or words(thread.question)
    return replace(thread, booking=kind, when="", for_customer=False, topic=topic[:_LONGEST_TOPIC])


def over(thread: Thread) -> Thread:
    """The thread once it is about something else."""
    return replace(thread, booking="", when="", for_customer=False, topic="")


def another_time(understanding: Understanding, thread: Thread, today: date) -> Reply | None:
    """What is said to somebody who asks for other times than those offered; None for any other message."""
    text, language = understanding.text, understanding.language
    if not thread.booking or not wishing.is_wish_alone(text, language, today):
        return None
    before = Wish.of(thread.when)
    wish = wishing.merged(before, wishing.wish(text, language, today, before))
    slots = {"meeting_kind": thread.booking, "when": str(wish)}
    return Reply(Outcome.BOOKING, thread.language or language, thread.programme, slots=slots)
