"""What a form that was sent holds, read as what it should be: what is missing or of another kind is empty.

Every field of these forms is a block with one element, both of the same name.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date
from typing import Any, Final

from bot.render.blocks import TYPED
from bot.render.escape import visible

_FILE: Final = re.compile(r"F[A-Z0-9]{1,63}")
_MOST_FILES: Final = 10  # of one field


def text(values: Mapping[str, Any], name: str) -> str:
    """What was written, without blanks around it and without signs that nobody sees."""
    value = _element(values, name).get("value")
    if not isinstance(value, str):
        return ""
    return visible(value[:TYPED]).strip()


def choice(values: Mapping[str, Any], name: str) -> str:
    """What was chosen of a menu or of radio buttons."""
    value = _part(_element(values, name), "selected_option").get("value")
    return value if isinstance(value, str) else ""


def ticked(values: Mapping[str, Any], name: str) -> tuple[str, ...]:
    """What was ticked of checkboxes."""
    listed = _element(values, name).get("selected_options")
    chosen = [one.get("value") for one in listed if isinstance(one, dict)] if isinstance(listed, list) else []
    return tuple(one for one in chosen if isinstance(one, str))


def day(values: Mapping[str, Any], name: str) -> date | None:
    """The day that was chosen."""
    value = _element(values, name).get("selected_date")
    try:
        return date.fromisoformat(value) if isinstance(value, str) else None
    except ValueError:
        return None


def files(values: Mapping[str, Any], name: str) -> tuple[str, ...]:
    """The ids of the files that were added."""
    listed = _element(values, name).get("files")
    ids = [one.get("id") for one in listed if isinstance(one, dict)] if isinstance(listed, list) else []
    known = dict.fromkeys(one for one in ids if isinstance(one, str) and _FILE.fullmatch(one))
    return tuple(known)[:_MOST_FILES]


def _element(values: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    return _part(_part(values, name), name)


def _part(data: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    value = data.get(name)
    return value if isinstance(value, dict) else {}
