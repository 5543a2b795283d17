"""A fitted intent model: which entry or action a question means, and the evidence for it.

Three witnesses look at the same sparse vector: a linear classifier over all classes, the nearest phrasings, and
RapidFuzz on the words of the few nearest ones. decide.py weighs them. The arrays are made by fit.py.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray
from rapidfuzz import fuzz

from bot.understand.features import Floats, Vocabulary

OUTSIDE: Final = "outside"
"""The class of questions that are not ours to answer."""

CONSIDERED: Final = 5  # classes that are looked at closely; the right one is among them in 99 of 100 questions
_VERBATIM: Final = 0.999
_NEAREST: Final = 24  # phrasings that RapidFuzz compares


@dataclass(frozen=True, slots=True)
class Evidence:
    """What speaks for a class. All but `matched` are numbers without a unit, larger is more likely."""

    entry: str
    score: float  # of the linear classifier
    near: float  # mean cosine of its two nearest phrasings
    wording: float  # RapidFuzz's token ratio with its nearest phrasing, 0 to 1
    matched: str  # that phrasing, folded


@dataclass(frozen=True, slots=True)
class Reading:
    """A question as one model reads it; `classes` best first, `outside` the same for the outside class."""

    classes: tuple[Evidence, ...]
    outside: Evidence
    known: float  # share of the question's words that the model knows, 0 to 1
    words: int


class IntentModel:
    """The fitted model of one programme, actions and outside questions included."""

    def __init__(self, arrays: Mapping[str, NDArray[Any]]) -> None:
        self.vocabulary = Vocabulary(arrays["names"], arrays["idf"])
        self.classes: list[str] = [str(name) for name in arrays["classes"]]
        self._weights = arrays["weights"]  # features x classes
        self._bias = arrays["bias"]
        self._starts = arrays["starts"]  # per feature, where its phrasings begin in _rows and _values
        self._rows = arrays["rows"]
        self._values = arrays["values"]
        self._class_of = arrays["class_of"]  # per phrasing
        self._phrasings: list[str] = arrays["phrasings"].tobytes().decode().split("\n")
        self._outside = self.classes.index(OUTSIDE)
        self._phrasings_of = [np.flatnonzero(self._class_of == n) for n in range(len(self.classes))]

    def scores(self, folded: str) -> Floats:
        """The linear classifier's decision values, one a class."""
        columns, values = self.vocabulary.vector(folded)
        return self._scores(columns, values)

    def _scores(self, columns: NDArray[np.intp], values: Floats) -> Floats:
        scores: Floats = values @ self._weights[columns].astype(np.float32) + self._bias
        return scores

    def _similarities(self, columns: NDArray[np.intp], values: Floats) -> Floats:
        """The cosine of the question with every phrasing."""
        starts, ends = self._starts[columns], self._starts[columns + 1]
        lengths = ends - starts
        total = int(lengths.sum())
        if not total:
            return np.zeros(len(self._class_of), np.float32)
        offsets = np.repeat(starts - np.concatenate(([0], np.cumsum(lengths)[:-1])), lengths)
        at = np.arange(total) + offsets
        products = self._values[at].astype(np.float32) * np.repeat(values, lengths)
        return np.bincount(self._rows[at], weights=products, minlength=len(self._class_of)).astype(np.float32)

    def read(self, folded: str) -> Reading:
        """Read a folded question."""
        columns, values = self.vocabulary.vector(folded)
        scores = self._scores(columns, values)
        similarities = self._similarities(columns, values)
        best = [int(n) for n in np.argsort(-scores) if n != self._outside][:CONSIDERED]
        looked_at = [*best, self._outside]
        near = self._near(similarities, looked_at)
        wording = self._wording(folded, similarities, looked_at)
        evidence = [Evidence(self.classes[n], float(scores[n]), near[n], *wording.get(n, (0.0, ""))) for n in looked_at]
        tokens = folded.split()
        known = sum(map(self.vocabulary.knows, tokens)) / max(1, len(tokens))
        return Reading(tuple(evidence[:-1]), evidence[-1], known, len(tokens))

    def _near(self, similarities: Floats, looked_at: Sequence[int]) -> dict[int, float]:
        near = {}
        for n in looked_at:
            own = similarities[self._phrasings_of[n]]
            first = int(own.argmax()) if len(own) else 0
            best = float(own[first]) if len(own) else 0.0
            # Word for word as a phrasing: that its other phrasings differ says nothing against it.
            if best > _VERBATIM or len(own) < 2:  # noqa: PLR2004 - the two nearest
                near[n] = best
                continue
            own[first] = -1
            near[n] = (best + float(own.max())) / 2
        return near

    def _wording(self, folded: str, similarities: Floats, looked_at: Sequence[int]) -> dict[int, tuple[float, str]]:
        nearest = np.argpartition(-similarities, min(_NEAREST, len(similarities) - 1))[:_NEAREST]
        found: dict[int, tuple[float, str]] = {}
        for row in nearest:
            n = int(self._class_of[row])
            if n not in looked_at or similarities[row] <= 0:
                continue
            phrasing = self._phrasings[row]
            ratio = (fuzz.token_set_ratio(folded, phrasing) + fuzz.token_sort_ratio(folded, phrasing)) / 200
            if ratio > found.get(n, (0.0, ""))[0]:
                found[n] = (ratio, phrasing)
        return found
