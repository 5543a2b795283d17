"""What tests of all parts share."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from bot import paths
from bot.__main__ import main
from bot.edition import Edition, open_edition
from tests.postgres import empty_postgres_url, postgres, postgres_url

__all__ = ["empty_postgres_url", "postgres", "postgres_url"]  # fixtures


@pytest.fixture(scope="session")
def edition() -> Edition:
    """The shipped knowledge, fitted, with a desk behind it."""
    return open_edition(paths.knowledge_dir(), paths.locales_dir(), paths.cache_dir(), has_desk=True)


@pytest.fixture
def command(capsys: pytest.CaptureFixture[str]) -> Callable[..., tuple[int | str | None, str, str]]:
    """Runs `partnerdesk` with some arguments: exit code, stdout, stderr."""

    def run(*arguments: str) -> tuple[int | str | None, str, str]:
        try:
            code: int | str | None = main(list(arguments))
        except SystemExit as left:
            code = left.code
        told = capsys.readouterr()
        return code, told.out, told.err

    return run
