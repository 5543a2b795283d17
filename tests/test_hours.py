"""When the desk is open, against an oracle that goes by the minute."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from functools import cache
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.desk import Desk, Holidays, Opening
from bot.hours import FARTHEST, after, is_open, opening, worked

MINUTE, HOUR, NONE = timedelta(minutes=1), timedelta(hours=1), timedelta()
DAY = (Opening(9 * 60, 12 * 60), Opening(13 * 60, 17 * 60))
WEEK = dict.fromkeys(range(5), DAY)
FINNISH = Holidays("FI")
HELSINKI = Desk(time_zone="Europe/Helsinki", hours=WEEK)


def utc(text: str) -> datetime:
    """An instant written as 2026-11-02 07:00."""
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


@pytest.mark.parametrize(
    ("at", "opens"),
    [
        ("2026-11-02 06:59:59", "2026-11-02 07:00"),  # a Monday, two hours ahead of UTC
        ("2026-11-02 07:00", None),
        ("2026-11-02 09:59:59", None),
        ("2026-11-02 10:00", "2026-11-02 11:00"),  # the break
        ("2026-11-02 11:00", None),
        ("2026-11-02 15:00", "2026-11-03 07:00"),
        ("2026-11-06 15:00", "2026-11-09 07:00"),  # a Friday
        ("2026-10-23 14:00", "2026-10-26 07:00"),  # the clock is put back on Sunday: 17:00, three hours ahead
        ("2026-03-27 15:00", "2026-03-30 06:00"),  # and forward
    ],
)
def test_a_week_in_helsinki(at: str, opens: str | None) -> None:
    """It is open from the first minute of a stretch to before its end; else from the beginning of the next one."""
    assert is_open(HELSINKI, utc(at)) == (opens is None)
    assert opening(HELSINKI, utc(at)) == utc(opens or at)


def test_without_hours_it_is_always_open() -> None:
    """Holidays say nothing then."""
    desk = Desk(holidays=FINNISH)

    assert is_open(desk, utc("2026-12-25 03:00"))
    assert opening(desk, utc("2026-12-25 03:00:07")) == utc("2026-12-25 03:00:07")


def test_without_a_zone_the_hours_are_utc() -> None:
    """As everything else without one."""
    assert opening(Desk(hours=WEEK), utc("2026-11-02 03:00")) == utc("2026-11-02 09:00")


def test_a_day_to_midnight_and_one_from_it() -> None:
    """24:00 is the end of a day; what goes on past midnight is open all through."""
    desk = Desk(hours={0: (Opening(20 * 60, 24 * 60),), 1: (Opening(0, 60),)})

    assert is_open(desk, utc("2026-11-02 23:59:59"))
    assert is_open(desk, utc("2026-11-03 00:00"))
    assert not is_open(desk, utc("2026-11-03 01:00"))


@pytest.mark.parametrize(
    ("holidays", "at", "opens"),
    [
        (FINNISH, "2026-12-23 15:00", "2026-12-28 07:00"),  # Christmas Eve is a Thursday, then a weekend
        (None, "2026-12-23 15:00", "2026-12-24 07:00"),
        (FINNISH, "2026-12-31 15:00", "2027-01-04 07:00"),  # of another year: New Year is a Friday
        (Holidays("DE", "BY"), "2026-06-03 15:00", "2026-06-05 06:00"),  # Corpus Christi is kept in Bavaria
        (Holidays("DE", "Bayern"), "2026-06-03 15:00", "2026-06-05 06:00"),
        (Holidays("DE", "BE"), "2026-06-03 15:00", "2026-06-04 06:00"),  # not in Berlin
        (Holidays("DE"), "2026-06-03 15:00", "2026-06-04 06:00"),
    ],
)
def test_public_holidays(holidays: Holidays | None, at: str, opens: str) -> None:
    """The desk is closed on those of its country and region."""
    desk = Desk(time_zone="Europe/Helsinki", hours=WEEK, holidays=holidays)

    assert opening(desk, utc(at)) == utc(opens)


def test_a_holiday_is_one_of_the_desks_calendar() -> None:
    """It begins and ends at the desk's midnight, not at that of UTC."""
    desk = Desk(time_zone="Europe/Helsinki", hours={n: (Opening(0, 24 * 60),) for n in range(7)}, holidays=FINNISH)

    assert is_open(desk, utc("2026-12-05 21:59"))
    assert not is_open(desk, utc("2026-12-05 22:00"))  # Independence Day, 6 December
    assert not is_open(desk, utc("2026-12-06 21:59"))
    assert is_open(desk, utc("2026-12-06 22:00"))


def test_a_desk_that_never_opens_lets_nothing_wait() -> None:
    """What would wait for it for good goes at once."""
    at = utc("2026-11-02 06:59:59")

    assert opening(Desk(time_zone="Europe/Paris", hours={0: (), 6: ()}), at) == at


def test_how_far_ahead_an_opening_is_looked_for(monkeypatch: pytest.MonkeyPatch) -> None:
    """400 days, all of them holidays."""
    first = date(2027, 12, 6)  # a Monday
    days = {first - timedelta(days=n) for n in range(1, 1000)}
    monkeypatch.setattr("bot.hours.public_holidays.days", lambda country, region, year: days)
    desk = Desk(hours={0: (Opening(0, 60),)}, holidays=FINNISH)
    opens = datetime(2027, 12, 6, tzinfo=UTC)

    assert opening(desk, opens - FARTHEST) == opens
    assert opening(desk, opens - FARTHEST - MINUTE) == opens - FARTHEST - MINUTE


NIGHT = Desk(
    time_zone="Europe/Helsinki",
    hours={day: (Opening(0, 6 * 60), Opening(22 * 60, 24 * 60)) for day in range(7)},
)
"""Nights from ten to six; twice a year they are an hour longer or shorter."""


@pytest.mark.parametrize(
    ("desk", "since", "until", "hours"),
    [
        (HELSINKI, "2026-11-02 07:00", "2026-11-02 08:30", 1.5),
        (HELSINKI, "2026-11-02 09:30", "2026-11-02 11:30", 1),  # a break between
        (HELSINKI, "2026-11-02 10:00", "2026-11-02 11:00", 0),  # all of it a break
        (HELSINKI, "2026-11-02 05:00", "2026-11-02 20:00", 7),
        (HELSINKI, "2026-11-06 14:00", "2026-11-09 08:00", 2),  # a weekend
        (HELSINKI, "2026-10-23 07:00", "2026-10-26 08:00", 7),  # and the clock is put back: from 10:00, to 10:00
        (HELSINKI, "2026-03-27 08:00", "2026-03-30 07:00", 7),  # forward: from 10:00, to 10:00
        (NIGHT, "2026-10-24 12:00", "2026-10-25 12:00", 9),  # 03:00-04:00 comes twice
        (NIGHT, "2026-03-28 12:00", "2026-03-29 12:00", 7),  # and never
        (NIGHT, "2026-10-26 12:00", "2026-10-27 12:00", 8),
        (Desk(), "2026-11-06 14:00", "2026-11-09 08:00", 66),  # always open
        (HELSINKI, "2026-11-03 08:00", "2026-11-02 08:00", 0),  # the wrong way round
        (Desk(), "2026-11-03 08:00", "2026-11-02 08:00", 0),
    ],
)
def test_how_much_of_the_hours_passes(desk: Desk, since: str, until: str, hours: float) -> None:
    """Breaks, nights and weekends do not count; what the clock shows twice counts twice."""
    assert worked(desk, utc(since), utc(until)) == hours * HOUR


@pytest.mark.parametrize(
    ("holidays", "hours"),
    [
        (None, 5 * 7),
        (Holidays("DE", "BY"), 4 * 7),  # Corpus Christi, a Thursday
        (Holidays("DE", "BE"), 5 * 7),
        (FINNISH, 5 * 7),
    ],
)
def test_public_holidays_do_not_count(holidays: Holidays | None, hours: int) -> None:
    """Those of the desk's country and region."""
    desk = Desk(time_zone="Europe/Berlin", hours=WEEK, holidays=holidays)

    assert worked(desk, utc("2026-06-01 00:00"), utc("2026-06-08 00:00")) == hours * HOUR


@pytest.mark.parametrize(
    ("desk", "at", "hours", "then"),
    [
        (HELSINKI, "2026-11-02 07:00", 3, "2026-11-02 10:00"),  # the end of a stretch, not the next one's beginning
        (HELSINKI, "2026-11-02 07:00", 3.5, "2026-11-02 11:30"),  # over the break
        (HELSINKI, "2026-11-02 02:00", 1, "2026-11-02 08:00"),
        (HELSINKI, "2026-11-06 14:30", 1, "2026-11-09 07:30"),  # over a weekend
        (HELSINKI, "2026-10-23 13:30", 1, "2026-10-26 07:30"),  # over one on which the clock is put back
        (HELSINKI, "2026-11-06 14:30", 0, "2026-11-06 14:30"),
        (HELSINKI, "2026-11-07 14:30", 0, "2026-11-07 14:30"),  # on a Saturday: nothing has to pass
        (HELSINKI, "2026-11-07 14:30", -5, "2026-11-07 14:30"),
        (NIGHT, "2026-10-24 19:00", 9, "2026-10-25 04:00"),
        (NIGHT, "2026-03-28 20:00", 7, "2026-03-29 03:00"),
        (Desk(), "2026-11-06 14:30", 24, "2026-11-07 14:30"),
        (Desk(), "2026-11-06 14:30", -1, "2026-11-06 14:30"),
    ],
)
def test_when_so_much_has_passed(desk: Desk, at: str, hours: float, then: str) -> None:
    """The first instant at which it has, which lies in the desk's hours or at their end."""
    assert after(desk, utc(at), hours * HOUR) == utc(then)


def test_hours_that_never_come() -> None:
    """What would take longer than 400 days is not looked for any further."""
    at = utc("2026-11-02 06:59:59")
    closed = Desk(time_zone="Europe/Paris", hours={0: (), 6: ()})

    assert worked(closed, at, at + 2 * FARTHEST) == NONE
    assert after(closed, at, MINUTE) == at + FARTHEST
    assert after(HELSINKI, at, 9999 * HOUR) == at + FARTHEST
    assert after(Desk(), at, 99999 * HOUR) == at + 99999 * HOUR


# The holidays of the fortnights that the oracle walks through, from a calendar on the wall.
CALENDARS = {
    None: set(),
    FINNISH: {"2026-04-03", "2026-04-05", "2026-04-06", "2026-05-01", "2026-10-31"},
    Holidays("FR"): {"2026-04-06", "2026-05-01", "2026-05-08", "2026-11-01", "2026-11-11"},
}
CHANGES = (
    ("Europe/Helsinki", utc("2026-03-29 01:00")),  # 03:00 → 04:00
    ("Europe/Helsinki", utc("2026-10-25 01:00")),  # 04:00 → 03:00
    ("Europe/Paris", utc("2026-03-29 01:00")),
    ("Europe/Paris", utc("2026-10-25 01:00")),
    ("Africa/Cairo", utc("2026-04-23 22:00")),  # midnight → 01:00
    ("Australia/Lord_Howe", utc("2026-04-04 15:00")),  # by half an hour
)
FORTNIGHT = 15 * 24 * 60  # minutes; a stretch a week may fall into the hour that does not exist

_NIGHT = st.integers(0, 6 * 60)  # where the clocks change
_MINUTES = st.lists(_NIGHT | st.integers(0, 24 * 60), max_size=6, unique=True).map(sorted)
STRETCHES = _MINUTES.map(lambda minutes: tuple(map(Opening, minutes[::2], minutes[1::2])))
HOURS = st.dictionaries(st.sampled_from([5, 6, 6, 6, 0, 3, 4]), STRETCHES, min_size=1, max_size=4)


def _written(minute: int) -> str:
    return f"{minute // 60:02}:{minute % 60:02}"


@cache
def _wall(zone: str, at: datetime) -> tuple[str, int, str]:
    """What calendar and clock on the wall show: the day, its weekday, the time."""
    wall = at.astimezone(ZoneInfo(zone))
    return wall.strftime("%Y-%m-%d"), wall.isoweekday() - 1, wall.strftime("%H:%M")


def _oracle(desk: Desk, at: datetime) -> bool:
    """Whether the desk is open, told from texts."""
    day, weekday, time = _wall(str(desk.time_zone), at)
    return day not in CALENDARS[desk.holidays] and any(
        _written(stretch.start) <= time < _written(stretch.end) for stretch in desk.hours.get(weekday, ())
    )


@settings(max_examples=200, deadline=None)
@given(
    hours=HOURS,
    change=st.sampled_from(CHANGES),
    seconds=st.integers(-36 * 3600, 36 * 3600) | st.integers(-2 * 3600, 2 * 3600),
    holidays=st.sampled_from(list(CALENDARS)),
)
def test_around_the_changes_of_the_clock(
    hours: dict[int, tuple[Opening, ...]], change: tuple[str, datetime], seconds: int, holidays: Holidays | None
) -> None:
    """Whatever the hours are, the opening is the first minute at which the oracle finds the desk open."""
    zone, changes = change
    desk = Desk(time_zone=zone, hours=hours, holidays=holidays)
    at = changes + timedelta(seconds=seconds)
    floor = at.replace(second=0)
    found = next((floor + MINUTE * n for n in range(FORTNIGHT) if _oracle(desk, floor + MINUTE * n)), None)

    opens = opening(desk, at)

    assert is_open(desk, at) == _oracle(desk, at)
    if found is not None:
        assert opens == max(at, found)
    else:
        assert opens == at or opens >= floor + MINUTE * FORTNIGHT


AROUND = st.integers(-60 * 3600, 60 * 3600) | st.integers(-3 * 3600, 3 * 3600)  # seconds from a change of the clock


def _overlap(desk: Desk, since: datetime, until: datetime) -> timedelta:
    """How much of the hours passes, added up by the minute."""
    minute, passed = since.replace(second=0), NONE
    while minute < until:
        if _oracle(desk, minute):
            passed += min(minute + MINUTE, until) - max(minute, since)
        minute += MINUTE
    return passed


@settings(max_examples=150, deadline=None)
@given(
    hours=HOURS,
    change=st.sampled_from(CHANGES),
    instants=st.tuples(AROUND, AROUND, AROUND).map(sorted),
    holidays=st.sampled_from(list(CALENDARS)),
)
def test_hours_that_pass_around_the_changes_of_the_clock(
    hours: dict[int, tuple[Opening, ...]],
    change: tuple[str, datetime],
    instants: list[int],
    holidays: Holidays | None,
) -> None:
    """They are those of the oracle, add up, and after them comes the first instant at which they have passed."""
    zone, changes = change
    desk = Desk(time_zone=zone, hours=hours, holidays=holidays)
    first, second, last = (changes + timedelta(seconds=seconds) for seconds in instants)

    passed = worked(desk, first, last)
    then = after(desk, first, passed)

    assert passed == _overlap(desk, first, last)
    assert worked(desk, first, second) + worked(desk, second, last) == passed
    assert then <= last
    assert worked(desk, first, then) == passed
    assert then == first or worked(desk, first, then - timedelta.resolution) < passed


@pytest.mark.parametrize("zone", ["Europe/Helsinki", "Europe/Paris", "Africa/Cairo"])
def test_a_whole_year_passes_as_the_calendar_says(zone: str) -> None:
    """Over both changes of the clock: 260 working days of seven hours, and 364 nights of eight."""
    by_day, by_night = Desk(time_zone=zone, hours=WEEK), Desk(time_zone=zone, hours=NIGHT.hours)
    since = datetime(2026, 1, 5, 9, 30, tzinfo=UTC)  # a Monday, within the hours of all three
    until = since + timedelta(weeks=52)

    assert worked(by_day, since, until) == 260 * 7 * HOUR
    assert worked(by_night, since, until) == 364 * 8 * HOUR
    assert after(by_day, since, 260 * 7 * HOUR) == until
