"""Whether a question is about what was or about what will be: it decides the year of a day without one."""

from __future__ import annotations

from bot.model import Language
from bot.understand.normalise import fold
from bot.understand.slots.lexicon import lexicon


def is_future(text: str, language: Language) -> bool:
    """Whether undated days of a message lie ahead: by its tense, or by if/wenn/si/jos. A bare phrase is past."""
    known, folded = lexicon(language), fold(text)
    # With their accents typed, "commencé" and "commence" are two tenses; without, they are one word.
    is_past = known.cues["past"].search(folded) if text.isascii() else known.past_as_typed.search(text.casefold())
    if known.cues["condition"].search(folded):
        rest = known.cues["condition"].sub(" ", folded)
        return not is_past or bool(known.cues["future"].search(rest))
    return bool(known.cues["future"].search(folded)) and not is_past
