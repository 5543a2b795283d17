"""Whose turn it is and what is said, with the shipped knowledge and without any port."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from bot.conversation import NONE, Conversation
from bot.edition import Edition
from bot.model import (
    Channel,
    Count,
    Floor,
    HandOver,
    Notice,
    Outcome,
    Person,
    PersonId,
    Place,
    Post,
    Question,
    Remember,
    Reply,
    Thread,
    Turn,
)
from bot.understand.named_language import named_language

TRIAL = "How long does the extended trial last?"
REGISTER = "How do I register a deal?"
SPANISH = "¿Dónde puedo encontrar el restaurante más cercano a la playa, por favor?"

CYBERDAY = Channel("C1", programmes=("cyberday",))
ASKED = replace(CYBERDAY, answers_questions=True)
DIRECT = Channel("D1", Place.DIRECT)
ANN = Person(PersonId("T1", "UANN"))
BOB = Person(PersonId("T1", "UBOB"))
STAFF = Person(PersonId("T1", "USTAFF"), is_staff=True)
PARTNER = Person(PersonId("T2", "UPAT"), is_partner=True)

TODAY = date(2026, 11, 23)
NEW = Thread("C1", "1.0")
ANNS = replace(NEW, asker=ANN.id, language="en", programme="cyberday", entry="cyberday.trial-length", question=TRIAL)


@pytest.fixture
def talk(edition: Edition) -> Conversation:
    """The conversation of the shipped knowledge."""
    return edition.conversation


def _question(text: str = TRIAL, channel: Channel = CYBERDAY, **fields: Any) -> Question:
    return Question(text, channel, TODAY, **fields)


def _said(turn: Turn) -> list[Outcome]:
    return [effect.reply.outcome for effect in turn.effects if isinstance(effect, Post)]


@pytest.mark.parametrize(
    ("question", "thread", "person", "speaks"),
    [
        pytest.param(_question(), NEW, ANN, False, id="a message of the channel"),
        pytest.param(_question(mentions_bot=True), NEW, ANN, True, id="a mention"),
        pytest.param(_question(mentions_bot=True, mentions_others=True), NEW, ANN, True, id="a mention among others"),
        pytest.param(_question(top_level=False), ANNS, ANN, True, id="the asker goes on"),
        pytest.param(_question(top_level=False), ANNS, BOB, False, id="another person"),
        pytest.param(_question(top_level=False, mentions_bot=True), ANNS, BOB, True, id="another person's mention"),
        pytest.param(_question(top_level=False, mentions_others=True), ANNS, ANN, False, id="to somebody else"),
        pytest.param(_question(top_level=False), replace(ANNS, floor=Floor.PEOPLE), ANN, False, id="people talk"),
        pytest.param(_question(top_level=False), replace(ANNS, floor=Floor.STAFF), ANN, False, id="staff has it"),
        pytest.param(
            _question(top_level=False, mentions_bot=True),
            replace(ANNS, floor=Floor.STAFF),
            ANN,
            True,
            id="and a mention",
        ),
        pytest.param(_question(channel=DIRECT), NEW, ANN, True, id="a direct message"),
        pytest.param(_question(channel=ASKED), NEW, PARTNER, True, id="a partner's question"),
        pytest.param(_question(channel=ASKED), NEW, ANN, False, id="nobody's question"),
        pytest.param(_question(channel=ASKED), NEW, replace(PARTNER, is_staff=True), False, id="staff's question"),
        pytest.param(_question(channel=ASKED, top_level=False), NEW, PARTNER, False, id="in a thread"),
        pytest.param(_question(channel=ASKED, mentions_others=True), NEW, PARTNER, False, id="to a colleague"),
    ],
)
def test_whose_turn_it_is(
    talk: Conversation, question: Question, thread: Thread, person: Person, *, speaks: bool
) -> None:
    """The bot speaks where it was spoken to."""
    assert (talk.reply_to(question, thread, person).reply is not None) is speaks


@pytest.mark.parametrize(
    ("person", "mentions", "before", "after"),
    [
        (ANN, False, Floor.BOT, Floor.BOT),
        (BOB, False, Floor.BOT, Floor.PEOPLE),
        (BOB, True, Floor.PEOPLE, Floor.BOT),
        (ANN, True, Floor.PEOPLE, Floor.PEOPLE),
        (STAFF, False, Floor.BOT, Floor.STAFF),
        (STAFF, True, Floor.PEOPLE, Floor.STAFF),
        (BOB, True, Floor.STAFF, Floor.STAFF),
    ],
)
def test_who_has_the_floor(talk: Conversation, person: Person, before: Floor, after: Floor, *, mentions: bool) -> None:
    """Another person takes it from the bot, staff takes it for good."""
    question = _question(top_level=False, mentions_bot=mentions)

    assert talk.reply_to(question, replace(ANNS, floor=before), person).thread.floor is after


def test_an_answer_leaves_its_mark_on_the_thread(talk: Conversation) -> None:
    """Who asked what, in which language, and what it was about."""
    thread = talk.reply_to(_question("Combien de temps dure l'essai prolongé ?", mentions_bot=True), NEW, ANN).thread

    assert thread.asker == ANN.id
    assert (thread.language, thread.programme, thread.entry) == ("fr", "cyberday", "cyberday.trial-length")
    assert thread.question == "Combien de temps dure l'essai prolongé ?"


def test_what_is_not_said_is_counted(talk: Conversation) -> None:
    """In a channel set to `answer: questions`; the thread stays as it was."""
    turn = talk.reply_to(_question("hello", ASKED), NEW, PARTNER)

    assert turn.effects == (Count(Outcome.GREETING, "en"),)
    assert turn.thread == NEW


@pytest.mark.parametrize("text", ["thanks!", "hello", "help", "Which topics do you know?", "in English please"])
def test_asides_do_not_replace_the_question(talk: Conversation, text: str) -> None:
    """Whoever is asked to help is given what the person wanted to know."""
    assert talk.reply_to(_question(text, top_level=False), ANNS, ANN).thread.question == TRIAL


def test_asking_for_a_person_hands_over_the_question_and_its_answer(talk: Conversation) -> None:
    """What stood in the thread before, not the words that ask for a person."""
    turn = talk.reply_to(_question("I want to speak to a person", top_level=False), ANNS, ANN)
    (over,) = (effect for effect in turn.effects if isinstance(effect, HandOver))

    assert turn.thread.handed_over
    assert over.question == TRIAL
    assert over.reply is not None
    assert over.reply.entry == "cyberday.trial-length"


def test_an_answer_that_missed_is_not_handed_over(talk: Conversation) -> None:
    """After a misunderstanding the entry of an earlier answer is not what the bot said."""
    turn = talk.reply_to(_question("I want to speak to a person", top_level=False), replace(ANNS, misses=1), ANN)
    (over,) = (effect for effect in turn.effects if isinstance(effect, HandOver))

    assert over.reply is None


def test_a_number_picks_what_was_offered(talk: Conversation) -> None:
    """From one on; zero is none of these; a number beyond is read as words."""
    thread = replace(ANNS, offered=("cyberday.deal-registration", "cyberday.pay-card"))
    replies = [talk.reply_to(_question(n, top_level=False), thread, ANN).reply for n in ("1", "2.", "0", "3")]
    entries = [reply.entry if reply else None for reply in replies]

    assert entries[:3] == ["cyberday.deal-registration", "cyberday.pay-card", None]
    assert entries[3] not in thread.offered


def test_choosing_none_is_no_answer(talk: Conversation) -> None:
    """And so is a choice that is no longer known."""
    for choice in (NONE, "cyberday.gone", "programme.gone"):
        turn = talk.choose(choice, CYBERDAY, ANNS, ANN, TODAY)

        assert _said(turn) == [Outcome.FALLBACK]


def test_a_programme_is_remembered_in_direct_messages_alone(talk: Conversation) -> None:
    """In a channel it is the thread's."""
    for channel, remembered in ((DIRECT, [Remember(programme="cyberday")]), (Channel("C9"), [])):
        turn = talk.choose("programme.cyberday", channel, replace(NEW, question=TRIAL, language="en"), ANN, TODAY)

        assert [effect for effect in turn.effects if isinstance(effect, Remember)] == remembered
        assert turn.reply is not None
        assert turn.reply.entry == "cyberday.trial-length"
        assert turn.thread.programme == "cyberday"


def test_two_questions_are_offered_both(talk: Conversation) -> None:
    """In the order of the message."""
    reply = talk.reply_to(_question(f"{REGISTER} And can customers pay by invoice?", mentions_bot=True), NEW, ANN).reply

    assert reply is not None
    assert reply.choices == ("cyberday.deal-registration", "cyberday.pay-invoice")


def test_a_language_asked_for_says_the_last_answer_again(talk: Conversation) -> None:
    """In that language, which is remembered."""
    turn = talk.reply_to(_question("suomeksi", top_level=False), ANNS, ANN)

    assert turn.reply is not None
    assert (turn.reply.outcome, turn.reply.entry, turn.reply.language) == (Outcome.RULE, ANNS.entry, "fi")
    assert "language" not in turn.reply.result
    assert Remember(language="fi") in turn.effects


@pytest.mark.parametrize(
    ("said", "language"),
    [
        ("in English please", "en"),
        ("en allemand svp", "de"),
        ("auf Finnisch", "fi"),
        ("voitko vastata ranskaksi", "fr"),
        ("not French, German", "de"),
        ("another language", None),
        ("", None),
    ],
)
def test_languages_are_named_in_any_of_the_four(said: str, language: str | None) -> None:
    """The last one named counts."""
    assert named_language(said) == language


def test_a_first_direct_message_is_welcomed(talk: Conversation) -> None:
    """Its answer, then help; small talk is answered by help alone, a picture by its own line and help."""
    stranger = replace(ANN, is_greeted=False)
    answered = talk.reply_to(_question(channel=DIRECT, forced_programme="cyberday"), NEW, stranger)
    greeted = talk.reply_to(_question("hello", DIRECT), NEW, stranger)
    emoji = talk.reply_to(_question(":wave:", DIRECT), NEW, stranger)
    picture = talk.reply_to(_question("", DIRECT, files=("F1",)), NEW, stranger)

    assert _said(answered) == [Outcome.RULE, Outcome.HELP]
    assert _said(greeted) == [Outcome.HELP]
    assert _said(emoji) == [Outcome.HELP]
    assert _said(picture) == [Outcome.HELP, Outcome.HELP]
    assert all(Remember(greeted=True) in turn.effects for turn in (answered, greeted, emoji, picture))


@pytest.mark.parametrize(
    ("question", "thread", "notice"),
    [
        (_question("", mentions_bot=True), NEW, Notice.EMPTY),
        (_question(":tada:", top_level=False), ANNS, None),
        (_question("", mentions_bot=True, files=("F1",)), NEW, None),
        (_question("", DIRECT, files=("F1",)), NEW, Notice.PICTURE),
    ],
)
def test_messages_without_words(talk: Conversation, question: Question, thread: Thread, notice: Notice | None) -> None:
    """A bare mention gets help, a lone emoji or a picture in a channel nothing, a picture to the bot a line."""
    reply = talk.reply_to(question, thread, ANN).reply

    assert (reply and reply.notice) is notice


def test_a_fifth_language_is_looked_for_only_where_nothing_fits(talk: Conversation) -> None:
    """And said in the person's own language where that is one of ours."""
    sure = talk.reply_to(_question(mentions_bot=True), NEW, ANN)
    unsure = talk.reply_to(_question(SPANISH, mentions_bot=True), NEW, ANN)
    told = talk.reply_to(_question(SPANISH, mentions_bot=True, foreign="es"), NEW, replace(ANN, locale="fr")).reply
    french = talk.reply_to(_question(TRIAL, mentions_bot=True, foreign="es"), NEW, ANN).reply

    assert (sure.may_be_foreign, unsure.may_be_foreign) == (False, True)
    assert told is not None
    assert (told.notice, told.language) == (Notice.FOREIGN, "fr")
    assert french is not None
    assert french.notice is None


def test_a_reply_in_another_language_keeps_what_was_worked_out(talk: Conversation) -> None:
    """Values and results of a rule are the same in every language."""
    reply = Reply(Outcome.RULE, "en", "cyberday", "cyberday.trial-length", result={"days_left": 10}, slots={"a": 1})
    other = talk.in_language(reply, "fi", TODAY)

    assert (other.language, other.entry, other.result, other.slots) == ("fi", reply.entry, reply.result, reply.slots)


def test_what_a_person_has_said_stays_theirs(talk: Conversation) -> None:
    """An answer of the knowledge that staff have sent is not said by the bot, in whatever language and version."""
    step = {"step": "answer", "number": 12, "agent": "Anna"}
    sent = Reply(Outcome.HUMAN, "en", "cyberday", "cyberday.trial-length", result=step)
    spoken = Reply(Outcome.HUMAN, "en", "cyberday", result={**step, "step": "reply", "text": "Hi"})
    gone = replace(sent, entry="cyberday.no-such-entry")

    for reply in (sent, spoken):
        assert talk.in_language(reply, "fi", TODAY) == replace(reply, language="fi")
        assert talk.current(reply, TODAY) == reply
    assert talk.in_language(gone, "fi", TODAY) == gone
    assert talk.fitted(gone) == replace(gone, entry=None)


def test_the_words_of_a_long_message_are_read_to_a_limit(talk: Conversation) -> None:
    """What is stored of it is cut too."""
    turn = talk.reply_to(_question("The weather in Lisbon is nice today. " * 1_000, mentions_bot=True), NEW, ANN)

    assert turn.reply is not None
    assert turn.reply.notice is Notice.TOO_LONG
    assert len(turn.thread.question) <= 8_000


DELETE_MY_DATA = {
    "en": (
        "Please remove my data",
        "can you erase my data",
        "could you remove all my info",
        "GDPR: delete my data",
        "I want out, wipe everything you have on me",
        "pls delete all my messages you stored",
        "how do i delete my data here",
    ),
    "fr": (
        "merci de supprimer mes données",
        "je veux qu'on efface mes données",
        "supprime toutes mes infos",
        "oubliez tout sur moi",
        "tu peux effacer mes messages ?",
    ),
    "de": (
        "bitte meine daten löschen",
        "lösch alles über mich",
        "DSGVO: bitte löscht meine Daten",
        "könnt ihr meine persönlichen daten entfernen",
        "lösche alle meine nachrichten bei dir",
    ),
    "fi": (
        "poista mun kaikki tiedot",
        "voitko poistaa tietoni",
        "haluan et mun tiedot poistetaan",
        "unohda kaikki minusta",
        "voisitko pyyhkiä tietoni",
    ),
}
NOT_MY_DATA = (
    # Users, accounts, trials, boards, deals, customers: the product's, and not what the bot keeps of somebody.
    "How do I delete a user?",
    "How do I delete my account?",
    "delete my trial account",
    "How do I delete a board?",
    "Can I delete my deal registration?",
    "How do I remove a team member?",
    "Is the customer's data deleted after the trial?",
    "How do I handle a GDPR deletion request from a customer?",
    "Where does Cyberday keep the data?",
    "I want to cancel my membership",
    "never mind, forget what I said",
    "Comment supprimer un utilisateur ?",
    "Comment supprimer mon compte ?",
    "Supprimer mon compte d'essai",
    "Comment effacer un tableau ?",
    "Comment supprimer une affaire ?",
    "Où sont hébergées nos données ?",
    "Les données du client sont-elles effacées après l'essai ?",
    "Wie lösche ich einen Benutzer?",
    "Wie lösche ich mein Konto?",
    "Mein Testkonto löschen",
    "Wie lösche ich ein Board?",
    "Wie lösche ich einen Deal?",
    "Werden die Kundendaten nach der Testphase gelöscht?",
    "Wie lösche ich einen Kunden aus der Übersicht?",
    "Miten poistan käyttäjän?",
    "Miten poistan tilini?",
    "poista kokeilutilini",
    "Miten poistan taulun?",
    "Miten poistan kaupan?",
    "Poistetaanko asiakkaan tiedot kokeilun jälkeen?",
    "Miten käsittelen asiakkaan GDPR-poistopyynnön?",
)
MIRO = Channel("C2", programmes=("miro",))


@pytest.mark.parametrize(("language", "text"), [(one, text) for one, texts in DELETE_MY_DATA.items() for text in texts])
def test_whoever_wants_their_data_deleted_is_understood(talk: Conversation, language: str, text: str) -> None:
    """In every programme's channel and in a direct message, in their language; the thread's question stays."""
    for channel in (CYBERDAY, MIRO, DIRECT):
        turn = talk.reply_to(_question(text, channel, mentions_bot=True), replace(ANNS, language=None), ANN)

        assert turn.reply is not None
        assert (turn.reply.outcome, turn.reply.language) == (Outcome.PRIVACY, language)
        assert turn.thread.question == TRIAL


@pytest.mark.parametrize("text", NOT_MY_DATA)
def test_deleting_things_of_the_product_is_another_matter(talk: Conversation, text: str) -> None:
    """Whatever is said to it, it is not the offer to delete what is kept of the person."""
    for channel in (CYBERDAY, MIRO, DIRECT):
        reply = talk.reply_to(_question(text, channel, mentions_bot=True), NEW, ANN).reply

        assert reply is not None
        assert reply.outcome is not Outcome.PRIVACY
