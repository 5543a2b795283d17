"""The language that somebody names, in any of the four."""

from __future__ import annotations

from typing import Final

from bot import i18n
from bot.model import LANGUAGES, Language
from bot.understand.normalise import fold

_LONG_NAME: Final = 6  # letters of a language's name that can spare two


def named_language(said: str) -> Language | None:
    """The language that a person names, in any of the four; the last one named if several are."""
    folded = fold(said)
    found = []
    for wanted in LANGUAGES:
        for spoken in LANGUAGES:
            stem = _stem(fold(i18n.language_name(wanted, spoken)))
            at = folded.rfind(stem)
            if at >= 0 and (at == 0 or folded[at - 1] == " "):
                found.append((at, wanted))
    return max(found)[1] if found else None


def _stem(name: str) -> str:
    # What is left of a language's name in every form: Finnish weakens englanti to englanniksi.
    return name[:-2] if len(name) > _LONG_NAME else name[:-1]


def is_language_name(said: str) -> bool:
    """Whether a message is one word and that names a language: "suomeksi" asks to be answered in it."""
    return len(said.split()) == 1 and named_language(said) is not None
