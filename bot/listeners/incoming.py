"""Which of Slack's events are kept, and as what: decided before an event is recorded.

What is kept becomes a job in the transaction that records it. A message has one key whichever event brought it, so a
mention, which comes as `app_mention` and as `message`, is answered once.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import Connection

from bot.listeners.services import Services
from bot.store import messages, threads

MESSAGE: Final = "message"
EDIT: Final = "edit"
DELETION: Final = "deletion"
POST: Final = "post"
INVITED: Final = "invited"
HOME: Final = "home"

EVENTS: Final[Mapping[str, tuple[str, ...]]] = {
    # Bolt's event name → the names under which manifest.yml subscribes to it.
    "app_mention": ("app_mention",),
    "message": ("message.channels", "message.groups", "message.im", "message.mpim"),
    "member_joined_channel": ("member_joined_channel",),
    "app_home_opened": ("app_home_opened",),
}
_WRITTEN: Final = frozenset({None, "file_share", "thread_broadcast"})
_MENTION: Final = re.compile(r"<@([A-Z0-9]+)(?:\|[^>]*)?>")


@dataclass(frozen=True, slots=True)
class Kept:
    """An event as the job that it becomes."""

    kind: str
    key: str
    lane: str
    payload: dict[str, Any]


def keep(conn: Connection, services: Services, body: Mapping[str, Any]) -> Kept | None:
    """The job that an event becomes, or None if it is not for us."""
    event = body.get("event") or {}
    match event.get("type"):
        case "app_mention":
            return _message(conn, services, body, event)
        case "message":
            match event.get("subtype"):
                case "message_changed":
                    return _edit(conn, services, body, event)
                case "message_deleted":
                    return _deletion(conn, services, body, event)
                case subtype if subtype in _WRITTEN:
                    return _message(conn, services, body, event)
        case "member_joined_channel" if event.get("user") == services.bot_user and event.get("inviter"):
            team = str(event.get("team") or services.workspace)
            payload = {"channel": event["channel"], "user": event["inviter"], "team": team}
            return Kept(INVITED, _event_key(services, body), f"invited:{event['channel']}", payload)
        case "app_home_opened" if event.get("tab") == "home" and event.get("user"):
            payload = {"user": event["user"], "team": services.workspace}
            return Kept(HOME, _event_key(services, body), f"home:{event['user']}", payload)
    return None


def mentions(text: str) -> frozenset[str]:
    """The users that a message mentions."""
    return frozenset(_MENTION.findall(text))


def lane(channel: str, thread_ts: str) -> str:
    """What happens in one thread happens in order."""
    return f"{channel}:{thread_ts}"


def is_under_way(conn: Connection, services: Services, channel: str, ts: str) -> bool:
    """Whether a message is still to be answered, or its answer to be posted."""
    key = message_key(services, channel, ts)
    return bool(services.work.pending(conn, key) or services.work.pending(conn, f"{POST}:{key}:"))


def _event_key(services: Services, body: Mapping[str, Any]) -> str:
    return f"event:{services.workspace}:{body.get('event_id')}"


def _written(services: Services, event: Mapping[str, Any], body: Mapping[str, Any]) -> dict[str, Any] | None:
    """A message of a person, reduced to what is needed; None for one of a bot, or of nobody."""
    user, ts = event.get("user"), event.get("ts")
    if not user or not ts or event.get("bot_id") or user in {services.bot_user, "USLACKBOT"}:
        return None
    return {
        "channel": event.get("channel") or "",
        "channel_type": event.get("channel_type") or "",
        "ts": ts,
        "thread_ts": event.get("thread_ts"),
        "user": user,
        "team": event.get("user_team") or event.get("team") or body.get("team_id") or services.workspace,
        "text": event.get("text") or "",
        "files": len(event.get("files") or ()),
    }


def _message(conn: Connection, services: Services, body: Mapping[str, Any], event: Mapping[str, Any]) -> Kept | None:
    written = _written(services, event, body)
    if written is None or not _is_ours(conn, services, written):
        return None
    return as_message(services, written)


def as_message(services: Services, written: dict[str, Any]) -> Kept:
    """The job that answers a message, whichever event told of it."""
    channel, ts = written["channel"], written["ts"]
    return Kept(MESSAGE, message_key(services, channel, ts), lane(channel, written["thread_ts"] or ts), written)


def message_key(services: Services, channel: str, ts: str) -> str:
    """The key of the job that answers a message."""
    return f"msg:{services.workspace}:{channel}:{ts}"


def _is_ours(conn: Connection, services: Services, written: Mapping[str, Any]) -> bool:
    """Whether a message is written to the bot, or in a place where it has a part."""
    if written["channel_type"] == "im" or services.bot_user in mentions(written["text"]):
        return True
    if written["thread_ts"] is None or written["thread_ts"] == written["ts"]:
        return services.desk.channel(written["channel"]).answers_questions
    thread = threads.load(conn, services.workspace, written["channel"], written["thread_ts"])
    return thread is not None or is_under_way(conn, services, written["channel"], written["thread_ts"])


def _edit(conn: Connection, services: Services, body: Mapping[str, Any], event: Mapping[str, Any]) -> Kept | None:
    before, after = event.get("previous_message") or {}, event.get("message") or {}
    if before.get("text") == after.get("text"):  # a link was unfurled, a reply was added: nobody wrote anything
        return None
    place = {"channel": event.get("channel"), "channel_type": event.get("channel_type")}
    written = _written(services, {**after, **place}, body)
    if written is None:
        return None
    answered = messages.by_question(conn, services.workspace, written["channel"], written["ts"])
    if not answered and not _is_ours(conn, services, written):
        return None
    thread = lane(written["channel"], written["thread_ts"] or written["ts"])
    return Kept(EDIT, _event_key(services, body), thread, {**written, "edited_at": body.get("event_time")})


def _deletion(conn: Connection, services: Services, body: Mapping[str, Any], event: Mapping[str, Any]) -> Kept | None:
    channel, ts = event.get("channel") or "", event.get("deleted_ts") or ""
    before = event.get("previous_message") or {}
    answered = messages.by_question(conn, services.workspace, channel, ts)
    if not answered and not is_under_way(conn, services, channel, ts):
        return None
    thread_ts = before.get("thread_ts") or ts
    return Kept(
        DELETION,
        _event_key(services, body),
        lane(channel, thread_ts),
        {"channel": channel, "ts": ts, "thread_ts": thread_ts},
    )
