"""Calendars on a CalDAV server (RFC 4791)."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Final
from urllib.parse import SplitResult, quote, urljoin, urlsplit
from xml.sax.saxutils import escape

from bot.adapters.calendars.multistatus import CALDAV, DAV, Garbled, Resource, resources
from bot.adapters.calendars.query import AROUND, Query
from bot.adapters.calendars.reader import Reader
from bot.adapters.calendars.server import LARGEST, TIME_LIMIT, Answer, Server, Session
from bot.meeting import Span
from bot.ports import GiveUp, RetryLater
from bot.settings import Settings

TRIES: Final = 3  # to write an event that somebody else writes too

_STAMP: Final = "%Y%m%dT%H%M%SZ"
_XML: Final = "application/xml; charset=utf-8"
_ICALENDAR: Final = "text/calendar; charset=utf-8"
_IN_PATHS: Final = "/%:@!$&'()*+,;=~"
_FOLD: Final = re.compile(r"\r?\n[ \t]")
_UID: Final = re.compile(r"^UID(?:;[^:\r\n]*)?:(.*?)\r?$", re.MULTILINE | re.IGNORECASE)
_MULTISTATUS: Final = 207
_GONE: Final = frozenset({404, 410})
_EXISTS: Final = 412
_CONFLICTS: Final = frozenset({400, 403, 409})  # what servers answer where another resource has the UID
_WRITING: Final = frozenset(f"{DAV}{name}" for name in ("all", "write", "write-content", "bind"))
"""Privileges of which one is enough to write events (RFC 3744)."""

_ABOUT: Final = """<?xml version="1.0" encoding="utf-8"?>
<propfind xmlns="DAV:"><prop><resourcetype/><current-user-privilege-set/></prop></propfind>"""
_QUERY: Final = """<?xml version="1.0" encoding="utf-8"?>
<C:calendar-query xmlns="DAV:" xmlns:C="urn:ietf:params:xml:ns:caldav">
<prop><C:calendar-data/></prop>
<C:filter><C:comp-filter name="VCALENDAR"><C:comp-filter name="VEVENT">{}</C:comp-filter></C:comp-filter></C:filter>
</C:calendar-query>"""
_BETWEEN: Final = '<C:time-range start="{}" end="{}"/>'
_OF_UID: Final = '<C:prop-filter name="UID"><C:text-match collation="i;octet">{}</C:text-match></C:prop-filter>'


class CalDavCalendars:
    """The calendars on the server of the settings, whose user must have access to every host's.

    Args:
        settings: Where the server is, and its user and password.
        own_domain: How the UIDs of our own events end, after the @.
        time_limit: Seconds for a call, without the reading of what it brings.
        largest: The most bytes that an answer may have.

    """

    def __init__(
        self, settings: Settings, own_domain: str, *, time_limit: float = TIME_LIMIT, largest: int = LARGEST
    ) -> None:
        self._base = urlsplit(settings.caldav_url) if settings.caldav_url else None
        self._server = Server(
            settings.caldav_user or "", settings.caldav_password or "", time_limit=time_limit, largest=largest
        )
        self._own_domain = own_domain
        self._reader = Reader()
        self._proved: set[str] = set()

    def of(self, address: str, *, zone: str = "UTC", owner: str = "") -> CalDavCalendar:
        """The calendar at a path under the server's address, or at a whole address of the same origin."""
        url, fault = self._url(address)
        whose = _Whose(zone, owner, self._own_domain)
        return CalDavCalendar(self._server, self._reader, self._proved, url, fault, whose)

    def _url(self, address: str) -> tuple[str, str]:
        """Where a calendar is, or why it is nowhere: the password goes to one origin alone."""
        if self._base is None:
            return "", "CALDAV_URL is not set"
        try:
            given = urlsplit(address)
            is_elsewhere = bool(given.scheme) and _origin(given) != _origin(self._base)
        except ValueError:
            return "", "the calendar's address cannot be read"
        if is_elsewhere:
            return "", "the calendar's address is of another server than CALDAV_URL"
        path = given.path if given.scheme else f"{self._base.path.rstrip('/')}/{address.lstrip('/')}"
        return f"{_origin(self._base)}{quote(path.rstrip('/'), safe=_IN_PATHS)}/", ""


def _origin(url: SplitResult) -> str:
    """Scheme, host and port of an address, without user and password."""
    host = url.hostname or ""
    port = url.port or {"https": 443, "http": 80}.get(url.scheme)
    return f"{url.scheme}://{f'[{host}]' if ':' in host else host}:{port}"


@dataclass(frozen=True, slots=True)
class _Whose:
    """Whose calendar it is: their zone and e-mail address; and the domain of the UIDs that are ours."""

    zone: str
    owner: str
    own_domain: str


class CalDavCalendar:
    """ports.Calendar for one collection of events."""

    def __init__(self, server: Server, reader: Reader, proved: set[str], url: str, fault: str, whose: _Whose) -> None:
        self._server = server
        self._reader = reader
        self._proved = proved  # the addresses that are known to be calendars
        self._url = url
        self._fault = fault
        self._whose = whose

    async def busy(self, since: datetime, until: datetime) -> list[Span]:
        """When its owner is busy: stretches between two instants, in order and apart. Raises RetryLater, GiveUp."""
        # The server takes whole days, and times without a zone, for those of UTC.
        between = _BETWEEN.format(*(at.strftime(_STAMP) for at in (since - AROUND, until + AROUND)))
        async with self._session() as session:
            await self._prove(session)
            answer = await self._report(session, between)
            _require_multistatus(answer)
        query = Query(since.timestamp(), until.timestamp(), **asdict(self._whose))
        return await self._reader.busy(answer.content, query)

    async def put(self, uid: str, content: bytes) -> None:
        """Write an event, or write it anew. Raises RetryLater, GiveUp."""
        own = self._place_of(uid)
        async with self._session() as session:
            await self._prove(session)
            for _ in range(TRIES):
                answer = await session.ask("PUT", own, content, Content_Type=_ICALENDAR, If_None_Match="*")
                if answer.is_well:
                    return
                places = [own] if answer.status == _EXISTS else []
                if answer.status in _CONFLICTS:
                    # Its owner has saved the file that they were sent, so that it stands there under another name.
                    places = await self._places_of(session, uid)
                if not places:
                    raise answer.refusal()
                if await _is_overwritten(session, places[0], content):
                    return
        raise RetryLater("somebody else writes the event too")

    async def remove(self, uid: str) -> None:
        """Take an event away; one that is gone is no error. Raises RetryLater, GiveUp."""
        async with self._session() as session:
            if not await _is_removed(session, self._place_of(uid)):
                for place in await self._places_of(session, uid):
                    await _is_removed(session, place)

    async def may_write(self) -> bool | None:
        """Whether events can be written, as far as the server says; None: it does not. Raises RetryLater, GiveUp."""
        async with self._session() as session:
            told = (await self._about(session)).properties.get(f"{DAV}current-user-privilege-set")
        return None if told is None else any(one.tag in _WRITING for one in told.iterfind(f"{DAV}privilege/*"))

    @asynccontextmanager
    async def _session(self) -> AsyncIterator[Session]:
        if self._fault:
            raise GiveUp(self._fault)
        async with self._server.session() as session:
            yield session

    async def _prove(self, session: Session) -> None:
        """Raise GiveUp for a collection that is no calendar: it has no events, and would look like a free one."""
        if self._url not in self._proved:
            await self._about(session)

    async def _about(self, session: Session) -> Resource:
        """What the server says of the calendar."""
        answer = await session.ask("PROPFIND", self._url, _ABOUT, Content_Type=_XML, Depth="0")
        for one in _told(answer)[:1]:
            kinds = one.properties.get(f"{DAV}resourcetype")
            if kinds is not None and kinds.find(f"{CALDAV}calendar") is not None:
                self._proved.add(self._url)
                return one
        raise GiveUp("the address is none of a calendar")

    async def _report(self, session: Session, which: str) -> Answer:
        return await session.ask("REPORT", self._url, _QUERY.format(which), Content_Type=_XML, Depth="1")

    def _place_of(self, uid: str) -> str:
        return f"{self._url}{quote(uid, safe='@')}.ics"

    async def _places_of(self, session: Session, uid: str) -> list[str]:
        """Where the event with a UID stands, whatever its name."""
        answer = await self._report(session, _OF_UID.format(escape(uid)))
        if answer.status in _GONE:
            return []
        places = [urljoin(self._url, one.href) for one in _told(answer) if _has_uid(one, uid)]
        return [place for place in places if _origin(urlsplit(place)) == _origin(urlsplit(self._url))]


def _require_multistatus(answer: Answer) -> None:
    if answer.status != _MULTISTATUS:
        raise RetryLater("the calendar's server answers as no calendar does") if answer.is_well else answer.refusal()


def _told(answer: Answer) -> list[Resource]:
    """The resources that an answer tells of. Raises RetryLater, GiveUp."""
    _require_multistatus(answer)
    try:
        return resources(answer.content)
    except Garbled as error:
        raise RetryLater(f"the answer of the calendar's server cannot be read: {error}") from None


def _has_uid(found: Resource, uid: str) -> bool:
    """Whether it is this event: servers look for a part of the UID, 1 is a part of 11."""
    written = found.properties.get(f"{CALDAV}calendar-data")
    return written is not None and uid in _UID.findall(_FOLD.sub("", written.text or ""))


async def _is_overwritten(session: Session, place: str, content: bytes) -> bool:
    """Write an event anew where it stands; False if somebody has changed it, or taken it away, in between."""
    found = await session.ask("GET", place)
    if found.status in _GONE:
        return False
    if not found.is_well:
        raise found.refusal()
    tag = found.headers.get("ETag")
    answer = await session.ask("PUT", place, content, Content_Type=_ICALENDAR, **({"If_Match": tag} if tag else {}))
    if not answer.is_well and answer.status != _EXISTS:
        raise answer.refusal()
    return answer.is_well


async def _is_removed(session: Session, place: str) -> bool:
    """Take an event away; False if it is not there."""
    answer = await session.ask("DELETE", place)
    if not answer.is_well and answer.status not in _GONE:
        raise answer.refusal()
    return answer.is_well
