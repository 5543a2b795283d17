"""Where data lies: what is shipped with the code, and where a running desk keeps its own."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path
from typing import Final

import platformdirs

APP_NAME: Final = "partnerdesk"

_PACKAGE: Final = Path(__file__).resolve().parent
PROJECT: Final = _PACKAGE.parent
"""The folder that holds the package: the clone, where the bot runs from one."""


class SettingsError(Exception):
    """Settings of the environment are missing or wrong.

    The message has a line for each: its name, what is wrong, what to do. A secret's value never stands in it.
    """

    def __init__(self, problems: Sequence[str]) -> None:
        super().__init__("\n".join(problems))
        self.problems = tuple(problems)


def knowledge_dir(named: str | None = None) -> Path:
    """The folder of the knowledge.

    Args:
        named: The folder that replaces the shipped one, or "" for the shipped one; unless told, what
            PARTNERDESK_KNOWLEDGE says in the environment of the process.

    Raises:
        SettingsError: The named folder does not exist.

    """
    if named is None:
        named = os.environ.get("PARTNERDESK_KNOWLEDGE", "")
    if not named:
        return _shipped("knowledge")
    folder = Path(named)
    if not folder.is_dir():
        raise SettingsError([f"PARTNERDESK_KNOWLEDGE: {named} is no folder; name one, or take the setting out"])
    return folder


def locales_dir() -> Path:
    """The folder of the gettext catalogues."""
    return _shipped("locales")


def manifest_file() -> Path:
    """The Slack app's manifest; it may be missing where only the wheel was installed."""
    return _shipped("manifest.yml")


def data_dir() -> Path:
    """Where the database lies unless DATABASE_URL says otherwise; it need not exist yet."""
    return platformdirs.user_data_path(APP_NAME, appauthor=False)


def cache_dir() -> Path:
    """Where the fitted model lies; what is in it can be made again, and it need not exist yet."""
    return platformdirs.user_cache_path(APP_NAME, appauthor=False)


def _shipped(name: str) -> Path:
    # A wheel holds the data inside the package; in a clone it stands beside it.
    installed = _PACKAGE / "_data" / name
    return installed if installed.exists() else PROJECT / name
