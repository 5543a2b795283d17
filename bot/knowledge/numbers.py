"""The numbers that a text tells, in digits or in words, in the four languages.

French, English and German words are read by text2num, Finnish ones by a generated table. text2num has habits to work
around: it passes over small numbers unless its threshold is 0, takes no compound apart ("two-level", "dreierlei"),
and reads a few ordinary words as numbers ("achten Sie").
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Final

from text_to_num import alpha2digit

from bot.model import Language

FINNISH_TABLE: Final = Path(__file__).parent / "data" / "numbers_fi.json"

STANDS_FOR_NOTHING: Final = "¤"
"""Put in the place of what is not to be read; no number grows together across it."""

_MASK: Final = "\ue000"  # a private character for each number already read; text2num passes over it
_ITEM_NUMBER: Final = re.compile(r"^\s*\d+\.\s+", re.MULTILINE)
_SPACES: Final = str.maketrans({"\u00a0": " ", "\u202f": " ", "\u2009": " "})
_PER_CENT: Final = re.compile(r"\bpour\s+cent\b", re.IGNORECASE)

# 50 000, 50,000, 50.000, 50'000; 3,5; 30. Digits inside a word (NIS2, 2FA) are a name, an ending may follow: 2nd, 30:n.
_ENDS: Final = r"(?=(?:st|nd|rd|th|ers?|res?|es?|i?èmes?|n?de?)?(?![^\W_]))"
_DIGITS: Final = re.compile(
    r"(?<![\w.,])(?P<whole>\d{1,3}(?:[ .,'’]\d{3})+(?!\d)|\d+)(?:[.,](?P<part>\d+))?"
    r"(?:\s*(?P<times>mille|millions?|thousand|million|tausend|Millionen|Million|tuhatta|miljoonaa?)\b)?" + _ENDS,
    re.IGNORECASE,
)
_THOUSANDS: Final = ("mille", "thousand", "tausend", "tuhatta")
_CANONICAL: Final = re.compile(r"(?<!\w)\d+(?:[.,]\d+)?" + _ENDS, re.IGNORECASE)
_SEPARATORS: Final = re.compile(r"[ .,'’]")

# Words that may mean a number and may mean something else, and "the two", which takes the number as known: they satisfy
# a fact and ask for none.
_DOUBTFUL: Final[Mapping[Language, tuple[tuple[re.Pattern[str], int], ...]]] = {
    "fr": (
        (re.compile(r"\b(?:l|c|t)es\s+deux\b|\btou(?:te)?s\s+(?:les\s+)?deux\b", re.IGNORECASE), 2),
        (re.compile(r"\bsecond(?:e|s|es)?\b", re.IGNORECASE), 2),
        (re.compile(r"(?<![\w-])neufs?(?![\w-])", re.IGNORECASE), 9),  # "un compte neuf"
        (re.compile(r"\btier(?:s|ces?)\b", re.IGNORECASE), 3),  # "les tiers", the others
    ),
    "en": (
        (re.compile(r"\b(?:both|twice|seconds?|(?:the|these|those) two)\b(?!-)", re.IGNORECASE), 2),
        (re.compile(r"\bthird[\s-]part(?:y|ies)\b", re.IGNORECASE), 3),
    ),
    "de": (
        (
            re.compile(
                r"\b(?:beide[mnrs]?|zu zweit|doppelte?[mnrs]?|(?:d(?:ie|en|er)|diese[nr]?) zwei)\b", re.IGNORECASE
            ),
            2,
        ),
        (re.compile(r"\bDritte[mnrs]?\b"), 3),  # the others
        (re.compile(r"\bachte[nt]\b|\bAcht\b"), 8),  # "achten Sie", "Acht geben"
    ),
    "fi": (
        (re.compile(r"\bmolem(?:mat|pi\w*|mi\w*)\b|\bkah(?:desti|den ?kesken)\b", re.IGNORECASE), 2),
        (re.compile(r"\bkolma\w+\s+osapuol\w*", re.IGNORECASE), 3),
    ),
}
_FINNISH_OTHER: Final = 2  # "toinen" is the second and the other

_HYPHENED: Final = re.compile(r"(?<![\w-])([^\W\d_]+)(?=-[^\W\d_])")
_GERMAN_COMPOUND: Final = re.compile(
    r"\b([^\W\d_]+?)((?:erlei|fach|mal|monat|täg|jähr|stuf|wöch|stünd|teil|köpf|glied|seit)[^\W\d_]*)\b", re.IGNORECASE
)
_FINNISH_WORD: Final = re.compile(r"[^\W\d_]+")
_FINNISH_COMPOUND: Final = re.compile(
    r"(?P<number>\w+?)(?:lai(?:nen|s)|tyyppi|tasoi|astei|portai|vaihei|kertai|osai|kuukau|päiväi|vuoti|viikkoi|jäseni|"
    r"henki|hengen|kieli|kohtai)\w*"
)
# In these compounds the first part may be shorter than the number itself: kolmivaiheinen, nelitasoinen.
_FINNISH_SHORT: Final = {"kolmi": 3, "neli": 4}


@dataclass(frozen=True, slots=True)
class Reading:
    """A text with its numbers in plain digits ("50000", "2.5"), and the numbers that some of its words may mean."""

    text: str
    doubtful: frozenset[float]

    @property
    def certain(self) -> frozenset[float]:
        """The numbers that the text tells."""
        return standing(self.text)


def read(text: str, language: Language) -> Reading:
    """Write a text's numbers in digits. The numbers of list items are not the text's: they are left out."""
    text = _ITEM_NUMBER.sub("", text.translate(_SPACES).replace(_MASK, ""))
    text = _PER_CENT.sub("%", text)
    doubtful: set[float] = set()
    for pattern, value in _DOUBTFUL[language]:
        text, found = pattern.subn(STANDS_FOR_NOTHING, text)
        if found:
            doubtful.add(value)
    values: list[str] = []

    def mask(match: re.Match[str]) -> str:
        values.append(_plain(match))
        return _MASK

    text = _DIGITS.sub(mask, text)
    text = _finnish(text, doubtful) if language == "fi" else _text2num(text, language)
    in_order = iter(values)
    return Reading(re.sub(_MASK, lambda _: next(in_order), text), frozenset(doubtful))


def standing(text: str) -> frozenset[float]:
    """The numbers of a text that has been read."""
    return frozenset(float(number.replace(",", ".")) for number in _CANONICAL.findall(text))


def _plain(match: re.Match[str]) -> str:
    number = float(_SEPARATORS.sub("", match["whole"]) + (f".{match['part']}" if match["part"] else ""))
    if match["times"]:
        number *= 1_000 if match["times"].lower() in _THOUSANDS else 1_000_000
    return f"{number:g}" if number != int(number) else str(int(number))


def _text2num(text: str, language: Language) -> str:
    def convert(words: str) -> str:
        return str(alpha2digit(words, language, 0))

    def part(match: re.Match[str]) -> str:
        number = convert(match[1])
        return number if number[0].isdigit() else match[1]

    text = convert(text)
    text = _HYPHENED.sub(part, text)
    if language == "de":
        text = _GERMAN_COMPOUND.sub(lambda match: _german_compound(match, convert), text)
    return text


def _german_compound(match: re.Match[str], convert: Callable[[str], str]) -> str:
    number = convert(match[1])
    return f"{number} {match[2]}" if number.isdigit() else match[0]


def _finnish(text: str, doubtful: set[float]) -> str:
    cardinals, ordinals = finnish_cardinals(), finnish_ordinals()

    def word(match: re.Match[str]) -> str:
        word = match[0].lower()
        if word in cardinals:
            return str(cardinals[word])
        if word in ordinals:
            if ordinals[word] == _FINNISH_OTHER:
                doubtful.add(_FINNISH_OTHER)
                return STANDS_FOR_NOTHING
            return f"{ordinals[word]}."
        compound = _FINNISH_COMPOUND.fullmatch(word)
        number = compound and (cardinals.get(compound["number"]) or _FINNISH_SHORT.get(compound["number"]))
        return f"{number} {match[0]}" if number else match[0]

    return _FINNISH_WORD.sub(word, text)


def finnish_cardinals() -> Mapping[str, int]:
    """Finnish words for 0 to 100 and the hundreds to 1000, in every case, lower case."""
    return _finnish_table()["cardinals"]


def finnish_ordinals() -> Mapping[str, int]:
    """Finnish words for the 1st to the 31st, in every case of singular and plural, lower case."""
    return _finnish_table()["ordinals"]


@lru_cache(maxsize=1)
def _finnish_table() -> Mapping[str, Mapping[str, int]]:
    table: Mapping[str, Mapping[str, int]] = json.loads(FINNISH_TABLE.read_text(encoding="utf-8"))
    return table


# How Finnish numbers are said rather than written: kakskyt, viiskytkolme, seittemän.
_SPOKEN_UNITS: Final[Mapping[str, int]] = {
    "yks": 1, "kaks": 2, "kolme": 3, "kol": 3, "neljä": 4, "nel": 4, "viis": 5, "kuus": 6, "seittemän": 7,
    "seitsemän": 7, "seit": 7, "kaheksan": 8, "kahdeksan": 8, "yheksän": 9, "yhdeksän": 9, "ykstoista": 11,
    "ykstoist": 11, "kakstoista": 12, "kakstoist": 12, "kolmetoista": 13, "kolmetoist": 13, "neljätoist": 14,
    "viistoista": 15, "viistoist": 15, "kuustoista": 16, "kuustoist": 16, "seittemäntoista": 17,
    "kaheksantoista": 18, "yheksäntoista": 19,
}  # fmt: skip
_SPOKEN: Final = re.compile(r"(?:(?P<hundreds>\w*?)sata)?(?:(?P<tens>\w*?)kyt(?:ä)?)?(?P<units>\w*)")
_THOUSAND_FORMS: Final = re.compile(
    r"(?P<times>\w*?)(?:tuhatta|tuhannella|tuhannelle|tuhannesta|tuhannessa|tuhannen|tuhanteen|tuhat)(?P<rest>\w*)"
)
_HUNDREDS: Final = frozenset(range(100, 1000, 100))


@lru_cache(maxsize=4096)
def finnish_number(word: str) -> tuple[int, bool] | None:
    """The number that a Finnish word means, below a million, and whether it is an ordinal; None if it means none.

    Written and spoken, in every case: viiden, kahdellekymmenelleviidelle, satakaksikymmentä, kakskyt, kolmas.
    """
    word = word.lower()
    ordinals = finnish_ordinals()
    if word in ordinals:
        return ordinals[word], True
    found = _finnish_cardinal(word)
    return None if found is None else (found, False)


def _finnish_cardinal(word: str) -> int | None:
    below = _finnish_below_thousand(word)
    if below is not None:
        return below
    thousands = _THOUSAND_FORMS.fullmatch(word)
    if thousands is None or not thousands["times"]:
        return None
    times = _finnish_below_thousand(thousands["times"])
    rest = _finnish_below_thousand(thousands["rest"]) if thousands["rest"] else 0
    return None if times is None or rest is None else times * 1000 + rest


def _finnish_below_thousand(word: str) -> int | None:
    table = finnish_cardinals()
    if word in table:
        return table[word]
    for ending in ("i", "ä", "a"):  # dropped in speech: kolmeks, kaksikymment
        if word + ending in table:
            return table[word + ending]
    for cut in range(len(word) - 1, 3, -1):
        if table.get(word[:cut]) in _HUNDREDS:
            rest = table.get(word[cut:]) or _finnish_spoken(word[cut:])
            if rest and rest < 100:  # noqa: PLR2004
                return table[word[:cut]] + rest
    return _finnish_spoken(word)


def _finnish_spoken(word: str) -> int | None:
    match = _SPOKEN.fullmatch(word)
    if match is None:
        return None
    total = 0
    for part, size in ((match["hundreds"], 100), (match["tens"], 10)):
        if part is None:
            continue
        times = _SPOKEN_UNITS.get(part, 1 if not part and size == 100 else 0)  # noqa: PLR2004 - "sata" alone is one
        if not times:
            return None
        total += times * size
    if match["units"] and match["units"] not in _SPOKEN_UNITS:
        return None
    return total + _SPOKEN_UNITS.get(match["units"], 0) or None
