"""The detector of a fifth language, in a child process: it is needed rarely, and is as large as half a desk."""

from __future__ import annotations

import asyncio
import logging
import re
import sys
from typing import Final

_log = logging.getLogger(__name__)

LIMIT: Final = 10.0  # seconds, waiting for others included; then the message is answered as if nobody had asked
_MODULE: Final = "bot.understand.foreign"
_CODE: Final = re.compile(r"[a-z]{2,3}")
_at_once = asyncio.Semaphore(1)


async def detect_foreign(text: str) -> str | None:
    """The ISO code of a message's language, if it is surely none of ours; None too if the detector fails."""
    try:
        async with asyncio.timeout(LIMIT), _at_once:
            told = await _ask(text)
    except TimeoutError:
        _log.warning("the detector of languages did not answer in time")
        return None
    return told if _CODE.fullmatch(told) else None


async def _ask(text: str) -> str:
    child = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        _MODULE,
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.DEVNULL,
    )
    try:
        told, _ = await child.communicate(text.encode("utf-8", "replace"))
    except asyncio.CancelledError:
        child.kill()
        await child.wait()
        raise
    return told.decode("ascii", "replace").strip()
