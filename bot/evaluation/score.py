"""Asks labelled questions and scores the replies."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from enum import StrEnum
from typing import Final, TypeAlias

from bot.conversation import Conversation
from bot.evaluation.cases import Case
from bot.knowledge.schema import ACTION_PREFIX
from bot.model import Channel, Outcome, Person, PersonId, Place, Question, Reply, Thread
from bot.understand.decide import OFFERED

FAR: Final = "oos-far"
NEAR: Final = "oos-near"
ACTION: Final = "action"

_HONEST: Final = frozenset({Outcome.FALLBACK, Outcome.HELP, Outcome.HUMAN, Outcome.GREETING, Outcome.THANKS})
"""Replies to a question out of scope that answer nothing wrongly."""

_ACTIONS: Final = {
    Outcome.GREETING: "greeting",
    Outcome.THANKS: "thanks",
    Outcome.HUMAN: "human",
    Outcome.STATUS: "status",
    Outcome.HELP: "help",
    Outcome.TOPICS: "topics",
    Outcome.LANGUAGE: "language",
    Outcome.REPORT: "report-translation",
    Outcome.PRIVACY: "delete-data",
}


class Grade(StrEnum):
    """How good a reply is."""

    RIGHT = "right"
    ASSISTED = "assisted"  # at most three choices, one of them acceptable; out of scope: choices of any kind
    WRONG = "wrong"
    MISSED = "missed"


@dataclass(frozen=True, slots=True)
class Result:
    """A case, the reply to it, and its grade."""

    case: Case
    reply: Reply
    grade: Grade

    @property
    def given(self) -> str:
        """What the reply answers or does: an entry id, an action, `choices` or `fallback`."""
        return given(self.reply)


Ask: TypeAlias = Callable[[Case], Reply]


def asker(conversation: Conversation) -> Ask:
    """A way to ask cases as a stranger would, in a channel that tells the programme and nothing else."""
    person = Person(PersonId("T0", "U0"))
    today: date = datetime.now(UTC).date()

    def ask(case: Case) -> Reply:
        question = Question(case.text, channel_of(case), today)
        turn = conversation.reply_to(question, Thread("C0", "0"), person)
        if turn.reply is None:  # nothing but emoji after all
            return Reply(Outcome.FALLBACK, case.language)
        return turn.reply

    return ask


def channel_of(case: Case) -> Channel:
    """Where a case is asked: a place that tells the programme, if the case has one, and nothing else."""
    return Channel("C0", Place.TERMINAL, programmes=(case.programme,) if case.programme else ())


def given(reply: Reply) -> str:
    """What a reply answers or does: an entry id, an action, `choices` or `fallback`."""
    if reply.outcome in {Outcome.CHOICES, Outcome.FALLBACK}:
        return str(reply.outcome)
    if reply.entry:
        return reply.entry
    if reply.outcome is Outcome.BOOKING:
        return f"{ACTION_PREFIX}book-{'training' if reply.slots.get('meeting_kind') == 'training' else 'meeting'}"
    return f"{ACTION_PREFIX}{_ACTIONS[reply.outcome]}"


def grade(case: Case, reply: Reply) -> Grade:
    """Grade a reply by what its case finds acceptable."""
    if not case.expect:
        if reply.outcome is Outcome.CHOICES:
            return Grade.ASSISTED
        return Grade.RIGHT if reply.outcome in _HONEST else Grade.WRONG
    if reply.outcome is Outcome.CHOICES:
        offered = {candidate.entry for candidate in reply.candidates[:OFFERED]}
        return Grade.ASSISTED if offered & set(case.expect) else Grade.MISSED
    if given(reply) in case.expect:
        return Grade.RIGHT
    return Grade.MISSED if reply.outcome is Outcome.FALLBACK else Grade.WRONG


def score(cases: Iterable[Case], ask: Ask) -> list[Result]:
    """Ask every case and grade the reply."""
    results = []
    for case in cases:
        reply = ask(case)
        results.append(Result(case, reply, grade(case, reply)))
    return results


def share(results: Sequence[Result], *grades: Grade) -> float:
    """The share of results with one of these grades; 0 of nothing."""
    return sum(result.grade in grades for result in results) / len(results) if results else 0.0
