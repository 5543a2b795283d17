"""People's data goes: when they confirm it, when it is old, when the workspace removes the app."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime, time, timedelta
from functools import partial
from typing import Final

from slack_bolt.async_app import AsyncApp
from sqlalchemy import Connection

from bot.listeners import effects, speaking
from bot.listeners.changes import Clicked, Step, change
from bot.listeners.clicks import Click
from bot.listeners.effects import Origin
from bot.listeners.incoming import lane
from bot.listeners.registry import listen
from bot.listeners.reports import changing
from bot.listeners.requests import changing as requests_changing
from bot.listeners.requests import storing
from bot.listeners.services import Services
from bot.model import Job, Notice, Outcome, PersonId, Place, Reply, Thread
from bot.ports import Handler, RetryLater, Unit
from bot.render import messages as controls
from bot.render.messages import Message
from bot.render.report_cards import withdrawn_report
from bot.render.request_cards import withdrawn_request
from bot.request import Act, State
from bot.store import codec, privacy, reports, requests
from bot.store.privacy import (
    ERASURE,
    LIFECYCLE,
    REPORT_WITHDRAWAL,
    REQUEST_WITHDRAWAL,
    RETENTION,
    UNSAY,
    UNSHARE,
    Cause,
)
from bot.store.report_privacy import Trace

RECEIPT: Final = "receipt"
_WITHDRAWAL: Final = "withdrawal"  # as earlier versions have called it, of which some may still be waiting

_AT: Final = time(2, tzinfo=UTC)  # when old data goes: at night where the desk is likely to be
_APART: Final = timedelta(hours=1)  # a job that is due by a clock ahead of ours must not plan its own night again
_PATIENCE: Final = 6  # attempts in which other work of the person is waited for, two minutes in all


def register(app: AsyncApp, services: Services) -> None:
    """Listen to the confirmation."""
    step = Step(lambda conn, clicked: _confirmed(conn, services, clicked))

    async def confirm(click: Click) -> None:
        await change(services, click, step)

    listen(app, services, {controls.ERASE_DATA: confirm})


def handlers(services: Services) -> Mapping[str, Handler]:
    """The kinds of work, and who carries them out."""
    return {
        ERASURE: _erasure_job(services),
        LIFECYCLE: _lifecycle_job(services),
        RECEIPT: _receipt_job(services),
        RETENTION: _retention_job(services),
        REPORT_WITHDRAWAL: _report_withdrawal_job(services),
        REQUEST_WITHDRAWAL: _request_withdrawal_job(services),
        UNSAY: _unsay_job(services),
        UNSHARE: _unshare_job(services),
        _WITHDRAWAL: _request_withdrawal_job(services),
    }


def _confirmed(conn: Connection, services: Services, clicked: Clicked) -> None:
    """Have the data erased; once for a message, however often it is pressed."""
    message = clicked.message
    if message.asker != clicked.person.id:  # a message of nobody's is nobody's to confirm
        return
    payload = {
        "team": message.asker.team,
        "user": message.asker.user,
        "channel": message.channel,
        "ts": message.ts,
        "thread_ts": message.thread_ts,
        "language": clicked.language,
        "direct": clicked.channel.place is Place.DIRECT,
    }
    services.work.add(conn, ERASURE, f"{ERASURE}:{services.workspace}:{message.channel}:{message.ts}", payload)


def _erasure_job(services: Services) -> Handler:
    """Deletes all that is kept of a person in one transaction, and tells them alone its number."""

    async def erase(job: Job) -> Unit[None]:
        payload, begun = job.payload, services.clock.now()
        who = PersonId(payload["team"], payload["user"])
        # A card that is just being posted could not be found again, and would show their words for good.
        if job.attempts <= _PATIENCE and await services.store.read(partial(privacy.is_busy, who=who)):
            raise RetryLater("work of the person is under way", 2.0**job.attempts)
        found = await privacy.rows_of(services.store, lambda owner: owner == who, begun)
        left = await privacy.take_out(services.store, services.work, services.workspace, who, found, begun)

        def unit(conn: Connection) -> None:
            erased = privacy.erase(
                conn,
                services.workspace,
                who,
                left,
                asked_at=job.first_try,
                now=services.clock.now(),
                cause=Cause.PERSON,
            )
            privacy.withdraw(conn, services.work, services.workspace, erased)
            _tell(conn, services, job, erased.number)

        return unit

    return erase


def _tell(conn: Connection, services: Services, job: Job, number: int) -> None:
    """The number for the person alone. Their message shows no button any more; nothing of it is kept."""
    payload = job.payload
    reply = Reply(Outcome.PRIVACY, payload["language"], result={"number": number})
    public = replace(reply, notice=Notice.ERASED, result={})
    shown = {
        "channel": payload["channel"],
        "ts": payload["ts"],
        "reply": codec.dump(reply if payload["direct"] else public),
    }
    services.work.add(conn, RECEIPT, f"{RECEIPT}:{job.key}", shown, lane=lane(payload["channel"], payload["thread_ts"]))
    if not payload["direct"]:
        thread = Thread(payload["channel"], payload["thread_ts"])
        effects.whisper(conn, services, reply, thread, Origin(job.key, PersonId(payload["team"], payload["user"])))


def _receipt_job(services: Services) -> Handler:
    """Shows a reply in place of one of our messages, and keeps nothing of it."""

    async def show(job: Job) -> None:
        await _show(services, job, services.editions.current.renderer.message(codec.load(Reply, job.payload["reply"])))

    return show


def _report_withdrawal_job(services: Services) -> Handler:
    """Takes a person's name and words out of a report's card; if the report lives on, by showing how it stands."""

    async def redraw(job: Job) -> Unit[None] | None:
        number, workspace = job.payload["number"], services.workspace
        report = await services.store.read(lambda conn: reports.load(conn, workspace, number))
        if report is not None:
            return lambda conn: changing.show(conn, services, report, job.key)
        if job.payload["ts"]:
            await _show(services, job, withdrawn_report(speaking.words_in(services, job.payload["channel"]), number))
        return None

    return redraw


def _request_withdrawal_job(services: Services) -> Handler:
    """Takes a person's name and words out of a request's card; if the request lives on, by showing how it stands."""

    async def redraw(job: Job) -> Unit[None] | None:
        payload, workspace = job.payload, services.workspace
        request = await services.store.read(lambda conn: requests.load(conn, workspace, payload["number"]))
        if request is not None:
            return lambda conn: _show_request(conn, services, job)
        if payload["ts"]:
            words = withdrawn_request(speaking.words_in(services, payload["channel"]), payload["number"])
            await _show(services, job, words)
        return None

    return redraw


def _show_request(conn: Connection, services: Services, job: Job) -> None:
    """Show how a request stands; if nobody has it any more, and nobody has taken it since, with all that follows."""
    request = requests_changing.locked(conn, services, job.payload["number"])
    if request is None:
        return
    is_free = request.state is State.OPEN and request.history[-1].act is Act.RELEASED
    if job.payload.get("is_released") and is_free:
        requests_changing.changed(conn, services, request)
    else:
        storing.show(conn, services, request, job.key)


def withdraw_report(conn: Connection, services: Services, number: int, channel: str, ts: str) -> None:
    """Take everything out of a card whose report was deleted while it was being posted."""
    privacy.withdraw_report(conn, services.work, services.workspace, Trace(number, channel, ts), ts)


def _unshare_job(services: Services) -> Handler:
    """Deletes our copy of a picture."""

    async def delete(job: Job) -> None:
        await services.files.delete(job.payload["copy"])

    return delete


def _unsay_job(services: Services) -> Handler:
    """Deletes a line below a card."""

    async def delete(job: Job) -> None:
        await services.slack.delete(channel=job.payload["channel"], ts=job.payload["ts"])

    return delete


async def _show(services: Services, job: Job, message: Message) -> None:
    await speaking.rewrite(services, message, job.payload["channel"], job.payload["ts"])


def _lifecycle_job(services: Services) -> Handler:
    """Deletes what is kept of all people of the workspace: it has removed the app, or taken its token away."""

    async def remove(job: Job) -> Unit[None]:
        services.is_removed = True
        workspace = services.workspace
        await privacy.clear_all(
            services.store, lambda holding: holding.of_workspace(workspace) if holding.owner else None
        )

        def unit(conn: Connection) -> None:
            now = services.clock.now()
            privacy.record(conn, workspace, asked_at=job.first_try, now=now, cause=Cause.WORKSPACE)

        return unit

    return remove


def _retention_job(services: Services) -> Handler:
    """Deletes what is older than the desk file has it kept, and plans the next time."""

    async def sweep(_: Job) -> Unit[None]:
        now, kept = services.clock.now(), services.desk.texts_kept
        if kept is not None:
            await services.store.run(partial(privacy.date_people, now=now))
            await privacy.clear_all(services.store, lambda holding: holding.due(now - kept) if holding.due else None)
        return lambda conn: _plan_next(conn, services)

    return sweep


def plan(conn: Connection, services: Services) -> None:
    """Have old data go tonight, unless it is planned already; for the start of a desk."""
    if not services.work.pending(conn, f"{RETENTION}:{services.workspace}:"):
        _plan_next(conn, services)


def _plan_next(conn: Connection, services: Services) -> None:
    at = _next(services.clock.now())
    services.work.add(conn, RETENTION, f"{RETENTION}:{services.workspace}:{at.date()}", {}, at=at)


def _next(now: datetime) -> datetime:
    soonest = now + _APART
    at = datetime.combine(soonest.date(), _AT)
    return at if at >= soonest else at + timedelta(days=1)
