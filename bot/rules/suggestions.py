"""Likely values of a slot, to click: where the rule's own limits lie, and what people mostly have."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any, Final

from bot.knowledge.schema import Entry
from bot.rules.ruling import Parameters
from bot.understand.plans import PLANS

CURRENCIES: Final = ("USD", "EUR", "GBP", "CHF")
_COMPANIES: Final = (50, 200, 1000)
_REFERRED_PLANS: Final = ("Enterprise", "Business")


def likely(name: str, entry: Entry, parameters: Parameters, slots: Mapping[str, Any], today: date) -> tuple[Any, ...]:
    """A few values of a slot, as JSON data; empty where nothing is likely. An amount without a currency wants that."""
    if name.endswith("_date"):
        return tuple((today - timedelta(days=days)).isoformat() for days in (0, 1))
    if name == "plan":
        return _REFERRED_PLANS if "employees" in entry.slots else PLANS
    if name == "arr":
        return tuple({**slots["arr"], "currency": one} for one in CURRENCIES) if slots.get("arr") else ()
    if name == "employees":
        return _COMPANIES
    return tuple(dict.fromkeys(n for n in _counts(name, entry, parameters) if n >= 0))


def _counts(name: str, entry: Entry, parameters: Parameters) -> list[int]:
    if name == "team_size":
        most = int(parameters["free_licences_team_max"])
        return [most - 2, most, most + 1, 2 * most]
    if name == "clients":
        least = int(parameters["renewal_clients"])
        return [least - 2, least, 2 * least]
    if name != "licences":
        return []
    if "clients" in entry.slots:
        return [0, int(parameters["renewal_referral_licences"])]
    if "employees" in entry.slots:
        small, large = int(parameters["referral_small_licences"]), int(parameters["referral_large_licences"])
        return [small + 1, large, large + 1]
    free = int(parameters["free_licences"])
    return [free + 1, free + 3, 2 * free]
