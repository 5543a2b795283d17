"""The development sets measure the knowledge; they never become part of it."""

from pathlib import Path

import pytest

from bot.evaluation.cases import read_cases
from bot.understand.normalise import same

ROOT = Path(__file__).parent.parent
SETS = sorted((ROOT / "tests" / "eval").glob("dev_*.jsonl"))
FILES = sorted((ROOT / "knowledge").glob("*/*.yml"))
SHORT = 3  # words: so few are anybody's


@pytest.fixture(scope="module")
def cases():
    """All questions of the development sets."""
    return read_cases(SETS)


def places(text, files):
    """Where a text stands, alone or within a longer one: file and line, or the file alone if it is broken up there."""
    found = []
    for file, (whole, lines) in files.items():
        if f" {text} " in whole:
            number = next((n for n, line in enumerate(lines, start=1) if f" {text} " in line), 0)
            found.append(f"{file.relative_to(ROOT)}:{number}")
    return found


def test_no_question_of_a_set_stands_in_the_knowledge(cases):
    """Else it would measure its own memory. Case, accents and punctuation make no difference."""
    files = {}
    for file in FILES:
        lines = [f" {same(line)} " for line in file.read_text(encoding="utf-8").splitlines()]
        files[file] = (f" {' '.join(' '.join(lines).split())} ", lines)
    assert len(files) >= 16

    copied = {
        case.id: where for case in cases if len(case.text.split()) > SHORT and (where := places(same(case.text), files))
    }

    assert copied == {}, "\n".join(f"{id_}: {', '.join(where)}" for id_, where in copied.items())


def test_questions_are_asked_once(cases):
    """Every id is one question."""
    assert len({case.id for case in cases}) == len(cases)


def test_every_entry_is_asked_for_in_every_language(cases, edition):
    """What is not asked is not measured."""
    asked = {(case.language, entry) for case in cases for entry in case.expect}

    assert {
        (language, entry.id)
        for entry in edition.knowledge.entries()
        for language in entry.texts
        if (language, entry.id) not in asked
    } == set()
