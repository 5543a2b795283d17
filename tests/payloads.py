"""What Slack sends: events, clicks, forms and shortcuts in the shapes of 2026, and the headers that sign them.

Every maker returns the decoded body; `event_body`, `form_body` and `signed_headers` turn it into a request::

    body = event_body(app_mention("C1", "U1", "<@U0BOT> hello"))
    await client.post("/slack/events", data=body, headers=signed_headers(SECRET, body))

Events are JSON, the others are form-encoded with the JSON in `payload`. `team` is the home team of the person
who acts: another one than TEAM makes the Slack Connect variant, in a channel that is shared.
"""

from __future__ import annotations

import hashlib
import hmac
import itertools
import json
import time
from collections.abc import Sequence
from typing import Any
from urllib.parse import urlencode

from tests.stub_slack import APP_ID, BOT_ID, BOT_USER, TEAM

SIGNING_SECRET = "stub-signing-secret"
CONTENT_TYPES = {"event": "application/json", "form": "application/x-www-form-urlencoded"}

_numbers = itertools.count(1)


def next_event_id() -> str:
    """An event id that no other event of this process has."""
    return f"Ev{next(_numbers):010d}"


# Requests


def event_body(payload: dict[str, Any]) -> bytes:
    """The body of an event's request."""
    return json.dumps(payload, ensure_ascii=False).encode()


def form_body(payload: dict[str, Any]) -> bytes:
    """The body of a click's or form's request."""
    return urlencode({"payload": json.dumps(payload, ensure_ascii=False)}).encode()


def signed_headers(
    secret: str, body: bytes, *, timestamp: int | None = None, retry: int | None = None, reason: str = "http_timeout"
) -> dict[str, str]:
    """The headers of a request that Slack has signed; `retry` makes it its n-th repetition."""
    sent_at = str(int(time.time()) if timestamp is None else timestamp)
    digest = hmac.new(secret.encode(), b"v0:" + sent_at.encode() + b":" + body, hashlib.sha256).hexdigest()
    kind = "form" if body.startswith(b"payload=") else "event"
    headers = {
        "Content-Type": CONTENT_TYPES[kind],
        "X-Slack-Request-Timestamp": sent_at,
        "X-Slack-Signature": f"v0={digest}",
        "User-Agent": "Slackbot 1.0 (+https://api.slack.com/robots)",
    }
    if retry is not None:
        headers |= {"X-Slack-Retry-Num": str(retry), "X-Slack-Retry-Reason": reason}
    return headers


# Events


def event_callback(
    event: dict[str, Any], *, event_id: str | None = None, team: str = TEAM, event_time: int | None = None
) -> dict[str, Any]:
    """The envelope of any event. `team` is the actor's; where it is not TEAM the channel is shared."""
    when = event.get("event_ts") or event.get("ts") or f"{time.time():.6f}"
    return {
        "token": "legacy-verification-token",
        "team_id": TEAM,
        "context_team_id": TEAM,
        "context_enterprise_id": None,
        "api_app_id": APP_ID,
        "event": event,
        "type": "event_callback",
        "event_id": event_id or next_event_id(),
        "event_time": event_time or int(float(when)),
        "authorizations": [
            {
                "enterprise_id": None,
                "team_id": TEAM,
                "user_id": BOT_USER,
                "is_bot": True,
                "is_enterprise_install": False,
            }
        ],
        "is_ext_shared_channel": team != TEAM,
        "event_context": f"4-{event['type']}",
    }


def app_mention(
    channel: str,
    user: str,
    text: str,
    *,
    ts: str | None = None,
    thread: str | None = None,
    team: str = TEAM,
    event_id: str | None = None,
    files: Sequence[str] = (),
) -> dict[str, Any]:
    """A message that mentions the bot; Slack sends `message` for it too, with the same ts."""
    event = _written("app_mention", channel, user, text, ts, thread, team)
    if files:
        event["files"] = _files(files, team)
    return event_callback(event, event_id=event_id, team=team)


def message(
    channel: str,
    user: str,
    text: str,
    *,
    ts: str | None = None,
    thread: str | None = None,
    channel_type: str = "channel",
    team: str = TEAM,
    event_id: str | None = None,
) -> dict[str, Any]:
    """A message in a channel (`channel_type` "channel" or "group"), a direct one ("im"), or in a thread of either."""
    event = _written("message", channel, user, text, ts, thread, team) | {"channel_type": channel_type}
    return event_callback(event, event_id=event_id, team=team)


def direct_message(
    channel: str,
    user: str,
    text: str,
    *,
    ts: str | None = None,
    thread: str | None = None,
    team: str = TEAM,
    event_id: str | None = None,
) -> dict[str, Any]:
    """A message in the bot's direct conversation with a person."""
    return message(channel, user, text, ts=ts, thread=thread, channel_type="im", team=team, event_id=event_id)


def bot_message(channel: str, text: str, *, ts: str | None = None, thread: str | None = None) -> dict[str, Any]:
    """The bot's own message, which Slack sends back to it."""
    event = _written("message", channel, BOT_USER, text, ts, thread, TEAM) | {
        "channel_type": "channel",
        "bot_id": BOT_ID,
        "app_id": APP_ID,
        "bot_profile": {"id": BOT_ID, "app_id": APP_ID, "name": "Partnerdesk", "deleted": False, "team_id": TEAM},
    }
    return event_callback(event)


def message_changed(
    channel: str,
    user: str,
    text: str,
    *,
    ts: str,
    previous: str,
    thread: str | None = None,
    channel_type: str = "channel",
    team: str = TEAM,
    event_id: str | None = None,
    files: Sequence[str] = (),
) -> dict[str, Any]:
    """A person edits the message `ts`, which read `previous`."""
    now = f"{float(ts) + 20:.6f}"
    written = _written("message", channel, user, text, ts, thread, team)
    if files:
        written["files"] = _files(files, team)
    for name in ("channel", "event_ts"):
        del written[name]
    edited = written | {"edited": {"user": user, "ts": now}}
    event = {
        "type": "message",
        "subtype": "message_changed",
        "message": edited,
        "previous_message": written | _text(previous),
        "channel": channel,
        "hidden": True,
        "ts": now,
        "event_ts": now,
        "channel_type": channel_type,
    }
    return event_callback(event, event_id=event_id, team=team)


def message_deleted(
    channel: str,
    user: str,
    text: str,
    *,
    ts: str,
    thread: str | None = None,
    channel_type: str = "channel",
    team: str = TEAM,
    event_id: str | None = None,
    files: Sequence[str] = (),
) -> dict[str, Any]:
    """A person deletes the message `ts`, which read `text`."""
    now = f"{float(ts) + 20:.6f}"
    written = _written("message", channel, user, text, ts, thread, team)
    if files:
        written["files"] = _files(files, team)
    for name in ("channel", "event_ts"):
        del written[name]
    event = {
        "type": "message",
        "subtype": "message_deleted",
        "previous_message": written,
        "channel": channel,
        "hidden": True,
        "deleted_ts": ts,
        "ts": now,
        "event_ts": now,
        "channel_type": channel_type,
    }
    return event_callback(event, event_id=event_id, team=team)


def file_share(
    channel: str,
    user: str,
    text: str = "",
    *,
    ts: str | None = None,
    thread: str | None = None,
    channel_type: str = "channel",
    team: str = TEAM,
    event_id: str | None = None,
    files: Sequence[str] = ("F0PICTURE",),
) -> dict[str, Any]:
    """A message with pictures; in a shared channel Slack gives the files' ids alone."""
    event = _written("message", channel, user, text, ts, thread, team) | {
        "subtype": "file_share",
        "files": _files(files, team),
        "upload": False,
        "display_as_bot": False,
        "channel_type": channel_type,
    }
    return event_callback(event, event_id=event_id, team=team)


def member_joined_channel(
    channel: str, user: str = BOT_USER, *, inviter: str | None = None, team: str = TEAM, event_id: str | None = None
) -> dict[str, Any]:
    """Somebody, the bot unless said otherwise, is added to a channel."""
    event: dict[str, Any] = {
        "type": "member_joined_channel",
        "user": user,
        "channel": channel,
        "channel_type": "C",
        "team": team,
        "event_ts": f"{time.time():.6f}",
    }
    if inviter is not None:
        event["inviter"] = inviter
    return event_callback(event, event_id=event_id, team=team)


def app_home_opened(
    user: str, *, tab: str = "home", channel: str = "D0HOME", event_id: str | None = None
) -> dict[str, Any]:
    """A member opens the app's Home or Messages tab."""
    event = {
        "type": "app_home_opened",
        "user": user,
        "channel": channel,
        "tab": tab,
        "event_ts": f"{time.time():.6f}",
    }
    return event_callback(event, event_id=event_id)


# Clicks and forms


def block_actions(
    channel: str,
    user: str,
    action_id: str,
    value: str = "",
    *,
    message_ts: str,
    thread: str | None = None,
    kind: str = "button",
    team: str = TEAM,
    block_id: str = "b1",
    trigger_id: str | None = None,
    response_url: str = "https://hooks.slack.com/actions/T0HOME/1/stub",
    text: str = "",
    blocks: list[dict[str, Any]] | None = None,
) -> dict[str, Any]:
    """A click on a message of the bot; `kind` "overflow" or "static_select" makes `value` the option chosen."""
    shown: dict[str, Any] = {
        "user": BOT_USER,
        "type": "message",
        "ts": message_ts,
        "bot_id": BOT_ID,
        "app_id": APP_ID,
        "text": text,
        "team": TEAM,
        "blocks": blocks or [],
    }
    container: dict[str, Any] = {
        "type": "message",
        "message_ts": message_ts,
        "channel_id": channel,
        "is_ephemeral": False,
    }
    if thread is not None:
        shown["thread_ts"] = thread
        container["thread_ts"] = thread
    return {
        **_interaction("block_actions", user, team, trigger_id),
        "container": container,
        "channel": {"id": channel, "name": "directmessage" if channel.startswith("D") else channel.lower()},
        "message": shown,
        "state": {"values": {}},
        "response_url": response_url,
        "actions": [_action(kind, action_id, block_id, value)],
    }


def date_picked(
    channel: str,
    user: str,
    action_id: str,
    day: str | None,
    *,
    message_ts: str,
    thread: str | None = None,
    team: str = TEAM,
) -> dict[str, Any]:
    """A day chosen in a calendar that a message of the bot shows; `day` as YYYY-MM-DD, None where it was cleared."""
    body = block_actions(channel, user, action_id, message_ts=message_ts, thread=thread, kind="datepicker", team=team)
    (action,) = body["actions"]
    del action["selected_option"]
    action["selected_date"] = day
    return body


def home_action(
    user: str,
    action_id: str,
    value: str = "",
    *,
    kind: str = "button",
    team: str = TEAM,
    block_id: str = "b1",
    trigger_id: str | None = None,
) -> dict[str, Any]:
    """A click in the Home tab: no channel, no message, no response_url."""
    view = {"id": f"VHOME{user}", "type": "home", "team_id": TEAM, "app_installed_team_id": TEAM, "hash": "1.home"}
    return {
        **_interaction("block_actions", user, team, trigger_id),
        "container": {"type": "view", "view_id": view["id"]},
        "view": {**view, "private_metadata": "", "callback_id": "", "state": {"values": {}}, "blocks": []},
        "actions": [_action(kind, action_id, block_id, value)],
    }


def view_submission(
    user: str,
    callback_id: str,
    values: dict[str, dict[str, dict[str, Any]]],
    *,
    private_metadata: str = "",
    view_id: str = "V0001",
    team: str = TEAM,
    hash_: str = "1.stub",
) -> dict[str, Any]:
    """A form is sent; `values` as Slack nests them: block id → action id → {"type", "value" | "selected_…"}."""
    return {
        **_interaction("view_submission", user, team, None),
        "view": {
            "id": view_id,
            "team_id": team,
            "app_id": APP_ID,
            "app_installed_team_id": TEAM,
            "bot_id": BOT_ID,
            "type": "modal",
            "callback_id": callback_id,
            "private_metadata": private_metadata,
            "hash": hash_,
            "root_view_id": view_id,
            "previous_view_id": None,
            "external_id": "",
            "title": {"type": "plain_text", "text": "…", "emoji": True},
            "state": {"values": values},
            "blocks": [],
        },
        "response_urls": [],
    }


class Forged(str):
    """The value of an option that a form does not offer."""

    __slots__ = ()


def form_state(view: dict[str, Any], **changes: str | Sequence[str] | None) -> dict[str, dict[str, dict[str, Any]]]:
    """What Slack sends of a form's inputs: what it was opened with, and what a person has changed; None is emptied.

    A field is named by its block id. A change is a text, a day, the value of an option (which must be there, unless
    it is Forged), or a list: values of checkboxes, ids of files.
    """
    state: dict[str, dict[str, dict[str, Any]]] = {}
    for block in view["blocks"]:
        if block["type"] == "input":
            element, name = block["element"], block["block_id"]
            held = _held(element, changes[name]) if name in changes else _held_at_first(element)
            state[name] = {element["action_id"]: {"type": element["type"], **held}}
    assert set(changes) <= set(state), f"the form has the fields {list(state)}"
    return state


def _held_at_first(element: dict[str, Any]) -> dict[str, Any]:
    match element["type"]:
        case "datepicker":
            return {"selected_date": element.get("initial_date")}
        case "static_select" | "radio_buttons":
            return {"selected_option": element.get("initial_option")}
        case "checkboxes":
            return {"selected_options": element.get("initial_options", [])}
        case "file_input":
            return {"files": []}
        case _:
            return {"value": element.get("initial_value")}


def _held(element: dict[str, Any], change: str | Sequence[str] | None) -> dict[str, Any]:
    match element["type"]:
        case "datepicker":
            return {"selected_date": change}
        case "static_select" | "radio_buttons":
            return {"selected_option": None if change is None else _option(element, change)}
        case "checkboxes":
            return {"selected_options": [_option(element, value) for value in change or ()]}
        case "file_input":
            return {"files": _files(change or (), TEAM)}
        case _:
            return {"value": change}


def _option(element: dict[str, Any], value: Any) -> dict[str, Any]:
    if isinstance(value, Forged):
        return {"text": {"type": "plain_text", "text": value}, "value": str(value)}
    grouped = [option for group in element.get("option_groups", ()) for option in group["options"]]
    offered = {option["value"]: option for option in (*element.get("options", ()), *grouped)}
    assert value in offered, f"the field offers {list(offered)}"
    chosen: dict[str, Any] = offered[value]
    return chosen


# Shortcuts


def global_shortcut(
    callback_id: str, user: str, *, team: str = TEAM, trigger_id: str | None = None, action_ts: str | None = None
) -> dict[str, Any]:
    """A shortcut of the whole workspace: no channel, no message, no response_url."""
    return {
        **_interaction("shortcut", user, team, trigger_id),
        "callback_id": callback_id,
        "action_ts": action_ts or f"{time.time():.6f}",
    }


def message_shortcut(
    callback_id: str,
    user: str,
    channel: str,
    text: str,
    *,
    message_ts: str,
    author: str,
    author_team: str = TEAM,
    thread: str | None = None,
    files: Sequence[str] = (),
    blocks: list[dict[str, Any]] | None = None,
    team: str = TEAM,
    trigger_id: str | None = None,
    action_ts: str | None = None,
) -> dict[str, Any]:
    """A shortcut in a message's menu; `author` has written the message, BOT_USER the bot's own."""
    shown: dict[str, Any] = {
        "type": "message",
        "user": author,
        "ts": message_ts,
        "team": author_team,
        "text": text,
        "blocks": blocks or [],
    }
    if author == BOT_USER:
        shown |= {"bot_id": BOT_ID, "app_id": APP_ID}
    if thread is not None:
        shown["thread_ts"] = thread
    if files:
        shown["files"] = _files(files, team)
    return {
        **_interaction("message_action", user, team, trigger_id),
        "callback_id": callback_id,
        "action_ts": action_ts or f"{time.time():.6f}",
        "channel": {"id": channel, "name": "directmessage" if channel.startswith("D") else channel.lower()},
        "message_ts": message_ts,
        "message": shown,
        "response_url": "https://hooks.slack.com/app/T0HOME/1/stub",
    }


def _files(ids: Sequence[str], team: str) -> list[dict[str, Any]]:
    """Files as events and forms have them; those of another organisation are named by their ids alone."""
    if team != TEAM:
        return [{"id": id_, "mode": "file_access", "file_access": "check_file_info"} for id_ in ids]
    return [
        {
            "id": id_,
            "name": "screen.png",
            "mimetype": "image/png",
            "filetype": "png",
            "size": 4096,
            "mode": "hosted",
            "is_external": False,
            "file_access": "visible",
            "url_private_download": f"https://files.slack.com/files-pri/T0HOME-{id_}/download/screen.png",
        }
        for id_ in ids
    ]


def _written(
    kind: str, channel: str, user: str, text: str, ts: str | None, thread: str | None, team: str
) -> dict[str, Any]:
    written_at = ts or f"{time.time():.6f}"
    event: dict[str, Any] = {
        "user": user,
        "type": kind,
        "ts": written_at,
        "client_msg_id": f"00000000-0000-4000-8000-{int(float(written_at) * 1000) % 10**12:012d}",
        "team": team,
        **_text(text),
        "channel": channel,
        "event_ts": written_at,
    }
    if team != TEAM:
        event |= {"user_team": team, "source_team": team}
    if thread is not None:
        event |= {"thread_ts": thread, "parent_user_id": user}
    return event


def _text(text: str) -> dict[str, Any]:
    section = {"type": "rich_text_section", "elements": [{"type": "text", "text": text}]}
    return {"text": text, "blocks": [{"type": "rich_text", "block_id": "t1", "elements": [section]}]}


def _interaction(kind: str, user: str, team: str, trigger_id: str | None) -> dict[str, Any]:
    return {
        "type": kind,
        "user": {"id": user, "username": user.lower(), "name": user.lower(), "team_id": team},
        "api_app_id": APP_ID,
        "token": "legacy-verification-token",
        "team": {"id": TEAM, "domain": "home"},
        "enterprise": None,
        "is_enterprise_install": False,
        "trigger_id": trigger_id or f"{next(_numbers)}.1.stub",
    }


def _action(kind: str, action_id: str, block_id: str, value: str) -> dict[str, Any]:
    action: dict[str, Any] = {
        "type": kind,
        "action_id": action_id,
        "block_id": block_id,
        "action_ts": f"{time.time():.6f}",
    }
    if kind == "button":
        return action | {"value": value, "text": {"type": "plain_text", "text": "…", "emoji": True}}
    chosen = {"text": {"type": "plain_text", "text": "…", "emoji": True}, "value": value}
    return action | {"selected_option": chosen}
