"""Makes knowledge/decision.yml: how evidence becomes confidence, and the thresholds, from labelled questions.

Imports scikit-learn, so only `eval --calibrate` imports this module.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from typing import Final

import numpy as np
from sklearn.linear_model import LogisticRegression

from bot.conversation import Conversation
from bot.evaluation.cases import Case
from bot.evaluation.score import FAR, NEAR, Grade, Result, channel_of, grade, share
from bot.knowledge.schema import Knowledge
from bot.understand.decide import EVIDENCE, Decision, evidence
from bot.understand.normalise import fold, words
from bot.understand.reader import Context, Reader

# What a reply must reach, in the order in which they give way to each other (issue of quality over quantity).
WRONG: Final = 0.015
FAR_ANSWERED: Final = 0.02
FAR_OFFERED: Final = 0.30
NEAR_ANSWERED: Final = 0.10
GOOD: Final = 0.975  # right or assisted; beyond this more outright answers are worth more
TODAY: Final = date(2026, 11, 23)  # the day on which the questions are asked; no figure hangs on it
_SAFETY: Final = 0.75  # thresholds aim at this share of the limits: other people's questions differ


def calibrate(knowledge: Knowledge, reader: Reader, cases: Sequence[Case]) -> Decision:
    """Fit the confidence on the cases, then choose the thresholds on them."""
    decision = _fit(reader, cases)
    return _thresholds(knowledge, reader, decision, cases)


def _fit(reader: Reader, cases: Sequence[Case]) -> Decision:
    rows, labels = [], []
    for case in cases:
        folded = reader.folded(case.text)
        context = Context(programmes=(case.programme,) if case.programme else ())
        heard = reader.hear(words(case.text), case.language, TODAY)
        for programme in reader.programmes(fold(words(case.text)), context):
            for entry, values in evidence(reader.intents[programme].read(folded), reader.told(programme, heard)):
                rows.append(values)
                labels.append(entry in case.expect)
    model = LogisticRegression(C=1.0, max_iter=5000)
    model.fit(np.array(rows), np.array(labels))
    weights = dict(zip(EVIDENCE, map(float, model.coef_[0]), strict=True))
    return Decision(weights, float(model.intercept_[0]), answer=0.5, offer=0.3, digest=reader.knowledge.digest)


def _thresholds(knowledge: Knowledge, reader: Reader, decision: Decision, cases: Sequence[Case]) -> Decision:
    """Try thresholds on questions that are read once: reading does not depend on them."""
    reader = Reader(knowledge, reader.languages, reader.intents, decision)
    read = [
        (case, channel := channel_of(case), reader.read(case.text, Context(programmes=channel.programmes, today=TODAY)))
        for case in cases
    ]
    best, best_key = decision, None
    for answer in np.arange(0.30, 0.96, 0.02):
        for offer in np.arange(0.04, min(answer, 0.6), 0.04):
            tried = replace(decision, answer=round(float(answer), 2), offer=round(float(offer), 2))
            conversation = Conversation(knowledge, Reader(knowledge, reader.languages, reader.intents, tried))
            results = []
            for case, channel, understanding in read:
                reply = conversation.reply(understanding, channel, TODAY)
                results.append(Result(case, reply, grade(case, reply)))
            key = _key(results)
            if best_key is None or key > best_key:
                best, best_key = tried, key
    return best


def _key(results: Sequence[Result]) -> tuple[float, ...]:
    inside = [result for result in results if result.case.expect]
    far = [result for result in results if result.case.style == FAR]
    near = [result for result in results if result.case.style == NEAR]
    over = (
        max(0.0, share(inside, Grade.WRONG) - WRONG * _SAFETY),
        max(0.0, share(far, Grade.WRONG) - FAR_ANSWERED * _SAFETY)
        + max(0.0, share(far, Grade.ASSISTED) - FAR_OFFERED * _SAFETY),
        max(0.0, share(near, Grade.WRONG) - NEAR_ANSWERED * _SAFETY),
    )
    good = min(share(inside, Grade.RIGHT, Grade.ASSISTED), GOOD)
    return (*(-round(excess, 4) for excess in over), round(good, 3), share(inside, Grade.RIGHT))
