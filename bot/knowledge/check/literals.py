"""What a text types out: dates, amounts, percentages, addresses, and the numbers that remain beside them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache
from typing import Final

from bot import i18n
from bot.knowledge import numbers
from bot.knowledge.facts import PLACEHOLDER
from bot.model import LANGUAGES, Language

CURRENCY: Final = (
    r"(?:[$€£¥]|(?:USD|EUR|GBP|CHF)\b|(?:US[- ]?)?dollar\w*|euro(?!p)\w*|pounds?\b|livres? sterling\b|pfund\w*|"
    r"punta\w*|punna\w*|francs?\b)"
)
"""A currency's sign, code or word in one of the four languages; to be matched without regard to case."""

PERCENT: Final = r"(?:%|per\s?cent\b|pour\s+cent\b|prozent\w*|prosent\w*)"
"""The sign or word for percent; to be matched without regard to case."""

_NUMBER: Final = r"(?<!\w)\d+(?:[.,]\d+)?"


class Kind(StrEnum):
    """What was typed out."""

    EMAIL = "e-mail address"
    URL = "URL"
    DATE = "date"
    PERCENT = "percentage"
    AMOUNT = "amount"


@dataclass(frozen=True, slots=True)
class Typed:
    """One thing that is typed out, as it was found; `value` is the number in it, if it has one."""

    kind: Kind
    text: str
    value: float | None = None


@dataclass(frozen=True, slots=True)
class Literals:
    """What a text types out: `typed`, and the other numbers that it tells (certain) or may tell (doubtful)."""

    typed: tuple[Typed, ...]
    certain: frozenset[float]
    doubtful: frozenset[float]


_AS_WRITTEN: Final = (
    (Kind.EMAIL, re.compile(r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+")),
    (
        Kind.URL,
        re.compile(
            r"https?://\S+|\bwww\.\S+|\b[\w-]+(?:\.[\w-]+)*\.(?:com|ai|io|fi|fr|de|eu|org|net)\b(?:/\S*)?",
            re.IGNORECASE,
        ),
    ),
    (
        Kind.DATE,
        re.compile(
            r"(?<![\w.,/])(?:\d{4}-\d{2}-\d{2}|(?:0?[1-9]|[12]\d|3[01])\.(?:0?[1-9]|1[0-2])\.(?:\d{4}|\d{2})?|"
            r"\d{1,2}/\d{1,2}/(?:\d{4}|\d{2}))(?!\w)"
        ),
    ),
)
_IN_DIGITS: Final = (
    (Kind.AMOUNT, re.compile(rf"{CURRENCY}\s*{_NUMBER}|{_NUMBER}\s*{CURRENCY}", re.IGNORECASE)),
    (Kind.PERCENT, re.compile(rf"{_NUMBER}\s*{PERCENT}", re.IGNORECASE)),
)


def literals(text: str, language: Language) -> Literals:
    """Find what a text types out; placeholders are passed over, the words of a link are read."""
    text = PLACEHOLDER.sub(lambda match: match["words"] or numbers.STANDS_FOR_NOTHING, text)
    typed: list[Typed] = []

    def take(kind: Kind, pattern: re.Pattern[str], text: str) -> str:
        def found(match: re.Match[str]) -> str:
            value = next(iter(numbers.standing(match[0])), None) if kind in {Kind.AMOUNT, Kind.PERCENT} else None
            typed.append(Typed(kind, match[0].strip(), value))
            return numbers.STANDS_FOR_NOTHING

        return pattern.sub(found, text)

    for kind, pattern in _AS_WRITTEN:
        text = take(kind, pattern, text)
    # Dates in words come before number words too: text2num reads the month in "3 sept." as a seven.
    text = take(Kind.DATE, _dates(), text)
    reading = numbers.read(text, language)
    text = take(Kind.DATE, _dates(), reading.text)
    for kind, pattern in _IN_DIGITS:
        text = take(kind, pattern, text)
    return Literals(tuple(typed), numbers.standing(text), reading.doubtful)


@lru_cache(maxsize=1)
def _dates() -> re.Pattern[str]:
    month = "|".join(sorted(set(_months()), key=len, reverse=True))
    day = r"(?<!\w)\d{1,2}(?:\.|er|st|nd|rd|th|e|ème)?"
    return re.compile(
        rf"{day}(?:\s+(?:of|de|päivä\w*))?\s+(?:{month})(?!\w)|\b(?:{month})\s+\d{{1,4}}(?!\w)", re.IGNORECASE
    )


def _months() -> Iterator[str]:
    for language in LANGUAGES:
        months = i18n.locale(language).months
        for context in ("format", "stand-alone"):
            for width in ("wide", "abbreviated"):
                for name in months[context][width].values():
                    # Finnish inflects the month (marraskuuta, marraskuussa); an abbreviation may have lost its dot.
                    ending = r"\w*" if language == "fi" and name.rstrip("ta").endswith("kuu") else ""
                    yield re.escape(name.rstrip(".")) + ending + (r"\.?" if width == "abbreviated" else "")
