"""Records every event that is for us before Slack is told that it arrived; no event reaches a Bolt listener.

The door and the socket hand events over before Bolt sees them: what Bolt does first can lose them (its authorisation
answers 200 when Slack fails), and costs more than recording them does. If the database does not take an event this
raises, so that Slack repeats it.
"""

from __future__ import annotations

import time
from collections.abc import Awaitable, Callable, Mapping
from typing import Any, Final, TypeAlias

from sqlalchemy import Connection

from bot.listeners import fields, incoming, journal
from bot.listeners.services import Services
from bot.ports import EventFate

EVENT: Final = "event_callback"
"""The type of a request that brings an event."""

Record: TypeAlias = Callable[[Mapping[str, Any]], Awaitable[None]]


def recorder(services: Services) -> Record:
    """What records an event's request body. Raises StoreUnavailable."""

    async def record(body: Mapping[str, Any]) -> None:
        began = time.perf_counter()
        try:
            fate = await _recorded(services, body)
        except Exception:
            journal.event(services, body, "refused", began)
            raise
        journal.event(services, body, fate, began)

    return record


async def _recorded(services: Services, body: Mapping[str, Any]) -> EventFate:
    event = fields.part(body, "event")
    if fields.name(event, "type") not in incoming.EVENTS or _is_for_another_workspace(services, body):
        return "dropped"
    if _is_own(services, event):
        return "own"
    # What is not for us is dropped without a write: most of a busy channel is not. Whether a message is written to us
    # is seen without the database.
    if not _is_to_us(services, event) and not await services.store.read(lambda conn: _is_kept(conn, services, body)):
        return "dropped"
    return await services.store.run(lambda conn: _add(conn, services, body))


def _is_for_another_workspace(services: Services, body: Mapping[str, Any]) -> bool:
    """Whether Slack names an installation other than ours: our token would answer in the wrong place."""
    installations = body.get("authorizations")
    first = installations[0] if isinstance(installations, list) and installations else None
    team = fields.slack_id(first, "team_id") if isinstance(first, dict) else None
    return team is not None and team != services.workspace


def _is_to_us(services: Services, event: Mapping[str, Any]) -> bool:
    return event.get("channel_type") == "im" or services.bot_user in incoming.mentions(fields.text(event, "text"))


def _is_own(services: Services, event: Mapping[str, Any]) -> bool:
    return incoming.is_posted_by_app(event) or (
        event.get("user") == services.bot_user and event.get("type") != "member_joined_channel"
    )


def _is_kept(conn: Connection, services: Services, body: Mapping[str, Any]) -> bool:
    return incoming.keep(conn, services, body) is not None


def _add(conn: Connection, services: Services, body: Mapping[str, Any]) -> EventFate:
    kept = incoming.keep(conn, services, body)
    if kept is None:
        return "dropped"
    is_new = services.work.add(conn, kept.kind, kept.key, kept.payload, lane=kept.lane)
    return "kept" if is_new else "known"
