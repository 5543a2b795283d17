"""The weekly digest: which days it tells of, when it is due, and what its figures are made of."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

import pytest

from bot.desk import Desk, Support
from bot.flows import digest as flow
from bot.flows.digest import OPEN, OVERDUE, Questions, Standing, Told, figures
from bot.model import LANGUAGES, Language
from bot.request import Way

MONDAY = date(2026, 11, 16)
NOTHING = Told({}, [])


@dataclass(frozen=True)
class Opened:
    """A request, as far as it counts."""

    language: Language = "fi"
    way: Way = Way.ASKED
    responded_in: int | None = None


def _desk(day: int = 0, at: time = time(9), zone: str = "Europe/Helsinki") -> Desk:
    return Desk(time_zone=zone, support=Support("C1", digest_day=day, digest_at=at))


def _week(counts: dict[tuple[str, Language], int], *opened: Opened, language: Language = "fi") -> Any:
    return figures(MONDAY, Told(counts, opened), NOTHING, {}).languages[language].week


# When


def test_it_is_due_by_the_desks_clock() -> None:
    """On the day and at the time of the desk file, in summer as in winter."""
    assert flow.due(_desk(), date(2026, 11, 23)) == datetime(2026, 11, 23, 7, tzinfo=UTC)
    assert flow.due(_desk(), date(2026, 7, 6)) == datetime(2026, 7, 6, 6, tzinfo=UTC)
    assert flow.due(_desk(4, time(16, 30)), date(2026, 11, 23)) == datetime(2026, 11, 27, 14, 30, tzinfo=UTC)


def test_the_last_week_is_the_one_whose_digest_has_come_due() -> None:
    """From the minute on, by the desk's own calendar: it may be Monday there while it is Sunday in UTC."""
    just = flow.due(_desk(), date(2026, 11, 23))
    assert flow.last_week(_desk(), just) == date(2026, 11, 23)
    assert flow.last_week(_desk(), just - timedelta(minutes=1)) == MONDAY

    early = _desk(at=time(0, 30), zone="Pacific/Auckland")
    assert flow.last_week(early, datetime(2026, 11, 22, 11, 30, tzinfo=UTC)) == date(2026, 11, 23)


@pytest.mark.parametrize("day", range(7))
def test_it_tells_of_the_seven_days_before_its_own(day: int) -> None:
    """No day stands in two digests or in none, whichever day they come on."""
    since, until = flow.days(_desk(day), date(2026, 11, 23))

    assert until - since == timedelta(days=7)
    assert until == date(2026, 11, 23) + timedelta(days=day)
    assert flow.days(_desk(day), date(2026, 11, 30))[0] == until


# Questions


def test_every_language_is_named() -> None:
    """All four, also those in which nothing was asked: none is hidden in a sum, or by being left out."""
    told = figures(MONDAY, Told({("answer", "fr"): 3}, []), NOTHING, {})

    assert tuple(told.languages) == LANGUAGES
    assert [one.week.questions.asked for one in told.languages.values()] == [3, 0, 0, 0]
    assert told.all.week.questions.asked == 3


def test_what_is_chosen_is_told_from_what_is_answered_at_once() -> None:
    """Each question stands once: choices that somebody has chosen from count as what that led to."""
    counts = {
        ("answer", "fi"): 10,
        ("rule", "fi"): 5,
        ("choices", "fi"): 6,
        ("fallback", "fi"): 3,
        ("chosen:answer", "fi"): 2,
        ("chosen:rule", "fi"): 1,
        ("chosen:fallback", "fi"): 1,  # none of these
        ("replaced:choices", "fi"): 4,
    }
    assert _week(counts).questions == Questions(answered=12, chosen=3, undecided=2, missed=3)


def test_what_was_said_again_counts_once() -> None:
    """An answer that is shown in another language counts in that one alone."""
    counts = {("answer", "en"): 1, ("replaced:answer", "en"): 1, ("answer", "fi"): 1}

    assert _week(counts).questions == Questions(answered=1)
    assert _week(counts, language="en").questions == Questions()


def test_what_belongs_to_another_week_is_no_debt() -> None:
    """Choices of Sunday that are chosen from on Monday: no number falls below nothing."""
    counts = {("replaced:choices", "fi"): 4, ("chosen:answer", "fi"): 4, ("answer", "fi"): 3}

    assert _week(counts).questions == Questions(chosen=3)


@pytest.mark.parametrize(
    "kind", ["greeting", "thanks", "help", "report", "booking", "human", "unsaid:answer", "helpful"]
)
def test_what_is_no_question_does_not_count(kind: str) -> None:
    """Small talk, reports and meetings, votes, and what was not said."""
    assert _week({(kind, "fi"): 5}).questions == Questions()


# Requests


def test_requests_by_their_way() -> None:
    """Each way by which some have come, in one order; of each language its own."""
    ways = (Way.UNANSWERED, Way.ASKED, Way.ESCALATED, Way.ASKED)
    week = _week({}, *(Opened(way=way) for way in ways), Opened("fr"))

    assert week.requests.ways == ((Way.ASKED, 2), (Way.ESCALATED, 1), (Way.UNANSWERED, 1))
    assert week.requests.opened == 4


@pytest.mark.parametrize(
    ("seconds", "half", "most"),
    [
        ([60], 60, 60),
        ([60, 120], 90, 120),
        (range(100, 1100, 100), 550, 900),
        (range(100, 2100, 100), 1050, 1800),
    ],
)
def test_times_of_first_replies(seconds: Any, half: float, most: float) -> None:
    """The median, and the time within which nine in ten of those that have a reply had it."""
    requests = _week({}, *(Opened(responded_in=one) for one in reversed(seconds))).requests

    assert (requests.half, requests.most) == (timedelta(seconds=half), timedelta(seconds=most))
    assert requests.unanswered == 0


def test_what_has_no_reply_yet_is_said_so() -> None:
    """It has no time, and does not make the others look quicker in silence."""
    requests = _week({}, Opened(responded_in=60), Opened(), Opened()).requests

    assert (requests.half, requests.unanswered) == (timedelta(seconds=60), 2)
    assert _week({}, Opened()).requests.half is None


def test_the_time_of_all_is_that_of_all_requests() -> None:
    """Not a mean of what the languages have."""
    opened = [Opened("fi", responded_in=60)] * 3 + [Opened("fr", responded_in=600)]

    assert figures(MONDAY, Told({}, opened), NOTHING, {}).all.week.requests.half == timedelta(seconds=60)


def test_how_requests_stand_beside_how_they_stood() -> None:
    """As was counted at the digest before; of a first one nobody knows."""
    standing = {"fi": Standing(3, 1), "en": Standing(1, 0)}
    counts = {(OPEN, language): n for language, n in zip(LANGUAGES, (0, 2, 0, 5), strict=True)} | {(OVERDUE, "fi"): 4}
    told = figures(MONDAY, Told(counts, []), NOTHING, standing)

    assert told.languages["fi"].week.standing == Standing(3, 1)
    assert told.languages["fi"].before.standing == Standing(5, 4)
    assert (told.all.week.standing, told.all.before.standing) == (Standing(4, 1), Standing(7, 4))
    assert figures(MONDAY, NOTHING, NOTHING, standing).all.before.standing is None


@pytest.mark.parametrize(
    ("told", "standing", "is_quiet"),
    [
        (NOTHING, {}, True),
        (Told({("greeting", "fi"): 1}, []), {}, True),
        (Told({("fallback", "fi"): 1}, []), {}, False),
        (Told({}, [Opened()]), {}, False),
        (NOTHING, {"fr": Standing(1)}, False),
    ],
)
def test_a_quiet_week(told: Told, standing: Any, is_quiet: bool) -> None:  # noqa: FBT001
    """One in which nothing was asked, nothing came before a person, and nothing is open."""
    assert figures(MONDAY, told, NOTHING, standing).is_quiet is is_quiet
