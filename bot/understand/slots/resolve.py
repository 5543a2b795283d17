"""From what is said of a day to the day: its year, whether it exists, what may be meant instead."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

from bot.days import FIRST_YEAR, LAST_YEAR, add_months
from bot.model import Language, Value
from bot.understand.slots.found import Found
from bot.understand.slots.kinds import Kind
from bot.understand.slots.line import Line, Token

NO_DAY: Final = "no-day"
"""The mode of a date that does not exist, such as 31 November; its options are the days around it."""
YEAR_FIGURES: Final = 4
ENGLISH: Final[Language] = "en"


@dataclass(frozen=True, slots=True)
class Reading:
    """What resolving needs: the day of asking, and whether undated days lie ahead."""

    today: date
    ahead: Callable[[], bool]

    def year_of(self, month: int) -> int:
        """The year in which a month lies that is named without one."""
        if month > self.today.month and not self.ahead():
            return self.today.year - 1
        return self.today.year + int(month < self.today.month and self.ahead())


def resolve(day: int, month: int, year: int | None, reading: Reading) -> date | None:
    """The day; without a year the nearest one before today, or after it. None if there is none."""
    if year is not None:
        return day_of(year, month, day)
    this = day_of(reading.today.year, month, day)
    if this == reading.today:
        return this
    step = 1 if reading.ahead() else -1
    if this is not None and (this > reading.today) == (step > 0):
        return this
    return day_of(reading.today.year + step, month, day)


def day_of(year: int, month: int, day: int) -> date | None:
    """The day, or None if there is none such within the years that are served."""
    try:
        found = date(year, month, day)
    except ValueError:
        return None
    return found if FIRST_YEAR <= year <= LAST_YEAR else None


def near(day: int, month: int, year: int) -> list[date]:
    """The days around one that does not exist, such as 31 November."""
    if not 1 <= month <= 12 or not 28 < day <= 31 or not FIRST_YEAR <= year < LAST_YEAR:  # noqa: PLR2004
        return []
    first = add_months(date(year, month, 1), 1)
    return [first - timedelta(days=1), first]


def found_day(
    line: Line, match: re.Match[str], days: list[date], *, exists: bool = True, last: int | None = None, role: str = ""
) -> Found:
    """The day; or its readings, if it has several or does not exist."""
    first, end = match.start(), match.end() - 1 if last is None else last
    iso = [day.isoformat() for day in days]
    role = "until" if _is_end(line, first, end) else role
    said = line.said(first, end).rstrip(" ,;")
    if exists and len(days) == 1:
        return Found(Value("date", iso[0], said, role), first, end)
    return Found(Value("date", None, said, role, "" if exists else NO_DAY, tuple(iso)), first, end)


def _is_end(line: Line, first: int, last: int) -> bool:
    """Whether a day is where something ends: until, bis zum, asti."""
    before = [token.kind for token in line.tokens[max(0, first - 2) : first]]
    after = [token.kind for token in line.tokens[last + 1 : last + 2]]
    return Kind.UNTIL in before if line.words.language != "fi" else Kind.UNTIL in after


def is_year(token: Token) -> bool:
    """Whether a token is a year, in four figures or in words, within the years that are served."""
    is_written = len(token.raw) == YEAR_FIGURES if token.raw[0].isdigit() else True
    return is_written and isinstance(token.value, int) and FIRST_YEAR <= token.value <= LAST_YEAR
