"""When the desk is open, against an oracle that goes by the minute."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from functools import cache
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.desk import Desk, Holidays, Opening
from bot.hours import FARTHEST, is_open, opening

MINUTE = timedelta(minutes=1)
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
