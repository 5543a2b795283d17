"""Makes the table of Finnish number words: `python -m bot.knowledge.generate_numbers`.

Finnish inflects every part of a number in fourteen cases, and no library at hand reads it. num2words writes it, so its
forms are kept as a table: it is needed when the table is made, never when the bot runs.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Final

from num2words.lang_FI import NAME_TO_CASE, Num2Word_FI

from bot.knowledge.numbers import FINNISH_TABLE

_CARDINALS: Final = (*range(101), *range(200, 1001, 100))
_ORDINALS: Final = range(1, 32)  # days of a month, and all that a list is likely to count
# num2words has no accusative: it is the nominative or the genitive.
_CASES: Final = tuple(case for case in NAME_TO_CASE if case != "accusative")


def _cardinals() -> Iterator[tuple[str, int]]:
    # No plurals: "kymmeniä" is "dozens of", not ten.
    finnish = Num2Word_FI()
    for n in _CARDINALS:
        for case in _CASES:
            yield finnish.to_cardinal(n, case=case), n


def _ordinals() -> Iterator[tuple[str, int]]:
    finnish = Num2Word_FI()
    for n in _ORDINALS:
        for case in _CASES:
            for plural in (False, True):
                yield finnish.to_ordinal(n, case=case, plural=plural), n


def table() -> str:
    """The table as JSON: `{"cardinals": {word: number}, "ordinals": {word: number}}`, a word a line."""
    words = {"cardinals": dict(_cardinals()), "ordinals": dict(_ordinals())}
    return json.dumps(words, ensure_ascii=False, indent=0) + "\n"


if __name__ == "__main__":
    FINNISH_TABLE.write_text(table(), encoding="utf-8")
