"""`partnerdesk doctor` on calendars and mail: real servers on loopback, which it leaves as they were."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from datetime import UTC, datetime

import pytest

from bot.adapters.calendars.caldav import CalDavCalendar
from bot.cli.doctor_meetings import meeting_checks
from bot.desk import Desk, Host
from bot.settings import Settings
from tests.caldav_server import CalDavServer, caldav_server
from tests.clock import VirtualClock
from tests.mail_server import MailServer, serving

CLOCK = VirtualClock(datetime(2026, 11, 22, 9, tzinfo=UTC))
BROKEN = (
    "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:x\r\nBEGIN:VEVENT\r\nUID:1@x\r\nDTSTAMP:20261101T000000Z\r\n"
    "DTSTART;TZID=Nowhere/Land:20261124T100000\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n"
)


@pytest.fixture(scope="module")
def server() -> Iterator[CalDavServer]:
    """Radicale, with passwords."""
    with caldav_server() as running:
        yield running


@pytest.fixture
async def office() -> AsyncIterator[MailServer]:
    """A mail server."""
    async with serving(MailServer()) as running:
        yield running


async def lines(settings: Settings, *hosts: Host) -> list[str]:
    """What it says."""
    return [str(await check()) for check in meeting_checks(settings, Desk(hosts=hosts), CLOCK)]


async def test_nothing_to_look_at() -> None:
    """Hosts without calendars and a desk without mail need neither."""
    assert await lines(Settings(), Host("U1")) == []


async def test_calendars_that_can_be_read_and_written(server: CalDavServer) -> None:
    """Each has a line, and nothing is written; that the password travels unencrypted is said."""
    path = server.calendar("well")

    found = await lines(server.settings(), Host("U1", calendar=path), Host("U2"))

    assert found == [
        "warn  calendar of U1: its password travels unencrypted: take https:// if that leaves this machine or network"
    ]
    assert server.read(path) == {}


@pytest.mark.parametrize(
    ("path", "changed", "reason"),
    [
        ("desk/none", {}, "there is no such calendar"),
        ("desk", {}, "the address is none of a calendar"),
        ("desk/none", {"caldav_password": "S3CRET"}, "the calendar's server does not accept user and password"),
        ("https://S3CRET@example.org/x", {}, "the calendar's address is of another server than CALDAV_URL"),
    ],
)
async def test_calendars_that_are_not_to_be_had(
    server: CalDavServer, path: str, changed: dict[str, str], reason: str
) -> None:
    """Why, and what follows from it; no address and no password."""
    (line,) = await lines(server.settings(**changed), Host("U1", calendar=path))

    assert line.startswith(f"FAIL  calendar of U1: {reason}: see `calendar` in the desk file")
    assert "S3CRET" not in line


async def test_a_calendar_that_is_not_understood(server: CalDavServer) -> None:
    """It is read as it will be: the event in the way is named."""
    path = server.calendar("broken")
    server.write(path, "odd", BROKEN)

    (line,) = await lines(server.settings(), Host("U1", calendar=path))

    assert line.startswith("FAIL  calendar of U1: an event in the calendar cannot be read: odd.ics")


@pytest.mark.parametrize(
    ("may_write", "expected"),
    [
        (False, "FAIL  calendar of U1 can be read but not written"),
        (None, "warn  calendar of U1 can be read; its server does not say whether it can be written"),
    ],
)
async def test_a_calendar_that_may_not_be_written(
    server: CalDavServer, monkeypatch: pytest.MonkeyPatch, expected: str, *, may_write: bool | None
) -> None:
    """As far as the server says: nothing is written to find out."""

    async def told(_: CalDavCalendar) -> bool | None:
        return may_write

    monkeypatch.setattr(CalDavCalendar, "may_write", told)
    path = server.calendar(f"read-{may_write}")

    (line,) = await lines(server.settings(), Host("U1", calendar=path))

    assert line.startswith(expected)


async def test_a_calendar_without_the_servers_address() -> None:
    """A path alone leads nowhere."""
    (line,) = await lines(Settings(), Host("U1", calendar="desk/anna"))

    assert line.startswith("FAIL  calendar of U1: CALDAV_URL is not set")


async def test_the_mail_server(office: MailServer) -> None:
    """It must take the sender; nothing is sent."""
    settings = Settings(smtp_url=office.url, mail_from="desk@example.org")

    assert await lines(settings) == ["ok    mail server"]
    office.says["MAIL"] = "553 Not you"
    (line,) = await lines(settings)

    assert line.startswith("FAIL  mail: the mail server refuses the sender (553): see SMTP_URL and MAIL_FROM")
    assert office.got == []


async def test_no_mail_server(unused_tcp_port: int) -> None:
    """The reason is told without the address, which may hold a password."""
    url = f"smtp://desk:S3CRET@127.0.0.1:{unused_tcp_port}"

    (line,) = await lines(Settings(smtp_url=url, mail_from="desk@example.org"))

    assert line.startswith("FAIL  mail: the mail server cannot be reached (ConnectionRefusedError)")
    assert "S3CRET" not in line
