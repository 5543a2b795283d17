"""Trials: when they end."""

from __future__ import annotations

from datetime import date, timedelta

from bot.days import add_months
from bot.rules.ruling import Parameters, Ruling, Slots, ending, period


def extended_trial(parameters: Parameters, slots: Slots, today: date) -> Ruling:
    """The end of a customer's extended trial (cyberday.trial-length).

    A trial of `trial_days` days that starts on day D ends on D + trial_days: the period is counted from the day after.

    Args:
        parameters: `trial_days`, in days.
        slots: `start_date`.
        today: The day of asking.

    Raises:
        ValueError: `start_date` is no day.

    """
    start = period(slots, "start_date")
    if start is None:
        return Ruling(asks_for=("start_date",))
    end = start + timedelta(days=int(parameters["trial_days"]))
    return Ruling(ending(end, today), says=("trial-end",))


def consultant_trial(parameters: Parameters, slots: Slots, today: date) -> Ruling:
    """The end of the Consultant trial, from which on Miro charges the card (miro.trial-licences).

    `trial_months` months after day D are the same day number, clamped to the month's end: 30 November to 28 February.

    Args:
        parameters: `trial_months`, in months.
        slots: `start_date`.
        today: The day of asking.

    Raises:
        ValueError: `start_date` is no day.

    """
    start = period(slots, "start_date")
    if start is None:
        return Ruling(asks_for=("start_date",))
    end = add_months(start, int(parameters["trial_months"]))
    return Ruling(ending(end, today), says=("charge-start",))
