"""From evidence to confidence, and from confidence to what is done: answer, offer choices, or say "I don't know".

The figures stand in knowledge/decision.yml, made by `partnerdesk eval --calibrate` on the development sets; nothing
here holds a threshold of its own.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Any, Final

import yaml

from bot.model import Candidate
from bot.understand.intents import Reading

FILE: Final = "decision.yml"
_HEAD: Final = """\
# Written by `partnerdesk eval --calibrate`: how evidence is weighed, and from which confidence on the bot answers.
"""
_SUREST: Final = 0.95  # no single witness is surer
OFFERED: Final = 3  # choices at most
EVIDENCE: Final = (
    "score",
    "margin",
    "near",
    "near_margin",
    "wording",
    "outside_margin",
    "outside_near",
    "known",
    "brevity",
    "told",
)


@dataclass(frozen=True, slots=True)
class Decision:
    """How evidence is weighed, and from which confidence on something is done.

    `weights` and `bias` make a logistic function of the EVIDENCE of one candidate; `answer` and `offer` are
    confidences from 0 to 1.
    """

    weights: Mapping[str, float]
    bias: float
    answer: float
    offer: float
    digest: str = ""  # of the knowledge that the figures were made with

    def confidence(self, evidence: Sequence[float]) -> float:
        """How likely a candidate with this evidence is meant."""
        total = self.bias + sum(self.weights[name] * x for name, x in zip(EVIDENCE, evidence, strict=True))
        return 1 / (1 + math.exp(-max(-30.0, min(30.0, total))))


def neutral(digest: str) -> Decision:
    """A decision to begin with, where none has been made: every evidence counts alike."""
    return Decision(dict.fromkeys(EVIDENCE, 1.0), bias=-2.0, answer=0.7, offer=0.2, digest=digest)


def load(folder: Path) -> Decision:
    """Read decision.yml of a knowledge folder. Raises OSError if it is missing, ValueError if it is broken."""
    try:
        data = yaml.safe_load((folder / FILE).read_text(encoding="utf-8"))
        weights = {name: float(data["calibration"][name]) for name in EVIDENCE}
        decision = Decision(
            weights=weights,
            bias=float(data["calibration"]["bias"]),
            answer=float(data["thresholds"]["answer"]),
            offer=float(data["thresholds"]["offer"]),
            digest=str(data["knowledge"]),
        )
        if not all(map(math.isfinite, (*weights.values(), decision.bias))):
            raise ValueError("a weight is no number")  # noqa: TRY301 - told with the file, as the others are
        if not 0 <= decision.offer <= decision.answer <= 1:
            raise ValueError("thresholds want 0 <= offer <= answer <= 1")  # noqa: TRY301 - as above
    except (yaml.YAMLError, KeyError, TypeError, ValueError) as error:
        what = " ".join(repr(error).split())
        raise ValueError(f"{folder / FILE}: {what}; make it anew with `partnerdesk eval --calibrate`") from error
    return decision


def evidence(reading: Reading, told: Mapping[str, float] = MappingProxyType({})) -> list[tuple[str, list[float]]]:
    """The candidates of a reading, each with its EVIDENCE; `told` is how well the question's values suit an entry."""
    found = []
    for one in reading.classes:
        rivals = [other for other in reading.classes if other is not one]
        best_score = max((other.score for other in rivals), default=-1.0)
        best_near = max((other.near for other in rivals), default=0.0)
        found.append(
            (
                one.entry,
                [
                    one.score,
                    one.score - best_score,
                    one.near,
                    one.near - best_near,
                    one.wording,
                    one.score - reading.outside.score,
                    one.near - reading.outside.near,
                    reading.known,
                    1 / (1 + reading.words),
                    told.get(one.entry, 0.0),
                ],
            )
        )
    return found


def candidates(
    reading: Reading, decision: Decision, told: Mapping[str, float] = MappingProxyType({})
) -> list[Candidate]:
    """The candidates with their confidence, best first; together never above 1."""
    return merged([[Candidate(entry, decision.confidence(values)) for entry, values in evidence(reading, told)]])


def merged(found: Sequence[Sequence[Candidate]]) -> list[Candidate]:
    """Several lists of candidates as one, best first; together never above 1."""
    best: dict[str, float] = {}
    for some in found:
        for candidate in some:
            best[candidate.entry] = max(candidate.confidence, best.get(candidate.entry, 0.0))
    total = max(1.0, sum(best.values()))
    return [Candidate(entry, x / total) for entry, x in sorted(best.items(), key=lambda item: -item[1])]


def rivalling(found: Sequence[Sequence[Candidate]]) -> list[Candidate]:
    """The candidates of several programmes as one list: each programme is a witness of its own, so odds are compared.

    A candidate that is sure in its programme stays so beside a faint one of another; two sure ones share.
    """
    if len(found) == 1:
        return merged(found)
    best: dict[str, float] = {}
    for candidate in (one for some in found for one in some):
        best[candidate.entry] = max(candidate.confidence, best.get(candidate.entry, 0.0))
    odds = {entry: x / (1 - min(x, _SUREST)) for entry, x in best.items()}
    total = 1 + sum(odds.values())
    return [Candidate(entry, x / total) for entry, x in sorted(odds.items(), key=lambda item: -item[1])]


def as_yaml(decision: Decision, figures: Mapping[str, Any]) -> str:
    """The text of decision.yml."""
    data = {
        "knowledge": decision.digest,
        "thresholds": {"answer": decision.answer, "offer": decision.offer},
        "calibration": {"bias": round(decision.bias, 4), **{k: round(v, 4) for k, v in decision.weights.items()}},
        "figures": dict(figures),
    }
    return _HEAD + yaml.safe_dump(data, sort_keys=False, allow_unicode=True)
