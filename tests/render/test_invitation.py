"""Meetings as iCalendar objects: valid (RFC 5545, 5546), whole, and with nothing in them but what we have put there."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from icalendar import Calendar, Component

from bot import paths
from bot.i18n import Catalogues, Translator
from bot.meeting import Cause, Customer, Kind, Meeting, State
from bot.model import LANGUAGES, PersonId
from bot.render.invitation import calendar_event, calendar_export, calendar_file, invitation_mail
from tests.render.hostile import HOSTILE

START = datetime(2026, 11, 24, 8, tzinfo=UTC)
NOW = datetime(2026, 11, 20, 9, tzinfo=UTC)
MEETING = Meeting(
    number=12,
    uid="6f1b@T0HOME.partnerdesk",
    kind=Kind.SUPPORT,
    booker=PersonId("T0PARTNER", "U0BOOKER"),
    language="fr",
    start=START,
    end=START + timedelta(minutes=30),
    host="U0HOST",
    zone="Europe/Paris",
    booked_at=NOW,
    organisation="Nordlicht Oy",
    topic="Lizenzen für 5 €; wie viele?\nUnd bis wann, genau?",
    email="booker@example.org",
    customer=Customer("Matti Meikäläinen", "matti@example.com"),
)
ATTENDEES = (("Nordlicht Oy", "booker@example.org"), ("Matti Meikäläinen", "matti@example.com"))
VIDEO = "https://meet.example.org/anna?a=1&b=2;c,d"
ENGLISH = Translator("en", None)
EVENT_PROPERTIES = {
    "UID",
    "DTSTAMP",
    "DTSTART",
    "DTEND",
    "SEQUENCE",
    "STATUS",
    "SUMMARY",
    "DESCRIPTION",
    "LOCATION",
    "ORGANIZER",
    "ATTENDEE",
}


def written(meeting: Meeting = MEETING, method: str = "REQUEST", t: Translator = ENGLISH, **changed: Any) -> bytes:
    """The file of a meeting."""
    given = {
        "at": NOW,
        "host_name": "Anna Virtanen",
        "organiser": "desk@example.org",
        "attendees": () if method == "PUBLISH" else ATTENDEES,
        "video": VIDEO,
        **changed,
    }
    return calendar_file(t, meeting, method=method, **given)


def read(content: bytes) -> tuple[Calendar, Component]:
    """The calendar in a file and the one event in it."""
    calendar = Calendar.from_ical(content)
    (event,) = calendar.subcomponents
    assert (calendar.errors, event.errors, event.name) == ([], [], "VEVENT")
    return calendar, event


def attendees(event: Component) -> list[Any]:
    """The attendees, also where there is one."""
    found = event.get("ATTENDEE", [])
    return found if isinstance(found, list) else [found]


@pytest.mark.parametrize("method", ["REQUEST", "CANCEL", "PUBLISH"])
@pytest.mark.parametrize("language", LANGUAGES)
def test_a_file_has_what_it_must_have(language: str, method: str) -> None:
    """Each property once, times in UTC, and attendees where the method wants them, and only there."""
    calendar, event = read(written(method=method, t=Catalogues(paths.locales_dir())[language]))

    assert (calendar["VERSION"], calendar["METHOD"], bool(calendar["PRODID"])) == ("2.0", method, True)
    assert set(event) <= EVENT_PROPERTIES
    assert all(not isinstance(event[name], list) for name in event if name != "ATTENDEE")
    assert (str(event["UID"]), event["SEQUENCE"]) == (MEETING.uid, 0)
    assert [event[name].dt for name in ("DTSTAMP", "DTSTART", "DTEND")] == [NOW, MEETING.start, MEETING.end]
    assert b"DTSTART:20261124T080000Z\r\n" in written(method=method)
    assert event["STATUS"] == ("CANCELLED" if method == "CANCEL" else "CONFIRMED")
    assert (event["ORGANIZER"], event["ORGANIZER"].params["CN"]) == ("mailto:desk@example.org", "Anna Virtanen")
    assert event["LOCATION"] == VIDEO
    assert [(str(one), one.params["CN"]) for one in attendees(event)] == (
        [] if method == "PUBLISH" else [(f"mailto:{address}", name) for name, address in ATTENDEES]
    )
    assert {one.params["RSVP"] for one in attendees(event)} <= {"FALSE"}


def test_what_stands_in_a_file() -> None:
    """The title names both sides, for it is the same for all; the text holds what was typed, in all its letters."""
    _, event = read(written())

    assert event["SUMMARY"] == "Support meeting: Matti Meikäläinen – Anna Virtanen"
    assert str(event["DESCRIPTION"]).splitlines() == [
        "Customer: Matti Meikäläinen",
        "Booked by: Nordlicht Oy",
        f"Video: {VIDEO}",
        "Number: MT-12",
        "Topic: Lizenzen für 5 €; wie viele?",
        "Und bis wann, genau?",
    ]


def test_a_meeting_of_which_little_is_known() -> None:
    """No line and no sign stands there for what is missing; an organiser must be named all the same."""
    bare = replace(MEETING, kind=Kind.TRAINING, organisation=None, topic=" ", email="", customer=None)
    _, event = read(written(bare, "PUBLISH", host_name="", organiser="", video=None))

    assert (event["SUMMARY"], event["DESCRIPTION"]) == ("Training session", "Number: MT-12")
    assert "LOCATION" not in event
    assert (str(event["ORGANIZER"]), dict(event["ORGANIZER"].params)) == ("invalid:nomail", {})


@pytest.mark.parametrize(("state", "cause"), [(State.CANCELLED, Cause.BOOKER), (State.UNPLACED, Cause.HOST)])
@pytest.mark.parametrize("method", ["CANCEL", "PUBLISH"])
def test_a_meeting_without_a_time_is_cancelled_in_calendars(state: State, cause: Cause, method: str) -> None:
    """With a number above that of the file before, or calendars would take no notice."""
    _, event = read(written(replace(MEETING, state=state, cause=cause, sequence=1), method))

    assert (event["STATUS"], event["SEQUENCE"], str(event["UID"])) == ("CANCELLED", 1, MEETING.uid)


def test_an_event_in_the_hosts_calendar() -> None:
    """It has no method, which CalDAV forbids, and nobody whom the server could invite."""
    calendar, event = read(calendar_event(ENGLISH, MEETING, at=NOW, video=VIDEO))

    assert "METHOD" not in calendar
    assert {"ORGANIZER", "ATTENDEE"}.isdisjoint(event)
    assert event["SUMMARY"] == "Support meeting: Matti Meikäläinen"
    assert str(event["UID"]) == MEETING.uid


def test_many_meetings_in_one_file() -> None:
    """Each with its host, those without a time as cancelled; no addresses of people stand there."""
    others = [replace(MEETING, number=n, uid=f"{n}@x", host="") for n in (13, 14)]
    content = calendar_export(
        ENGLISH, [MEETING, *others], at=NOW, host_name=lambda user: "Anna Virtanen" if user == "U0HOST" else ""
    )
    calendar = Calendar.from_ical(content)

    assert calendar["METHOD"] == "PUBLISH"
    assert [str(event["SUMMARY"]) for event in calendar.walk("VEVENT")] == [
        "Support meeting: Matti Meikäläinen – Anna Virtanen",
        *["Support meeting: Matti Meikäläinen"] * 2,
    ]
    assert b"@example" not in content
    assert calendar_export(ENGLISH, [], at=NOW, host_name=str).endswith(b"METHOD:PUBLISH\r\nEND:VCALENDAR\r\n")


# Words of people

LINES = (
    "EVIL\r\nATTENDEE:mailto:evil@example.org\r\nEND:VEVENT\r\nBEGIN:VEVENT",
    "EVIL\nRRULE:FREQ=DAILY",
    "EVIL\rX-EVIL:1\x0bX-EVIL:2\x0cX-EVIL:3\x85X-EVIL:4\u2028X-EVIL:5",
    'EVIL";X-EVIL="1":mailto:evil@example.org',
    "EVIL\\nX-EVIL:1 \\, \\; \\\\ ^n ^' ^^",
    "EVIL\0\x08\x1b\ud800\u202e",
    ":;,=EVIL",
)


@pytest.mark.parametrize("evil", [*HOSTILE, *LINES])
@pytest.mark.parametrize("method", ["REQUEST", "CANCEL", "PUBLISH"])
def test_words_of_people_are_words(method: str, evil: str) -> None:
    """Whatever they hold: no property, event, person or address comes of them, and they are there."""
    meeting = replace(MEETING, topic=evil, organisation=evil, customer=Customer(evil, "matti@example.com"))
    named = [(evil, address) for _, address in ATTENDEES]
    content = written(meeting, method, host_name=evil, attendees=() if method == "PUBLISH" else named)
    calendar, event = read(content)

    assert set(calendar) == {"VERSION", "PRODID", "METHOD"}
    assert set(event) <= EVENT_PROPERTIES
    assert [str(one) for one in attendees(event)] == [
        f"mailto:{address}" for _, address in named if method != "PUBLISH"
    ]
    assert {frozenset(one.params) for one in attendees(event)} <= {frozenset({"CN", "ROLE", "PARTSTAT", "RSVP"})}
    assert set(event["ORGANIZER"].params) == {"CN"}
    assert event["DTSTART"].dt == MEETING.start
    for told in (event["SUMMARY"], event["DESCRIPTION"], *(one.params["CN"] for one in attendees(event))):
        assert "EVIL" in told
    for line in str(event["SUMMARY"]), event["ORGANIZER"].params["CN"]:
        assert len(line.splitlines()) == 1


@pytest.mark.parametrize("evil", [*HOSTILE, *LINES])
def test_lines_are_as_they_must_be(evil: str) -> None:
    """Of at most 75 bytes, ended by two signs, cut within no letter, without signs that may not stand in a text."""
    content = written(replace(MEETING, topic=evil, organisation=evil), host_name=evil)

    assert content.endswith(b"\r\n")
    lines = content.removesuffix(b"\r\n").split(b"\r\n")
    assert all(len(line) <= 75 and b"\n" not in line and b"\r" not in line for line in lines)
    assert all(line.decode() for line in lines)
    assert not {*range(32), 127} & {*b"".join(lines)} - {9}


@pytest.mark.parametrize(
    "address", ["a@b.c\r\nATTENDEE:mailto:evil@x", "jörg@example.org", "a b@c", "a@b.c;X=1:y", "a%0d@b"]
)
def test_an_address_is_an_address(address: str) -> None:
    """What cannot stand in one is written in percent."""
    _, event = read(written(attendees=[("Jörg", address)]))
    (found,) = attendees(event)

    assert found.startswith("mailto:")
    assert not set(found) & set('\r\n ";,<>')
    assert set(found.params) == {"CN", "ROLE", "PARTSTAT", "RSVP"}


# What a mail says


@pytest.mark.parametrize(
    ("changed", "method", "subject", "last"),
    [
        ({}, "REQUEST", "Support meeting: Tue 24 Nov, 09:00–09:30 (Paris)", "To move or cancel it"),
        (
            {"kind": Kind.TRAINING},
            "REQUEST",
            "Training session: Tue 24 Nov, 09:00–09:30 (Paris)",
            "To move or cancel it",
        ),
        ({"sequence": 2}, "REQUEST", "New time for the support meeting: Tue 24 Nov", "To move or cancel it"),
        ({"sequence": 2, "kind": Kind.TRAINING}, "REQUEST", "New time for the training session: Tue 24", "To move"),
        (
            {"state": State.CANCELLED},
            "CANCEL",
            "Cancelled: support meeting, Tue 24 Nov",
            "The meeting has been cancelled",
        ),
        (
            {"state": State.CANCELLED, "kind": Kind.TRAINING},
            "CANCEL",
            "Cancelled: training session, Tue 24 Nov",
            "The meeting has been cancelled",
        ),
        (
            {"state": State.UNPLACED},
            "CANCEL",
            "Cancelled: support meeting",
            "The meeting cannot take place at this time",
        ),
    ],
)
def test_what_a_mail_says(changed: dict[str, Any], method: str, subject: str, last: str) -> None:
    """The subject says what and when by the reader's clock; the text with whom, and what can be done."""
    told, text = invitation_mail(
        ENGLISH,
        replace(MEETING, **changed),
        method=method,
        zone="Europe/Paris",
        host_name="Anna Virtanen",
        video=VIDEO,
    )

    assert told.startswith(subject)
    assert text.startswith("When: Tue 24 Nov, 09:00–09:30 (Paris)\nHeld by: Anna Virtanen\n")
    assert f"\nVideo: {VIDEO}\n" in text
    assert text.splitlines()[-1].startswith(last)


@pytest.mark.parametrize("evil", [*HOSTILE, *LINES])
@pytest.mark.parametrize("language", LANGUAGES)
def test_a_subject_is_one_line(language: str, evil: str) -> None:
    """In every language, whatever people have typed."""
    meeting = replace(MEETING, topic=evil, organisation=evil, customer=Customer(evil))
    t = Catalogues(paths.locales_dir())[language]
    subject, text = invitation_mail(t, meeting, method="REQUEST", zone="Europe/Helsinki", host_name=evil)

    assert len(subject.splitlines()) == 1
    assert "EVIL" not in subject
    assert "EVIL" in text
