"""The weekly digest: which days it tells of, when it is due, and its figures, each by language.

A question is a message that the bot has answered, offered choices for or not understood. What it says later in place of
that (in another language, after a correction) does not count as another one, and what is chosen counts where it leads.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from statistics import median
from typing import Final, Protocol, TypeAlias
from zoneinfo import ZoneInfo

from bot.desk import Desk
from bot.model import CHOSEN, LANGUAGES, REPLACED, Language, Outcome
from bot.request import Way

Counts: TypeAlias = Mapping[tuple[str, Language], int]
"""What was counted, by kind and language."""

OPEN: Final = "standing:open"
"""The kind under which it is counted, on the day of a digest, how many requests were open: for the next one."""
OVERDUE: Final = "standing:overdue"

_WEEK: Final = timedelta(days=7)
_ANSWERS: Final = (Outcome.ANSWER, Outcome.RULE)


# When


def week_of(day: date) -> date:
    """The Monday of the ISO week that a day lies in."""
    return day - timedelta(days=day.weekday())


def day_in(desk: Desk, week: date) -> date:
    """The day of the digest in a week, which is told by its Monday."""
    return week + timedelta(days=desk.support.digest_day or 0)


def due(desk: Desk, week: date) -> datetime:
    """When (UTC) the digest of a week is sent."""
    return datetime.combine(day_in(desk, week), desk.support.digest_at, _zone(desk)).astimezone(UTC)


def last_week(desk: Desk, now: datetime) -> date:
    """The latest week whose digest has come due."""
    week = week_of(now.astimezone(_zone(desk)).date())
    return week if due(desk, week) <= now else week - _WEEK


def days(desk: Desk, week: date) -> tuple[date, date]:
    """The seven days that a digest tells of: the first, and the one after the last, which is its own."""
    until = day_in(desk, week)
    return until - _WEEK, until


def midnight(desk: Desk, day: date) -> datetime:
    """When (UTC) a day begins at the desk."""
    return datetime.combine(day, datetime.min.time(), _zone(desk)).astimezone(UTC)


def _zone(desk: Desk) -> ZoneInfo:
    return ZoneInfo(desk.time_zone or "UTC")


# What


class Opened(Protocol):
    """What counts of a request."""

    @property
    def language(self) -> Language: ...  # noqa: D102
    @property
    def way(self) -> Way: ...  # noqa: D102
    @property
    def responded_in(self) -> int | None: ...  # noqa: D102 - seconds of the desk's hours until the first response


@dataclass(frozen=True, slots=True)
class Questions:
    """What has become of questions."""

    answered: int = 0  # at once
    chosen: int = 0  # by a choice that was offered
    undecided: int = 0  # choices were offered, and none was chosen
    missed: int = 0

    @property
    def asked(self) -> int:
        """How many there were."""
        return self.answered + self.chosen + self.undecided + self.missed


@dataclass(frozen=True, slots=True)
class Requests:
    """What has come before a person. Times are of the desk's hours, until the first response."""

    ways: tuple[tuple[Way, int], ...] = ()  # in the order of Way; those by which none came are left out
    half: timedelta | None = None  # within which half of those that were answered had their response
    most: timedelta | None = None  # within which nine in ten had
    unanswered: int = 0

    @property
    def opened(self) -> int:
        """How many there were."""
        return sum(n for _, n in self.ways)


@dataclass(frozen=True, slots=True)
class Standing:
    """How many requests are open, and how many of these have missed a target."""

    open: int = 0
    overdue: int = 0


@dataclass(frozen=True, slots=True)
class Week:
    """The figures of seven days, in one language or in all."""

    questions: Questions = Questions()
    requests: Requests = Requests()
    standing: Standing | None = None  # at the end of it; None: nobody has counted

    @property
    def is_quiet(self) -> bool:
        """Whether nothing has happened."""
        return not (self.questions.asked or self.requests.opened or (self.standing and self.standing.open))


@dataclass(frozen=True, slots=True)
class Compared:
    """A week and the one before."""

    week: Week
    before: Week


@dataclass(frozen=True, slots=True)
class Digest:
    """What a digest tells."""

    first: date
    last: date
    languages: Mapping[Language, Compared]  # each of LANGUAGES, in that order
    all: Compared

    @property
    def is_quiet(self) -> bool:
        """Whether nothing has happened in its week."""
        return self.all.week.is_quiet


@dataclass(frozen=True, slots=True)
class Told:
    """What the database tells of seven days."""

    counts: Counts
    opened: Sequence[Opened]


def figures(since: date, told: Told, before: Told, standing: Mapping[Language, Standing]) -> Digest:
    """The digest of the seven days from `since` on, of the seven before it, and of how requests stand now."""
    stood = _standing_before(told.counts)

    def compared(languages: Collection[Language]) -> Compared:
        return Compared(
            _week(told, languages, _sum(standing, languages)),
            _week(before, languages, _sum(stood, languages) if stood is not None else None),
        )

    return Digest(
        first=since,
        last=since + _WEEK - timedelta(days=1),
        languages={language: compared((language,)) for language in LANGUAGES},
        all=compared(LANGUAGES),
    )


def _week(told: Told, languages: Collection[Language], standing: Standing | None) -> Week:
    questions = [_questions(told.counts, language) for language in languages]
    return Week(
        Questions(
            answered=sum(one.answered for one in questions),
            chosen=sum(one.chosen for one in questions),
            undecided=sum(one.undecided for one in questions),
            missed=sum(one.missed for one in questions),
        ),
        _requests([one for one in told.opened if one.language in languages]),
        standing,
    )


def _questions(counts: Counts, language: Language) -> Questions:
    def n(kind: str) -> int:
        return counts.get((kind, language), 0)

    def left(outcome: Outcome) -> int:
        # Said on Sunday, replaced on Monday: what was counted in another week is no debt of this one.
        return max(0, n(outcome.value) - n(f"{REPLACED}:{outcome}"))

    answers = sum(left(outcome) for outcome in _ANSWERS)
    chosen = min(answers, sum(n(f"{CHOSEN}:{outcome}") for outcome in _ANSWERS))
    return Questions(answers - chosen, chosen, left(Outcome.CHOICES), left(Outcome.FALLBACK))


def _requests(opened: Sequence[Opened]) -> Requests:
    ways = Counter(one.way for one in opened)
    seconds = sorted(one.responded_in for one in opened if one.responded_in is not None)
    return Requests(
        ways=tuple((way, ways[way]) for way in Way if ways[way]),
        half=timedelta(seconds=median(seconds)) if seconds else None,
        most=timedelta(seconds=seconds[math.ceil(len(seconds) * 0.9) - 1]) if seconds else None,
        unanswered=len(opened) - len(seconds),
    )


def _standing_before(counts: Counts) -> dict[Language, Standing] | None:
    """How requests stood at the digest before, which is the beginning of this week; None if there was none."""
    if not any(kind == OPEN for kind, _ in counts):
        return None
    return {
        language: Standing(counts.get((OPEN, language), 0), counts.get((OVERDUE, language), 0))
        for language in LANGUAGES
    }


def _sum(standing: Mapping[Language, Standing], languages: Collection[Language]) -> Standing:
    found = [standing.get(language, Standing()) for language in languages]
    return Standing(sum(one.open for one in found), sum(one.overdue for one in found))
