"""Arithmetic with calendar days, as the facts count: months keep the day number, clamped to the month's end."""

from __future__ import annotations

from calendar import monthrange
from datetime import date, timedelta
from typing import Final

DAYS: Final = {
    "hour": 1 / 24,
    "day": 1,
    "week": 7,
    "fortnight": 14,
    "month": 30,
    "quarter": 90,
    "halfyear": 182,
    "year": 365,
}
"""How many days a duration of each unit has; halves are rounded down."""

_MONTHS: Final = {"month": 1, "quarter": 3, "halfyear": 6, "year": 12}
_EXACT: Final = 1e-9  # a day has 24 hours, also in floating point
FIRST_YEAR: Final = 1990
LAST_YEAR: Final = 2100


def add_months(day: date, months: int) -> date:
    """The same day number so many months later, or earlier; the month's last day where it has no such day.

    Raises ValueError or OverflowError beyond the years 1 to 9999.
    """
    index = day.year * 12 + day.month - 1 + months
    year, month = divmod(index, 12)
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))


def whole_days(amount: float, unit: str) -> int:
    """How many days so many units have, rounded towards zero."""
    days = int(abs(amount) * DAYS[unit] + _EXACT)
    return days if amount >= 0 else -days


def shifted(day: date, amount: float, unit: str) -> date | None:
    """The day so many units later (earlier: negative); None where no calendar reaches."""
    try:
        if unit in _MONTHS and amount == int(amount):
            shifted_day = add_months(day, int(amount) * _MONTHS[unit])
        else:
            shifted_day = day + timedelta(days=whole_days(amount, unit))
    except (ValueError, OverflowError):
        return None
    return shifted_day if FIRST_YEAR <= shifted_day.year <= LAST_YEAR else None
