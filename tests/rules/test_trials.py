"""Trials: the extended one of a customer, counted in days, and the Consultant one, counted in months."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.rules.asked import days, modestly, ruling

EXTENDED, CONSULTANT = "cyberday.trial-length", "miro.trial-licences"
SAYS = {EXTENDED: ("trial-end",), CONSULTANT: ("charge-start",)}
EITHER = pytest.mark.parametrize("id_", [EXTENDED, CONSULTANT])


def end(id_, start, **parameters):
    """The day a trial ends."""
    return ruling(id_, {"start_date": start}, **parameters).result["end_date"]


@pytest.mark.parametrize(
    ("start", "last"),
    [
        ("2026-11-18", "2026-12-18"),  # a month of 30 days
        ("2026-12-18", "2027-01-17"),  # one of 31, over the year's end
        ("2027-01-30", "2027-03-01"),
        ("2028-01-30", "2028-02-29"),  # a leap year
        ("2028-02-29", "2028-03-30"),
        ("2026-03-01", "2026-03-31"),  # clocks change in between
        ("2100-02-28", "2100-03-30"),  # no leap year
    ],
)
def test_an_extended_trial_runs_for_thirty_days(start, last):
    """It ends on its first day and 30 days, whatever the months are like."""
    assert end(EXTENDED, start) == last


@pytest.mark.parametrize(
    ("start", "last"),
    [
        ("2026-11-18", "2027-02-18"),
        ("2026-11-30", "2027-02-28"),
        ("2027-11-30", "2028-02-29"),  # into a leap year
        ("2027-11-29", "2028-02-29"),
        ("2026-08-31", "2026-11-30"),
        ("2026-10-31", "2027-01-31"),
        ("2026-12-31", "2027-03-31"),
        ("2027-02-28", "2027-05-28"),  # the last day of a month is no last day elsewhere
        ("2028-02-29", "2028-05-29"),
        ("1999-12-01", "2000-03-01"),
    ],
)
def test_a_consultant_trial_ends_on_the_same_day_number_three_months_later(start, last):
    """Or on the month's last day, where that month has no such day."""
    assert end(CONSULTANT, start) == last


@EITHER
@pytest.mark.parametrize(("asked", "left"), [(-400, 400), (-1, 1), (0, 0), (1, -1), (4000, -4000)])
def test_days_left_are_counted_to_the_end(id_, asked, left):
    """0 on the last day itself, fewer than none after it; and what is said stays the same."""
    last = date.fromisoformat(end(id_, "2026-11-30"))

    found = ruling(id_, {"start_date": "2026-11-30"}, last + timedelta(days=asked))

    assert found.result == {"end_date": last.isoformat(), "days_left": left}
    assert (found.says, found.asks_for) == (SAYS[id_], ())


@EITHER
def test_a_trial_that_begins_later_can_be_asked_for(id_):
    """The start may lie ahead."""
    found = ruling(id_, {"start_date": "2027-01-04"}, date(2026, 11, 18))

    assert found.result["days_left"] == (date.fromisoformat(found.result["end_date"]) - date(2026, 11, 18)).days > 47


@EITHER
def test_without_a_start_it_is_asked_for(id_):
    """And nothing is said until it is told."""
    found = ruling(id_, {})

    assert (found.asks_for, found.result, found.says) == (("start_date",), {}, ())


@EITHER
@pytest.mark.parametrize("start", ["2026-02-30", "2027-02-29", "31.12.2026", "soon", ""])
def test_what_is_no_day_is_refused(id_, start):
    """It is not guessed what may have been meant."""
    with pytest.raises(ValueError, match=r"isoformat|day|month"):
        ruling(id_, {"start_date": start})


@pytest.mark.parametrize(
    ("id_", "start", "parameters", "last"),
    [
        (EXTENDED, "2026-11-18", {"trial_days": 14}, "2026-12-02"),
        (EXTENDED, "2026-11-18", {"trial_days": 0}, "2026-11-18"),
        (EXTENDED, "2026-11-18", {"deal_lock_days": 7}, "2026-12-18"),
        (CONSULTANT, "2026-12-31", {"trial_months": 2}, "2027-02-28"),
        (CONSULTANT, "2026-12-31", {"trial_months": 14}, "2028-02-29"),
        (CONSULTANT, "2026-12-31", {"benefit_years": 7}, "2027-03-31"),
    ],
)
def test_how_long_a_trial_is_stands_in_the_programme(id_, start, parameters, last):
    """Its own parameter decides, and no other."""
    assert end(id_, start, **parameters) == last


@EITHER
@modestly
@given(start=days, today=days)
def test_end_and_days_left_agree(id_, start, today):
    """Today and the days left are the last day, for any two days."""
    found = ruling(id_, {"start_date": start.isoformat()}, today).result

    assert today + timedelta(days=found["days_left"]) == date.fromisoformat(found["end_date"])
    assert date.fromisoformat(found["end_date"]) > start


@modestly
@given(start=days, length=st.integers(0, 400))
def test_days_are_counted_from_the_day_after_the_start(start, length):
    """For any length of trial."""
    assert date.fromisoformat(end(EXTENDED, start.isoformat(), trial_days=length)) - start == timedelta(days=length)


@modestly
@given(start=days, months=st.integers(0, 30))
def test_months_keep_the_day_number(start, months):
    """The end lies that many calendar months on; its day is the start's, or an earlier one that ends its month."""
    last = date.fromisoformat(end(CONSULTANT, start.isoformat(), trial_months=months))

    assert (last.year - start.year) * 12 + last.month - start.month == months
    assert last.day == start.day or (last.day < start.day and (last + timedelta(days=1)).day == 1)
