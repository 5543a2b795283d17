"""A meeting that somebody has booked: what it is, who holds it, when, and how it stands. Frozen data."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time
from enum import StrEnum
from typing import Final

from bot.model import Language, PersonId

OFFERED: Final = 3
"""Times that are offered as buttons."""


class Kind(StrEnum):
    """What sort of meeting it is."""

    SUPPORT = "support"
    TRAINING = "training"


class State(StrEnum):
    """How a meeting stands."""

    BOOKED = "booked"
    UNPLACED = "unplaced"  # it has lost its time: whoever booked it may choose another
    CANCELLED = "cancelled"


class Cause(StrEnum):
    """Why a meeting has lost its time."""

    BOOKER = "booker"  # whoever booked it has cancelled it
    HOST = "host"  # whoever holds it, or staff, has cancelled it
    CALENDAR = "calendar"  # the host's calendar had something else at that time


class Reminder(StrEnum):
    """When somebody is reminded of a meeting."""

    DAY = "day"
    HOUR = "hour"


@dataclass(frozen=True, slots=True)
class Span:
    """A stretch of time in UTC, its end excluded."""

    start: datetime
    end: datetime


@dataclass(frozen=True, slots=True)
class Slot:
    """A time at which a meeting can begin (UTC), and the users who could hold it, whose turn it is first."""

    start: datetime
    hosts: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Wish:
    """When somebody would like to meet, on the clock of their own zone; None where they said nothing of it.

    `earliest` alone is a time of day at which the meeting should begin; with `latest` it is a part of the day.
    """

    first: date | None = None
    last: date | None = None  # the last day of a stretch such as next week; None: `first` alone
    earliest: time | None = None
    latest: time | None = None

    def __str__(self) -> str:
        """As `slots.when` says it: 2026-11-24, 2026-11-24T14:00, 2026-11-23/2026-11-27, T12:00/17:00."""
        days = "/".join(day.isoformat() for day in (self.first, self.last) if day)
        clock = "/".join(at.strftime("%H:%M") for at in (self.earliest, self.latest) if at)
        return f"{days}T{clock}" if clock else days

    @classmethod
    def of(cls, text: str) -> Wish:
        """Read what `str` has written. Raises ValueError."""
        days, _, clock = text.partition("T")
        first, _, last = days.partition("/")
        earliest, _, latest = clock.partition("/")
        return cls(
            date.fromisoformat(first) if first else None,
            date.fromisoformat(last) if last else None,
            time.fromisoformat(earliest) if earliest else None,
            time.fromisoformat(latest) if latest else None,
        )


@dataclass(frozen=True, slots=True)
class Customer:
    """For whom a partner has booked a meeting."""

    name: str
    email: str = ""


@dataclass(frozen=True, slots=True)
class Meeting:
    """A meeting as it stands."""

    number: int
    uid: str  # in calendars; the same for good
    kind: Kind
    booker: PersonId
    language: Language  # in which its booker is written to
    start: datetime  # UTC, as `end`; of one without a time the last that it had
    end: datetime
    host: str  # the user who holds it
    zone: str  # the booker's, by whose clock they are told of it
    booked_at: datetime
    state: State = State.BOOKED
    cause: Cause | None = None  # why it has lost its time
    sequence: int = 0  # of the invitation: grows with each change
    programme: str | None = None
    organisation: str | None = None
    held_in: Language = ""  # the language of the meeting
    topic: str = ""
    email: str = ""  # the booker's
    customer: Customer | None = None
    words: str = ""  # with which it was cancelled
    channel: str = ""  # where the booking began; "": in a direct message that is not opened yet
    thread_ts: str = ""
    message_ts: str = ""  # of our message that tells its booker how it stands
    host_channel: str = ""  # the direct message with the host, and the card in it
    host_ts: str = ""
    host_line: str = ""  # below it, the line that quotes its booker
    written: str = ""  # the user in whose calendar it stands
    booker_file: str = ""  # Slack's ids of the calendar files that were shared
    host_file: str = ""
    invited: int = -1  # the sequence of which invitations and files were sent
    helped: bool | None = None  # what its booker said afterwards

    @property
    def is_direct(self) -> bool:
        """Whether its booker is spoken to in a direct message: elsewhere others read along."""
        return not self.channel or self.channel.startswith("D")


def name(number: int) -> str:
    """The number as people see it."""
    return f"MT-{number}"
