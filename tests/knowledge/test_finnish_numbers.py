"""Finnish numbers, written and spoken, in their cases."""

import pytest
from num2words.lang_FI import Num2Word_FI

from bot.knowledge.numbers import finnish_number

CASES = (
    "nominative", "genitive", "partitive", "inessive", "elative", "illative", "adessive", "ablative", "allative",
    "essive", "translative",
)  # fmt: skip


@pytest.mark.parametrize("case", CASES)
def test_every_number_below_a_thousand_is_read(case):
    """As num2words writes it, in the cases in which people write numbers."""
    finnish = Num2Word_FI()
    written = {n: finnish.to_cardinal(n, case=case) for n in range(1000)}

    assert {n: word for n, word in written.items() if finnish_number(word) != (n, False)} == {}


@pytest.mark.parametrize("case", ["nominative", "genitive", "partitive", "essive", "allative"])
def test_every_day_of_a_month_is_read(case):
    """The ordinals to the 31st, and they are told from the cardinals."""
    finnish = Num2Word_FI()
    written = {n: finnish.to_ordinal(n, case=case) for n in range(1, 32)}

    assert {n: word for n, word in written.items() if finnish_number(word) != (n, True)} == {}


@pytest.mark.parametrize(
    ("word", "number"),
    [
        ("kaksituhatta", 2_000),
        ("viisikymmentätuhatta", 50_000),
        ("kolmesataatuhatta", 300_000),
        ("kaksituhattaviisisataa", 2_500),
        ("kahdentuhannen", 2_000),
    ],
)
def test_thousands_are_read(word, number):
    """What stands before the thousand multiplies it, what stands behind is added."""
    assert finnish_number(word) == (number, False)


@pytest.mark.parametrize(
    ("word", "number"),
    [
        ("kaks", 2),
        ("kakskyt", 20),
        ("viiskytkolme", 53),
        ("seittemän", 7),
        ("kuustoista", 16),
        ("satakakskyt", 120),
        ("kolmesataa", 300),
        ("kolmeks", 3),
        ("kaksikymment", 20),
        ("KAKSI", 2),
    ],
)
def test_spoken_numbers_are_read(word, number):
    """Endings are swallowed in speech, and in writing that follows it; case makes no difference."""
    assert finnish_number(word) == (number, False)


@pytest.mark.parametrize(
    "word", ["", "talo", "kyt", "kolmio", "viisto", "kymmeniä", "satoja", "tuhansia", "kaksitalo", "lisenssi", "7"]
)
def test_other_words_are_no_numbers(word):
    """Nor are the plurals: dozens of something are not ten."""
    assert finnish_number(word) is None
