"""Words and forms per language: gettext catalogues, numbers, money, dates, quotation marks.

The source strings in Python are English; `locales/LANG/LC_MESSAGES/bot.po` hold the other languages and are read into
memory by Babel: nothing is compiled, so nothing compiled can be out of date.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, time
from functools import lru_cache
from pathlib import Path
from types import MappingProxyType
from typing import Final

from babel import Locale
from babel.core import get_global
from babel.dates import format_date, format_skeleton, format_time
from babel.messages.catalog import Catalog
from babel.messages.pofile import read_po
from babel.numbers import format_currency, format_decimal, format_percent

from bot.model import DEFAULT_LANGUAGE, LANGUAGES, Language

DOMAIN: Final = "bot"
CATALOGUE: Final = "locales/{language}/LC_MESSAGES/bot.po"
"""Where a catalogue stands in the repository."""
SOURCE_LANGUAGE: Final[Language] = "en"

# English as partners in Europe write it: day before month, 24-hour times.
_LOCALES: Final = {"fr": "fr_FR", "en": "en_GB", "de": "de_DE", "fi": "fi_FI"}


def locale(language: Language) -> Locale:
    """The CLDR locale of a language."""
    return _locale(language)


@lru_cache
def _locale(language: Language) -> Locale:
    return Locale.parse(_LOCALES[language])


@dataclass(frozen=True, slots=True)
class Sentence:
    """A sentence of the code in one language, before its values are put in."""

    source: str  # in English; the singular, where it has a plural
    text: str
    form: int | None = None  # which plural form it is
    line: int = 0  # in the catalogue; 0: it has none, and the text is English


class Translator:
    """The sentences of one language. Called with a source string and its values, it gives the sentence.

    `{name}` in a string stands for the value `name`; values are put in after translating, never concatenated.
    """

    def __init__(self, language: Language, catalogue: Catalog | None) -> None:
        self.language = language
        self._catalogue = catalogue

    def __call__(self, source: str, /, **values: object) -> str:
        """Translate a sentence. Raises KeyError for a value that the sentence wants and does not get."""
        return self.sentence(source).text.format(**values)

    def plural(self, singular: str, plural: str, n: int, /, **values: object) -> str:
        """Translate a sentence with a number in it, `{n}`, in the plural form that the number takes."""
        return self.sentence(singular, plural, n).text.format(n=number(n, self.language), **values)

    def sentence(self, source: str, plural: str | None = None, n: int = 1) -> Sentence:
        """The sentence that stands for a source string, in the plural form that the number takes."""
        if self._catalogue is not None and (message := self._catalogue.get(source)) is not None and message.string:
            if plural is None:
                return Sentence(source, str(message.string), line=message.lineno or 0)
            form = _plural_index(self._catalogue, n)
            return Sentence(source, message.string[form], form, message.lineno or 0)
        if plural is None:
            return Sentence(source, source)
        form = int(n != 1)
        return Sentence(source, plural if form else source, form)


def _plural_index(catalogue: Catalog, n: int) -> int:
    # The four languages have two forms; CLDR says which numbers take the first (0 does in French alone).
    if str(catalogue.locale_identifier).startswith("fr"):
        return int(n > 1)
    return int(n != 1)


class Catalogues:
    """The translators of all languages."""

    def __init__(self, folder: Path) -> None:
        self._translators = {
            language: Translator(language, None if language == SOURCE_LANGUAGE else read_catalogue(folder, language))
            for language in LANGUAGES
        }

    def __getitem__(self, language: Language) -> Translator:
        return self._translators.get(language) or self._translators[DEFAULT_LANGUAGE]


def catalogue_path(folder: Path, language: Language) -> Path:
    """Where the catalogue of a language stands."""
    return folder / language / "LC_MESSAGES" / f"{DOMAIN}.po"


def read_catalogue(folder: Path, language: Language) -> Catalog:
    """Read a catalogue. Raises OSError if it is missing."""
    with catalogue_path(folder, language).open("rb") as file:
        return read_po(file, locale=language, domain=DOMAIN)


@lru_cache(maxsize=4096)
def number(value: float, language: Language) -> str:
    """A number with the separators of the language."""
    return format_decimal(value, locale=_locale(language))


@lru_cache(maxsize=1024)
def percent(fraction: float, language: Language) -> str:
    """A fraction as a percentage, with as many decimals as it has (at most two)."""
    return format_percent(round(fraction, 4), format=None, locale=_locale(language), decimal_quantization=False)


@lru_cache(maxsize=1024)
def money(amount: float, currency: str, language: Language) -> str:
    """An amount with its currency; whole amounts without decimals."""
    whole = amount == int(amount)
    return format_currency(
        amount,
        currency,
        locale=_locale(language),
        currency_digits=not whole,
        decimal_quantization=True,
        format=_whole_currency_pattern(language) if whole else None,
    )


@lru_cache
def _whole_currency_pattern(language: Language) -> str:
    return str(_locale(language).currency_formats["standard"].pattern).replace(".00", "")


def day(value: date, language: Language) -> str:
    """A calendar day in full, with its weekday: Monday 23 November 2026."""
    return _first(format_date(value, format="full", locale=_locale(language)), value, language)


def on_day(value: date, language: Language) -> str:
    """A calendar day in full as it stands in a sentence: Finnish has a case for it, perjantaina 13. marraskuuta."""
    if language == "fi":
        return format_date(value, format="cccc'na' d. MMMM y", locale=_locale(language))
    return day(value, language)


def short_day(value: date, language: Language) -> str:
    """A calendar day within the year: 23 November."""
    return _first(str(format_skeleton("MMMMd", value, locale=_locale(language))), value, language)


def moment(at: datetime, language: Language) -> str:
    """An instant within the year, on the clock of its zone: 23 November, 10:04."""
    return _together(short_day(at, language), clock(at, language), language)


def near_day(value: date, language: Language) -> str:
    """A calendar day of these weeks, with its weekday, in short: Tue 24 Nov."""
    return _near_day(date(value.year, value.month, value.day), language)


@lru_cache(maxsize=1024)
def _near_day(value: date, language: Language) -> str:
    return _first(str(format_skeleton("MMMEd", value, locale=_locale(language))), value, language)


def clock(at: datetime, language: Language) -> str:
    """What the clock of its zone shows at an instant: 10:00."""
    return str(_clock(at.hour, at.minute, language))


@lru_cache(maxsize=2048)
def _clock(hour: int, minute: int, language: Language) -> str:
    return format_time(time(hour, minute), "short", locale=_locale(language))


def appointment(at: datetime, language: Language, *, full: bool = False, until: datetime | None = None) -> str:
    """When something begins, on the clock of its zone: Tue 24 Nov, 10:00.

    Args:
        at: The instant, in the zone by whose clock it is told.
        language: The language.
        full: Whether the day is told in full, with its year.
        until: When it ends, if that is told too: Tue 24 Nov, 10:00–10:30.

    """
    told = day(at.date(), language) if full else near_day(at, language)
    ends = f"–{clock(until.astimezone(at.tzinfo), language)}" if until else ""
    return _together(told, f"{clock(at, language)}{ends}", language)


def _together(day_: str, clock_: str, language: Language) -> str:
    """A day and a time. CLDR lacks the word that tells them apart in Finnish: 23. marraskuuta klo 8.04."""
    pattern = "{1} klo {0}" if language == "fi" else _locale(language).datetime_formats["medium"].replace("'", "")
    return str(pattern).format(clock_, day_)


def zone_city(zone: str, language: Language) -> str:
    """The city that stands for a time zone, as a language writes it: Helsinki, Pariisi, New York."""
    return _cities(language).get(_newer_name(zone)) or zone.rpartition("/")[2].replace("_", " ")


@lru_cache
def _cities(language: Language) -> Mapping[str, str]:
    """The cities that a language writes in its own way."""
    zones = _locale(language).time_zones.items()
    # CLDR hyphenates some: Reykjavík, in German.
    return {_newer_name(zone): str(told["city"]).replace("\u00ad", "") for zone, told in zones if "city" in told}


def _newer_name(zone: str) -> str:
    return str(get_global("zone_aliases").get(zone, zone))  # CLDR has Kyiv under Europe/Kiev


def _first(written: str, value: date, language: Language) -> str:
    # CLDR has no ordinals: the French write the first of a month as one.
    return re.sub(r"(?<!\d)1 ", "1er ", written, count=1) if language == "fr" and value.day == 1 else written


def language_name(of: Language, language: Language) -> str:
    """The name of a language, as another language calls it. Any ISO 639-1 code; an unknown one is given back."""
    return str(_locale(language).languages.get(of, of))


@lru_cache
def own_names() -> Mapping[Language, str]:
    """How each language calls itself, as on a button: Français, English, Deutsch, Suomi."""
    names = {language: language_name(language, language) for language in LANGUAGES}
    return MappingProxyType({language: name[:1].upper() + name[1:] for language, name in names.items()})
