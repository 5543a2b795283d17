"""Days counted from today: yesterday, three weeks ago, last Friday."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import timedelta
from typing import Final

from bot.days import shifted
from bot.understand.slots.durations import quantity
from bot.understand.slots.found import Found
from bot.understand.slots.kinds import Kind
from bot.understand.slots.line import Line, Token
from bot.understand.slots.resolve import Reading, found_day

_COMPANY_FORMS: Final = frozenset(
    {"gmbh", "ag", "kg", "oy", "oyj", "ab", "ltd", "inc", "llc", "plc", "sarl", "sas", "sa"}
)


def relative(line: Line, match: re.Match[str], reading: Reading) -> Found | None:
    """Yesterday, übermorgen."""
    offset = line.tokens[match.start()].value
    return found_day(line, match, [reading.today + timedelta(days=offset)], role="" if offset else "today")


def ago(line: Line, match: re.Match[str], reading: Reading) -> Found | None:
    """Three weeks ago; running for ten days: the day it began."""
    return _counted(line, match, reading, -1)


def from_now(line: Line, match: re.Match[str], reading: Reading) -> Found | None:
    """In three days."""
    return _counted(line, match, reading, 1)


def _counted(line: Line, match: re.Match[str], reading: Reading, sign: int) -> Found | None:
    found = quantity(line, match.start(), match.end() - 1)
    day = shifted(reading.today, sign * found[0], found[1]) if found else None
    return None if day is None else found_day(line, match, [day])


def bare_counted(line: Line, match: re.Match[str], reading: Reading) -> Found | None:
    """Viikko sitten: a week ago, without a word for one."""
    unit = next(token for token in line.tokens[match.start() : match.end()] if token.kind is Kind.UNIT)
    if not line.words.bare_units:
        return None
    sign = 1 if line.tokens[match.end() - 1].kind is Kind.IN_AFTER else -1
    day = shifted(reading.today, sign, unit.value)
    return None if day is None else found_day(line, match, [day])


def weekday_of_week(line: Line, match: re.Match[str], reading: Reading) -> Found | None:
    """Friday of last week."""
    tokens = line.tokens[match.start() : match.end()]
    unit = next(token for token in tokens if token.kind is Kind.UNIT)
    if unit.value != "week":
        return None
    weekday = _weekday_in(tokens)
    weeks = -(_lasts(tokens)) or int(any(token.kind is Kind.NEXT for token in tokens))
    monday = reading.today - timedelta(days=reading.today.weekday())
    return found_day(line, match, [monday + timedelta(days=weekday, weeks=weeks)])


def week_on(line: Line, match: re.Match[str], reading: Reading) -> Found | None:
    """A week on Tuesday: the Tuesday after the next one."""
    tokens = line.tokens[match.start() : match.end()]
    if tokens[1].value != "week":
        return None
    ahead = (tokens[-1].value - reading.today.weekday() - 1) % 7 + 1
    return found_day(line, match, [reading.today + timedelta(days=ahead, weeks=1)])


def weekday(line: Line, match: re.Match[str], reading: Reading) -> Found | None:
    """Last Monday, next Tuesday; a plain one is the nearest before today, or after it."""
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
    return found_day(line, match, [day])


def _weekday_in(tokens: Sequence[Token]) -> int:
    return int(next(token.value for token in tokens if token.kind in {Kind.WEEKDAY, Kind.SHORT_WEEKDAY}))


def _lasts(tokens: Sequence[Token]) -> int:
    """How many back: 1 for the last one, 2 for the last but one, 0 if neither is said."""
    return next((token.value or 1 for token in tokens if token.kind is Kind.LAST), 0)


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
