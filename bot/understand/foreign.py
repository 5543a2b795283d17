"""A fifth language: told by a detector of many, which is loaded when it is first needed (0.6 s, 80 MB)."""

from __future__ import annotations

from functools import lru_cache
from typing import Any, Final

from bot.model import LANGUAGES
from bot.understand.language import tokens
from bot.understand.normalise import words

FEWEST_WORDS: Final = 4
_OURS: Final = 0.05  # probability that our four languages may have together
_NO_LANGUAGE: Final = "zxx"


def is_worth_asking(text: str) -> bool:
    """Whether a message has enough words to tell a language by."""
    return len(tokens(words(text), frozenset())) >= FEWEST_WORDS


def detect(text: str) -> str | None:
    """The ISO code of the language of a message, if it is surely none of ours."""
    ranked = _detector().rank(words(text).lower())
    best = str(ranked[0][0])
    ours = sum(probability for language, probability in ranked if language in LANGUAGES)
    return None if best in LANGUAGES or best == _NO_LANGUAGE or ours > _OURS else best


@lru_cache(maxsize=1)
def _detector() -> Any:
    from py3langid.langid import MODEL_FILE, LanguageIdentifier  # noqa: PLC0415 - heavy, and rarely needed

    return LanguageIdentifier.from_model_file(MODEL_FILE, norm_probs=True)
