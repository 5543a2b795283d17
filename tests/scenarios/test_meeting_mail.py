"""Invitations by mail, on a real SMTP server: who gets which, and that a mail server holds up no booking."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import icalendar
import pytest

from bot.meeting import Meeting, State
from bot.render import meeting_words
from bot.store import hosts
from bot.store.tables import job, meeting
from tests.caldav_server import caldav_server
from tests.mail_server import MailServer, serving
from tests.scenarios.meeting_desk import (
    AINO,
    JEAN,
    MEETING_DESK,
    WORDS,
    asked,
    booked,
    calendar_of,
    calendar_world,
    cancelled,
    event,
    host_cards,
    meeting_world,
    moved,
    opened,
    pass_to,
    stored,
    told,
)
from tests.scenarios.world import World

SENDER = "desk@desk.example"
HOST = "aino@desk.example"  # of whoever holds meetings in Finnish
BOOKER = "anna@acme.example"
CUSTOMER = "kunde@example.com"
FINNISH = WORDS["fi"]
FOR_CUSTOMER = {"for": "customer", "customer_name": "Kunde GmbH", "customer_email": CUSTOMER, "email": BOOKER}
FIRST = datetime(2026, 11, 23, 14, 30, tzinfo=UTC)


@pytest.fixture
async def office() -> AsyncIterator[MailServer]:
    """A mail server that takes whatever comes."""
    async with serving(MailServer()) as server:
        yield server


def mail_world(
    folder: Path, office: MailServer, desk: str = MEETING_DESK, **options: Any
) -> AbstractAsyncContextManager[World]:
    """A desk that sends mails."""
    return meeting_world(folder, desk, smtp_url=office.url, mail_from=SENDER, **options)


@dataclass
class Invitation:
    """What a mail says to a calendar."""

    letter: EmailMessage = field(repr=False)
    method: str
    uid: str
    sequence: int
    start: datetime
    status: str
    attendees: list[str]


def _invitations(office: MailServer, to: str) -> list[Invitation]:
    return [_read(letter) for letter in office.letters(to)]


def _read(letter: EmailMessage) -> Invitation:
    (part,) = [one for one in letter.walk() if one.get_content_type() == "text/calendar"]
    calendar = icalendar.Calendar.from_ical(part.get_payload(decode=True))
    (told,) = calendar.walk("VEVENT")
    invited = told.get("ATTENDEE", [])
    method = str(calendar["METHOD"])
    assert dict(part["Content-Type"].params)["method"] == method
    assert str(told["ORGANIZER"]) == f"mailto:{SENDER}"
    return Invitation(
        letter,
        method,
        str(told["UID"]),
        int(told["SEQUENCE"]),
        told["DTSTART"].dt,
        str(told["STATUS"]),
        [str(one).removeprefix("mailto:") for one in (invited if isinstance(invited, list) else [invited])],
    )


async def _booked(w: World, words: str = FINNISH, **fields: Any) -> Meeting:
    meeting = await booked(w, words, **{**FOR_CUSTOMER, **fields})
    await w.settle()
    return meeting


async def test_all_who_meet_are_invited(tmp_path, office):
    """The booker and the customer by the addresses that were typed, a host without a calendar by the desk file's."""
    async with mail_world(tmp_path, office) as w:
        meeting = await _booked(w)

        assert len(office.got) == 3
        for to in (BOOKER, CUSTOMER, HOST):
            (one,) = _invitations(office, to)
            assert (one.method, one.uid, one.sequence, one.start) == ("REQUEST", meeting.uid, 0, meeting.start)
            assert one.letter["From"] == SENDER


async def test_nobody_reads_the_address_of_another(tmp_path, office):
    """Each mail names whoever gets it alone; above all the partner's is not told to their customer."""
    async with mail_world(tmp_path, office) as w:
        await _booked(w)

        for to in (BOOKER, CUSTOMER, HOST):
            (one,) = _invitations(office, to)
            read = "".join(str(part.get_content()) for part in one.letter.walk() if not part.is_multipart())
            whole = read.replace("\r\n ", "") + str(one.letter.items())
            assert one.attendees == [to]
            assert [other for other in (BOOKER, CUSTOMER, HOST) if other in whole] == [to]


async def test_one_address_gets_one_mail(tmp_path, office):
    """Also where a partner types their own as the customer's."""
    async with mail_world(tmp_path, office) as w:
        await _booked(w, customer_email=BOOKER.upper())

        assert [one.rcpt_tos for one in office.got if HOST not in one.rcpt_tos] == [[BOOKER]]


async def test_moved_and_cancelled(tmp_path, office):
    """The same event each time, and each word on it is later than the one before."""
    async with mail_world(tmp_path, office) as w:
        meeting = await _booked(w)
        first = meeting.start
        second = await moved(w, await told(w, meeting), "U1", nth=2)
        await cancelled(w, await told(w, meeting), "U1")

        for to in (BOOKER, CUSTOMER, HOST):
            sent = _invitations(office, to)
            assert [(one.method, one.sequence, one.start) for one in sent] == [
                ("REQUEST", 0, first),
                ("REQUEST", 1, second),
                ("CANCEL", 2, second),
            ]
            assert {one.uid for one in sent} == {meeting.uid}
            assert {one.letter["References"] for one in sent} == {sent[0].letter["References"]}
            assert sent[-1].status == "CANCELLED"


async def test_cancelled_by_the_host_and_placed_anew(tmp_path, office):
    """The time is called off, and the new one is an invitation to the same event."""
    async with mail_world(tmp_path, office) as w:
        meeting = await _booked(w)
        (card,) = await host_cards(w)
        await cancelled(w, card, AINO)
        await w.press(await told(w, meeting), "meeting.again.2", "U1")
        await w.settle()

        sent = [(one.method, one.sequence) for one in _invitations(office, CUSTOMER)]
        assert sent == [("REQUEST", 0), ("CANCEL", 1), ("REQUEST", 2)]


async def test_whoever_holds_it_no_more_is_told(tmp_path, office):
    """Their invitation is called off, at the time that it was for; the others get one for the new time."""
    async with mail_world(tmp_path, office) as w:
        meeting = await _booked(w, WORDS["en"], slot=3)
        workspace = w.desk.services.workspace
        before, away = meeting.host, w.clock.now() + timedelta(days=60)
        assert before == AINO
        await w.desk.database.run(lambda conn: hosts.pause(conn, workspace, before, away))

        await moved(w, await told(w, meeting), "U1")

        assert (await stored(w))[0].host == JEAN
        assert [(one.method, one.sequence, one.start) for one in _invitations(office, HOST)] == [
            ("REQUEST", 0, meeting.start),
            ("CANCEL", 1, meeting.start),
        ]
        assert [one.method for one in _invitations(office, CUSTOMER)] == ["REQUEST", "REQUEST"]


async def test_a_host_with_a_calendar_gets_no_mail(tmp_path, office):
    """They find it there; the others are invited once it stands there."""
    with caldav_server() as server:
        async with calendar_world(tmp_path, server, AINO, smtp_url=office.url, mail_from=SENDER) as w:
            await _booked(w)

            assert sorted(to for one in office.got for to in one.rcpt_tos) == [BOOKER, CUSTOMER]


async def test_nobody_is_invited_to_a_time_that_is_taken(tmp_path, office):
    """Nor is one called off of which nobody has read."""
    with caldav_server() as server:
        async with calendar_world(tmp_path, server, AINO, smtp_url=office.url, mail_from=SENDER) as w:
            server.write(calendar_of(AINO), "own", event(FIRST))

            meeting = await _booked(w)
            assert (await stored(w))[0].state is State.UNPLACED
            assert office.got == []

            await w.press(await told(w, meeting), "meeting.again.1", "U1")
            await w.settle()
            assert [(one.method, one.sequence) for one in _invitations(office, CUSTOMER)] == [("REQUEST", 2)]


async def test_a_mail_server_that_is_away_for_hours(tmp_path, office):
    """The meeting is booked, and nobody waits for the mail; it is sent when the server is back."""
    async with mail_world(tmp_path, office) as w:
        office.says["MAIL"] = "421 Not now"
        await _booked(w)
        await host_cards(w)
        until = w.clock.now() + timedelta(hours=3)
        while w.clock.now() < until:
            await pass_to(w, w.clock.now() + timedelta(minutes=30))
        assert office.got == []
        del office.says["MAIL"]

        await pass_to(w, w.clock.now() + timedelta(hours=4))

        assert [one.method for one in _invitations(office, CUSTOMER)] == ["REQUEST"]
        assert (await stored(w))[0].state is State.BOOKED


async def test_what_has_changed_while_the_mail_server_was_away(tmp_path, office):
    """Only the last word is said."""
    async with mail_world(tmp_path, office) as w:
        office.says["MAIL"] = "421 Not now"
        meeting = await _booked(w)
        time = await moved(w, await told(w, meeting), "U1", nth=1)
        del office.says["MAIL"]

        await pass_to(w, w.clock.now() + timedelta(hours=1))

        sent = _invitations(office, CUSTOMER)
        assert [(one.method, one.sequence, one.start) for one in sent] == [("REQUEST", 1, time)]


async def test_an_address_that_is_refused(tmp_path, office):
    """Is a dead letter, for operators to see; the booking stands, and all the others are invited."""
    async with mail_world(tmp_path, office) as w:
        office.says[CUSTOMER] = "550 Nobody here"
        form = await opened(w, await asked(w, FINNISH), "meeting.slot.1", "U1")
        assert await w.fill(form, "U1", topic="Our trial", **FOR_CUSTOMER) == {}
        await w.settle(with_dead=True)

        dead = await w.desk.database.read(w.desk.services.work.dead)
        assert [(one.kind, CUSTOMER in one.error) for one in dead] == [("meeting-mail", False)]
        assert sorted(to for one in office.got for to in one.rcpt_tos) == [HOST, BOOKER]
        assert [row["status"] for row in await w.rows(meeting)] == ["booked"]


async def test_without_a_mail_server(tmp_path):
    """Nothing is sent, and nothing is missed; the file is there all the same."""
    async with meeting_world(tmp_path) as w:
        await booked(w, FINNISH, channel="D1", **FOR_CUSTOMER)
        await cancelled(w, await told(w, (await stored(w))[0]), "U1")

        assert [row["kind"] for row in await w.rows(job) if "mail" in row["kind"]] == []


@pytest.mark.parametrize("language", WORDS)
async def test_in_which_language(tmp_path, office, language):
    """The booker is written to in theirs, the customer in that of the meeting; with the time by the booker's clock."""
    async with mail_world(tmp_path, office) as w:
        booking = await _booked(w, WORDS[language])
        catalogues = w.desk.services.editions.current.renderer.catalogues

        held_in = "en" if language == "de" else language  # whoever speaks German holds no meetings on Cyberday
        for to, spoken in ((BOOKER, language), (CUSTOMER, held_in)):
            t = catalogues[spoken]
            when = meeting_words.at(booking.start, "Europe/Helsinki", t, until=booking.end)
            (one,) = _invitations(office, to)
            assert one.letter["Subject"] == t("Support meeting: {time}", time=when)
