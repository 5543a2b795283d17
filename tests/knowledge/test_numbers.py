"""Numbers in running text, in four languages."""

import pytest

from bot.knowledge import generate_numbers
from bot.knowledge.numbers import FINNISH_TABLE, finnish_cardinals, finnish_ordinals, read

CERTAIN = [
    ("fr", "Trois façons, le deuxième niveau, vingt et un jours", {2, 3, 21}),
    ("fr", "quatre-vingt-dix jours pour cinq cents salariés", {90, 500}),
    ("fr", "50 000 dollars, 3,5 millions, 30e jour", {50_000, 3_500_000, 30}),
    ("en", "Two-level access for twenty-one days, the third of five", {2, 21, 3, 5}),
    ("en", "50,000 and 2.5, for 6, all 6", {50_000, 2.5, 6}),
    ("de", "Dreierlei Wege, zweistufig, sechsmal, der dritte, einundzwanzig", {3, 2, 6, 21}),
    ("de", "50.000 Euro und eine 30-tägige Frist", {50_000, 30}),
    ("fi", "Kolmella tavalla, kahden kuukauden ja kahdenkymmenenviiden päivän", {3, 2, 25}),
    ("fi", "kolmenlaisia kauppoja, kaksitasoinen, kolmivaiheinen, kolmannessa", {3, 2}),
    ("fi", "viidellesadalle hengelle 30:n päivän ajan", {500, 30}),
]


@pytest.mark.parametrize(("language", "text", "numbers"), CERTAIN)
def test_numbers_are_read_in_digits_and_words(language, text, numbers):
    """Inflected, hyphenated and compound number words count, and digits with their separators."""
    assert read(text, language).certain == numbers


NONE = [
    ("en", "ISO27001, NIS2, 2FA and B2B are names"),
    ("en", "1. Begin\n2. Go on\n  3. End"),
    ("fi", "Kymmeniä asiakkaita, satoja lisenssejä"),
    ("de", "Manchmal einfach erstellen und Seiten verwalten"),
    ("fr", "Écrivez-nous, les neveux aussi"),
]


@pytest.mark.parametrize(("language", "text"), NONE)
def test_names_and_item_numbers_are_no_numbers(language, text):
    """Digits within a word belong to it, and the number of a list item counts nothing."""
    assert read(text, language).certain <= {1}


DOUBTFUL = [
    ("fr", "les deux niveaux, un compte neuf", {2, 9}),
    ("en", "Both of them, the two levels, a second time, third-party tools", {2, 3}),
    ("de", "Beide, die zwei Stufen, Dritte; achten Sie darauf", {2, 3, 8}),
    ("fi", "molemmat, toinen kumppani, kolmannet osapuolet", {2, 3}),
]


@pytest.mark.parametrize(("language", "text", "numbers"), DOUBTFUL)
def test_words_of_two_meanings_are_doubtful(language, text, numbers):
    """What may be a number and may be none is told apart from the numbers that certainly are."""
    reading = read(text, language)

    assert (reading.certain - {1}, reading.doubtful) == (frozenset(), numbers)


def test_the_finnish_table_is_what_its_generator_makes():
    """The table in the package is not edited by hand."""
    assert FINNISH_TABLE.read_text(encoding="utf-8") == generate_numbers.table()


def test_the_finnish_table_holds_all_numbers_it_promises():
    """Cardinals for 0 to 100 and the hundreds to 1000, ordinals to 31."""
    assert set(finnish_cardinals().values()) == {*range(101), *range(200, 1001, 100)}
    assert set(finnish_ordinals().values()) == set(range(1, 32))
