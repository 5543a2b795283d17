"""The words that messages are made of."""

import pytest

from bot.edition import Edition
from bot.i18n import Catalogues, Translator


@pytest.fixture(scope="session")
def catalogues(edition: Edition) -> Catalogues:
    """The words of all languages."""
    return edition.renderer.catalogues


@pytest.fixture(scope="session")
def english(catalogues: Catalogues) -> Translator:
    """The English words."""
    return catalogues["en"]
