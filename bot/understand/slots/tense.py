"""Whether a question is about what was or about what will be: it decides the year of a day without one."""

from __future__ import annotations

from bot.model import Language
from bot.understand.normalise import fold
from bot.understand.slots.lexicon import lexicon


def is_future(text: str, language: Language) -> bool:
    """Whether undated days of a message lie ahead: by its tense, or by if/wenn/si/jos. A bare phrase is past."""
    cues, folded = lexicon(language).cues, fold(text)
    if cues["condition"].search(folded):
        return not cues["past"].search(cues["condition"].sub(" ", folded)) or bool(cues["future"].search(folded))
    return bool(cues["future"].search(folded)) and not cues["past"].search(folded)
