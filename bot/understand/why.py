"""Why a question was answered as it was: its language, what was weighed, and the phrasing that it is most like."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from rapidfuzz import fuzz, process
from rapidfuzz.utils import default_process

from bot.knowledge.schema import Entry, Knowledge
from bot.model import Language, Understanding
from bot.understand.decide import OFFERED
from bot.understand.normalise import fold
from bot.understand.reader import Context, Reader

_LONGEST: Final = 300  # characters that are compared: no phrasing is as long
_LIKELY: Final = 16  # phrasings that are looked at closely, of each kind of likeness


@dataclass(frozen=True, slots=True)
class Why:
    """What led to an answer."""

    text: str
    language: Language
    is_sure: bool  # the words themselves tell the language
    candidates: tuple[tuple[str, str, float], ...]  # id, title, confidence; at most three
    matched: str = ""  # the phrasing of the first that the question is most like


def explain(reader: Reader, knowledge: Knowledge, text: str, context: Context, language: Language) -> Why:
    """Read a question as it is read for an answer, and say what that rests on; a few milliseconds.

    Args:
        reader: The fitted models.
        knowledge: What they were fitted on.
        text: The message, Slack's or plain.
        context: What was known around it.
        language: In which the titles are told: that of whoever asks why.

    """
    read = reader.read(text, context)
    best = [(one, entry) for one in read.candidates[:OFFERED] if (entry := knowledge.entry(one.entry))]
    return Why(
        text=read.text,
        language=read.language,
        is_sure=read.language_sure,
        candidates=tuple((one.entry, _title(entry, language), one.confidence) for one, entry in best),
        matched=_nearest(best[0][1], read) if best else "",
    )


def _title(entry: Entry, language: Language) -> str:
    text = entry.texts.get(language) or next(iter(entry.texts.values()), None)
    return text.title if text else entry.id


def _nearest(entry: Entry, read: Understanding) -> str:
    """The phrasing of an entry whose words are nearest; of equally near ones rather one in the question's language."""
    ordered = sorted(entry.texts.items(), key=lambda one: one[0] != read.language)
    phrasings = [phrasing for _, text in ordered for phrasing in text.phrasings]
    asked, folded = read.text[:_LONGEST], fold(read.text[:_LONGEST])
    # All of them are compared as they stand; folding, which says more, is dear and left to the likeliest.
    likely = {
        at
        for scorer in (fuzz.token_sort_ratio, fuzz.token_set_ratio)
        for _, _, at in process.extract(asked, phrasings, scorer=scorer, processor=default_process, limit=_LIKELY)
    }

    def near(at: int) -> float:
        other = fold(phrasings[at])
        return fuzz.token_sort_ratio(folded, other) + fuzz.token_set_ratio(folded, other)

    return phrasings[max(sorted(likely), key=near)] if likely else ""
