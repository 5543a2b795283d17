"""Which of Slack's events are kept, and as what: decided before an event is recorded.

What is kept becomes a job in the transaction that records it. A message has one key whichever event brought it, so a
mention, which comes as `app_mention` and as `message`, is answered once. What cannot be read is not kept: a job would
fail on it again and again.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import Connection

from bot.flows.drafting import is_told_in
from bot.listeners import fields
from bot.listeners.services import Services
from bot.model import Thread
from bot.store import messages, requests, threads
from bot.store.privacy import LIFECYCLE

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
    "app_uninstalled": ("app_uninstalled",),
    "tokens_revoked": ("tokens_revoked",),
}
_MENTION: Final = re.compile(r"<@([A-Z0-9]+)(?:\|[^<>]*)?>")


@dataclass(frozen=True, slots=True)
class Kept:
    """An event as the job that it becomes."""

    kind: str
    key: str
    lane: str
    payload: dict[str, Any]


def keep(conn: Connection, services: Services, body: Mapping[str, Any]) -> Kept | None:
    """The job that an event becomes, or None if it is not for us."""
    event = fields.part(body, "event")
    match event.get("type"):
        case "app_mention":
            return _message(conn, services, body, event)
        case "message":
            match event.get("subtype"):
                case "message_changed":
                    return _changed(conn, services, body, event)
                case "message_deleted":
                    return _deletion(conn, services, body, event, fields.ts(event, "deleted_ts"))
                case _:
                    return _message(conn, services, body, event)
        case "member_joined_channel" if event.get("user") == services.bot_user:
            return _invited(services, body, event)
        case "app_home_opened" if event.get("tab") == "home":
            return _home(services, body, event)
        case "app_uninstalled" | "tokens_revoked":
            return _removed(services, body, event)
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


def being_told(
    conn: Connection, services: Services, channel: str, thread_ts: str, said: str, files: Sequence[str]
) -> Thread | None:
    """The thread of the report that is being told and that a message is part of; in a direct message it may be any."""
    found = [threads.load(conn, services.workspace, channel, thread_ts)]
    if channel.startswith("D"):
        found.append(threads.latest(conn, services.workspace, channel))
    return next((one for one in found if one and one.draft and is_told_in(one.draft, said, files)), None)


def _event_key(services: Services, body: Mapping[str, Any]) -> str | None:
    event_id = fields.name(body, "event_id")
    return event_id and f"event:{services.workspace}:{event_id}"


def _invited(services: Services, body: Mapping[str, Any], event: Mapping[str, Any]) -> Kept | None:
    key, channel, inviter = (
        _event_key(services, body),
        fields.slack_id(event, "channel"),
        fields.slack_id(event, "inviter"),
    )
    if key is None or channel is None or inviter is None:
        return None
    team = fields.slack_id(event, "team") or services.workspace
    return Kept(INVITED, key, f"invited:{channel}", {"channel": channel, "user": inviter, "team": team})


def _home(services: Services, body: Mapping[str, Any], event: Mapping[str, Any]) -> Kept | None:
    key, user = _event_key(services, body), fields.slack_id(event, "user")
    if key is None or user is None:
        return None
    return Kept(HOME, key, f"home:{user}", {"user": user, "team": services.workspace})


def _removed(services: Services, body: Mapping[str, Any], event: Mapping[str, Any]) -> Kept | None:
    """The job that follows when our workspace has removed the app, or taken the bot's token away."""
    tokens = fields.part(event, "tokens").get("bot")
    is_ours = event.get("type") == "app_uninstalled" or (isinstance(tokens, list) and services.bot_user in tokens)
    key = _event_key(services, body)
    if key is None or not is_ours or fields.slack_id(body, "team_id") != services.workspace:
        return None
    return Kept(LIFECYCLE, key, f"{LIFECYCLE}:{services.workspace}", {})


def _written(services: Services, event: Mapping[str, Any], body: Mapping[str, Any]) -> dict[str, Any] | None:
    """A message of a person, reduced to what is needed; None for one of a bot, of Slack itself, or of nobody."""
    if event.get("subtype") not in (None, "file_share", "thread_broadcast") or event.get("hidden"):
        return None
    user, ts, channel = fields.slack_id(event, "user"), fields.ts(event, "ts"), fields.slack_id(event, "channel")
    if (
        user is None
        or ts is None
        or channel is None
        or is_posted_by_app(event)
        or user in {services.bot_user, "USLACKBOT"}
    ):
        return None
    is_direct = event.get("channel_type") == "im" or channel.startswith("D")
    return {
        "channel": channel,
        "channel_type": "im" if is_direct else fields.name(event, "channel_type") or "",
        "ts": ts,
        "thread_ts": fields.ts(event, "thread_ts"),
        "user": user,
        "team": fields.slack_id(event, "user_team", "team") or fields.slack_id(body, "team_id") or services.workspace,
        "text": fields.text(event, "text"),
        "files": list(fields.ids(event, "files")),
    }


def is_posted_by_app(event: Mapping[str, Any]) -> bool:
    """Whether a bot, a workflow or another app wrote a message, be it in a person's name."""
    return bool(event.get("bot_id") or event.get("bot_profile"))


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
        is_watched = services.desk.unanswered_after(written["channel"]) is not None
        return is_watched or services.desk.channel(written["channel"]).answers_questions
    thread = threads.load(conn, services.workspace, written["channel"], written["thread_ts"])
    return thread is not None or is_under_way(conn, services, written["channel"], written["thread_ts"])


def _changed(conn: Connection, services: Services, body: Mapping[str, Any], event: Mapping[str, Any]) -> Kept | None:
    after = fields.part(event, "message")
    if after.get("subtype") == "tombstone":  # a message that has replies is deleted so: its thread stays
        return _deletion(conn, services, body, event, fields.ts(after, "ts"))
    if not _is_edited(fields.part(event, "previous_message"), after):
        return None
    key = _event_key(services, body)
    written = _written(services, _placed(event, after), body)
    if key is None or written is None:
        return None
    answered = messages.by_question(conn, services.workspace, written["channel"], written["ts"])
    if not answered and not _is_ours(conn, services, written):
        return None
    thread = lane(written["channel"], written["thread_ts"] or written["ts"])
    before = fields.text(fields.part(event, "previous_message"), "text")
    return Kept(EDIT, key, thread, {**written, "before": before, "edited_at": _edited_at(body, written["ts"])})


def _is_edited(before: Mapping[str, Any], after: Mapping[str, Any]) -> bool:
    """Whether a person wrote something: Slack changes messages too, to unfurl a link or to count replies."""
    return before.get("text") != after.get("text") if before else "edited" in after


def _edited_at(body: Mapping[str, Any], ts: str) -> int | None:
    """When a message was edited; None where Slack says nothing that can be."""
    at = fields.seconds(body, "event_time")
    return at if at is not None and at >= int(float(ts)) else None


def _placed(event: Mapping[str, Any], message: Mapping[str, Any]) -> dict[str, Any]:
    """A message that stands within an event, together with where it was written."""
    return {**message, "channel": event.get("channel"), "channel_type": event.get("channel_type")}


def _deletion(
    conn: Connection, services: Services, body: Mapping[str, Any], event: Mapping[str, Any], ts: str | None
) -> Kept | None:
    """The job that takes back the answer to a deleted message.

    A deletion may overtake its message: then it takes the message's key, and the message, when it comes, is known.
    """
    key, channel = _event_key(services, body), fields.slack_id(event, "channel")
    if key is None or channel is None or ts is None:
        return None
    before = fields.part(event, "previous_message")
    answered = messages.by_question(conn, services.workspace, channel, ts)
    said, files = fields.text(before, "text"), fields.ids(before, "files")
    thread_ts = fields.ts(before, "thread_ts") or ts
    is_told = being_told(conn, services, channel, thread_ts, said, files) or requests.with_message(
        conn, services.workspace, channel, thread_ts, ts
    )
    is_answered = answered or is_told or threads.load(conn, services.workspace, channel, ts) is not None
    overtook = not is_answered and not is_under_way(conn, services, channel, ts)
    if overtook:
        written = _written(services, _placed(event, before), body)
        if written is None or written["ts"] != ts or not _is_ours(conn, services, written):
            return None
        key = message_key(services, channel, ts)
    gone = {
        "channel": channel,
        "ts": ts,
        "thread_ts": thread_ts,
        "user": fields.slack_id(before, "user"),
        "before": said,
        "files": list(files),
        "overtook": overtook,
    }
    return Kept(DELETION, key, lane(channel, thread_ts), gone)
