"""The jobs that bring pictures to the translators: fetched, copied, shown below the card, deleted in the end.

A picture is copied and shown in two jobs: the copy's id is stored in between, so that no crash shows it twice. What
cannot be had is noted on the card and tried again later; the report stands without it. Who reads the channel is asked
again before anything is shown in it: it may have been shared with other organisations since the card was posted.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import Connection

from bot.adapters.postponed import Postponed
from bot.flows import reporting
from bot.listeners.reports import changing, kinds
from bot.listeners.services import Services
from bot.model import Job
from bot.ports import FileFault, FileRefused, GiveUp, Handler, RetryLater, Unit
from bot.render.escape import one_line
from bot.report import Picture, PictureState, Report
from bot.store import reports

_PATIENCE: Final = 6  # attempts at once, before it is noted that the picture is not there yet
_LATER: Final = (timedelta(minutes=10), timedelta(hours=2), timedelta(days=1))
"""When what could not be had is tried again: access is given, or Slack mends itself."""

_PASSING: Final = frozenset({FileFault.NO_ACCESS})
"""Faults that may pass."""

_KNOWN_FOR: Final = timedelta(seconds=5)


class _Readers:
    """Who reads a channel, as Slack says; that counts for some seconds, since pictures come in dozens."""

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


def picture_job(services: Services) -> Handler:
    """Fetches a picture and makes our copy, which nobody sees yet."""
    readers = _Readers(services)

    async def fetch(job: Job) -> Unit[None] | None:
        report, picture = await _found(services, job)
        if report is None or picture is None or picture.copy or picture.state is PictureState.SHARED:
            return None
        try:
            if await readers.are_others(report.channel):
                return _noted(services, job, replace(picture, state=PictureState.KEPT_BACK, fault=""))
            fetched = await services.files.fetch(picture.id)
            copy = await services.files.upload(fetched, alt=_alternative(report, picture))
        except FileRefused as refused:
            again = _again(services, job) if refused.fault in _PASSING else None
            return _noted(services, job, replace(picture, state=PictureState.REFUSED, fault=refused.fault), again)
        except Postponed:  # others have the places: that says nothing of this one
            raise
        except (RetryLater, GiveUp) as error:
            if _is_early(job, error):
                raise
            return _noted(services, job, replace(picture, state=PictureState.REFUSED), _again(services, job))
        copied = replace(picture, state=PictureState.WAITING, fault="", copy=copy)
        return _changed(services, job, copied, lambda conn, _: _share(conn, services, job))

    return fetch


def share_job(services: Services) -> Handler:
    """Shows our copy of a picture below the card."""
    readers = _Readers(services)

    async def share(job: Job) -> Unit[None] | None:
        report, picture = await _found(services, job)
        if report is None or picture is None or not picture.copy or picture.state is PictureState.SHARED:
            return None
        try:
            if await readers.are_others(report.channel):
                return _noted(services, job, replace(picture, state=PictureState.KEPT_BACK, copy=""))
            await services.files.share(picture.copy, channel=report.channel, thread=report.card_ts, text="")
        except Postponed:
            raise
        except (FileRefused, RetryLater, GiveUp) as error:  # refused: our copy has gone before anybody saw it
            if _is_early(job, error):
                raise
            again = _again(services, job)
            return _noted(services, job, replace(picture, state=PictureState.REFUSED, copy=""), again)
        return _noted(services, job, replace(picture, state=PictureState.SHARED))

    return share


def tidy_job(services: Services) -> Handler:
    """Has our copies deleted once a report has been closed for long enough."""

    async def tidy(job: Job) -> Unit[None]:
        number = job.payload["number"]

        def unit(conn: Connection) -> None:
            reports.lock(conn, services.workspace, number)
            report, kept = reports.load(conn, services.workspace, number), services.desk.pictures_kept
            if report is None or report.closed_at is None or kept is None:
                return
            now, due = services.clock.now(), report.closed_at + kept
            if due > now:  # it was opened and closed again meanwhile; or another replica's clock is ahead of ours
                payload = {"number": number}
                services.work.add(conn, kinds.TIDY, f"{job.key}:again", payload, at=due)
                return
            changing.unshare(conn, services, report)
            gone = tuple(
                replace(picture, state=PictureState.DELETED, copy="") if picture.copy else picture
                for picture in report.pictures
            )
            if gone != report.pictures:
                tidied = replace(report, pictures=gone)
                reports.save(conn, services.workspace, tidied, now)
                changing.show(conn, services, tidied, f"tidied:{report.closed_at.isoformat()}")

        return unit

    return tidy


async def _found(services: Services, job: Job) -> tuple[Report | None, Picture | None]:
    """The report and the picture; none where the report has a new card, below which the picture comes anew."""
    report = await services.store.read(lambda conn: reports.load(conn, services.workspace, job.payload["number"]))
    if report is None or report.card_ts != job.payload["card"]:
        return None, None
    return report, _picture(report, job)


def _is_early(job: Job, error: Exception) -> bool:
    """Whether a job that has failed so is rather tried again at once than its picture noted as missing."""
    return isinstance(error, RetryLater) and job.attempts < _PATIENCE


def _picture(report: Report, job: Job) -> Picture | None:
    return next((one for one in report.pictures if one.id == job.payload["file"]), None)


def _changed(
    services: Services,
    job: Job,
    picture: Picture,
    then: Callable[[Connection, Report], None],
) -> Unit[None]:
    """Store how far a picture is."""

    def unit(conn: Connection) -> None:
        number = job.payload["number"]
        reports.lock(conn, services.workspace, number)
        report = reports.load(conn, services.workspace, number)
        before = _picture(report, job) if report is not None and report.card_ts == job.payload["card"] else None
        if report is None or before is None:
            if picture.copy:  # nobody will ask for it any more
                changing.unshare_copy(conn, services, picture.copy)
            return
        if before.copy and not picture.copy:  # nor may anybody see it later
            changing.unshare_copy(conn, services, before.copy)
        pictures = tuple(picture if one.id == picture.id else one for one in report.pictures)
        is_shared = report.is_shared or picture.state is PictureState.KEPT_BACK
        report = replace(report, pictures=pictures, is_shared=is_shared)
        reports.save(conn, services.workspace, report, services.clock.now())
        then(conn, report)

    return unit


def _noted(
    services: Services, job: Job, picture: Picture, again: Callable[[Connection, Report], None] | None = None
) -> Unit[None]:
    """Note what has become of a picture; once all are settled the card shows it, and the reporter reads what failed."""

    def then(conn: Connection, report: Report) -> None:
        if again is not None:
            again(conn, report)
        if any(one.state is PictureState.WAITING for one in report.pictures):
            return
        changing.show(conn, services, report, f"picture:{job.key}")
        refused = [one for one in report.pictures if one.state is PictureState.REFUSED]
        # What Slack does not give out just now comes later: there is nothing that the reporter could do.
        faults = [one.fault for one in refused if one.fault or (one.id == picture.id and again is None)]
        first = reports.reporter(conn, services.workspace, report.number, report.reporter)
        if faults and first is not None and not report.is_closed:
            said = reporting.pictures_failed(report, faults, first.language)
            changing.tell(conn, services, first, said, f"pictures:{len(report.pictures)}")

    return _changed(services, job, picture, then)


def _again(services: Services, job: Job) -> Callable[[Connection, Report], None] | None:
    """Fetches the picture once more, later; None once that was done often enough."""
    tries = job.payload.get("tries", 0)
    if tries >= len(_LATER):
        return None

    def plan(conn: Connection, report: Report) -> None:
        picture = _picture(report, job)
        if picture is not None:
            at = services.clock.now() + _LATER[tries]
            changing.fetch(conn, services, report, picture, tries=tries + 1, at=at)

    return plan


def _share(conn: Connection, services: Services, job: Job) -> None:
    services.work.add(conn, kinds.SHARE, f"{kinds.SHARE}:{job.key}", job.payload)


def _alternative(report: Report, picture: Picture) -> str:
    """What a picture shows, for who cannot see it: where, and in the reporter's words; of another's, the wrong text."""
    said = report.said if picture.by in {None, report.reporter} else ""
    return one_line(" – ".join(part for part in (report.place, said or report.wrong) if part))
