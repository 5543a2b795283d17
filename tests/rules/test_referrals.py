"""Referrals: which clients count, and what one can pay."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.understand.plans import PLANS
from bot.understand.slots.fill import LARGEST
from tests.rules.asked import amounts, counts, modestly, ruling, told

ELIGIBILITY, PAYOUT = "miro.referral-eligibility", "miro.referral-payout"
COUNTS = ({"eligible": True}, ("counts",), (), ())
COUNTS_NOT = ({"eligible": False}, ("counts-not",), (), ())
FIVE_HUNDRED = ({"eligible": "unsettled"}, ("counts-unsettled",), (), ("five-hundred",))
THE_MINIMUM = ({"eligible": "unsettled"}, ("counts-unsettled",), (), ("exactly-the-minimum",))


def wanted(*names):
    """Nothing is decided; these are asked for."""
    return {}, (), names, ()


def client(employees=None, licences=None, plan=None, **parameters):
    """Whether a client counts: the result, what is said, what is asked for, what is unsettled."""
    found = ruling(ELIGIBILITY, told(employees=employees, licences=licences, plan=plan), **parameters)
    return found.result, found.says, found.asks_for, found.unsettled


@pytest.mark.parametrize(
    ("employees", "licences", "plan", "found"),
    [
        (501, 51, "Enterprise", COUNTS),
        (LARGEST, LARGEST, "Enterprise", COUNTS),
        (501, 50, "Enterprise", THE_MINIMUM),
        (501, 49, "Enterprise", COUNTS_NOT),
        (501, 11, "Enterprise", COUNTS_NOT),
        (501, 0, "Enterprise", COUNTS_NOT),
        *((501, 51, plan, COUNTS_NOT) for plan in PLANS if plan != "Enterprise"),
        (499, 11, "Enterprise", COUNTS),
        (499, 11, "Business", COUNTS),
        (0, 11, "Business", COUNTS),
        (499, 51, "Business", COUNTS),
        (499, 10, "Enterprise", THE_MINIMUM),
        (499, 10, "Business", THE_MINIMUM),
        (499, 9, "Business", COUNTS_NOT),
        (499, 0, "Business", COUNTS_NOT),
        *((499, 11, plan, COUNTS_NOT) for plan in ("Free", "Team", "Consultant")),
    ],
)
def test_clients_count_by_size_licences_and_plan(employees, licences, plan, found):
    """More than the minimum of their size, of a plan of their size; exactly the minimum is an open case."""
    assert client(employees, licences, plan) == found


@pytest.mark.parametrize(
    ("licences", "plan"), [(None, None), (0, None), (51, "Enterprise"), (None, "Free"), (10, "Business")]
)
def test_a_company_of_exactly_five_hundred_is_an_open_case(licences, plan):
    """Whatever it buys; nothing else is asked for."""
    assert client(500, licences, plan) == FIVE_HUNDRED


@pytest.mark.parametrize(
    ("employees", "licences", "plan"),
    [
        (1000, None, "Business"),  # a large company needs Enterprise
        (1000, None, "Free"),
        (1000, 49, None),
        (1000, 0, None),
        (100, None, "Team"),
        (100, None, "Consultant"),
        (100, 9, None),
    ],
)
def test_what_is_decided_early_asks_for_nothing_more(employees, licences, plan):
    """A client who cannot count any more does not, whatever is still untold."""
    assert client(employees, licences, plan) == COUNTS_NOT


@pytest.mark.parametrize(
    ("employees", "licences", "plan", "found"),
    [
        (None, None, None, wanted("employees", "licences", "plan")),
        (1000, None, None, wanted("licences", "plan")),
        (1000, 51, None, wanted("plan")),
        (1000, 50, None, wanted("plan")),
        (1000, None, "Enterprise", wanted("licences")),
        (100, None, "Business", wanted("licences")),
        (100, 10, None, wanted("plan")),
        (None, 51, "Enterprise", wanted("employees")),
        (None, None, "Business", wanted("employees", "licences")),
        (None, 11, None, wanted("employees", "plan")),
        (0, None, None, wanted("licences", "plan")),
        (None, 0, "Enterprise", wanted("employees")),
    ],
)
def test_what_could_still_decide_is_asked_for(employees, licences, plan, found):
    """All of it at once, the size first. A count of 0 is told."""
    assert client(employees, licences, plan) == found


@pytest.mark.parametrize(
    ("slots", "name"),
    [
        ({"employees": -1}, "employees"),
        ({"employees": 500, "licences": -1}, "licences"),
        ({"employees": 1000, "licences": -1, "plan": "Business"}, "licences"),
    ],
)
def test_counts_below_none_are_refused(slots, name):
    """Also where something else would decide."""
    with pytest.raises(ValueError, match=f"{name} is negative: -1"):
        client(**slots)


def test_what_a_client_must_buy_stands_in_the_programme():
    """The size that parts the two groups, and the minimum of each."""
    assert client(300, 30, "Business", referral_employees=250) == COUNTS_NOT
    assert client(250, 30, "Business", referral_employees=250) == FIVE_HUNDRED
    assert client(500, 30, "Business", referral_employees=501) == COUNTS
    assert client(1000, 21, "Enterprise", referral_large_licences=20) == COUNTS
    assert client(1000, 60, "Enterprise", referral_large_licences=60) == THE_MINIMUM
    assert client(100, 6, "Business", referral_small_licences=5) == COUNTS
    assert client(100, 11, "Business", referral_small_licences=12) == COUNTS_NOT
    assert client(100, 11, "Business", referral_large_licences=12) == COUNTS


_ORDER = {False: 0, "unsettled": 1, True: 2}


@modestly
@given(
    sizes=st.lists(st.integers(0, 499), min_size=2, max_size=2) | st.lists(st.integers(501, LARGEST), min_size=2),
    licences=st.lists(counts, min_size=2, max_size=6),
    plan=st.sampled_from(PLANS),
)
def test_more_never_counts_for_less(sizes, licences, plan):
    """Within a group by size: more employees change nothing, more licences never turn a yes into a no."""
    found = {size: [client(size, one, plan)[0]["eligible"] for one in sorted(licences)] for size in sizes}

    (row, *others) = found.values()
    assert all(other == row for other in others)
    assert all(_ORDER[fewer] <= _ORDER[more] for fewer, more in pairwise(row))


def payout(amount, currency="USD", **parameters):
    """What a referral can pay, and what is said of it."""
    found = ruling(PAYOUT, {"arr": {"amount": amount, "currency": currency}}, **parameters)
    assert (found.asks_for, found.unsettled) == ((), ())
    return found.result, found.says


@pytest.mark.parametrize(
    ("arr", "paid", "says"),
    [
        (0, 0, "payout"),
        (100_000, 10_000, "payout"),
        (12_345.67, 1234.57, "payout"),  # in cents
        (70, 7, "payout"),
        (0.01, 0, "payout"),
        (499_999.9, 49_999.99, "payout"),
        (500_000, 50_000, "payout"),  # exactly the cap
        (500_000.1, 50_000, "payout-capped"),
        (500_001, 50_000, "payout-capped"),
        (LARGEST * 1000, 50_000, "payout-capped"),
    ],
)
def test_a_referral_pays_a_tenth_up_to_the_cap(arr, paid, says):
    """In cents; only what is above the cap is said to be capped."""
    assert payout(arr) == ({"payout_usd": paid}, (says,))


@pytest.mark.parametrize("arr", [30, 30.0, 600_000])
def test_whole_amounts_have_no_fraction(arr):
    """10000, not 10000.0."""
    assert all(isinstance(amount, int) for amount in payout(arr)[0].values())


@pytest.mark.parametrize("currency", ["EUR", "GBP", "CHF", "SEK"])
@pytest.mark.parametrize(("arr", "share"), [(0, 0), (1234.5, 123.45), (500_000, 50_000), (9_000_000, 900_000)])
def test_other_currencies_are_not_converted(currency, arr, share):
    """The share is told in that currency, without the cap; the payout in dollars is not known."""
    assert payout(arr, currency) == ({"payout_usd": None, "share": share}, ("payout-other-currency",))


@pytest.mark.parametrize("slots", [{}, {"arr": {"amount": 1000, "currency": None}}])
def test_without_an_amount_in_a_currency_it_is_asked_for(slots):
    """A number alone is not taken for dollars."""
    found = ruling(PAYOUT, slots)

    assert (found.asks_for, found.result, found.says) == (("arr",), {}, ())


@pytest.mark.parametrize("currency", ["USD", "EUR"])
@pytest.mark.parametrize("amount", [-1, -0.01, -LARGEST])
def test_a_revenue_below_nothing_is_refused(amount, currency):
    """In any currency."""
    with pytest.raises(ValueError, match="arr is negative"):
        payout(amount, currency)


def test_share_and_cap_stand_in_the_programme():
    """Each has its own parameter."""
    assert payout(10_000, referral_cap_usd=1000) == ({"payout_usd": 1000}, ("payout",))
    assert payout(10_010, referral_cap_usd=1000) == ({"payout_usd": 1000}, ("payout-capped",))
    assert payout(10_000, referral_cap_usd=999.5) == ({"payout_usd": 999.5}, ("payout-capped",))
    assert payout(10_000, referral_commission=0.25) == ({"payout_usd": 2500}, ("payout",))
    assert payout(10_000, "EUR", referral_commission=0.25, referral_cap_usd=1)[0]["share"] == 2500


@modestly
@given(arrs=st.lists(amounts, min_size=2, max_size=5))
def test_the_payout_keeps_within_its_bounds(arrs):
    """Never above the cap, nor above the share (in cents); and more revenue never pays less."""
    paid = [payout(arr)[0]["payout_usd"] for arr in sorted(arrs)]

    assert all(0 <= amount <= min(50_000, arr / 10 + 0.0051) for arr, amount in zip(sorted(arrs), paid, strict=True))
    assert paid == sorted(paid)
