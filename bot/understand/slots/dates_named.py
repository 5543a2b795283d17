"""Days by their place in the calendar: in figures, by the month, of this or last month, feasts."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date, timedelta
from typing import Final

from bot.days import add_months
from bot.understand.slots.found import Found
from bot.understand.slots.kinds import Kind
from bot.understand.slots.line import Line, Token
from bot.understand.slots.resolve import ENGLISH, YEAR_FIGURES, Reading, day_of, found_day, is_year, near, resolve

_FULL_MARKS: Final = frozenset({"10/10", "5/5", "12/12"})  # ten out of ten, but "le 10/10" is a day
_LONGEST_MONTH: Final = 31
_AMBIGUOUS_ORDINALS: Final = 3  # "the second" is seldom a day
_TIMES: Final = frozenset({"mal", "fois", "time", "kerta", "kertaa", "kerran", "schritt", "platz", "stelle"})
_COUNTED: Final = tuple("peicbz")
_GERMAN_OF_MONTH: Final = ("ten", "ter", "sten", "ster")
_FINNISH_OF_MONTH: Final = ("tta", "ttä", "ttatoista", "ttätoista")
_NOT_YEARS: Final = (*_COUNTED, "K", "C", "%", "U")
_SHORT_YEAR: Final = 100
_DATE_PARTS: Final = re.compile(r"\d+")


def in_figures(line: Line, match: re.Match[str], reading: Reading) -> Found | None:
    """3.11.2026, 03/11, 2026-11-03: in English the parts of the second may be swapped."""
    at = match.end() - 1
    raw = line.tokens[at].value
    parts = [int(part) for part in _DATE_PARTS.findall(raw)]
    if len(parts) == 3 and parts[0] > 31:  # noqa: PLR2004 - year first
        exact = _days([day_of(*parts)])
        return found_day(line, match, exact or near(parts[2], parts[1], parts[0]), exists=bool(exact))
    day, month, *rest = parts
    if not rest and "/" in raw and line.kinds[match.end() : match.end() + 1] in _COUNTED:
        return None  # 5/10 licences
    if raw in _FULL_MARKS and not _is_announced(line, at):
        return None
    year = _year(rest[0]) if rest else _relative_year(line, match.start(), match.end(), reading.today)
    swaps = line.words.language == ENGLISH and "." not in raw
    readings = [(day, month), (month, day)] if swaps and day != month else [(day, month)]
    found = [one for d, m in readings if (one := resolve(d, m, year, reading)) is not None]
    if found:
        return found_day(line, match, found)
    if "/" in raw and month > 12 and line.words.language in {"de", "fi"}:  # noqa: PLR2004 - 12 of 15
        return None
    options = near(day, month, year or reading.year_of(month)) or _days([resolve(month, day, year, reading)])
    return found_day(line, match, options, exists=False) if 1 <= day <= 31 else None  # noqa: PLR2004


def by_decimal(line: Line, match: re.Match[str], reading: Reading) -> Found | None:
    """3.11 without a last point: a day in German and Finnish, and elsewhere where a word says so."""
    at = match.start()
    token = line.tokens[at]
    parts = token.raw.split(".")
    if not token.decimal or len(parts) != 2 or len(parts[1]) > 2 or not all(part.isdigit() for part in parts):  # noqa: PLR2004
        return None
    before = line.kinds[at - 1] if at else ""
    after = line.kinds[at + 1 : at + 2]
    if after and after in "KC%UpeicmhT":
        return None
    if (
        before in {"#", "C"}
        or any(one.kind is Kind.NAME_BEFORE_NUMBER for one in line.tokens[:at])
        or (line.words.language in {"en", "fr"} and before not in {"d", "u"})
    ):
        return None
    day = resolve(int(parts[0]), int(parts[1]), None, reading)
    return None if day is None else found_day(line, match, [day])


def by_month(line: Line, match: re.Match[str], reading: Reading) -> Found | None:
    """3 novembre 2026, marraskuun 3. päivä, November 3rd, 5 October last year."""
    tokens = line.tokens[match.start() : match.end()]
    month = next(token for token in tokens if token.kind is Kind.MONTH)
    at = tokens.index(month)
    numbers = [token for token in tokens[:at] if token.kind in {Kind.NUMBER, Kind.ORDINAL}]
    numbers = numbers or [token for token in tokens[at:] if token.kind in {Kind.NUMBER, Kind.ORDINAL}][:1]
    last = match.end()
    year = None
    if match["year"] and is_year(tokens[-1]):
        year = tokens[-1].value
    elif match["year"] and _is_other_year(line, last - 1):
        return None
    elif match["year"]:
        last -= 1
    if year is None:
        year = _relative_year(line, match.start(), last, reading.today) or _lone_year(line)
    if tokens.index(numbers[-1]) > at and not _may_follow(line, match.start(), last, tokens, year):
        return None
    day = numbers[-1].value
    if day != int(day) or not 1 <= day <= _LONGEST_MONTH:
        return None
    if after := match.groupdict().get("after"):  # le 3 novembre dernier
        reading = Reading(reading.today, lambda: after == Kind.NEXT)
    found = resolve(int(day), month.value, year, reading)
    options = [found] if found else near(int(day), month.value, year or reading.year_of(month.value))
    return found_day(line, match, options, exists=found is not None, last=last - 1)


def _is_other_year(line: Line, at: int) -> bool:
    """Whether a number behind a month is a year beyond those that are served: 5 November 1893."""
    token = line.tokens[at]
    return len(token.raw) == YEAR_FIGURES and token.raw.isdigit() and line.kinds[at + 1 : at + 2] not in _NOT_YEARS


def _may_follow(line: Line, first: int, end: int, tokens: Sequence[Token], year: int | None) -> bool:
    """Whether a number behind a month's name is its day: November 3rd is, "in November 3 customers" is not."""
    kinds = [token.kind for token in tokens]
    if line.words.language not in {ENGLISH, "fi"} and Kind.ANNOUNCES_DAY not in kinds:
        return False
    following = line.kinds[end : end + 1]
    if (following and following in "peicKC%" and year is None) or (
        kinds[-1] is Kind.UNIT and tokens[-1].value != "day"
    ):
        return False
    is_verb = line.words.language == ENGLISH and tokens[kinds.index(Kind.MONTH)].raw in {"may", "march"}
    return not is_verb or _is_announced(line, first)


def _relative_year(line: Line, first: int, end: int, today: date) -> int | None:
    """The year of "5 November last year", viime vuoden marraskuun 5. päivä."""
    for tokens in (line.tokens[max(0, first - 3) : first], line.tokens[end : end + 5]):
        if any(token.kind is Kind.UNIT and token.value == "year" for token in tokens):
            kinds = {token.kind for token in tokens}
            for kind, shift in ((Kind.LAST, -1), (Kind.NEXT, 1), (Kind.THIS, 0)):
                if kind in kinds:
                    return today.year + shift
    return None


def _lone_year(line: Line) -> int | None:
    """The year that is said apart from the day: "in 2025, on March 30th"."""
    years = [
        n for n, token in enumerate(line.tokens)
        if token.kind is Kind.NUMBER and is_year(token) and line.kinds[n + 1 : n + 2] not in _NOT_YEARS
    ]  # fmt: skip
    return int(line.tokens[years[0]].value) if len(years) == 1 else None


def _is_announced(line: Line, at: int) -> bool:
    return at > 0 and line.tokens[at - 1].kind in {Kind.ANNOUNCES_DAY, Kind.UNTIL}


def of_month(line: Line, match: re.Match[str], reading: Reading) -> Found | None:
    """The day of last, this or next month."""
    tokens = line.tokens[match.start() : match.end()]
    unit = next(token for token in tokens if token.kind is Kind.UNIT)
    if unit.value != "month":
        return None
    number = next(token for token in tokens if token.kind in {Kind.NUMBER, Kind.ORDINAL})
    shift = -1 if any(t.kind is Kind.LAST for t in tokens) else 1 if any(t.kind is Kind.NEXT for t in tokens) else 0
    is_said = shift or any(token.kind is Kind.THIS for token in tokens) or _is_announced(line, match.start())
    if not is_said or number.value != int(number.value):
        return None
    month = add_months(reading.today.replace(day=1), shift)
    day = day_of(month.year, month.month, int(number.value))
    options = [day] if day else near(int(number.value), month.month, month.year)
    return found_day(line, match, options, exists=day is not None) if options else None


def day_alone(line: Line, match: re.Match[str], reading: Reading) -> Found | None:
    """On the 12th: of this month, or the nearest one before or after."""
    tokens = line.tokens[match.start() : match.end()]
    number = next(token for token in tokens if token.kind in {Kind.NUMBER, Kind.ORDINAL})
    if tokens[-1].kind is Kind.UNIT and not (line.words.day_word_ends_date and tokens[-1].value == "day"):
        return None
    if number.value != int(number.value) or not 1 <= number.value <= 31:  # noqa: PLR2004
        return None
    if number.kind is Kind.ORDINAL and not number.raw[0].isdigit() and _is_no_day(line, number, match.end()):
        return None
    month = reading.today.replace(day=1)
    is_ahead = reading.ahead()
    for n in range(13):
        one = add_months(month, n if is_ahead else -n)
        day = day_of(one.year, one.month, int(number.value))
        if day is not None and (day >= reading.today if is_ahead else day <= reading.today):
            return found_day(line, match, [day])
    return None


def _is_no_day(line: Line, number: Token, end: int) -> bool:
    """Whether an ordinal in words is one of something else: the second, zum ersten Mal."""
    following = line.tokens[end].raw.lower() if end < len(line.tokens) else ""
    return following in _TIMES or (line.words.language == ENGLISH and number.value <= _AMBIGUOUS_ORDINALS)


def last_of_month(line: Line, match: re.Match[str], reading: Reading) -> Found | None:
    """The last day of September; syyskuun viimeinen päivä."""
    tokens = line.tokens[match.start() : match.end()]
    unit = next(token for token in tokens if token.kind is Kind.UNIT)
    month = next(token.value for token in tokens if token.kind is Kind.MONTH)
    if unit.value != "day" or not any(token.kind is Kind.LAST for token in tokens):
        return None
    first = resolve(1, month, tokens[-1].value if is_year(tokens[-1]) else None, reading)
    if first is None:
        return None
    last = add_months(first, 1) - timedelta(days=1)
    if not reading.ahead() and last > reading.today and not match["year"]:
        last = add_months(first, -11) - timedelta(days=1)
    return found_day(line, match, [last])


def by_ordinal_month(line: Line, match: re.Match[str], reading: Reading) -> Found | None:
    """Viides kymmenettä: the fifth of the tenth."""
    day, month = line.tokens[match.start() : match.end()]
    ends = {"fi": _FINNISH_OF_MONTH, "de": _GERMAN_OF_MONTH}.get(line.words.language, ())
    if not month.raw.lower().endswith(ends) or not 1 <= month.value <= 12:  # noqa: PLR2004
        return None
    found = resolve(int(day.value), int(month.value), None, reading)
    return None if found is None else found_day(line, match, [found])


def feast(line: Line, match: re.Match[str], reading: Reading) -> Found | None:
    """Halloween, vappu: the nearest one."""
    month, day = (int(part) for part in line.tokens[match.start()].value.split("-"))
    found = resolve(day, month, None, reading)
    return None if found is None else found_day(line, match, [found])


def _days(found: list[date | None]) -> list[date]:
    return [one for one in found if one is not None]


def _year(written: int) -> int:
    return written + 2000 if written < _SHORT_YEAR else written
