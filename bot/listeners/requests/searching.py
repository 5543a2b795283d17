"""Entries of the knowledge for staff who answer: the likely ones, and those that they search for in their language."""

from __future__ import annotations

from typing import Final

from rapidfuzz import fuzz, process

from bot.knowledge.schema import ACTION_PREFIX
from bot.listeners.services import Services
from bot.model import Language
from bot.request import Request
from bot.understand.normalise import fold
from bot.understand.reader import Context

_MOST: Final = 8
_LIKE: Final = 55.0  # of 100: from here on a title or phrasing is worth showing; who searches chooses
_LIKELY: Final = 0.02  # of a candidate: what is less likely is noise

Found = tuple[str, str, str]
"""An entry's id, its title, and its programme's name."""


def likely(services: Services, request: Request, language: Language) -> list[Found]:
    """The entries that the partner's question may be about, named in a language."""
    programmes = (request.programme,) if request.programme else ()
    context = Context(languages=(request.language,), programme=request.programme, programmes=programmes)
    return _named(services, _read(services, request.question, context), language)


def found(services: Services, query: str, language: Language) -> list[Found]:
    """The entries that somebody searches for in their language: as a question, and by words of titles."""
    read = _read(services, query, Context(languages=(language,)))
    titles = {entry.id: entry.texts[language].title for entry in services.editions.current.knowledge.entries()}
    folded = {id_: fold(title) for id_, title in titles.items()}
    alike = process.extract(fold(query), folded, scorer=fuzz.token_set_ratio, score_cutoff=_LIKE, limit=_MOST)
    return _named(services, [*read[: _MOST // 2], *(id_ for _, _, id_ in alike), *read], language)


def can_be_sent(services: Services, entry: str, language: Language) -> bool:
    """Whether an entry is released in a language."""
    known = services.editions.current.knowledge.entry(entry)
    return known is not None and not entry.startswith(ACTION_PREFIX) and known.served(language)


def _read(services: Services, text: str, context: Context) -> list[str]:
    if not fold(text):
        return []
    candidates = services.editions.current.reader.read(text, context).candidates
    return [one.entry for one in candidates if one.confidence >= _LIKELY and not one.entry.startswith(ACTION_PREFIX)]


def _named(services: Services, ids: list[str], language: Language) -> list[Found]:
    edition = services.editions.current
    names = {id_: programme.names[language] for id_, programme in edition.knowledge.programmes.items()}
    chosen = list(dict.fromkeys(id_ for id_ in ids if edition.knowledge.entry(id_) is not None))[:_MOST]
    return [(id_, edition.renderer.title(id_, language), names[id_.partition(".")[0]]) for id_ in chosen]
