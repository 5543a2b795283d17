"""The words that say when somebody would like to meet: what each is to the grammar of times and stretches.

They are read only where a meeting is wanted. A word is a letter, as in the grammar of values, but here they are letters
of their own: "nach" is a preposition to that, and "after" or "past" to this.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import time
from enum import StrEnum
from functools import cache, lru_cache
from pathlib import Path
from typing import Any, Final

import yaml

from bot.model import Language
from bot.understand.normalise import fold, fold_word
from bot.understand.slots.lexicon import matches

_WORDS: Final = Path(__file__).parent / "words" / "times"
_KNOWN_WORDS: Final = 20_000  # words whose phrases are remembered


class Sign(StrEnum):
    """What a piece of a message is to the grammar of times."""

    OTHER = "x"
    FILLER = "f"
    DAY_MARK = "d"  # the, on, le, am
    NUMBER = "N"
    AT_NUMBER = "L"  # kolmelta: a number that says "at"
    FIGURES = "F"  # 14.30
    LARGE = "#"  # a number that no clock shows
    ORDINAL = "O"
    TIME = "T"  # 14:30, klo 14, 10 Uhr, 2 pm
    HOURS_FIGURE = "G"  # 14h, which may be how long
    DAY = "Y"
    MONTH_NAME = "M"
    WEEK = "w"
    MONTH = "g"
    DAYS = "y"
    NEXT = "X"
    LAST = "V"
    THIS = "s"
    COUNTED = "c"  # what is counted, and so no hour
    COMMA = ","
    STOP = "."
    RANGE = "~"
    NOTHING = "0"  # good morning, as soon as possible
    AT = "@"
    AT_OR_TO = "A"
    APPROX = "q"
    AFTER = ">"
    BEFORE = "<"
    UNTIL = "t"
    BETWEEN = "b"
    TO = "-"
    AND = "&"
    AFTER_IT = "]"
    UNTIL_IT = "["
    BETWEEN_IT = "U"
    PAST = "p"
    LESS = "m"
    HALF = "h"
    QUARTER = "r"
    THREE_QUARTERS = "R"
    PLUS = "+"
    OCLOCK = "u"
    HOURS = "H"  # heures: of the clock, or how long
    AM = "a"
    PM = "P"
    NOON = "n"
    PART = "D"
    PART_AFTER_DAY = "J"
    BEGINNING = "B"
    MIDDLE = "I"
    END = "z"
    NUMBERED_WEEK = "k"
    PART_OF_WEEK = "v"
    WEEKEND = "E"
    AFTER_NEXT = "S"
    SOON = "o"
    WITHIN = "i"
    WITHIN_IT = "j"
    OR = "|"
    NOT = "!"
    NOT_IT = "?"
    SINCE = "e"
    LASTING = "l"


@dataclass(frozen=True, slots=True)
class Mark:
    """What a word or phrase means; `value` by sign: minutes, a part of the day, whether a day itself is included."""

    sign: Sign
    value: Any = None


_PARTS: Final[Mapping[str, tuple[time, time]]] = {
    "first": (time(8), time(10)),
    "morning": (time(8), time(12)),
    "lunch": (time(12), time(14)),
    "after_lunch": (time(13), time(17)),
    "early_afternoon": (time(12), time(14, 30)),
    "late_afternoon": (time(14, 30), time(17)),
    "afternoon": (time(12), time(17)),
    "end": (time(15), time(18)),
    "evening": (time(17), time(20)),
}
_LISTS: Final[Mapping[str, Mark]] = {
    "nothing": Mark(Sign.NOTHING),
    "at": Mark(Sign.AT),
    "at_or_to": Mark(Sign.AT_OR_TO),
    "approx": Mark(Sign.APPROX),
    "after": Mark(Sign.AFTER),
    "onwards_from": Mark(Sign.AFTER, value=True),
    "before": Mark(Sign.BEFORE),
    "by": Mark(Sign.BEFORE, value=True),
    "until": Mark(Sign.UNTIL, value=True),
    "between": Mark(Sign.BETWEEN, value=True),
    "to": Mark(Sign.TO),
    "and": Mark(Sign.AND),
    "after_it": Mark(Sign.AFTER_IT),
    "onwards": Mark(Sign.AFTER_IT, value=True),
    "until_it": Mark(Sign.UNTIL_IT, value=True),
    "between_it": Mark(Sign.BETWEEN_IT),
    "past": Mark(Sign.PAST),
    "less": Mark(Sign.LESS),
    "half": Mark(Sign.HALF),
    "quarter": Mark(Sign.QUARTER),
    "three_quarters": Mark(Sign.THREE_QUARTERS),
    "oclock": Mark(Sign.OCLOCK),
    "heures": Mark(Sign.HOURS),
    "am": Mark(Sign.AM),
    "pm": Mark(Sign.PM),
    "noon": Mark(Sign.NOON),
    "beginning": Mark(Sign.BEGINNING),
    "middle": Mark(Sign.MIDDLE),
    "end": Mark(Sign.END),
    "week": Mark(Sign.WEEK),
    "month": Mark(Sign.MONTH),
    "numbered_week": Mark(Sign.NUMBERED_WEEK),
    "weekend": Mark(Sign.WEEKEND),
    "after_next": Mark(Sign.AFTER_NEXT),
    "last": Mark(Sign.LAST),
    "next": Mark(Sign.NEXT),
    "this": Mark(Sign.THIS),
    "within": Mark(Sign.WITHIN),
    "within_it": Mark(Sign.WITHIN_IT),
    "or": Mark(Sign.OR),
    "not": Mark(Sign.NOT),
    "not_it": Mark(Sign.NOT_IT),
    "since": Mark(Sign.SINCE),
    "counted": Mark(Sign.COUNTED),
    "lasting": Mark(Sign.LASTING),
}
_TABLES: Final[Mapping[str, Sign]] = {
    "plus": Sign.PLUS,
    "parts": Sign.PART,
    "parts_after_day": Sign.PART_AFTER_DAY,
    "week_parts": Sign.PART_OF_WEEK,
    "soon": Sign.SOON,
}
_PART_SIGNS: Final = frozenset({Sign.PART, Sign.PART_AFTER_DAY})
_WEEK_PARTS: Final = {"beginning": Sign.BEGINNING, "middle": Sign.MIDDLE, "end": Sign.END}


class TimeWords:
    """The words of one language."""

    def __init__(self, language: Language) -> None:
        data = _read(language)
        self._phrases: dict[str, dict[tuple[str, ...], Mark]] = {}
        self._beginnings: dict[str, dict[tuple[str, ...], Mark]] = {}
        for phrase, mark in _entries(data):
            self._add(phrase, mark)
        self.later = frozenset(fold(word) for word in data["later"])
        self.sure_days = frozenset(data.get("sure_days", ()))
        self.day_or_part = frozenset(data.get("day_or_part", ()))
        self.other_months = frozenset(data.get("other_months", ()))
        self.idle = frozenset(word for phrase in data["idle"] for word in fold(phrase).split())
        self.moves = re.compile("|".join(rf"\b{re.escape(fold(one))}" for one in data["moves"]))
        self.customer = _customer(data["customer"])
        self.joined = _joined(data.get("joined_days", {}), data.get("joined_parts", ()))
        self.starting = lru_cache(maxsize=_KNOWN_WORDS)(self._starting)

    def _add(self, phrase: str, mark: Mark) -> None:
        parts = tuple(fold(word.rstrip("*")) + "*" * word.endswith("*") for word in _apart(phrase))
        known = self._beginnings if parts[0].endswith("*") else self._phrases
        known.setdefault(parts[0].rstrip("*"), {}).setdefault(parts, mark)

    def _starting(self, word: str) -> tuple[tuple[tuple[str, ...], Mark], ...]:
        """The phrases that can begin with a folded word, longest first; whole words before beginnings of words."""
        found = list(self._phrases.get(word, {}).items())
        for beginning, phrases in self._beginnings.items():
            if word.startswith(beginning):
                found += phrases.items()
        return tuple(sorted(found, key=lambda item: -len(item[0])))

    def at(self, words: list[str], n: int, end: int) -> tuple[int, Mark] | None:
        """The longest phrase that begins at a word and ends before `end`: how many words it has, and what it means."""
        for parts, mark in self.starting(words[n]):
            last = n + len(parts)
            if last <= end and all(map(matches, parts, words[n:last])):
                return len(parts), mark
        return None

    def part(self, words: list[str]) -> Mark | None:
        """The part of the day that words end with: "this afternoon"."""
        for n in range(len(words)):
            found = self.at(words, n, len(words))
            if found and found[1].sign in _PART_SIGNS and n + found[0] == len(words):
                return found[1]
        return None


@cache
def time_words(language: Language) -> TimeWords:
    """The words of a language, read once."""
    return TimeWords(language)


def _read(language: Language) -> dict[str, Any]:
    with (_WORDS / f"{language}.yml").open(encoding="utf-8") as file:
        data: dict[str, Any] = yaml.load(file, Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))  # noqa: S506 - safe
    return data


def _apart(phrase: str) -> list[str]:
    """The words of a phrase: what an apostrophe or a hyphen joins is two."""
    return [word for word in re.split(r"[^\w*/]+", phrase) if word]


def _entries(data: Mapping[str, Any]) -> Iterator[tuple[str, Mark]]:
    for name, mark in _LISTS.items():
        yield from ((phrase, mark) for phrase in data.get(name, ()))
    for name, sign in _TABLES.items():
        for value, phrases in data.get(name, {}).items():
            yield from ((phrase, Mark(sign, _value(sign, value))) for phrase in phrases)
    yield from ((word, Mark(Sign.NUMBER, value)) for word, value in data.get("hours", {}).items())


def _value(sign: Sign, value: Any) -> Any:
    if sign in _PART_SIGNS:
        return _PARTS[value]
    return _WEEK_PARTS[value] if sign is Sign.PART_OF_WEEK else value


def _joined(days: Mapping[str, str], parts: list[str]) -> tuple[re.Pattern[str], Mapping[str, str]] | None:
    """Where a day and a part of it are one word: Donnerstagnachmittag, huomisaamuna."""
    if not days:
        return None
    return re.compile(rf"\b({'|'.join(days)})s?(?=(?:{'|'.join(parts)}))", re.IGNORECASE), days


def _customer(data: Mapping[str, Any]) -> re.Pattern[str]:
    """For a customer of ours; on their behalf; our customer needs one."""
    words, nouns, wants = (_any(data[name]) for name in ("words", "nouns", "wants"))
    ways = [rf"{nouns}"] if "for" not in data else []
    if "for" in data:
        besides = f"(?! {_any(data['not_before'])})" if data.get("not_before") else ""
        ways.append(rf"{_any(data['for'])} (?:{words} ){{0,4}}(?:\w+ )?{nouns}\b{besides}")
    ways += [_any(data["on_behalf"])] if "on_behalf" in data else []
    if data.get("bare_who"):
        ways.append(rf"{_any(data['who'])} (?:\w+ )?{wants}")
    else:
        ways.append(rf"{_any(data['who'])} (?:\w+ )?{nouns} (?:\w+ ){{0,2}}{wants}")
    return re.compile("|".join(rf"\b(?:{way})\b" for way in ways))


def _any(phrases: list[str]) -> str:
    folded = sorted({fold_word(phrase.rstrip("*")) + r"\w*" * phrase.endswith("*") for phrase in phrases}, key=len)
    return f"(?:{'|'.join(reversed(folded))})"
