"""Calendars on a real CalDAV server (Radicale), and on one that plays the fool."""

from __future__ import annotations

import asyncio
import gzip
import ssl
import subprocess
import sys
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from aiohttp import web

from bot.adapters.calendars.caldav import CalDavCalendar, CalDavCalendars
from bot.adapters.calendars.none import NoCalendar
from bot.adapters.calendars.opening import OpenCalendars
from bot.adapters.postponed import Postponed
from bot.meeting import Span
from bot.ports import GiveUp, RetryLater
from bot.settings import Settings
from tests.adapters.test_calendars_reading import TEN_TO_ELEVEN, answer, calendar, event
from tests.caldav_server import CalDavServer, caldav_server
from tests.certificates import certificate, encrypted

__all__ = ["certificate"]  # a fixture

OURS = "T0HOME.partnerdesk"
UID = f"6f1b-@1@{OURS}"
SINCE = datetime(2026, 11, 1, tzinfo=UTC)
UNTIL = SINCE + timedelta(days=30)


def at(day: int, hour: int, minute: int = 0) -> datetime:
    """A time in November."""
    return datetime(2026, 11, day, hour, minute, tzinfo=UTC)


def ours(day: int, *, uid: str = UID) -> bytes:
    """An event of ours: an hour from ten."""
    lines = (f"DTSTART:202611{day:02}T100000Z", f"DTEND:202611{day:02}T110000Z", "SUMMARY:Support meeting: Müller")
    return calendar(event(*lines, uid=uid)).encode()


def starts(objects: dict[str, str]) -> list[str]:
    """When the events in a calendar begin."""
    return [line for one in objects.values() for line in one.splitlines() if line.startswith("DTSTART")]


@pytest.fixture(scope="module")
def server() -> Iterator[CalDavServer]:
    """Radicale, with passwords."""
    with caldav_server() as running:
        yield running


@dataclass
class Desk:
    """A calendar on the server, and the desk's view of it."""

    server: CalDavServer
    path: str

    def opened(self, path: str | None = None, *, zone: str = "UTC", owner: str = "", **changed: str) -> CalDavCalendar:
        """The calendar, or another one, as a desk with other settings has it."""
        calendars = CalDavCalendars(self.server.settings(**changed), OURS)
        return calendars.of(self.path if path is None else path, zone=zone, owner=owner)

    async def busy(self, path: str | None = None, **how: str) -> list[Span]:
        """When its owner is busy in November."""
        return await self.opened(path, **how).busy(SINCE, UNTIL)


@pytest.fixture
def desk(server: CalDavServer) -> Desk:
    """An empty calendar of one's own."""
    return Desk(server, server.calendar(uuid4().hex))


# Reading


async def test_an_empty_calendar(desk: Desk) -> None:
    """Its owner has time."""
    assert await desk.busy() == []


async def test_events_in_a_calendar(desk: Desk) -> None:
    """Single ones, recurring ones with what was left out and moved, and none of those that do not count."""
    desk.server.write(desk.path, "single", calendar(event(*TEN_TO_ELEVEN)))
    desk.server.write(desk.path, "free", calendar(event(*TEN_TO_ELEVEN, "TRANSP:TRANSPARENT", uid="2@x")))
    desk.server.write(desk.path, "off", calendar(event("DTSTART:20261123T100000Z", "STATUS:CANCELLED", uid="3@x")))
    desk.server.write(desk.path, "ours", ours(25))
    series = event(
        "DTSTART;TZID=Europe/Helsinki:20261005T090000",
        "DTEND;TZID=Europe/Helsinki:20261005T100000",
        "RRULE:FREQ=WEEKLY",
        "EXDATE;TZID=Europe/Helsinki:20261109T090000",
        uid="4@x",
    )
    moved = event(
        "RECURRENCE-ID;TZID=Europe/Helsinki:20261116T090000",
        "DTSTART;TZID=Europe/Helsinki:20261117T150000",
        "DTEND;TZID=Europe/Helsinki:20261117T160000",
        uid="4@x",
    )
    desk.server.write(desk.path, "series", calendar(series, moved))

    assert await desk.busy() == [
        Span(at(2, 7), at(2, 8)),
        Span(at(17, 13), at(17, 14)),
        Span(at(23, 7), at(23, 8)),
        Span(at(24, 10), at(24, 11)),
        Span(at(30, 7), at(30, 8)),
    ]


async def test_a_whole_day_at_the_edge_of_what_is_asked_for(desk: Desk) -> None:
    """The server takes a whole day for one of UTC: asked for an evening alone, it would have left the day out."""
    desk.server.write(desk.path, "off", calendar(event("DTSTART;VALUE=DATE:20261124", "DTEND;VALUE=DATE:20261125")))
    west, east = desk.opened(zone="America/Los_Angeles"), desk.opened(zone="Europe/Helsinki")

    assert await west.busy(at(25, 3), at(25, 5)) == [Span(at(25, 3), at(25, 5))]
    assert await east.busy(at(23, 21), at(23, 23)) == [Span(at(23, 22), at(23, 23))]
    assert await east.busy(at(24, 22), at(24, 23)) == []


async def test_an_invitation_that_the_owner_has_declined(desk: Desk) -> None:
    """The owner's address tells it."""
    attendee = "ATTENDEE;PARTSTAT=DECLINED:mailto:anna@example.org"
    lines = (*TEN_TO_ELEVEN, "ORGANIZER:mailto:ben@example.org", attendee)
    desk.server.write(desk.path, "invited", calendar(event(*lines)))

    assert await desk.busy(owner="anna@example.org") == []
    assert await desk.busy() == [Span(at(24, 10), at(24, 11))]


async def test_where_a_calendar_is(desk: Desk) -> None:
    """A path below the server's address, with slashes or without, or the whole address; a name may hold anything."""
    odd = desk.server.calendar("Anna%20Ty%C3%B6%20%2B1")
    desk.server.write(odd, "1", calendar(event(*TEN_TO_ELEVEN)))
    for address in (odd, f"/{odd}/", "desk/Anna Työ +1", f"{desk.server.url}/{odd}", f"{desk.server.url}/{odd}/"):
        assert await desk.busy(address) == [Span(at(24, 10), at(24, 11))]
    below = odd.removeprefix("desk/")

    assert await desk.busy(below, caldav_url=f"{desk.server.url}/desk/") == [Span(at(24, 10), at(24, 11))]


# What is in the way


@pytest.mark.parametrize(
    ("path", "changed", "reason"),
    [
        ("desk/none", {}, "there is no such calendar"),
        ("desk", {}, "the address is none of a calendar"),
        ("", {}, "the address is none of a calendar"),
        ("somebody/else", {}, "the calendar's server refuses access"),
        (None, {"caldav_password": "wrong"}, "the calendar's server does not accept user and password"),
        (None, {"caldav_user": "nobody"}, "the calendar's server does not accept user and password"),
        ("https://calendars.example.org/anna", {}, "the calendar's address is of another server than CALDAV_URL"),
    ],
)
async def test_a_calendar_that_is_not_to_be_had(desk: Desk, path: str | None, changed: Any, reason: str) -> None:
    """It is given up with a reason that an operator understands; to read it, and to write to it."""
    calendar = desk.opened(path, **changed)

    with pytest.raises(GiveUp) as reading:
        await calendar.busy(SINCE, UNTIL)
    with pytest.raises(GiveUp) as writing:
        await calendar.put(UID, ours(24))

    assert (str(reading.value), str(writing.value)) == (reason, reason)
    assert desk.server.read(desk.path) == {}


async def test_without_an_address_of_the_server() -> None:
    """A calendar in the desk file alone is not enough."""
    with pytest.raises(GiveUp, match="CALDAV_URL is not set"):
        await OpenCalendars(Settings(), OURS).of("desk/anna").busy(SINCE, UNTIL)


# Writing


async def test_an_event_is_written_once(desk: Desk) -> None:
    """Written again it is the same; another time takes the place of the first; our own keeps nobody busy."""
    for day in (24, 24, 25):
        await desk.opened().put(UID, ours(day))

    assert starts(desk.server.read(desk.path)) == ["DTSTART:20261125T100000Z"]
    assert "Müller" in next(iter(desk.server.read(desk.path).values()))
    assert await desk.busy() == []


async def test_an_event_that_its_owner_has_changed(desk: Desk) -> None:
    """What we write is what was booked."""
    await desk.opened().put(UID, ours(24))
    (name,) = desk.server.read(desk.path)
    desk.server.write(desk.path, name, ours(3))

    await desk.opened().put(UID, ours(25))

    assert starts(desk.server.read(desk.path)) == ["DTSTART:20261125T100000Z"]


async def test_an_event_that_its_owner_has_saved_from_the_file(desk: Desk) -> None:
    """It stands there under another name: that one is written anew, and taken away. Those like it are left alone."""
    alike = f"x{UID}"
    desk.server.write(desk.path, "saved", ours(24))
    desk.server.write(desk.path, "alike", ours(26, uid=alike))

    await desk.opened().put(UID, ours(25))
    written = desk.server.read(desk.path)
    await desk.opened().remove(UID)

    assert starts({"": written["saved"]}) == ["DTSTART:20261125T100000Z"]
    assert sorted(written) == ["alike", "saved"]
    assert list(desk.server.read(desk.path)) == ["alike"]


async def test_two_write_one_event_at_once(desk: Desk) -> None:
    """Both are told that it is written, and it stands there once, whole."""
    await asyncio.gather(*(desk.opened().put(UID, ours(day)) for day in (24, 25, 24, 25)))

    (start,) = starts(desk.server.read(desk.path))
    assert start in {"DTSTART:20261124T100000Z", "DTSTART:20261125T100000Z"}


async def test_an_event_is_taken_away(desk: Desk) -> None:
    """Once and again; what its owner has written stays, and a calendar that is gone has nothing of ours."""
    await desk.opened().put(UID, ours(24))
    desk.server.write(desk.path, "own", calendar(event(*TEN_TO_ELEVEN)))

    await desk.opened().remove(UID)
    await desk.opened().remove(UID)

    assert list(desk.server.read(desk.path)) == ["own"]
    desk.server.delete(f"{desk.path}/")
    await desk.opened().remove(UID)


async def test_a_calendar_that_goes_while_the_desk_runs(desk: Desk) -> None:
    """It is no empty one."""
    calendar = desk.opened()
    assert await calendar.busy(SINCE, UNTIL) == []
    desk.server.delete(f"{desk.path}/")

    with pytest.raises(GiveUp, match="no such calendar"):
        await calendar.busy(SINCE, UNTIL)
    with pytest.raises(GiveUp):
        await calendar.put(UID, ours(24))


async def test_whether_a_calendar_can_be_written(desk: Desk) -> None:
    """As the server says."""
    assert await desk.opened().may_write() is True


# A server that plays the fool

ABOUT = (
    b'<multistatus xmlns="DAV:" xmlns:C="urn:ietf:params:xml:ns:caldav"><response><href>/c/</href><propstat><prop>'
    b"<resourcetype><collection/><C:calendar/></resourcetype></prop><status>HTTP/1.1 200 OK</status></propstat>"
    b"</response></multistatus>"
)
Play = Callable[[web.Request], Awaitable[web.StreamResponse]]


def says(**what: Any) -> Play:
    """Always the same answer."""

    async def play(_: web.Request) -> web.Response:
        return web.Response(**what)

    return play


@dataclass
class Fool:
    """What it answers; PROPFIND as a calendar does, if nothing else is said."""

    url: str = ""
    plays: dict[str, Play] = field(default_factory=dict)  # by method
    asked: list[tuple[str, str]] = field(default_factory=list)  # method and path
    passwords: list[str] = field(default_factory=list)
    conditions: list[str] = field(default_factory=list)  # under which something is to be written

    async def serve(self, request: web.Request) -> web.StreamResponse:
        """Answer any request."""
        self.asked.append((request.method, request.path))
        self.passwords.append(request.headers.get("Authorization", ""))
        if request.method == "PUT":
            headers = request.headers
            self.conditions.append(
                f"none {headers['If-None-Match']}" if "If-None-Match" in headers else headers["If-Match"]
            )
        if request.method == "PROPFIND" and "PROPFIND" not in self.plays:
            return web.Response(status=207, body=ABOUT)
        return await self.plays[request.method](request)

    def opened(self, address: str = "c", **limits: Any) -> CalDavCalendar:
        """A calendar on it."""
        settings = Settings(caldav_url=self.url, caldav_user="desk", caldav_password="secret")
        return CalDavCalendars(settings, OURS, **limits).of(address)

    async def failure(self, **limits: Any) -> RetryLater | GiveUp:
        """What reading its calendar comes to."""
        with pytest.raises((RetryLater, GiveUp)) as caught:
            await self.opened(**limits).busy(SINCE, UNTIL)
        assert "secret" not in repr(caught.value)
        assert self.url.partition("//")[2] not in repr(caught.value)
        return caught.value


@asynccontextmanager
async def played(fool: Fool, tls: ssl.SSLContext | None = None) -> AsyncIterator[None]:
    """The server on loopback."""
    app = web.Application()
    app.router.add_route("*", "/{path:.*}", fool.serve)
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0, ssl_context=tls).start()
    fool.url = f"{'https' if tls else 'http'}://127.0.0.1:{runner.addresses[0][1]}"
    yield
    await runner.cleanup()


@pytest.fixture
async def fool() -> AsyncIterator[Fool]:
    """A server that runs."""
    playing = Fool()
    async with played(playing):
        yield playing


@pytest.mark.parametrize("method", ["PROPFIND", "REPORT"])
@pytest.mark.parametrize(
    ("status", "kind", "reason"),
    [
        (400, GiveUp, "status 400"),
        (401, GiveUp, "user and password"),
        (403, GiveUp, "refuses access"),
        (404, GiveUp, "no such calendar"),
        (405, GiveUp, "none of a calendar"),
        (410, GiveUp, "gone"),
        (501, GiveUp, "none of a calendar"),
        (423, RetryLater, "status 423"),
        (500, RetryLater, "status 500"),
        (502, RetryLater, "status 502"),
        (507, RetryLater, "status 507"),
        (200, RetryLater, "as no calendar does"),
    ],
)
async def test_what_a_status_means(fool: Fool, method: str, status: int, kind: type, reason: str) -> None:
    """For good is what an operator must mend; the rest may pass by itself."""
    fool.plays[method] = says(status=status, text="<html>Sorry</html>", content_type="text/html")

    failure = await fool.failure()

    assert type(failure) is kind
    assert reason in str(failure)


@pytest.mark.parametrize(
    ("status", "headers", "kind", "seconds"),
    [
        (429, {"Retry-After": "7"}, Postponed, 7),
        (429, {}, Postponed, 30),
        (429, {"Retry-After": "soon"}, Postponed, 30),
        (503, {"Retry-After": "120"}, RetryLater, 120),
        (503, {"Retry-After": "0"}, RetryLater, 1),
        (503, {"Retry-After": "99999999999"}, RetryLater, 3600),
        (
            503,
            {"Retry-After": "Sun, 01 Nov 2026 10:02:00 GMT", "Date": "Sun, 01 Nov 2026 10:00:00 GMT"},
            RetryLater,
            120,
        ),
        (503, {"Retry-After": "Sun, 99 Nov 2026 10:02:00 GMT"}, RetryLater, None),
        (503, {}, RetryLater, None),
    ],
)
async def test_a_server_that_asks_for_time_gets_it(
    fool: Fool, status: int, headers: dict[str, str], kind: type, seconds: float | None
) -> None:
    """In seconds or until a date, within reason."""
    fool.plays["REPORT"] = says(status=status, headers=headers)

    failure = await fool.failure()

    assert type(failure) is kind
    assert isinstance(failure, RetryLater)
    assert failure.seconds == seconds


async def test_the_password_follows_no_redirect(fool: Fool) -> None:
    """Neither to another server nor to another address of this one."""
    for there in ("https://calendars.example.org/", "/elsewhere/"):
        fool.plays["REPORT"] = says(status=302, headers={"Location": there})

        failure = await fool.failure()

        assert str(failure) == "the calendar's address leads to another one"
        assert isinstance(failure, GiveUp)
    assert {path for _, path in fool.asked} == {"/c/"}


@pytest.mark.parametrize(
    "address",
    [
        "https://127.0.0.1/c",
        "http://localhost:{port}/c",
        "http://127.0.0.1:1/c",
        "http://127.0.0.1:{port}@example.org/c",
        "ftp://127.0.0.1:{port}/c",
        "http:/c",
    ],
)
async def test_the_password_goes_to_one_origin_alone(fool: Fool, address: str) -> None:
    """Scheme, host and port must be those of the settings."""
    with pytest.raises(GiveUp, match="another server"):
        await fool.opened(address.format(port=fool.url.rpartition(":")[2])).busy(SINCE, UNTIL)

    assert fool.asked == []


@pytest.mark.parametrize("address", ["https://[::1/c", "https://127.0.0.1:port/c"])
async def test_an_address_that_is_none(fool: Fool, address: str) -> None:
    """It is told of when the calendar is used: no desk fails to start over it."""
    calendar = fool.opened(address)

    with pytest.raises(GiveUp, match="cannot be read"):
        await calendar.busy(SINCE, UNTIL)


async def test_a_path_that_looks_like_another_server(fool: Fool) -> None:
    """Without a scheme it is a path here."""
    fool.plays["REPORT"] = says(status=207, body=answer())

    assert await fool.opened("//example.org/c").busy(SINCE, UNTIL) == []
    assert {path for _, path in fool.asked} == {"/example.org/c/"}


@pytest.mark.parametrize("method", ["PROPFIND", "REPORT"])
@pytest.mark.parametrize("content", [b"", b"<html>", answer(calendar(event(*TEN_TO_ELEVEN)))[:-9], b"\0" * 100])
async def test_garbage_is_no_empty_calendar(fool: Fool, method: str, content: bytes) -> None:
    """Whatever its status says."""
    fool.plays[method] = says(status=207, body=content)

    assert isinstance(await fool.failure(), RetryLater)


async def test_an_answer_that_breaks_off(fool: Fool) -> None:
    """The list may have gone on."""

    async def half(request: web.Request) -> web.StreamResponse:
        response = web.StreamResponse(status=207, headers={"Content-Length": "5000"})
        await response.prepare(request)
        await response.write(answer())
        assert request.transport is not None
        request.transport.close()
        return response

    fool.plays["REPORT"] = half

    assert "cannot be reached" in str(await fool.failure())


async def test_an_answer_that_does_not_come(fool: Fool) -> None:
    """A slow server holds nobody for long, not even by a byte now and then."""

    async def drip(request: web.Request) -> web.StreamResponse:
        response = web.StreamResponse(status=207)
        await response.prepare(request)
        for _ in range(1000):
            await response.write(b" ")
            await asyncio.sleep(0.02)
        return response

    fool.plays["REPORT"] = drip

    failure = await fool.failure(time_limit=0.3)

    assert isinstance(failure, RetryLater)
    assert "TimeoutError" in str(failure)


@pytest.mark.parametrize("is_packed", [False, True])
async def test_an_answer_that_is_too_large(fool: Fool, *, is_packed: bool) -> None:
    """Little is read of it; what is packed is not unpacked."""
    content = answer() + b" " * 100_000
    headers = {"Content-Encoding": "gzip"} if is_packed else {}
    fool.plays["REPORT"] = says(status=207, body=gzip.compress(content) if is_packed else content, headers=headers)

    failure = await fool.failure(largest=10_000)

    assert isinstance(failure, RetryLater if is_packed else GiveUp)
    assert ("packs" if is_packed else "more than can be read") in str(failure)


async def test_no_server(unused_tcp_port: int) -> None:
    """It may come back."""
    settings = Settings(caldav_url=f"http://127.0.0.1:{unused_tcp_port}", caldav_user="u", caldav_password="p")

    with pytest.raises(RetryLater, match="cannot be reached"):
        await CalDavCalendars(settings, OURS).of("c").busy(SINCE, UNTIL)


async def test_a_server_that_somebody_else_plays(
    fool: Fool, certificate: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One whose certificate is not trusted gets no password; one whose certificate is, does."""
    fool.plays["REPORT"] = says(status=207, body=answer())
    async with played(fool, encrypted(certificate)):
        failure = await fool.failure()
        asked = list(fool.passwords)
        monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
        found = await fool.opened().busy(SINCE, UNTIL)

    assert (type(failure), asked, found) == (RetryLater, [], [])
    assert "certificate is not trusted" in str(failure)


async def test_writing_ends_though_somebody_else_writes_all_the_time(fool: Fool) -> None:
    """After a few tries it is left for later."""
    fool.plays["PUT"] = says(status=412)
    fool.plays["GET"] = says(headers={"ETag": '"1"'})

    with pytest.raises(RetryLater, match="somebody else"):
        await fool.opened().put(UID, ours(24))

    # Neither is an event of others overwritten, nor one that has changed since we looked.
    assert fool.conditions == ["none *", '"1"'] * 3


async def test_an_event_that_goes_while_it_is_written_anew(fool: Fool) -> None:
    """Then it is written as a new one."""
    tries = iter((412, 201))

    async def put(_: web.Request) -> web.Response:
        return web.Response(status=next(tries))

    fool.plays["PUT"] = put
    fool.plays["GET"] = says(status=404)

    await fool.opened().put(UID, ours(24))

    assert [method for method, _ in fool.asked] == ["PROPFIND", "PUT", "GET", "PUT"]


async def test_a_refusal_to_write_stays_one(fool: Fool) -> None:
    """Where no other event is in the way, the reason is the first one."""
    fool.plays["PUT"] = says(status=403)
    fool.plays["REPORT"] = says(status=207, body=answer())

    with pytest.raises(GiveUp, match="refuses access"):
        await fool.opened().put(UID, ours(24))


async def test_an_event_elsewhere_is_not_followed(fool: Fool) -> None:
    """A server that names an address of another one gets nothing written there."""
    other = answer(ours(24).decode()).replace(b"/desk/anna/0%40x.ics", b"http://example.org/x.ics")
    fool.plays["PUT"] = says(status=409)
    fool.plays["REPORT"] = says(status=207, body=other)

    with pytest.raises(GiveUp, match="status 409"):
        await fool.opened().put(UID, ours(24))


@pytest.mark.parametrize(("status", "kind"), [(403, GiveUp), (423, RetryLater), (500, RetryLater)])
async def test_an_event_that_cannot_be_taken_away(fool: Fool, status: int, kind: type) -> None:
    """It is still there, and its owner would wait for nobody."""
    fool.plays["DELETE"] = says(status=status)

    with pytest.raises(kind):
        await fool.opened().remove(UID)


@pytest.mark.parametrize(
    ("told", "expected"),
    [
        (b"", None),
        (b"<current-user-privilege-set/>", False),
        (b"<current-user-privilege-set><privilege><read/></privilege></current-user-privilege-set>", False),
        (b"<current-user-privilege-set><privilege><bind/></privilege></current-user-privilege-set>", True),
    ],
)
async def test_what_the_server_says_of_writing(fool: Fool, told: bytes, *, expected: bool | None) -> None:
    """One that says nothing leaves it open."""
    body = ABOUT.replace(b"</resourcetype>", b"</resourcetype>" + told)
    fool.plays["PROPFIND"] = says(status=207, body=body)

    assert await fool.opened().may_write() is expected


# What is loaded


async def test_a_host_without_a_calendar() -> None:
    """Is busy with our meetings alone, which the database knows."""
    calendar = OpenCalendars(Settings(), OURS).of(None)
    await calendar.put(UID, ours(24))
    await calendar.remove(UID)

    assert isinstance(calendar, NoCalendar)
    assert await calendar.busy(SINCE, UNTIL) == []


def test_a_desk_without_calendars_loads_nothing_for_them() -> None:
    """Neither the HTTP client nor what writes events; what reads them is loaded in a process of its own."""
    code = """if True:
        import sys
        import bot.render.invitation
        from bot.adapters.calendars.opening import OpenCalendars
        from bot.settings import Settings
        heavy = {"httpx", "icalendar", "recurring_ical_events"}
        calendars = OpenCalendars(Settings(), "x")
        calendars.of(None)
        print(sorted(heavy & set(sys.modules)))
        calendars.of("desk/anna")
        print(sorted(heavy & set(sys.modules)))
    """

    told = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)  # noqa: S603

    assert told.stdout.splitlines() == ["[]", "['httpx']"]
