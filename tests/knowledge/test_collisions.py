"""Phrasings asked word for word."""

import pytest

from bot.knowledge.check.collisions import collisions
from bot.knowledge.load import load
from tests.knowledge.small import edit, line_of, write_knowledge


@pytest.fixture
def folder(tmp_path):
    """A faultless knowledge."""
    return write_knowledge(tmp_path / "knowledge")


def right(programme, language, phrasing):
    """Ranks every phrasing of the small knowledge where it belongs."""
    name = phrasing.split()[1]
    return f"{programme}.{name}" if name in {"trial", "payout"} else f"action.{name}"


def test_a_model_that_is_right_has_no_collision(folder):
    """Entries and actions, each in its own words."""
    assert list(collisions(load(folder), right)) == []


def test_another_winner_is_named_at_the_line_of_the_phrasing(folder):
    """The message names who comes first."""

    def rank(programme, language, phrasing):
        return "demo.payout" if phrasing == "fi trial 3?" else right(programme, language, phrasing)

    problems = list(collisions(load(folder), rank))

    line = line_of(folder / "demo" / "fi.yml", "fi trial 3?")
    assert [str(problem) for problem in problems] == [
        (
            f"demo/fi.yml:{line}: error: trial: asked word for word, 'fi trial 3?' leads to demo.payout; "
            "reword one of the two"
        )
    ]


def test_at_most_twenty_are_shown_for_an_entry(folder):
    """The rest is counted: four texts of eight phrasings make 32."""

    def rank(programme, language, phrasing):
        return None if " trial " in phrasing else right(programme, language, phrasing)

    messages = [problem.message for problem in collisions(load(folder), rank)]

    assert len(messages) == 21
    assert messages[-1] == "trial: … and 12 more phrasings that lead elsewhere"


def test_what_is_not_served_is_not_asked(folder):
    """A draft is not in the model."""
    edit(folder / "demo" / "en.yml", "    title: trial\n", "    title: trial\n    draft: true\n")
    asked = []

    def rank(programme, language, phrasing):
        asked.append(phrasing)
        return right(programme, language, phrasing)

    list(collisions(load(folder), rank))

    assert "en payout 0?" in asked
    assert "en trial 0?" not in asked


def test_one_entry_can_be_asked_alone(folder):
    """Only its phrasings are asked, and progress counts up to their number."""
    told = []

    list(collisions(load(folder), right, only="demo.trial", progress=lambda done, total: told.append((done, total))))

    assert told == [(n, 32) for n in range(1, 33)]
