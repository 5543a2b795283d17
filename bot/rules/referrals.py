"""Referrals: which clients count, and what one pays."""

from __future__ import annotations

from datetime import date
from typing import Final

from bot.rules.ruling import Parameters, Ruling, Slots, count

_LARGE_PLANS: Final = frozenset({"Enterprise"})
_SMALL_PLANS: Final = frozenset({"Enterprise", "Business"})
_DOLLARS: Final = "USD"
_NAMES: Final = ("employees", "licences", "plan")


def eligibility(parameters: Parameters, slots: Slots, _today: date) -> Ruling:
    """Whether a referred client counts (miro.referral-eligibility).

    Companies of more than `referral_employees` employees: more than `referral_large_licences` licences of Enterprise.
    Companies of fewer: more than `referral_small_licences` of Enterprise or Business. A company of exactly that
    many employees, and exactly that many licences, are open cases (`five-hundred`, `exactly-the-minimum`).

    Args:
        parameters: `referral_employees`, `referral_large_licences`, `referral_small_licences`, counts.
        slots: `employees` of the client, `licences` that it buys, their `plan`.

    Raises:
        ValueError: A count is negative.

    """
    employees, licences, plan = count(slots, "employees"), count(slots, "licences"), slots.get("plan")
    if employees == parameters["referral_employees"]:
        return Ruling({"eligible": "unsettled"}, says=("counts-unsettled",), unsettled=("five-hundred",))
    if employees is not None:
        is_large = employees > parameters["referral_employees"]
        least = parameters["referral_large_licences" if is_large else "referral_small_licences"]
        plans = _LARGE_PLANS if is_large else _SMALL_PLANS
        if (plan is not None and plan not in plans) or (licences is not None and licences < least):
            return Ruling({"eligible": False}, says=("counts-not",))
    missing = tuple(name for name in _NAMES if slots.get(name) is None)
    if missing:
        return Ruling(asks_for=missing)
    if licences == least:
        return Ruling({"eligible": "unsettled"}, says=("counts-unsettled",), unsettled=("exactly-the-minimum",))
    return Ruling({"eligible": True}, says=("counts",))


def payout(parameters: Parameters, slots: Slots, _today: date) -> Ruling:
    """What a referral can pay at most (miro.referral-payout).

    `referral_commission` of the annual recurring revenue at the time of purchase, at most `referral_cap_usd` dollars.
    No currency is converted: for another one than dollars the share is given, and that the cap is in dollars.

    Args:
        parameters: `referral_commission`, a fraction; `referral_cap_usd`, in US dollars.
        slots: `arr`: {"amount": n, "currency": ISO 4217 code or None}, a year.

    Raises:
        ValueError: The amount is negative.

    """
    arr = slots.get("arr")
    if arr is not None and arr["amount"] < 0:
        raise ValueError(f"arr is negative: {arr['amount']}")
    if arr is None or arr["currency"] is None:
        return Ruling(asks_for=("arr",))
    share = _rounded(arr["amount"] * parameters["referral_commission"])
    if arr["currency"] != _DOLLARS:
        return Ruling({"payout_usd": None, "share": share}, says=("payout-other-currency",))
    cap = _rounded(parameters["referral_cap_usd"])
    if share > cap:
        return Ruling({"payout_usd": cap}, says=("payout-capped",))
    return Ruling({"payout_usd": share}, says=("payout",))


def _rounded(amount: float) -> float:
    """An amount in cents; whole ones without a fraction."""
    amount = round(amount, 2)
    return int(amount) if amount == int(amount) else amount
