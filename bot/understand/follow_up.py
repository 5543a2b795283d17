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
    if len(folded.split()) > LONGEST or alone[0].confidence >= decision.answer or heard.language not in about.texts:
        return list(alone)
    if about.kind == "rule" and not fill(about.slots, heard).is_empty:
        # Another value for the same rule.
        rest = 1 - decision.answer
        others = [Candidate(one.entry, one.confidence * rest) for one in alone if one.entry != about.id]
        return [Candidate(about.id, decision.answer), *others]
    if not _GOES_ON.match(folded):
        return list(alone)
    own = {candidate.entry for candidate in alone if candidate.confidence >= _NEEDED}
    together = ask(f"{fold(about.texts[heard.language].title)} {folded}")
    raised = [one for one in together if one.entry in own and one.entry != about.id]
    return merged([alone, raised])
