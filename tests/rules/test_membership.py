"""Membership of the network: the free upgrade, who pays already, the benefits' end and their renewal."""

from datetime import date, timedelta

import pytest
from hypothesis import given

from bot.understand.plans import PLANS
from bot.understand.slots.fill import LARGEST
from tests.rules.asked import any_slots, days, modestly, ruling, told

UPGRADE, PAYING = "miro.free-upgrade", "miro.paying-already"
BENEFITS, RENEWAL = "miro.benefit-duration", "miro.renewal"
TWINS = pytest.mark.parametrize("id_", [UPGRADE, PAYING])
FIVE, TRIAL = "5-licences", "3-month-trial"
SIZES = [(0, FIVE), (1, FIVE), (4, FIVE), (5, FIVE), (6, TRIAL), (7, TRIAL), (LARGEST, TRIAL)]
PATHS = [("Consultant", "member"), ("Business", "member"), ("Team", "apply-then-upgrade"), ("Enterprise", "unsettled")]


@TWINS
@pytest.mark.parametrize(("team", "offer"), SIZES)
def test_a_team_on_free_gets_licences_or_a_trial_by_its_size(id_, team, offer):
    """Five members still get the licences, six get the trial."""
    found = ruling(id_, {"plan": "Free", "team_size": team})

    assert found.result == {"offer": offer, "plan_path": "free-upgrade"}
    assert (found.says, found.asks_for, found.unsettled) == ((f"offer-{offer}",), (), ())


@TWINS
@pytest.mark.parametrize(("team", "offer"), SIZES)
def test_without_a_plan_the_offer_is_for_a_team_on_free(id_, team, offer):
    """That condition is said before the offer, and the plan is asked for."""
    found = ruling(id_, {"team_size": team})

    assert found.result == {"offer": offer, "plan_path": None}
    assert (found.says, found.asks_for) == (("if-on-free", f"offer-{offer}"), ("plan",))


@TWINS
@pytest.mark.parametrize("team", [None, 0, 5, 6])
@pytest.mark.parametrize(("plan", "path"), PATHS)
def test_payers_get_no_upgrade_and_their_own_way(id_, plan, path, team):
    """Whatever the team's size, which is not asked for; for Enterprise the way is an open case."""
    found = ruling(id_, told(plan=plan, team_size=team))

    assert found.result == {"offer": "none", "plan_path": path}
    assert (found.says, found.asks_for) == (("offer-none", f"path-{path}"), ())
    assert found.unsettled == (("other-paid-plans",) if path == "unsettled" else ())


def test_every_plan_has_its_way():
    """None is forgotten above."""
    assert {"Free", *(plan for plan, _ in PATHS)} == set(PLANS)


@TWINS
def test_a_team_on_free_is_asked_for_its_size(id_):
    """That it can have the upgrade is said already."""
    found = ruling(id_, {"plan": "Free"})

    assert found.result == {"offer": None, "plan_path": "free-upgrade"}
    assert (found.says, found.asks_for) == (("path-free-upgrade",), ("team_size",))


@pytest.mark.parametrize(("id_", "asks_for"), [(UPGRADE, ("team_size", "plan")), (PAYING, ("plan",))])
def test_with_nothing_told_each_asks_for_what_it_is_about(id_, asks_for):
    """The upgrade is about the team's size first, paying about the plan."""
    found = ruling(id_, {})

    assert (found.asks_for, found.result, found.says) == (asks_for, {}, ())


@TWINS
@pytest.mark.parametrize("plan", [None, *PLANS])
def test_fewer_members_than_none_are_refused(id_, plan):
    """Also where the plan alone would decide."""
    with pytest.raises(ValueError, match="team_size is negative: -3"):
        ruling(id_, told(plan=plan, team_size=-3))


@TWINS
@pytest.mark.parametrize(("most", "offer"), [(0, TRIAL), (6, TRIAL), (7, FIVE), (50, FIVE)])
def test_the_largest_team_with_free_licences_stands_in_the_programme(id_, most, offer):
    """How many licences there are is another matter."""
    told_ = {"plan": "Free", "team_size": 7}

    assert ruling(id_, told_, free_licences_team_max=most, free_licences=20).result["offer"] == offer


@modestly
@given(slots=any_slots(["team_size", "plan"]).filter(bool))
def test_with_values_told_either_entry_rules_the_same(slots):
    """So it does not matter which of the two a question is taken for."""
    assert ruling(UPGRADE, slots) == ruling(PAYING, slots)


@pytest.mark.parametrize(
    ("approved", "end"),
    [
        ("2026-11-18", "2027-11-18"),
        ("2028-02-29", "2029-02-28"),  # no such day a year later
        ("2027-02-28", "2028-02-28"),  # though the month has a day more
        ("2027-03-01", "2028-03-01"),
        ("2026-12-31", "2027-12-31"),
    ],
)
def test_benefits_end_a_year_after_the_approval(approved, end):
    """On the same day of the year, or on 28 February."""
    assert ruling(BENEFITS, {"approval_date": approved}).result["end_date"] == end


@pytest.mark.parametrize(("asked", "left"), [(-30, 30), (0, 0), (1, -1), (365, -365)])
def test_the_days_until_the_benefits_end(asked, left):
    """0 on the last day itself, fewer than none after it."""
    found = ruling(BENEFITS, {"approval_date": "2025-11-30"}, date(2026, 11, 30) + timedelta(days=asked))

    assert found.result == {"end_date": "2026-11-30", "days_left": left}
    assert (found.says, found.asks_for) == (("benefits-end",), ())


def test_without_an_approval_it_is_asked_for():
    """And nothing is said until it is told; what is no day is refused."""
    found = ruling(BENEFITS, {})

    assert (found.asks_for, found.result, found.says) == (("approval_date",), {}, ())
    with pytest.raises(ValueError, match="day"):
        ruling(BENEFITS, {"approval_date": "2027-02-29"})


@pytest.mark.parametrize(("years", "end"), [(0, "2028-02-29"), (2, "2030-02-28"), (4, "2032-02-29")])
def test_how_many_years_benefits_last_stands_in_the_programme(years, end):
    """Four years on there is a 29 February again."""
    assert ruling(BENEFITS, {"approval_date": "2028-02-29"}, benefit_years=years).result["end_date"] == end


@modestly
@given(approved=days, today=days)
def test_the_end_of_the_benefits_agrees_with_today(approved, today):
    """For any two days: today and the days left are the end, a year on, and only 29 February moves."""
    result = ruling(BENEFITS, {"approval_date": approved.isoformat()}, today).result
    end = date.fromisoformat(result["end_date"])

    assert today + timedelta(days=result["days_left"]) == end
    assert (end.year, end.month) == (approved.year + 1, approved.month)
    assert end.day == approved.day or (approved.month, approved.day, end.day) == (2, 29, 28)


MET_BY_CLIENTS = ({"renewable": True}, ("renewal-by-clients",), ())
MET_BY_LICENCES = ({"renewable": True}, ("renewal-by-licences",), ())
NOT_MET = ({"renewable": False}, ("renewal-not-met",), ())
CLIENTS_WANTED = ({}, (), ("clients",))
LICENCES_WANTED = ({}, ("renewal-too-few-clients",), ("licences",))


def renewal(clients=None, licences=None, plan=None, **parameters):
    """The result of a renewal, what is said, what is asked for."""
    found = ruling(RENEWAL, told(clients=clients, licences=licences, plan=plan), **parameters)
    return found.result, found.says, found.asks_for


@pytest.mark.parametrize(
    ("clients", "licences", "found"),
    [
        (None, None, CLIENTS_WANTED),
        (0, None, LICENCES_WANTED),
        (4, None, LICENCES_WANTED),
        (5, None, MET_BY_CLIENTS),
        (LARGEST, None, MET_BY_CLIENTS),
        (None, 0, CLIENTS_WANTED),
        (None, 49, CLIENTS_WANTED),
        (None, 50, MET_BY_LICENCES),
        (None, LARGEST, MET_BY_LICENCES),
        (0, 0, NOT_MET),
        (4, 49, NOT_MET),
        (4, 50, MET_BY_LICENCES),
        (5, 49, MET_BY_CLIENTS),
        (5, 50, MET_BY_CLIENTS),
    ],
)
def test_a_renewal_takes_five_clients_or_a_client_with_fifty_licences(clients, licences, found):
    """At least: exactly that many will do. What one of the two has decided, the other is not asked for."""
    assert renewal(clients, licences) == found
    assert renewal(clients, licences, "Enterprise") == found


@pytest.mark.parametrize("plan", [plan for plan in PLANS if plan != "Enterprise"])
def test_licences_of_another_plan_do_not_count_for_the_renewal(plan):
    """However many they are; clients count all the same."""
    assert renewal(4, 50, plan) == NOT_MET
    assert renewal(None, LARGEST, plan) == CLIENTS_WANTED
    assert renewal(5, 50, plan) == MET_BY_CLIENTS
    assert renewal(4, None, plan) == LICENCES_WANTED


@pytest.mark.parametrize(
    ("slots", "name"),
    [
        ({"clients": -1}, "clients"),
        ({"clients": 9, "licences": -1}, "licences"),
        ({"licences": -1, "plan": "Team"}, "licences"),
    ],
)
def test_a_renewal_refuses_counts_below_none(slots, name):
    """Also where the other count, or the plan, would decide."""
    with pytest.raises(ValueError, match=f"{name} is negative: -1"):
        renewal(**slots)


def test_what_a_renewal_takes_stands_in_the_programme():
    """Each count has its own parameter."""
    assert renewal(3, 20, renewal_clients=3) == MET_BY_CLIENTS
    assert renewal(3, 20, renewal_referral_licences=20) == MET_BY_LICENCES
    assert renewal(5, 50, renewal_clients=6, renewal_referral_licences=51) == NOT_MET
