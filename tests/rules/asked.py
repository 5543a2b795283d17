"""Asking the rules: an entry with values told, with the shipped parameters or changed ones; and any values at all."""

from dataclasses import replace
from datetime import date, timedelta
from functools import cache

from hypothesis import settings
from hypothesis import strategies as st

from bot import paths
from bot.days import FIRST_YEAR, LAST_YEAR
from bot.knowledge.load import load
from bot.model import LANGUAGES
from bot.rules import apply
from bot.understand.plans import PLANS
from bot.understand.slots.fill import COUNTS, DATES, LARGEST

TODAY = date(2026, 11, 18)

modestly = settings(deadline=None, max_examples=60)
"""Enough examples for a function of a few values; how long each takes is not what is tested."""


@cache
def shipped():
    """The knowledge that comes with the bot."""
    return load(paths.knowledge_dir(""))


def with_programme(knowledge, id_, **changes):
    """The knowledge with parts of a programme replaced."""
    programme = replace(knowledge.programmes[id_], **changes)
    return replace(knowledge, programmes={**knowledge.programmes, id_: programme})


def with_parameters(knowledge, id_, **values):
    """The knowledge with other values of a programme's parameters."""
    parameters = knowledge.programmes[id_].parameters
    changed = {name: replace(parameters[name], value=value) for name, value in values.items()}
    return with_programme(knowledge, id_, parameters={**parameters, **changed})


def ruling(id_, slots, today=TODAY, **parameters):
    """What an entry's rule makes of the values told."""
    knowledge = with_parameters(shipped(), id_.partition(".")[0], **parameters) if parameters else shipped()
    return apply(knowledge.entry(id_), knowledge, slots, today)


def told(**slots):
    """Values as slots: what is None was not told."""
    return {name: value for name, value in slots.items() if value is not None}


def iso(first, days=0):
    """The day so many days after another, as a slot holds it."""
    return (first + timedelta(days=days)).isoformat()


days = st.dates(date(FIRST_YEAR, 1, 1), date(LAST_YEAR, 12, 31))
counts = st.integers(0, 12) | st.integers(9, 51) | st.integers(499, 501) | st.integers(0, LARGEST)
amounts = st.integers(0, 10**6) | st.integers(0, LARGEST * 1000) | st.decimals(0, 10**7, places=2).map(float)

_VALUES = {
    **dict.fromkeys(DATES, days.map(date.isoformat)),
    **dict.fromkeys(COUNTS, counts),
    "plan": st.sampled_from(PLANS),
    "arr": st.fixed_dictionaries({"amount": amounts, "currency": st.sampled_from([None, "USD", "EUR", "CHF"])}),
    "action_taken": st.booleans(),
    "payment": st.sampled_from(["card", "invoice", "partner"]),
    "language": st.sampled_from(LANGUAGES),
}


def any_slots(names):
    """Each slot told with a valid value, or not told."""
    return st.fixed_dictionaries({}, optional={name: _VALUES[name] for name in names})
