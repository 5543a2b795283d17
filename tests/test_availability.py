"""When meetings can begin, against an oracle that goes by the minute, and which of the times suit somebody best."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import cache
from itertools import pairwise
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.availability import Diary, cells, diary_of, held_span, slots, wished
from bot.desk import Desk, Holidays, Host, MeetingRules, Opening
from bot.meeting import Slot, Span, Wish

MINUTE = timedelta(minutes=1)
HOUR = timedelta(hours=1)
WEEK = dict.fromkeys(range(5), (Opening(9 * 60, 12 * 60), Opening(13 * 60, 17 * 60)))
RULES = MeetingRules(length=HOUR, buffer=timedelta(), notice=timedelta(), horizon=timedelta(days=1), step=HOUR)
HELSINKI, PARIS = "Europe/Helsinki", "Europe/Paris"


def utc(text: str) -> datetime:
    """An instant written as 2026-11-02 07:00."""
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def span(text: str) -> Span:
    """A span of a day, written as 2026-11-02 07:00-08:30."""
    day, _, clock = text.partition(" ")
    start, _, end = clock.partition("-")
    return Span(utc(f"{day} {start}"), utc(f"{day} {end}"))


def diary(user: str = "U1", **changes: Any) -> Diary:
    """That of somebody in Helsinki who works all week and has nothing to do."""
    return replace(Diary(user, WEEK, HELSINKI, None, (), (), None, 0, None), **changes)


def found(host: Diary, rules: MeetingRules, now: datetime, *, zone: str | None = None) -> list[str]:
    """The free times by the clock of a zone, their host's unless told."""
    clock = ZoneInfo(zone or host.zone)
    return [slot.start.astimezone(clock).strftime("%d %H:%M") for slot in slots([host], rules, now)]


def hours(day: int, *stretches: str) -> dict[int, tuple[Opening, ...]]:
    """Those of one weekday, each written as 09:00-12:00."""

    def minutes(text: str) -> int:
        hour, _, minute = text.partition(":")
        return int(hour) * 60 + int(minute)

    return {day: tuple(Opening(*map(minutes, text.split("-"))) for text in stretches)}


# --- working hours


def test_a_day() -> None:
    """A meeting begins and ends within a stretch; the break belongs to none."""
    rules = replace(RULES, step=HOUR / 2)
    morning, afternoon = ["09:00", "09:30", "10:00", "10:30", "11:00"], ["13:00", "13:30", "14:00", "14:30", "15:00"]

    times = found(diary(), rules, utc("2026-11-02 00:00"))

    assert times == [f"02 {time}" for time in (*morning, *afternoon, "15:30", "16:00")]


@pytest.mark.parametrize("zone", [HELSINKI, PARIS])
@pytest.mark.parametrize("friday", ["2026-03-27", "2026-10-23"])
def test_a_day_begins_at_nine_whatever_the_clocks_do(zone: str, friday: str) -> None:
    """On the Friday before they change and on the Monday after."""
    now = utc(f"{friday} 00:00")
    times = found(diary(zone=zone), replace(RULES, horizon=timedelta(days=4)), now)

    assert {time.split()[1] for time in times} == {"09:00", "10:00", "11:00", "13:00", "14:00", "15:00", "16:00"}
    assert len(times) == 14


NIGHT = hours(5, "22:00-24:00") | hours(6, "00:00-06:00")


@pytest.mark.parametrize("zone", [HELSINKI, PARIS])
@pytest.mark.parametrize(("saturday", "count"), [("2026-03-28", 7), ("2026-10-24", 9), ("2026-11-07", 8)])
def test_a_night_is_as_long_as_it_lasts(zone: str, saturday: str, count: int) -> None:
    """A shift over midnight is one stretch, an hour shorter or longer when the clocks change."""
    night = diary(zone=zone, hours=NIGHT)
    starts = [slot.start for slot in slots([night], RULES, utc(f"{saturday} 12:00"))]

    assert len(starts) == count
    assert {after - before for before, after in pairwise(starts)} == {HOUR}
    whole = replace(RULES, length=count * HOUR)
    assert [slot.start for slot in slots([night], whole, utc(f"{saturday} 12:00"))] == starts[:1]


@pytest.mark.parametrize(
    ("stretches", "times"),
    [
        (["02:00-06:00"], ["02:00", "04:00", "05:00"]),
        (["03:00-05:00"], ["04:00"]),
        (["03:00-04:00"], []),
        (["03:30-05:30"], ["04:00"]),  # half an hour of it does not exist, and the rest begins at four
        (["02:00-03:30"], ["02:00"]),
        (["02:00-03:00", "04:00-05:00"], ["02:00", "04:00"]),
    ],
)
def test_what_the_clock_skips_is_not_worked(stretches: list[str], times: list[str]) -> None:
    """In Helsinki it goes from 03:00 to 04:00 on 29 March."""
    spring = diary(hours=hours(6, *stretches))

    assert found(spring, RULES, utc("2026-03-28 22:00:07.5")) == [f"29 {time}" for time in times]


def test_the_change_of_the_clocks_is_found_to_the_minute() -> None:
    """However long before it somebody looks: who begins at that very minute is free from then on."""
    spring, changes = diary(hours=hours(6, "04:00-05:00")), utc("2026-03-29 01:00")

    told = [slots([spring], RULES, changes - n * MINUTE) for n in range(24 * 60)]

    assert told == [[Slot(changes, ("U1",))]] * len(told)


def test_a_meeting_passes_over_what_the_clock_skips() -> None:
    """Two hours from 02:30 are over at 05:30."""
    spring = diary(hours=hours(6, "02:30-05:30"))
    rules = replace(RULES, length=2 * HOUR, step=HOUR / 2)

    assert found(spring, rules, utc("2026-03-28 22:00")) == ["29 02:30"]


@pytest.mark.parametrize(
    ("stretches", "times"),
    [
        (["02:00-05:00"], ["02:00", "03:00", "03:00", "04:00"]),
        (["03:00-04:00"], ["03:00", "03:00"]),
        (["02:00-03:30"], ["02:00"]),  # and half an hour when it is three again
        (["03:30-05:00"], ["04:00"]),
    ],
)
def test_what_the_clock_shows_twice_is_worked_twice(stretches: list[str], times: list[str]) -> None:
    """In Helsinki it goes from 04:00 back to 03:00 on 25 October."""
    autumn = diary(hours=hours(6, *stretches))

    assert found(autumn, RULES, utc("2026-10-24 21:00:07.5")) == [f"25 {time}" for time in times]


def test_the_steps_begin_at_midnight() -> None:
    """Not at the beginning of a stretch; where the clocks have changed since, they go on as time does."""
    day = diary(hours=hours(6, "00:20-07:00"))
    rules = replace(RULES, step=2 * HOUR)

    assert found(day, rules, utc("2026-11-07 22:00")) == ["08 02:00", "08 04:00", "08 06:00"]
    assert found(day, rules, utc("2026-03-28 22:00")) == ["29 02:00", "29 05:00"]


@pytest.mark.parametrize(
    ("holidays", "day", "is_off"),
    [
        (Holidays("FI"), "2026-12-24", True),
        (None, "2026-12-24", False),
        (Holidays("FR"), "2026-12-24", False),
        (Holidays("DE", "BY"), "2026-06-04", True),  # Corpus Christi
        (Holidays("DE", "BE"), "2026-06-04", False),
        (Holidays("FI"), "2027-01-01", True),  # of another year than today
    ],
)
def test_public_holidays(holidays: Holidays | None, day: str, *, is_off: bool) -> None:
    """Nobody holds meetings on those of their country and region."""
    times = found(diary(holidays=holidays), replace(RULES, horizon=timedelta(days=2)), utc(f"{day} 00:00") - 24 * HOUR)

    assert all(time[:2] != day[-2:] for time in times) == is_off
    assert times


def test_a_holiday_ends_a_night() -> None:
    """At the midnight of whoever keeps it: 6 December is Independence Day in Finland."""
    night = diary(hours=hours(5, "22:00-24:00") | hours(6, "00:00-02:00"), holidays=Holidays("FI"))

    assert found(night, RULES, utc("2026-12-05 12:00")) == ["05 22:00", "05 23:00"]
    assert found(night, replace(RULES, length=2 * HOUR), utc("2026-12-05 12:00")) == ["05 22:00"]


# --- what stands against a time


@pytest.mark.parametrize(
    ("now", "notice", "horizon", "first", "last"),
    [
        ("2026-11-02 08:00", HOUR, 4 * HOUR, "11:00", "14:00"),  # both edges belong to it
        ("2026-11-02 08:00:00.000001", HOUR, 6 * HOUR, "13:00", "16:00"),
        ("2026-11-02 07:59:59", HOUR, 6 * HOUR, "11:00", "15:00"),
        ("2026-11-02 07:00", timedelta(), HOUR, "09:00", "10:00"),
        ("2026-11-02 13:00", HOUR, 24 * HOUR, "16:00", "15:00"),
    ],
)
def test_notice_and_horizon(now: str, notice: timedelta, horizon: timedelta, first: str, last: str) -> None:
    """No meeting begins before the one or after the other."""
    times = found(diary(), replace(RULES, notice=notice, horizon=horizon), utc(now))

    assert (times[0].split()[1], times[-1].split()[1]) == (first, last)


@pytest.mark.parametrize(
    ("busy", "times"),
    [
        ("09:00-10:00", ["10:20", "10:40", "11:00"]),
        ("09:50-09:55", ["10:20", "10:40", "11:00"]),
        ("10:00-10:10", ["10:20", "10:40", "11:00"]),
        ("10:10-10:11", ["09:00", "10:40", "11:00"]),  # the meeting ends ten minutes before
        ("10:09-10:10", ["10:20", "10:40", "11:00"]),
        ("11:45-12:05", ["09:00", "09:20", "09:40", "10:00", "10:20"]),
        ("12:09-12:10", ["09:00", "09:20", "09:40", "10:00", "10:20", "10:40"]),
        ("12:10-13:00", ["09:00", "09:20", "09:40", "10:00", "10:20", "10:40", "11:00"]),
    ],
)
def test_a_calendar_is_kept_clear_of_on_both_sides(busy: str, times: list[str]) -> None:
    """The buffer lies before and after what stands there, also outside working hours."""
    morning = diary(hours=hours(0, "09:00-12:00"), zone="UTC", busy=(span(f"2026-11-02 {busy}"),))
    rules = replace(RULES, buffer=10 * MINUTE, step=20 * MINUTE)

    assert found(morning, rules, utc("2026-11-02 00:00")) == [f"02 {time}" for time in times]


@pytest.mark.parametrize(
    ("held", "times"),
    [
        ("09:00-10:10", ["10:20", "10:40", "11:00"]),
        ("09:00-10:20", ["10:20", "10:40", "11:00"]),  # its own buffer is in it
        ("10:10-11:20", ["09:00"]),
        ("10:09-10:20", ["10:20", "10:40", "11:00"]),
        ("12:00-13:10", ["09:00", "09:20", "09:40", "10:00", "10:20", "10:40"]),
    ],
)
def test_two_meetings_have_the_buffer_of_the_first_between_them(held: str, times: list[str]) -> None:
    """That of one of ours is in what it holds."""
    morning = diary(hours=hours(0, "09:00-12:00"), zone="UTC", held=(span(f"2026-11-02 {held}"),))
    rules = replace(RULES, buffer=10 * MINUTE, step=20 * MINUTE)

    assert found(morning, rules, utc("2026-11-02 00:00")) == [f"02 {time}" for time in times]


def test_seconds_in_a_calendar_count() -> None:
    """An event of another program may end one second late."""
    morning = diary(hours=hours(0, "09:00-12:00"), zone="UTC")
    late = Span(utc("2026-11-02 09:00"), utc("2026-11-02 10:00:01"))

    assert found(replace(morning, busy=(late,)), RULES, utc("2026-11-02 00:00")) == ["02 11:00"]


@pytest.mark.parametrize(
    ("away_until", "first"), [("08:00", "10:00"), ("08:00:01", "11:00"), ("01:00", "09:00"), ("20:00", None)]
)
def test_who_is_away(away_until: str, first: str | None) -> None:
    """No meeting begins before somebody is back."""
    times = found(diary(away_until=utc(f"2026-11-02 {away_until}")), RULES, utc("2026-11-02 00:00"))

    assert (times[0] if times else None) == (first and f"02 {first}")


def test_whose_turn_it_is() -> None:
    """The least loaded, then who was not booked for longest, then by user id; each slot names those who are free."""
    now = utc("2026-11-02 00:00")
    hosts = [
        diary("U1", load=2),
        diary("U2", load=1, last_booked_at=utc("2026-10-02 10:00")),
        diary("U3", load=1, last_booked_at=utc("2026-10-01 10:00")),
        diary("U5", load=1),
        diary("U4", load=1),
        diary("U6", hours=hours(0, "10:00-11:00"), load=0),
    ]

    free = slots(hosts, RULES, now)

    assert free[0] == Slot(utc("2026-11-02 07:00"), ("U4", "U5", "U3", "U2", "U1"))
    assert free[1] == Slot(utc("2026-11-02 08:00"), ("U6", "U4", "U5", "U3", "U2", "U1"))
    assert slots(hosts[::-1], RULES, now) == free


def test_hosts_of_two_zones() -> None:
    """Their times stand in one order; an hour apart, most of them are the same."""
    free = slots([diary("U1"), diary("U2", zone=PARIS)], RULES, utc("2026-11-02 00:00"))

    assert [(slot.start.hour, slot.hosts) for slot in free] == [
        (7, ("U1",)),
        (8, ("U1", "U2")),
        (9, ("U1", "U2")),
        (10, ("U2",)),
        (11, ("U1",)),
        (12, ("U1", "U2")),
        (13, ("U1", "U2")),
        (14, ("U1", "U2")),
        (15, ("U2",)),
    ]


def test_nobody_is_free_where_nobody_is() -> None:
    """Nor where nobody works."""
    assert slots([], RULES, utc("2026-11-02 00:00")) == []
    assert slots([diary(hours={})], RULES, utc("2026-11-02 00:00")) == []


def test_the_diary_of_a_host() -> None:
    """Zone, hours and holidays are the host's, else the desk's."""
    desk = Desk(time_zone=HELSINKI, hours=WEEK, holidays=Holidays("FI"), hosts=(Host("U1"), Host("U2", hours=NIGHT)))
    busy, held, until = (span("2026-11-02 07:00-08:00"),), (span("2026-11-02 09:00-10:00"),), utc("2026-11-02 08:00")

    made = [
        diary_of(desk, host, busy=busy, held=held, away_until=until, load=3, last_booked_at=until)
        for host in desk.hosts
    ]

    assert made == [
        Diary("U1", WEEK, HELSINKI, Holidays("FI"), busy, held, until, 3, until),
        Diary("U2", NIGHT, HELSINKI, Holidays("FI"), busy, held, until, 3, until),
    ]


# --- the oracle

# The holidays of the days that the oracle walks through, from a calendar on the wall.
CALENDARS = {
    None: set(),
    Holidays("FI"): {"2026-04-03", "2026-04-05", "2026-04-06", "2026-05-01", "2026-10-31"},
    Holidays("DE", "BY"): {"2026-04-03", "2026-04-06", "2026-05-01", "2026-11-01"},
    Holidays("DE", "SN"): {"2026-04-03", "2026-04-06", "2026-05-01", "2026-10-31"},
}
CHANGES = (
    (HELSINKI, utc("2026-03-29 01:00")),  # 03:00 → 04:00
    (HELSINKI, utc("2026-10-25 01:00")),  # 04:00 → 03:00
    (PARIS, utc("2026-03-29 01:00")),
    (PARIS, utc("2026-10-25 01:00")),
    ("Africa/Cairo", utc("2026-04-23 22:00")),  # midnight → 01:00
    ("America/Havana", utc("2026-11-01 05:00")),  # 01:00 → midnight
    ("Australia/Lord_Howe", utc("2026-04-04 15:00")),  # by half an hour
)


@cache
def _wall(zone: str, at: datetime) -> tuple[str, int, str]:
    """What calendar and clock on the wall show: the day, its weekday, the time."""
    wall = at.astimezone(ZoneInfo(zone))
    return wall.strftime("%Y-%m-%d"), wall.weekday(), wall.strftime("%H:%M")


@cache
def _minutes(start: datetime, end: datetime) -> list[datetime]:
    return [start + n * MINUTE for n in range((end - start) // MINUTE)]


@cache
def _midnight(zone: str, day: str) -> datetime:
    """When the calendar comes to show a day."""
    about = utc(f"{day} 00:00")
    return next(at for at in _minutes(about - 26 * HOUR, about + 26 * HOUR) if _wall(zone, at)[0] == day)


def _written(minute: int) -> str:
    return f"{minute // 60:02}:{minute % 60:02}"


def _works(host: Diary, at: datetime) -> bool:
    """Whether somebody works in a minute, told from texts."""
    day, weekday, time = _wall(host.zone, at)
    return day not in CALENDARS[host.holidays] and any(
        _written(stretch.start) <= time < _written(stretch.end) for stretch in host.hours.get(weekday, ())
    )


def _oracle(host: Diary, rules: MeetingRules, now: datetime) -> list[datetime]:
    """The free times, told minute by minute."""
    since = now.replace(second=0, microsecond=0) - 5 * MINUTE
    until = now + rules.horizon
    works = {at for at in _minutes(since, since + rules.horizon + rules.length + 10 * MINUTE) if _works(host, at)}
    busy, held = ({at for one in spans for at in _minutes(one.start, one.end)} for spans in (host.busy, host.held))

    def is_free(start: datetime) -> bool:
        end = start + rules.length
        return (
            now + rules.notice <= start <= until
            and (host.away_until is None or host.away_until <= start)
            and all(at in works for at in _minutes(start, end))
            and busy.isdisjoint(_minutes(start - rules.buffer, end + rules.buffer))
            and held.isdisjoint(_minutes(start, end + rules.buffer))
        )

    def is_on_grid(start: datetime) -> bool:
        return (start - _midnight(host.zone, _wall(host.zone, start)[0])) % rules.step == timedelta()

    return [at for at in sorted(works) if is_on_grid(at) and is_free(at)]


_NIGHT = st.integers(0, 6 * 60)  # where the clocks change
_EVEN = st.sampled_from(range(0, 24 * 60 + 1, 30))
_STRETCHES = (
    st.lists(_NIGHT | _EVEN, max_size=6, unique=True)
    .map(sorted)
    .map(lambda minutes: tuple(map(Opening, minutes[::2], minutes[1::2])))
)
_NIGHTS = st.sampled_from([(Opening(22 * 60, 24 * 60),), (Opening(0, 6 * 60),), (Opening(0, 24 * 60),)])
_HOURS = st.dictionaries(st.sampled_from([6, 6, 0, 1, 2, 3, 4, 5]), _STRETCHES | _NIGHTS, min_size=2, max_size=7)
_RULES = st.builds(
    MeetingRules,
    length=st.sampled_from([5, 30, 60, 95, 180]).map(lambda n: n * MINUTE),
    buffer=st.sampled_from([0, 10, 15, 60]).map(lambda n: n * MINUTE),
    notice=st.sampled_from([0, 37, 240, 24 * 60]).map(lambda n: n * MINUTE),
    horizon=st.sampled_from([25, 48, 60]).map(lambda n: n * HOUR),
    step=st.sampled_from([5, 15, 30, 45, 60, 120]).map(lambda n: n * MINUTE),
)


@st.composite
def situations(draw: st.DrawFn) -> tuple[list[Diary], MeetingRules, datetime]:
    """Hosts, rules and an instant, mostly near a change of the clocks."""
    zone, change = draw(st.sampled_from(CHANGES))
    near, far = st.integers(-36 * 3600, 12 * 3600), st.integers(-36 * 3600, 6 * 24 * 3600)
    now = change + timedelta(seconds=draw(near | far))
    first = now.replace(second=0, microsecond=0)
    spans = st.builds(
        lambda start, length: Span(first + start * MINUTE, first + (start + length) * MINUTE),
        st.integers(-300, 60 * 60),
        st.sampled_from([1, 10, 45, 60, 600]),
    )
    one = st.builds(
        diary,
        hours=_HOURS,
        zone=st.sampled_from([zone, zone, HELSINKI, PARIS]),
        holidays=st.sampled_from(list(CALENDARS)),
        busy=st.lists(spans, max_size=4),
        held=st.lists(spans, max_size=4),
        away_until=st.none() | st.integers(-600, 60 * 60).map(lambda n: first + n * MINUTE),
        load=st.integers(0, 2),
        last_booked_at=st.none() | st.integers(1, 3).map(lambda n: first - n * HOUR),
    )
    hosts = [replace(host, user=f"U{n}") for n, host in enumerate(draw(st.lists(one, min_size=1, max_size=3)))]
    return hosts, draw(_RULES), now


@settings(max_examples=150, deadline=None)
@given(situations())
def test_free_times_are_those_of_the_oracle(situation: tuple[list[Diary], MeetingRules, datetime]) -> None:
    """Whatever hours, calendars and clocks are like, of one host and of several."""
    hosts, rules, now = situation
    free = {host.user: _oracle(host, rules, now) for host in hosts}
    turns = sorted(hosts, key=lambda host: (host.load, str(host.last_booked_at or ""), host.user))

    told = slots(hosts, rules, now)

    assert told == [
        Slot(start, tuple(host.user for host in turns if start in free[host.user]))
        for start in sorted({start for starts in free.values() for start in starts})
    ]


_FIVES = st.integers(0, 60).map(lambda n: n * 5 * MINUTE)
_HELD = st.builds(
    lambda start, length, buffer: held_span(
        utc("2026-10-25 00:00") + start, replace(RULES, length=length + 5 * MINUTE, buffer=buffer)
    ),
    _FIVES,
    _FIVES,
    _FIVES,
)


@given(_HELD, _HELD)
def test_meetings_share_a_cell_if_they_overlap(one: Span, other: Span) -> None:
    """And only then: what each of them holds is made of whole cells."""
    overlap = one.start < other.end and other.start < one.end

    assert bool(set(cells(one)) & set(cells(other))) == overlap
    assert len(cells(one)) == (one.end - one.start) // (5 * MINUTE)


def test_cells_are_those_that_a_span_touches() -> None:
    """Of five minutes each, numbered from 1970."""
    epoch = utc("1970-01-01 00:00")

    assert cells(Span(epoch, epoch + 10 * MINUTE)) == range(2)
    assert cells(Span(epoch + 4 * MINUTE, epoch + 11 * MINUTE)) == range(3)
    assert cells(Span(epoch + 5 * MINUTE, epoch + 5 * MINUTE)) == range(1, 1)


def test_what_a_meeting_holds() -> None:
    """Itself and the buffer after it."""
    rules = replace(RULES, buffer=10 * MINUTE)

    assert held_span(utc("2026-11-02 07:00"), rules) == span("2026-11-02 07:00-08:10")


# --- wishes

TIMES = (
    *("23 15:00", "23 15:30", "23 16:00"),  # a Monday
    *("24 09:00", "24 09:30", "24 10:00", "24 14:00", "24 15:00"),
    *("26 10:00", "26 10:30", "26 13:00"),
    *("27 10:00", "27 16:30"),
    *("30 09:00", "30 10:00"),
)


def of_helsinki(times: Sequence[str]) -> list[Slot]:
    """Slots at times of November 2026 in Helsinki, each written as 23 15:00."""
    return [Slot(utc(f"2026-11-{time}") - 2 * HOUR, ("U1",)) for time in times]


@pytest.mark.parametrize(
    ("wish", "chosen", "is_met"),
    [
        ("", ["23 15:00", "23 15:30", "24 09:00"], True),
        # a day
        ("2026-11-24", ["24 09:00", "24 09:30", "24 10:00"], True),
        ("2026-11-27", ["27 10:00", "27 16:30"], True),
        ("2026-11-25", ["24 14:00", "24 15:00", "26 10:00"], False),
        ("2026-11-28", ["27 10:00", "27 16:30", "30 09:00"], False),
        ("2026-12-24", ["27 16:30", "30 09:00", "30 10:00"], False),
        ("2026-01-07", ["23 15:00", "23 15:30", "24 09:00"], False),
        # a stretch of days
        ("2026-11-26/2026-11-30", ["26 10:00", "26 10:30", "27 10:00"], True),
        ("2026-11-27/2026-11-29", ["27 10:00", "27 16:30"], True),
        ("2026-11-30/2026-12-06", ["30 09:00", "30 10:00"], True),
        ("2026-11-28/2026-11-29", ["27 16:30", "30 09:00", "30 10:00"], False),
        # a part of the day
        ("T12:00/17:00", ["23 15:00", "23 15:30", "24 14:00"], True),
        ("T16:00/20:00", ["23 16:00", "27 16:30"], True),
        ("T17:00/20:00", ["23 15:30", "23 16:00", "27 16:30"], False),
        ("2026-11-24T12:00/17:00", ["24 14:00", "24 15:00"], True),
        ("2026-11-24T10:00/14:00", ["24 10:00"], True),  # its end is excluded
        ("2026-11-24T11:00/13:00", ["24 09:30", "24 10:00", "24 14:00"], False),
        ("2026-11-23/2026-11-29T08:00/10:00", ["24 09:00", "24 09:30"], True),
        # a time of day
        ("T10:00", ["24 10:00", "26 10:00", "27 10:00"], True),
        ("T13:00", ["26 13:00", "24 14:00", "23 15:00"], True),
        ("T12:30", ["24 14:00", "26 10:30", "26 13:00"], False),
        ("2026-11-24T14:00", ["24 14:00", "24 15:00", "24 10:00"], True),
        ("2026-11-24T14:30", ["24 10:00", "24 14:00", "24 15:00"], False),
        ("2026-11-25T23:00", ["26 10:00", "26 10:30", "26 13:00"], False),
        ("T00:30", ["23 16:00", "24 09:00", "27 16:30"], False),  # half past four is eight hours before
        ("2026-11-23/2026-11-29T10:00", ["24 10:00", "26 10:00", "27 10:00"], True),
        ("2026-11-27/2026-11-30T16:30", ["27 16:30", "27 10:00", "30 10:00"], True),
    ],
)
def test_what_suits_best(wish: str, chosen: list[str], *, is_met: bool) -> None:
    """As wished, two a day while there are others; else the nearest; at a time of day that time goes first."""
    suiting, met = wished(of_helsinki(TIMES), Wish.of(wish), HELSINKI, 3)

    assert (suiting, met) == (of_helsinki(chosen), is_met)


def test_a_wish_is_by_the_clock_of_whoever_has_it() -> None:
    """Nine in Helsinki is eight in Paris, and when it is past one there, the next day has begun in Auckland."""
    free = of_helsinki(TIMES)

    assert wished(free, Wish.of("2026-11-24T08:00"), PARIS, 1) == (of_helsinki(["24 09:00"]), True)
    assert wished(free, Wish.of("2026-11-25"), "Pacific/Auckland", 3) == (of_helsinki(["24 14:00", "24 15:00"]), True)


@pytest.mark.parametrize(("wish", "met"), [("", True), ("2026-11-24", False), ("T10:00", False)])
def test_where_nothing_is_free(wish: str, *, met: bool) -> None:
    """Nothing suits, and no wish is met."""
    assert wished([], Wish.of(wish), HELSINKI, 3) == ([], met)


def test_one_day_alone_may_fill_the_offer() -> None:
    """Where no other day has a time, three of one are better than two."""
    assert wished(of_helsinki(TIMES[:3]), Wish(), HELSINKI, 3)[0] == of_helsinki(TIMES[:3])


WISHES = st.builds(
    Wish,
    st.none() | st.dates(),
    st.none() | st.dates(),
    st.none() | st.times(),
    st.none() | st.times(),
)


@given(
    st.lists(st.sampled_from(TIMES), unique=True).map(sorted),
    WISHES,
    st.integers(0, 5),
    st.sampled_from([HELSINKI, "Asia/Tokyo"]),
)
def test_any_wish_gets_what_there_is(times: list[str], wish: Wish, n: int, zone: str) -> None:
    """Only free times, each once, as many as asked for; fewer only where the others are not as wished."""
    free = of_helsinki(times)

    suiting, met = wished(free, wish, zone, n)

    assert len(suiting) == len(set(suiting)) <= n
    assert set(suiting) <= set(free)
    assert met or len(suiting) == min(n, len(free))
