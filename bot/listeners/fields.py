"""Fields of Slack's payloads, read as what they should be: what is missing or of another kind is None or empty.

A payload is signed, yet much in it is written by people, by other apps, and by a Slack that changes. What is read here
can be stored, compared and shown on every database; nothing else of a payload goes further than its listener.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, Final

_ID: Final = re.compile(r"[A-Z][A-Z0-9]{1,63}")
_NAME: Final = re.compile(r"[!-~]{1,255}")
_TS: Final = re.compile(r"[0-9]{10}\.[0-9]{6}")
_LONGEST_TEXT: Final = 40_000  # characters, as Slack's own messages
_MOST_IDS: Final = 50
_NOTHING: Final[Mapping[str, Any]] = {}


def part(data: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    """An object within an object."""
    value = data.get(name)
    return value if isinstance(value, dict) else _NOTHING


def slack_id(data: Mapping[str, Any], *names: str) -> str | None:
    """An id of a person, channel or team: the first of several fields that holds one."""
    return _matching(_ID, data, names)


def name(data: Mapping[str, Any], *names: str) -> str | None:
    """Any other id, or a word of Slack's: printable, without spaces."""
    return _matching(_NAME, data, names)


def ts(data: Mapping[str, Any], *names: str) -> str | None:
    """When a message was written, which is its id: seconds since 1970 with six places."""
    return _matching(_TS, data, names)


def instant(value: str) -> datetime | None:
    """What a control's value names in whole seconds since 1970 (UTC)."""
    try:
        return datetime.fromtimestamp(int(value), UTC)
    except (ValueError, OverflowError, OSError):
        return None


def text(data: Mapping[str, Any], name: str) -> str:
    """What a person has written; without the signs that no database and no UTF-8 can hold."""
    value = data.get(name)
    if not isinstance(value, str):
        return ""
    return value[:_LONGEST_TEXT].replace("\0", "").encode("utf-8", "replace").decode("utf-8")


def count(data: Mapping[str, Any], name: str) -> int:
    """How many things a list holds."""
    value = data.get(name)
    return len(value) if isinstance(value, list) else 0


def ids(data: Mapping[str, Any], name: str) -> tuple[str, ...]:
    """The ids of the things that a list holds, as the files of a message or of a field: each once, at most 50."""
    value = data.get(name)
    listed = value[:_MOST_IDS] if isinstance(value, list) else []
    found = (slack_id(one, "id") for one in listed if isinstance(one, dict))
    return tuple(dict.fromkeys(one for one in found if one is not None))


def seconds(data: Mapping[str, Any], name: str) -> int | None:
    """An instant as whole seconds since 1970."""
    value = data.get(name)
    return value if type(value) is int and 0 < value < 10**10 else None


def _matching(pattern: re.Pattern[str], data: Mapping[str, Any], names: tuple[str, ...]) -> str | None:
    for one in names:
        value = data.get(one)
        if isinstance(value, str) and pattern.fullmatch(value):
            return value
    return None
