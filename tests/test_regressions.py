"""Questions that were once answered wrongly, as staff said, stay answered right: every file of tests/regressions/.

A case comes from `partnerdesk gaps cases`; README, "Learning", says how it gets here. The examples are made up.
"""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest

from bot.evaluation.cases import Case, read_cases
from bot.evaluation.score import Grade, asker, grade

CASES = read_cases(sorted((Path(__file__).parent / "regressions").glob("*.jsonl")))


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.id)
def test_what_staff_said_should_be_answered_is(edition, case: Case) -> None:
    """By an entry or action that the case names; where it names none, by no answer and no choices."""
    reply = asker(edition.conversation)(case)

    assert grade(case, reply) is Grade.RIGHT, f"{case.text!r}: {reply.outcome} {reply.entry or ''}"


def test_every_case_has_an_id_of_its_own() -> None:
    """So that a failure says which it is."""
    assert [id_ for id_, n in Counter(case.id for case in CASES).items() if n > 1] == []


def test_what_a_case_expects_exists(edition) -> None:
    """An entry that has gone takes its cases along, or they are given to another."""
    expected = {entry for case in CASES for entry in case.expect}

    assert {entry for entry in expected if edition.knowledge.entry(entry) is None} == set()
