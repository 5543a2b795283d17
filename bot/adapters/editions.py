"""The knowledge that is served, renewed while the process runs: the old one stays until the new one is proved."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from pathlib import Path

from bot import logs
from bot.adapters import memory
from bot.edition import Edition, FitFailed
from bot.knowledge.load import digest

_log = logging.getLogger(__name__)


class WatchedEditions:
    """The current edition, and a watch over the folder it was made from.

    Args:
        first: The edition to begin with.
        folder: The knowledge folder.
        open_anew: Opens and proves an edition of the folder; blocks, and raises what keeps it from being served.

    """

    def __init__(self, first: Edition, folder: Path, open_anew: Callable[[], Edition]) -> None:
        self._current = first
        self._folder = folder
        self._open_anew = open_anew
        self._tried = first.knowledge.digest
        self.fault: str | None = None  # what keeps the newest files from being served

    @property
    def current(self) -> Edition:
        """The edition to answer from."""
        return self._current

    @property
    def digest(self) -> str:
        """Tells the versions of the knowledge apart."""
        return self._current.knowledge.digest

    async def look(self) -> bool:
        """Serve the files as they are now, if they have changed and are right; whether the edition was replaced."""
        try:
            now = await asyncio.to_thread(digest, self._folder)
            if now == self._tried:
                return False
            self._tried = now  # a fault is reported once, not at every look
            self._current = await asyncio.to_thread(self._open_anew)
        except (FitFailed, ValueError, OSError, KnowledgeRefused) as error:
            self.fault = str(error)
            _log.error("knowledge not renewed, the old one stays in use: %s", logs.Reason(self.fault))
            return False
        self.fault = None
        memory.settle()  # the old one goes
        _log.info("knowledge renewed: %s", now[:12])
        return True

    async def watch(self, every: float) -> None:
        """Look again every so many seconds, until cancelled."""
        while True:
            await asyncio.sleep(every)
            await self.look()


class KnowledgeRefused(Exception):
    """Files that can be read, but that `partnerdesk check` finds errors in."""
