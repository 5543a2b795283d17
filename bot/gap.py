"""What the knowledge lacks: questions without an answer, answers that did not help, and what is drafted instead."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from bot.model import Language, PersonId


class GapKind(StrEnum):
    """How it showed that something is missing."""

    FALLBACK = "fallback"  # the bot did not know
    NONE = "none"  # none of the choices was meant
    UNHELPFUL = "unhelpful"  # a vote
    DRAFT = "draft"  # staff has answered it: an entry can be made of that


@dataclass(frozen=True, slots=True)
class Gap:
    """One question for which something is missing."""

    kind: GapKind
    language: Language
    programme: str | None
    text: str  # the question
    at: datetime  # UTC
    who: PersonId | None  # who asked
    channel: str
    ts: str  # of the question, or of the message of ours that was voted on
    entry: str = ""  # what was answered
    answer: str = ""  # of a draft: what staff has answered
    request: int | None = None  # of a draft
    number: int = 0


@dataclass(frozen=True, slots=True)
class Regression:
    """A question of which staff says what should be answered: a case for the tests."""

    text: str
    language: Language
    programme: str | None
    expected: str  # an entry or action, or `fallback`
    got: str
    at: datetime  # UTC
    by: PersonId | None  # whoever says so; None: their data was erased
    asker: PersonId | None = None
    number: int = 0
