"""Likely values of what is asked for, to click."""

import json
from datetime import date

import pytest

from bot.rules import RULES
from bot.rules.suggestions import CURRENCIES, likely
from bot.understand.plans import PLANS
from bot.understand.slots.valid import is_valid
from tests.rules.asked import TODAY, ruling, shipped, with_parameters

SLOTS = [(id_, name) for id_, rule in RULES.items() for name in rule.slots]
UNCLICKED = {"action_taken", "payment", "language"}
AMOUNT = {"arr": {"amount": 250_000, "currency": None}}


def suggested(id_, name, slots=AMOUNT, today=TODAY, **parameters):
    """What is suggested for a slot."""
    programme = id_.partition(".")[0]
    changed = with_parameters(shipped(), programme, **parameters).programmes[programme].parameters
    values = {one: parameter.value for one, parameter in changed.items()}
    return likely(name, shipped().entry(id_), values, slots, today)


@pytest.mark.parametrize(("id_", "name"), SLOTS)
def test_every_suggestion_can_be_clicked(id_, name):
    """It is a value that the slot can have, differs from the others, and survives a button."""
    found = suggested(id_, name)

    assert bool(found) is (name not in UNCLICKED)
    assert all(is_valid(name, one) for one in found)
    assert json.loads(json.dumps(found)) == list(found)
    assert len({json.dumps(one) for one in found}) == len(found)


@pytest.mark.parametrize(("id_", "name"), [(id_, name) for id_, name in SLOTS if name not in UNCLICKED])
def test_a_click_answers_what_was_asked(id_, name):
    """With any suggested value told, the slot is not asked for again."""
    assert all(name not in ruling(id_, {name: one}).asks_for for one in suggested(id_, name))


@pytest.mark.parametrize("today", [date(2026, 11, 18), date(2027, 1, 1), date(2028, 3, 1)])
def test_days_are_today_and_yesterday(today):
    """As the person's calendar has them, over the ends of months and years."""
    first, second = suggested("cyberday.trial-length", "start_date", today=today)

    assert first == today.isoformat()
    assert (today - date.fromisoformat(second)).days == 1


@pytest.mark.parametrize(
    ("id_", "plans"),
    [
        ("miro.free-upgrade", PLANS),
        ("miro.paying-already", PLANS),
        ("miro.referral-eligibility", ("Enterprise", "Business")),
    ],
)
def test_plans_are_those_that_can_decide(id_, plans):
    """All that a team can be on; of licences that are referred, those that can count."""
    assert suggested(id_, "plan") == plans


@pytest.mark.parametrize(
    ("id_", "name", "parameters", "limits"),
    [
        ("miro.free-upgrade", "team_size", {}, {5, 6}),
        ("miro.free-upgrade", "team_size", {"free_licences_team_max": 20}, {20, 21}),
        ("miro.renewal", "clients", {}, {5}),
        ("miro.renewal", "clients", {"renewal_clients": 8}, {8}),
        ("miro.renewal", "licences", {}, {0, 50}),
        ("miro.renewal", "licences", {"renewal_referral_licences": 70}, {0, 70}),
        ("miro.referral-eligibility", "licences", {}, {11, 50, 51}),
        ("miro.referral-eligibility", "licences", {"referral_large_licences": 80}, {80, 81}),
        ("miro.referral-eligibility", "licences", {"referral_small_licences": 30}, {31}),
        ("miro.extra-licence", "licences", {}, {6}),
        ("miro.extra-licence", "licences", {"free_licences": 8}, {9}),
    ],
)
def test_the_limits_of_a_rule_are_suggested(id_, name, parameters, limits):
    """They follow the programme's parameters."""
    assert limits <= set(suggested(id_, name, **parameters))


def test_an_amount_without_a_currency_asks_for_that():
    """The amount stays; without one nothing is likely."""
    found = suggested("miro.referral-payout", "arr")

    assert found == tuple({"amount": 250_000, "currency": one} for one in CURRENCIES)
    assert suggested("miro.referral-payout", "arr", slots={}) == ()
