"""Why a question was answered so, for people who ask."""

from dataclasses import replace

import pytest

from bot.knowledge.schema import Text
from bot.model import LANGUAGES
from bot.understand.reader import Context
from bot.understand.why import explain


@pytest.fixture
def why(edition):
    """Explains a question: titles in German, and what is known around it."""

    def explained(text, **context):
        return explain(edition.reader, edition.knowledge, text, Context(**context), "de")

    return explained


def phrasings(edition, entry, language):
    """What an entry is asked by."""
    return edition.knowledge.entry(entry).texts[language].phrasings


def test_a_language_is_told_by_the_words_or_taken_from_around(why):
    """Many words say it themselves, whatever is known; a brand name leaves it to the conversation."""
    sure = why("Combien de temps dure l'essai prolongé d'un client ?", languages=("fi",))
    unsure = why("Cyberday", languages=("fi",))

    assert (sure.language, sure.is_sure) == ("fr", True)
    assert (unsure.language, unsure.is_sure) == ("fi", False)


def test_three_candidates_as_they_were_weighed(why, edition):
    """The best first, with the reader's own confidence, titled in the language of whoever asks why."""
    question = "How long does the extended trial last?"
    read = edition.reader.read(question, Context(programmes=("cyberday",)))

    told = why(question, programmes=("cyberday",))

    assert len(told.candidates) == 3 < len(read.candidates)
    assert [(id_, confidence) for id_, _, confidence in told.candidates] == [
        (one.entry, one.confidence) for one in read.candidates[:3]
    ]
    assert told.candidates[0][:2] == ("cyberday.trial-length", "Dauer der Testphase")


def test_an_action_has_a_title_too(why, edition):
    """It is no entry of a programme, and answers all the same."""
    told = why("Could I talk to a real person please?")

    assert told.candidates[0][:2] == ("action.human", edition.knowledge.actions["action.human"].texts["de"].title)


@pytest.mark.parametrize("language", LANGUAGES)
def test_what_stands_there_word_for_word_is_what_it_matched(why, edition, language):
    """As it was written, accents and all; also typed without them."""
    phrasing = phrasings(edition, "miro.levels", language)[3]
    bare = phrasing.translate(str.maketrans("äöüéèêàçîôûÉ", "aoueeeaciouE")).lower()

    assert why(phrasing, programmes=("miro",)).matched == phrasing
    assert why(bare, programmes=("miro",), languages=(language,)).matched == phrasing


def test_a_phrasing_in_nearly_the_same_words_is_matched(why):
    """It is one of the first candidate's, and near it to a reader as well."""
    assert why("How long does the extended trial last?").matched == "How long does a trial last?"


@pytest.mark.parametrize(("language", "phrasing"), [("en", "trial length"), ("fr", "Trial length?")])
def test_of_equally_near_phrasings_one_in_the_language_of_the_question_is_told(edition, language, phrasing):
    """The same words may stand in two languages."""
    entry = edition.knowledge.entry("cyberday.trial-length")
    texts = {one: Text("…", (words,), "…") for one, words in (("fr", "Trial length?"), ("en", "trial length"))}
    programme = edition.knowledge.programmes["cyberday"]
    entries = {**programme.entries, entry.id: replace(entry, texts=texts)}
    knowledge = replace(edition.knowledge, programmes={"cyberday": replace(programme, entries=entries)})
    context = Context(programmes=("cyberday",), forced_language=language)

    assert explain(edition.reader, knowledge, "Trial length", context, "de").matched == phrasing


@pytest.mark.parametrize("text", ["", "😀", "<@U1>"])
def test_where_there_is_nothing_to_read_there_is_nothing_to_explain(why, text):
    """No words, no candidates."""
    told = why(text, languages=("fi",))

    assert (told.text, told.language, told.candidates, told.matched) == ("", "fi", (), "")


def test_the_words_are_shown_without_what_slack_wraps_them_in(why):
    """Mentions and marks are not read, and so not shown as read."""
    assert why("<@U1> *trial* &amp; licence").text == "trial & licence"
