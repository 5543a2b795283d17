"""What has ended is told once: a line of ids in the log, and a count for /metrics."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, Final

from slack_bolt.async_app import AsyncApp
from slack_bolt.request.async_request import AsyncBoltRequest
from slack_bolt.response import BoltResponse
from sqlalchemy import Connection

from bot import logs
from bot.adapters.postponed import Postponed
from bot.listeners import fields
from bot.listeners.access import POLICIES
from bot.listeners.incoming import EVENTS
from bot.listeners.services import Services
from bot.model import Job, Reply
from bot.ports import EventFate, GiveUp, Handler, JobFate, Meter, RetryLater, StoreUnavailable, Unit
from bot.store.failures import translated
from bot.store.hooks import after_commit

_EVENT_LEVELS: Final[Mapping[EventFate, int]] = {
    # Most of a busy channel is not for us.
    "kept": logging.INFO,
    "known": logging.INFO,
    "dropped": logging.DEBUG,
    "own": logging.DEBUG,
    "refused": logging.WARNING,
}
_JOB_LEVELS: Final[Mapping[JobFate, int]] = {
    "done": logging.INFO,
    "postponed": logging.DEBUG,
    "later": logging.WARNING,
    "given-up": logging.ERROR,
    "failed": logging.ERROR,
}
_MILLISECONDS: Final = 1000.0
_OTHER: Final = "other"
_OK: Final = 200


def event(services: Services, body: Mapping[str, Any], fate: EventFate, began: float) -> None:
    """Tell of an event that was recorded, left alone, or refused; `began` is a time.perf_counter()."""
    took = time.perf_counter() - began
    inner = fields.part(body, "event")
    told = fields.name(inner, "type")
    kind = told if told in EVENTS else _OTHER
    services.meter.event(str(kind), fate, took)
    logs.write(
        "event",
        _EVENT_LEVELS[fate],
        event_id=fields.name(body, "event_id"),
        kind=kind,
        channel=fields.slack_id(inner, "channel"),
        ts=fields.ts(inner, "ts"),
        person=fields.slack_id(inner, "user") or fields.slack_id(fields.part(inner, "message"), "user"),
        fate=fate,
        ack_ms=took * _MILLISECONDS,
    )


def turned_away(services: Services, status: int) -> None:
    """Tell of a request that was not Slack's, or could not be read: nothing of what it says."""
    services.meter.turned_away(status)
    logs.write("turned away", logging.WARNING, status=status)


def watched(handler: Handler, meter: Meter) -> Handler:
    """A handler of jobs that tells of each attempt; what it meets on its way may `logs.note` what came of it.

    A job is done once its transaction is; one whose unit fails is told of as failed.
    """

    async def run(job: Job) -> Unit[None]:
        attempt = _Attempt(meter, job, time.perf_counter())
        with logs.line(**attempt.ids) as line:
            try:
                unit = await handler(job)
            except (Exception, asyncio.CancelledError) as error:
                attempt.ended(_fate(error), line, error)
                raise

        def watched_unit(conn: Connection) -> None:
            try:
                if unit is not None:
                    unit(conn)
            except Exception as error:
                if not isinstance(translated(error), StoreUnavailable):  # then it is tried again
                    attempt.ended("failed", line, error)
                raise
            after_commit(conn, lambda: attempt.ended("done", line))

        return watched_unit

    return run


@dataclass(slots=True)
class _Attempt:
    """An attempt at a job, to be told of at its end; once, however often the store runs its unit."""

    meter: Meter
    job: Job
    began: float  # time.perf_counter()
    is_told: bool = False

    @property
    def ids(self) -> dict[str, Any]:
        """What it is known by."""
        payload = self.job.payload
        return {
            "job": self.job.key,
            "kind": self.job.kind,
            "attempts": self.job.attempts,
            "channel": payload.get("channel"),
            "ts": payload.get("question_ts") or payload.get("ts"),
            "person": payload.get("user") or None,
        }

    def ended(self, fate: JobFate, line: Mapping[str, logs.Value], error: BaseException | None = None) -> None:
        """Tell how it ended."""
        if self.is_told:
            return
        self.is_told = True
        took = time.perf_counter() - self.began
        self.meter.job(self.job.kind, fate, took)
        logs.write("job", _JOB_LEVELS[fate], error, **line, fate=fate, ms=took * _MILLISECONDS)


def note_reply(reply: Reply | None) -> None:
    """Have the line under way tell what is said."""
    if reply is not None:
        logs.note(
            outcome=reply.outcome.value,
            entry=reply.entry,
            language=reply.language,
            confidence=reply.confidence or None,
            programme=reply.programme,
        )


def note_wait(services: Services, asked: str, replied: str) -> None:
    """Tell how long somebody has waited for a reply: the time between two ts, both by Slack's clock."""
    with suppress(ValueError):  # the reply stands; a ts that is no number must not have it posted again
        seconds = max(0.0, float(replied) - float(asked))
        services.meter.replied(seconds)
        logs.note(reply_ms=seconds * _MILLISECONDS)


class WatchedApp(AsyncApp):
    """Bolt that tells of each request when it has answered it: clicks, forms, and what else is no event."""

    def __init__(self, *, meter: Meter, **options: Any) -> None:
        super().__init__(**options)
        self._meter = meter

    async def async_dispatch(self, req: AsyncBoltRequest) -> BoltResponse:
        """Answer a request."""
        began = time.perf_counter()
        with logs.line() as line:
            response = await super().async_dispatch(req)
            body: Mapping[str, Any] = req.body if isinstance(req.body, dict) else {}
            if body.get("type") != "event_callback":  # an event has its own line
                self._tell(body, response.status, began, line)
        return response

    def _tell(self, body: Mapping[str, Any], status: int, began: float, line: Mapping[str, logs.Value]) -> None:
        took = time.perf_counter() - began
        action = _action(body)
        self._meter.request(action, status, took)
        container, user = fields.part(body, "container"), fields.part(body, "user")
        logs.write(
            "request",
            logging.INFO if status == _OK and "error_id" not in line else logging.WARNING,
            action=action,
            channel=fields.slack_id(container, "channel_id") or fields.slack_id(fields.part(body, "channel"), "id"),
            ts=fields.ts(container, "message_ts"),
            person=fields.slack_id(user, "id"),
            status=status,
            ack_ms=took * _MILLISECONDS,
            **line,
        )


def _action(body: Mapping[str, Any]) -> str:
    """What a request asks for: the action of a click, the form that was sent, the shortcut that was used.

    `other` stands for what we do not know.
    """
    actions = body.get("actions")
    clicked = actions[0] if isinstance(actions, list) and actions and isinstance(actions[0], dict) else {}
    callback = fields.name(fields.part(body, "view"), "callback_id") or fields.name(body, "callback_id")
    id_ = fields.name(clicked, "action_id") or callback or ""
    name = ".".join(id_.split(".")[:2])  # without the number by which a block repeats it
    return name if name in POLICIES else _OTHER


def _fate(error: BaseException) -> JobFate:
    match error:
        case Postponed():
            return "postponed"
        case RetryLater() | asyncio.CancelledError():  # cancelled: the process stops, or the job took too long
            return "later"
        case GiveUp():
            return "given-up"
        case _:
            return "failed"
