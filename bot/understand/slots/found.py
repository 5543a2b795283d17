"""What the grammar has found: a value and the tokens that say it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from bot.model import Value


@dataclass(frozen=True, slots=True)
class Found:
    """A value, said by the tokens from `first` to `last`, that included."""

    value: Value
    first: int
    last: int


def claimed(kinds: str, found: Iterable[Found]) -> str:
    """The letters of a line with what was found taken out, so that nothing is read twice."""
    letters = list(kinds)
    for one in found:
        letters[one.first : one.last + 1] = "_" * (one.last - one.first + 1)
    return "".join(letters)
