"""A report of a language error: what is wrong where, who told of it, and what has become of it. Frozen data."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Final

from bot.model import Historic, Language, PersonId

MOST_PICTURES: Final = 25
"""Pictures that one report takes."""


class State(StrEnum):
    """How far a report is."""

    OPEN = "open"
    TAKEN = "taken"
    ASKED = "asked"  # the reporter has been asked something
    FIXED = "fixed"
    REJECTED = "rejected"  # not an error
    DUPLICATE = "duplicate"


CLOSED: Final = frozenset({State.FIXED, State.REJECTED, State.DUPLICATE})
"""The states in which nobody works on a report."""


class Kind(StrEnum):
    """What sort of error it is."""

    MISTRANSLATED = "mistranslated"
    TYPO = "typo"
    UNTRANSLATED = "untranslated"
    CUT_OFF = "cut-off"
    TONE = "tone"
    TERM = "term"
    SOURCE = "source"  # the text that was translated is wrong itself


class Visible(StrEnum):
    """From when a correction is seen."""

    NOW = "now"
    DAY = "day"
    RELEASE = "release"  # the next one


class Reason(StrEnum):
    """Why something is no error."""

    INTENDED = "intended"  # it is meant so: a term that was agreed on, a matter of style
    MENDED = "mended"  # it was put right before
    NOT_OURS = "not-ours"  # the text is somebody else's: a customer's own, another product's
    NOT_FOUND = "not-found"  # nobody could find it


class Act(Historic):
    """What can happen to a report."""

    REPORTED = "reported"
    JOINED = "joined"  # somebody else has reported the same
    TAKEN = "taken"
    RELEASED = "released"  # put back
    ASKED = "asked"
    ANSWERED = "answered"
    FIXED = "fixed"
    REJECTED = "rejected"
    DUPLICATE = "duplicate"
    REOPENED = "reopened"
    STILL_WRONG = "still-wrong"  # reopened by a reporter
    MOVED = "moved"  # to another language


class PictureState(StrEnum):
    """How far a picture is on its way to the translators."""

    WAITING = "waiting"
    SHARED = "shared"
    KEPT_BACK = "kept-back"  # the translators' channel is shared with other organisations
    REFUSED = "refused"  # it cannot be had
    DELETED = "deleted"  # our copy, some time after the report was closed


@dataclass(frozen=True, slots=True)
class OwnText:
    """A text of the bot itself, where it stands, and what it shall be."""

    file: str  # cyberday/fi.yml, within the knowledge; or locales/fi/LC_MESSAGES/bot.po
    key: str  # translation-errors.answer (name of the entry and field), or the msgid
    text: str  # when it was reported
    line: int = 0
    final: str = ""  # once it is fixed; "": it stays


@dataclass(frozen=True, slots=True)
class Picture:
    """A picture of a report."""

    id: str  # Slack's id of the file that somebody has shared
    state: PictureState = PictureState.WAITING
    fault: str = ""  # ports.FileFault, why it cannot be had
    copy: str = ""  # Slack's id of our copy
    by: PersonId | None = None  # who has put it there; None: the report's first reporter


@dataclass(frozen=True, slots=True)
class Line:
    """A message of ours below a card."""

    channel: str
    ts: str


@dataclass(frozen=True, slots=True)
class Change:
    """One line of a report's history."""

    act: Act
    at: datetime  # UTC
    who: PersonId | None = None
    words: str = ""  # a question, an answer, what is still wrong, the language it was moved to
    number: int | None = None  # of the report that it is a duplicate of
    lines: tuple[Line, ...] = ()  # that tell of it: below each card that the report has had


@dataclass(frozen=True, slots=True)
class Report:
    """A report as it stands.

    Of a product's text `wrong` is the text and `suggestion` what it should be; of the bot's own, `texts` are those of
    the message that was reported, and `said` tells what is wrong with them.
    """

    number: int
    reporter: PersonId
    opened_at: datetime
    language: Language  # of the text
    state: State = State.OPEN
    programme: str | None = None
    kind: Kind | None = None
    place: str = ""  # product, page or link
    wrong: str = ""
    suggestion: str = ""
    said: str = ""  # in the reporter's words
    entry: str = ""  # whose answer it is, of the bot's own texts
    texts: tuple[OwnText, ...] = ()
    pictures: tuple[Picture, ...] = ()
    assignee: PersonId | None = None
    final: str = ""  # what stands there now, once it is fixed
    visible: Visible | None = None
    visible_on: date | None = None
    reason: Reason | None = None
    words: str = ""  # the translator's, for the reporter, with a fix or a reason
    duplicate_of: int | None = None
    near: tuple[int, ...] = ()  # reports that may be the same
    reporters: int = 1
    closed_at: datetime | None = None
    channel: str = ""  # the translators'
    card_ts: str = ""  # "": its card is not posted yet
    is_shared: bool = True  # the channel, with other organisations; unknown counts as shared
    history: tuple[Change, ...] = ()

    @property
    def is_closed(self) -> bool:
        """Whether nobody works on it any more."""
        return self.state in CLOSED


@dataclass(frozen=True, slots=True)
class Reporter:
    """Somebody who has told of a report, and where the bot speaks to them of it."""

    number: int
    who: PersonId
    language: Language
    at: datetime  # UTC
    organisation: str | None = None
    channel: str = ""  # "": a direct message that is not opened yet
    thread_ts: str = ""  # "": the message with its state will begin the thread


def name(number: int) -> str:
    """The number as people see it."""
    return f"TR-{number}"
