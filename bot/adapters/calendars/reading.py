"""Reads busy times out of a CalDAV server's answer, as a child process: `python -m bot.adapters.calendars.reading`.

Anybody can put an event into somebody's calendar by inviting them, and a rule of a few words recurs without end and
without pause. Here that hits a process that holds nothing, has little time, and is then killed. It also keeps long
computing off the process that answers people.

It reads a line of JSON (a Query) and the answer from stdin, and writes a line of JSON: `busy`, pairs of seconds since
1970, or `fault`, why the answer cannot be read, with `is_lasting`.
"""

from __future__ import annotations

import json
import re
import resource
import sys
import warnings
from collections.abc import Iterator, Sequence
from datetime import UTC, date, datetime, time, tzinfo
from pathlib import PurePosixPath
from typing import Any, Final
from zoneinfo import ZoneInfo

import icalendar
import recurring_ical_events  # type: ignore[import-untyped]

from bot.adapters.calendars.multistatus import CALDAV, Garbled, resources
from bot.adapters.calendars.query import AROUND, Query

LIMITS: Final = {
    resource.RLIMIT_CPU: 15,  # seconds of computing
    resource.RLIMIT_AS: 1 << 30,  # bytes of memory
    resource.RLIMIT_CORE: 0,  # what it read is not left on the disk
}
_TIMES: Final = ("DTSTART", "DTEND", "RECURRENCE-ID", "RDATE", "EXDATE")
_FREE: Final = {"STATUS": "CANCELLED", "TRANSP": "TRANSPARENT"}
_NO_FILE_NAME: Final = re.compile(r"[^\w.-]", re.ASCII)
_LONGEST_NAME: Final = 60


class Unreadable(Exception):
    """The answer cannot be read: for now, or for as long as the calendar is as it is."""

    def __init__(self, reason: str, *, is_lasting: bool) -> None:
        super().__init__(reason)
        self.is_lasting = is_lasting


def busy(content: bytes, query: Query) -> list[tuple[float, float]]:
    """When the owner is busy: stretches within the query's, in order and apart. Raises Unreadable."""
    try:
        found = [(one.href, one.text(f"{CALDAV}calendar-data")) for one in resources(content)]
    except Garbled as error:
        raise Unreadable(f"the answer of the calendar's server cannot be read: {error}", is_lasting=False) from error
    return _joined(sorted(span for href, written in found for span in _spans(href, written, query)))


def _spans(href: str, written: str, query: Query) -> list[tuple[float, float]]:
    try:
        return list(_busy_in(written, query))
    except Exception as error:
        # The libraries raise anything at all over what is broken, and an event that is not understood is not free.
        name = _NO_FILE_NAME.sub("", PurePosixPath(href).name)[:_LONGEST_NAME]
        raise Unreadable(f"an event in the calendar cannot be read: {name}", is_lasting=True) from error


def _busy_in(written: str, query: Query) -> Iterator[tuple[float, float]]:
    # Forgets the zones that other events have defined: each has a Custom of its own.
    icalendar.use_zoneinfo()  # type: ignore[no-untyped-call]
    calendar = icalendar.Calendar.from_ical(written)
    for event in calendar.walk("VEVENT"):
        _require_understood(event)
    zone = ZoneInfo(query.zone)
    since, until = (datetime.fromtimestamp(at, UTC) for at in (query.since, query.until))
    for event in recurring_ical_events.of(calendar).between(since - AROUND, until + AROUND):
        start, end = (_instant(event[name].dt, zone) for name in ("DTSTART", "DTEND"))
        if _counts(event, query) and start < end and start < query.until and end > query.since:
            yield max(start, query.since), min(end, query.until)


def _require_understood(event: icalendar.Component) -> None:
    """Raise ValueError for what the library passes over: a line that is none, and a time in a zone that is not known.

    The one may be the rule by which the event recurs, the other it takes for a time without a zone.
    """
    if any(name is None for name, _ in event.errors):
        raise ValueError("line")
    for name in _TIMES:
        times = event.get(name, ())
        for one in times if isinstance(times, list | tuple) else (times,):
            written = getattr(one, "dts", (one,))
            if "TZID" in one.params and any(_is_local(at.dt) for at in written):
                raise ValueError(name)


def _is_local(at: Any) -> bool:
    first = at[0] if isinstance(at, tuple) else at
    return isinstance(first, datetime) and first.tzinfo is None


def _counts(event: icalendar.Component, query: Query) -> bool:
    """Whether an event keeps the owner busy with something that is not our own."""
    if any(str(event.get(name, "")).upper() == value for name, value in _FREE.items()):
        return False
    return not str(event.get("UID", "")).endswith(f"@{query.own_domain}") and not _is_declined(event, query.owner)


def _is_declined(event: icalendar.Component, owner: str) -> bool:
    invited = event.get("ATTENDEE", ())
    return any(
        str(one).lower() == f"mailto:{owner.lower()}" and str(one.params.get("PARTSTAT", "")).upper() == "DECLINED"
        for one in (invited if isinstance(invited, list) else (invited,))
    )


def _instant(at: date, zone: tzinfo) -> float:
    if not isinstance(at, datetime):
        at = datetime.combine(at, time())
    return (at if at.tzinfo else at.replace(tzinfo=zone)).timestamp()


def _joined(spans: Sequence[tuple[float, float]]) -> list[tuple[float, float]]:
    """Stretches in order of their start, those joined that touch."""
    joined: list[tuple[float, float]] = []
    for start, end in spans:
        if joined and start <= joined[-1][1]:
            joined[-1] = joined[-1][0], max(end, joined[-1][1])
        else:
            joined.append((start, end))
    return joined


def main() -> None:
    """Answer one query."""
    # The parent ends it sooner; these hold also where there is no parent left.
    for kind, limit in LIMITS.items():
        resource.setrlimit(kind, (limit, limit))
    warnings.simplefilter("ignore")
    query = Query(**json.loads(sys.stdin.buffer.readline()))
    try:
        answer: dict[str, Any] = {"busy": busy(sys.stdin.buffer.read(), query)}
    except Unreadable as unreadable:
        answer = {"fault": str(unreadable), "is_lasting": unreadable.is_lasting}
    print(json.dumps(answer))  # noqa: T201 - its answer


if __name__ == "__main__":
    main()
