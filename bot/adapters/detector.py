"""The detector of a fifth language, in a child process: it is needed rarely, and is as large as half a desk."""

from __future__ import annotations

import asyncio
import json
import logging
import re
import sys
from asyncio.subprocess import DEVNULL, PIPE, Process
from typing import Final

_log = logging.getLogger(__name__)

LIMIT: Final = 10.0  # seconds, waiting for others included; then the message is answered as if nobody had asked
KEPT: Final = 60.0  # seconds that a child waits for the next message, since loading takes it a second
_MODULE: Final = "bot.understand.foreign"
_CODE: Final = re.compile(r"[a-z]{2,3}")


class ForeignDetector:
    """Asks one child at a time, which is started when it is needed and ended when it has not been for a while."""

    def __init__(self, *, kept: float = KEPT, limit: float = LIMIT) -> None:
        self._kept = kept
        self._limit = limit
        self._turn = asyncio.Lock()
        self._child: Process | None = None
        self._end: asyncio.TimerHandle | None = None

    async def __call__(self, text: str) -> str | None:
        """The ISO code of a message's language, if it is surely none of ours; None too if the detector fails."""
        try:
            async with asyncio.timeout(self._limit), self._turn:
                told = await self._ask(text)
        except (TimeoutError, OSError) as error:
            _log.warning("the detector of languages did not answer (%s)", type(error).__name__)
            return None
        return told if _CODE.fullmatch(told) else None

    async def close(self) -> None:
        """End the child, if there is one."""
        if self._end is not None:
            self._end.cancel()
        child, self._child = self._child, None
        if child is not None and child.returncode is None:
            child.kill()
            await child.wait()

    async def _ask(self, text: str) -> str:
        if self._end is not None:
            self._end.cancel()
        if self._child is None or self._child.returncode is not None:
            # What it says when it dies may hold the message.
            self._child = await asyncio.create_subprocess_exec(
                sys.executable, "-m", _MODULE, stdin=PIPE, stdout=PIPE, stderr=DEVNULL
            )
        child = self._child
        try:
            assert child.stdin is not None and child.stdout is not None  # noqa: S101, PT018 - both are pipes
            child.stdin.write(json.dumps(text).encode() + b"\n")
            await child.stdin.drain()
            told = await child.stdout.readline()
        except BaseException:  # its next line would be the answer to this message
            self._child = None
            child.kill()
            raise
        self._end = asyncio.get_running_loop().call_later(self._kept, self._let_go, child)
        return told.decode("ascii", "replace").strip()

    def _let_go(self, child: Process) -> None:
        """End a child that nobody has asked for a while; it ends by itself when its input does."""
        if child is self._child and not self._turn.locked():
            self._child = None
            if child.stdin is not None:
                child.stdin.close()
