"""Which of the four languages a message is in: a linear classifier over its letters, and priors where it is unsure."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Any, Final
from zlib import crc32

import numpy as np
from numpy.typing import NDArray

from bot.model import DEFAULT_LANGUAGE, LANGUAGES, Language
from bot.understand.features import Floats

SURE: Final = 0.35  # margin of the decision values from which a message of four words or more speaks for itself
SURE_SHORT: Final = 0.7  # the same for one to three words
SHORT: Final = 3  # words

_WORD: Final = re.compile(r"[^\W\d_]+(?:'[^\W\d_]+)?")
_LONGEST: Final = 5
_WORDS_KEPT: Final = 20_000


def tokens(text: str, ignored: frozenset[str]) -> list[str]:
    """The words of a message that can tell its language: no numbers, no brand or product words."""
    lowered = unicodedata.normalize("NFC", text).lower().replace("’", "'")
    return [token for token in _WORD.findall(lowered) if token not in ignored]


def grams(words: Sequence[str]) -> list[str]:
    """Whole words and character n-grams, blanks at the ends included; accents are kept, they tell most."""
    return [gram for word in words for gram in _grams_of(word)]


def _grams_of(word: str) -> list[str]:
    padded = f" {word} "
    length = len(padded)
    found = [f"#{word}"]
    for size in range(1, min(_LONGEST, length) + 1):
        found += [padded[at : at + size] for at in range(length - size + 1)]
    return found


class LanguageModel:
    """The fitted classifier; arrays are made by fit.py."""

    def __init__(self, arrays: Mapping[str, NDArray[Any]]) -> None:
        self._names = arrays["names"]
        self._weights = arrays["weights"]  # features x languages, in the order of LANGUAGES
        self._bias = arrays["bias"]
        self.ignored = frozenset(arrays["ignored"].tobytes().decode().split("\n"))
        self._features = lru_cache(maxsize=_WORDS_KEPT)(self._features_of)  # most words have been seen before

    def scores(self, text: str) -> tuple[Floats, int]:
        """Decision values, one a language, and how many words they rest on."""
        words = tokens(text, self.ignored)
        if not words:
            return np.zeros(len(LANGUAGES), np.float32), 0
        known = np.unique(np.concatenate([self._features(word) for word in words]))
        if not len(known):
            return np.zeros(len(LANGUAGES), np.float32), len(words)
        # As in fitting: presence of a feature, the whole vector of length 1.
        scores: Floats = self._weights[known].sum(axis=0) / np.sqrt(len(known)) + self._bias
        return scores, len(words)

    def _features_of(self, word: str) -> NDArray[np.intp]:
        """Where the features of a word stand, as far as they are known."""
        return self._found([crc32(gram.encode()) for gram in _grams_of(word)])

    def _found(self, names: Sequence[int]) -> NDArray[np.intp]:
        wanted = np.array(names, np.uint32)
        at = np.searchsorted(self._names, wanted)
        at[at == len(self._names)] = 0
        found: NDArray[np.intp] = at[self._names[at] == wanted]
        return found

    def known(self, text: str) -> float:
        """The share of a message's words that people are known to type in one of the four languages; 1 of none."""
        words = tokens(text, self.ignored)
        return len(self._found([crc32(f"#{word}".encode()) for word in words])) / len(words) if words else 1.0

    def detect(self, text: str, priors: Sequence[Language | None] = ()) -> tuple[Language, bool]:
        """The language of a message, and whether the message itself says so.

        Args:
            text: The words of the message, not folded.
            priors: What else is known, strongest first (thread, person, organisation, channel).

        """
        scores, words = self.scores(text)
        order = np.argsort(-scores)
        best = LANGUAGES[int(order[0])]
        margin = float(scores[order[0]] - scores[order[1]])
        if words and margin >= (SURE if words > SHORT else SURE_SHORT):
            return best, True
        for prior in priors:
            if prior in LANGUAGES:
                return prior, False
        return (best if words and margin > 0 else DEFAULT_LANGUAGE), False
