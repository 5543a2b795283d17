"""What a rule function is, and what it gives."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any, TypeAlias

Parameters: TypeAlias = Mapping[str, float | bool]
"""A programme's parameters by name, as programme.yml holds them."""

Slots: TypeAlias = Mapping[str, Any]
"""What was told: days as ISO strings, counts as whole numbers, money as {"amount", "currency"}; absent: not told."""


@dataclass(frozen=True, slots=True)
class Ruling:
    """What follows from the values told.

    `result`: names and values of the public contract (README, "ask --json"). `asks_for`: the slots that it lacks.
    `says`: the sentences that tell the result, by their ids in render/results.py. `unsettled`: the programme's open
    cases that decide this one; they name whom to ask. `instead`: the entry of the programme that is more to the point.
    """

    result: Mapping[str, Any] = field(default_factory=dict)
    asks_for: tuple[str, ...] = ()
    says: tuple[str, ...] = ()
    unsettled: tuple[str, ...] = ()
    instead: str | None = None


Function: TypeAlias = Callable[[Parameters, Slots, date], Ruling]


@dataclass(frozen=True, slots=True)
class Rule:
    """A rule function and what it reads."""

    function: Function
    slots: tuple[str, ...] = ()
    parameters: tuple[str, ...] = ()
    twin: str | None = None  # the entry whose function is the same: with values told, either answers
    base: str | None = None  # the parameter that a count of "more" is added to, where the rule wants the total


def count(slots: Slots, name: str) -> int | None:
    """A count that was told. Raises ValueError if it is negative."""
    value = slots.get(name)
    if value is not None and value < 0:
        raise ValueError(f"{name} is negative: {value}")
    return value


def period(slots: Slots, name: str) -> date | None:
    """The day on which a period begins, if it was told. Raises ValueError if it is no day."""
    value = slots.get(name)
    return None if value is None else date.fromisoformat(value)


def ending(end: date, today: date) -> dict[str, Any]:
    """The day a period ends, and the days left: 0 on the day itself, negative after it."""
    return {"end_date": end.isoformat(), "days_left": (end - today).days}
