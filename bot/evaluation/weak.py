"""Phrasings that are held only by themselves: asked while they are left out, they lead elsewhere."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from bot.knowledge.schema import Knowledge
from bot.model import Language
from bot.understand import decide
from bot.understand.reader import Reader


@dataclass(frozen=True, slots=True)
class Weak:
    """A phrasing, and where it would lead if it did not stand in the knowledge."""

    entry: str
    language: Language
    text: str
    instead: str
    confidence: float  # in that other entry


def phrasings(knowledge: Knowledge, reader: Reader, progress: Callable[[int, int, str], None]) -> list[Weak]:
    """The weak phrasings of all entries, worst first.

    The neighbours are asked with the phrasing left out; the classifier has learned from it, so this finds the worst
    cases rather than all of them.
    """
    found = []
    entries = list(knowledge.entries())
    for number, entry in enumerate(entries, start=1):
        model = reader.intents[entry.id.partition(".")[0]]
        for language, text in entry.texts.items():
            for phrasing in text.phrasings:
                folded = reader.folded(phrasing)
                best = decide.candidates(model.read(folded, skip=model.row(folded)), reader.decision)[0]
                if best.entry != entry.id:
                    found.append(Weak(entry.id, language, phrasing, best.entry, best.confidence))
        progress(number, len(entries), "entries")
    return sorted(found, key=lambda weak: -weak.confidence)
