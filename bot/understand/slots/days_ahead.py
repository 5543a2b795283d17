"""The days of a message about what is to come, each with what stands around it: by Friday, from the 10th on."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Final

from bot.model import Value
from bot.understand.normalise import fold_word
from bot.understand.slots.dates import dates
from bot.understand.slots.found import Found
from bot.understand.slots.kinds import Kind
from bot.understand.slots.line import Line, Token
from bot.understand.slots.pieces import Said
from bot.understand.slots.resolve import day_of
from bot.understand.slots.time_words import Sign

_WEEK: Final = timedelta(weeks=1)
_CLAIMED: Final = frozenset("C=")
_LONGEST_SHORT: Final = 4  # letters of a word that is too short to be a mistyped weekday
_LAST_DAY: Final = 31
_BESIDE_DAY: Final = frozenset({Kind.TIME, Kind.DAY, Kind.NUMBER, Kind.RANGE, Kind.NEXT, Kind.THIS, Kind.ANNOUNCES_DAY})
_BESIDE_SIGN: Final = frozenset("@CDTGJ-&|~AYs")
_NO_DAY_AFTER: Final = frozenset("cwgyMNH#xLFO")
_LONG: Final = frozenset({"week", "month", "quarter", "year", "halfyear", "fortnight"})
_EXACT: Final = frozenset({Kind.WEEKDAY, Kind.SHORT_WEEKDAY, Kind.NUMBER, Kind.ORDINAL})
_BY_THEN: Final = "d ici"
_FROM: Final = re.compile(r"N[.]?[fd]{0,2}[-tA~&][fd]{0,2}$")
_TO: Final = re.compile(r"=*[-~t][fd]?N(?![cuH])")


@dataclass(frozen=True, slots=True)
class Day:
    """A day, said by the pieces from `first` up to `end`."""

    day: date
    first: int
    end: int
    is_weekday: bool = False  # told by the weekday alone: which week is open
    is_about: bool = False  # counted in weeks or more: the day itself is not meant
    is_until: bool = False  # the time up to it is meant
    since: date | None = None  # the first of several days, of which it is the last


def days(said: Said, today: date) -> tuple[list[Day], Value | None]:
    """The days of a message that are not over, in its order, and the first that can be read in several ways, or none.

    Times must be claimed before. A day without a year lies ahead.
    """
    tokens = _retagged(said)
    line = Line(said.read.text, tokens, "".join(token.kind for token in tokens), said.read.words)
    out: list[Day] = []
    misread: Value | None = None
    for found in dates(line, today, lambda: True):
        if found.value.value is None:
            misread = misread or found.value
            _claim_other(said, found)
        elif (day := _day(said, tokens, found, today)) is not None:
            said.claim(day.first, day.end, Sign.DAY)
            out.append(day)
    return out, misread


def _day(said: Said, tokens: Sequence[Token], found: Found, today: date) -> Day | None:
    """What was found, as the pieces say it; None where it is over."""
    own = tokens[found.first : found.last + 1]
    kinds = {token.kind for token in own}
    day = date.fromisoformat(str(found.value.value))
    is_weekday = Kind.WEEKDAY in kinds or Kind.SHORT_WEEKDAY in kinds
    if day < today and is_weekday and Kind.THIS in kinds and Kind.UNIT not in kinds:
        day += _WEEK  # "this Monday", said on a Thursday
    at = _pieces(said, found)
    if not at:
        return None
    is_since = said.signs[: at[0]].rstrip("fd=")[-1:] == Sign.SINCE
    if day < today or is_since or fold_word(own[-1].raw) in said.known.later or _is_another(said, own, at[-1] + 1):
        _claim_other(said, found)
        return None
    is_counted = any(token.kind is Kind.UNIT and token.value in _LONG for token in own) and not is_weekday
    since, last = _several(said, own, at, day)
    return Day(
        last,
        at[0],
        at[-1] + 1,
        is_weekday=kinds <= {Kind.WEEKDAY, Kind.SHORT_WEEKDAY, Kind.ANNOUNCES_DAY, Kind.FILLER},
        is_about=is_counted and Kind.MONTH not in kinds and Kind.ORDINAL not in kinds and day != today,
        is_until=fold_word(own[0].raw) == _BY_THEN or (is_counted and Sign.NEXT in said.signs[at[0] : at[-1] + 1]),
        since=since,
    )


def _is_another(said: Said, own: Sequence[Token], end: int) -> bool:
    """Whether an ordinal in words is that of something else: le premier créneau, den ersten Termin."""
    is_bare = {token.kind for token in own} <= {Kind.ORDINAL, Kind.ANNOUNCES_DAY, Kind.FILLER}
    is_word = any(token.kind is Kind.ORDINAL and token.raw.isalpha() for token in own)
    return is_bare and is_word and (said.signs[end : end + 1] or ".") in _NO_DAY_AFTER


def _pieces(said: Said, found: Found) -> list[int]:
    """The pieces that say a day, but for what is claimed and the hyphen before it."""
    return [
        n
        for n, piece in enumerate(said.pieces)
        if found.first <= piece.first <= found.last and said.signs[n] not in _CLAIMED and said.signs[n] != Sign.RANGE
    ]


def _claim_other(said: Said, found: Found) -> None:
    """Say that pieces are a day, but none to meet on: nothing else is read from them."""
    if at := _pieces(said, found):
        said.claim(at[0], at[-1] + 1, Sign.OTHER)


def _several(said: Said, own: Sequence[Token], at: Sequence[int], day: date) -> tuple[date | None, date]:
    """The days of 3 to 5 November, du 3 au 5 novembre, November 3-5; None and the day where there is but one."""
    numbers = [token.value for token in own if token.kind in {Kind.NUMBER, Kind.ORDINAL}]
    if len(numbers) > 1 and day.day == numbers[1] and 0 < numbers[0] < numbers[1]:
        return day.replace(day=int(numbers[0])), day
    is_in_figures = bool(numbers) or any(token.kind is Kind.DAY for token in own)
    if is_in_figures and (before := _FROM.search(said.signs[: at[0]])) is not None:
        first = int(said.pieces[before.start()].value)
        return (day.replace(day=first), day) if 0 < first < day.day else (None, day)
    if own[0].kind is Kind.MONTH and (after := _TO.match(said.signs, at[-1] + 1)) is not None:
        last = day_of(day.year, day.month, int(said.pieces[after.end() - 1].value))
        return (day, last) if last is not None and last > day else (None, day)
    return None, day


# What is a day here, though it would be none in another message


def _retagged(said: Said) -> tuple[Token, ...]:
    """The tokens, as days are read from them: what was claimed is none, and short and mistyped weekdays are days."""
    tokens = [replace(token) for token in said.read.tokens]
    for n, piece in enumerate(said.pieces):
        is_claimed = said.signs[n] in _CLAIMED or piece.sign == Sign.NOTHING
        for token in tokens[piece.first : piece.last + 1]:
            is_day = token.kind is Kind.RELATIVE and piece.sign != Sign.NOTHING and " " in token.raw
            if is_claimed and not is_day and token.kind is not Kind.STOP:
                token.kind = Kind.WORD
        if piece.first == piece.last and not is_claimed:
            _retag(said, tokens, n)
    return tuple(tokens)


def _retag(said: Said, tokens: Sequence[Token], n: int) -> None:
    at = said.pieces[n].first
    token = tokens[at]
    if token.kind is Kind.SHORT_WEEKDAY and said.signs[n] == Sign.DAY:
        token.kind = Kind.WEEKDAY
    elif token.kind is Kind.WORD and token.raw.isalpha() and len(token.raw) > _LONGEST_SHORT:
        if _is_beside(said, tokens, n) and (weekday := said.read.words.nearly_weekday(token.raw)) is not None:
            token.kind, token.value = Kind.WEEKDAY, weekday
    elif token.kind is Kind.NUMBER and said.signs[n] == Sign.NUMBER and _is_day_of_month(said, tokens, n):
        token.kind = Kind.ORDINAL
        tokens[at - 1].kind = Kind.ANNOUNCES_DAY  # avant le 30


def _is_beside(said: Said, tokens: Sequence[Token], n: int) -> bool:
    at = said.pieces[n].first
    beside = {one.kind for one in (*tokens[max(0, at - 1) : at], *tokens[at + 1 : at + 2])}
    signs = said.signs[max(0, n - 1) : n] + said.signs[n + 1 : n + 2]
    return bool(beside & _BESIDE_DAY) or bool(_BESIDE_SIGN & {*signs})


def _is_day_of_month(said: Said, tokens: Sequence[Token], n: int) -> bool:
    """Whether a number is the day of a month: le 27 à 16 h, am 12 um 10."""
    at = said.pieces[n].first
    token = tokens[at]
    is_announced = (
        at > 0 and tokens[at - 1].kind in {Kind.ANNOUNCES_DAY, Kind.UNTIL} and said.signs[n - 1] in {"d", "-"}
    )
    return (
        is_announced
        and token.raw.isdigit()
        and 1 <= token.value <= _LAST_DAY
        and said.language in {"fr", "de"}
        and (said.signs[n + 1 : n + 2] or ".") not in _NO_DAY_AFTER
    )
