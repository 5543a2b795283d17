"""Busy times out of a CalDAV server's answer: what counts, when it is, and that what is not understood is not free."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import asdict, replace
from datetime import UTC, date, datetime, time, timedelta
from xml.sax.saxutils import escape
from zoneinfo import ZoneInfo

import pytest

from bot.adapters.calendars.multistatus import Garbled, resources
from bot.adapters.calendars.query import Query
from bot.adapters.calendars.reader import Reader
from bot.adapters.calendars.reading import Unreadable, busy
from bot.ports import RetryLater

OURS = "T0HOME.partnerdesk"
OWNER = "Anna@example.org"
SINCE = datetime(2026, 11, 1, tzinfo=UTC)
QUERY = Query(SINCE.timestamp(), (SINCE + timedelta(days=30)).timestamp(), "Europe/Helsinki", OWNER, OURS)
DTD = '<?xml version="1.0"?><!DOCTYPE lolz [<!ENTITY a "lol">{}]>'
LAUGHS = DTD.format("".join(f'<!ENTITY {b} "{f"&{a};" * 10}">' for a, b in zip("abcdefghi", "bcdefghij", strict=True)))


def event(*lines: str, uid: str = "1@example.org") -> str:
    """An event of some lines."""
    return "\r\n".join(("BEGIN:VEVENT", f"UID:{uid}", "DTSTAMP:20261101T000000Z", *lines, "END:VEVENT", ""))


def calendar(*parts: str) -> str:
    """An iCalendar object of some parts."""
    return f"BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//x//y//EN\r\n{''.join(parts)}END:VCALENDAR\r\n"


def zone(name: str, offset: str) -> str:
    """A time zone of one's own making."""
    return (
        f"BEGIN:VTIMEZONE\r\nTZID:{name}\r\nBEGIN:STANDARD\r\nDTSTART:16010101T000000\r\n"
        f"TZOFFSETFROM:{offset}\r\nTZOFFSETTO:{offset}\r\nEND:STANDARD\r\nEND:VTIMEZONE\r\n"
    )


def answer(*objects: str, status: str = "HTTP/1.1 200 OK") -> bytes:
    """What a server answers that has these objects."""
    parts = "".join(
        f"<response><href>/desk/anna/{n}%40x.ics</href><propstat><prop><C:calendar-data>{escape(one)}</C:calendar-data>"
        f"</prop><status>{status}</status></propstat></response>"
        for n, one in enumerate(objects)
    )
    spaces = 'xmlns="DAV:" xmlns:C="urn:ietf:params:xml:ns:caldav"'
    return f'<?xml version="1.0"?><multistatus {spaces}>{parts}</multistatus>'.encode()


def told(*lines: str, uid: str = "1@example.org", query: Query = QUERY) -> list[tuple[str, str]]:
    """When the owner of one event is busy, in UTC."""
    return shown(busy(answer(calendar(event(*lines, uid=uid))), query))


def shown(spans: Sequence[tuple[float, float]]) -> list[tuple[str, str]]:
    """Stretches as day and time of UTC."""
    return [tuple(f"{datetime.fromtimestamp(at, UTC):%d %H:%M}" for at in span) for span in spans]


TEN_TO_ELEVEN = ("DTSTART:20261124T100000Z", "DTEND:20261124T110000Z")


# What counts


def test_an_event_keeps_busy() -> None:
    """From its start to its end, whoever has made it."""
    assert told(*TEN_TO_ELEVEN) == [("24 10:00", "24 11:00")]


@pytest.mark.parametrize("line", ["STATUS:TENTATIVE", "TRANSP:OPAQUE", "CLASS:PRIVATE", "STATUS:SOMETHING"])
def test_what_is_not_said_to_be_free_is_busy(line: str) -> None:
    """Also what may not come about, or is not told in full."""
    assert told(*TEN_TO_ELEVEN, line) == [("24 10:00", "24 11:00")]


@pytest.mark.parametrize("line", ["STATUS:CANCELLED", "TRANSP:TRANSPARENT", "transp:transparent"])
def test_what_is_cancelled_or_shown_as_free_does_not_count(line: str) -> None:
    """Its owner has said that they have time."""
    assert told(*TEN_TO_ELEVEN, line) == []


def test_our_own_events_do_not_count() -> None:
    """The database knows of them; those of another desk's workspace are somebody else's."""
    assert told(*TEN_TO_ELEVEN, uid=f"abc@{OURS}") == []
    assert told(*TEN_TO_ELEVEN, uid="abc@T0OTHER.partnerdesk") == [("24 10:00", "24 11:00")]
    assert told(*TEN_TO_ELEVEN, uid=f"abc@x{OURS}") == [("24 10:00", "24 11:00")]


@pytest.mark.parametrize(
    ("owner", "is_busy"), [("anna@EXAMPLE.org", False), ("ben@example.org", True), ("", True), ("a@example.org", True)]
)
def test_an_invitation_that_was_declined_does_not_count(owner: str, *, is_busy: bool) -> None:
    """That is told by the owner's address; what others have declined is still theirs."""
    attendees = (
        "ATTENDEE;PARTSTAT=DECLINED:mailto:anna@example.org",
        "ATTENDEE;PARTSTAT=ACCEPTED:mailto:ben@example.org",
    )
    for count in (1, 2):
        found = told(*TEN_TO_ELEVEN, *attendees[:count], query=replace(QUERY, owner=owner))

        assert bool(found) is is_busy


def test_an_event_without_length_keeps_nobody_busy() -> None:
    """A reminder is a moment."""
    assert told("DTSTART:20261124T100000Z") == []


def test_events_are_cut_to_the_stretch_and_joined() -> None:
    """What touches is one stretch; what lies outside is not told of."""
    found = busy(
        answer(
            calendar(event("DTSTART:20261124T113000Z", "DURATION:PT1H", uid="3@x")),
            calendar(event(*TEN_TO_ELEVEN)),
            calendar(event("DTSTART:20261124T103000Z", "DTEND:20261124T113000Z", uid="2@x")),
            calendar(event("DTSTART:20261031T220000Z", "DTEND:20261101T010000Z", uid="4@x")),
            calendar(event("DTSTART:20261031T220000Z", "DTEND:20261101T000000Z", uid="5@x")),
            calendar(event("DTSTART:20261130T230000Z", "DTEND:20261205T000000Z", uid="6@x")),
        ),
        QUERY,
    )

    assert shown(found) == [("01 00:00", "01 01:00"), ("24 10:00", "24 12:30"), ("30 23:00", "01 00:00")]


def test_a_stretch_longer_than_what_is_asked_for() -> None:
    """Leave of two months is busy all along, though it neither begins nor ends within."""
    assert told("DTSTART:20261001T000000Z", "DTEND:20261224T000000Z") == [("01 00:00", "01 00:00")]


def test_a_calendar_without_events() -> None:
    """Then its owner has time."""
    assert busy(answer(), QUERY) == []


# When it is


@pytest.mark.parametrize(
    ("start", "end", "expected"),
    [
        ("20261124", "20261125", ("23 22:00", "24 22:00")),
        ("20261124", None, ("23 22:00", "24 22:00")),
        ("20261124", "20261127", ("23 22:00", "26 22:00")),
    ],
)
def test_whole_days_are_the_owners(start: str, end: str | None, expected: tuple[str, str]) -> None:
    """From midnight to midnight on the owner's clock, not on that of UTC."""
    lines = [f"DTSTART;VALUE=DATE:{start}", *([f"DTEND;VALUE=DATE:{end}"] if end else [])]

    assert told(*lines) == [expected]


def test_a_whole_day_at_the_edge_of_what_is_asked_for() -> None:
    """West of Greenwich a day lasts into the next one of UTC, east of it it begins in the one before."""
    written = answer(calendar(event("DTSTART;VALUE=DATE:20261124")))
    for zone, day, hour in (("America/Los_Angeles", 25, 3), ("Europe/Helsinki", 23, 22)):
        since = datetime(2026, 11, day, hour, tzinfo=UTC)
        query = replace(QUERY, since=since.timestamp(), until=since.timestamp() + 3600, zone=zone)

        assert busy(written, query) == [(query.since, query.until)]


def test_whole_days_when_the_clocks_change() -> None:
    """Such a day has 25 hours, or 23."""
    hours = {
        day: [
            (end - start) / 3600
            for start, end in busy(
                answer(calendar(event(f"DTSTART;VALUE=DATE:{day:%Y%m%d}"))),
                replace(QUERY, since=0.0, until=datetime(2027, 1, 1, tzinfo=UTC).timestamp()),
            )
        ]
        for day in (date(2026, 3, 29), date(2026, 10, 25), date(2026, 10, 26))
    }

    assert list(hours.values()) == [[23.0], [25.0], [24.0]]


@pytest.mark.parametrize("name", ["Europe/Helsinki", "Pacific/Auckland", "America/Los_Angeles"])
def test_a_time_without_a_zone_is_the_owners(name: str) -> None:
    """As their own clock shows it."""
    (found,) = busy(answer(calendar(event("DTSTART:20261124T100000", "DURATION:PT1H"))), replace(QUERY, zone=name))

    assert found[0] == datetime(2026, 11, 24, 10, tzinfo=ZoneInfo(name)).timestamp()


@pytest.mark.parametrize(
    ("rule", "days"),
    [
        ("FREQ=DAILY", range(14)),
        ("FREQ=WEEKLY;BYDAY=TU", (0, 1, 8)),
        ("FREQ=WEEKLY;INTERVAL=2;BYDAY=MO,SU", (0, 6)),
        ("FREQ=DAILY;COUNT=3", range(3)),
        ("FREQ=DAILY;UNTIL={}T235959Z", range(5)),
    ],
)
@pytest.mark.parametrize("change", [date(2026, 3, 29), date(2026, 10, 25), date(2027, 3, 28), date(2027, 10, 31)])
@pytest.mark.parametrize("name", ["Europe/Helsinki", "Europe/Paris"])
def test_recurring_events_over_both_changes_of_the_clock(
    name: str, change: date, rule: str, days: Sequence[int]
) -> None:
    """An event at nine stays at nine on the clock of its zone, before and after."""
    first = change - timedelta(days=6)  # a Monday
    last = first + timedelta(days=4)
    begins = datetime.combine(first, time(9), ZoneInfo(name))
    found = busy(
        answer(
            calendar(
                event(
                    f"DTSTART;TZID={name}:{first:%Y%m%d}T090000",
                    f"DTEND;TZID={name}:{first:%Y%m%d}T094500",
                    f"RRULE:{rule.format(f'{last:%Y%m%d}')}",
                )
            )
        ),
        replace(QUERY, since=begins.timestamp() - 3600, until=begins.timestamp() + 14 * 86400 - 7200, zone="UTC"),
    )

    assert [(datetime.fromtimestamp(start, ZoneInfo(name)), end - start) for start, end in found] == [
        (datetime.combine(first + timedelta(days=n), time(9), ZoneInfo(name)), 45 * 60) for n in days
    ]


def test_occurrences_that_are_left_out_or_moved_or_cancelled() -> None:
    """Each occurrence is as its owner has last put it, also when it has gone to another day."""
    series = event(
        "DTSTART;TZID=Europe/Paris:20261102T090000",
        "DTEND;TZID=Europe/Paris:20261102T100000",
        "RRULE:FREQ=WEEKLY;COUNT=5",
        "EXDATE;TZID=Europe/Paris:20261109T090000",
    )
    moved = event(
        "RECURRENCE-ID;TZID=Europe/Paris:20261116T090000",
        "DTSTART;TZID=Europe/Paris:20261118T140000",
        "DTEND;TZID=Europe/Paris:20261118T143000",
        "SEQUENCE:1",
    )
    cancelled = event(
        "RECURRENCE-ID;TZID=Europe/Paris:20261123T090000",
        "DTSTART;TZID=Europe/Paris:20261123T090000",
        "DTEND;TZID=Europe/Paris:20261123T100000",
        "STATUS:CANCELLED",
    )

    assert shown(busy(answer(calendar(series, moved, cancelled)), QUERY)) == [
        ("02 08:00", "02 09:00"),
        ("18 13:00", "18 13:30"),
        ("30 08:00", "30 09:00"),
    ]


def test_an_occurrence_moved_into_the_stretch() -> None:
    """Its own place in the series lies outside."""
    moved = event("RECURRENCE-ID:20261214T090000Z", "DTSTART:20261125T090000Z", "DTEND:20261125T100000Z", "SEQUENCE:1")
    series = event("DTSTART:20261214T090000Z", "DTEND:20261214T100000Z", "RRULE:FREQ=WEEKLY;COUNT=2")

    assert shown(busy(answer(calendar(series, moved)), QUERY)) == [("25 09:00", "25 10:00")]


def test_one_occurrence_of_somebody_elses_series() -> None:
    """Whoever is invited to it alone has nothing but it."""
    assert told("RECURRENCE-ID:20261124T090000Z", *TEN_TO_ELEVEN) == [("24 10:00", "24 11:00")]


def test_whole_days_that_recur() -> None:
    """Every Friday off, on the owner's clock."""
    assert told("DTSTART;VALUE=DATE:20261106", "RRULE:FREQ=WEEKLY;COUNT=2") == [
        ("05 22:00", "06 22:00"),
        ("12 22:00", "13 22:00"),
    ]


@pytest.mark.parametrize(
    ("name", "expected"),
    [("W. Europe Standard Time", "24 09:00"), ("/freeassociation.sourceforge.net/Europe/Helsinki", "24 08:00")],
)
@pytest.mark.filterwarnings("ignore::Warning")
def test_zones_by_the_names_of_other_programs(name: str, expected: str) -> None:
    """Calendars of Microsoft and of some others do not use the usual names."""
    assert told(f"DTSTART;TZID={name}:20261124T100000", "DURATION:PT1H")[0][0] == expected


def test_zones_of_ones_own_making() -> None:
    """Two events may mean different zones by one name; neither is read by the other's clock."""
    objects = [
        calendar(zone("Custom", offset), event("DTSTART;TZID=Custom:20261124T100000", "DURATION:PT1H", uid=f"{n}@x"))
        for n, offset in enumerate(("+0500", "-0300"))
    ]

    assert shown(busy(answer(*objects), QUERY)) == [("24 05:00", "24 06:00"), ("24 13:00", "24 14:00")]


# What is not understood is not free


@pytest.mark.parametrize(
    "lines",
    [
        ("DTSTART;TZID=Nowhere/Land:20261124T100000", "DURATION:PT1H"),
        ("DTSTART:20261124T100000Z", "DTEND;TZID=Nowhere/Land:20261124T130000"),
        (*TEN_TO_ELEVEN, "RRULE:FREQ=DAILY", "EXDATE;TZID=Nowhere/Land:20261125T100000"),
        ("DTSTART:2026-11-24 10:00", "DTEND:20261124T110000Z"),
        ("DTSTART:20261124T100000Z", "DTEND:eleven"),
        ("DTSTART:20261124T100000Z", "DURATION:an hour"),
        ("DTEND:20261124T110000Z",),
        (*TEN_TO_ELEVEN, "RRULE:FREQ=SOMETIMES"),
        (*TEN_TO_ELEVEN, "RRULE:FREQ=DAILY;UNTIL=soon"),
        (*TEN_TO_ELEVEN, "RRULE:FREQ=DAILY", "EXDATE:never"),
        (*TEN_TO_ELEVEN, "RDATE:often"),
        ("DTSTART:20261124T100000Z", "DTSTART:20261125T100000Z", "DURATION:PT1H"),
        (*TEN_TO_ELEVEN, "BEGIN:VEVENT"),
        (*TEN_TO_ELEVEN, "RRULE FREQ=DAILY"),
    ],
)
def test_a_broken_event_leaves_its_owner_unread(lines: Sequence[str]) -> None:
    """It might be at any time. Which it is stands in the reason, by the name of its file without addresses."""
    with pytest.raises(Unreadable) as caught:
        told(*lines)

    assert caught.value.is_lasting
    assert str(caught.value) == "an event in the calendar cannot be read: 040x.ics"


def test_a_calendar_of_other_years_leaves_its_owner_unread() -> None:
    """Its days are not ours."""
    written = calendar(event(*TEN_TO_ELEVEN)).replace("PRODID", "CALSCALE:HEBREW\r\nPRODID")

    with pytest.raises(Unreadable):
        busy(answer(written), QUERY)


@pytest.mark.parametrize("written", ["", "BEGIN:VCALENDAR", "<html>"])
def test_an_object_that_is_none_leaves_its_owner_unread(written: str) -> None:
    """The server has sent something else in place of an event."""
    with pytest.raises(Unreadable):
        busy(answer(written), QUERY)


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"ok",
        b"<html><body>Log in</body></html>",
        answer(calendar(event(*TEN_TO_ELEVEN)))[:-20],
        answer(calendar(event(*TEN_TO_ELEVEN))).replace(b"HTTP/1.1 200 OK", b"HTTP/1.1 404 Not Found"),
        answer(calendar(event(*TEN_TO_ELEVEN))).replace(
            b"</multistatus>",
            b"<response><href>/desk/</href><status>HTTP/1.1 507 Too Much</status></response></multistatus>",
        ),
        answer(calendar(event(*TEN_TO_ELEVEN))).replace(b"calendar-data", b"calendar-date"),
        answer().replace(b"DAV:", b"DAW:"),
        (LAUGHS + "<multistatus xmlns='DAV:'>&j;</multistatus>").encode(),
        (DTD.format("") + "<multistatus xmlns='DAV:'/>").encode(),
        (DTD.format("") + "<multistatus xmlns='DAV:'/>").encode("utf-16"),
        (
            DTD.format('<!ENTITY b SYSTEM "file:///etc/passwd">') + "<multistatus xmlns='DAV:'>&b;</multistatus>"
        ).encode(),
        b'<?xml version="1.0" encoding="klingon"?><multistatus xmlns="DAV:"/>',
        answer().replace(b"<?xml", b"\xff\xff<?xml"),
    ],
)
def test_an_answer_that_is_no_whole_list_leaves_its_owner_unread(content: bytes) -> None:
    """Cut short, something else, with parts that could not be had, or with entities: for now nobody knows."""
    with pytest.raises(Unreadable) as caught:
        busy(content, QUERY)

    assert not caught.value.is_lasting


def test_entities_are_not_expanded() -> None:
    """A few hundred bytes that stand for gigabytes are refused before anything is built of them."""
    with pytest.raises(Garbled, match="document type"):
        resources((LAUGHS + "<multistatus xmlns='DAV:'>&j;</multistatus>").encode())


# In a process of its own


async def test_the_child_tells_what_it_has_read() -> None:
    """Busy times come as instants of UTC."""
    (span,) = await Reader().busy(answer(calendar(event(*TEN_TO_ELEVEN))), QUERY)

    assert (span.start, span.end) == (datetime(2026, 11, 24, 10, tzinfo=UTC), datetime(2026, 11, 24, 11, tzinfo=UTC))


@pytest.mark.parametrize(
    "rule",
    [
        "FREQ=DAILY;INTERVAL=0",  # the library never comes to an end
        "FREQ=SECONDLY",
        "FREQ=YEARLY;BYHOUR={};BYMINUTE={};BYSECOND={}".format(*(",".join(map(str, range(n))) for n in (24, 60, 60))),
    ],
)
async def test_a_rule_without_end_or_pause_is_given_up(rule: str) -> None:
    """Its owner is unread, nobody waits longer than the limit, and no process is left."""
    lines = ("DTSTART:19700101T000000Z", "DURATION:PT1S", f"RRULE:{rule}")

    with pytest.raises(RetryLater, match="TimeoutError"):
        await Reader(limit=1.0).busy(answer(calendar(event(*lines))), QUERY)


def test_a_child_that_nobody_ends_ends_by_itself() -> None:
    """Where its parent was killed it would compute for ever."""
    lines = ("DTSTART:19700101T000000Z", "DURATION:PT1S", "RRULE:FREQ=DAILY;INTERVAL=0")
    given = json.dumps(asdict(QUERY)).encode() + b"\n" + answer(calendar(event(*lines)))
    code = (
        "import resource; from bot.adapters.calendars import reading as r; r.LIMITS[resource.RLIMIT_CPU] = 1; r.main()"
    )

    child = subprocess.run(  # noqa: S603 - our own module
        [sys.executable, "-c", code], input=given, capture_output=True, timeout=60, check=False
    )

    assert child.returncode < 0
    assert child.stdout == b""


async def test_a_child_that_dies_leaves_the_owner_unread(monkeypatch: pytest.MonkeyPatch) -> None:
    """What it has not said is not nothing."""
    monkeypatch.setattr("bot.adapters.calendars.reader._MODULE", "bot.no_such_module")

    with pytest.raises(RetryLater):
        await Reader().busy(answer(), QUERY)
