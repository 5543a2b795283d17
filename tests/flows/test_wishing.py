"""When somebody would like to meet, and for whom: what people write, and what they mean."""

from __future__ import annotations

from datetime import date, time

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from bot.flows.wishing import heard, is_for_customer, is_wish_alone, merged, wish
from bot.meeting import Wish
from bot.model import LANGUAGES, Language
from tests.flows.wishes import (
    ALONE,
    AS_TYPED,
    FOR_A_CUSTOMER,
    NOT_ALONE,
    NOT_FOR_A_CUSTOMER,
    NOTHING,
    SECOND,
    WISHES,
)

TODAY = date(2026, 11, 18)  # a Wednesday
SOME = settings(max_examples=200, deadline=None)


def _rows(*tables: dict[Language, dict[str, str]]) -> list[tuple[Language, str, str]]:
    return [
        (language, text, meant) for table in tables for language in LANGUAGES for text, meant in table[language].items()
    ]


def _texts(table: dict[Language, tuple[str, ...]]) -> list[tuple[Language, str]]:
    return [(language, text) for language in LANGUAGES for text in table[language]]


def test_the_tables_are_whole() -> None:
    """A measure of nothing proves nothing."""
    for language in LANGUAGES:
        assert len(WISHES[language]) >= 40
        assert len(NOTHING[language]) >= 20
        assert len(SECOND[language]) >= 15


# When


@pytest.mark.parametrize(("language", "text", "meant"), _rows(WISHES))
def test_a_wish_is_read(language: Language, text: str, meant: str) -> None:
    """The days and the time of day that are meant; days without a year lie ahead."""
    assert str(wish(text, language, TODAY)) == meant


@pytest.mark.parametrize(("language", "text", "meant"), _rows(AS_TYPED))
def test_a_wish_is_read_as_it_is_typed(language: Language, text: str, meant: str) -> None:
    """With slips of the finger, short weekdays and without accents."""
    assert str(wish(text, language, TODAY)) == meant


@pytest.mark.parametrize(("language", "text", "meant"), _rows(SECOND))
def test_a_wish_is_read_that_the_words_were_not_made_from(language: Language, text: str, meant: str) -> None:
    """Those that failed at first have been mended since."""
    assert str(wish(text, language, TODAY)) == meant


@pytest.mark.parametrize(("language", "text"), _texts(NOTHING))
def test_nothing_is_wished_for(language: Language, text: str) -> None:
    """Counts, money, how long it takes, numbers, greetings, as soon as possible: none is a time."""
    assert wish(text, language, TODAY) == Wish()


@pytest.mark.parametrize(
    ("language", "text"),
    [("en", "on Wednesday"), ("de", "am Mittwoch"), ("fr", "mercredi"), ("fi", "keskiviikkona")],
)
def test_today_is_meant_only_where_it_is_said(language: Language, text: str) -> None:
    """A weekday is the next one, a week ahead if it is today's."""
    assert wish(text, language, TODAY).first == date(2026, 11, 25)


def test_a_day_is_the_next_one() -> None:
    """On the day itself it is that; a day later it is next year's."""
    assert wish("3 November", "en", date(2026, 11, 3)).first == date(2026, 11, 3)
    assert wish("3 November", "en", date(2026, 11, 4)).first == date(2027, 11, 3)


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("en", "on 31 November at 10"),
        ("de", "am 31. November um 10"),
        ("fr", "le 31 novembre à 10h"),
        ("fi", "31.11. klo 10"),
    ],
)
def test_a_day_that_there_is_not_is_said_to_be_misread(language: Language, text: str) -> None:
    """It is none, and whoever answers can say which days may be meant; the time of day counts all the same."""
    found = heard(text, language, TODAY)

    assert found.wish == Wish(earliest=time(10))
    assert found.misread is not None
    assert found.misread.options == ("2026-11-30", "2026-12-01")


def test_a_day_with_two_readings_is_said_to_be_misread() -> None:
    """In English, 3/12 is in March or in December."""
    found = heard("book 3/12 at 10", "en", TODAY)

    assert found.wish == Wish(earliest=time(10))
    assert found.misread is not None
    assert set(found.misread.options) == {"2027-03-12", "2026-12-03"}


@pytest.mark.parametrize("today", [date(2026, 11, 16), date(2026, 11, 18), date(2026, 11, 22)])
def test_a_weekday_lies_in_the_stretch_that_was_wished_for(today: date) -> None:
    """Next week was said, and now Tuesday: that week's, also where there is one before it."""
    before = wish("week 49", "en", today)

    assert wish("Tuesday?", "en", today, before).first == date(2026, 12, 1)
    assert wish("tomorrow?", "en", today, before) == wish("tomorrow", "en", today)
    assert wish("3 December", "en", today, before).first == date(2026, 12, 3)


# Whether it is nothing else


@pytest.mark.parametrize(("language", "text"), _texts(ALONE))
def test_a_message_is_a_wish_alone(language: Language, text: str) -> None:
    """Where times were offered it asks for others."""
    assert is_wish_alone(text, language, TODAY)


@pytest.mark.parametrize(("language", "text"), _texts(NOT_ALONE))
def test_a_message_is_more_than_a_wish(language: Language, text: str) -> None:
    """It asks or says something else, or wishes for no time."""
    assert not is_wish_alone(text, language, TODAY)


# After a second word on it

TUESDAY, THURSDAY = date(2026, 11, 24), date(2026, 11, 26)
AFTERNOON = {"earliest": time(12), "latest": time(17)}


@pytest.mark.parametrize(
    ("before", "now", "meant"),
    [
        (Wish(TUESDAY), Wish(), Wish(TUESDAY)),
        (Wish(), Wish(TUESDAY), Wish(TUESDAY)),
        (Wish(TUESDAY), Wish(**AFTERNOON), Wish(TUESDAY, **AFTERNOON)),
        (Wish(TUESDAY, THURSDAY), Wish(earliest=time(10)), Wish(TUESDAY, THURSDAY, time(10))),
        (Wish(TUESDAY, earliest=time(10)), Wish(earliest=time(14)), Wish(TUESDAY, earliest=time(14))),
        (Wish(TUESDAY, earliest=time(10)), Wish(**AFTERNOON), Wish(TUESDAY, **AFTERNOON)),
        (Wish(TUESDAY, earliest=time(10)), Wish(THURSDAY), Wish(THURSDAY)),
        (Wish(TUESDAY, **AFTERNOON), Wish(THURSDAY), Wish(THURSDAY, **AFTERNOON)),
        (Wish(earliest=time(10)), Wish(THURSDAY), Wish(THURSDAY, earliest=time(10))),
        (Wish(TUESDAY, **AFTERNOON), Wish(THURSDAY, earliest=time(9)), Wish(THURSDAY, earliest=time(9))),
        (Wish(TUESDAY, THURSDAY), Wish(THURSDAY), Wish(THURSDAY)),
    ],
)
def test_what_two_messages_wish_for(before: Wish, now: Wish, meant: Wish) -> None:
    """The second counts; what it leaves open the first says, but for the time of a meeting on another day."""
    assert merged(before, now) == meant


# For whom


@pytest.mark.parametrize(("language", "text"), _texts(FOR_A_CUSTOMER))
def test_a_meeting_is_for_a_customer(language: Language, text: str) -> None:
    """However it is said."""
    assert is_for_customer(text, language)


@pytest.mark.parametrize(("language", "text"), _texts(NOT_FOR_A_CUSTOMER))
def test_a_meeting_is_for_whoever_writes(language: Language, text: str) -> None:
    """Also where a customer is what it is about."""
    assert not is_for_customer(text, language)


# Any text

PIECES = """
0 1 2 3 10 12 14 24 31 48 53 99 14:30 14.30 9h 14h30 klo kello uhr um à at am pm 24.11. 3/12 2026 KW 10-12 – - , . ? :
half halb puoli quarter viertel midi noon before vor avant ennen jälkeen after nach bis until between und et ja tai or
monday Dienstag mercredi torstaina ti next nächste prochaine ensi week Woche semaine viikolla Ende début alussa january
mai tammikuussa weekend not nicht pas ei heures heure h + moins le the morning afternoon aamulla 0401234567 99999999999
"""
MESSAGES = st.text(max_size=80) | st.lists(st.sampled_from(PIECES.split()), max_size=12).map(" ".join)
DAYS = st.dates() | st.sampled_from([date.min, date.max, date(2026, 12, 31), date(2027, 1, 1)])


@SOME
@example("", "en", date.min)
@example("KW 53", "de", date.max)
@example("january 24pm", "en", date(2026, 12, 31))
@example("im Januar 99999999999", "de", date.max)
@given(MESSAGES, st.sampled_from(LANGUAGES), DAYS)
def test_any_text_can_be_read_on_any_day(text: str, language: Language, today: date) -> None:
    """Nothing raises, and what is read can be written down and read again."""
    found = heard(text, language, today).wish

    assert Wish.of(str(found)) == found
    assert isinstance(is_wish_alone(text, language, today), bool)
    assert isinstance(is_for_customer(text, language), bool)


@SOME
@example("semaine avant demain", "fr", date(2027, 1, 1))
@example("ennen klo 0", "fi", date(2028, 2, 29))
@given(MESSAGES, st.sampled_from(LANGUAGES), st.dates(date(2000, 1, 1), date(2090, 1, 1)))
def test_a_wish_can_come_true(text: str, language: Language, today: date) -> None:
    """It does not begin before today, and ends after it begins."""
    found = wish(text, language, today)

    if found.first is not None:
        assert found.first >= today
        assert found.last is None or found.last > found.first
    else:
        assert found.last is None
    if found.latest is not None:
        assert found.earliest is not None
        assert found.earliest < found.latest
