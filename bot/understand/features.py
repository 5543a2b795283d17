"""Folded text as a sparse vector: character n-grams within words, words and word pairs.

One implementation for fitting and for answering. A feature's name is its CRC-32, so a fitted model holds a sorted
array of numbers instead of a dictionary of strings; with some 10^5 features among 2^32 names, clashes do not count.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from itertools import pairwise
from zlib import crc32

import numpy as np
from numpy.typing import NDArray

SHORTEST, LONGEST = 3, 5  # characters in an n-gram, the blanks at a word's ends included

Hashes = NDArray[np.uint32]
Floats = NDArray[np.float32]


def grams(folded: str) -> list[str]:
    """The features of a folded text, as often as they stand in it."""
    tokens = folded.split()
    found = [f"#{token}" for token in tokens]
    found += [f"#{first} {second}" for first, second in pairwise(tokens)]
    for token in tokens:
        padded = f" {token} "
        length = len(padded)
        for size in range(SHORTEST, min(LONGEST, length) + 1):
            found += [padded[at : at + size] for at in range(length - size + 1)]
    return found


def counts(folded: str) -> tuple[Hashes, Floats]:
    """The features of a text by name, ascending, and how often each stands in it."""
    counted = Counter(crc32(gram.encode()) for gram in grams(folded))
    names = np.fromiter(counted.keys(), dtype=np.uint32, count=len(counted))
    times = np.fromiter(counted.values(), dtype=np.float32, count=len(counted))
    order = np.argsort(names)
    return names[order], times[order]


class Vocabulary:
    """The features that a model knows, and how much each tells (inverse document frequency)."""

    def __init__(self, names: Hashes, idf: Floats) -> None:
        self.names = names
        self.idf = idf

    def vector(self, folded: str) -> tuple[NDArray[np.intp], Floats]:
        """The columns and values of a text: sublinear counts times idf, of length 1; empty if nothing is known."""
        return self.weigh(*counts(folded))

    def weigh(self, names: Hashes, times: Floats) -> tuple[NDArray[np.intp], Floats]:
        """The same for a text whose features are counted already."""
        if not len(names) or not len(self.names):
            return np.empty(0, np.intp), np.empty(0, np.float32)
        columns = np.searchsorted(self.names, names)
        columns[columns == len(self.names)] = 0
        known = self.names[columns] == names
        columns = columns[known]
        values = (1 + np.log(times[known])) * self.idf[columns]
        length = float(np.sqrt(values @ values))
        return columns, values / length if length else values

    @classmethod
    def learn(cls, counted: Sequence[tuple[Hashes, Floats]], least: int = 2) -> Vocabulary:
        """The features that stand in at least `least` of the counted texts, with smoothed idf."""
        every = np.concatenate([names for names, _ in counted]) if counted else np.empty(0, np.uint32)
        names, documents = np.unique(every, return_counts=True)
        kept = documents >= least
        idf = np.log((1 + len(counted)) / (1 + documents[kept])) + 1
        return cls(names[kept], idf.astype(np.float32))
