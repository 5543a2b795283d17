"""What holds for any message in any language, on any day."""

from datetime import date

import pytest
from babel.dates import format_date
from hypothesis import given, settings
from hypothesis import strategies as st
from num2words import num2words
from num2words.lang_FI import Num2Word_FI

from bot import i18n
from bot.days import FIRST_YEAR, LAST_YEAR
from bot.knowledge.numbers import finnish_number
from bot.model import LANGUAGES
from bot.understand.normalise import words
from bot.understand.slots.fill import COUNTS, SLOTS, fill
from bot.understand.slots.told import told
from bot.understand.slots.valid import is_valid
from bot.understand.slots.values import values

TODAY = date(2027, 3, 17)
READ_ONCE = {"date", "money", "duration", "count"}
SOME = settings(max_examples=150, deadline=None)

# What messages are made of, with much that means something beside other things.
SIGNS = """
0 1 3 12 29 30 31 45 100 2026 1893 99999999999999999999 1,5 1.250 1'000'000 12.5 -5 3.11. 30.2. 31/04 03/11 3/11/26
2026-02-30 1/2 ½ € $ k M % . , - – / : ; ? ! ( ' ’ # § & 10-12 10–12 24/7 14:30 14h30 30j 2FA 6er 3rd 2e
"""
WORDS = {
    "fr": """
        le un une de et mai mars lundi dernier prochain il y a dans depuis jusqu'au hier jour mois an demi million mille
        douzaine licences salariés clients personnes équipe de plus aucun sixième par carte forfait team si
    """,
    "en": """
        the a of and may march monday last next ago in since until yesterday day month year half million thousand dozen
        licences employees clients people team more another no sixth by card plan business if will from now
    """,
    "de": """
        der ein eine und am mai märz montag letzten nächsten vor in seit bis zum gestern tage monat jahr halbe million
        tausend dutzend lizenzen mitarbeiter kunden leute team weitere noch keine sechste zu siebt karte plan wenn
    """,
    "fi": """
        ja toukokuun maaliskuuta maanantaina viime ensi sitten päästä asti eilen päivä kuukauden vuotta puoli miljoonaa
        tuhat tusina lisenssiä työntekijää asiakasta hengen tiimi lisää vielä yksi kuudes kortilla paketti team jos kaks
    """,
}
ANY_TEXT = st.text(max_size=60)


def messages(language):
    """Texts of any characters, and of words that the language reads values from."""
    pieces = st.sampled_from(f"{SIGNS} {WORDS[language]}".split())
    joined = st.lists(st.tuples(pieces, st.sampled_from(["", " ", " ", " ", ", ", "-"])), max_size=8)
    return ANY_TEXT | joined.map(lambda parts: "".join(piece + gap for piece, gap in parts))


ASKED = st.sampled_from(LANGUAGES).flatmap(lambda language: st.tuples(st.just(language), messages(language)))


@SOME
@given(ASKED, st.dates() | st.sampled_from([date.min, date.max]), st.booleans())
def test_any_message_can_be_read_on_any_day(asked, today, is_past):
    """As it was typed and as it is normalised: nothing raises."""
    language, text = asked

    for message in (text, words(text)):
        assert isinstance(values(message, language, today, is_past=is_past), tuple)


@SOME
@given(ASKED)
def test_what_is_read_is_said_and_read_once(asked):
    """The words of a value stand in the message, in its order, and no two values share any of them."""
    language, message = asked[0], words(asked[1])
    at = 0

    for value in values(message, language, TODAY):
        if value.kind in READ_ONCE:
            found = message.find(value.text, at)
            assert value.text
            assert found >= 0, (value, message)
            at = found + len(value.text)


@SOME
@given(ASKED, st.dates(date(FIRST_YEAR + 1, 1, 1), date(LAST_YEAR - 1, 12, 31)))
def test_a_day_is_one_that_can_be_meant(asked, today):
    """Within the years that the calendar has for us, its readings too; each of them in ISO's form."""
    for value in values(words(asked[1]), asked[0], today):
        if value.kind == "date":
            days = [one for one in (value.value, *value.options) if one is not None]
            assert all(FIRST_YEAR <= date.fromisoformat(one).year <= LAST_YEAR for one in days)
            assert value.value is None or value.options == ()


@SOME
@given(ASKED, st.sampled_from([*SLOTS]))
def test_what_fills_a_slot_unasked_can_be_computed_with(asked, name):
    """Whatever was said: no slot is filled with what a form would not be allowed to send."""
    if name not in {"payment", "language"}:
        filled = fill((name,), told(words(asked[1]), asked[0], TODAY), base=5 if name in COUNTS else None)
        assert all(is_valid(*slot) for slot in filled.slots.items())


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("width", ["full", "long", "medium"])
@settings(max_examples=60, deadline=None)
@given(day=st.dates(date(FIRST_YEAR, 1, 1), date(LAST_YEAR, 12, 31)))
def test_a_day_that_we_write_is_read_back(language, width, day):
    """Whenever it is: what the bot shows can be sent back to it."""
    text = format_date(day, format=width, locale=i18n.locale(language))

    assert [(value.kind, value.value) for value in values(words(text), language, TODAY)] == [("date", day.isoformat())]


def spelled(number, language):
    """A number in words, as people write it: num2words has commas in English, and "einstausend" within German ones."""
    return num2words(number, lang=language).replace(",", "").replace("einstausend", "eintausend")


@pytest.mark.parametrize(("language", "noun"), [("fr", "licences"), ("en", "licences"), ("de", "Lizenzen")])
@settings(max_examples=120, deadline=None)
@given(number=st.integers(0, 999_999).filter(lambda number: number != 1))
def test_a_number_in_words_is_counted(language, noun, number):
    """Up to a million; but one, which is the article."""
    found = values(f"{spelled(number, language)} {noun}", language, TODAY)

    assert [(value.kind, value.value, value.role) for value in found] == [("count", number, "licences")]


@pytest.mark.parametrize("case", ["nominative", "genitive", "partitive", "illative", "adessive", "translative"])
@settings(max_examples=60, deadline=None)
@given(number=st.integers(2, 999))
def test_a_finnish_number_in_words_is_counted(case, number):
    """In any case; it is the number, and no ordinal."""
    word = Num2Word_FI().to_cardinal(number, case=case)

    assert finnish_number(word) == (number, False)
    assert [value.value for value in values(f"{word} lisenssiä", "fi", TODAY)] == [number]
