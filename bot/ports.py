"""What the conversation needs from the world, as Protocols; adapters/ and store/ fill them, app.py wires them."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any, Final, Literal, Protocol, TypeAlias, TypeVar

from sqlalchemy import Connection

from bot.meeting import Span
from bot.model import Job, Language, Outcome

T = TypeVar("T")

Unit: TypeAlias = Callable[[Connection], T]
"""A plain function of a connection: one transaction. It awaits nothing, so no call to Slack can stand inside one."""

Handler: TypeAlias = Callable[[Job], Awaitable[Unit[None] | None]]
"""Carries out a job. The unit that it returns runs in the transaction that finishes the job."""


class Clock(Protocol):
    """The only source of now."""

    def now(self) -> datetime:
        """The current instant, in UTC."""


class Store(Protocol):
    """The database behind units of work."""

    async def run(self, unit: Unit[T], *, ahead: bool = False) -> T:
        """Run a unit in a transaction that is durable when this returns. Raises StoreUnavailable.

        One that goes `ahead` does not wait for those that do not: under a flood of events work must still end.
        """

    async def read(self, unit: Unit[T]) -> T:
        """Run a unit that only reads. Raises StoreUnavailable."""


class StoreUnavailable(Exception):
    """The database is away, locked or full; nothing was changed."""


class Work(Protocol):
    """Work that must not be lost: added in the caller's transaction, done at least once, in order within a lane.

    A key exists once until it is purged, so adding twice is harmless. A job with a time (`at`) has no lane and holds
    nobody up; when due it may add one that has.
    """

    def add(
        self,
        conn: Connection,
        kind: str,
        key: str,
        payload: dict[str, Any],
        lane: str | None = None,
        at: datetime | None = None,
    ) -> bool:
        """Add a job; False if its key is known already. Raises ValueError for a lane together with a time."""

    def cancel(self, conn: Connection, key: str) -> bool:
        """Take back a job that has not begun; False if there is none."""

    def move(self, conn: Connection, key: str, at: datetime) -> bool:
        """Give a waiting job another time; False if there is none."""

    def pending(self, conn: Connection, prefix: str) -> list[str]:
        """The keys, with this prefix, of jobs that are waiting or running."""


class RetryLater(Exception):
    """A handler's word that its job failed and should be tried again, after `seconds` if the other side named them."""

    def __init__(self, reason: str, seconds: float | None = None) -> None:
        super().__init__(reason)
        self.seconds = seconds


class GiveUp(Exception):
    """A handler's word that trying again is useless: the job becomes a dead letter at once."""


class Messenger(Protocol):
    """Posts, edits and deletes messages. Raises RetryLater or GiveUp, nothing else."""

    async def post(
        self,
        *,
        key: str,
        attempts: int,
        first_try: datetime,
        channel: str,
        thread: str | None,
        text: str,
        blocks: Sequence[dict[str, Any]],
    ) -> str:
        """Post a message exactly once for `key` and return its ts.

        From the second attempt on the channel is searched for the key before anything is sent; a message whose fate
        stays unknown is never sent blind.
        """

    async def update(self, *, channel: str, ts: str, text: str, blocks: Sequence[dict[str, Any]]) -> None:
        """Edit a message of ours; one that is gone is no error."""

    async def delete(self, *, channel: str, ts: str) -> None:
        """Delete a message of ours; one that is gone is no error."""

    async def whisper(
        self, *, channel: str, user: str, thread: str | None, text: str, blocks: Sequence[dict[str, Any]]
    ) -> None:
        """Show a message to one person alone, at most once: it is tried once and forgotten."""

    async def permalink(self, *, channel: str, ts: str) -> str | None:
        """A link to a message, or None if Slack does not give one now."""


EventFate: TypeAlias = Literal["kept", "known", "dropped", "own", "refused"]
"""What becomes of an event: recorded; recorded before; not for us; of our own making; refused, to be repeated."""

JobFate: TypeAlias = Literal["done", "postponed", "later", "given-up", "failed"]
"""How an attempt at a job ends: done; not begun; to be tried again; given up; failed by an error that nobody meant."""


class Meter(Protocol):
    """Counts what the desk does, for /metrics.

    What is counted is told by few words known beforehand, never by a person's words or an id; durations are seconds.
    """

    def event(self, kind: str, fate: EventFate, seconds: float) -> None:
        """Count an event of Slack, and how long Slack waited for its acknowledgement; `kind` is one that we know."""

    def request(self, action: str, status: int, seconds: float) -> None:
        """Count a click, a form or another request, by the HTTP status of our answer; `action` is one that we know."""

    def turned_away(self, status: int) -> None:
        """Count a request that was not Slack's, or that could not be read."""

    def computed(self, seconds: float) -> None:
        """Count a message that was understood and decided upon."""

    def said(self, outcome: Outcome, language: Language) -> None:
        """Count a reply that is about to be posted."""

    def replied(self, seconds: float) -> None:
        """Count a message that has its reply, by the time between the two."""

    def job(self, kind: str, fate: JobFate, seconds: float) -> None:
        """Count an attempt at a job."""


OTHER_KIND: Final = "other"


@dataclass(frozen=True, slots=True)
class Fetched:
    """A file that somebody has shared."""

    content: bytes
    kind: str  # of a picture png, jpeg, gif, webp or heic, as the content says; else OTHER_KIND
    name: str  # as its author named it, a picture with the ending of its kind; to be escaped where it is shown

    @property
    def size(self) -> int:
        """Its size in bytes."""
        return len(self.content)

    @property
    def is_picture(self) -> bool:
        """Whether people see it where it stands."""
        return self.kind != OTHER_KIND


class FileFault(StrEnum):
    """Why a file is refused."""

    GONE = "gone"  # deleted, or never there
    HIDDEN = "hidden"  # by the limit of a free workspace
    EXTERNAL = "external"  # it lies with another service
    ELSEWHERE = "elsewhere"  # its address is not Slack's, or leads away
    NO_ACCESS = "no-access"  # not shared with the bot, or the bot lacks the scope
    TOO_LARGE = "too-large"
    EMPTY = "empty"
    KIND = "kind"  # none that we take; no file at all, but a canvas or a post


class FileRefused(Exception):
    """A file cannot be had, and trying again does not change that."""

    def __init__(self, fault: FileFault) -> None:
        super().__init__(fault.value)
        self.fault = fault


class Files(Protocol):
    """Fetches what people share, and shares copies of it.

    Few files are in memory at once: what has no place raises RetryLater. One that is uploaded as soon as it is fetched,
    with nothing awaited between, keeps its place.
    """

    async def fetch(self, file_id: str, *, any_kind: bool = False) -> Fetched:
        """A picture by its id, or a file of any kind. Raises FileRefused for good, RetryLater for now."""

    async def upload(self, fetched: Fetched, *, alt: str) -> str:
        """The id of a copy that nobody sees before it is shared; `alt` is its alternative text, as far as it fits.

        Raises FileRefused for good, RetryLater for now, GiveUp where the bot may not upload.
        """

    async def share(self, copy: str, *, channel: str, thread: str | None, text: str) -> None:
        """Show a copy in a channel or thread, once, with a text (mrkdwn); done when people see it.

        Raises RetryLater until then; GiveUp where the bot may not post; FileRefused if the copy is gone before anybody
        saw it: it is to be uploaded again.
        """

    async def delete(self, copy: str) -> None:
        """Delete a copy; one that is gone is no error. Raises RetryLater, GiveUp."""


class Calendar(Protocol):
    """Somebody's calendar. Raises RetryLater for now, GiveUp for good, and nothing else."""

    async def busy(self, since: datetime, until: datetime) -> list[Span]:
        """When its owner is busy between two instants (UTC), in order; what we have written there does not count.

        A calendar that cannot be read is never an empty one.
        """

    async def put(self, uid: str, content: bytes) -> None:
        """Write an event of ours (an iCalendar object), or write it anew."""

    async def remove(self, uid: str) -> None:
        """Take an event of ours away; one that is gone is no error."""


class Calendars(Protocol):
    """Opens calendars."""

    def of(self, address: str | None, *, zone: str = "UTC", owner: str = "") -> Calendar:
        """The calendar at an address of the desk file; None: a host who has none is busy with our meetings alone.

        Whole days, and times without a zone, are read as those of `zone`. An invitation that the e-mail address
        `owner` has declined keeps nobody busy.
        """


class Mail(Protocol):
    """Sends invitations."""

    @property
    def sender(self) -> str:
        """The address that they come from."""

    async def send(self, *, to: str, subject: str, text: str, calendar: bytes, method: str) -> None:
        """Send a message with an iCalendar object in it; `method` is REQUEST or CANCEL. Raises RetryLater, GiveUp."""
