"""The values of phrases as people type them, written without sight of the word lists: each tells one, or no day.

Each line of a file is a phrase with the value it tells; None where no day may be found in it.
"""

import json
from datetime import date
from pathlib import Path

import pytest

from bot.model import LANGUAGES
from bot.understand.normalise import words
from bot.understand.slots.fill import fill
from bot.understand.slots.told import told
from bot.understand.slots.values import values

TESTS = Path(__file__).parents[2]
PHRASES = TESTS / "understand" / "phrases"
ENOUGH = 0.97
ENOUGH_REPLIES = 0.95
FOUND_IN_NOTHING = 1  # phrases of a language without a day, in which one is found all the same


def lines_of(file):
    """The phrases of a file."""
    return [json.loads(line) for line in file.read_text(encoding="utf-8").splitlines()]


def read(line):
    """What is read from a phrase: its first value of the kind, but "today" only if no other day is told."""
    found = values(words(line["text"]), line["lang"], date.fromisoformat(line["today"]))
    of_kind = [value for value in found if value.kind == line["kind"]]
    of_kind = [value for value in of_kind if value.role != "today"] or of_kind
    return of_kind[0] if of_kind else None


def is_right(line):
    """Whether the value is the one told; where none is told, not even a doubtful day is found."""
    found = read(line)
    return found is None if line["value"] is None else found is not None and found.value == line["value"]


def answered(line):
    """What the slot that was asked for is filled with, by a message that answers the question."""
    text, language, today, asked = words(line["text"]), line["lang"], date.fromisoformat(line["today"]), line["asked"]
    heard = told(text, language, today)
    if asked.endswith("_date"):
        heard = told(text, language, today, is_past=not heard.hints("future"))
    return fill((asked,), heard, asked=(asked,)).slots.get(asked)


@pytest.fixture(scope="module")
def phrases():
    """The phrases per language."""
    return {language: lines_of(PHRASES / f"slots_{language}.jsonl") for language in LANGUAGES}


@pytest.fixture(scope="module")
def replies():
    """The answers to a question of the bot, per language."""
    return {language: lines_of(PHRASES / f"replies_{language}.jsonl") for language in LANGUAGES}


@pytest.fixture(scope="module")
def development():
    """The development set, in all languages."""
    return lines_of(TESTS / "eval" / "slots_dev.jsonl")


def test_the_sets_are_whole(phrases, replies, development):
    """A measure of nothing proves nothing."""
    assert {language: len(lines) for language, lines in phrases.items()} == dict.fromkeys(LANGUAGES, 250)
    assert {language: len(lines) for language, lines in replies.items()} == dict.fromkeys(LANGUAGES, 58)
    assert len(development) == 175
    for lines in (*phrases.values(), development):
        assert {line["kind"] for line in lines} == {"date", "duration", "count", "money"}
        assert sum(line["value"] is None for line in lines) >= 20


@pytest.mark.parametrize("language", LANGUAGES)
def test_phrases_are_read(phrases, language):
    """Nearly all of a language's phrases tell the value that their writer meant."""
    wrong = [line["text"] for line in phrases[language] if not is_right(line)]

    assert len(wrong) / len(phrases[language]) <= 1 - ENOUGH, wrong


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_day_is_read_where_there_is_none(phrases, language):
    """Versions, times, sums, names: a day that nobody told would be computed with."""
    found = [line["text"] for line in phrases[language] if line["value"] is None and read(line) is not None]

    assert len(found) <= FOUND_IN_NOTHING, found


def test_the_development_set_is_read(development):
    """As the phrases are; and no day at all where there is none."""
    wrong = [line["text"] for line in development if not is_right(line)]

    assert len(wrong) / len(development) <= 1 - ENOUGH, wrong
    assert [line["text"] for line in development if line["value"] is None and read(line) is not None] == []


def test_answers_are_read(replies):
    """What people answer to a question fills the slot that was asked for; what is no answer leaves it empty."""
    lines = [line for language in LANGUAGES for line in replies[language]]
    wrong = [line["text"] for line in lines if answered(line) != line["value"]]

    assert len(wrong) / len(lines) <= 1 - ENOUGH_REPLIES, wrong
