"""How well the shipped knowledge answers: the limits it promises, on the development sets."""

from pathlib import Path

import pytest

from bot.cli.ask import as_json, ask
from bot.cli.evaluate import figures
from bot.evaluation import told
from bot.evaluation.cases import read_cases
from bot.evaluation.score import Grade, asker, score, share
from bot.model import LANGUAGES

EVAL = Path(__file__).parent / "eval"
OTHERS = Path(__file__).parent / "understand" / "phrases"
SETS = sorted(EVAL.glob("dev_*.jsonl"))
SURE = 0.9
APART = 0.04  # how far a language may lie behind the whole
FEWEST = 20  # questions of a kind in a language: one is 5 points, and nothing finer can be measured

AT_LEAST = {"right": 0.85, "good": 0.96, "actions_right": 0.95, "language_right": 0.99}
AT_MOST = {"wrong": 0.015, "far_answered": 0.02, "far_offered": 0.30, "near_answered": 0.10}


@pytest.fixture(scope="module")
def results(edition):
    """Every question of the development sets, asked and graded."""
    return score(read_cases(SETS), asker(edition.conversation))


@pytest.fixture(scope="module")
def found(results):
    """The figures per language and for all; `good` is right or assisted."""
    return {name: row | {"good": row["right"] + row["assisted"]} for name, row in figures(results).items()}


def test_the_sets_are_whole(results):
    """A measure of nothing proves nothing."""
    assert [sum(result.case.language == language for result in results) for language in LANGUAGES] == [396] * 4


@pytest.mark.parametrize(("figure", "limit"), AT_LEAST.items())
def test_enough_is_right(found, figure, limit):
    """Over the four languages together, and no language lies far behind the whole."""
    assert found["all"][figure] >= limit
    assert {one: found[one][figure] for one in LANGUAGES if found[one][figure] < found["all"][figure] - APART} == {}


@pytest.mark.parametrize(("figure", "limit"), AT_MOST.items())
def test_little_is_wrong(found, figure, limit):
    """Over the four languages together, and no language goes beyond it by more than 4 points, or one question."""
    most = limit + max(APART, 1 / FEWEST) + 1e-9

    assert found["all"][figure] <= limit
    assert {one: found[one][figure] for one in LANGUAGES if found[one][figure] > most} == {}


def test_confidence_means_what_it_says(results):
    """Of the replies given at 0.9 and more, nine in ten are right."""
    sure = [result for result in results if result.reply.confidence >= SURE]

    assert len(sure) > len(results) / 3
    assert share(sure, Grade.RIGHT) >= SURE
    for language in LANGUAGES:
        assert share([result for result in sure if result.case.language == language], Grade.RIGHT) >= SURE


@pytest.fixture(scope="module")
def answer(edition):
    """What `ask --json` gives for a line."""
    return lambda row: as_json(None, ask(edition, dict(row)), "")


def test_every_question_to_compute_is_computed(answer):
    """The right entry, every value of its outcome, and what is asked for."""
    checked = told.check(told.read_rows(EVAL / "rules_dev.jsonl"), answer)

    assert len(checked) == 48
    assert [one.row["text"] for one in checked if not one.is_right] == []


def test_values_are_found_whatever_the_question_is(answer):
    """Nobody tells the language; and no day is found where there is none."""
    checked = told.check(told.read_rows(EVAL / "slots_dev.jsonl"), answer)

    assert len(checked) == 175
    assert sum(one.is_right for one in checked) >= 0.97 * len(checked)
    assert [one.row["text"] for one in checked if one.row["value"] is None and not one.is_right] == []


def test_cases_of_other_writers_are_computed_too(answer):
    """Questions written without sight of the knowledge or the word lists, sloppy ones among them."""
    rows = [row for path in sorted(OTHERS.glob("rules_*.jsonl")) for row in told.read_rows(path)]
    checked = told.check(rows, answer)

    assert len(checked) == 500
    assert sum(one.is_right for one in checked) >= 0.93 * len(checked)
