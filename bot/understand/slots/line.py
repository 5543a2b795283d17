"""The pieces of a message that the grammar of values reads."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from bot.understand.slots.kinds import Kind
from bot.understand.slots.lexicon import Lexicon


@dataclass(slots=True)
class Token:
    """A piece of a message.

    `value` by kind: a number; a month; a day's readings…; `glued`: nothing stands between it and the token before it;
    `decimal`: a number written like 3.11, which may be a day.
    """

    raw: str
    start: int
    end: int
    kind: Kind
    value: Any = None
    glued: bool = False
    decimal: str = ""

    def text(self) -> str:
        """For text2num."""
        return str(self.value) if self.kind is Kind.WORD and self.value else self.raw

    def nt_separated(self, _previous: Token) -> bool:
        """For text2num: whether a pause was heard; a text has its punctuation for that."""
        return False

    def not_a_number_part(self) -> bool:
        """For text2num."""
        return False


@dataclass(frozen=True, slots=True)
class Line:
    """The tokens of a message, and the letters of their kinds, one each, for the grammar."""

    text: str
    tokens: tuple[Token, ...]
    kinds: str
    words: Lexicon

    def said(self, first: int, last: int) -> str:
        """The words from one token to another, that included."""
        return self.text[self.tokens[first].start : self.tokens[last].end]
