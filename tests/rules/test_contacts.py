"""Whom to ask, by language."""

import pytest

from bot.model import LANGUAGES
from tests.rules.asked import ruling, shipped

CONTACT = "cyberday.contact"


@pytest.mark.parametrize("language", ["en", "de"])
def test_english_and_german_have_an_address_too(language):
    """The chat box comes first, as for everybody."""
    found = ruling(CONTACT, {"language": language})

    assert (found.result, found.says) == ({"contacts": ["chat-box", "programme"]}, ("contacts",))


@pytest.mark.parametrize("language", ["fr", "fi", "sv", "es"])
def test_other_languages_have_the_chat_box(language):
    """The address reads no other languages."""
    found = ruling(CONTACT, {"language": language})

    assert (found.result, found.says) == ({"contacts": ["chat-box"]}, ("contacts",))


def test_without_a_language_the_entry_answers_by_itself():
    """Nothing is asked for."""
    found = ruling(CONTACT, {})

    assert (found.result, found.asks_for, found.says) == ({}, (), ())


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_contacts_are_those_of_the_programme(language):
    """The same as it names where there is no answer."""
    programme = shipped().programmes["cyberday"]

    assert ruling(CONTACT, {"language": language}).result["contacts"] == programme.fallback_contacts(language)
