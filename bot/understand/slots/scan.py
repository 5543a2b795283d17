"""From a text to its raw pieces: days, times and numbers in figures, words, signs."""

from __future__ import annotations

import re
from typing import Final

from bot.model import Language
from bot.understand.slots.kinds import Kind
from bot.understand.slots.lexicon import Lexicon
from bot.understand.slots.line import Token
from bot.understand.slots.number_words import is_ordinary, taken_apart

_SCAN: Final = re.compile(
    r"(?P<day>\d{1,2}\.\d{1,2}\.[ ]?[-'’]\d{2}(?!\d)|\d{4}[-/.]\d{1,2}[-/.]\d{1,2}(?!\d)"
    r"|\d{1,2}(?P<by>[./-])[ ]?\d{1,2}(?P=by)[ ]?(?:\d{4}|\d{2})(?![\d/])"
    r"|\d{1,2}\.[ ]?\d{1,2}\.(?!\d)"
    r"|\d{1,2}/\d{1,2}(?![\d/]))"
    r"|(?P<time>\d{1,2}:\d{2}(?::\d{2})?(?:[ ]?(?:uhr|[ap]m)\b)?|\d{1,2}[.:]\d{2}[ ]?uhr\b|\d{1,2}[ ]?uhr\b"
    r"|(?:[01]?\d|2[0-4])[ ]?h(?:\d{2})?\b|\d{1,2}(?:\.\d{2})?[ ]?[ap]\.?m\b\.?"
    r"|(?:klo|kello)[ ]?\d{1,2}(?:[.:]\d{2})?\b)"
    r"|(?P<number>\d{1,3}(?:[ ,.'’]\d{3})+(?!\d)(?:[.,]\d{1,2}(?!\d))?|\d+(?:[.,]\d+)?)"
    r"|(?P<half>½)"
    r"|(?P<domain>(?>[a-z0-9-]+)\.(?:com|io|ai|net|org|fi|fr|de|eu|ch|at|be|co)\b)"
    r"|(?P<word>[^\W\d_][^\W_]*)"
    r"|(?P<sign>[^\w\s])",
    re.IGNORECASE,
)
_SIGNS: Final = {"$": "USD", "€": "EUR", "£": "GBP", "¥": "JPY"}
_PUNCTUATION: Final = {
    ",": Kind.COMMA, ".": Kind.STOP, "!": Kind.STOP, "?": Kind.STOP, ";": Kind.STOP, ":": Kind.STOP, "…": Kind.STOP,
    "§": Kind.NAME_BEFORE_NUMBER, "#": Kind.NAME_BEFORE_NUMBER, "/": Kind.SLASH, "%": Kind.PERCENT,
    "\u2013": Kind.RANGE, "\u2014": Kind.RANGE, "-": Kind.MINUS, "\u2212": Kind.MINUS,
}  # fmt: skip
_NO_DATE: Final = frozenset({"24/7", "50/50", "7/7", "9/5", "24/24", "1/2", "1/3", "1/4", "2/3", "3/4"})
_HALF: Final = "1/2"
_LARGEST: Final = 10**15


def scanned(text: str, known: Lexicon) -> list[Token]:
    """The pieces of a text, in its order; what no piece is made of is left out."""
    out: list[Token] = []
    for match in _SCAN.finditer(text):
        raw = match[0]
        token = Token(raw, match.start(), match.end(), Kind.WORD, glued=bool(out) and out[-1].end == match.start())
        if match["word"]:
            out += (token,) if is_ordinary(raw, known.language) else taken_apart(token, known)
        elif match["sign"]:
            if raw in _SIGNS or raw in _PUNCTUATION:
                token.kind, token.value = _PUNCTUATION.get(raw, Kind.CURRENCY), _SIGNS.get(raw)
                out.append(token)
        else:
            _in_figures(token, match, out, known)
            out.append(token)
    return _signed(out)


def _in_figures(token: Token, match: re.Match[str], before: list[Token], known: Lexicon) -> None:
    """Say what a piece with figures is."""
    is_after_amount = bool(before) and (before[-1].kind is Kind.NUMBER or Kind.UNIT in known.tags(before[-1].raw))
    if match["half"] or token.raw == _HALF:
        token.kind = Kind.AND_HALF if is_after_amount else Kind.HALF
    elif match["number"]:
        _number(token, known.language)
    elif match["time"]:
        token.kind = Kind.TIME
    elif match["day"] and token.raw not in _NO_DATE:
        token.kind, token.value = Kind.DAY, token.raw


def _number(token: Token, language: Language) -> None:
    """Give a number in figures its value: 1 200, 1,200, 250.000, 3,5, 1.2."""
    raw = token.raw
    parts = re.split(r"[ ,.'’]", raw)
    if len(parts) > 1 and all(len(part) == 3 for part in parts[1:]) and parts[0] != "0":  # noqa: PLR2004 - thousands
        value: float = int("".join(parts))
        # 1,250 M€ is one and a quarter: whether a fraction was meant shows in what follows.
        point = "." if language == "en" else ","
        token.decimal = raw if raw.count(point) == 1 and len(parts) == 2 else ""  # noqa: PLR2004
    elif len(parts) > 1 and len(parts[-1]) <= 2 and all(len(part) == 3 for part in parts[1:-1]):  # noqa: PLR2004
        value = float("".join(parts[:-1]) + "." + parts[-1])
        token.decimal = raw
    else:
        value = float("".join(parts[:-1]) + "." + parts[-1]) if len(parts) > 1 else int(raw)
    token.kind, token.value = Kind.NUMBER, value if abs(value) < _LARGEST else _LARGEST


def _signed(tokens: list[Token]) -> list[Token]:
    """Read `-5` as a negative number where the sign belongs to nothing before it, and `5-10` as a range."""
    for n, token in enumerate(tokens):
        if token.kind is not Kind.MINUS or n + 1 == len(tokens) or tokens[n + 1].kind is not Kind.NUMBER:
            continue
        before = tokens[n - 1] if n else None
        if before is not None and before.kind is Kind.NUMBER:
            token.kind = Kind.RANGE
        elif tokens[n + 1].glued and not token.glued:
            tokens[n + 1].value = -tokens[n + 1].value
    return tokens
