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
        if event.get("type") in incoming.EVENTS and not _is_own(services, event):
            # What is not for us is dropped without a write: most of a busy channel is not.
            kept = await services.store.read(lambda conn: incoming.keep(conn, services, body))
            if kept is not None:
                await services.store.run(lambda conn: _add(conn, services, kept))
        return BoltResponse(status=200, body="")

    return record


def _is_own(services: Services, event: dict[str, Any]) -> bool:
    return bool(event.get("bot_id")) or (
        event.get("user") == services.bot_user and event.get("type") != "member_joined_channel"
    )


def _add(conn: Connection, services: Services, kept: incoming.Kept) -> None:
    services.work.add(conn, kept.kind, kept.key, kept.payload, lane=kept.lane)
