"""Calendar days: in figures, by the month's name, by the weekday, counted from today. One grammar for all languages.

A day that can be read in two ways, or that does not exist, has the value None and its readings as options: it is asked
back, never guessed.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date
from typing import Final

from bot.days import FIRST_YEAR, LAST_YEAR
from bot.understand.slots import dates_counted as counted
from bot.understand.slots import dates_named as named
from bot.understand.slots.durations import AMOUNT
from bot.understand.slots.found import Found
from bot.understand.slots.line import Line
from bot.understand.slots.resolve import Reading

_WEEK: Final = r"(?:[lnt]o?U|U[ln])"  # last week, la semaine dernière
_TELLS_TIME: Final = re.compile(r"[NODRWwHU]")  # without one of these no pattern has anything to find
_PATTERNS: Final[dict[str, re.Pattern[str]]] = {
    # By the month's name: 3 novembre 2026, marraskuun 3. päivä, November 3rd
    "day_month": re.compile(r"(?:[lnt]?W[,.]?d?o?)?[NO]\.?o{0,2}[NO]?\.?o{0,2}M\.?,?(?P<after>[ln](?!U))?(?P<year>N)?"),
    "month_day": re.compile(r"M\.?o?[NO]\.?(?:o?U)?(?:,?(?P<year>N))?"),
    "month_then_day": re.compile(r"M,?d[NO]\.?(?P<year>)"),
    "figures": re.compile(r"(?:W[,.]?d?o?)?D"),
    # Of a month: le 5 du mois dernier, the 5th of last month, viime kuun 5. päivä
    "of_month": re.compile(
        r"[NO]\.?(?:[od]{1,3}(?:[lnt]o?U|U[ln]?)|[od]{0,3}[lnt]o?U)(?!N)|(?P<before>[lnt]U)[od]{0,3}[NO]\.?U?"
    ),
    # By the weekday
    "last_of_month": re.compile(r"lUo{0,3}M,?(?P<year>N)?|M[lx]U"),
    "ordinal_month": re.compile(r"[NO]O"),
    "week_on": re.compile(r"aU[d]W"),
    "week_weekday": re.compile(rf"[Ww],?[do]{{0,3}}{_WEEK}|{_WEEK},?[do]?[Ww]|U[o]{{0,2}}[ln],?[do]{{0,2}}[Ww]"),
    "weekday": re.compile(r"[lnt]o?[Ww]|[Ww][do]?[ln](?!U)|[dA]w|W"),
    "feast": re.compile(r"H"),
    # Counted from today
    "ago": re.compile(rf"A[xocm+]{{0,3}}{AMOUNT}(?!o[xipecPz])|{AMOUNT}[xo]?G|A?{AMOUNT}G|{AMOUNT}R?A(?=x)"),
    "ahead": re.compile(rf"F[xo]{{0,2}}{AMOUNT}|{AMOUNT}f"),
    "relative": re.compile(r"R"),
    "bare_ago": re.compile(r"(?:A[xo]?)?U[Gf]|A[xo]?U"),
    # The day of a month alone: on the 12th, am 12., 12. päivä
    "day_alone": re.compile(r"do{0,2}(?:O\.?|N\.)(?![xo]{0,2}[UpeicbmMKC%z])|O\.?U|N\.U"),
    "day_alone_last": re.compile(r"d[o]?N(?=$|[.,~T]|[lnt])"),
    "decimal": re.compile(r"N"),
}
_READERS: Final[dict[str, Callable[[Line, re.Match[str], Reading], Found | None]]] = {
    "day_month": named.by_month,
    "month_day": named.by_month,
    "month_then_day": named.by_month,
    "figures": named.in_figures,
    "of_month": named.of_month,
    "last_of_month": named.last_of_month,
    "ordinal_month": named.by_ordinal_month,
    "week_on": counted.week_on,
    "week_weekday": counted.weekday_of_week,
    "weekday": counted.weekday,
    "feast": named.feast,
    "relative": counted.relative,
    "ago": counted.ago,
    "ahead": counted.from_now,
    "bare_ago": counted.bare_counted,
    "day_alone": named.day_alone,
    "day_alone_last": named.day_alone,
    "decimal": named.by_decimal,
}


def dates(line: Line, today: date, is_ahead: Callable[[], bool]) -> list[Found]:
    """The days of a line, in its order.

    Args:
        line: The tokens.
        today: The day it was written.
        is_ahead: Tells whether a day without a year lies ahead; asked only where there is one.

    """
    reading = Reading(today, is_ahead)
    kinds = line.kinds
    out: list[Found] = []
    if not _TELLS_TIME.search(kinds):
        return out
    for name, pattern in _PATTERNS.items():
        for match in pattern.finditer(kinds):
            try:
                found = _READERS[name](line, match, reading)
            except (OverflowError, ValueError):  # beyond the last day that there is
                continue
            if found is not None and _is_served(found.value.value):
                out.append(found)
                kinds = kinds[: found.first] + "_" * (found.last - found.first + 1) + kinds[found.last + 1 :]
    return sorted(out, key=lambda found: found.first)


def _is_served(day: str | None) -> bool:
    """Whether a day lies within the years that are served; one with several readings does."""
    return day is None or FIRST_YEAR <= date.fromisoformat(day).year <= LAST_YEAR
