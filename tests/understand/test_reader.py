"""Reading a question with what is known around it."""

from datetime import date

import pytest

from bot.model import LANGUAGES, Channel, Outcome
from bot.understand.reader import Context

TODAY = date(2026, 11, 23)
EVERYWHERE = Channel("C1")


def model_question(edition, entry, language):
    """The first phrasing of an entry, which is shown as its example."""
    return edition.knowledge.entry(entry).texts[language].phrasings[0]


def first(edition, text, **context):
    """The best candidate of a question."""
    return edition.reader.read(text, Context(**context)).candidates[0]


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_model_question_is_answered(edition, language):
    """Word for word as a phrasing, every entry is found, in the language it is asked in."""
    for entry in edition.knowledge.entries():
        programme = entry.id.partition(".")[0]
        read = edition.reader.read(model_question(edition, entry.id, language), Context(programmes=(programme,)))
        assert (read.candidates[0].entry, read.language, read.programme) == (entry.id, language, programme)
        assert read.candidates[0].confidence >= edition.reader.decision.answer, entry.id


@pytest.mark.parametrize("text", ["", "   ", "😀", "<@U1>", "> ", "```code```"])
def test_nothing_to_read_gives_no_candidates(edition, text):
    """No words, no guess; the language is that of the conversation."""
    read = edition.reader.read(text, Context(languages=("fi",)))

    assert (read.candidates, read.several, read.folded) == ((), (), "")
    assert (read.language, read.language_sure) == ("fi", False)


def test_unknown_words_are_not_answered(edition):
    """Letters that mean nothing lead to no entry."""
    assert first(edition, "qwrtz xcvbnm plokij").confidence < edition.reader.decision.answer


def test_confidences_are_shares(edition):
    """Best first, none negative, together never above 1."""
    for entry in list(edition.knowledge.entries())[::5]:
        for language in LANGUAGES:
            read = edition.reader.read(model_question(edition, entry.id, language))
            shares = [one.confidence for one in read.candidates]
            assert shares == sorted(shares, reverse=True)
            assert all(share >= 0 for share in shares)
            assert sum(shares) <= 1 + 1e-9


def test_a_language_can_be_forced(edition):
    """Then nothing is detected, and the entry is found all the same."""
    text = model_question(edition, "miro.levels", "fi")

    read = edition.reader.read(text, Context(forced_language="de"))

    assert (read.language, read.language_sure, read.candidates[0].entry) == ("de", True, "miro.levels")


@pytest.mark.parametrize(
    ("text", "context", "programmes"),
    [
        ("how do I pay?", Context(), ("cyberday", "miro")),
        ("how do I pay?", Context(programmes=("miro",)), ("miro",)),
        ("how do I pay in Cyberday?", Context(programmes=("miro",)), ("cyberday",)),
        ("how do I pay in Cyberday?", Context(), ("cyberday",)),
        ("Cyberday or Miro?", Context(programmes=("miro",)), ("cyberday", "miro")),
        ("how do I pay?", Context(programmes=("gone",)), ("cyberday", "miro")),
    ],
)
def test_the_programmes_a_question_can_be_about(edition, text, context, programmes):
    """Named in it, else known from around it, else all; one that is no more is as good as none."""
    assert edition.reader.programmes(text.lower(), context) == programmes


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_programme_that_is_named_is_meant(edition, language):
    """Whatever the channel is about."""
    text = f"Cyberday: {model_question(edition, 'cyberday.trial-length', language)}"

    read = edition.reader.read(text, Context(programmes=("miro",)))

    assert (read.programme, read.candidates[0].entry) == ("cyberday", "cyberday.trial-length")


def test_two_programmes_that_fit_alike_become_a_choice(edition):
    """Whom to contact is asked in both; nobody can know which is meant."""
    read = edition.reader.read("Who do I contact?")

    reply = edition.conversation.reply(read, EVERYWHERE, TODAY)

    assert (reply.outcome, set(reply.choices)) == (Outcome.CHOICES, {"programme.cyberday", "programme.miro"})


def test_the_programme_of_the_thread_is_kept(edition):
    """What fits both is then about the one that is talked about; the other is named to be meant."""
    thread = {"programmes": ("cyberday", "miro"), "programme": "miro"}

    assert edition.reader.read("Who do I contact?", Context(**thread)).programme == "miro"
    assert first(edition, "Who do I contact?", **thread).entry.startswith("miro.")
    assert edition.reader.read("Who do I contact at Cyberday?", Context(**thread)).programme == "cyberday"


def test_another_programme_is_offered_but_not_answered(edition):
    """Where the thread's programme has nothing to say, the other's entry is worth a choice, never an answer."""
    thread = {"programmes": ("cyberday", "miro"), "programme": "cyberday"}
    offered = 0

    for entry in edition.knowledge.programmes["miro"].entries:
        text = model_question(edition, entry, "en")
        if "miro" in text.casefold():
            continue  # a programme that is named is meant
        found = edition.reader.read(text, Context(**thread)).candidates
        theirs = [one for one in found if one.entry.startswith("miro.")]
        assert all(one.confidence < edition.reader.decision.answer for one in theirs), entry
        offered += any(one.entry == entry for one in found[:3])

    assert offered > 0


TWO = ("cyberday.trial-length", "cyberday.deal-registration")
JOINED = {
    "fr": "Combien de temps dure un essai et comment enregistrer une affaire ?",
    "en": "How long does a trial last and how do I register a deal?",
    "de": "Wie lange dauert der Test und wie registriere ich einen Deal?",
    "fi": "Kuinka kauan kokeilu kestää ja miten rekisteröin diilin?",
}


@pytest.mark.parametrize("language", LANGUAGES)
def test_two_questions_become_choices(edition, language):
    """Both are offered, in their order, and nothing else."""
    text = " ".join(model_question(edition, entry, language) for entry in TWO)

    for asked in (text, JOINED[language]):
        read = edition.reader.read(asked, Context(programmes=("cyberday",)))
        reply = edition.conversation.reply(read, EVERYWHERE, TODAY)
        assert (reply.outcome, reply.choices) == (Outcome.CHOICES, TWO), asked
        assert tuple(one.entry for one in read.candidates[:2]) == TWO


@pytest.mark.parametrize(
    ("text", "entry"),
    [
        ("How do I filter and sort the customer overview?", "cyberday.customer-overview-filters"),
        ("Wie filtere und sortiere ich die Kundenübersicht?", "cyberday.customer-overview-filters"),
        ("Comment créer et activer un essai pour un client ?", "cyberday.create-trial"),
        ("Can my client and I pay by card?", "cyberday.pay-card"),
        ("Missä ja miten näen asiakkaani?", None),
        ("How long is a trial? How many days does the trial last?", "cyberday.trial-length"),
    ],
)
def test_one_question_with_an_and_in_it_is_one(edition, text, entry):
    """Words joined within a question, or the same thing asked twice, are no second question."""
    read = edition.reader.read(text, Context(programmes=("cyberday",)))

    assert read.several == ()
    assert entry is None or read.candidates[0].entry == entry


def test_four_questions_are_too_many_to_offer(edition):
    """A choice has three at most: then the message is read as a whole."""
    entries = (*TWO, "cyberday.training", "cyberday.translation-errors")
    text = " ".join(model_question(edition, entry, "en") for entry in entries)

    assert edition.reader.read(text, Context(programmes=("cyberday",))).several == ()


FOLLOW_UPS = [
    ("fr", "et par carte ?", "cyberday.payment-options", "cyberday.pay-card"),
    ("fr", "et par carte ?", "cyberday.pay-invoice", "cyberday.pay-card"),
    ("fi", "entä laskulla?", "cyberday.pay-card", "cyberday.pay-invoice"),
    ("de", "und per Rechnung?", "cyberday.pay-card", "cyberday.pay-invoice"),
    ("en", "and by invoice?", "cyberday.pay-card", "cyberday.pay-invoice"),
    ("de", "und für sieben Leute?", "miro.free-upgrade", "miro.free-upgrade"),
    ("en", "and for seven people?", "miro.free-upgrade", "miro.free-upgrade"),
    ("en", "what about 12?", "miro.free-upgrade", "miro.free-upgrade"),
    ("fr", "et pour sept personnes ?", "miro.free-upgrade", "miro.free-upgrade"),
    ("fi", "entä seitsemälle?", "miro.free-upgrade", "miro.free-upgrade"),
]


@pytest.mark.parametrize(("language", "text", "last", "entry"), FOLLOW_UPS)
def test_a_follow_up_is_read_with_the_last_entry(edition, language, text, last, entry):
    """A few words that go on from the last answer are answered as that question would be."""
    programme = last.partition(".")[0]

    best = first(edition, text, languages=(language,), programmes=(programme,), programme=programme, entry=last)

    assert best.entry == entry
    assert best.confidence >= edition.reader.decision.answer


@pytest.mark.parametrize(
    ("language", "text", "last"),
    [
        ("en", "and the weather?", "miro.free-upgrade"),
        ("fr", "et la météo ?", "cyberday.payment-options"),
        ("de", "und das Wetter?", "miro.extra-licence"),
        ("fi", "entä sää?", "cyberday.pay-card"),
        ("en", "what's for lunch?", "cyberday.pay-card"),
        ("en", "thanks!", "miro.free-upgrade"),
        ("fi", "kiitos", "cyberday.trial-length"),
    ],
)
def test_an_unrelated_short_message_is_not_dragged_along(edition, language, text, last):
    """In a thread too, small talk and other people's topics are not answered with the thread's entry."""
    programme = last.partition(".")[0]

    best = first(edition, text, languages=(language,), programmes=(programme,), programme=programme, entry=last)

    assert best.entry != last or best.confidence < edition.reader.decision.offer


def test_a_question_that_stands_on_its_own_is_not_changed_by_the_thread(edition):
    """More than a few words, or an outright answer, need no context."""
    text = model_question(edition, "cyberday.training", "en")
    around = {"programmes": ("cyberday",), "programme": "cyberday"}

    assert first(edition, text, **around, entry="cyberday.pay-card") == first(edition, text, **around)


def test_why_shows_the_nearest_phrasing(edition):
    """For each candidate, words of the entry that the question was compared with."""
    text = model_question(edition, "miro.levels", "de")
    read = edition.reader.read(text, Context(programmes=("miro",)))

    matched = edition.reader.matched(read)

    assert matched["miro.levels"] == edition.reader.folded(text)


def test_one_programme_can_be_asked_alone(edition):
    """For `check`: the best candidate of one programme; nothing for a text without words."""
    text = model_question(edition, "miro.levels", "de")

    assert edition.reader.first("miro", text).entry == "miro.levels"
    assert edition.reader.first("cyberday", text).entry != "miro.levels"
    assert edition.reader.first("miro", "😀") is None
