"""What a request begins and does not wait for to its end."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Coroutine
from typing import Any

_log = logging.getLogger(__name__)


class Aside:
    """Calls to Slack on which no answer depends; each has a time limit of its own."""

    def __init__(self) -> None:
        self._begun: set[asyncio.Task[None]] = set()  # asyncio itself would forget them half way

    def begin(self, call: Coroutine[Any, Any, None]) -> asyncio.Task[None]:
        """Begin a call, and go on."""
        task = asyncio.create_task(call)
        self._begun.add(task)
        task.add_done_callback(self._ended)
        return task

    async def wait(self, call: Coroutine[Any, Any, None], seconds: float) -> None:
        """Begin a call and wait a while for its end; it goes on after that."""
        await asyncio.wait({self.begin(call)}, timeout=seconds)

    async def end(self) -> None:
        """Wait for what was begun."""
        if self._begun:
            await asyncio.wait(self._begun)

    def _ended(self, task: asyncio.Task[None]) -> None:
        self._begun.discard(task)
        if not task.cancelled() and (error := task.exception()):
            _log.error("a call beside a request failed: %s", type(error).__name__)
