"""Which messages are part of a report, and which are for the bot: with the shipped knowledge, without any port."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from bot.conversation import Conversation
from bot.edition import Edition
from bot.model import (
    Asked,
    Channel,
    Draft,
    Floor,
    Forward,
    Notice,
    Outcome,
    Person,
    PersonId,
    Place,
    Post,
    Question,
    Rewrite,
    Thread,
    Turn,
)

TODAY = date(2026, 11, 23)
HERE = Channel("C1", programmes=("cyberday",))
DIRECT = Channel("D1", Place.DIRECT, programmes=("cyberday",))
ANN = Person(PersonId("T1", "UANN"))
BOB = Person(PersonId("T1", "UBOB"))
COLLEAGUE = replace(BOB, is_colleague=True)
WORDS = 'The German button says "Abbruch", it should be "Abbrechen"'
TRIAL = "How long does the extended trial last?"

NEW = Thread("C1", "1.0")
ANNS = replace(NEW, asker=ANN.id, language="en", programme="cyberday")
WAITING = replace(ANNS, awaits_report=True)
TELLING = replace(WAITING, draft=Draft(said="The button is wrong", language="de"))
PICTURED = replace(ANNS, draft=Draft(pictures=("F1",), language="en"))
SENT = replace(ANNS, reported=12)
ASKED = replace(ANNS, asked=(Asked(12, ANN.id, TODAY),))


@pytest.fixture(scope="module")
def talk(edition: Edition) -> Conversation:
    """The conversation of a desk that takes reports."""
    return Conversation(edition.knowledge, edition.reader, takes_reports=True)


def _below(text: str = "", channel: Channel = HERE, **more: Any) -> Question:
    return Question(text, channel, TODAY, top_level=False, **more)


def _steps(turn: Turn) -> list[str | None]:
    """The steps of a report that a turn says or shows; None for any other reply."""
    return [effect.reply.result.get("step") for effect in turn.effects if isinstance(effect, (Post, Rewrite))]


def test_what_is_waited_for_is_the_report(talk: Conversation) -> None:
    """Whatever it says: it is shown back, and the next message adds to it."""
    turn = talk.reply_to(_below("the green one on top is called Cancel"), WAITING, ANN)

    assert _steps(turn) == ["draft"]
    assert turn.thread.draft is not None
    assert turn.thread.draft.said == "the green one on top is called Cancel"
    again = talk.reply_to(_below("on the settings page"), turn.thread, ANN)
    assert again.thread.draft is not None
    assert again.thread.draft.said.splitlines() == ["the green one on top is called Cancel", "on the settings page"]


@pytest.mark.parametrize(
    ("said", "outcome"),
    [
        ("thanks", Outcome.THANKS),
        ("hello", Outcome.GREETING),
        ("help", Outcome.HELP),
        ("what about my report?", Outcome.STATUS),
        ("I want to talk to a person", Outcome.HUMAN),
        ("kiitos", Outcome.THANKS),
        ("danke", Outcome.THANKS),
        ("merci", Outcome.THANKS),
    ],
)
def test_what_is_meant_for_the_bot_is_no_part_of_it(talk: Conversation, said: str, outcome: Outcome) -> None:
    """It is answered, and what was told is kept."""
    turn = talk.reply_to(_below(said), TELLING, ANN)

    assert turn.reply is not None
    assert turn.reply.outcome is outcome
    assert turn.thread.draft == TELLING.draft
    assert turn.thread.awaits_report


@pytest.mark.parametrize("said", ['it says "thanks"', "help page, second line: „Hilfe“", "the status bar says Statsu"])
def test_words_that_tell_of_an_error_are_part_of_it(talk: Conversation, said: str) -> None:
    """Though a word in them could be meant for the bot."""
    assert _steps(talk.reply_to(_below(said), TELLING, ANN)) == ["draft"]


def test_a_question_in_between_is_answered(talk: Conversation) -> None:
    """What is written next goes on from there; what was told can still be sent."""
    turn = talk.reply_to(_below(TRIAL), TELLING, ANN)

    assert turn.reply is not None
    assert turn.reply.entry == "cyberday.trial-length"
    assert turn.thread.draft == TELLING.draft
    assert not turn.thread.awaits_report


def test_a_question_that_quotes_a_text_is_part_of_it(talk: Conversation) -> None:
    """Somebody asks what is wrong with it."""
    assert _steps(talk.reply_to(_below('How long must "Abbruch" stand there?'), TELLING, ANN)) == ["draft"]


@pytest.mark.parametrize("thread", [WAITING, TELLING, PICTURED, SENT])
def test_another_person_is_not_the_reporter(talk: Conversation, thread: Thread) -> None:
    """Neither their words nor their pictures come into it, and the bot says nothing."""
    for question in (_below(WORDS), _below(files=("F9",))):
        turn = talk.reply_to(question, thread, BOB)

        assert turn.effects == ()
        assert turn.thread == replace(thread, floor=Floor.PEOPLE)


@pytest.mark.parametrize("thread", [WAITING, TELLING, PICTURED, SENT])
def test_another_person_who_mentions_the_bot_begins_a_report_of_their_own(talk: Conversation, thread: Thread) -> None:
    """What the first has told is no part of it."""
    turn = talk.reply_to(_below(WORDS, mentions_bot=True), thread, BOB)

    assert turn.thread.asker == BOB.id
    assert turn.thread.draft is not None
    assert (turn.thread.draft.said, turn.thread.draft.pictures) == (WORDS, ())


@pytest.mark.parametrize("said", ['"Docment" should be "Document"', "„Abbruch“ statt „Abbrechen“", "Ocr → OCR"])
def test_a_correction_alone_is_a_report(talk: Conversation, said: str) -> None:
    """Whatever it was read as, if it is no question; a message that is understood is answered."""
    assert _steps(talk.reply_to(Question(said, DIRECT, TODAY), Thread("D1", "1.0"), ANN)) == ["draft"]
    assert _steps(talk.reply_to(Question(f"{said}?", DIRECT, TODAY), Thread("D1", "1.0"), ANN)) == [None]


def test_a_picture_is_asked_about_once(talk: Conversation) -> None:
    """More of them are counted in the same message."""
    first = talk.reply_to(_below(files=("F1", "F2")), ANNS, ANN)
    assert first.reply is not None
    assert (first.reply.notice, first.reply.result["pictures"]) == (Notice.PICTURE, 2)

    more = talk.reply_to(_below(files=("F3",)), first.thread, ANN)
    (effect,) = more.effects
    assert isinstance(effect, Rewrite)
    assert effect.reply.result["pictures"] == 3


def test_the_words_that_come_after_a_picture_decide(talk: Conversation) -> None:
    """Of an error: both are the report. Of anything else: it is answered, and the picture waits."""
    report = talk.reply_to(_below(WORDS), PICTURED, ANN)
    question = talk.reply_to(_below(TRIAL), PICTURED, ANN)

    assert report.thread.draft is not None
    assert (report.thread.draft.pictures, report.thread.draft.wrong) == (("F1",), "Abbruch")
    assert question.reply is not None
    assert question.reply.entry == "cyberday.trial-length"
    assert question.thread.draft == PICTURED.draft


def test_a_picture_after_sending_goes_with_the_report(talk: Conversation) -> None:
    """What is said of it is said once it is there."""
    assert talk.reply_to(_below(files=("F1",)), SENT, ANN).effects == (Forward(12, "", ("F1",)),)


@pytest.mark.parametrize("person", [ANN, COLLEAGUE])
def test_the_answer_to_a_translator_is_passed_on(talk: Conversation, person: Person) -> None:
    """Of whoever was asked, and of their colleagues; it answers one question."""
    turn = talk.reply_to(_below("On the <https://app.example.com|settings> page &amp; below"), ASKED, person)

    assert turn.effects == (Forward(12, "On the https://app.example.com page & below", ()),)
    assert turn.thread.asked == ()


def test_who_thanks_a_translator_has_not_answered(talk: Conversation) -> None:
    """The question stays open."""
    turn = talk.reply_to(_below("thanks"), ASKED, ANN)

    assert turn.reply is not None
    assert turn.reply.outcome is Outcome.THANKS
    assert turn.thread.asked == ASKED.asked


def test_outside_of_the_thread_a_question_is_one(talk: Conversation) -> None:
    """With a question mark or without; what is none goes on with the report, and so does all that was asked for."""
    asked_for = talk.goes_on(_below("how long is the word on the trial page", DIRECT), WAITING, ANN)
    assert asked_for is not None
    assert _steps(asked_for) == ["draft"]
    assert talk.goes_on(_below("how long does the extended trial last", DIRECT), TELLING, ANN) is None
    turn = talk.goes_on(_below("the green one on top", DIRECT), TELLING, ANN)

    assert turn is not None
    assert _steps(turn) == ["draft"]


def test_no_report_after_all_answers_the_last_words(talk: Conversation) -> None:
    """Not those with which it began; with a picture alone there is nothing to answer."""
    told = talk.reply_to(_below("tell me how long the extended trial lasts"), TELLING, ANN).thread
    answered = talk.not_a_report(HERE, told, ANN, TODAY)
    assert answered.reply is not None
    assert answered.reply.entry == "cyberday.trial-length"
    assert answered.thread.draft is None

    earlier = replace(PICTURED, question=TRIAL)
    assert _steps(talk.not_a_report(HERE, earlier, ANN, TODAY)) == ["discarded"]


def test_a_desk_that_takes_no_reports_waits_for_none(edition: Edition) -> None:
    """Whatever stands in the thread from another day."""
    turn = edition.conversation.reply_to(_below(TRIAL), TELLING, ANN)

    assert turn.reply is not None
    assert turn.reply.entry == "cyberday.trial-length"
