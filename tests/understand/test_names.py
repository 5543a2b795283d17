"""Programme names in a question."""

from dataclasses import replace

import pytest

from bot.understand.names import Names
from bot.understand.normalise import fold


@pytest.fixture(scope="module")
def names(edition):
    """The names of the shipped programmes."""
    return Names(edition.knowledge)


@pytest.mark.parametrize(
    ("text", "programmes", "left"),
    [
        ("Miten pääsee Cyberdayhin?", ("cyberday",), "miten paasee"),
        ("Cyberdayn kumppaniohjelma: hinta", ("cyberday",), "hinta"),
        ("Was kostet das Cyberday-Partnerprogramm?", ("cyberday",), "was kostet das"),
        ("les niveaux du Réseau professionnel Miro", ("miro",), "les niveaux du"),
        ("levels of the Miro Professional Network", ("miro",), "levels of the"),
        ("MIRON lisenssit", ("miro",), "lisenssit"),
        ("Miro or Cyberday?", ("cyberday", "miro"), "or"),
        ("how do I pay", (), "how do i pay"),
        ("casimiro asks", (), "casimiro asks"),
        ("Cyberday", ("cyberday",), "cyberday"),
        ("", (), ""),
    ],
)
def test_names_tell_the_programme_and_nothing_else(names, text, programmes, left):
    """Inflected too; they are taken out unless nothing else is left."""
    assert names.mentioned(fold(text)) == programmes
    assert names.strip(fold(text)) == left


def test_a_name_in_other_letters_names_nothing(edition):
    """It folds to nothing, and nothing stands in every question."""
    miro = replace(edition.knowledge.programmes["miro"], aliases=("ミロ",))
    names = Names(replace(edition.knowledge, programmes={**edition.knowledge.programmes, "miro": miro}))

    assert names.mentioned("how do i pay") == ()
    assert names.mentioned("miro how do i pay") == ("miro",)
    assert names.strip("miro how do i pay") == "how do i pay"  # noqa: B005 - not str.strip
