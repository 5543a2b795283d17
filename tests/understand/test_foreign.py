"""A fifth language."""

from pathlib import Path

import pytest

from bot.evaluation.cases import read_cases
from bot.understand import foreign

SETS = sorted((Path(__file__).parents[1] / "eval").glob("dev_*.jsonl"))
FOREIGN = {
    "es": "¿Cuánto tiempo dura la prueba gratuita?",
    "sv": "Hur lång är den kostnadsfria provperioden?",
    "et": "Kui kaua kestab tasuta prooviperiood teie programmis?",
    "pl": "Jak długo trwa bezpłatny okres próbny?",
    "nl": "Hoe lang duurt de gratis proefperiode?",
    "it": "Quanto dura il periodo di prova?",
    "no": "Hvor lenge varer prøveperioden?",
    "ja": "無料 トライアル は どのくらい 続きますか",
    "ru": "Сколько длится бесплатный пробный период?",
}


@pytest.mark.parametrize("language", FOREIGN)
def test_a_fifth_language_is_told(language):
    """A sentence of four words or more is enough."""
    assert foreign.is_worth_asking(FOREIGN[language])
    assert foreign.detect(FOREIGN[language]) == language


def test_japanese_needs_no_blanks():
    """A language that is written without blanks is told by as many characters."""
    assert foreign.is_worth_asking("無料トライアルはどのくらい続きますか")
    assert foreign.detect("無料トライアルはどのくらい続きますか") == "ja"
    assert not foreign.is_worth_asking("無料")


@pytest.mark.parametrize(
    "text", ["", "hola", "muchas gracias amigo", "1 2 3 4 5 6", "😀 😀 😀 😀 😀", "<@U1> <@U2> a b c"]
)
def test_fewer_than_four_words_are_not_asked_about(text):
    """One to three words are like words of many languages; numbers, emoji and mentions are no words."""
    assert not foreign.is_worth_asking(text)


@pytest.mark.parametrize(
    "text",
    [
        "Who do I contact?",
        "Hi can I go",
        "so can I do it",
        "how do we get in",
        "tu es un robot ?",
        "Onko se ok nyt",
        "wer ist da bei euch",
    ],
)
def test_short_words_of_ours_are_not_called_foreign(text):
    """They are like words of dialects that nobody writes to us in."""
    assert foreign.is_worth_asking(text)
    assert foreign.detect(text) is None


def test_our_languages_are_never_called_foreign(edition):
    """No phrasing and no question that is not answered outright, of four words or more, is taken for a fifth one."""
    known = [
        phrasing
        for entry in (*edition.knowledge.entries(), *edition.knowledge.actions.values())
        for text in entry.texts.values()
        for phrasing in text.phrasings
    ]
    asked = [case.text for case in read_cases(SETS)]
    unsure = [
        text for text in asked if max((one.confidence for one in edition.reader.read(text).candidates), default=0) < 0.9
    ]

    assert len(unsure) > 50
    assert [
        text for text in (*known, *unsure) if foreign.is_worth_asking(text) and foreign.detect(text) is not None
    ] == []


def test_only_strange_messages_are_worth_a_detector(edition):
    """Foreign ones are; of ours hardly any that no entry is sure of: asking takes a second."""
    reader = edition.reader
    ours = [case.text for case in read_cases(SETS)]
    unsure = [text for text in ours if reader.read(text).candidates[0].confidence < reader.decision.answer]

    assert all(reader.may_be_foreign(text) for text in FOREIGN.values())
    assert sum(map(reader.may_be_foreign, unsure)) / len(ours) < 0.02
