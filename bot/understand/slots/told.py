"""What a message tells a rule: its values, and the turns of phrase that say something without one."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from bot.model import Language, Value
from bot.understand.normalise import fold
from bot.understand.slots.kinds import Kind
from bot.understand.slots.lexicon import lexicon
from bot.understand.slots.tokens import line
from bot.understand.slots.values import values

_WORD: Final = re.compile(r"[^\W\d_]{3}")
_SENTENCE: Final = re.compile(r"[.!?;]+(?:\s|$)")


@dataclass(frozen=True, slots=True)
class Told:
    """A message as the rules hear it."""

    text: str
    language: Language
    values: tuple[Value, ...]

    def of(self, *kinds: str) -> list[Value]:
        """The values of some kinds, in order."""
        return [value for value in self.values if value.kind in kinds]

    @property
    def covered(self) -> int:
        """How many characters its values take: the more, the better the message was understood."""
        return sum(len(value.text) for value in self.values)

    @property
    def is_bare(self) -> bool:
        """Whether it is nothing but figures and what they count: "12", "3 September", "600k"."""
        rest = self.text
        said = self.of("date", "count", "ordinal", "money", "currency")
        for value in said:
            rest = rest.replace(value.text, " ", 1)
        return bool(said) and _WORD.search(rest) is None and any(map(str.isdigit, self.text))

    def hints(self, cue: str) -> bool:
        """Whether the message holds a turn of phrase of this name (`cues` in words/*.yml)."""
        return bool(lexicon(self.language).cues[cue].search(fold(self.text)))

    def begins_with(self, cue: str) -> bool:
        """Whether the message begins with such a turn of phrase."""
        return bool(lexicon(self.language).cues[cue].match(fold(self.text)))

    def does(self, cue: str) -> bool:
        """Whether a sentence says that something of this name was done: without a not, and without an if."""
        cues = lexicon(self.language).cues
        sentences = [fold(one) for one in _SENTENCE.split(self.text)]
        return any(
            cues[cue].search(one) and not cues["negation"].search(one) and not cues["condition"].search(one)
            for one in sentences
        )

    @property
    def is_yes(self) -> bool:
        """Whether it begins with a yes."""
        return bool(lexicon(self.language).yes.match(fold(self.text)))

    @property
    def is_no(self) -> bool:
        """Whether it begins with a no."""
        return bool(lexicon(self.language).no.match(fold(self.text)))

    def bare_count(self) -> list[int]:
        """None, or just the one, said without what is counted."""
        kinds = {kind for word in fold(self.text).split() for kind in lexicon(self.language).tags(word)}
        kinds |= {token.kind for token in line(self.text, self.language).tokens}
        return [0] if Kind.NONE in kinds else [1] if {Kind.SINGLE, Kind.ARTICLE} & kinds else []

    def names(self, kind: Kind) -> Sequence[Any]:
        """The values of all words that can be of a kind, however they stand: to a question that asked for just that."""
        words = lexicon(self.language)
        tags = [words.tags(word).get(kind) for word in fold(self.text).split()]
        return [tag.value for tag in tags if tag is not None]


def told(text: str, language: Language, today: date, *, is_past: bool = False) -> Told:
    """Hear a message.

    Args:
        text: The words, as `normalise.words` gives them.
        language: The message's language.
        today: The day it was written.
        is_past: Whether days without a year lie behind, whatever the message's tense: it answers when something was.

    """
    return Told(text, language, values(text, language, today, is_past=is_past))
