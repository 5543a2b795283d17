"""Calendar days: in figures, by the month's name, by the weekday, counted from today. One grammar for all languages.

A day that can be read in two ways, or that does not exist, has the value None and its readings as options: it is asked
back, never guessed.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

from bot.days import FIRST_YEAR, LAST_YEAR, add_months, shifted
from bot.model import Language, Value
from bot.understand.slots.durations import AMOUNT, quantity
from bot.understand.slots.found import Found
from bot.understand.slots.kinds import Kind
from bot.understand.slots.tokens import Line, Token

_WEEK: Final = r"(?:[lnt]o?U|U[ln])"  # last week, la semaine dernière
_PATTERNS: Final[dict[str, re.Pattern[str]]] = {
    # By the month's name: 3 novembre 2026, marraskuun 3. päivä, November 3rd
    "day_month": re.compile(r"(?:[lnt]?W[,.]?d?o?)?[NO]\.?o{0,2}[NO]?\.?o{0,2}M\.?,?(?P<after>[ln](?!U))?(?P<year>N)?"),
    "month_day": re.compile(r"M\.?o?[NO]\.?(?:o?U)?(?:,?(?P<year>N))?"),
    "month_then_day": re.compile(r"M,?d[NO]\.?(?P<year>)"),
    "figures": re.compile(r"(?:W[,.]?d?o?)?D"),
    # Of a month: le 5 du mois dernier, the 5th of last month, viime kuun 5. päivä
    "of_month": re.compile(
        r"[NO]\.?(?:[od]{1,3}(?:[lnt]o?U|U[ln]?)|[od]{0,3}[lnt]o?U)(?!N)|(?P<before>[lnt]U)o?[NO]\.?U?"
    ),
    # By the weekday
    "last_of_month": re.compile(r"lUo{0,3}M,?(?P<year>N)?|M[lx]U"),
    "ordinal_month": re.compile(r"[NO]O"),
    "week_on": re.compile(r"aU[d]W"),
    "week_weekday": re.compile(rf"[Ww],?[do]{{0,3}}{_WEEK}|{_WEEK},?[do]?[Ww]|U[o]{{0,2}}[ln],?[do]{{0,2}}[Ww]"),
    "weekday": re.compile(r"[lnt]o?[Ww]|[Ww][do]?[ln](?!U)|[dA]w|W"),
    "feast": re.compile(r"H"),
    # Counted from today
    "ago": re.compile(rf"A[xo+]{{0,2}}{AMOUNT}(?!o[xipecPz])|{AMOUNT}[xo]?G|A?{AMOUNT}G|{AMOUNT}R?A(?=x)"),
    "ahead": re.compile(rf"F[xo]{{0,2}}{AMOUNT}|{AMOUNT}f"),
    "relative": re.compile(r"R"),
    "bare_ago": re.compile(r"(?:A[xo]?)?U[Gf]|A[xo]?U"),
    # The day of a month alone: on the 12th, am 12., 12. päivä
    "day_alone": re.compile(r"do{0,2}(?:O\.?|N\.)(?![xo]{0,2}[UpeicbmMKC%z])|O\.?U|N\.U"),
    "day_alone_last": re.compile(r"d[o]?N(?=$|[.,~T]|[lnt])"),
    "decimal": re.compile(r"N"),
}
NO_DAY: Final = "no-day"
"""The mode of a date that does not exist, such as 31 November; its options are the days around it."""
_COUNTED: Final = tuple("peicbz")
_ENGLISH: Final[Language] = "en"
_COMPANY_FORMS: Final = frozenset(
    {"gmbh", "ag", "kg", "oy", "oyj", "ab", "ltd", "inc", "llc", "plc", "sarl", "sas", "sa"}
)
_FINNISH_OF_MONTH: Final = ("tta", "ttä", "ttatoista", "ttätoista")
_GERMAN_OF_MONTH: Final = ("ten", "ter", "sten", "ster")
_SHORT_YEAR: Final = 100
_DATE_PARTS: Final = re.compile(r"\d+")


@dataclass(frozen=True, slots=True)
class _Reading:
    """What resolving needs: the day of asking, and whether undated days lie ahead."""

    today: date
    ahead: Callable[[], bool]


def dates(line: Line, today: date, is_ahead: Callable[[], bool]) -> list[Found]:
    """The days of a line, in its order.

    Args:
        line: The tokens.
        today: The day it was written.
        is_ahead: Tells whether a day without a year lies ahead; asked only where there is one.

    """
    reading = _Reading(today, is_ahead)
    kinds = line.kinds
    out: list[Found] = []
    for name, pattern in _PATTERNS.items():
        for match in pattern.finditer(kinds):
            try:
                found = _READERS[name](line, match, reading)
            except (OverflowError, ValueError):  # beyond the last day that there is
                continue
            if found is not None:
                out.append(found)
                kinds = kinds[: found.first] + "_" * (found.last - found.first + 1) + kinds[found.last + 1 :]
    return sorted(out, key=lambda found: found.first)


def _in_figures(line: Line, match: re.Match[str], reading: _Reading) -> Found | None:
    at = match.end() - 1
    raw = line.tokens[at].value
    parts = [int(part) for part in _DATE_PARTS.findall(raw)]
    if len(parts) == 3 and parts[0] > 31:  # noqa: PLR2004 - year first
        return _found(line, match, _days([_date(*parts)]) or _near(parts[2], parts[1], parts[0]))
    day, month, *rest = parts
    if not rest and "/" in raw and line.kinds[match.end() : match.end() + 1] in _COUNTED:
        return None  # 5/10 licences
    year = _year(rest[0]) if rest else _relative_year(line, match.start(), match.end(), reading.today)
    swaps = line.words.language == _ENGLISH and "." not in raw
    readings = [(day, month), (month, day)] if swaps and day != month else [(day, month)]
    found = [one for d, m in readings if (one := _resolve(d, m, year, reading)) is not None]
    if len(found) == 1:
        return _found(line, match, found)
    if len(found) > 1:
        return _found(line, match, found)
    if "/" in raw and month > 12 and line.words.language in {"de", "fi"}:  # noqa: PLR2004 - 12 of 15
        return None
    options = _near(day, month, year or reading.today.year) or _days([_resolve(month, day, year, reading)])
    return _found(line, match, options, exists=False) if 1 <= day <= 31 else None  # noqa: PLR2004


def _by_decimal(line: Line, match: re.Match[str], reading: _Reading) -> Found | None:
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
    day = _resolve(int(parts[0]), int(parts[1]), None, reading)
    return None if day is None else _found(line, match, [day])


def _by_month(line: Line, match: re.Match[str], reading: _Reading) -> Found | None:
    tokens = line.tokens[match.start() : match.end()]
    month = next(token for token in tokens if token.kind is Kind.MONTH)
    at = tokens.index(month)
    numbers = [token for token in tokens[:at] if token.kind in {Kind.NUMBER, Kind.ORDINAL}]
    numbers = numbers or [token for token in tokens[at:] if token.kind in {Kind.NUMBER, Kind.ORDINAL}][:1]
    is_before = tokens.index(numbers[-1]) < at
    if (
        not is_before
        and line.words.language not in {_ENGLISH, "fi"}
        and Kind.ANNOUNCES_DAY not in [t.kind for t in tokens]
    ):
        return None
    last = match.end()
    year = None
    if match["year"] and _is_year(tokens[-1]):
        year = tokens[-1].value
    elif match["year"]:
        last -= 1
    if year is None:
        year = _relative_year(line, match.start(), last, reading.today) or _lone_year(line)
    if not is_before:
        following = line.kinds[last : last + 2]
        is_unit_of_day = tokens[-1].kind is Kind.UNIT and tokens[-1].value != "day"
        if is_unit_of_day or (following and following[0] in "peicKC%" and year is None):
            return None
        if line.words.language == _ENGLISH and month.raw in {"may", "march"} and not _is_announced(line, match.start()):
            return None
    day = numbers[-1].value
    if day != int(day) or not 1 <= day <= 31:  # noqa: PLR2004
        return None
    after = match.groupdict().get("after")
    if after == "l":
        reading = _Reading(reading.today, lambda: False)
    elif after == "n":
        reading = _Reading(reading.today, lambda: True)
    found = _resolve(int(day), month.value, year, reading)
    options = [found] if found else _near(int(day), month.value, year or reading.today.year)
    return _found(line, match, options, exists=found is not None, last=last - 1)


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
        if token.kind is Kind.NUMBER and _is_year(token) and line.kinds[n + 1 : n + 2] not in (*_COUNTED, "K", "C", "%", "U")
    ]  # fmt: skip
    return int(line.tokens[years[0]].value) if len(years) == 1 else None


def _is_announced(line: Line, at: int) -> bool:
    return at > 0 and line.tokens[at - 1].kind in {Kind.ANNOUNCES_DAY, Kind.UNTIL}


def _of_month(line: Line, match: re.Match[str], reading: _Reading) -> Found | None:
    """The day of last, this or next month."""
    tokens = line.tokens[match.start() : match.end()]
    unit = next(
        token for token in tokens if (token.kind is Kind.UNIT and token.value != "day") or token.kind is Kind.UNIT
    )
    if unit.value != "month":
        return None
    number = next(token for token in tokens if token.kind in {Kind.NUMBER, Kind.ORDINAL})
    shift = -1 if any(t.kind is Kind.LAST for t in tokens) else 1 if any(t.kind is Kind.NEXT for t in tokens) else 0
    is_said = shift or any(token.kind is Kind.THIS for token in tokens) or _is_announced(line, match.start())
    if not is_said or number.value != int(number.value):
        return None
    month = add_months(reading.today.replace(day=1), shift)
    day = _date(month.year, month.month, int(number.value))
    return None if day is None else _found(line, match, [day])


def _day_alone(line: Line, match: re.Match[str], reading: _Reading) -> Found | None:
    tokens = line.tokens[match.start() : match.end()]
    number = next(token for token in tokens if token.kind in {Kind.NUMBER, Kind.ORDINAL})
    if tokens[-1].kind is Kind.UNIT and not (line.words.day_word_ends_date and tokens[-1].value == "day"):
        return None
    if number.value != int(number.value) or not 1 <= number.value <= 31:  # noqa: PLR2004
        return None
    if (
        number.kind is Kind.ORDINAL
        and not number.raw[0].isdigit()
        and line.words.language == _ENGLISH
        and number.value < 4
    ):
        return None  # "the second" is seldom a day
    month = reading.today.replace(day=1)
    is_ahead = reading.ahead()
    for n in range(13):
        one = add_months(month, n if is_ahead else -n)
        day = _date(one.year, one.month, int(number.value))
        if day is not None and (day >= reading.today if is_ahead else day <= reading.today):
            return _found(line, match, [day])
    return None


def _relative(line: Line, match: re.Match[str], reading: _Reading) -> Found | None:
    offset = line.tokens[match.start()].value
    return _found(line, match, [reading.today + timedelta(days=offset)], role="" if offset else "today")


def _ago(line: Line, match: re.Match[str], reading: _Reading) -> Found | None:
    return _counted(line, match, reading, -1)


def _from_now(line: Line, match: re.Match[str], reading: _Reading) -> Found | None:
    return _counted(line, match, reading, 1)


def _counted(line: Line, match: re.Match[str], reading: _Reading, sign: int) -> Found | None:
    found = quantity(line, match.start(), match.end() - 1)
    day = shifted(reading.today, sign * found[0], found[1]) if found else None
    return None if day is None else _found(line, match, [day])


def _bare_counted(line: Line, match: re.Match[str], reading: _Reading) -> Found | None:
    """Viikko sitten: a week ago, without a word for one."""
    unit = next(token for token in line.tokens[match.start() : match.end()] if token.kind is Kind.UNIT)
    if not line.words.bare_units:
        return None
    sign = 1 if line.tokens[match.end() - 1].kind is Kind.IN_AFTER else -1
    day = shifted(reading.today, sign, unit.value)
    return None if day is None else _found(line, match, [day])


def _last_of_month(line: Line, match: re.Match[str], reading: _Reading) -> Found | None:
    """The last day of September; syyskuun viimeinen päivä."""
    tokens = line.tokens[match.start() : match.end()]
    unit = next(token for token in tokens if token.kind is Kind.UNIT)
    month = next(token.value for token in tokens if token.kind is Kind.MONTH)
    if unit.value != "day" or not any(token.kind is Kind.LAST for token in tokens):
        return None
    first = _resolve(1, month, tokens[-1].value if _is_year(tokens[-1]) else None, reading)
    if first is None:
        return None
    last = add_months(first, 1) - timedelta(days=1)
    if not reading.ahead() and last > reading.today and not match["year"]:
        last = add_months(first, -11) - timedelta(days=1)
    return _found(line, match, [last])


def _by_ordinal_month(line: Line, match: re.Match[str], reading: _Reading) -> Found | None:
    """Viides kymmenettä: the fifth of the tenth."""
    day, month = line.tokens[match.start() : match.end()]
    ends = {"fi": _FINNISH_OF_MONTH, "de": _GERMAN_OF_MONTH}.get(line.words.language, ())
    if not month.raw.lower().endswith(ends) or not 1 <= month.value <= 12:  # noqa: PLR2004
        return None
    found = _resolve(int(day.value), int(month.value), None, reading)
    return None if found is None else _found(line, match, [found])


def _week_on(line: Line, match: re.Match[str], reading: _Reading) -> Found | None:
    """A week on Tuesday: the Tuesday after the next one."""
    tokens = line.tokens[match.start() : match.end()]
    if tokens[1].value != "week":
        return None
    ahead = (tokens[-1].value - reading.today.weekday() - 1) % 7 + 1
    return _found(line, match, [reading.today + timedelta(days=ahead, weeks=1)])


def _weekday_of_week(line: Line, match: re.Match[str], reading: _Reading) -> Found | None:
    tokens = line.tokens[match.start() : match.end()]
    unit = next(token for token in tokens if token.kind is Kind.UNIT)
    if unit.value != "week":
        return None
    weekday = _weekday_in(tokens)
    weeks = -(_lasts(tokens)) or int(any(token.kind is Kind.NEXT for token in tokens))
    monday = reading.today - timedelta(days=reading.today.weekday())
    return _found(line, match, [monday + timedelta(days=weekday, weeks=weeks)])


def _weekday_in(tokens: Sequence[Token]) -> int:
    return int(next(token.value for token in tokens if token.kind in {Kind.WEEKDAY, Kind.SHORT_WEEKDAY}))


def _is_name(line: Line, first: int, end: int) -> bool:
    """Whether a weekday is somebody's name: Friday Media, Freitag Logistik GmbH, Torstai Oy."""
    token = line.tokens[end - 1]
    if token.kind is not Kind.WEEKDAY or not token.raw[0].isupper() or end - first > 1:
        return False
    following = line.tokens[end : end + 3]
    if any(one.raw.lower() in _COMPANY_FORMS for one in following):
        return True
    is_proper = bool(following) and following[0].kind is Kind.WORD and following[0].raw[0].isupper()
    return is_proper and line.words.language != "de" and end - 1 > 0


def _lasts(tokens: Sequence[Token]) -> int:
    """How many back: 1 for the last one, 2 for the last but one, 0 if neither is said."""
    return next((token.value or 1 for token in tokens if token.kind is Kind.LAST), 0)


def _feast(line: Line, match: re.Match[str], reading: _Reading) -> Found | None:
    month, day = (int(part) for part in line.tokens[match.start()].value.split("-"))
    found = _resolve(day, month, None, reading)
    return None if found is None else _found(line, match, [found])


def _weekday(line: Line, match: re.Match[str], reading: _Reading) -> Found | None:
    tokens = line.tokens[match.start() : match.end()]
    weekday = _weekday_in(tokens)
    kinds = {token.kind for token in tokens}
    if _is_name(line, match.start(), match.end()):
        return None
    if Kind.THIS in kinds:
        day = reading.today + timedelta(days=weekday - reading.today.weekday())
    elif Kind.NEXT in kinds or (Kind.LAST not in kinds and reading.ahead()):
        day = reading.today + timedelta(days=(weekday - reading.today.weekday() - 1) % 7 + 1)
    else:
        day = reading.today - timedelta(days=(reading.today.weekday() - weekday - 1) % 7 + 1)
        day -= timedelta(weeks=max(0, _lasts(tokens) - 1))
    return _found(line, match, [day])


_READERS: Final[dict[str, Callable[[Line, re.Match[str], _Reading], Found | None]]] = {
    "day_month": _by_month,
    "month_day": _by_month,
    "month_then_day": _by_month,
    "figures": _in_figures,
    "of_month": _of_month,
    "last_of_month": _last_of_month,
    "ordinal_month": _by_ordinal_month,
    "week_on": _week_on,
    "week_weekday": _weekday_of_week,
    "weekday": _weekday,
    "feast": _feast,
    "relative": _relative,
    "ago": _ago,
    "ahead": _from_now,
    "bare_ago": _bare_counted,
    "day_alone": _day_alone,
    "day_alone_last": _day_alone,
    "decimal": _by_decimal,
}


def _found(
    line: Line, match: re.Match[str], days: list[date], *, exists: bool = True, last: int | None = None, role: str = ""
) -> Found:
    """The day; or its readings, if it has several or does not exist."""
    first, end = match.start(), match.end() - 1 if last is None else last
    iso = [day.isoformat() for day in days]
    role = "until" if _is_end(line, first, end) else role
    said = line.said(first, end)
    if exists and len(days) == 1:
        return Found(Value("date", iso[0], said, role), first, end)
    return Found(Value("date", None, said, role, "" if exists else NO_DAY, tuple(iso)), first, end)


def _is_end(line: Line, first: int, last: int) -> bool:
    """Whether a day is where something ends: until, bis zum, asti."""
    before = [token.kind for token in line.tokens[max(0, first - 2) : first]]
    after = [token.kind for token in line.tokens[last + 1 : last + 2]]
    return Kind.UNTIL in before if line.words.language != "fi" else Kind.UNTIL in after


def _resolve(day: int, month: int, year: int | None, reading: _Reading) -> date | None:
    """The day; without a year the nearest one before today, or after it. None if there is none."""
    if year is not None:
        return _date(year, month, day)
    this = _date(reading.today.year, month, day)
    if this == reading.today:
        return this
    step = 1 if reading.ahead() else -1
    if this is not None and (this > reading.today) == (step > 0):
        return this
    return _date(reading.today.year + step, month, day)


def _date(year: int, month: int, day: int) -> date | None:
    try:
        found = date(year, month, day)
    except ValueError:
        return None
    return found if FIRST_YEAR <= year <= LAST_YEAR else None


def _near(day: int, month: int, year: int) -> list[date]:
    """The days around one that does not exist, such as 31 November."""
    if not 1 <= month <= 12 or not 28 < day <= 31 or not FIRST_YEAR <= year < LAST_YEAR:  # noqa: PLR2004
        return []
    first = add_months(date(year, month, 1), 1)
    return [first - timedelta(days=1), first]


def _days(found: list[date | None]) -> list[date]:
    return [one for one in found if one is not None]


def _year(written: int) -> int:
    return written + 2000 if written < _SHORT_YEAR else written


def _is_year(token: object) -> bool:
    value, raw = getattr(token, "value", None), getattr(token, "raw", "")
    return isinstance(value, int) and len(raw) == 4 and FIRST_YEAR <= value <= LAST_YEAR  # noqa: PLR2004
