"""What Bolt is given: it reads fields before it looks whether they are there, so it sees whole requests alone."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final

from slack_bolt.request.async_request import AsyncBoltRequest

from bot.listeners import fields


def _is_click(body: Mapping[str, Any]) -> bool:
    listed = body.get("actions")
    return isinstance(listed, list) and bool(listed) and fields.name(_object(listed[0]), "action_id") is not None


def _is_form(body: Mapping[str, Any]) -> bool:
    view = fields.part(body, "view")
    return fields.name(view, "callback_id") is not None and fields.name(view, "type") is not None


def _is_shortcut(body: Mapping[str, Any]) -> bool:
    return fields.name(body, "callback_id") is not None


def _is_event(body: Mapping[str, Any]) -> bool:
    return fields.name(fields.part(body, "event"), "type") is not None


def _is_challenge(body: Mapping[str, Any]) -> bool:
    return fields.name(body, "challenge") is not None  # it is sent back: no more than a word


_WHOLE: Final[Mapping[str, Callable[[Mapping[str, Any]], bool]]] = {
    "block_actions": _is_click,
    "view_submission": _is_form,
    "shortcut": _is_shortcut,
    "message_action": _is_shortcut,
    "event_callback": _is_event,
    "url_verification": _is_challenge,
}
"""The requests that somebody here listens to, and what makes each whole."""


def bolt_request(body: Mapping[str, Any]) -> AsyncBoltRequest | None:
    """A request that Slack has signed, or sent over our own connection; None if nobody here could make sense of it."""
    is_whole = _WHOLE.get(fields.name(body, "type") or "")
    if is_whole is None or not is_whole(body):
        return None
    try:
        # Bolt's name for a request that is read already, and whose sender is known.
        return AsyncBoltRequest(body=dict(body), mode="socket_mode")
    except Exception:  # noqa: BLE001 - what it trips over lies in the request, wherever that is
        return None


def _object(value: Any) -> Mapping[str, Any]:
    return value if isinstance(value, dict) else {}
