"""Registered deals: until when they are reserved."""

from __future__ import annotations

from datetime import date, timedelta

from bot.rules.ruling import Parameters, Ruling, Slots, ending, period


def reservation(parameters: Parameters, slots: Slots, today: date) -> Ruling:
    """Until when a deal is reserved, and whether it still is (cyberday.deal-lock).

    A deal registered on day D is reserved through D + deal_lock_days if no action is taken after the registration. What
    holds once something was done is open (`deal-after-action`).

    Args:
        parameters: `deal_lock_days`, in days.
        slots: `registration_date`; `action_taken`: True, False, or absent where the person has not said.
        today: The day of asking.

    Raises:
        ValueError: `registration_date` is no day.

    """
    registered = period(slots, "registration_date")
    if registered is None:
        return Ruling(asks_for=("registration_date",))
    result = ending(registered + timedelta(days=int(parameters["deal_lock_days"])), today)
    if slots.get("action_taken"):
        return Ruling({**result, "locked": "unsettled"}, says=("deal-unsettled",), unsettled=("deal-after-action",))
    locked = result["days_left"] >= 0
    return Ruling({**result, "locked": locked}, says=("deal-reserved" if locked else "deal-free",))
