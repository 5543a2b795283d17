"""Which of the four languages a message is in."""

from datetime import date

import pytest

from bot import i18n
from bot.model import LANGUAGES, Channel, Person, PersonId, Place, Question, Thread
from bot.understand.named_language import named_language

PLAIN = {
    "fr": "Comment est-ce que je peux payer avec ma carte ?",
    "en": "How can I pay for this with my card?",
    "de": "Wie kann ich das mit meiner Karte bezahlen?",
    "fi": "Miten voin maksaa tämän kortillani?",
}
BRANDS = ("Cyberday", "Miro Enterprise", "Miro Miro Miro", "Consultant Team", "Upgrade")


@pytest.fixture(scope="module")
def detect(edition):
    """The detector of languages."""
    return edition.reader.languages.detect


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_plain_sentence_speaks_for_itself(detect, language):
    """Whatever else is known, four words and more are believed."""
    others = [other for other in LANGUAGES if other != language]

    assert detect(PLAIN[language]) == (language, True)
    assert detect(PLAIN[language], others) == (language, True)
    assert detect(PLAIN[language].upper()) == (language, True)


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("text", ["ok", "30", "", "?!", *BRANDS])
def test_what_tells_no_language_leans_on_the_priors(detect, text, language):
    """The strongest prior that is one of ours counts; without any it is a guess, and said to be one."""
    assert detect(text, (None, "xx", language, "en")) == (language, False)
    assert detect(text)[1] is False


@pytest.mark.parametrize(("text", "language"), [("kiitos", "fi"), ("danke schön", "de"), ("payer par carte", "fr")])
def test_sure_words_need_no_more(detect, text, language):
    """One to three words that only one language has beat every prior."""
    for prior in LANGUAGES:
        assert detect(text, (prior,)) == (language, True)


def test_short_messages_need_more_than_long_ones(detect):
    """A margin that decides for a sentence does not decide for a word or two."""
    assert detect("card", ("fi",)) == ("fi", False)
    assert detect("my card in this shop", ("fi",)) == ("en", True)


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("brand", BRANDS)
def test_brand_words_do_not_count(edition, brand, language):
    """Names of programmes, plans and buttons are the same in every language, so they are left out."""
    scores = edition.reader.languages.scores

    assert scores(brand)[1] == 0
    assert scores(f"{brand} {PLAIN[language]}")[0].tolist() == scores(PLAIN[language])[0].tolist()


@pytest.mark.parametrize("wanted", LANGUAGES)
@pytest.mark.parametrize("spoken", LANGUAGES)
def test_a_language_is_known_by_its_name_in_every_language(wanted, spoken):
    """English asks for suomi, finnois, Finnish or finnisch, in capitals or not."""
    name = i18n.language_name(wanted, spoken)

    assert named_language(f"… {name} …") == wanted
    assert named_language(name.upper()) == wanted


@pytest.mark.parametrize(
    ("said", "wanted"),
    [
        ("en français s'il te plaît", "fr"),
        ("auf Deutsch bitte", "de"),
        ("suomeksi kiitos", "fi"),
        ("vastaa englanniksi", "en"),
        ("not in English, in German please", "de"),
        ("could you use another language?", None),
        ("", None),
    ],
)
def test_the_language_that_is_asked_for(said, wanted):
    """Inflected names too; the last one named counts, and none is no guess."""
    assert named_language(said) == wanted


def reply_language(edition, text, person, channel=None):
    """The language of the reply to a message of somebody."""
    question = Question(text, channel or Channel("D1", Place.DIRECT), date(2026, 11, 3))
    return edition.conversation.reply_to(question, Thread("D1", "1"), person).reply.language


def test_an_english_slack_says_nothing_against_finnish(edition):
    """Slack has no Finnish: Finns have it in English, so an English locale does not count."""
    finn = Person(PersonId("T", "U"), locale="en", organisation_language="fi")
    french = Person(PersonId("T", "U"), locale="fr", organisation_language="fi")

    assert reply_language(edition, "Upgrade?", finn) == "fi"
    assert reply_language(edition, "Upgrade?", french) == "fr"
    assert reply_language(edition, PLAIN["de"], finn) == "de"


def test_the_priors_have_an_order(edition):
    """The person's choice, the Slack locale, the organisation, the channel, English."""
    person = Person(PersonId("T", "U"), language="de", locale="fr", organisation_language="fi")
    stranger = Person(PersonId("T", "U"))
    channel = Channel("D1", Place.DIRECT, language="fr")

    assert reply_language(edition, "Upgrade?", person, channel) == "de"
    assert reply_language(edition, "Upgrade?", stranger, channel) == "fr"
    assert reply_language(edition, "Upgrade?", stranger) == "en"
