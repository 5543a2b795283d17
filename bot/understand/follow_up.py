"""Elliptic follow-ups in a thread ("et par carte ?", "und für sieben Leute?"): read with what the thread is about."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from typing import Final

from bot.knowledge.schema import Entry
from bot.model import Candidate
from bot.understand.decide import Decision, merged
from bot.understand.normalise import fold
from bot.understand.slots.fill import fill
from bot.understand.slots.told import Told

LONGEST: Final = 6  # words; a longer message stands on its own
_SURELY_ELSE: Final = 0.95  # confidence from which "and for seven people?" is about something else after all
_TOLD_APART: Final = frozenset({"payment", "language"})  # what names another entry rather than a value
_NEEDED: Final = 0.05  # confidence that the message's own words must give a candidate before the thread may raise it

# How a message begins that goes on from the last one, folded.
_GOES_ON: Final = re.compile(
    r"(?:et|et si|ou|mais|sinon|und|oder|aber|sonst|was ist mit|wie ist es|and|or|but|what about|how about|what if"
    r"|ja|enta|entas|tai|mutta|entapa)\b"
)


def candidates(
    heard: Told,
    about: Entry,
    alone: Sequence[Candidate],
    decision: Decision,
    ask: Callable[[str], Sequence[Candidate]],
) -> list[Candidate]:
    """The candidates of a message in a thread about `about`.

    Args:
        heard: The message.
        about: The thread's last entry.
        alone: Its candidates by its own words, best first.
        decision: When a candidate is sure enough to be answered.
        ask: Gives the candidates of a folded text.

    """
    folded = fold(heard.text)
    goes_on = _GOES_ON.match(folded) is not None
    if len(folded.split()) > LONGEST or heard.language not in about.texts:
        return list(alone)
    changeable = [name for name in about.slots if name not in _TOLD_APART]
    is_value = about.kind == "rule" and not fill(changeable, heard).is_empty
    if alone[0].confidence >= (_SURELY_ELSE if goes_on and is_value else decision.answer):
        return list(alone)
    if is_value:
        # Another value for the same rule.
        rest = 1 - decision.answer
        others = [Candidate(one.entry, one.confidence * rest) for one in alone if one.entry != about.id]
        return [Candidate(about.id, decision.answer), *others]
    if not goes_on:
        return list(alone)
    own = {candidate.entry for candidate in alone if candidate.confidence >= _NEEDED}
    together = ask(f"{fold(about.texts[heard.language].title)} {folded}")
    raised = [one for one in together if one.entry in own and one.entry != about.id]
    return merged([alone, raised])
