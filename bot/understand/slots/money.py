"""Sums of money: 120 000 $, 1,2 M€, eine halbe Million Dollar, 600k. A sum without a currency has the currency None."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final

from bot.model import Language, Value
from bot.understand.slots.found import Found
from bot.understand.slots.kinds import Kind
from bot.understand.slots.line import Line, Token

_AMOUNT: Final = r"(?:[Na]&K|N\.?K?\.?K?&?|[ao]?ha?K|aK&?)"
_MONEY: Final = re.compile(rf"C{_AMOUNT}(?![U])C?|{_AMOUNT}\.?o{{0,2}}C|N\.?K\.?K?&?|[ao]?ha?K|aK&?|N&")
_PEOPLE_AND_THINGS: Final = "peicbm"
_MONTHLY: Final = re.compile(r"[xoda/]{0,2}U|y|[xo]y")
_MILLION: Final = 1_000_000


def money(line: Line, kinds: str) -> list[Found]:
    """The sums of a line; `kinds` with what is claimed already taken out."""
    out = []
    for match in _MONEY.finditer(kinds):
        tokens = line.tokens[match.start() : match.end()]
        total = amount(tokens, line.words.language)
        currency = next((token.value for token in tokens if token.kind is Kind.CURRENCY), None)
        if total is None or (currency is None and not _is_sum(line, kinds, match)):
            continue
        last = match.end() - 1
        while tokens[last - match.start()].kind is Kind.STOP:
            last -= 1
        role = "monthly" if _is_monthly(line, kinds, match.end()) else ""
        value = Value("money", {"amount": total, "currency": currency}, line.said(match.start(), last), role)
        out.append(Found(value, match.start(), match.end() - 1))
    return out


def amount(tokens: Sequence[Token], language: Language) -> float | None:
    """What numbers, magnitudes and halves come to; None where they make no sense together."""
    number: float | None = None
    times, half, and_half = 1, False, False
    for n, token in enumerate(tokens):
        if token.kind is Kind.NUMBER:
            follows = tokens[n + 1 : n + 3]
            is_magnified = any(one.kind is Kind.MAGNITUDE for one in follows)
            number = _fraction(token, language) if is_magnified and token.decimal else token.value
        elif token.kind is Kind.MAGNITUDE:
            times *= int(token.value)
        elif token.kind is Kind.HALF:
            half = True
        elif token.kind is Kind.AND_HALF:
            and_half = True
    if half:
        number = 0.5
    if number is None:
        number = 1
    if and_half:
        # un million et demi: half of what was counted
        step = times if times > 1 else _MILLION if number % _MILLION == 0 else 1_000 if number % 1_000 == 0 else 0
        if not step:
            return None
        number = number + 0.5 if times > 1 else number + step / 2
    total = number * times
    return int(total) if total == int(total) else round(total, 2)


def _fraction(token: Token, language: Language) -> float:
    """1,250 M€ is one and a quarter, where 1,250 € is a thousand and more."""
    point = "." if language == "en" else ","
    parts = token.decimal.split(point)
    return float(".".join(parts)) if len(parts) == 2 and all(part.isdigit() for part in parts) else token.value  # noqa: PLR2004


def _is_sum(line: Line, kinds: str, match: re.Match[str]) -> bool:
    """Whether a number with a magnitude and no currency is a sum: 600k is, 5k licences and "two and a half" are not."""
    tokens = line.tokens[match.start() : match.end()]
    magnitude = next((token for token in tokens if token.kind is Kind.MAGNITUDE), None)
    if magnitude is None:
        return (
            "&" in kinds[match.start() : match.end()]
            and max(t.value for t in tokens if t.kind is Kind.NUMBER) >= _MILLION
        )
    if magnitude.raw in {"m", "t", "p", "s"}:
        return False
    following = kinds[match.end() : match.end() + 3].lstrip("oxP+")
    return not following or following[0] not in _PEOPLE_AND_THINGS


def _is_monthly(line: Line, kinds: str, at: int) -> bool:
    found = _MONTHLY.match(kinds, at)
    if found is None:
        return False
    last = line.tokens[found.end() - 1]
    return last.kind is Kind.PER_MONTH or (last.kind is Kind.UNIT and last.value == "month" and found.end() - at > 0)
