"""Folded text as a sparse vector: character n-grams within words, words and word pairs.

One implementation for fitting and for answering. A feature's name is its CRC-32, so a fitted model holds a sorted
array of numbers instead of a dictionary of strings; with some 10^5 features among 2^32 names, clashes do not count.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from itertools import pairwise
from typing import Final
from zlib import crc32

import numpy as np
from numpy.typing import NDArray

SHORTEST, LONGEST = 3, 5  # characters in an n-gram, the blanks at a word's ends included

_WORDS_KEPT: Final = 20_000

Hashes = NDArray[np.uint32]
Floats = NDArray[np.float32]


def grams(folded: str) -> list[str]:
    """The features of a folded text, as often as they stand in it."""
    tokens = folded.split()
    found = [_pair(first, second) for first, second in pairwise(tokens)]
    for token in tokens:
        found += _grams_of(token)
    return found


def counts(folded: str) -> tuple[Hashes, Floats]:
    """The features of a text by name, ascending, and how often each stands in it."""
    tokens = folded.split()
    if not tokens:
        return np.empty(0, np.uint32), np.empty(0, np.float32)
    every = np.concatenate([_names_of_pairs(tokens), *map(_names_of, tokens)])
    names, times = np.unique(every, return_counts=True)
    return names, times.astype(np.float32)


def _pair(first: str, second: str) -> str:
    return f"#{first} {second}"


def _grams_of(token: str) -> list[str]:
    padded = f" {token} "
    length = len(padded)
    found = [f"#{token}"]
    for size in range(SHORTEST, min(LONGEST, length) + 1):
        found += [padded[at : at + size] for at in range(length - size + 1)]
    return found


def _names_of_pairs(tokens: Sequence[str]) -> Hashes:
    return np.array([crc32(_pair(first, second).encode()) for first, second in pairwise(tokens)], np.uint32)


@lru_cache(maxsize=_WORDS_KEPT)
def _names_of(token: str) -> Hashes:
    """The names of a word's features, the word itself first; most words have been seen before."""
    return np.array([crc32(gram.encode()) for gram in _grams_of(token)], np.uint32)


class Vocabulary:
    """The features that a model knows, and how much each tells (inverse document frequency)."""

    def __init__(self, names: Hashes, idf: Floats) -> None:
        self.names = names
        self.idf = idf
        self._columns_of = lru_cache(maxsize=_WORDS_KEPT)(lambda token: self._found(_names_of(token)))
        self.knows = lru_cache(maxsize=_WORDS_KEPT)(self._knows)

    def vector(self, folded: str) -> tuple[NDArray[np.intp], Floats]:
        """The columns and values of a text: sublinear counts times idf, of length 1; empty if nothing is known."""
        tokens = folded.split()
        if not tokens:
            return np.empty(0, np.intp), np.empty(0, np.float32)
        every = np.concatenate([self._found(_names_of_pairs(tokens)), *map(self._columns_of, tokens)])
        columns, times = np.unique(every, return_counts=True)
        return columns, self._values(columns, times.astype(np.float32))

    def _knows(self, token: str) -> bool:
        """Whether a word stands in a text that was learned from."""
        return bool(len(self._found(_names_of(token)[:1])))

    def _found(self, names: Hashes) -> NDArray[np.intp]:
        """The columns of those features that are known."""
        columns, known = self._looked_up(names)
        return columns[known]

    def _looked_up(self, names: Hashes) -> tuple[NDArray[np.intp], NDArray[np.bool_]]:
        """For each feature a column, and whether it is really the feature's."""
        if not len(self.names):
            return np.zeros(len(names), np.intp), np.zeros(len(names), np.bool_)
        columns = np.searchsorted(self.names, names)
        columns[columns == len(self.names)] = 0
        return columns, self.names[columns] == names

    def _values(self, columns: NDArray[np.intp], times: Floats) -> Floats:
        values: Floats = (1 + np.log(times)) * self.idf[columns]
        length = float(np.sqrt(values @ values))
        return values / length if length else values

    def weigh(self, names: Hashes, times: Floats) -> tuple[NDArray[np.intp], Floats]:
        """The same for a text whose features are counted already."""
        columns, known = self._looked_up(names)
        return columns[known], self._values(columns[known], times[known])

    @classmethod
    def learn(cls, counted: Sequence[tuple[Hashes, Floats]], least: int = 2) -> Vocabulary:
        """The features that stand in at least `least` of the counted texts, with smoothed idf."""
        every = np.concatenate([names for names, _ in counted]) if counted else np.empty(0, np.uint32)
        names, documents = np.unique(every, return_counts=True)
        kept = documents >= least
        idf = np.log((1 + len(counted)) / (1 + documents[kept])) + 1
        return cls(names[kept], idf.astype(np.float32))
