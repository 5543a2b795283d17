"""What an answer of Slack, or none, means for the call that got it."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum, auto
from typing import Any, Final

import aiohttp
from slack_sdk.errors import SlackApiError, SlackClientError

from bot.adapters.postponed import Postponed
from bot.ports import GiveUp, RetryLater

_DEFAULT_PAUSE: Final = 30.0  # seconds, where a 429 does not say
_LONGEST_PAUSE: Final = 3600.0

FATAL: Final = frozenset(
    {
        # where
        "channel_not_found",
        "not_in_channel",
        "is_archived",
        "channel_is_archived",
        "is_inactive",
        "thread_not_found",
        "messages_tab_disabled",
        "external_channel_migrating",
        "user_not_found",
        "user_not_in_channel",
        "user_not_visible",
        "user_disabled",
        "cannot_dm_bot",
        # what
        "msg_too_long",
        "msg_blocks_too_long",
        "no_text",
        "too_many_attachments",
        "invalid_blocks",
        "invalid_blocks_format",
        "invalid_arguments",
        "invalid_arg_name",
        "invalid_array_arg",
        "invalid_metadata_format",
        "invalid_metadata_schema",
        "metadata_too_large",
        "metadata_must_be_sent_from_app",
        "cant_update_message",
        "cant_delete_message",
        "cant_delete_file",
        "file_uploads_disabled",
        "file_uploads_except_images_disabled",
        "edit_window_closed",
        # who
        "account_inactive",
        "invalid_auth",
        "not_authed",
        "token_revoked",
        "token_expired",
        "no_permission",
        "missing_scope",
        "not_allowed_token_type",
        "access_denied",
        "org_login_required",
        "restricted_action",
        "restricted_action_read_only_channel",
        "restricted_action_thread_only_channel",
        "restricted_action_non_threadable_channel",
        "restricted_action_thread_locked",
        "team_access_not_granted",
        "as_user_not_supported",
        "cannot_reply_to_message",
        "no_such_subteam",
        "plan_upgrade_required",
        "paid_teams_only",
    }
)
"""Codes that trying again does not change. Any other is tried again: it is not worse than a wrong end."""

GONE: Final = frozenset({"message_not_found"})
"""Codes of an edit or deletion whose message is not there any more."""

USED: Final = frozenset({"exchanged_trigger_id", "trigger_exchanged"})
"""Codes of a trigger that has opened its form before."""

NO_THREAD: Final = frozenset({"thread_not_found", "message_not_found"})
"""Codes of a search in a thread that has nothing in it: its only message was deleted."""


class Fate(Enum):
    """What has become of a call that failed."""

    REFUSED = auto()  # Slack did nothing, and never will
    PACED = auto()  # Slack did nothing, because of its rate
    UNKNOWN = auto()  # it may have been carried out


@dataclass(frozen=True, slots=True)
class Failure:
    """A failed call: its fate, a short code for logs, and the seconds to wait where Slack names them."""

    fate: Fate
    code: str
    seconds: float | None = None


CALL_ERRORS: Final = (SlackClientError, aiohttp.ClientError, asyncio.TimeoutError, OSError, AttributeError, ValueError)
"""What a call of the SDK raises. It trips over bodies that are no JSON object with AttributeError and ValueError."""


def failure(error: Exception) -> Failure:
    """Read one of CALL_ERRORS. No code holds anything that was sent."""
    if not isinstance(error, SlackApiError):
        return Failure(Fate.UNKNOWN, type(error).__name__)
    response = error.response
    status = int(getattr(response, "status_code", None) or getattr(response, "status", None) or 0)
    body = getattr(response, "data", None)
    code = str(body.get("error") or "") if isinstance(body, Mapping) else ""
    if status == 429 or code in {"ratelimited", "rate_limited"}:  # noqa: PLR2004 - HTTP's own name for it
        return Failure(Fate.PACED, "ratelimited", pause(getattr(response, "headers", {})))
    if status < 500 and code in FATAL | GONE:  # noqa: PLR2004
        return Failure(Fate.REFUSED, code)
    return Failure(Fate.UNKNOWN, code or f"status {status}")


def outcome(failed: Failure) -> RetryLater | GiveUp:
    """What a job raises whose call has failed, where no more than the call's fate counts."""
    match failed.fate:
        case Fate.REFUSED:
            return GiveUp(failed.code)
        case Fate.PACED:
            return Postponed(failed.code, failed.seconds)
        case Fate.UNKNOWN:
            return RetryLater(failed.code)


def pause(headers: Mapping[str, Any]) -> float:
    """The seconds that a 429 asks to wait, within reason."""
    for name, value in headers.items():
        if name.lower() == "retry-after":
            try:
                return min(max(float(value), 1.0), _LONGEST_PAUSE)
            except ValueError:
                break
    return _DEFAULT_PAUSE
