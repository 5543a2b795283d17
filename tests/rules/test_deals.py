"""Registered deals: until when they are reserved, and whether they still are."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.rules.asked import days, iso, modestly, ruling, told

DEAL = "cyberday.deal-lock"
REGISTERED = date(2026, 11, 18)
LAST = date(2027, 2, 16)


def deal(today=REGISTERED, registered="2026-11-18", action=None, **parameters):
    """What is ruled on a deal."""
    return ruling(DEAL, told(registration_date=registered, action_taken=action), today, **parameters)


@pytest.mark.parametrize(
    ("registered", "last"),
    [
        ("2026-11-18", "2027-02-16"),
        ("2027-12-02", "2028-03-01"),  # with a 29 February in between
        ("2026-12-02", "2027-03-02"),  # without one
        ("2028-02-29", "2028-05-29"),
        ("2026-08-31", "2026-11-29"),  # days, not three months
    ],
)
def test_a_deal_is_reserved_through_the_ninetieth_day(registered, last):
    """Days are counted, whatever the months are like."""
    assert deal(registered=registered).result["end_date"] == last


@pytest.mark.parametrize("action", [None, False])
@pytest.mark.parametrize(
    ("today", "left", "locked"),
    [
        (REGISTERED - timedelta(days=5), 95, True),  # registered some days from now
        (REGISTERED, 90, True),
        (LAST - timedelta(days=1), 1, True),
        (LAST, 0, True),
        (LAST + timedelta(days=1), -1, False),
        (LAST + timedelta(days=1000), -1000, False),
    ],
)
def test_the_last_day_is_a_reserved_one(action, today, left, locked):
    """Unless something is said to have been done; that nothing was makes no difference to having said nothing."""
    found = deal(today, action=action)

    assert found.result == {"end_date": LAST.isoformat(), "days_left": left, "locked": locked}
    assert found.says == ("deal-reserved" if locked else "deal-free",)
    assert (found.asks_for, found.unsettled) == ((), ())


@pytest.mark.parametrize("today", [REGISTERED, LAST, LAST + timedelta(days=1)])
def test_after_an_action_it_is_not_settled(today):
    """Neither reserved nor free, before the ninetieth day or after; the days are still told, and the open case."""
    found = deal(today, action=True)

    assert found.result == {"end_date": LAST.isoformat(), "days_left": (LAST - today).days, "locked": "unsettled"}
    assert (found.says, found.unsettled) == (("deal-unsettled",), ("deal-after-action",))


@pytest.mark.parametrize("action", [None, False, True])
def test_without_a_registration_it_is_asked_for(action):
    """Also where it is known whether something was done."""
    found = deal(registered=None, action=action)

    assert (found.asks_for, found.result, found.says, found.unsettled) == (("registration_date",), {}, (), ())


def test_what_is_no_day_is_refused():
    """It is not guessed what may have been meant."""
    with pytest.raises(ValueError, match="day"):
        deal(registered="2026-06-31")


@pytest.mark.parametrize(("length", "left"), [(30, -60), (89, -1), (90, 0), (180, 90)])
def test_how_long_a_deal_is_reserved_stands_in_the_programme(length, left):
    """Another number of days, another last day."""
    result = deal(LAST, deal_lock_days=length).result

    assert result == {"end_date": iso(REGISTERED, length), "days_left": left, "locked": left >= 0}


@modestly
@given(registered=days, today=days, action=st.sampled_from([None, False, True]))
def test_reserved_means_days_are_left(registered, today, action):
    """Exactly while the last day has not passed, for any two days; after an action neither yes nor no."""
    result = deal(today, registered.isoformat(), action).result

    assert today + timedelta(days=result["days_left"]) == date.fromisoformat(result["end_date"])
    assert result["end_date"] == iso(registered, 90)
    assert result["locked"] == ("unsettled" if action else result["days_left"] >= 0)
