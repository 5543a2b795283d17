"""A request for a person: what is asked, who looks after it, and what has become of it. Frozen data."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Final

from bot.model import Historic, Language, PersonId, Reply
from bot.report import Line, Picture


class State(StrEnum):
    """How far a request is. In the first two the desk owes a word, in the third the partner does."""

    OPEN = "open"  # in the queue: nobody has it
    TAKEN = "taken"
    WAITING = "waiting"  # for the partner
    RESOLVED = "resolved"
    DISMISSED = "dismissed"  # it was no request


CLOSED: Final = frozenset({State.RESOLVED, State.DISMISSED})
"""The states in which nobody works on a request."""


class Way(StrEnum):
    """How a question came before a person."""

    ASKED = "asked"  # by a button, or in words
    FEEDBACK = "feedback"  # in the form about an answer that did not help
    ESCALATED = "escalated"  # by staff, from a message
    UNANSWERED = "unanswered"  # nobody has answered it for too long


class Reason(StrEnum):
    """With what a request is resolved."""

    ANSWERED = "answered"
    DONE = "done"  # what was asked for has been done
    PASSED_ON = "passed-on"  # somebody else looks after it from now on
    NOT_POSSIBLE = "not-possible"
    SETTLED = "settled"  # the partner says so
    NO_REPLY = "no-reply"  # the partner was asked, and has not replied for long


STAFF_REASONS: Final = (Reason.ANSWERED, Reason.DONE, Reason.PASSED_ON, Reason.NOT_POSSIBLE)
"""Those that staff choose between."""


class Target(StrEnum):
    """What the desk promises a time for."""

    FIRST = "first"  # the first response
    RESOLUTION = "resolution"


class Act(Historic):
    """What can happen to a request."""

    ASKED = "asked"
    ASKED_AGAIN = "asked-again"  # by another way in, while it is open
    HANDED = "handed"  # by staff, with what somebody wrote in its thread
    TOLD = "told"  # the partner wrote
    TAKEN = "taken"
    TAKEN_OVER = "taken-over"
    ASSIGNED = "assigned"
    RELEASED = "released"  # put back into the queue
    ESCALATED = "escalated"  # to the next level
    URGENT = "urgent"
    NORMAL = "normal"
    REPLIED = "replied"
    SENT = "sent"  # an entry of the knowledge
    WROTE = "wrote"  # staff wrote in the partner's thread
    OFFERED = "offered"  # a meeting
    WAITING = "waiting"
    RESOLVED = "resolved"
    DISMISSED = "dismissed"
    REOPENED = "reopened"  # by staff
    RETURNED = "returned"  # by the partner
    WARNED = "warned"  # a target will soon be missed
    BREACHED = "breached"  # a target is missed
    REMINDED = "reminded"
    NUDGED = "nudged"  # the partner is asked whether it still matters


MOST_FILES: Final = 100
"""Files that one request takes."""


@dataclass(frozen=True, slots=True)
class Change:
    """One line of a request's history."""

    act: Act
    at: datetime  # UTC
    who: PersonId | None = None  # None: the desk's clock, or somebody whose data was erased
    words: str = ""  # what was written; of an entry its id; of a target which
    level: str = ""  # to which it went
    whom: PersonId | None = None  # who had it before, or is given it
    ts: str = ""  # of the message in the partner's thread that it tells of
    is_aside: bool = False  # written beside the request: to the bot, or after it was settled
    files: tuple[str, ...] = ()  # ids
    lines: tuple[Line, ...] = ()  # that tell of it: below each card that the request has had


@dataclass(frozen=True, slots=True)
class Unsent:
    """What somebody has typed for the partner, and not sent yet."""

    by: PersonId
    text: str
    then: str = ""  # flows.request.Then


@dataclass(frozen=True, slots=True)
class Request:
    """A request as it stands."""

    number: int
    channel: str  # the partner's thread
    thread_ts: str
    asker: PersonId | None
    opened_at: datetime
    language: Language
    question: str
    way: Way = Way.ASKED
    organisation: str | None = None
    programme: str | None = None
    reply: Reply | None = None  # what the bot answered
    state: State = State.OPEN
    is_urgent: bool = False
    level: str = ""  # of the desk file; "": the first
    assignee: PersonId | None = None
    files: tuple[Picture, ...] = ()
    reason: Reason | None = None
    words: str = ""  # for the partner, with the result
    responded_at: datetime | None = None  # first
    owed_since: datetime | None = None  # since when the desk owes a word; None: it does not
    owed: int = 0  # seconds of the desk's hours in which it owed one before that
    waiting_since: datetime | None = None
    warned: tuple[Target, ...] = ()
    breached: tuple[Target, ...] = ()
    reminded: int = 0  # since the desk owes a word, and the same hands hold it
    reminded_at: datetime | None = None  # or given into these hands: from then the next one counts
    nudged_at: datetime | None = None  # since it waits for the partner
    closed_at: datetime | None = None
    card_channel: str = ""
    card_ts: str = ""  # "": its card is not posted yet
    card_url: str = ""
    is_shared: bool = True  # the card's channel, with other organisations; unknown counts as shared
    status_ts: str = ""  # the message in the partner's thread that says how it stands
    clock: str = ""  # the key of the work that its next clock is
    unsent: tuple[Unsent, ...] = ()
    history: tuple[Change, ...] = ()

    @property
    def is_closed(self) -> bool:
        """Whether nobody works on it any more."""
        return self.state in CLOSED

    @property
    def is_direct(self) -> bool:
        """Whether its thread is in a direct message."""
        return self.channel.startswith("D")


def name(number: int) -> str:
    """The number as people see it."""
    return f"REQ-{number}"
