"""Times of day and parts of the day, rule by rule, in four languages."""

from __future__ import annotations

import pytest

from bot.model import Language
from bot.understand.slots.pieces import said
from bot.understand.slots.times import clocks


def read(text: str, language: Language) -> list[str]:
    """The times of a message: 10:00, or 10:00-12:00."""
    return [
        f"{clock.earliest:%H:%M}" + (f"-{clock.latest:%H:%M}" if clock.latest else "")
        for clock in clocks(said(text, language))
    ]


@pytest.mark.parametrize(
    ("language", "text", "meant"),
    [
        ("en", "at 1", "13:00"),
        ("en", "at 6", "18:00"),
        ("en", "at 7", "07:00"),
        ("en", "at 12", "12:00"),
        ("en", "6 am", "06:00"),
        ("en", "12 am", "00:00"),
        ("en", "12 pm", "12:00"),
        ("en", "at 2:30", "14:30"),
        ("de", "um 2 Uhr", "14:00"),
        ("de", "um 6 Uhr abends", "18:00"),
        ("fr", "à 3 h", "15:00"),
        ("fr", "8 h du soir", "20:00"),
        ("fi", "klo 2.30", "14:30"),
        ("fi", "illalla klo 8", "20:00"),
        ("fi", "aamulla klo 6", "06:00"),
    ],
)
def test_a_small_hour_lies_in_the_afternoon(language: Language, text: str, meant: str) -> None:
    """From one to six, unless something says otherwise; nobody meets at night."""
    assert meant in read(text, language)


@pytest.mark.parametrize(
    ("language", "text", "meant"),
    [
        ("en", "half three", "15:30"),
        ("en", "half past three", "15:30"),
        ("de", "halb drei", "14:30"),
        ("de", "halb eins", "12:30"),
        ("de", "viertel drei", "14:15"),
        ("de", "dreiviertel eins", "12:45"),
        ("de", "fünf nach halb drei", "14:35"),
        ("de", "zehn nach neun", "09:10"),
        ("fi", "puoli kolme", "14:30"),
        ("fi", "puoli yksi", "12:30"),
        ("fi", "kymmentä vaille yksi", "12:50"),
        ("fr", "midi moins le quart", "11:45"),
        ("fr", "à deux heures et demie", "14:30"),
        ("en", "ten to one", "12:50"),
    ],
)
def test_halves_and_quarters(language: Language, text: str, meant: str) -> None:
    """Half three is before three in German and Finnish, and after it in English."""
    assert read(text, language) == [meant]


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("9-11", "09:00-11:00"),
        ("10-2", "10:00-14:00"),
        ("2-4", "14:00-16:00"),
        ("5-7", "17:00-19:00"),
        ("9-5", "09:00-17:00"),
        ("11-1pm", "11:00-13:00"),
        ("9-11 pm", "21:00-23:00"),
        ("5-6 am", "05:00-06:00"),
        ("9.30-11", "09:30-11:00"),
        ("10:00-12:00", "10:00-12:00"),
    ],
)
def test_from_one_time_to_another(text: str, meant: str) -> None:
    """The two halves of the day are taken such that the second time comes after the first."""
    assert read(f"Monday {text}", "en") == [meant]


@pytest.mark.parametrize(
    ("language", "text", "meant"),
    [
        ("en", "after 15", "15:00-20:00"),
        ("en", "not before 10", "10:00-20:00"),
        ("en", "after 9 pm", "21:00-23:59"),
        ("en", "before 8 am", "00:00-08:00"),
        ("en", "until noon", "08:00-12:00"),
        ("en", "by 4", "08:00-16:00"),
        ("de", "frühestens um 10", "10:00-20:00"),
        ("de", "vor 12 Uhr", "08:00-12:00"),
        ("fr", "pas avant 10 h", "10:00-20:00"),
        ("fr", "jusqu'à 16 h", "08:00-16:00"),
        ("fi", "aikaisintaan klo 10", "10:00-20:00"),
        ("fi", "klo 12 mennessä", "08:00-12:00"),
        ("fi", "ei ennen klo 10", "10:00-20:00"),
    ],
)
def test_before_and_after(language: Language, text: str, meant: str) -> None:
    """From eight to eight, or from midnight to midnight where that leaves nothing."""
    assert read(text, language) == [meant]


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("fr", "2 h de formation"),
        ("fr", "une formation de 2h"),
        ("fr", "pendant 3 heures"),
        ("fr", "2 heures et demie de formation"),
        ("fr", "une heure avec un expert"),
        ("de", "2h Schulung"),
        ("de", "für 2 h"),
        ("fi", "2 h koulutus"),
        ("en", "a 2h session"),
        ("en", "for 2h"),
    ],
)
def test_how_long_is_not_when(language: Language, text: str) -> None:
    """Few hours without a day or a word for a time before them are how long it takes."""
    assert read(text, language) == []


@pytest.mark.parametrize(
    ("language", "text", "meant"),
    [
        ("fr", "jeudi 14h de préférence", "14:00"),
        ("fr", "14h", "14:00"),
        ("fr", "jeudi 2h", "14:00"),
        ("de", "um 9h", "09:00"),
    ],
)
def test_hours_that_are_when(language: Language, text: str, meant: str) -> None:
    """A late hour, or one beside a day."""
    assert read(text, language) == [meant]


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("en", "at 10 users"),
        ("en", "at 10 sites"),
        ("en", "at 25:00"),
        ("en", "at 10 %"),
        ("en", "the 10 of us"),
        ("de", "um 10 Lizenzen"),
        ("de", "gegen 10 Personen"),
        ("de", "um 10 Rechner"),
        ("fr", "à 10 personnes"),
        ("fr", "à dix"),
        ("fr", "il a 10 comptes"),
        ("fi", "kahdelta asiakkaalta"),
        ("fi", "viideltä kollegalta"),
        ("en", "10.15 euros"),
    ],
)
def test_what_is_counted_is_no_hour(language: Language, text: str) -> None:
    """A number is an hour only where nothing is counted by it."""
    assert read(text, language) == []


@pytest.mark.parametrize(
    ("language", "text", "meant"),
    [
        ("en", "Tuesday or Wednesday at 10 in the morning", ["10:00", "08:00-12:00"]),
        ("en", "in the early afternoon", ["12:00-14:30"]),
        ("en", "late afternoon", ["14:30-17:00"]),
        ("de", "vormittags", ["08:00-12:00"]),
        ("fr", "en matinée", ["08:00-12:00"]),
        ("fi", "iltapäivän alussa", ["12:00-14:30"]),
    ],
)
def test_parts_of_the_day(language: Language, text: str, meant: list[str]) -> None:
    """They have fixed bounds; their beginning and end are halves of them."""
    assert read(text, language) == meant
