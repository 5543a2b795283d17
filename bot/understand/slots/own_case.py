"""Whether somebody asks about their own case, and so can be asked for what is missing, or about the rule."""

from __future__ import annotations

from bot.understand.slots.fill import Filled
from bot.understand.slots.told import Told


def is_own_case(heard: Told, filled: Filled) -> bool:
    """A value was told; or the question is in the first person and wants to know something definite."""
    if filled.unclear or filled.slots.keys() - {"action_taken"}:
        return True
    return heard.hints("own") and heard.hints("specific") and not heard.hints("general")
