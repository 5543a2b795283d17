"""Stretches of days: next week, KW 48, at the beginning of January, within two weeks, at the weekend."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

from bot.days import FIRST_YEAR, LAST_YEAR, add_months, shifted
from bot.understand.slots.pieces import Said
from bot.understand.slots.resolve import day_of
from bot.understand.slots.time_words import Sign

_DAY: Final = timedelta(days=1)
_WEEK: Final = timedelta(weeks=1)
_SATURDAY: Final = 5
_LAST_WEEK: Final = 53
_A_THIRD: Final = 10  # days of a month
_LONG_ENOUGH: Final = 4  # letters of a month's name that is no other word
_UNITS: Final[dict[str, str]] = {Sign.WEEK: "week", Sign.MONTH: "month", Sign.DAYS: "day"}

_WHICH: Final = r"(?:(?P<which>[BIz])[fdlc]{0,3})?"
_THEN: Final = r"(?:[fd]{0,2}(?P<then>[BIz]))?"
_PATTERNS: Final[dict[str, re.Pattern[str]]] = {
    "numbered": re.compile(
        rf"{_WHICH}(?:k[wf]?(?P<n>N)|(?<![Xs])w[fd]?(?P<n2>N)|(?P<n3>N)\.?k)(?:[-~At|&][fdkw]{{0,2}}(?P<to>N))?(?!c){_THEN}"
    ),
    "week_of_month": re.compile(r"(?P<nth>[OV])w[fdlc]{0,2}(?P<month>M)|(?P<month2>M)(?P<nth2>[OV])w"),
    "next_few": re.compile(
        r"i?[fd]{0,2}(?:X[fd]?(?P<n>N)|(?P<n2>N)X)(?P<unit>[wgy])"
        r"|i[fd]?(?P<n3>N)(?P<unit2>[wgy])|(?P<n4>N)(?P<unit3>[wgy])j|(?P<some>o)"
    ),
    "relative": re.compile(
        rf"{_WHICH}(?:(?P<rel>[Xs])f?(?P<unit>[wg])|(?P<unit2>[wg])[fd]?(?P<rel2>[Xs])|(?P<rel3>S)(?P<unit3>[wg])?){_THEN}j?"
    ),
    "part": re.compile(
        r"(?P<rel>[Xs])?(?P<week>v)|(?P<which>[BIz])[fdlc]{0,3}(?P<unit>[wg])|(?P<unit2>[wg])(?P<then>[BIz])"
    ),
    "weekend": re.compile(r"[Xs]?E[Xs]?"),
    "month": re.compile(rf"{_WHICH}(?P<rel>[Xs])?(?P<month>M)(?P<year>\#)?{_THEN}"),
}


@dataclass(frozen=True, slots=True)
class Stretch:
    """Days in a row, both ends included; said by the pieces from `start` up to `end`."""

    first: date
    last: date
    start: int
    end: int


def stretches(said: Said, today: date) -> list[Stretch]:
    """The stretches of a message that are not over, in its order. Days must be claimed before."""
    reader = _Reader(said, today)
    out = []
    for name, pattern in _PATTERNS.items():
        for match in pattern.finditer(said.signs):
            try:
                found = reader.readers[name](match)
            except (OverflowError, ValueError):  # beyond the last day that there is
                continue
            if found and found[1] >= today and found[0].year >= FIRST_YEAR and found[1].year <= LAST_YEAR:
                said.claim(match.start(), match.end(), "W")
                out.append(Stretch(max(found[0], today), found[1], match.start(), match.end()))
    return sorted(out, key=lambda stretch: stretch.start)


def week_of(day: date) -> tuple[date, date]:
    """The week from Monday to Sunday in which a day lies."""
    monday = day - day.weekday() * _DAY
    return monday, monday + 6 * _DAY


class _Reader:
    def __init__(self, said: Said, today: date) -> None:
        self._said = said
        self._today = today
        self.readers: dict[str, Callable[[re.Match[str]], tuple[date, date] | None]] = {
            "numbered": self._numbered,
            "week_of_month": self._week_of_month,
            "next_few": self._next_few,
            "relative": self._relative,
            "part": self._part,
            "weekend": self._weekend,
            "month": self._month,
        }

    def _numbered(self, match: re.Match[str]) -> tuple[date, date] | None:
        """KW 48, viikoilla 48–49: the next ones of that number."""
        number = self._value(match, "n", "n2", "n3")
        if not 1 <= number <= _LAST_WEEK:
            return None
        first = self._week(number)
        if first is None:
            return None
        to = self._value(match, "to") or number
        last = first + max(0, to - number) * _WEEK + 6 * _DAY
        return _third(first, last, _which(match))

    def _week(self, number: int) -> date | None:
        """The Monday of the next week with a number; None if neither this year nor the next has it."""
        year = self._today.isocalendar().year
        for one in (year, year + 1):
            try:
                monday = date.fromisocalendar(one, number, 1)
            except ValueError:
                continue
            if monday + 6 * _DAY >= self._today:
                return monday
        return None

    def _week_of_month(self, match: re.Match[str]) -> tuple[date, date] | None:
        """The first week of May; the last one of January."""
        month = self._month_ahead(self._value(match, "month", "month2"), None)
        if match["nth"] == Sign.LAST or match["nth2"] == Sign.LAST:
            end = add_months(month, 1) - _DAY
            return end - 6 * _DAY, end
        nth = self._value(match, "nth", "nth2")
        first = month + (nth - 1) * _WEEK
        return (first, min(first + 6 * _DAY, add_months(month, 1) - _DAY)) if nth * 7 - 6 <= 31 else None  # noqa: PLR2004

    def _next_few(self, match: re.Match[str]) -> tuple[date, date] | None:
        """Within two weeks, in the next three days, in the coming days."""
        if match["some"]:
            return self._today, self._today + self._value(match, "some") * _DAY
        if (
            match["n2"]
            and self._said.language != "fr"
            and self._said.signs[match.end() : match.end() + 1] != Sign.WITHIN_IT
        ):
            return None  # neljälle ensi viikolle: four people
        sign = match["unit"] or match["unit2"] or match["unit3"]
        last = shifted(self._today, self._value(match, "n", "n2", "n3", "n4"), _UNITS[sign])
        return None if last is None else (self._today, last)

    def _relative(self, match: re.Match[str]) -> tuple[date, date] | None:
        """Next month, this week, übernächste Woche."""
        rel = match["rel"] or match["rel2"] or match["rel3"]
        unit = match["unit"] or match["unit2"] or match["unit3"] or Sign.WEEK
        ahead = {Sign.THIS: 0, Sign.NEXT: 1, Sign.AFTER_NEXT: 2}[Sign(rel)]
        return _third(*self._unit(unit, ahead), _which(match))

    def _part(self, match: re.Match[str]) -> tuple[date, date] | None:
        """At the beginning of the week, loppuviikosta: of this one or the next."""
        if match["week"]:
            unit, which = str(Sign.WEEK), self._said.pieces[match.start("week")].value
        else:
            unit, which = match["unit"] or match["unit2"], match["which"] or match["then"]
        least = int(match["rel"] == Sign.NEXT)
        found = _third(*self._unit(unit, least), which)
        return found if found[1] >= self._today else _third(*self._unit(unit, least + 1), which)

    def _unit(self, unit: str, ahead: int) -> tuple[date, date]:
        if unit == Sign.MONTH:
            first = add_months(self._today.replace(day=1), ahead)
            return first, add_months(first, 1) - _DAY
        return week_of(self._today + ahead * _WEEK)

    def _weekend(self, match: re.Match[str]) -> tuple[date, date]:
        del match
        saturday = week_of(self._today)[0] + _SATURDAY * _DAY
        return saturday, saturday + _DAY

    def _month(self, match: re.Match[str]) -> tuple[date, date] | None:
        """In January, mi-janvier, im Juni 2027."""
        at = match.start("month")
        piece = self._said.pieces[at]
        raw = self._said.read.tokens[piece.first].raw
        before = self._said.signs[: match.start()][-1:]
        is_said = bool(match["which"] or match["year"] or match["rel"] or match["then"]) or (
            before in set("fd<t>b") and before != ""
        )
        if not is_said and (len(raw) < _LONG_ENOUGH or raw.lower() in self._said.known.other_months):
            return None
        year = self._value(match, "year") or None
        first = self._month_ahead(int(piece.value), year)
        return _third(first, add_months(first, 1) - _DAY, _which(match))

    def _month_ahead(self, month: int, year: int | None) -> date:
        """The first day of the next month of a name; this one counts."""
        found = day_of(year or self._today.year + (month < self._today.month), month, 1)
        if found is None:
            raise ValueError(year)
        return found

    def _value(self, match: re.Match[str], *names: str) -> int:
        """The number that one of the groups says; 0 if none does."""
        for name in names:
            if match[name]:
                value: float | None = self._said.pieces[match.start(name)].value
                return int(value or 0)
        return 0


def _which(match: re.Match[str]) -> str | None:
    return match["which"] or match["then"]


def _third(first: date, last: date, which: str | None) -> tuple[date, date]:
    """The beginning, middle or end of a week or of a month; all of it where none is said."""
    if not which:
        return first, last
    is_week = last - first < _WEEK
    if which == Sign.BEGINNING:
        return first, first + (_DAY if is_week else (_A_THIRD - 1) * _DAY)
    if which == Sign.MIDDLE:
        return (first + _DAY, first + 3 * _DAY) if is_week else (first + _A_THIRD * _DAY, first + 19 * _DAY)
    return (first + 3 * _DAY, first + 4 * _DAY) if is_week else (first + 2 * _A_THIRD * _DAY, last)
