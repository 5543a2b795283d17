"""Confidence and thresholds made from labelled questions."""

from pathlib import Path

import pytest

from bot.conversation import Conversation
from bot.evaluation.calibrate import WRONG, calibrate
from bot.evaluation.cases import read_cases
from bot.evaluation.score import Grade, asker, score, share
from bot.understand.decide import EVIDENCE
from bot.understand.reader import Reader

SETS = sorted((Path(__file__).parents[1] / "eval").glob("dev_*.jsonl"))


@pytest.fixture(scope="module")
def cases():
    """All questions of the development sets."""
    return read_cases(SETS)


@pytest.fixture(scope="module")
def decision(edition, cases):
    """Made from every eleventh of them."""
    return calibrate(edition.knowledge, edition.reader, cases[::11])


def test_a_calibration_is_a_decision_on_this_knowledge(edition, decision):
    """All evidence is weighed, thresholds stand in their order, and it says what it was made with."""
    assert set(decision.weights) == set(EVIDENCE)
    assert 0 < decision.offer < decision.answer < 1
    assert decision.digest == edition.knowledge.digest


def test_what_speaks_for_a_candidate_is_weighed_so(decision):
    """The margin to the next class and likeness in words raise the confidence."""
    assert decision.weights["margin"] > 0
    assert decision.weights["wording"] > 0


def test_it_holds_on_questions_that_it_has_not_seen(edition, cases, decision):
    """Few wrong answers, and of those given at 0.9 nine in ten are right."""
    unseen = [case for n, case in enumerate(cases) if n % 11]
    reader = Reader(edition.knowledge, edition.reader.languages, edition.reader.intents, decision)

    results = score(unseen, asker(Conversation(edition.knowledge, reader)))

    inside = [result for result in results if result.case.expect]
    sure = [result for result in results if result.reply.confidence >= 0.9]
    assert share(inside, Grade.WRONG) <= 2 * WRONG
    assert share(inside, Grade.RIGHT) > 0.75
    assert share(sure, Grade.RIGHT) >= 0.9
