"""Durations: 45 days, anderthalb Jahre, kahden kuukauden; also as the part of a date that counts from today."""

from __future__ import annotations

import re
from typing import Final

from bot.days import DAYS, whole_days
from bot.model import Value
from bot.understand.normalise import fold_word
from bot.understand.slots.found import Found, claimed
from bot.understand.slots.kinds import Kind
from bot.understand.slots.line import Line

AMOUNT: Final = r"(?:[Na]&[xo+l]?U|[Na](?![^U]*K)[xozn+1P]{0,2}U&?|[aot]?h[ao]{0,2}U|a[+xo]U)"
"""An amount with its unit, in the letters of kinds."""

_DURATION: Final = re.compile(AMOUNT)
_BARE: Final = re.compile(r"U")
_LONGEST: Final = 36_500  # days


def quantity(line: Line, first: int, last: int) -> tuple[float, str] | None:
    """The amount and the unit that the tokens of an AMOUNT say; None where they make no sense."""
    amount, unit = 0.0, ""
    half = False
    for token in line.tokens[first : last + 1]:
        if token.kind is Kind.NUMBER:
            amount = float(token.value)
        elif token.kind is Kind.ARTICLE and not amount:
            amount = 1.0
        elif token.kind is Kind.HALF:
            half = True
        elif token.kind is Kind.AND_HALF:
            amount += 0.5
        elif token.kind is Kind.UNIT:
            unit = token.value
    if half:
        amount = 0.5
    if amount <= 0 or not unit or amount * DAYS[unit] > _LONGEST:
        return None
    return amount, unit


def durations(line: Line, kinds: str) -> list[Found]:
    """The durations of a line; `kinds` with what is claimed already taken out."""
    out: list[Found] = []
    for match in _DURATION.finditer(kinds):
        first, last = match.start(), match.end() - 1
        found = quantity(line, first, last)
        if found is None or _is_date_part(kinds, first):
            continue
        one = _found(line, first, last, *found)
        if out and out[-1].last == first - 2 and kinds[first - 1] == "x":
            days = out[-1].value.value["days"] + one.value.value["days"]
            one = Found(Value("duration", {"days": days}, line.said(out[-1].first, last)), out.pop().first, last)
        out.append(one)
    if line.words.bare_units:
        out += _bare(line, claimed(kinds, out))
    return out


def _is_date_part(kinds: str, first: int) -> bool:
    # "this week", "last year": no amount stands before the unit
    return first > 0 and kinds[first - 1] in "lnt" and kinds[first] == "h"


def _found(line: Line, first: int, last: int, amount: float, unit: str) -> Found:
    days = whole_days(amount, unit)
    return Found(Value("duration", {"days": days}, line.said(first, last)), first, last)


def _bare(line: Line, kinds: str) -> list[Found]:
    """A unit alone, where the language says "of a year" without a number: vuoden sopimus."""
    out = []
    for match in _BARE.finditer(kinds):
        at = match.start()
        token = line.tokens[at]
        if fold_word(token.raw) not in line.words.bare_units:
            continue
        if at and kinds[at - 1] in "NlntOh":
            continue
        following = " ".join(fold_word(one.raw) for one in line.tokens[at + 1 : at + 3])
        before = " ".join(fold_word(one.raw) for one in line.tokens[max(0, at - 3) : at])
        if line.words.bare_duration_nouns.match(following) or line.words.bare_duration_verbs.search(before):
            out.append(_found(line, at, at, 1, token.value))
    return out
