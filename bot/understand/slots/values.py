"""All values of a message. The face of the grammar: one pass, each piece read once."""

from __future__ import annotations

from datetime import date
from functools import cache
from typing import Final

from bot.model import Language, Value
from bot.understand.slots.counts import counts
from bot.understand.slots.dates import dates
from bot.understand.slots.durations import durations
from bot.understand.slots.found import Found, claimed
from bot.understand.slots.kinds import Kind
from bot.understand.slots.money import money
from bot.understand.slots.plans import payments, plans
from bot.understand.slots.tense import is_future
from bot.understand.slots.tokens import line

_GRAMMARS: Final = ((money, frozenset("CKN")), (durations, frozenset("U")), (counts, frozenset("NOgK0as1")))
"""What else is looked for, in this order, and the kinds of tokens without one of which there is none."""


def values(text: str, language: Language, today: date, *, is_past: bool = False) -> tuple[Value, ...]:
    """The values that a message tells, in its order.

    Args:
        text: The words, as `normalise.words` gives them.
        language: The message's language.
        today: The day it was written; days are counted from it.
        is_past: Whether days without a year lie behind, whatever the tense.

    """
    read = line(text, language)

    @cache
    def ahead() -> bool:
        return not is_past and is_future(text, language)

    found = dates(read, today, ahead)
    for grammar, needed in _GRAMMARS:
        if needed & {*read.kinds}:
            found += grammar(read, claimed(read.kinds, found))
    found += plans(read)
    found += payments(read)
    left = claimed(read.kinds, found)
    found += [
        Found(Value("currency", token.value, token.raw), n, n)
        for n, token in enumerate(read.tokens)
        if left[n] == Kind.CURRENCY
    ]
    return tuple(one.value for one in sorted(found, key=lambda one: one.first))
