"""What a message tells of a language error: its text as it was typed, what is wrong, what should stand there, where."""

from __future__ import annotations

import pytest

from bot.flows import drafting
from bot.model import Draft
from bot.report import MOST_PICTURES


@pytest.mark.parametrize(
    ("delivered", "typed"),
    [
        ("<@U0BOT> the button", "the button"),
        ("<@U0BOT|partnerdesk> the <!channel> button <!subteam^S1|@team>", "the  button"),
        ("see <#C1|general>", "see #general"),
        ("see <https://app.example.com/x|this>", "see https://app.example.com/x"),
        ("to <mailto:a@example.com|a@example.com>", "to a@example.com"),
        ("&lt;b&gt; &amp;amp; &amp;lt;", "<b> &amp; &lt;"),
        ("a\0b \u202eturned\u202c \ud800", "ab turned"),
        ("two\nlines\tand a tab", "two\nlines\tand a tab"),
        ("<> <|> <@>", ""),
        ("", ""),
    ],
)
def test_a_message_is_read_as_it_was_typed(delivered: str, typed: str) -> None:
    """Without Slack's escapes, without whom it mentions, without what nobody sees."""
    assert drafting.plain(delivered) == typed.strip()


def test_what_does_not_fit_is_cut_with_a_sign() -> None:
    """Nothing is left out without anybody seeing it; a second message is not left out unseen either."""
    long = drafting.read("x" * 40_000, (), "en")
    more = drafting.together(long, drafting.read("and this", (), "en"))

    assert len(long.said) == drafting.LONGEST
    assert long.said.endswith("…")
    assert len(more.said) == drafting.LONGEST
    assert more.said.endswith("…")


@pytest.mark.parametrize(
    ("said", "wrong", "right"),
    [
        # Wrong, then right.
        ('The button says "Abbruch", it should be "Abbrechen"', "Abbruch", "Abbrechen"),
        ("it says “Riskar”, correct would be “Risker”", "Riskar", "Risker"),
        ("« mesrue » au lieu de « mesure »", "mesrue", "mesure"),
        ("« Compliance » doit devenir « Conformité »", "Compliance", "Conformité"),
        ("On lit 'anuler' à la place de 'annuler'", "anuler", "annuler"),
        ("„Februrar“ statt „Februar“", "Februrar", "Februar"),
        ("Da steht »Ofen«, richtig wäre »Offen«", "Ofen", "Offen"),
        ("button „Weiter gehen“ soll „Weiter“ heissen", "Weiter gehen", "Weiter"),
        ('lukee "sécuritée" eikä "sécurité"', "sécuritée", "sécurité"),
        ('siel napis lukee "Lähtä" ku pitäis olla "Lähetä"', "Lähtä", "Lähetä"),
        ('Painikkeessa on "Peruta" "Peruuta":n sijaan', "Peruta", "Peruuta"),
        ('"Abbruch" -> "Abbrechen"', "Abbruch", "Abbrechen"),
        ("Abbruch → Abbrechen", "Abbruch", "Abbrechen"),
        ('Please change "Abbruch" to "Abbrechen"', "Abbruch", "Abbrechen"),
        ("„Abbruch“ bitte in „Abbrechen“ ändern", "Abbruch", "Abbrechen"),
        ('"A" is not right, should be "B"', "A", "B"),
        ('In "Settings" the button says "Abbruch", should be "Abbrechen"', "Abbruch", "Abbrechen"),
        # Right, then wrong.
        ('it should be "Abbrechen" instead of "Abbruch"', "Abbruch", "Abbrechen"),
        ('"Abbrechen" would be right, not "Abbruch"', "Abbruch", "Abbrechen"),
        ("Statt „Abbrechen“ steht da „Abbruch“", "Abbruch", "Abbrechen"),
        ("Au lieu de « Annuler », on lit « Anuler »", "Anuler", "Annuler"),
        ('"Peruuta" sijaan lukee "Peruta"', "Peruta", "Peruuta"),
        ("Korrektur: „Lieferanten“ statt „Lieferante“", "Lieferante", "Lieferanten"),
        # One alone.
        ('Tippfehler auf der Startseite: „Wilkommen"', "Wilkommen", ""),
        ('Please correct "Pasword" on the login page', "Pasword", ""),
        ("il faut corriger « donnée »", "donnée", ""),
        ('This should be fixed. It says "Docment"', "Docment", ""),
        ("das Fenster fragt ‘Sind’s alle?’", "Sind’s alle?", ""),
        ('It should say "Abbrechen"', "", "Abbrechen"),
        ("steht Speicher statt „Speichern“", "", "Speichern"),
        ('lukee Tallena "Tallenna" sijaan', "", "Tallenna"),
        # Nothing that can be relied upon: the words tell it.
        ("das Wort „Verkäufer“ und „Anbieter“ stehen durcheinander", "", ""),
        ('"Owner" is translated as "Landlord"', "", ""),
        ("l'écran d'accueil n'est pas traduit", "", ""),
        ('a 15" screen', "", ""),
        ("it's the customers' word, isn't it", "", ""),
    ],
)
def test_quotation_marks_tell_the_texts(said: str, wrong: str, right: str) -> None:
    """In all the ways in which people type them; where the words do not tell which is which, nothing is guessed."""
    draft = drafting.read(said, (), "en")

    assert (draft.wrong, draft.suggestion) == (wrong, right)


@pytest.mark.parametrize(
    ("said", "around", "language"),
    [
        ("The German text uses the wrong word", "en", "de"),
        ("virhe ranskannoksessa", "fi", "fr"),
        ("Das steht noch auf Englisch", "de", "de"),
        ("There's an English sentence left in the German tour", "en", "de"),
        ("Da ist ein Tippfehler", "de", "de"),
        ("The English text has a typo", "en", "en"),
    ],
)
def test_the_language_is_the_one_that_is_named(said: str, around: str, language: str) -> None:
    """Else the one that is spoken; English in a text of another language is an error of that one."""
    assert drafting.read(said, (), around).language == language


@pytest.mark.parametrize(
    ("said", "place"),
    [
        ("on https://app.example.com/tasks, third line", "https://app.example.com/tasks"),
        ("see <https://app.example.com/tasks|here>.", "https://app.example.com/tasks"),
        ("(https://app.example.com/a?b=c&amp;d=e)", "https://app.example.com/a?b=c&d=e"),
        ("on the settings page", ""),
    ],
)
def test_an_address_is_the_place(said: str, place: str) -> None:
    """Without the marks of the sentence around it."""
    assert drafting.read(said, (), "en").place == place


@pytest.mark.parametrize(
    ("said", "files", "tells"),
    [
        ("report typo", (), False),
        ("Haluan ilmoittaa käännösvirheestä", (), False),
        ("Bitte leiten Sie diesen Übersetzungsfehler weiter", (), False),
        ("typo", ("F1",), True),
        ("typo: „Wilkommen“", (), True),
        ('"Tehtävät" on kirjoitettu "Tehtvät"', (), True),
        ("typo on https://app.example.com", (), True),
        ("Tallenna-nappi on kääntämättä suomenkielisessä versiossa", (), True),
    ],
)
def test_an_announcement_tells_of_no_error(said: str, files: tuple[str, ...], tells: bool) -> None:  # noqa: FBT001 - a row
    """That there is one is not yet what it is."""
    assert drafting.says_what(drafting.read(said, files, "en")) is tells


def test_two_messages_are_one_draft() -> None:
    """What was told first stays; the second fills in what was left open, and adds its words and pictures."""
    first = drafting.read('The button says "Abbruch"', ("F1",), "en")
    both = drafting.together(first, drafting.read('German. Should be "Abbrechen", not "Beenden"', ("F1", "F2"), "en"))

    assert (both.wrong, both.suggestion, both.language, both.pictures) == ("Abbruch", "Abbrechen", "de", ("F1", "F2"))
    assert both.said.count("\n") == 1


def test_a_draft_takes_so_many_pictures() -> None:
    """The first ones."""
    files = [f"F{n}" for n in range(MOST_PICTURES + 5)]
    draft = drafting.together(drafting.read("", files[:20], "en"), drafting.read("", files[20:], "en"))

    assert draft.pictures == tuple(files[:MOST_PICTURES])


def test_a_message_that_is_gone_takes_what_it_told_along() -> None:
    """What the others have told stays."""
    first, second = 'The button says "Abbruch"', 'It should be "Abbrechen" https://app.example.com'
    both = drafting.together(drafting.read(first, ("F1",), "de"), drafting.read(second, ("F2",), "de"))
    without_second = drafting.without(both, second, ("F2",))
    without_first = drafting.without(both, first, ("F1",))

    assert without_second == Draft(first, "Abbruch", language="de", pictures=("F1",))
    assert without_first is not None
    assert (without_first.wrong, without_first.suggestion) == ("", "Abbrechen")
    assert drafting.without(drafting.read(first, (), "de"), first) is None


def test_a_message_is_part_of_what_it_told() -> None:
    """By its words or its pictures."""
    draft = drafting.read('<@U0BOT> The button says "Abbruch"', ("F1",), "de")

    assert drafting.is_told_in(draft, '<@U0BOT> The button says "Abbruch"', ())
    assert drafting.is_told_in(draft, "", ("F1",))
    assert not drafting.is_told_in(draft, "", ())
    assert not drafting.is_told_in(draft, "How long is a trial?", ("F2",))


def test_of_very_many_quotations_the_first_are_read() -> None:
    """Each is weighed with all that follows it: a message full of them must not hold up everybody else's."""
    words = '"Abbruch", it should be "Abbrechen"'

    assert drafting.read('"a" ' * 10 + words, (), "de").suggestion == "Abbrechen"
    assert drafting.read('"a" ' * 100 + words, (), "de").suggestion == ""
