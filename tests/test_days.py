"""Arithmetic with calendar days."""

from datetime import date

import pytest

from bot.days import FIRST_YEAR, LAST_YEAR, add_months, shifted, whole_days


@pytest.mark.parametrize(
    ("day", "months", "then"),
    [
        (date(2027, 3, 17), 1, date(2027, 4, 17)),
        (date(2027, 12, 17), 1, date(2028, 1, 17)),
        (date(2027, 1, 17), -1, date(2026, 12, 17)),
        (date(2027, 3, 17), 0, date(2027, 3, 17)),
        (date(2027, 3, 17), 25, date(2029, 4, 17)),
        (date(2027, 3, 17), -27, date(2024, 12, 17)),
    ],
)
def test_months_keep_the_day_number(day, months, then):
    """Forwards and backwards, over the turn of the year."""
    assert add_months(day, months) == then


@pytest.mark.parametrize(
    ("day", "months", "then"),
    [
        (date(2027, 1, 31), 1, date(2027, 2, 28)),
        (date(2028, 1, 31), 1, date(2028, 2, 29)),
        (date(2027, 3, 31), -1, date(2027, 2, 28)),
        (date(2027, 8, 31), 1, date(2027, 9, 30)),
        (date(2028, 2, 29), 12, date(2029, 2, 28)),
        (date(2028, 2, 29), 48, date(2032, 2, 29)),
        (date(2027, 2, 28), 1, date(2027, 3, 28)),
    ],
)
def test_a_month_without_the_day_ends_with_its_last(day, months, then):
    """Clamped to the month's end, and only there: the 28th of February stays a 28th."""
    assert add_months(day, months) == then


@pytest.mark.parametrize(("day", "months"), [(date.max, 1), (date.min, -1), (date(2027, 3, 17), 10**12)])
def test_no_month_lies_beyond_the_calendar(day, months):
    """Whoever adds may count on an error that says so."""
    with pytest.raises((ValueError, OverflowError)):
        add_months(day, months)


@pytest.mark.parametrize(
    ("amount", "unit", "days"),
    [
        (1, "day", 1),
        (6, "week", 42),
        (1, "fortnight", 14),
        (3, "month", 90),
        (1, "quarter", 90),
        (1, "halfyear", 182),
        (2, "year", 730),
        (1.5, "month", 45),
        (0.5, "year", 182),
        (2.5, "day", 2),
        (-0.5, "year", -182),
        (-2.5, "day", -2),
        (0, "year", 0),
    ],
)
def test_a_duration_has_whole_days(amount, unit, days):
    """A month has 30 days and a year 365; what is left of a day is dropped, backwards too."""
    assert whole_days(amount, unit) == days


def test_a_day_has_24_hours():
    """However many there are; one hour short is a day less."""
    days = range(1, 400)

    assert [whole_days(day * 24, "hour") for day in days] == list(days)
    assert [whole_days(day * 24 - 1, "hour") for day in days] == [day - 1 for day in days]


@pytest.mark.parametrize(
    ("amount", "unit", "then"),
    [
        (1, "month", date(2027, 4, 30)),
        (-1, "month", date(2027, 2, 28)),
        (-1, "quarter", date(2026, 12, 31)),
        (1, "halfyear", date(2027, 9, 30)),
        (2.0, "year", date(2029, 3, 31)),
        (-1.5, "month", date(2027, 2, 14)),
        (0.5, "year", date(2027, 9, 29)),
        (2, "week", date(2027, 4, 14)),
        (-48, "hour", date(2027, 3, 29)),
    ],
)
def test_whole_months_go_by_the_calendar_and_broken_ones_by_days(amount, unit, then):
    """A month from 31 March is 30 April; one and a half are 45 days."""
    assert shifted(date(2027, 3, 31), amount, unit) == then


@pytest.mark.parametrize(
    ("day", "amount", "unit"),
    [
        (date(2027, 3, 17), 100, "year"),
        (date(2027, 3, 17), -100.5, "year"),
        (date(2027, 3, 17), 10**15, "month"),
        (date(2027, 3, 17), -(10**15), "week"),
        (date.max, 1, "month"),
        (date.max, 1, "day"),
        (date.min, -1, "month"),
        (date.min, -1, "hour"),
    ],
)
def test_no_calendar_reaches_everywhere(day, amount, unit):
    """A day so far off that nobody means it is none, and never an error."""
    assert shifted(day, amount, unit) is None


def test_the_first_and_the_last_year_belong_to_it():
    """Both ends are days that can be meant; the day beyond is not."""
    assert shifted(date(FIRST_YEAR, 1, 2), -1, "day") == date(FIRST_YEAR, 1, 1)
    assert shifted(date(FIRST_YEAR, 1, 1), -1, "day") is None
    assert shifted(date(LAST_YEAR, 12, 30), 1, "day") == date(LAST_YEAR, 12, 31)
    assert shifted(date(LAST_YEAR, 12, 31), 1, "day") is None
