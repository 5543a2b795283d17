"""Sums of money, rule by rule, in four languages."""

from datetime import date

import pytest

from bot.model import LANGUAGES
from bot.understand.slots.values import values

TODAY = date(2027, 3, 17)


def sums(text, language):
    """The sums of a message: amount and currency."""
    found = [value for value in values(text, language, TODAY) if value.kind == "money"]
    return [(value.value["amount"], value.value["currency"]) for value in found]


def counts(text, language):
    """The counts of a message."""
    return [value.value for value in values(text, language, TODAY) if value.kind == "count"]


@pytest.mark.parametrize(
    ("language", "text", "amount"),
    [
        ("fr", "120 k€", 120_000),
        ("en", "€120k", 120_000),
        ("de", "120 T€", 120_000),
        ("fi", "120 k€", 120_000),
        ("fr", "1,3 M€", 1_300_000),
        ("en", "€1.3m", 1_300_000),
        ("de", "1,3 Mio. €", 1_300_000),
        ("fi", "1,3 milj. euroa", 1_300_000),
        ("fr", "3 millions d'euros", 3_000_000),
        ("en", "3 million euros", 3_000_000),
        ("de", "3 Millionen Euro", 3_000_000),
        ("fi", "3 miljoonaa euroa", 3_000_000),
        ("fr", "trente mille euros", 30_000),
        ("en", "thirty thousand euros", 30_000),
        ("de", "dreißigtausend Euro", 30_000),
        ("fi", "kolmekymmentätuhatta euroa", 30_000),
        ("fr", "2 milliards d'euros", 2_000_000_000),
        ("en", "2bn euros", 2_000_000_000),
        ("de", "2 Mrd. €", 2_000_000_000),
        ("fi", "2 miljardia euroa", 2_000_000_000),
    ],
)
def test_thousands_and_millions_have_many_names(language, text, amount):
    """Letters, abbreviations, words."""
    assert sums(text, language) == [(amount, "EUR")]


@pytest.mark.parametrize(
    ("language", "text", "amount"),
    [
        ("fr", "un demi-million d'euros", 500_000),
        ("en", "half a million euros", 500_000),
        ("de", "eine halbe Million Euro", 500_000),
        ("fi", "noin puoli miljoonaa euroa", 500_000),
        ("fr", "un million et demi d'euros", 1_500_000),
        ("en", "a million and a half euros", 1_500_000),
        ("de", "anderthalb Millionen Euro", 1_500_000),
        ("fi", "puolitoista miljoonaa euroa", 1_500_000),
    ],
)
def test_halves_are_of_what_is_counted(language, text, amount):
    """Half a million, and a million with half of another."""
    assert sums(text, language) == [(amount, "EUR")]


@pytest.mark.parametrize(
    ("language", "text", "amount"),
    [
        ("fr", "1 250 €", 1_250),
        ("en", "€1,250", 1_250),
        ("de", "1.250 €", 1_250),
        ("de", "1'250 €", 1_250),
        ("fi", "1 250 €", 1_250),
        ("fr", "1\u202f250 €", 1_250),
        ("fr", "1 250 000 €", 1_250_000),
        ("en", "€1,250,000", 1_250_000),
        ("de", "1.250.000 €", 1_250_000),
        ("fi", "1 250 000 €", 1_250_000),
    ],
)
def test_three_digits_behind_a_separator_are_thousands(language, text, amount):
    """Whatever the separator."""
    assert sums(text, language) == [(amount, "EUR")]


@pytest.mark.parametrize(
    ("language", "text", "amount"),
    [
        ("fr", "12,50 €", 12.5),
        ("en", "€12.50", 12.5),
        ("de", "12,50 €", 12.5),
        ("fi", "12,5 €", 12.5),
        ("fr", "1 250,50 €", 1_250.5),
        ("en", "€1,250.50", 1_250.5),
        ("de", "1.250,50 €", 1_250.5),
        ("de", "1'250.50 €", 1_250.5),
        ("fi", "1 250,50 €", 1_250.5),
    ],
)
def test_one_or_two_digits_behind_a_separator_are_cents(language, text, amount):
    """Also behind thousands."""
    assert sums(text, language) == [(amount, "EUR")]


@pytest.mark.parametrize(
    ("language", "fraction", "thousands"),
    [
        ("fr", "1,250 M€", "1.250 M€"),
        ("en", "€1.250m", "€1,250m"),
        ("de", "1,250 Mio. €", "1.250 Mio. €"),
        ("fi", "1,250 M€", "1.250 M€"),
    ],
)
def test_of_a_million_three_digits_may_be_a_fraction(language, fraction, thousands):
    """Behind the sign that the language writes before a fraction; behind the other they are thousands still."""
    assert sums(fraction, language) == [(1_250_000, "EUR")]
    assert sums(thousands, language) == [(1_250_000_000, "EUR")]


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize(
    ("text", "currency"),
    [
        ("$50", "USD"),
        ("50$", "USD"),
        ("50 €", "EUR"),
        ("£ 50", "GBP"),
        ("50 ¥", "JPY"),
        ("50 CHF", "CHF"),
        ("SEK 50", "SEK"),
        ("50 nok", "NOK"),
        ("50eur", "EUR"),
    ],
)
def test_a_currency_is_a_sign_or_a_code(language, text, currency):
    """Before or behind the amount, in capitals or not."""
    assert sums(text, language) == [(50, currency)]


@pytest.mark.parametrize(
    ("language", "text", "currency"),
    [
        ("fr", "50 dollars", "USD"),
        ("fr", "50 livres sterling", "GBP"),
        ("fr", "50 francs suisses", "CHF"),
        ("fr", "50 couronnes suédoises", "SEK"),
        ("fr", "50 dollars canadiens", "CAD"),
        ("en", "50 dollars", "USD"),
        ("en", "50 quid", "GBP"),
        ("en", "50 Swiss francs", "CHF"),
        ("en", "50 Swedish kronor", "SEK"),
        ("en", "50 Canadian dollars", "CAD"),
        ("de", "50 Dollar", "USD"),
        ("de", "50 Pfund", "GBP"),
        ("de", "50 Franken", "CHF"),
        ("de", "50 schwedische Kronen", "SEK"),
        ("de", "50 kanadische Dollar", "CAD"),
        ("fi", "50 dollaria", "USD"),
        ("fi", "50 puntaa", "GBP"),
        ("fi", "50 Sveitsin frangia", "CHF"),
        ("fi", "50 Ruotsin kruunua", "SEK"),
        ("fi", "50 Kanadan dollaria", "CAD"),
    ],
)
def test_a_currency_has_its_name_in_the_language(language, text, currency):
    """Words that only together are a currency's name are read together."""
    assert sums(text, language) == [(50, currency)]


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("fr", "600k"),
        ("en", "600k"),
        ("de", "600k"),
        ("fi", "600k"),
        ("fr", "un budget de 600 000"),
        ("en", "600 thousand"),
    ],
)
def test_a_sum_may_lack_its_currency(language, text):
    """It is asked for then, not guessed from the language."""
    assert sums(text, language) == [(600_000, None)]


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("fr", "un revenu de 4500"),
        ("en", "an ARR of 4500"),
        ("de", "ein Umsatz von 4500"),
        ("fi", "liikevaihto on 4500"),
        ("fr", "4500 par an"),
        ("en", "4500 a year"),
        ("de", "4500 im Jahr"),
        ("fi", "4500 vuodessa"),
    ],
)
def test_a_number_is_a_sum_beside_a_word_for_revenue_or_a_year(language, text):
    """Though it has neither a currency nor a thousand."""
    assert sums(text, language) == [(4_500, None)]


@pytest.mark.parametrize(
    ("language", "text", "count"),
    [
        ("fr", "5k licences", 5_000),
        ("en", "5k licences", 5_000),
        ("de", "5k Lizenzen", 5_000),
        ("fi", "5k lisenssiä", 5_000),
        ("fr", "30 000 salariés", 30_000),
        ("en", "30,000 employees", 30_000),
        ("de", "30.000 Mitarbeiter", 30_000),
        ("fi", "30 000 työntekijää", 30_000),
    ],
)
def test_what_is_counted_is_no_sum(language, text, count):
    """However many they are."""
    assert (sums(text, language), counts(text, language)) == ([], [count])


@pytest.mark.parametrize(
    ("language", "monthly", "yearly"),
    [
        ("fr", "500 € par mois", "500 € par an"),
        ("fr", "500 euros mensuels", "500 euros"),
        ("en", "€500 a month", "€500 a year"),
        ("en", "€500/month", "€500"),
        ("en", "500 euros monthly", "500 euros yearly"),
        ("de", "500 € im Monat", "500 € im Jahr"),
        ("de", "500 Euro monatlich", "500 Euro jährlich"),
        ("fi", "500 € kuukaudessa", "500 € vuodessa"),
        ("fi", "500 euroa kuukausittain", "500 euroa"),
    ],
)
def test_a_sum_of_every_month_is_marked(language, monthly, yearly):
    """A year's sum is another."""
    (month,) = [value for value in values(monthly, language, TODAY) if value.kind == "money"]
    (year,) = [value for value in values(yearly, language, TODAY) if value.kind == "money"]

    assert (month.value["amount"], month.role) == (500, "monthly")
    assert (year.value["amount"], year.role) == (500, "")


@pytest.mark.parametrize(
    ("language", "text"), [("fr", "en euros"), ("en", "in euros"), ("de", "in Euro"), ("fi", "euroissa")]
)
def test_a_currency_alone_is_a_value_of_its_own(language, text):
    """It completes an amount that was told before."""
    assert [(value.kind, value.value) for value in values(text, language, TODAY)] == [("currency", "EUR")]
