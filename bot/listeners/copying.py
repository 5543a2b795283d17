"""The road of what people have shared to those who look after it: fetched, copied, shown below a card, deleted.

A file is copied and shown in two jobs: the copy's id is stored in between, so that no crash shows it twice. What
cannot be had is noted and tried again later; the case stands without it. Who reads the channel is asked again before
anything is shown in it: it may have been shared with other organisations since the card was posted.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final, Generic, Protocol, TypeVar

from sqlalchemy import Connection

from bot.adapters.postponed import Postponed
from bot.listeners.services import Services
from bot.model import Job
from bot.ports import FileFault, FileRefused, GiveUp, Handler, RetryLater, Unit
from bot.report import Picture, PictureState
from bot.store.privacy import UNSHARE

C = TypeVar("C")

_PATIENCE: Final = 6  # attempts at once, before it is noted that the file is not there yet
_LATER: Final = (timedelta(minutes=10), timedelta(hours=2), timedelta(days=1))
"""When what could not be had is tried again: access is given, or Slack mends itself."""

_PASSING: Final = frozenset({FileFault.NO_ACCESS})
"""Faults that may pass."""

_KNOWN_FOR: Final = timedelta(seconds=5)


@dataclass(frozen=True, slots=True)
class Kinds:
    """The kinds of work on the road of one sort of case."""

    fetch: str  # fetch a file and make our copy
    share: str  # show our copy below the card
    tidy: str  # our copies have been there long enough


@dataclass(frozen=True, slots=True)
class Held:
    """What a case holds of that road: its number, its files and its card."""

    number: int
    files: tuple[Picture, ...]
    channel: str  # of the card
    card_ts: str  # "": it is not posted yet
    is_shared: bool  # the channel, with other organisations
    closed_at: datetime | None


class Cases(Protocol[C]):
    """Reports, or requests: how they are kept, what of their files is shown, and what follows."""

    kinds: Kinds
    any_kind: bool  # files of any kind are taken, not pictures alone

    def lock(self, conn: Connection, number: int) -> None:
        """Keep others who would change it waiting until this transaction ends."""

    def load(self, conn: Connection, number: int) -> C | None:
        """The case as it is; None if there is none."""

    def save(self, conn: Connection, case: C) -> None:
        """Store it, and nothing else."""

    def held(self, case: C) -> Held:
        """What it holds of the road."""

    def holding(self, case: C, files: tuple[Picture, ...], *, is_shared: bool) -> C:
        """The case with these files."""

    def alternative(self, case: C, file: Picture) -> str:
        """What a picture shows, for who cannot see it."""

    def comment(self, case: C, file: Picture) -> str:
        """What stands above a copy (mrkdwn)."""

    def show(self, conn: Connection, case: C, why: str) -> None:
        """Have the card say how it stands; `why` makes that happen once."""

    def settled(self, conn: Connection, case: C, faults: Sequence[str]) -> None:
        """Have those who shared the files hear of faults that are there to stay; all of its files are settled."""


def fetch_all(conn: Connection, services: Services, kinds: Kinds, held: Held) -> None:
    """Have the files that are not fetched yet put below the card: once a card, each of which has its own copies."""
    for file in held.files:
        if file.state is PictureState.WAITING and not file.copy:
            _fetch_later(conn, services, kinds, held, file.id)


def _fetch_later(
    conn: Connection,
    services: Services,
    kinds: Kinds,
    held: Held,
    file: str,
    *,
    tries: int = 0,
    at: datetime | None = None,
) -> None:
    """Have one file fetched; `tries` tells the attempts apart."""
    key = f"{kinds.fetch}:{services.workspace}:{held.number}:{held.card_ts}:{file}:{tries}"
    payload = {"number": held.number, "file": file, "card": held.card_ts, "tries": tries}
    services.work.add(conn, kinds.fetch, key, payload, at=at)


def unshare(conn: Connection, services: Services, files: Iterable[Picture]) -> None:
    """Have our copies of files deleted."""
    for file in files:
        if file.copy:
            _unshare_copy(conn, services, file.copy)


def _unshare_copy(conn: Connection, services: Services, copy: str) -> None:
    services.work.add(conn, UNSHARE, f"{UNSHARE}:{services.workspace}:{copy}", {"copy": copy})


def tidy_later(conn: Connection, services: Services, kinds: Kinds, number: int, why: str) -> None:
    """Have our copies of what a closed case holds deleted some time from now; `why` makes that happen once."""
    kept = services.desk.pictures_kept
    if kept is not None:
        key = f"{kinds.tidy}:{services.workspace}:{number}:{why}"
        services.work.add(conn, kinds.tidy, key, {"number": number}, at=services.clock.now() + kept)


class _Readers:
    """Who reads a channel, as Slack says; that counts for some seconds, since files come in dozens."""

    def __init__(self, services: Services) -> None:
        self._services = services
        self._told: dict[str, tuple[datetime, bool]] = {}

    async def are_others(self, channel: str) -> bool:
        """Whether other organisations read it. Raises RetryLater if Slack does not say."""
        now = self._services.clock.now()
        if channel in self._told and now - self._told[channel][0] < _KNOWN_FOR:
            return self._told[channel][1]
        told = await self._services.slack.conversation(channel)
        if told is None:
            raise RetryLater("Slack does not say who reads the channel")
        self._told[channel] = now, told.is_shared
        return told.is_shared


class Copying(Generic[C]):
    """The jobs on the road of one sort of case."""

    def __init__(self, services: Services, cases: Cases[C]) -> None:
        self._services = services
        self._cases = cases
        # Asked anew for the second job: the channel may have been shared while the file was fetched.
        self._readers_to_fetch = _Readers(services)
        self._readers_to_share = _Readers(services)

    def handlers(self) -> Mapping[str, Handler]:
        """The kinds of work, and who carries them out."""
        kinds = self._cases.kinds
        return {kinds.fetch: self._fetch, kinds.share: self._share, kinds.tidy: self._tidy}

    async def _fetch(self, job: Job) -> Unit[None] | None:
        """Fetch a file and make our copy, which nobody sees yet."""
        case, file = await self._found(job)
        if case is None or file is None or file.copy or file.state is PictureState.SHARED:
            return None
        files = self._services.files
        try:
            if await self._readers_to_fetch.are_others(self._cases.held(case).channel):
                return self._noted(job, replace(file, state=PictureState.KEPT_BACK, fault=""))
            fetched = await files.fetch(file.id, any_kind=self._cases.any_kind)
            alternative = self._cases.alternative(case, file) if fetched.is_picture else ""
            copy = await files.upload(fetched, alt=alternative)
        except FileRefused as refused:
            again = self._again(job) if refused.fault in _PASSING else None
            return self._noted(job, replace(file, state=PictureState.REFUSED, fault=refused.fault), again)
        except Postponed:  # others have the places: that says nothing of this one
            raise
        except (RetryLater, GiveUp) as error:
            if _is_early(job, error):
                raise
            return self._noted(job, replace(file, state=PictureState.REFUSED), self._again(job))
        copied = replace(file, state=PictureState.WAITING, fault="", copy=copy)
        return self._changed(job, copied, lambda conn, _: self._share_now(conn, job))

    async def _share(self, job: Job) -> Unit[None] | None:
        """Show our copy of a file below the card."""
        case, file = await self._found(job)
        if case is None or file is None or not file.copy or file.state is PictureState.SHARED:
            return None
        held, words = self._cases.held(case), self._cases.comment(case, file)
        try:
            if await self._readers_to_share.are_others(held.channel):
                return self._noted(job, replace(file, state=PictureState.KEPT_BACK, copy=""))
            await self._services.files.share(file.copy, channel=held.channel, thread=held.card_ts, text=words)
        except Postponed:
            raise
        except (FileRefused, RetryLater, GiveUp) as error:  # refused: our copy has gone before anybody saw it
            if _is_early(job, error):
                raise
            return self._noted(job, replace(file, state=PictureState.REFUSED, copy=""), self._again(job))
        return self._noted(job, replace(file, state=PictureState.SHARED))

    async def _tidy(self, job: Job) -> Unit[None]:
        """Have our copies deleted once a case has been closed for long enough."""
        number = job.payload["number"]

        def unit(conn: Connection) -> None:
            self._cases.lock(conn, number)
            case, kept = self._cases.load(conn, number), self._services.desk.pictures_kept
            held = self._cases.held(case) if case is not None else None
            if case is None or held is None or held.closed_at is None or kept is None:
                return
            due = held.closed_at + kept
            if due > self._services.clock.now():  # it was opened and closed again; or another replica's clock is ahead
                payload = {"number": number}
                self._services.work.add(conn, self._cases.kinds.tidy, f"{job.key}:again", payload, at=due)
                return
            unshare(conn, self._services, held.files)
            gone = tuple(
                replace(file, state=PictureState.DELETED, copy="") if file.copy else file for file in held.files
            )
            if gone != held.files:
                tidied = self._cases.holding(case, gone, is_shared=held.is_shared)
                self._cases.save(conn, tidied)
                self._cases.show(conn, tidied, f"tidied:{held.closed_at.isoformat()}")

        return unit

    async def _found(self, job: Job) -> tuple[C | None, Picture | None]:
        """The case and the file; none where the case has a new card, below which the file comes anew."""
        case = await self._services.store.read(lambda conn: self._cases.load(conn, job.payload["number"]))
        return case, self._file(case, job)

    def _file(self, case: C | None, job: Job) -> Picture | None:
        if case is None:
            return None
        held = self._cases.held(case)
        if held.card_ts != job.payload["card"]:
            return None
        return next((one for one in held.files if one.id == job.payload["file"]), None)

    def _changed(self, job: Job, file: Picture, then: Callable[[Connection, C], None]) -> Unit[None]:
        """Store how far a file is."""

        def unit(conn: Connection) -> None:
            number = job.payload["number"]
            self._cases.lock(conn, number)
            case = self._cases.load(conn, number)
            before = self._file(case, job)
            if case is None or before is None:
                if file.copy:  # nobody will ask for it any more
                    _unshare_copy(conn, self._services, file.copy)
                return
            if before.copy and not file.copy:  # nor may anybody see it later
                _unshare_copy(conn, self._services, before.copy)
            held = self._cases.held(case)
            files = tuple(file if one.id == file.id else one for one in held.files)
            is_shared = held.is_shared or file.state is PictureState.KEPT_BACK
            changed = self._cases.holding(case, files, is_shared=is_shared)
            self._cases.save(conn, changed)
            then(conn, changed)

        return unit

    def _noted(self, job: Job, file: Picture, again: Callable[[Connection, C], None] | None = None) -> Unit[None]:
        """Note what has become of a file; once all are settled the card shows it, and whoever shared it may hear."""

        def then(conn: Connection, case: C) -> None:
            if again is not None:
                again(conn, case)
            files = self._cases.held(case).files
            if any(one.state is PictureState.WAITING for one in files):
                return
            self._cases.show(conn, case, f"picture:{job.key}")
            refused = [one for one in files if one.state is PictureState.REFUSED]
            # What Slack does not give out just now comes later: there is nothing that anybody could do.
            faults = [one.fault for one in refused if one.fault or (one.id == file.id and again is None)]
            self._cases.settled(conn, case, faults)

        return self._changed(job, file, then)

    def _again(self, job: Job) -> Callable[[Connection, C], None] | None:
        """Fetches the file once more, later; None once that was done often enough."""
        tries = job.payload.get("tries", 0)
        if tries >= len(_LATER):
            return None

        def plan(conn: Connection, case: C) -> None:
            at = self._services.clock.now() + _LATER[tries]
            kinds, held = self._cases.kinds, self._cases.held(case)
            _fetch_later(conn, self._services, kinds, held, job.payload["file"], tries=tries + 1, at=at)

        return plan

    def _share_now(self, conn: Connection, job: Job) -> None:
        kind = self._cases.kinds.share
        self._services.work.add(conn, kind, f"{kind}:{job.key}", job.payload)


def _is_early(job: Job, error: Exception) -> bool:
    """Whether a job that has failed so is rather tried again at once than its file noted as missing."""
    return isinstance(error, RetryLater) and job.attempts < _PATIENCE
