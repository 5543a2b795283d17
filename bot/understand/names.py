"""The programmes' own names in a question: they tell the programme, and nothing about what is asked of it."""

from __future__ import annotations

import re
from collections.abc import Iterable

from bot.knowledge.schema import Knowledge
from bot.understand.normalise import fold


class Names:
    """Finds and takes out the names and aliases of the programmes; inflected forms of an alias too (`Cyberdayn`)."""

    def __init__(self, knowledge: Knowledge) -> None:
        aliases = {id_: _folded(one.aliases) or [fold(id_)] for id_, one in knowledge.programmes.items()}
        self._aliases = {id_: _any(f"{re.escape(alias)}\\w*" for alias in found) for id_, found in aliases.items()}
        full = {name for one in knowledge.programmes.values() for name in _folded(one.names.values())}
        self._all = _any(
            [
                *(re.escape(name) for name in sorted(full, key=len, reverse=True)),
                *(f"{re.escape(alias)}\\w*" for found in aliases.values() for alias in found),
            ]
        )

    def mentioned(self, folded: str) -> tuple[str, ...]:
        """The ids of the programmes that a folded question names."""
        return tuple(id_ for id_, alias in self._aliases.items() if alias.search(folded))

    def strip(self, folded: str) -> str:
        """A folded question without the names; the whole of it where nothing else would be left."""
        return " ".join(self._all.sub(" ", folded).split()) or folded


def _folded(names: Iterable[str]) -> list[str]:
    # A name in other letters than ours folds to nothing, and nothing stands in every question.
    return [folded for name in names if (folded := fold(name))]


def _any(patterns: Iterable[str]) -> re.Pattern[str]:
    return re.compile(r"\b(?:" + "|".join(patterns) + r")\b")
