"""The knowledge that is shipped."""

from pathlib import Path

import pytest

from bot import rules
from bot.knowledge.check import check
from bot.knowledge.load import load
from bot.understand.normalise import same

ROOT = Path(__file__).parent.parent
FEWEST = 25
"""Phrasings per entry and language that the shipped knowledge promises."""

YES_OR_NO = {"oui", "non", "yes", "no", "ja", "nein", "kyllä", "ei"}


def test_the_shipped_knowledge_and_catalogues_have_no_problem():
    """Neither errors nor warnings, collisions apart."""
    problems = check(ROOT / "knowledge", ROOT / "locales", same=same, rules=rules.problems).problems

    assert [str(problem) for problem in problems] == []


@pytest.fixture(scope="module")
def knowledge():
    """The shipped knowledge."""
    return load(ROOT / "knowledge")


def test_every_entry_has_many_phrasings(knowledge):
    """They decide how well questions are understood."""
    few = {
        (entry.id, language): len(text.phrasings)
        for entry in knowledge.entries()
        for language, text in entry.texts.items()
        if len(text.phrasings) < FEWEST
    }

    assert few == {}


def test_every_entry_is_served_in_every_language(knowledge):
    """Nothing that is shipped is a draft."""
    assert {entry.id for entry in knowledge.entries() if len(entry.served_languages) < len(entry.texts)} == set()


def test_the_text_of_a_rule_begins_with_no_yes(knowledge):
    """It stands behind a result, which may be a no."""
    answers = {
        (entry.id, language): text.answer.replace(",", " ").split()[0].lower()
        for entry in knowledge.entries()
        if entry.kind == "rule"
        for language, text in entry.texts.items()
    }

    assert len(answers) == 60
    assert {key for key, first in answers.items() if first in YES_OR_NO} == set()
