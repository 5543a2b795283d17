"""The words from which values are read, per language: our own lists (`words/*.yml`) and names from CLDR.

A word means one thing here, a `Tag`. Endings are covered by `*` in the lists: `lisens*` is every case of *lisenssi*.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache, lru_cache
from pathlib import Path
from typing import Any, Final

import yaml
from babel.numbers import get_currency_name
from rapidfuzz import process
from rapidfuzz.distance import DamerauLevenshtein

from bot import i18n
from bot.model import Language
from bot.understand.normalise import fold, fold_word
from bot.understand.slots.kinds import Kind

_WORDS: Final = Path(__file__).parent / "words"
CURRENCIES: Final = ("USD", "EUR", "GBP", "CHF", "SEK", "NOK", "DKK", "PLN", "CAD", "AUD", "JPY", "CZK", "HUF", "INR")
_WORD: Final = re.compile(r"[^\W_]+")
_SHORTEST_SLIP: Final = 5  # letters of a word that may be a mistyped month
_KNOWN_WORDS: Final = 50_000  # words whose tags are remembered


@dataclass(frozen=True, slots=True)
class Tag:
    """What a word means; `value` by kind: a number, a month (1 to 12), a weekday (0 is Monday), a currency code."""

    kind: Kind
    value: Any = None


_LISTS: Final[Mapping[str, Kind]] = {
    "articles": Kind.ARTICLE,
    "single": Kind.SINGLE,
    "me_and": Kind.ME_AND,
    "and_me": Kind.AND_ME,
    "revenue": Kind.REVENUE,
    "half": Kind.HALF,
    "and_half": Kind.AND_HALF,
    "last": Kind.LAST,
    "next": Kind.NEXT,
    "this": Kind.THIS,
    "ago_before": Kind.AGO_BEFORE,
    "ago_after": Kind.AGO_AFTER,
    "in_before": Kind.IN_BEFORE,
    "in_after": Kind.IN_AFTER,
    "announces_day": Kind.ANNOUNCES_DAY,
    "until": Kind.UNTIL,
    "people": Kind.PEOPLE,
    "employees": Kind.EMPLOYEES,
    "licences": Kind.LICENCES,
    "clients": Kind.CLIENTS,
    "companies": Kind.COMPANY,
    "teams": Kind.TEAM,
    "none": Kind.NONE,
    "another": Kind.ANOTHER,
    "more": Kind.MORE,
    "used": Kind.USED,
    "plan_nouns": Kind.PLAN_NOUN,
    "plan_targets": Kind.PLAN_TARGET,
    "plan_current": Kind.PLAN_CURRENT,
    "per_month": Kind.PER_MONTH,
    "names_before_number": Kind.NAME_BEFORE_NUMBER,
    "fillers": Kind.FILLER,
}
_TABLES: Final[Mapping[str, Kind]] = {
    "units": Kind.UNIT,
    "magnitudes": Kind.MAGNITUDE,
    "months": Kind.MONTH,
    "weekdays": Kind.WEEKDAY,
    "short_weekdays": Kind.SHORT_WEEKDAY,
    "feasts": Kind.FEAST,
    "currencies": Kind.CURRENCY,
    "relative": Kind.RELATIVE,
    "plans": Kind.PLAN,
    "payments": Kind.PAYMENT,
}
_AFTER_NUMBER: Final[Mapping[str, Kind]] = {
    "units_after_number": Kind.UNIT,
    "magnitudes_after_number": Kind.MAGNITUDE,
    "currencies_after_number": Kind.CURRENCY,
}

_FIRST: Final = (
    Kind.RELATIVE, Kind.MONTH, Kind.WEEKDAY, Kind.FEAST, Kind.GROUP, Kind.UNIT, Kind.CURRENCY, Kind.MAGNITUDE,
    Kind.NUMBER, Kind.ORDINAL, Kind.ARTICLE, Kind.HALF, Kind.AND_HALF, Kind.LAST, Kind.NEXT, Kind.AGO_BEFORE,
    Kind.AGO_AFTER, Kind.UNTIL, Kind.IN_BEFORE, Kind.IN_AFTER, Kind.EMPLOYEES, Kind.LICENCES, Kind.CLIENTS, Kind.PEOPLE,
    Kind.COMPANY, Kind.TEAM, Kind.NONE, Kind.ANOTHER, Kind.THIS, Kind.ANNOUNCES_DAY, Kind.PER_MONTH,
    Kind.NAME_BEFORE_NUMBER, Kind.MORE, Kind.USED, Kind.SINGLE, Kind.SHORT_WEEKDAY, Kind.FILLER,
)  # fmt: skip
"""Of a word in several lists, the first of these counts for the grammar; plans and payments look on their own."""


class Lexicon:
    """The words of one language."""

    def __init__(self, language: Language) -> None:
        self.language = language
        data = _read(language)
        self.spelled: Mapping[str, str] = {fold(key): value for key, value in data["spelled"].items()}
        self.day_word_ends_date = bool(data.get("day_word_ends_date"))
        self._exact: dict[str, dict[Kind, Tag]] = {}
        self._patterns: list[tuple[re.Pattern[str], Tag]] = []
        self._phrases: dict[str, list[tuple[tuple[str, ...], Tag]]] = {}
        self._after_number: dict[str, dict[Kind, Tag]] = {}
        for words, tag in _entries(data, language):
            self._add(words, tag)
        for name, kind in _AFTER_NUMBER.items():
            for value, words in data.get(name, {}).items():
                for word in words:
                    self._after_number.setdefault(fold(word), {}).setdefault(kind, Tag(kind, value))
        for found in self._phrases.values():
            found.sort(key=lambda item: -len(item[0]))
        self.collectives: Mapping[str, int] = {fold(key): value for key, value in data["collectives"].items()}
        self.bare_units = frozenset(map(fold, data.get("bare_units", ())))
        self.bare_duration_verbs = _any(data.get("bare_duration_verbs", ()))
        self.bare_duration_nouns = _any(data.get("bare_duration_nouns", ()))
        self.ordinal_suffixes = frozenset(data["ordinal_suffixes"])
        self.cues = {name: _any(words) for name, words in data["cues"].items()}
        self.past_as_typed = _any(data["cues"]["past"], folded=str.casefold)
        self.yes, self.no = _any(data["yes"]), _any(data["no"])
        self._months: dict[str, int] = {
            fold(name): number for number, name in i18n.locale(language).months["format"]["wide"].items()
        }
        self._nearly_month: Callable[[str], int | None] = lru_cache(maxsize=_KNOWN_WORDS)(self._month_like)
        self._weekdays = {
            word: tags[Kind.WEEKDAY].value
            for word, tags in self._exact.items()
            if Kind.WEEKDAY in tags and len(word) > _SHORTEST_SLIP
        }
        self._nearly_weekday: Callable[[str], int | None] = lru_cache(maxsize=_KNOWN_WORDS)(self._weekday_like)
        self.tags = lru_cache(maxsize=_KNOWN_WORDS)(self._tags)

    def _add(self, words: str, tag: Tag) -> None:
        parts = tuple(fold(word) + ("*" if star else "") for word, star in _split(words))
        if len(parts) == 1 and "*" not in words:
            self._exact.setdefault(parts[0], {}).setdefault(tag.kind, tag)
        elif len(parts) == 1:
            pattern = re.escape(fold(words.strip("*"))) + (r"\w*" if words.endswith("*") else "")
            self._patterns.append((re.compile((r"\w*" if words.startswith("*") else "") + pattern), tag))
        else:
            self._phrases.setdefault(parts[0].rstrip("*"), []).append((parts, tag))

    def _tags(self, word: str) -> Mapping[Kind, Tag]:
        folded = fold_word(word)
        found = dict(self._exact.get(folded, {}))
        for pattern, tag in self._patterns:
            if tag.kind not in found and pattern.fullmatch(folded):
                found[tag.kind] = tag
        return found

    def tag(self, word: str) -> Tag | None:
        """What a word means to the grammar of values; None for an ordinary one."""
        found = self.tags(word)
        return next((found[kind] for kind in _FIRST if kind in found), None) if found else None

    def after_number(self, word: str, *, before_currency: bool) -> Tag | None:
        """What an abbreviation means right behind a number: 30 j, 600 k; 80 T, but 80 T€."""
        found = self._after_number.get(fold_word(word), {})
        units = (Kind.MAGNITUDE, Kind.UNIT) if before_currency else (Kind.UNIT, Kind.MAGNITUDE)
        order = (*units, Kind.CURRENCY)
        return next((found[kind] for kind in order if kind in found), None)

    def nearly_weekday(self, word: str) -> int | None:
        """The weekday whose name a word is a slip of the fingers away from; None if it is not."""
        return self._nearly_weekday(word)

    def _weekday_like(self, word: str) -> int | None:
        slips = 1 + (len(word) > _SHORTEST_SLIP + 1)
        near = process.extractOne(
            fold(word), list(self._weekdays), scorer=DamerauLevenshtein.distance, score_cutoff=slips
        )
        return None if near is None else int(self._weekdays[near[0]])

    def nearly_month(self, word: str) -> int | None:
        """The month whose name a word begins, or is a slip of the fingers away from; None if it is neither."""
        return self._nearly_month(word)

    def _month_like(self, word: str) -> int | None:
        folded = fold(word)
        begun = {number for name, number in self._months.items() if name.startswith(folded)}
        if len(begun) == 1:
            return begun.pop()
        if len(folded) < _SHORTEST_SLIP:
            return None
        near = process.extractOne(folded, list(self._months), scorer=DamerauLevenshtein.distance, score_cutoff=1)
        return None if near is None else int(self._months[near[0]])

    def phrases(self, first: str) -> Iterable[tuple[tuple[str, ...], Tag]]:
        """The phrases that begin with a folded word, longest first."""
        return self._phrases.get(first, ())


@cache
def lexicon(language: Language) -> Lexicon:
    """The lexicon of a language, read once."""
    return Lexicon(language)


def matches(pattern: str, word: str) -> bool:
    """Whether a folded word is what a part of a phrase asks for."""
    return word.startswith(pattern[:-1]) if pattern.endswith("*") else word == pattern


def _read(language: Language) -> dict[str, Any]:
    with (_WORDS / f"{language}.yml").open(encoding="utf-8") as file:
        data: dict[str, Any] = yaml.load(file, Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))  # noqa: S506 - safe
    return data


def _entries(data: Mapping[str, Any], language: Language) -> Iterator[tuple[str, Tag]]:
    for name, kind in _LISTS.items():
        yield from ((words, Tag(kind)) for words in data[name])
    for name, kind in _TABLES.items():
        yield from ((words, Tag(kind, value)) for value, listed in data[name].items() for words in listed)
    yield from ((words, Tag(Kind.LAST, _BEFORE_LAST)) for words in data["before_last"])
    yield from ((words, Tag(Kind.ORDINAL, value)) for words, value in data["ordinals"].items())
    yield from ((words, Tag(Kind.NUMBER, value)) for words, value in data["numbers"].items())
    yield from ((words, Tag(Kind.GROUP, value)) for words, value in data["groups"].items())
    yield from _from_cldr(language, inflected=bool(data.get("inflected")))


def _from_cldr(language: Language, *, inflected: bool) -> Iterator[tuple[str, Tag]]:
    locale = i18n.locale(language)
    for width in ("wide", "abbreviated"):
        for context in ("format", "stand-alone"):
            for number, name in locale.months[context][width].items():
                yield _inflected(name, inflected=inflected and width == "wide"), Tag(Kind.MONTH, number)
    for number, name in locale.days["stand-alone"]["wide"].items():
        yield name, Tag(Kind.WEEKDAY, number)
    for code in CURRENCIES:
        yield code, Tag(Kind.CURRENCY, code)
        for count in (1, 2):
            yield get_currency_name(code, count=count, locale=locale), Tag(Kind.CURRENCY, code)


_BEFORE_LAST: Final = 2
"""The value of a word for the last but one."""


def _inflected(month: str, *, inflected: bool) -> str:
    # Finnish: marraskuu, marraskuuta, marraskuun, marraskuussa…
    return month.removesuffix("ta") + "*" if inflected else month


def _split(words: str) -> list[tuple[str, bool]]:
    return [(match[0], words[match.end() : match.end() + 1] == "*") for match in _WORD.finditer(words)]


def _any(words: Iterable[str], folded: Callable[[str], str] = fold) -> re.Pattern[str]:
    """Any of the words or phrases, in a text that is folded in the same way."""
    parts = [
        (r"\w*" if one.startswith("*") else r"\b")
        + re.escape(folded(one.strip("*")))
        + (r"\w*" if one.endswith("*") else r"\b")
        for one in words
    ]
    return re.compile("|".join(parts) or r"(?!)")
