"""What tests of all parts share."""

from __future__ import annotations

import pytest

from bot import paths
from bot.edition import Edition, open_edition
from tests.postgres import empty_postgres_url, postgres, postgres_url

__all__ = ["empty_postgres_url", "postgres", "postgres_url"]  # fixtures


@pytest.fixture(scope="session")
def edition() -> Edition:
    """The shipped knowledge, fitted, with a desk behind it."""
    return open_edition(paths.knowledge_dir(), paths.locales_dir(), paths.cache_dir(), has_desk=True)
