"""Phrasings that are held only by themselves: asked of a model that was fitted without them, they lead elsewhere.

Fits models anew, so it imports scikit-learn; only `eval --weak` imports this module.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from dataclasses import dataclass
from os import cpu_count
from typing import Final

from bot.knowledge.schema import Entry, Knowledge
from bot.model import Language
from bot.understand import decide, fit
from bot.understand.decide import Decision
from bot.understand.intents import IntentModel
from bot.understand.names import Names
from bot.understand.normalise import fold, words

FOLDS: Final = 5  # each phrasing is left out once, together with every fifth


@dataclass(frozen=True, slots=True)
class Weak:
    """A phrasing, and where it would lead if it did not stand in the knowledge."""

    entry: str
    language: Language
    text: str
    instead: str
    confidence: float  # in that other entry


def phrasings(
    knowledge: Knowledge, decision: Decision, progress: Callable[[int, int, str], None] = lambda _done, _of, _what: None
) -> list[Weak]:
    """The weak phrasings of all entries, worst first. Takes about as long as five cold fits."""
    tasks = [(programme, number) for programme in knowledge.programmes for number in range(FOLDS)]
    found: list[Weak] = []
    with ProcessPoolExecutor(max_workers=cpu_count()) as pool:
        running = [pool.submit(_of_fold, knowledge, decision, *task) for task in tasks]
        for done, finished in enumerate(as_completed(running), start=1):
            found += finished.result()
            progress(done, len(tasks), "models fitted without some phrasings")
    return sorted(found, key=lambda weak: (-weak.confidence, weak.entry, weak.text))


def _of_fold(knowledge: Knowledge, decision: Decision, programme: str, number: int) -> list[Weak]:
    """The weak ones among every FOLDS-th phrasing of a programme, from the `number`-th on."""
    names = Names(knowledge)
    left_out = [
        (entry, language, phrasing, names.strip(fold(words(phrasing))))
        for entry in knowledge.programmes[programme].entries.values()
        for language, phrasing in _phrasings(entry)[number::FOLDS]
    ]
    without = {folded for *_, folded in left_out}
    model = IntentModel(fit.fit_intents([one for one in fit.examples(knowledge, programme) if one[0] not in without]))
    found = []
    for entry, language, phrasing, folded in left_out:
        if not folded:
            continue
        best = decide.candidates(model.read(folded), decision)[0]
        if best.entry != entry.id:
            found.append(Weak(entry.id, language, phrasing, best.entry, best.confidence))
    return found


def _phrasings(entry: Entry) -> Sequence[tuple[Language, str]]:
    return [(language, phrasing) for language, text in entry.texts.items() for phrasing in text.phrasings]
