"""Durations, rule by rule, in four languages."""

from datetime import date

import pytest

from bot.understand.slots.values import values

TODAY = date(2027, 3, 17)


def durations(text, language):
    """The days of each duration of a message."""
    return [value.value["days"] for value in values(text, language, TODAY) if value.kind == "duration"]


@pytest.mark.parametrize(
    ("language", "text", "days"),
    [
        ("fr", "45 jours", 45), ("fr", "6 semaines", 42), ("fr", "trois mois", 90), ("fr", "un trimestre", 90),
        ("fr", "deux ans", 730), ("fr", "48 heures", 2),
        ("en", "45 days", 45), ("en", "6 weeks", 42), ("en", "a fortnight", 14), ("en", "three months", 90),
        ("en", "one quarter", 90), ("en", "two years", 730), ("en", "48 hours", 2),
        ("de", "45 Tage", 45), ("de", "6 Wochen", 42), ("de", "drei Monate", 90), ("de", "ein Quartal", 90),
        ("de", "ein Halbjahr", 182), ("de", "zwei Jahre", 730), ("de", "48 Stunden", 2),
        ("fi", "45 päivää", 45), ("fi", "6 viikkoa", 42), ("fi", "kolme kuukautta", 90), ("fi", "yksi kvartaali", 90),
        ("fi", "kaksi vuotta", 730), ("fi", "48 tuntia", 2),
    ],
)  # fmt: skip
def test_every_unit_has_its_days(language, text, days):
    """A month has 30 and a year 365."""
    assert durations(text, language) == [days]


@pytest.mark.parametrize(
    ("language", "text", "days"),
    [
        ("fr", "un an et demi", 547),
        ("fr", "une demi-année", 182),
        ("fr", "1,5 an", 547),
        ("en", "about a year and a half", 547),
        ("en", "two and a half months", 75),
        ("en", "half a year", 182),
        ("en", "1.5 years", 547),
        ("de", "etwa anderthalb Jahre", 547),
        ("de", "zweieinhalb Monate", 75),
        ("de", "gut ein halbes Jahr", 182),
        ("de", "1,5 Jahre", 547),
        ("fi", "noin puolitoista vuotta", 547),
        ("fi", "kaksi ja puoli kuukautta", 75),
        ("fi", "puoli vuotta", 182),
        ("fi", "1,5 vuotta", 547),
    ],
)
def test_halves_are_rounded_down(language, text, days):
    """The half of 365 days is 182."""
    assert durations(text, language) == [days]


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("en", "a 30-day trial"),
        ("de", "eine 30-tägige Testphase"),
        ("de", "eine dreißigtägige Testphase"),
        ("fi", "30-päiväinen kokeilu"),
        ("fi", "kolmenkymmenen päivän kokeilu"),
        ("fr", "un essai de 30 jours"),
        ("fr", "30 j"),
        ("en", "30d"),
        ("fi", "30 pv"),
    ],
)
def test_it_may_stand_in_a_compound_or_be_abbreviated(language, text):
    """A word that holds a number and a unit says both."""
    assert durations(text, language) == [30]


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("fr", "2 ans et 3 mois"),
        ("en", "2 years and 3 months"),
        ("de", "2 Jahre und 3 Monate"),
        ("fi", "2 vuotta ja 3 kuukautta"),
    ],
)
def test_two_joined_by_an_and_are_one(language, text):
    """Their days are added."""
    (found,) = [value for value in values(text, language, TODAY) if value.kind == "duration"]

    assert (found.value, found.text) == ({"days": 820}, text)


@pytest.mark.parametrize(("text", "days"), [("vuoden tilaus", [365]), ("kuukauden kokeilu", [30]), ("vuosi", [])])
def test_finnish_needs_no_number_for_one(text, days):
    """A year's contract; a year alone is no duration."""
    assert durations(text, "fi") == days


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("fr", "il y a 3 mois"),
        ("fr", "dans 3 mois"),
        ("en", "3 months ago"),
        ("en", "in 3 months"),
        ("de", "vor 3 Monaten"),
        ("de", "in 3 Monaten"),
        ("fi", "3 kuukautta sitten"),
        ("fi", "3 kuukauden kuluttua"),
    ],
)
def test_what_is_counted_from_today_is_a_day(language, text):
    """And no duration beside it."""
    assert [value.kind for value in values(text, language, TODAY)] == ["date"]


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("fr", "la semaine dernière"),
        ("en", "last week, this month, next year"),
        ("de", "letzte Woche, diesen Monat, nächstes Jahr"),
        ("fi", "viime viikolla, tässä kuussa, ensi vuonna"),
        ("en", "0 days, -3 days"),
        ("en", "for days and weeks"),
    ],
)
def test_other_units_are_no_durations(language, text):
    """Stretches of the calendar, amounts of nothing, and units without one."""
    assert durations(text, language) == []
