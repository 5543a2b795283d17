"""Elliptic follow-ups, rule by rule, with candidates as a test wants them."""

from datetime import date

import pytest

from bot.model import Candidate
from bot.understand import follow_up
from bot.understand.decide import EVIDENCE, Decision
from bot.understand.slots.told import told

TODAY = date(2026, 11, 23)
DECISION = Decision(dict.fromkeys(EVIDENCE, 1.0), 0.0, answer=0.7, offer=0.1)
ALONE = [
    Candidate("cyberday.subscribe", 0.3),
    Candidate("cyberday.pay-card", 0.2),
    Candidate("cyberday.training", 0.01),
]
TOGETHER = [
    Candidate("cyberday.payment-options", 0.95),
    Candidate("cyberday.pay-card", 0.9),
    Candidate("cyberday.training", 0.8),
]


@pytest.fixture
def follow(edition):
    """The candidates of a message after an entry, and what was asked together with it."""

    def read(message, about="cyberday.payment-options", language="en", alone=ALONE):
        asked = []

        def ask(folded):
            asked.append(folded)
            return TOGETHER

        entry = edition.knowledge.entry(about)
        return follow_up.candidates(told(message, language, TODAY), entry, alone, DECISION, ask), asked

    return read


def test_the_thread_raises_what_the_words_have_begun(follow, edition):
    """Only candidates that the message's own words give something, never the last entry itself."""
    found, asked = follow("and by cheque?")

    title = edition.reader.folded(edition.knowledge.entry("cyberday.payment-options").texts["en"].title)
    assert asked == [f"{title} and by cheque"]
    assert found[0] == Candidate("cyberday.pay-card", pytest.approx(0.9 / 1.21))
    assert {one.entry for one in found} == {one.entry for one in ALONE}
    assert found[-1].confidence < 0.02


@pytest.mark.parametrize(
    "message",
    [
        "by cheque?",  # does not go on from anything
        "android by cheque?",  # begins with a word that only looks like it
        "and now something that is long enough to stand alone",
    ],
)
def test_other_messages_stand_on_their_own(follow, message):
    """The thread is not even asked."""
    assert follow(message) == (ALONE, [])


def test_an_outright_answer_needs_no_thread(follow):
    """What the words say surely is what is meant."""
    sure = [Candidate("cyberday.training", 0.7), Candidate("cyberday.pay-card", 0.2)]

    assert follow("and a training?", alone=sure) == (sure, [])
    surest = [Candidate("cyberday.training", 0.96)]
    assert follow("and for seven people?", about="miro.free-upgrade", alone=surest) == (surest, [])


@pytest.mark.parametrize("message", ["and for seven people?", "for 7 people?", "seven people?"])
def test_another_value_is_for_the_same_rule(follow, message):
    """A number after a rule asks it again, whatever else the words are near; the others stay behind it."""
    found, asked = follow(message, about="miro.free-upgrade")

    assert found[0] == Candidate("miro.free-upgrade", DECISION.answer)
    assert all(one.confidence < DECISION.answer for one in found[1:])
    assert asked == []


def test_a_number_after_an_answer_is_no_value(follow):
    """Only rules compute."""
    assert follow("7 people?", about="cyberday.deal-registration") == (ALONE, [])


@pytest.mark.parametrize(
    ("language", "message"), [("fr", "et ça ?"), ("de", "und das?"), ("fi", "entä se?"), ("en", "or that?")]
)
def test_every_language_has_words_to_go_on_with(follow, language, message):
    """Then the thread is asked, with the title in the message's language."""
    assert len(follow(message, language=language)[1]) == 1
