"""Counts, and of what, rule by rule, in four languages."""

from datetime import date

import pytest

from bot.model import LANGUAGES
from bot.understand.slots.values import values

TODAY = date(2027, 3, 17)


def counts(text, language, kind="count"):
    """The counts of a message."""
    return [value for value in values(text, language, TODAY) if value.kind == kind]


def one(text, language, kind="count"):
    """Its only count, with its role."""
    (found,) = counts(text, language, kind)
    return found.value, found.role


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("fr", "une équipe de 7 personnes"),
        ("fr", "nous sommes sept en tout"),
        ("en", "a team of 7 people"),
        ("en", "there are seven of us"),
        ("de", "ein Team von 7 Leuten"),
        ("de", "wir sind insgesamt zu siebt"),
        ("fi", "7 hengen tiimi"),
        ("fi", "meitä on yhteensä seitsemän"),
    ],
)
def test_people_are_those_of_the_team(language, text):
    """By the noun, or by who is counted."""
    assert one(text, language) == (7, "people")


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("fr", "une entreprise de 300 salariés"),
        ("fr", "une PME de 300 personnes"),
        ("en", "a manufacturer with 300 employees"),
        ("en", "a company of 300 people"),
        ("de", "eine Firma mit 300 Mitarbeitern"),
        ("de", "ein Unternehmen mit 300 Personen"),
        ("fi", "firma, jossa on 300 työntekijää"),
        ("fi", "300 hengen yritys"),
    ],
)
def test_people_of_a_company_are_its_employees(language, text):
    """By the noun, or by whose they are."""
    assert one(text, language) == (300, "employees")


@pytest.mark.parametrize(
    ("language", "text", "role"),
    [
        ("fr", "25 licences", "licences"),
        ("fr", "25 sièges", "licences"),
        ("en", "25 licences", "licences"),
        ("en", "25 seats", "licences"),
        ("de", "25 Lizenzen", "licences"),
        ("de", "25 Plätze", "licences"),
        ("fi", "25 lisenssiä", "licences"),
        ("fi", "25 paikkaa", "licences"),
        ("fr", "25 clients", "clients"),
        ("en", "25 customers", "clients"),
        ("de", "25 Kunden", "clients"),
        ("fi", "25 asiakasta", "clients"),
    ],
)
def test_the_noun_tells_what_is_counted(language, text, role):
    """Behind the number, or some words before it."""
    assert one(text, language) == (25, role)


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_plan_behind_a_number_makes_it_licences(language):
    """Nobody has 25 of a plan."""
    assert one("25 Enterprise", language) == (25, "licences")


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_number_alone_counts_nothing(language):
    """What it counts is for the question to say."""
    assert one("25", language) == (25, "")


@pytest.mark.parametrize(
    ("language", "text", "number"),
    [
        ("fr", "vingt-cinq licences", 25),
        ("fr", "septante-cinq licences", 75),
        ("en", "twenty-five licences", 25),
        ("de", "fünfundzwanzig Lizenzen", 25),
        ("de", "fuenfundzwanzig Lizenzen", 25),
        ("fi", "kaksikymmentäviisi lisenssiä", 25),
        ("fi", "kahdellekymmenelleviidelle lisenssille", 25),
        ("fi", "kakskytviis lisenssiä", 25),
        ("fr", "mille deux cents licences", 1_200),
        ("en", "one thousand two hundred licences", 1_200),
        ("de", "tausendzweihundert Lizenzen", 1_200),
        ("fi", "tuhat kaksisataa lisenssiä", 1_200),
    ],
)
def test_numbers_are_read_in_words(language, text, number):
    """As people write them: inflected, with or without umlauts, as they are said."""
    assert one(text, language) == (number, "licences")


@pytest.mark.parametrize(
    ("language", "text", "number"),
    [
        ("fr", "une douzaine de personnes", 12),
        ("fr", "deux douzaines de personnes", 24),
        ("fr", "une demi-douzaine de personnes", 6),
        ("fr", "une vingtaine de personnes", 20),
        ("en", "a dozen people", 12),
        ("en", "two dozen people", 24),
        ("en", "half a dozen people", 6),
        ("en", "a couple of people", 2),
        ("de", "ein Dutzend Leute", 12),
        ("de", "zwei Dutzend Leute", 24),
        ("de", "ein halbes Dutzend Leute", 6),
        ("fi", "tusina ihmistä", 12),
        ("fi", "kaksi tusinaa ihmistä", 24),
        ("fi", "puoli tusinaa ihmistä", 6),
        ("fi", "pari ihmistä", 2),
        ("fi", "parikymmentä ihmistä", 20),
    ],
)
def test_collective_words_are_numbers(language, text, number):
    """What stands before a dozen multiplies it."""
    assert one(text, language) == (number, "people")


@pytest.mark.parametrize(
    ("language", "text"),
    [("fr", "des centaines de clients"), ("en", "dozens of clients"), ("fi", "kymmeniä asiakkaita")],
)
def test_their_plurals_are_no_numbers(language, text):
    """Nobody knows how many dozens."""
    assert counts(text, language) == []


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("fr", "moi et trois collègues"),
        ("fr", "trois collègues et moi"),
        ("en", "me and three colleagues"),
        ("en", "three colleagues and me"),
        ("de", "ich und drei Kollegen"),
        ("de", "drei Kollegen und ich"),
        ("fi", "minä ja kolme kollegaa"),
        ("fi", "kolme kollegaa ja minä"),
    ],
)
def test_the_asker_counts_too(language, text):
    """Who says "me and three others" is one of four."""
    assert one(text, language) == (4, "people")


@pytest.mark.parametrize(
    ("language", "none", "single"),
    [
        ("fr", "aucun client", "un seul client"),
        ("en", "no clients", "a single client"),
        ("de", "keine Kunden", "nur ein Kunde"),
        ("fi", "ei yhtään asiakasta", "vain yksi asiakas"),
    ],
)
def test_none_and_a_single_one_are_counts(language, none, single):
    """Though there is no number in them."""
    assert one(none, language) == (0, "clients")
    assert one(single, language) == (1, "clients")


@pytest.mark.parametrize(
    ("language", "text", "number"),
    [
        ("fr", "3 licences de plus", 3),
        ("fr", "ajouter 3 licences", 3),
        ("fr", "une licence de plus", 1),
        ("en", "3 more licences", 3),
        ("en", "add 3 licences", 3),
        ("en", "another licence", 1),
        ("de", "3 weitere Lizenzen", 3),
        ("de", "3 Lizenzen mehr", 3),
        ("de", "noch eine Lizenz", 1),
        ("fi", "3 lisenssiä lisää", 3),
        ("fi", "vielä 3 lisenssiä", 3),
        ("fi", "vielä yksi lisenssi", 1),
    ],
)
def test_so_many_more_are_marked(language, text, number):
    """They are added to those there are."""
    (found,) = counts(text, language)

    assert (found.value, found.role, found.mode) == (number, "licences", "more")


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("fr", "3 licences utilisées"),
        ("en", "3 licences in use"),
        ("de", "3 Lizenzen im Einsatz"),
        ("fi", "3 lisenssiä käytössä"),
    ],
)
def test_so_many_in_use_are_marked(language, text):
    """They are a part of those there are."""
    (found,) = counts(text, language)

    assert (found.value, found.role, found.mode) == (3, "licences", "used")


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("fr", "trois et deux de plus"),
        ("fr", "trois licences et encore deux"),
        ("en", "three and two more"),
        ("en", "three licences and another two"),
        ("de", "drei und zwei weitere"),
        ("de", "drei Lizenzen und noch zwei"),
        ("fi", "kolme ja kaksi lisää"),
        ("fi", "kolme lisenssiä ja vielä kaksi"),
    ],
)
def test_each_number_has_its_own_mark(language, text):
    """The one that more are added to is not one of more."""
    assert [(value.value, value.mode) for value in counts(text, language)] == [(3, ""), (2, "more")]


@pytest.mark.parametrize(
    ("language", "text", "number"),
    [
        ("fr", "la sixième licence", 6),
        ("fr", "la 6e licence", 6),
        ("en", "the sixth licence", 6),
        ("en", "the 6th licence", 6),
        ("de", "die sechste Lizenz", 6),
        ("fi", "kuudes lisenssi", 6),
        ("fr", "la onzième licence", 11),
        ("en", "the eleventh licence", 11),
        ("de", "die elfte Lizenz", 11),
        ("fi", "yhdestoista lisenssi", 11),
    ],
)
def test_the_sixth_is_an_ordinal(language, text, number):
    """Not six of them."""
    assert one(text, language, "ordinal") == (number, "licences")
    assert counts(text, language) == []


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("fr", "10 à 12 licences"),
        ("fr", "10 ou 12 licences"),
        ("fr", "10-12 licences"),
        ("en", "10 to 12 licences"),
        ("en", "10 or 12 licences"),
        ("en", "10–12 licences"),
        ("de", "10 oder 12 Lizenzen"),
        ("de", "10-12 Lizenzen"),
        ("fi", "10 tai 12 lisenssiä"),
        ("fi", "10–12 lisenssiä"),
    ],
)
def test_of_a_range_both_ends_are_options(language, text):
    """Which one is meant is asked back."""
    (found,) = counts(text, language)

    assert (found.value, found.role, found.options) == (None, "licences", (10, 12))


@pytest.mark.parametrize(
    ("language", "text"), [("fr", "20-10 licences"), ("en", "20-10 licences"), ("de", "20-10 Lizenzen")]
)
def test_no_range_falls(language, text):
    """They are two numbers then."""
    assert [value.value for value in counts(text, language)] == [20, 10]


@pytest.mark.parametrize(
    ("language", "text"), [("fr", "-5 licences"), ("en", "-5 licences"), ("de", "-5 Lizenzen"), ("fi", "-5 lisenssiä")]
)
def test_a_negative_number_is_read_as_such(language, text):
    """So that it fills nothing, rather than five."""
    assert one(text, language) == (-5, "licences")


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("fr", "20 % des licences"),
        ("en", "20 percent, 20%"),
        ("de", "20 Prozent der Lizenzen"),
        ("fi", "20 prosenttia lisensseistä"),
        ("en", "ISO 27001, NIS2, 2FA, B2B"),
        ("fr", "étape 2, article 21"),
        ("de", "Schritt 2, Artikel 21"),
        ("fi", "vaihe 2, artikla 21"),
        ("en", "2.5 licences"),
    ],
)
def test_other_numbers_count_nothing(language, text):
    """Shares, names, numbered things, and what is no whole number."""
    assert counts(text, language) == []
