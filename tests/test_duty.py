"""Who is at work, who speaks what, and whom a request calls."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.desk import Desk, Holidays, Level, Opening, StaffMember
from bot.duty import called, on_duty, opens_for, speakers
from bot.model import LANGUAGES

OFFICE = dict.fromkeys(range(5), (Opening(9 * 60, 12 * 60), Opening(13 * 60, 17 * 60)))
MORNING = {0: (Opening(7 * 60, 10 * 60),)}
ANN = StaffMember("UANN", "Ann", ("fi", "en"))
BO = StaffMember("UBO", "Bo", ("en",), "first", hours=MORNING)
LEA = StaffMember("ULEA", "Léa", ("fr", "en"), "experts", time_zone="Europe/Paris")
MAX = StaffMember("UMAX", "Max", level="experts")
DESK = Desk(
    time_zone="Europe/Helsinki",
    hours=OFFICE,
    holidays=Holidays("FI"),
    staff=(ANN, BO, LEA, MAX),
    levels=(Level("first", "C1"), Level("experts", "C2"), Level("partners", "C3")),
)
NOON = datetime(2026, 11, 23, 9, 30, tzinfo=UTC)  # 11:30 on a Monday in Helsinki, 10:30 in Paris


def at(text: str) -> datetime:
    """An instant written as 2026-11-23 07:00."""
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


@pytest.mark.parametrize(
    ("instant", "there"),
    [
        ("2026-11-23 05:00", [BO]),  # own hours: before the desk opens
        ("2026-11-23 07:00", [ANN, BO, MAX]),
        ("2026-11-23 08:00", [ANN, LEA, MAX]),  # the desk's hours by the clock in Paris; Bo has gone
        ("2026-11-23 10:30", [LEA]),  # the break
        ("2026-11-23 15:59", [LEA]),
        ("2026-11-24 05:00", []),
        ("2026-12-24 09:00", []),  # a holiday of the desk
    ],
)
def test_who_is_at_work(instant: str, there: list[StaffMember]) -> None:
    """Somebody is in their own hours, else in the desk's, by their own clock; on the desk's holidays nobody is."""
    assert [one for one in DESK.staff if on_duty(DESK, one, at(instant))] == there


def test_a_desk_without_hours_is_always_manned() -> None:
    """But for those who have hours of their own."""
    desk = Desk(staff=(ANN, BO, LEA))

    assert [on_duty(desk, member, at("2026-11-22 03:00")) for member in desk.staff] == [True, False, True]


def test_who_speaks_a_language() -> None:
    """Those of a level; of nobody whose languages are not named it is known."""
    assert speakers(DESK, "en") == (ANN, BO, LEA)
    assert speakers(DESK, "en", "first") == (ANN, BO)  # who has no level is of the first
    assert speakers(DESK, "fr", "first") == ()
    assert speakers(DESK, "fr", "experts") == (LEA,)
    assert speakers(DESK, "fr", "partners") == (LEA,)  # where nobody stands, all do
    assert speakers(DESK, "de") == ()


@pytest.mark.parametrize(
    ("language", "level", "instant", "expected"),
    [
        ("en", "", "2026-11-23 07:30", ("UANN", "UBO")),
        ("en", "", "2026-11-23 09:30", ("UANN",)),  # Bo has gone; Léa is of another level
        ("en", "experts", "2026-11-23 09:30", ("ULEA",)),
        ("en", "", "2026-11-23 10:30", ()),  # those who speak it are at lunch
        ("fr", "", "2026-11-23 09:30", ("ULEA",)),  # at another level
        ("fr", "", "2026-11-23 07:30", ()),  # not there yet: others, who are, would not understand it
        ("de", "", "2026-11-23 07:30", ("UANN", "UBO")),  # nobody speaks it: the first level
        ("de", "experts", "2026-11-23 07:30", ("UMAX",)),
        ("fr", "experts", "2026-11-23 08:30", ("ULEA",)),
        ("fi", "experts", "2026-11-23 08:30", ("ULEA", "UMAX")),  # not back to the first level
        ("de", "partners", "2026-11-23 08:30", ("UANN", "ULEA", "UMAX")),  # where nobody stands, all do
        ("fr", "gone", "2026-11-23 08:30", ("ULEA",)),  # a level that the file no longer has
        ("en", "", "2026-11-22 09:30", ()),  # a Sunday
    ],
)
def test_whom_a_request_calls(language: str, level: str, instant: str, expected: tuple[str, ...]) -> None:
    """Those who speak its language and are at work; where nobody speaks it, those of its level who are."""
    assert called(DESK, language, level, at(instant)) == expected


@pytest.mark.parametrize(
    ("language", "instant", "opens"),
    [
        ("en", "2026-11-22 12:00", "2026-11-23 05:00"),  # the first of two
        ("fr", "2026-11-22 12:00", "2026-11-23 08:00"),
        ("fr", "2026-11-23 10:30", "2026-11-23 10:30"),  # lunch in Helsinki
        ("fr", "2026-11-23 11:30", "2026-11-23 12:00"),
        ("en", "2026-11-23 10:30", "2026-11-23 11:00"),  # Léa is there, but of another level
        ("de", "2026-11-23 09:00", "2026-11-23 09:00"),  # nobody speaks it: the first level
        ("de", "2026-11-22 12:00", "2026-11-23 05:00"),
        ("fi", "2026-12-23 16:00", "2026-12-28 07:00"),
    ],
)
def test_when_somebody_is_there_for_a_language(language: str, instant: str, opens: str) -> None:
    """The first whom a request in it calls."""
    assert opens_for(DESK, language, at(instant)) == at(opens)


def test_when_somebody_of_a_level_is_there() -> None:
    """What was passed on waits for those who got it."""
    assert opens_for(DESK, "en", at("2026-11-23 05:00"), "experts") == at("2026-11-23 08:00")
    assert opens_for(DESK, "de", at("2026-11-23 05:00"), "experts") == at("2026-11-23 07:00")


def test_who_never_comes_keeps_nobody_waiting() -> None:
    """Hours without a stretch are no promise: the others who speak it count, else the desk."""
    away = StaffMember("U9", "Kim", ("de",), hours={0: ()})
    sunday, monday = at("2026-11-22 12:00"), at("2026-11-23 07:00")

    assert opens_for(Desk(time_zone="Europe/Helsinki", hours=OFFICE, staff=(away,)), "de", sunday) == monday
    desk = Desk(time_zone="Europe/Helsinki", hours=OFFICE, staff=(away, StaffMember("U8", "Pia", ("de",))))
    assert opens_for(desk, "de", sunday) == monday
    assert called(desk, "de", "", monday) == ("U8",)


def test_a_desk_of_nobody_calls_nobody() -> None:
    """And is there at once, as it is always open."""
    assert called(Desk.empty(), "fi", "", NOON) == ()
    assert opens_for(Desk.empty(), "fi", NOON) == NOON


@given(
    language=st.sampled_from(LANGUAGES),
    level=st.sampled_from(["", "first", "experts", "partners", "gone"]),
    minute=st.integers(0, 14 * 24 * 60),
)
def test_only_who_is_at_work_is_called(language: str, level: str, minute: int) -> None:
    """Nobody twice; and when somebody is said to be there, somebody is called, and nobody before."""
    instant = datetime.fromtimestamp(NOON.timestamp() + 60 * minute, UTC)
    users = called(DESK, language, level, instant)
    opens = opens_for(DESK, language, instant, level)

    assert len(set(users)) == len(users)
    assert all(on_duty(DESK, member, instant) for member in DESK.staff if member.user in users)
    assert (opens == instant) == bool(users)
    assert opens >= instant
    assert called(DESK, language, level, opens)
