"""Whose turn it is where a question stands before a person: with the shipped knowledge, without any port."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest

from bot.conversation import Conversation
from bot.edition import Edition
from bot.model import (
    Channel,
    Count,
    Floor,
    Handed,
    HandOver,
    Outcome,
    Person,
    PersonId,
    Place,
    Post,
    Question,
    Tell,
    Thread,
    Turn,
)

TODAY = date(2026, 11, 23)
HERE = Channel("C1", programmes=("cyberday",))
DIRECT = Channel("D1", Place.DIRECT, programmes=("cyberday",))
ANN = Person(PersonId("T1", "UANN"), is_partner=True)
BOB = Person(PersonId("T1", "UBOB"))
COLLEAGUE = replace(BOB, is_colleague=True)
STAFF = Person(PersonId("T0", "USTAFF"), is_staff=True)
TRIAL = "How long does the extended trial last?"
ELEPHANTS = "Purple elephants dance on the roof"
THANKS = "Thanks Aino!"

BEGUN = Thread("C1", "1.0", asker=ANN.id, language="en", programme="cyberday", handed_over=True)
OPEN = replace(BEGUN, request=Handed(7, asker=ANN.id))
TAKEN = replace(BEGUN, floor=Floor.STAFF, request=Handed(7, is_taken=True, asker=ANN.id))
RESOLVED = replace(BEGUN, request=Handed(7, is_settled=True, until=TODAY, asker=ANN.id))
DISMISSED = replace(BEGUN, request=Handed(7, is_settled=True, asker=ANN.id))


@pytest.fixture(scope="module")
def talk(edition: Edition) -> Conversation:
    """The conversation of a desk whose Aino answers partners."""
    return Conversation(edition.knowledge, edition.reader, takes_reports=True, agents=["Aino"])


def _below(text: str = "", channel: Channel = HERE, **more: Any) -> Question:
    return Question(text, channel, TODAY, **{"top_level": False, **more})


def _told(turn: Turn) -> list[tuple[str, bool]]:
    """What the people of the desk read of a turn, and whether it is beside the request."""
    return [(effect.text, effect.is_aside) for effect in turn.effects if isinstance(effect, Tell)]


def _said(turn: Turn) -> list[Outcome]:
    return [effect.reply.outcome for effect in turn.effects if isinstance(effect, Post)]


def test_a_thread_without_a_request_is_the_bots(talk: Conversation) -> None:
    """Nothing is told to anybody."""
    turn = talk.reply_to(_below(TRIAL), replace(BEGUN, handed_over=False), ANN)

    assert (_said(turn), _told(turn)) == ([Outcome.RULE], [])


# Before somebody has it


def test_before_that_what_the_bot_answers_is_beside_it(talk: Conversation) -> None:
    """The desk reads it, and owes nothing for it."""
    turn = talk.reply_to(_below(TRIAL), OPEN, ANN)

    assert len(_said(turn)) == 1
    assert _told(turn) == [(TRIAL, True)]


@pytest.mark.parametrize("text", [ELEPHANTS, ""])
def test_before_that_what_it_does_not_understand_is_for_the_desk(talk: Conversation, text: str) -> None:
    """Words, or a picture alone; nothing is said, and the thread is as it was."""
    turn = talk.reply_to(_below(text, files=("F1",)), OPEN, ANN)

    assert _said(turn) == []
    assert turn.effects == (Tell(7, text, ("F1",)),)
    assert turn.thread == OPEN


def test_asked_for_a_person_again_it_is_not_told_twice(talk: Conversation) -> None:
    """Handing it over says so."""
    turn = talk.reply_to(_below("I want to speak to a person"), OPEN, ANN)

    assert any(isinstance(effect, HandOver) for effect in turn.effects)
    assert _told(turn) == []


def test_what_somebody_asks_of_their_own_data_is_not_told(talk: Conversation) -> None:
    """Nobody else reads it, before that and after."""
    for thread in (OPEN, replace(OPEN, request=None)):
        turn = talk.reply_to(_below("Delete my data", DIRECT), thread, ANN)

        assert _said(turn)[0] is Outcome.PRIVACY
        assert _told(turn) == []


# While somebody has it


@pytest.mark.parametrize("text", [TRIAL, ELEPHANTS, "I want to speak to a person", "help", "500", "1"])
@pytest.mark.parametrize("channel", [HERE, DIRECT])
def test_while_somebody_has_it_all_is_told_and_nothing_said(talk: Conversation, text: str, channel: Channel) -> None:
    """By the asker, in a channel and in a direct message."""
    turn = talk.reply_to(_below(text, channel, files=("F1",)), TAKEN, ANN)

    assert turn.effects == (Tell(7, text, ("F1",)),)
    assert turn.thread == TAKEN


def test_a_closing_asks_for_nothing(talk: Conversation) -> None:
    """With a picture it does; and staff's own is a word like any other."""
    assert _told(talk.reply_to(_below(THANKS), TAKEN, ANN)) == [(THANKS, True)]
    assert _told(talk.reply_to(_below(THANKS, files=("F1",)), TAKEN, ANN)) == [(THANKS, False)]
    assert talk.reply_to(_below(THANKS), TAKEN, STAFF).effects == (Tell(7, THANKS, is_staff=True),)


def test_a_colleague_is_the_partner_too_and_a_stranger_is_not(talk: Conversation) -> None:
    """What a stranger writes is nobody's business."""
    assert _told(talk.reply_to(_below(ELEPHANTS), TAKEN, COLLEAGUE)) == [(ELEPHANTS, False)]
    assert talk.reply_to(_below(ELEPHANTS), TAKEN, BOB).effects == ()


def test_whoever_has_asked_for_the_person_is_the_partner(talk: Conversation) -> None:
    """Though the thread is somebody else's; and staff who began it are staff."""
    of_bob = replace(TAKEN, request=Handed(7, is_taken=True, asker=BOB.id))
    begun_by_staff = replace(of_bob, asker=STAFF.id)

    assert _told(talk.reply_to(_below(ELEPHANTS), of_bob, BOB)) == [(ELEPHANTS, False)]
    assert _told(talk.reply_to(_below(ELEPHANTS), of_bob, ANN)) == [(ELEPHANTS, False)]
    assert talk.reply_to(_below(ELEPHANTS), begun_by_staff, STAFF).effects == (Tell(7, ELEPHANTS, is_staff=True),)


def test_where_nobody_is_left_who_asked_everybody_is(talk: Conversation) -> None:
    """Their data was deleted; what is written in their thread still reaches the desk."""
    erased = replace(TAKEN, asker=None, request=Handed(7, is_taken=True))

    assert _told(talk.reply_to(_below(ELEPHANTS), erased, BOB)) == [(ELEPHANTS, False)]


def test_staff_of_the_desk_who_asked_themselves_are_the_asker(talk: Conversation) -> None:
    """Their words are no reply to themselves."""
    own = replace(TAKEN, asker=STAFF.id, request=Handed(7, is_taken=True, asker=STAFF.id))

    assert talk.reply_to(_below(ELEPHANTS), own, STAFF).effects == (Tell(7, ELEPHANTS),)


def test_a_mention_is_answered_in_a_channel(talk: Conversation) -> None:
    """And told beside the request; what is not understood is told as any other word."""
    known = talk.reply_to(_below(TRIAL, mentions_bot=True), TAKEN, ANN)
    unknown = talk.reply_to(_below(ELEPHANTS, mentions_bot=True), TAKEN, ANN)

    assert (len(_said(known)), _told(known)) == (1, [(TRIAL, True)])
    assert (_said(unknown), _told(unknown)) == ([], [(ELEPHANTS, False)])


def test_in_a_direct_message_the_thread_is_silent_all_the_same(talk: Conversation) -> None:
    """Everything there is for the bot anyhow: a mention says nothing more."""
    assert talk.reply_to(_below(TRIAL, DIRECT, mentions_bot=True), TAKEN, ANN).effects == (Tell(7, TRIAL),)


def test_staff_have_the_floor_once_they_have_written(talk: Conversation) -> None:
    """Whether somebody had taken it or not."""
    turn = talk.reply_to(_below("Let me see"), OPEN, STAFF)

    assert (turn.thread.floor, turn.effects) == (Floor.STAFF, (Tell(7, "Let me see", is_staff=True),))


def test_an_edit_of_the_question_is_told_too(talk: Conversation) -> None:
    """It stands at the top of the channel, and is the thread's."""
    assert talk.reply_to(_below(TRIAL, top_level=True), TAKEN, ANN).effects == (Tell(7, TRIAL),)


@pytest.mark.parametrize(("thread", "told"), [(TAKEN, [(TRIAL, False)]), (RESOLVED, [(TRIAL, True)]), (BEGUN, [])])
def test_an_edit_of_what_has_led_to_it(talk: Conversation, thread: Thread, told: list[tuple[str, bool]]) -> None:
    """Whoever looks after it reads it; after its end it opens nothing."""
    turn = talk.edited_request(_below(TRIAL), thread)

    assert (_told(turn), _said(turn)) == (told, [])


# After its end


@pytest.mark.parametrize(("days", "is_told"), [(-1, True), (0, True), (1, False)])
def test_a_word_after_the_end_is_told_up_to_a_day(talk: Conversation, days: int, *, is_told: bool) -> None:
    """After that it is a question to the bot."""
    turn = talk.reply_to(replace(_below(TRIAL), today=TODAY + timedelta(days=days)), RESOLVED, ANN)

    assert (_told(turn) == [(TRIAL, False)]) is is_told
    assert (_said(turn) == []) is is_told


def test_thanks_after_the_end_are_told_as_such(talk: Conversation) -> None:
    """They open nothing, and the bot does not take them for its own."""
    assert talk.reply_to(_below(THANKS), RESOLVED, ANN).effects == (Tell(7, THANKS, is_aside=True),)


def test_staff_after_the_end_say_no_reply(talk: Conversation) -> None:
    """A word beside it."""
    assert talk.reply_to(_below("Bye"), RESOLVED, STAFF).effects == (Tell(7, "Bye", is_staff=True, is_aside=True),)


def test_what_was_no_request_is_the_bots(talk: Conversation) -> None:
    """Without a last day there is no time in which it opens again."""
    turn = talk.reply_to(_below(TRIAL), DISMISSED, ANN)

    assert (len(_said(turn)), _told(turn)) == (1, [])


# At the top of a direct message


def _beside(talk: Conversation, text: str, of_request: Thread, files: tuple[str, ...] = ()) -> Turn:
    question = Question(text, DIRECT, TODAY, files=files)
    return talk.beside_request(talk.reply_to(question, Thread("D1", "2.0"), ANN), question, of_request)


@pytest.mark.parametrize(("thread", "told"), [(OPEN, []), (TAKEN, [(TRIAL, True)]), (RESOLVED, []), (BEGUN, [])])
def test_what_the_bot_knows_is_answered_at_the_top(
    talk: Conversation, thread: Thread, told: list[tuple[str, bool]]
) -> None:
    """Beside a request that somebody has they read it too."""
    turn = _beside(talk, TRIAL, thread)

    assert (len(_said(turn)), _told(turn)) == (1, told)
    assert turn.thread.ts == "2.0"


@pytest.mark.parametrize(("text", "files"), [(ELEPHANTS, ()), ("", ("F1",)), (THANKS, ("F1",))])
@pytest.mark.parametrize("thread", [OPEN, TAKEN])
def test_what_it_does_not_know_is_added(talk: Conversation, thread: Thread, text: str, files: tuple[str, ...]) -> None:
    """It says so, in the request's thread and language."""
    in_german = replace(thread, language="de")
    turn = _beside(talk, text, in_german, files)

    assert turn.thread == in_german
    assert turn.reply is not None
    assert (turn.reply.language, turn.reply.result) == ("de", {"step": "added", "number": 7})
    assert turn.effects[1:] == (Tell(7, text, files),)


def test_thanks_at_the_top_are_for_whoever_has_it(talk: Conversation) -> None:
    """Before somebody has it they are for the bot's answer."""
    assert _beside(talk, THANKS, TAKEN).effects == (Tell(7, THANKS, is_aside=True),)
    assert _said(_beside(talk, THANKS, OPEN)) == [Outcome.THANKS]


@pytest.mark.parametrize("thread", [RESOLVED, DISMISSED, BEGUN])
def test_after_its_end_nothing_is_added(talk: Conversation, thread: Thread) -> None:
    """The bot says that it does not know."""
    turn = _beside(talk, ELEPHANTS, thread)

    assert (len(_said(turn)), _told(turn)) == (1, [])


# Watch over what nobody answers


@pytest.mark.parametrize(
    ("text", "waits"),
    [
        ("When does the new contract come?", True),
        ("cannot log in", True),
        ("help needed with deal registration", True),
        ("Thanks a lot!", False),
        ("ok", False),
        ("Hello everybody", False),
        ("Nice weather here", False),
        ("👍", False),
        ("", False),
    ],
)
def test_what_waits_for_somebody(talk: Conversation, text: str, *, waits: bool) -> None:
    """A partner's question at the top of a channel: by its form, or by what it is about."""
    assert talk.waits_for_somebody(Question(text, HERE, TODAY), ANN) is waits


def test_what_does_not_wait_for_somebody(talk: Conversation) -> None:
    """What staff ask, people of no partner, and what stands in a thread."""
    question = Question("When does the new contract come?", HERE, TODAY)

    assert not talk.waits_for_somebody(question, replace(ANN, is_staff=True))
    assert not talk.waits_for_somebody(question, BOB)
    assert not talk.waits_for_somebody(replace(question, top_level=False), ANN)


def test_what_is_overheard_is_counted_and_not_told(talk: Conversation) -> None:
    """Of a request nothing is known at the top of a channel."""
    overheard = replace(HERE, answers_questions=True)
    turn = talk.reply_to(Question(ELEPHANTS, overheard, TODAY), Thread("C1", "3.0"), ANN)

    assert [type(effect) for effect in turn.effects] == [Count]
