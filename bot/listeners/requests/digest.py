"""The weekly digest: one message in the support channel, with a picture where the extra `plots` is there.

There is one in an ISO week, whatever restarts. After a long pause the last week alone is told of. The picture is kept
by its id before it is shown; where it cannot be had or shown, a table takes its place.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import partial
from typing import Final

from sqlalchemy import Connection

from bot.adapters import plots
from bot.flows import digest as flow
from bot.flows import gaps as alike
from bot.flows.digest import Digest, Standing, Told
from bot.gap import Gap, GapKind
from bot.i18n import Translator
from bot.listeners import speaking
from bot.listeners.requests import kinds
from bot.listeners.services import Services
from bot.logs import Reason
from bot.model import LANGUAGES, Job, Language
from bot.ports import Fetched, FileRefused, GiveUp, Handler, RetryLater, Unit
from bot.render import digest as render
from bot.render.digest import Gaps, Top
from bot.store import gaps as stored
from bot.store import requests, tallies
from bot.store.requests import Opened

_WEEK: Final = timedelta(days=7)
_PLAIN: Final = ":plain"  # ends the key of a digest that has a table for its picture
_PATIENCE: Final = 3  # attempts; then what may still come is no longer waited for
_MISSING: Final = (GapKind.FALLBACK, GapKind.NONE, GapKind.UNHELPFUL)
_COMPARED: Final = 1_000  # gaps, the newest ones: their likeness is found within a fraction of a second

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class _Found:
    """What the database tells."""

    digest: Digest
    standing: Mapping[Language, Standing]
    missing: int  # gaps of its week
    missing_before: int
    newest: list[Gap]  # of these


def handlers(services: Services) -> Mapping[str, Handler]:
    """The kinds of work, and who carries them out."""
    return {kinds.DIGEST: digest_job(services), kinds.DIGEST_SHARE: share_job(services)}


# When


def plan(conn: Connection, services: Services) -> None:
    """Have the next digest come; for the start of a desk. One that is planned follows the day and time of the file."""
    if not _is_wanted(services):
        return
    now, prefix = services.clock.now(), _key(services, "")
    planned = [key for key in services.work.pending(conn, prefix) if not key.endswith(_PLAIN)]
    for key in planned:
        at = flow.due(services.desk, _monday(key.removeprefix(prefix)))
        if at > now:  # else it is about to be told
            services.work.move(conn, key, at)
    following = flow.last_week(services.desk, now) + _WEEK
    if not planned and not _add(conn, services, following):  # this week's was sent on another day
        _add(conn, services, following + _WEEK)


def _is_wanted(services: Services) -> bool:
    return services.desk.support_channel is not None and services.desk.support.digest_day is not None


def _add(conn: Connection, services: Services, week: date) -> bool:
    at = flow.due(services.desk, week)
    return services.work.add(conn, kinds.DIGEST, _key(services, _named(week)), {"week": _named(week)}, at=at)


def _key(services: Services, week: str) -> str:
    return f"{kinds.DIGEST}:{services.workspace}:{week}"


def _named(week: date) -> str:
    """The ISO week that begins on a Monday: 2026-W48."""
    year, number, _ = week.isocalendar()
    return f"{year}-W{number:02}"


def _monday(named: str) -> date:
    return date.fromisoformat(f"{named}-1")


# What


def digest_job(services: Services) -> Handler:
    """Tells of a week, and has the next digest come whatever becomes of this one."""

    async def tell(job: Job) -> Unit[None] | None:
        channel = services.desk.support_channel
        if channel is None or not _is_wanted(services):
            return None
        week = _monday(job.payload["week"])
        last = max(week, flow.last_week(services.desk, services.clock.now()))
        await services.store.run(lambda conn: _add(conn, services, last + _WEEK))
        if week < last:  # nobody was there to tell of it, and now it is old
            return partial(_tell_of, services=services, week=last)
        is_shared = await _is_shared(services, channel, job)
        found = await _read(services, week)
        t = speaking.words_in(services, channel)
        if found.digest.is_quiet and not found.missing:
            # Of a second quiet week nothing is said; nor, so, of those before there was a desk.
            if not found.digest.all.before.is_quiet:
                await speaking.post(services, job, render.quiet(t, found.digest), channel)
            return _noted(services, job, found)
        gaps = await asyncio.to_thread(_gaps, services, found, t.language, with_texts=not is_shared)
        if not job.payload.get("is_plain"):
            copy = await _uploaded(services, job, t, found.digest)
            if copy:
                await _show(services, job, copy, render.beside_picture(t, found.digest, gaps), found)
                return None
        await speaking.post(services, job, render.with_table(t, found.digest, gaps), channel)
        return _noted(services, job, found)

    return tell


def _tell_of(conn: Connection, *, services: Services, week: date, is_plain: bool = False) -> None:
    """Have a week told of at once; with a table, if that is wanted."""
    key, payload = _key(services, _named(week)), {"week": _named(week), "is_plain": is_plain}
    services.work.add(conn, kinds.DIGEST, f"{key}{_PLAIN}" if is_plain else key, payload)


async def _is_shared(services: Services, channel: str, job: Job) -> bool:
    """Whether other organisations read along; unknown counts as that, in the end. Raises RetryLater before."""
    told = await services.slack.conversation(channel)
    if told is None and job.attempts < _PATIENCE:
        raise RetryLater("Slack does not say who reads the channel")
    return told is None or told.is_shared


async def _read(services: Services, week: date) -> _Found:
    """What the database tells, in portions: a local one is read where everything else waits."""
    desk, workspace, now = services.desk, services.workspace, services.clock.now()
    since, until = flow.days(desk, week)
    start, end = flow.midnight(desk, since), flow.midnight(desk, until)

    async def told(first: date) -> Told:
        counts = await services.store.read(lambda conn: tallies.between(conn, workspace, first, first + _WEEK))
        opened: list[Opened] = []
        for n in range(_WEEK.days):
            day = [flow.midnight(desk, first + timedelta(days=n + more)) for more in (0, 1)]
            opened += await services.store.read(partial(_opened, workspace=workspace, since=day[0], until=day[1]))
        return Told(counts, opened)

    standing = {
        one.language: Standing(one.count, one.overdue)
        for one in await services.store.read(lambda conn: requests.open_now(conn, workspace, now))
    }
    spans = ((start, end), (flow.midnight(desk, since - _WEEK), start))
    missing = [await services.store.read(partial(_missing, workspace=workspace, span=span)) for span in spans]
    newest = await services.store.read(
        lambda conn: stored.listed(conn, workspace, since=start, kinds=_MISSING, limit=_COMPARED)
    )
    return _Found(
        digest=flow.figures(since, await told(since), await told(since - _WEEK), standing),
        standing=standing,
        newest=[gap for gap in newest if gap.at < end],
        missing=missing[0],
        missing_before=missing[1],
    )


def _opened(conn: Connection, *, workspace: str, since: datetime, until: datetime) -> list[Opened]:
    return requests.opened_between(conn, workspace, since, until)


def _missing(conn: Connection, *, workspace: str, span: tuple[datetime, datetime]) -> int:
    return stored.counted(conn, workspace, *span, _MISSING)


def _gaps(services: Services, found: _Found, language: Language, *, with_texts: bool) -> Gaps:
    """What is missing; takes up to a second."""
    if not with_texts:
        return Gaps(found.missing, found.missing_before)
    edition = services.editions.current
    groups = alike.with_nearest(alike.grouped(found.newest)[: render.MOST_GAPS], edition.reader)
    top = [
        Top(
            text=group.texts[0],
            language=group.language,
            count=group.count,
            nearest=edition.renderer.title(group.nearest, language) if group.nearest else "",
        )
        for group in groups
    ]
    return Gaps(found.missing, found.missing_before, top)


def _noted(services: Services, job: Job, found: _Found) -> Unit[None] | None:
    """Keep how requests stand, for the digest of the next week; once, for it is counted."""
    if job.payload.get("is_plain"):
        return None
    return partial(_note, services=services, job=job, found=found)


def _note(conn: Connection, *, services: Services, job: Job, found: _Found) -> None:
    day = flow.day_in(services.desk, _monday(job.payload["week"]))
    for language in LANGUAGES:
        now = found.standing.get(language, Standing())
        for kind, n in ((flow.OPEN, now.open), (flow.OVERDUE, now.overdue)):
            tallies.add(conn, services.workspace, day, kind, language=language, n=n)


# The picture


async def _uploaded(services: Services, job: Job, t: Translator, digest: Digest) -> str:
    """The id of a picture that nobody sees yet; empty where there is none. Raises RetryLater."""
    content = await plots.draw(render.picture(t, digest))
    if content is None:
        return ""
    made = Fetched(content, "png", f"{job.payload['week']}.png")
    try:
        return await services.files.upload(made, alt=render.alternative(t, digest))
    except (FileRefused, GiveUp) as error:
        _log.warning("the picture of the digest is not taken: %s", Reason(str(error)))
    except RetryLater as error:
        if job.attempts < _PATIENCE:
            raise
        _log.warning("the picture of the digest is not taken: %s", Reason(str(error)))
    return ""


async def _show(services: Services, job: Job, copy: str, text: str, found: _Found) -> None:
    channel, week = services.desk.support_channel or "", job.payload["week"]
    payload = {"week": week, "copy": copy, "channel": channel, "text": text}

    def unit(conn: Connection) -> bool:
        is_new = services.work.add(
            conn, kinds.DIGEST_SHARE, f"{kinds.DIGEST_SHARE}:{services.workspace}:{week}", payload
        )
        if is_new:
            _note(conn, services=services, job=job, found=found)
        return is_new

    if await services.store.run(unit):
        # No other process knows that it was not shown yet. Whether it is, is seen to by the job for that.
        with suppress(FileRefused, RetryLater, GiveUp):
            await services.files.share(copy, channel=channel, thread=None, text=text)


def share_job(services: Services) -> Handler:
    """Shows the digest with its picture; where that is gone, or may not be shown, a table does."""

    async def share(job: Job) -> Unit[None] | None:
        payload = job.payload
        try:
            await services.files.share(payload["copy"], channel=payload["channel"], thread=None, text=payload["text"])
        except (FileRefused, GiveUp) as error:
            _log.warning("the picture of the digest is not shown: %s", Reason(str(error)))
            return partial(_tell_of, services=services, week=_monday(payload["week"]), is_plain=True)
        return None

    return share
