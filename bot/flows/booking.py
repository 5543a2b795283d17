"""What is said of a meeting: times offered, booked, moved, lost, over. Pure: instants and zones come from outside."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from typing import Any, Final
from zoneinfo import ZoneInfo

from bot.meeting import Meeting, Reminder, Slot, State
from bot.model import Language, Outcome, Reply

STEP: Final = "step"
"""The key, in a reply's result, of what it says of a meeting."""

OFFER: Final = "offer"
"""The step of a reply that offers times."""

MOVED: Final = "moved"
"""What a time was lost by, where the meeting has another."""

_FARTHEST: Final = 400  # days over which a change of the clocks is looked for
_LEAST_WORDS: Final = 9  # from here on a message that asks for a meeting likely says what it is about
_A_DAY: Final = timedelta(days=1)
_A_MINUTE: Final = timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class Offer:
    """Times that suit somebody, and what goes with them."""

    kind: str
    slots: Sequence[Slot]
    zone: str  # by whose clock they are told
    host_zone: str  # of those who would hold them
    language: Language  # in which the meeting would be held
    is_spoken: bool  # whether that is the language that was asked in
    is_met: bool  # whether they are what was wished for
    for_customer: bool = False


@dataclass(frozen=True, slots=True)
class Held:
    """What the desk says of whoever holds a meeting."""

    name: str
    zone: str
    video: str = ""


def wanted(reply: Reply) -> bool:
    """Whether a reply is to offer times, if there are any."""
    return reply.outcome is Outcome.BOOKING and reply.notice is None and not reply.result


def of_step(reply: Reply, step: str, **told: Any) -> Reply:
    """A reply that says something of a meeting."""
    return replace(reply, outcome=Outcome.BOOKING, result={STEP: step, **told})


def asks_zone(reply: Reply, kind: str) -> Reply:
    """In which zone somebody is: asked once."""
    return of_step(reply, "zone", kind=kind)


def full(reply: Reply, kind: str, *, away: bool) -> Reply:
    """That no time is free."""
    return of_step(reply, "full", kind=kind, away=away)


def offered(reply: Reply, offer: Offer, now: datetime) -> Reply:
    """The times, as buttons."""
    starts = [slot.start for slot in offer.slots]
    return of_step(
        reply,
        OFFER,
        kind=offer.kind,
        slots=[start.isoformat() for start in starts],
        zone=offer.zone,
        host_zone=other_zone(offer.zone, offer.host_zone, *starts),
        met=offer.is_met,
        for_customer=offer.for_customer,
        language=offer.language,
        spoken=offer.is_spoken,
        shift=_shift((offer.zone, offer.host_zone), now, max(starts)),
    )


def standing(meeting: Meeting, held: Held, now: datetime, notice: timedelta, slots: Sequence[datetime] = ()) -> Reply:
    """How a meeting stands, for whoever has booked it.

    Args:
        meeting: The meeting.
        held: Who holds it.
        now: The instant.
        notice: How long before its start it can still be moved or cancelled.
        slots: Of one without a time, others to choose from.

    """
    told = {"number": meeting.number, "kind": meeting.kind.value, "direct": meeting.is_direct}
    told |= {"start": meeting.start.isoformat(), "zone": meeting.zone}
    reply = Reply(Outcome.BOOKING, meeting.language, meeting.programme)
    if meeting.state is State.CANCELLED:
        return of_step(reply, "cancelled", **told, **_why(meeting))
    host_zone = other_zone(meeting.zone, held.zone, meeting.start)
    if meeting.state is State.UNPLACED:
        return of_step(
            reply,
            "unplaced",
            **told,
            **_why(meeting),
            host_zone=other_zone(meeting.zone, held.zone, *slots) if slots else host_zone,
            slots=[start.isoformat() for start in slots],
            shift=_shift((meeting.zone, held.zone), now, max(slots)) if slots else None,
        )
    private = _private(meeting, held) if meeting.is_direct else {}
    return of_step(
        reply,
        "booked",
        **told,
        **private,
        end=meeting.end.isoformat(),
        host_zone=host_zone,
        shift=_shift((meeting.zone, held.zone), now, meeting.start),
        language=meeting.held_in or meeting.language,
        late=meeting.start - now < notice,
        moved=meeting.sequence > 0,
    )


def details(meeting: Meeting, held: Held, now: datetime, notice: timedelta) -> dict[str, Any]:
    """All of a meeting that stands, for its booker alone."""
    return standing(replace(meeting, channel=""), held, now, notice).result


def left(before: Meeting, meeting: Meeting) -> Reply:
    """What an older message says of a meeting that has lost its time: a newer one tells the rest."""
    reply = Reply(Outcome.BOOKING, meeting.language, meeting.programme)
    told = {"number": meeting.number, "start": before.start.isoformat(), "zone": meeting.zone}
    why = {"by": MOVED, "words": ""} if meeting.state is State.BOOKED else _why(meeting)
    return of_step(reply, "cancelled", **told, **why, direct=meeting.is_direct)


def elsewhere(meeting: Meeting) -> Reply:
    """That the booker hears of the meeting in a direct message from now on."""
    reply = Reply(Outcome.BOOKING, meeting.language, meeting.programme)
    return of_step(reply, "elsewhere", number=meeting.number, kind=meeting.kind.value)


def reminder(meeting: Meeting, held: Held, which: Reminder) -> Reply:
    """That a meeting is near."""
    told: dict[str, Any] = {"number": meeting.number, "kind": meeting.kind.value, "direct": meeting.is_direct}
    told |= {"start": meeting.start.isoformat(), "zone": meeting.zone, "which": which.value}
    private = {"host_name": held.name, "video": held.video} if meeting.is_direct else {}
    return of_step(Reply(Outcome.BOOKING, meeting.language, meeting.programme), "reminder", **told, **private)


def after(meeting: Meeting) -> Reply:
    """Whether it helped."""
    told = {"number": meeting.number, "kind": meeting.kind.value, "helped": meeting.helped}
    return of_step(Reply(Outcome.BOOKING, meeting.language, meeting.programme), "after", **told)


def listed(meeting: Meeting, zone: str) -> dict[str, Any]:
    """A meeting as a list of them shows it."""
    return {
        "number": meeting.number,
        "kind": meeting.kind.value,
        "start": meeting.start.isoformat(),
        "zone": zone,
        "state": meeting.state.value,
    }


def topic(question: str, before: str) -> str:
    """What a meeting is likely to be about: the question before it, else a message that says more than the wish."""
    return before or (question if len(question.split()) >= _LEAST_WORDS else "")


def other_zone(zone: str, host_zone: str, *instants: datetime) -> str:
    """The host's zone if its clock shows another time at any of some instants; else ""."""
    ours, theirs = ZoneInfo(zone), ZoneInfo(host_zone)
    differs = any(at.astimezone(ours).utcoffset() != at.astimezone(theirs).utcoffset() for at in instants)
    return host_zone if differs else ""


def clock_change(zone: str, since: datetime, until: datetime) -> date | None:
    """The first day between two instants on which the clocks of a zone are changed."""
    there = ZoneInfo(zone)
    day, before = since.astimezone(there).date(), since.astimezone(there).utcoffset()
    for _ in range(_FARTHEST):
        midnight = datetime.combine(day + _A_DAY, time(), there).astimezone(UTC)
        end = min(midnight - _A_MINUTE, until)  # some zones change their clocks at midnight
        if end.astimezone(there).utcoffset() != before:
            return day
        if midnight > until:
            break
        day += _A_DAY
    return None


def _shift(zones: Sequence[str], now: datetime, until: datetime) -> str | None:
    days = [day for zone in zones if (day := clock_change(zone, now, until))]
    return min(days).isoformat() if days else None


def _why(meeting: Meeting) -> dict[str, Any]:
    return {"by": str(meeting.cause or ""), "words": meeting.words if meeting.is_direct else ""}


def _private(meeting: Meeting, held: Held) -> dict[str, Any]:
    """What is not for others who read along."""
    customer = meeting.customer
    return {
        "host_name": held.name,
        "topic": meeting.topic,
        "customer": customer.name if customer else "",
        "customer_email": customer.email if customer else "",
        "email": meeting.email,
        "video": held.video,
    }
