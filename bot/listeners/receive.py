"""Records every event that is for us before Slack is told that it arrived; no event reaches a Bolt listener.

Runs as Bolt's `before_authorize` hook: a global middleware would come after the authorisation. If the database does
not take the event, this raises, Slack reads a 500 and repeats.
"""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable
from typing import Any

from slack_bolt.request.async_request import AsyncBoltRequest
from slack_bolt.response import BoltResponse
from sqlalchemy import Connection

from bot.listeners import incoming
from bot.listeners.services import Services

_log = logging.getLogger(__name__)

Hook = Callable[..., Awaitable[BoltResponse | None]]


def recorder(services: Services) -> Hook:
    """The hook for AsyncApp(before_authorize=…)."""

    async def record(req: AsyncBoltRequest, next: Callable[[], Awaitable[Any]]) -> BoltResponse | None:  # noqa: A002 - Bolt's name
        body = req.body
        if body.get("type") != "event_callback":
            await next()
            return None
        event = body.get("event") or {}
        if event.get("type") not in incoming.EVENTS or _is_own(services, event):
            return BoltResponse(status=200, body="")
        # What is not for us is dropped without a write: most of a busy channel is not. Whether a message is written to
        # us is seen without the database.
        if _is_to_us(services, event) or await services.store.read(lambda conn: _is_kept(conn, services, body)):
            await services.store.run(lambda conn: _add(conn, services, body))
        return BoltResponse(status=200, body="")

    return record


def _is_to_us(services: Services, event: dict[str, Any]) -> bool:
    return event.get("channel_type") == "im" or services.bot_user in incoming.mentions(event.get("text") or "")


def _is_own(services: Services, event: dict[str, Any]) -> bool:
    return bool(event.get("bot_id")) or (
        event.get("user") == services.bot_user and event.get("type") != "member_joined_channel"
    )


def _is_kept(conn: Connection, services: Services, body: dict[str, Any]) -> bool:
    return incoming.keep(conn, services, body) is not None


def _add(conn: Connection, services: Services, body: dict[str, Any]) -> None:
    kept = incoming.keep(conn, services, body)
    if kept is not None:
        services.work.add(conn, kept.kind, kept.key, kept.payload, lane=kept.lane)
