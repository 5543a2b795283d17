"""Words and forms per language."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from babel.messages.catalog import Catalog

from bot import i18n, paths
from bot.i18n import Catalogues, Translator, money, number, percent
from bot.model import LANGUAGES

NBSP, NARROW = "\u00a0", "\u202f"


@pytest.fixture(scope="module")
def catalogues():
    """The shipped catalogues."""
    return Catalogues(paths.locales_dir())


def translator(language="fr", **messages):
    """A translator with these sentences; a pair is a sentence with plural forms."""
    catalogue = Catalog(locale=language, fuzzy=False)
    for id_, string in messages.items():
        catalogue.add((id_, f"{id_}s") if isinstance(string, tuple) else id_, string)
    return Translator(language, catalogue)


@pytest.mark.parametrize(
    ("value", "written"),
    [
        (30, {"fr": "30", "en": "30", "de": "30", "fi": "30"}),
        (
            1234567,
            {"fr": f"1{NARROW}234{NARROW}567", "en": "1,234,567", "de": "1.234.567", "fi": f"1{NBSP}234{NBSP}567"},
        ),
        (2.5, {"fr": "2,5", "en": "2.5", "de": "2,5", "fi": "2,5"}),
    ],
)
def test_numbers(value, written):
    """With the separators of the language."""
    assert {language: number(value, language) for language in LANGUAGES} == written


@pytest.mark.parametrize(
    ("fraction", "written"),
    [
        (0.1, {"fr": f"10{NARROW}%", "en": "10%", "de": f"10{NBSP}%", "fi": f"10{NBSP}%"}),
        (0.075, {"fr": f"7,5{NARROW}%", "en": "7.5%", "de": f"7,5{NBSP}%", "fi": f"7,5{NBSP}%"}),
        (1 / 3, {"fr": f"33,33{NARROW}%", "en": "33.33%", "de": f"33,33{NBSP}%", "fi": f"33,33{NBSP}%"}),
        (0.07, {"fr": f"7{NARROW}%", "en": "7%", "de": f"7{NBSP}%", "fi": f"7{NBSP}%"}),
    ],
)
def test_percentages(fraction, written):
    """As many decimals as there are, two at most; the space is one that does not break."""
    found = {language: percent(fraction, language) for language in LANGUAGES}

    assert {language: text.replace(NARROW, NBSP) for language, text in found.items()} == {
        language: text.replace(NARROW, NBSP) for language, text in written.items()
    }
    assert not any(" " in text for text in found.values())


@pytest.mark.parametrize(
    ("amount", "currency", "written"),
    [
        (50_000, "USD", {"fr": "50 000 $US", "en": "US$50,000", "de": "50.000 $", "fi": "50 000 $"}),
        (1234.5, "EUR", {"fr": "1 234,50 €", "en": "€1,234.50", "de": "1.234,50 €", "fi": "1 234,50 €"}),
        (0, "EUR", {"fr": "0 €", "en": "€0", "de": "0 €", "fi": "0 €"}),
    ],
)
def test_money(amount, currency, written):
    """Whole amounts have no decimals, others have two; each language has its own place for the sign."""
    found = {language: money(amount, currency, language) for language in LANGUAGES}

    assert {language: text.replace(NARROW, " ").replace(NBSP, " ") for language, text in found.items()} == written
    assert not any(" " in text for text in found.values())


def test_days():
    """With their weekday, day before month, in English too."""
    assert {language: i18n.day(date(2026, 11, 23), language).replace(",", "") for language in LANGUAGES} == {
        "fr": "lundi 23 novembre 2026",
        "en": "Monday 23 November 2026",
        "de": "Montag 23. November 2026",
        "fi": "maanantai 23. marraskuuta 2026",
    }


def test_languages_by_their_own_name_and_by_others():
    """As on a button, and as in a sentence; any code has a name, an unknown one is its own."""
    assert dict(i18n.own_names()) == {"fr": "Français", "en": "English", "de": "Deutsch", "fi": "Suomi"}
    assert i18n.language_name("de", "fi") == "saksa"
    assert i18n.language_name("sv", "fr") == "suédois"
    assert i18n.language_name("tlh-x", "en") == "tlh-x"


def test_a_sentence_is_translated_and_filled():
    """Values are put in after translating; what has no translation stays as it is."""
    t = translator(**{"Hello {name}": "Bonjour {name}"})

    assert t("Hello {name}", name="{x} <&>") == "Bonjour {x} <&>"
    assert t("Bye {name}", name="Anna") == "Bye Anna"
    assert Translator("en", None)("Hello {name}", name="Anna") == "Hello Anna"


def test_an_empty_translation_is_none():
    """Better English than nothing."""
    assert translator(Hello="")("Hello") == "Hello"


@pytest.mark.parametrize("values", [{}, {"other": 1}])
def test_a_missing_value_is_an_error(values):
    """Nobody is shown a placeholder, in translation or not."""
    for t in (translator(**{"Hello {name}": "Bonjour {name}"}), Translator("en", None)):
        with pytest.raises(KeyError, match="name"):
            t("Hello {name}", **values)
    with pytest.raises(KeyError, match="prenom"):
        translator(**{"Hello {name}": "Bonjour {prenom}"})("Hello {name}", name="Anna")


@pytest.mark.parametrize(("language", "first"), [("fr", {0, 1}), ("en", {1}), ("de", {1}), ("fi", {1})])
def test_plural_forms(language, first):
    """Each language says which numbers take the first form: 0 does in French alone."""
    t = translator(language, **{"{n} day": ("{n} one {of}", "{n} many {of}")})
    if language == "en":
        t = Translator("en", None)

    said = {n: t.plural("{n} day", "{n} days", n, of="x") for n in (0, 1, 2, 5, 11, 21, 1000)}

    one, many = ("{} day", "{} days") if language == "en" else ("{} one x", "{} many x")
    assert said == {n: (one if n in first else many).format(number(n, language)) for n in said}


def test_a_plural_without_a_translation_is_english():
    """By the English rule."""
    t = translator("fr")

    assert [t.plural("{n} day", "{n} days", n) for n in (1, 2)] == ["1 day", "2 days"]


def test_the_shipped_catalogues_speak_all_languages(catalogues):
    """English is the source; an unknown language is answered in it."""
    said = {language: catalogues[language]("None of these") for language in LANGUAGES}

    assert len(set(said.values())) == len(LANGUAGES)
    assert said["en"] == "None of these"
    assert catalogues["sv"]("None of these") == "None of these"


def test_a_missing_catalogue_is_an_error(tmp_path):
    """It is part of what is shipped."""
    with pytest.raises(OSError, match=r"bot\.po"):
        Catalogues(tmp_path)


def test_the_first_of_a_month_is_an_ordinal_in_french_alone():
    """Nobody writes "le 1 octobre"; the 11th and the 21st are cardinals."""
    first = date(2026, 10, 1)

    assert i18n.day(first, "fr") == i18n.on_day(first, "fr") == "jeudi 1er octobre 2026"
    assert i18n.short_day(first, "fr") == "1er octobre"
    assert i18n.short_day(first.replace(day=21), "fr") == "21 octobre"
    assert i18n.day(date(2026, 10, 21), "fr") == "mercredi 21 octobre 2026"
    assert "1. Oktober" in i18n.day(first, "de")
    assert i18n.on_day(date(2026, 11, 1), "fi") == "sunnuntaina 1. marraskuuta 2026"


@pytest.mark.parametrize(
    ("language", "written"),
    [
        ("fr", "24 novembre, 00:30"),
        ("en", "24 November, 00:30"),
        ("de", "24. November, 00:30"),
        ("fi", "24. marraskuuta klo 0.30"),
    ],
)
def test_a_moment_is_told_on_the_clock_of_its_zone(language, written):
    """Day and time as the language writes them."""
    at = datetime(2026, 11, 23, 22, 30, tzinfo=UTC).astimezone(ZoneInfo("Europe/Helsinki"))

    assert i18n.moment(at, language) == written
    assert written.startswith(i18n.short_day(at, language))


@pytest.mark.parametrize(
    ("language", "short", "full", "stretch"),
    [
        ("fr", "mar. 1er déc., 10:05", "mardi 1er décembre 2026, 10:05", "mar. 1er déc., 10:05–10:35"),
        ("en", "Tue 1 Dec, 10:05", "Tuesday, 1 December 2026, 10:05", "Tue 1 Dec, 10:05–10:35"),
        ("de", "Di., 1. Dez., 10:05", "Dienstag, 1. Dezember 2026, 10:05", "Di., 1. Dez., 10:05–10:35"),
        ("fi", "ti 1.12. klo 10.05", "tiistai 1. joulukuuta 2026 klo 10.05", "ti 1.12. klo 10.05–10.35"),
    ],
)
def test_an_appointment_is_told_with_its_weekday(language, short, full, stretch):
    """On the clock of its zone, in short, in full, and until when."""
    at = datetime(2026, 12, 1, 8, 5, tzinfo=UTC)
    there = at.astimezone(ZoneInfo("Europe/Helsinki"))

    assert i18n.appointment(there, language) == short
    assert i18n.appointment(there, language, full=True) == full
    assert i18n.appointment(there, language, until=at + timedelta(minutes=30)) == stretch
    assert short.startswith(i18n.near_day(there, language))
    assert short.endswith(i18n.clock(there, language))


@pytest.mark.parametrize(
    ("zone", "names"),
    [
        ("Europe/Helsinki", ("Helsinki", "Helsinki", "Helsinki", "Helsinki")),
        ("Europe/Paris", ("Paris", "Paris", "Paris", "Pariisi")),
        ("Europe/Kyiv", ("Kiev", "Kyiv", "Kiew", "Kiova")),
        ("Asia/Kolkata", ("Calcutta", "Kolkata", "Kalkutta", "Kalkutta")),
        ("America/Argentina/Buenos_Aires", ("Buenos Aires",) * 4),
        ("Atlantic/Reykjavik", ("Reykjavik", "Reykjavik", "Reykjavík", "Reykjavík")),
        ("Asia/Katmandu", ("Katmandou", "Kathmandu", "Kathmandu", "Kathmandu")),
        ("UTC", ("UTC",) * 4),
        ("Mars/Olympus_Mons", ("Olympus Mons",) * 4),
    ],
)
def test_a_zone_is_named_by_its_city(zone, names):
    """As the language writes it, also where CLDR has the zone under an older name."""
    assert tuple(i18n.zone_city(zone, language) for language in LANGUAGES) == names
