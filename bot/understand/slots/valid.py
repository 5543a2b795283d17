"""Whether a value can be a slot's: for those that come from forms and buttons, not from our own grammar."""

from __future__ import annotations

from datetime import date
from typing import Any, Final

from bot.days import FIRST_YEAR, LAST_YEAR
from bot.understand.plans import PLANS
from bot.understand.slots.fill import COUNTS, DATES, LARGEST

FIRST_DAY: Final = date(FIRST_YEAR, 1, 1)
LAST_DAY: Final = date(LAST_YEAR, 12, 31)


def is_valid(name: str, value: Any) -> bool:
    """Whether a value is one that the rules can compute with; an unknown slot has none."""
    if name in DATES:
        return _is_day(value)
    if name in COUNTS:
        return isinstance(value, int) and not isinstance(value, bool) and 0 <= value <= LARGEST
    if name == "plan":
        return value in PLANS
    if name == "action_taken":
        return isinstance(value, bool)
    if name == "arr":
        return isinstance(value, dict) and set(value) == {"amount", "currency"} and _is_sum(**value)
    return False


def _is_day(value: Any) -> bool:
    try:
        return isinstance(value, str) and FIRST_DAY <= date.fromisoformat(value) <= LAST_DAY
    except ValueError:
        return False


def _is_sum(amount: Any, currency: Any) -> bool:
    is_number = isinstance(amount, int | float) and not isinstance(amount, bool) and 0 <= amount <= LARGEST * 1000
    is_code = isinstance(currency, str) and len(currency) == len("USD") and currency.isalpha() and currency.isupper()
    return is_number and (currency is None or is_code)
