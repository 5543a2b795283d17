"""Two questions in one message: found only where each is sure on its own, so that context is not taken for one."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from typing import Final

from bot.knowledge.schema import ACTION_PREFIX
from bot.model import Candidate
from bot.understand.decide import OFFERED, Decision

_QUESTION: Final = re.compile(r"[^.!?…\n]*\?")
# "and" before a question word: other enumerations are one question.
_ASKING: Final = (
    r"how|what|when|where|who|whom|which|why|can|do|does|is|are|"
    r"comment|quand|combien|où|qui|quel\w*|quoi|est-ce|peut-on|puis-je|faut-il|à qui|"
    r"wie|was|wann|wo|wer|wem|welche\w*|kann|können|muss|müssen|ist|darf|"
    r"miten|milloin|missä|mistä|mihin|kuinka|mikä|mitä|mitkä|kuka|paljonko|\w{2,}k[oö]"
)
_AND: Final = re.compile(rf"[,;]?\s+(?:et|und|and|sekä|ja)\s+(?=(?:{_ASKING})\b)", re.IGNORECASE)
_SHORTEST: Final = 3  # words


_ONE: Final = 0.95  # confidence from which a message is one question, though it holds an "and"


def entries(
    message: str, whole: Sequence[Candidate], decision: Decision, ask: Callable[[str], Sequence[Candidate]]
) -> tuple[str, ...]:
    """The entries that a message asks for, in its order, if there are two or more; else none.

    Args:
        message: Its words, not folded.
        whole: The candidates of all of it, best first.
        decision: When a part is sure enough.
        ask: Gives the candidates of a part.

    """
    parts = _QUESTION.findall(message)
    if len(parts) < 2:  # noqa: PLR2004
        if whole and whole[0].confidence >= _ONE:
            return ()
        parts = _AND.split(message)
    parts = [part for part in parts if len(part.split()) >= _SHORTEST]
    if not 2 <= len(parts) <= OFFERED:  # noqa: PLR2004 - two questions are several
        return ()
    found = [ask(part) for part in parts]
    sure = [best[0].entry for best in found if best and best[0].confidence >= decision.answer]
    distinct = tuple(dict.fromkeys(entry for entry in sure if not entry.startswith(ACTION_PREFIX)))
    return distinct if len(distinct) == len(parts) else ()
