"""From a question to its result: people's own cases, in four languages, once it is known which rule is meant."""

import json
from datetime import date
from pathlib import Path

import pytest

from bot.flows.computing import Computing
from bot.model import LANGUAGES, Outcome, Reply
from bot.understand.normalise import words
from bot.understand.slots.told import told
from tests.rules.asked import shipped

PHRASES = Path(__file__).parents[1] / "understand" / "phrases"
AT_LEAST = 0.95
FEWEST = 100  # questions in a language: one is a point


def computed(row, entry):
    """The parts of the outcome that a row tells, as they are computed for an entry."""
    today, language = date.fromisoformat(row["today"]), row["lang"]
    heard = told(words(row["text"]), language, today)
    reply = Computing(shipped()).from_question(Reply(Outcome.RULE, language, row["programme"], entry), heard, today)
    found = {**reply.result, "asks_for": list(reply.asks_for)}
    return {name: found[name] for name in row["outcome"] if name in found}


@pytest.mark.parametrize("language", LANGUAGES)
def test_questions_come_to_their_results(language):
    """The values are read, what is missing is asked for in somebody's own case, and the rule computes the rest."""
    lines = (PHRASES / f"rules_{language}.jsonl").read_text(encoding="utf-8").splitlines()
    rows = [json.loads(line) for line in lines]

    missed = {
        row["id"]: row["text"]
        for row in rows
        if not any(computed(row, entry) == row["outcome"] for entry in row["expect"])
    }

    assert len(rows) >= FEWEST
    assert all(row["outcome"] for row in rows)
    assert len(missed) <= len(rows) * (1 - AT_LEAST), missed
