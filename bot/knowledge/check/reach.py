"""A reader who is sent to a contact learns in which languages it answers, where the reader's own is none of them."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from typing import Final

from bot import i18n
from bot.document import Problem
from bot.knowledge.check.statements import statements
from bot.knowledge.facts import PLACEHOLDER
from bot.knowledge.schema import Knowledge
from bot.model import DEFAULT_LANGUAGE, Language

_ENDING: Final = 2  # letters that inflection may change: englanti, englanniksi
_SHORTEST_STEM: Final = 4


def languages_of_contacts(knowledge: Knowledge) -> Iterator[Problem]:
    """Find texts that send a reader to a contact without a word on its languages."""
    for statement in statements(knowledge):
        if statement.programme is None:
            continue
        named = {match["name"] for match in PLACEHOLDER.finditer(statement.text) if match["group"] == "contact"}
        for id_ in sorted(named & statement.programme.contacts.keys()):
            languages = statement.programme.contacts[id_].languages
            if not languages or statement.language in languages:
                continue
            if not any(_names(statement.text, language, statement.language) for language in languages):
                spoken = " or ".join(i18n.language_name(language, DEFAULT_LANGUAGE) for language in languages)
                yield statement.problem(f"say that {{contact.{id_}}} answers in {spoken}")


def _names(text: str, language: Language, within: Language) -> bool:
    """Whether a text names a language, however inflected."""
    name = _plain(i18n.language_name(language, within))
    stem = name[: max(_SHORTEST_STEM, len(name) - _ENDING)]
    return re.search(rf"\b{re.escape(stem)}", _plain(text)) is not None


def _plain(text: str) -> str:
    decomposed = unicodedata.normalize("NFKD", text.casefold())
    return "".join(char for char in decomposed if not unicodedata.combining(char))
