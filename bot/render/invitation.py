"""A meeting as calendars and mail programs take it: iCalendar objects (RFC 5545, 5546), and what a mail says of it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import quote

from bot.i18n import Translator
from bot.meeting import Kind, Meeting, State, name
from bot.render import meeting_words
from bot.render.escape import one_line, visible

if TYPE_CHECKING:
    from icalendar import Event

PRODUCT: Final = "-//Partnerdesk//Partnerdesk//EN"
PUBLISH: Final = "PUBLISH"
CANCEL: Final = "CANCEL"

_NO_MAIL: Final = "invalid:nomail"
"""Stands for an organiser without an address, as other calendars write it: a file with a method must have one."""

_IN_ADDRESSES: Final = "@!#$&'*+/=?^`{|}~"


def calendar_file(
    t: Translator,
    meeting: Meeting,
    *,
    method: str,
    at: datetime,
    host_name: str,
    organiser: str = "",
    attendees: Sequence[tuple[str, str]] = (),
    video: str | None = None,
) -> bytes:
    """A meeting as an iCalendar object that says what is to be done with it.

    Args:
        t: The words of whoever gets it.
        meeting: Its times are written in UTC; one that is not booked is written as cancelled.
        method: PUBLISH for a file; REQUEST or CANCEL for a mail, with everybody who gets one as attendees.
        at: When it is made.
        host_name: Who holds it; "" where the desk does not know.
        organiser: The address that invitations come from; "" if there is none.
        attendees: Names and addresses.
        video: The link to where they meet.

    """
    event = _event(t, meeting, at=at, names=(_booked_for(meeting), host_name), video=video)
    if method == CANCEL:
        event["STATUS"] = "CANCELLED"
    event.add("ORGANIZER", _person(host_name, organiser))
    for attendee in attendees:
        # What is answered to such a mail nobody reads.
        event.add("ATTENDEE", _person(*attendee, ROLE="REQ-PARTICIPANT", PARTSTAT="NEEDS-ACTION", RSVP="FALSE"))
    return _written([event], method)


def calendar_event(t: Translator, meeting: Meeting, *, at: datetime, video: str | None = None) -> bytes:
    """A meeting as it stands in the calendar of whoever holds it.

    It has no method, as CalDAV wants it, and neither organiser nor attendees: some servers would send them invitations.
    """
    return _written([_event(t, meeting, at=at, names=(_booked_for(meeting),), video=video)], None)


def calendar_export(
    t: Translator,
    meetings: Iterable[Meeting],
    *,
    at: datetime,
    host_name: Callable[[str], str],
) -> bytes:
    """Meetings as one file, made at an instant; `host_name` tells the name of a user, or "" if nobody knows it."""
    events = []
    for meeting in meetings:
        held_by = host_name(meeting.host)
        event = _event(t, meeting, at=at, names=(_booked_for(meeting), held_by), video=None)
        event.add("ORGANIZER", _person(held_by, ""))
        events.append(event)
    return _written(events, PUBLISH)


def invitation_mail(
    t: Translator, meeting: Meeting, *, method: str, zone: str, host_name: str, video: str | None = None
) -> tuple[str, str]:
    """Subject and text of a mail that a calendar file comes with, for anybody in the meeting; times are of `zone`."""
    when = meeting_words.at(meeting.start, zone, t, until=meeting.end)
    lines = [
        t("When: {time}", time=when),
        t("Held by: {name}", name=_plain(host_name)) if host_name else "",
        *_about(t, meeting, video),
    ]
    text = "\n".join(line for line in lines if line)
    return _subject(t, meeting, method, when), f"{text}\n\n{_what_next(t, meeting, method)}\n"


def _subject(t: Translator, meeting: Meeting, method: str, when: str) -> str:
    is_support = meeting.kind is Kind.SUPPORT
    if method == CANCEL:
        return (
            t("Cancelled: support meeting, {time}", time=when)
            if is_support
            else t("Cancelled: training session, {time}", time=when)
        )
    if meeting.sequence:
        return (
            t("New time for the support meeting: {time}", time=when)
            if is_support
            else t("New time for the training session: {time}", time=when)
        )
    return t("Support meeting: {time}", time=when) if is_support else t("Training session: {time}", time=when)


def _what_next(t: Translator, meeting: Meeting, method: str) -> str:
    if method != CANCEL:
        return t(
            "To move or cancel it, use Slack, or ask whoever booked it for you. Replies to this mail are not read."
        )
    if meeting.state is State.UNPLACED:
        return t("The meeting cannot take place at this time. When another time is chosen, you get a new invitation.")
    return t("The meeting has been cancelled.")


def _title(t: Translator, kind: Kind, names: Sequence[str]) -> str:
    named = " – ".join(filter(None, map(_plain, names)))
    if not named:
        return t("Support meeting") if kind is Kind.SUPPORT else t("Training session")
    if kind is Kind.SUPPORT:
        return t("Support meeting: {names}", names=named)
    return t("Training session: {names}", names=named)


def _about(t: Translator, meeting: Meeting, video: str | None) -> list[str]:
    """What there is to say of a meeting beside its time and who holds it; what somebody has typed comes last."""
    customer, organisation = meeting.customer, _plain(meeting.organisation or "")
    return [
        t("Customer: {name}", name=_plain(customer.name)) if customer and customer.name.strip() else "",
        t("Booked by: {name}", name=organisation) if organisation else "",
        t("Video: {link}", link=video) if video else "",
        t("Number: {number}", number=name(meeting.number)),
        t("Topic: {topic}", topic=visible(meeting.topic).strip()) if meeting.topic.strip() else "",
    ]


def _booked_for(meeting: Meeting) -> str:
    return (meeting.customer.name if meeting.customer else "") or meeting.organisation or ""


def _event(t: Translator, meeting: Meeting, *, at: datetime, names: Sequence[str], video: str | None) -> Event:
    # Loaded where a file is made.
    from icalendar import Event  # noqa: PLC0415

    event = Event()
    event.add("UID", meeting.uid)
    event.add("DTSTAMP", at)
    event.add("DTSTART", meeting.start)
    event.add("DTEND", meeting.end)
    event.add("SEQUENCE", meeting.sequence)
    event.add("STATUS", "CONFIRMED" if meeting.state is State.BOOKED else "CANCELLED")
    event.add("SUMMARY", _title(t, meeting.kind, names))
    event.add("DESCRIPTION", "\n".join(filter(None, _about(t, meeting, video))))
    if video:
        event.add("LOCATION", video)
    return event


def _person(of: str, address: str, **told: str) -> Any:
    from icalendar import vCalAddress, vText  # noqa: PLC0415

    person = vCalAddress(f"mailto:{quote(address, safe=_IN_ADDRESSES)}" if address else _NO_MAIL)
    if plain := _plain(of):
        person.params["CN"] = vText(plain)
    for key, value in told.items():
        person.params[key] = vText(value)
    return person


def _plain(text: str) -> str:
    return one_line(visible(text))


def _written(events: Iterable[Event], method: str | None) -> bytes:
    from icalendar import Calendar  # noqa: PLC0415

    calendar = Calendar()
    calendar.add("PRODID", PRODUCT)
    calendar.add("VERSION", "2.0")
    if method:
        calendar.add("METHOD", method)
    for event in events:
        calendar.add_component(event)
    return bytes(calendar.to_ical())
