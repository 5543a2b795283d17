"""How well the values of a question suit a rule: evidence for the intent, beside the words."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from bot.model import Value
from bot.understand.slots.fill import COUNTS, DATES, ROLES

_KINDS: Final = {**dict.fromkeys(DATES, "date"), "plan": "plan", "arr": "money"}
_NO_EVIDENCE: Final = frozenset({"language", "payment", "action_taken"})


def suits(slots: Sequence[str], values: Sequence[Value]) -> float:
    """The share of a rule's slots that a question's values can fill, from 0 to 1; 0 for a rule without slots."""
    wanted = [name for name in slots if name not in _NO_EVIDENCE]
    if not wanted or not values:
        return 0.0
    return sum(_is_told(name, values) for name in wanted) / len(wanted)


def _is_told(name: str, values: Sequence[Value]) -> bool:
    if name in COUNTS:
        return any(value.kind in {"count", "ordinal"} and value.role in ROLES[name] for value in values)
    return any(value.kind == _KINDS[name] and value.role != "until" for value in values)
