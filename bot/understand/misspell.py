"""Misspelt variants of a phrasing, so that the classifier has seen slips of the finger before they come."""

from __future__ import annotations

import random
from typing import Final
from zlib import crc32

MISSPELT: Final = 3  # variants of each phrasing
_SHORTEST: Final = 4  # letters of a word that is misspelt
_COMMON: Final = "aeinrst"


def misspelt(folded: str) -> list[str]:
    """MISSPELT variants of a folded text, a slip in about every fourth word; always the same ones for a text."""
    chance = random.Random(crc32(folded.encode()))
    return [_slip(folded.split(), chance) for _ in range(MISSPELT)]


def _slip(tokens: list[str], chance: random.Random) -> str:
    for _ in range(max(1, len(tokens) // 4)):
        at = chance.randrange(len(tokens)) if tokens else 0
        if tokens and len(tokens[at]) >= _SHORTEST:
            tokens[at] = _misspell(tokens[at], chance)
    return " ".join(tokens)


def _misspell(word: str, chance: random.Random) -> str:
    at = chance.randrange(1, len(word) - 1)
    match chance.randrange(4):
        case 0:  # two letters in the wrong order
            return word[:at] + word[at + 1] + word[at] + word[at + 2 :]
        case 1:  # a letter left out
            return word[:at] + word[at + 1 :]
        case 2:  # a letter typed twice
            return word[:at] + word[at] + word[at:]
        case _:  # another letter
            return word[:at] + chance.choice(_COMMON) + word[at + 1 :]
