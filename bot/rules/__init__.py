"""The rules: what is computed. `RULES` names the function of each entry of `kind: rule`."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date
from typing import Final

from bot.document import Problem
from bot.knowledge.load import CONTRACT
from bot.knowledge.schema import Entry, Knowledge
from bot.rules import contacts, deals, licences, membership, payments, referrals, trials
from bot.rules.ruling import Rule, Ruling, Slots
from bot.understand.slots.fill import SLOTS

RULES: Final[Mapping[str, Rule]] = {
    "cyberday.trial-length": Rule(trials.extended_trial, ("start_date",), ("trial_days",)),
    "cyberday.deal-lock": Rule(deals.reservation, ("registration_date", "action_taken"), ("deal_lock_days",)),
    "cyberday.payment-options": Rule(payments.options, ("payment",)),
    "cyberday.pay-card": Rule(payments.by_card),
    "cyberday.pay-invoice": Rule(payments.by_invoice),
    "cyberday.pay-partner": Rule(payments.through_partner),
    "cyberday.contact": Rule(contacts.by_language, ("language",)),
    "miro.free-upgrade": Rule(
        membership.free_upgrade,
        ("team_size", "plan"),
        ("free_licences", "free_licences_team_max", "trial_months"),
        twin="miro.paying-already",
    ),
    "miro.paying-already": Rule(
        membership.paying_already,
        ("plan", "team_size"),
        ("free_licences", "free_licences_team_max", "trial_months"),
        twin="miro.free-upgrade",
    ),
    "miro.extra-licence": Rule(licences.extra_licence, ("licences",), ("free_licences",), base="free_licences"),
    "miro.trial-licences": Rule(trials.consultant_trial, ("start_date",), ("trial_months",)),
    "miro.benefit-duration": Rule(membership.benefit_end, ("approval_date",), ("benefit_years",)),
    "miro.renewal": Rule(
        membership.renewal, ("clients", "licences", "plan"), ("renewal_clients", "renewal_referral_licences")
    ),
    "miro.referral-eligibility": Rule(
        referrals.eligibility,
        ("employees", "licences", "plan"),
        ("referral_employees", "referral_large_licences", "referral_small_licences"),
    ),
    "miro.referral-payout": Rule(referrals.payout, ("arr",), ("referral_commission", "referral_cap_usd")),
}


class RulesMismatch(ValueError):
    """The knowledge and the registered rules do not fit each other; the message says where."""


def apply(entry: Entry, knowledge: Knowledge, slots: Slots, today: date) -> Ruling:
    """What an entry's rule makes of the values told. Raises ValueError for a value that its rule refuses."""
    programme = knowledge.programme_of(entry.id)
    parameters = {name: one.value for name, one in programme.parameters.items()} if programme else {}
    return RULES[entry.id].function(parameters, slots, today)


def verify(knowledge: Knowledge) -> None:
    """Raise RulesMismatch unless every entry of kind rule has its function and every function its entry.

    Functions of programmes that this knowledge does not have are nobody's fault: another folder may serve one alone.
    """
    faults = [problem.message for problem in problems(knowledge)]
    if faults:
        raise RulesMismatch("; ".join(faults))


def problems(knowledge: Knowledge) -> Iterator[Problem]:
    """Where the entries of kind rule and the registered functions do not fit each other."""
    for id_, message in _faults(knowledge):
        programme = id_.partition(".")[0]
        entry = knowledge.entry(id_)
        yield Problem(f"{programme}/{CONTRACT}", entry.line if entry else 1, message)


def _faults(knowledge: Knowledge) -> Iterator[tuple[str, str]]:
    rules = {entry.id: entry for entry in knowledge.entries() if entry.kind == "rule"}
    for id_, entry in rules.items():
        rule = RULES.get(id_)
        if rule is None:
            yield id_, f"{id_} is of kind rule, and bot/rules registers no function for it"
            continue
        if set(rule.slots) != set(entry.slots):
            yield id_, f"{id_} has the slots {sorted(entry.slots)}, its function reads {sorted(rule.slots)}"
        if unknown := [name for name in rule.slots if name not in SLOTS]:
            yield id_, f"{id_}: nothing fills the slots {unknown}; there are {', '.join(SLOTS)}"
        programme = knowledge.programme_of(id_)
        lacking = [name for name in rule.parameters if programme is None or name not in programme.parameters]
        if lacking:
            yield id_, f"{id_}: its function reads the parameters {lacking}, which programme.yml does not have"
    for id_ in RULES:
        if id_ not in rules and knowledge.programme_of(id_) is not None:
            yield id_, f"bot/rules registers {id_}, which is no entry of kind rule"
