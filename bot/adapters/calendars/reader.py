"""Has a calendar's answer read by a child process, within limits."""

from __future__ import annotations

import asyncio
import json
import sys
from asyncio.subprocess import DEVNULL, PIPE
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from typing import Final

from bot.adapters.calendars.query import Query
from bot.meeting import Span
from bot.ports import GiveUp, RetryLater

LIMIT: Final = 15.0  # seconds for an answer; 3 ms an event
AT_ONCE: Final = 2  # children: they compute, and share the machine with whoever answers people

_MODULE: Final = "bot.adapters.calendars.reading"


class Reader:
    """Starts a child for each answer, few at once: one that has read something hostile reads nothing else."""

    def __init__(self, *, limit: float = LIMIT) -> None:
        self._limit = limit
        self._turns = asyncio.Semaphore(AT_ONCE)

    async def busy(self, content: bytes, query: Query) -> list[Span]:
        """The busy times in a server's answer, in order and apart. Raises RetryLater, GiveUp."""
        try:
            async with self._turns, asyncio.timeout(self._limit):
                told = _Told(**json.loads(await _child(json.dumps(asdict(query)).encode() + b"\n" + content)))
        except (TimeoutError, OSError, ValueError) as error:
            raise RetryLater(f"the calendar's events could not be read ({type(error).__name__})") from None
        if told.fault:
            raise GiveUp(told.fault) if told.is_lasting else RetryLater(told.fault)
        return [Span(datetime.fromtimestamp(start, UTC), datetime.fromtimestamp(end, UTC)) for start, end in told.busy]


@dataclass(frozen=True, slots=True)
class _Told:
    """What a child has said."""

    busy: tuple[tuple[float, float], ...] = ()
    fault: str = ""
    is_lasting: bool = False


async def _child(given: bytes) -> bytes:
    # What it says when it dies may hold people's events.
    child = await asyncio.create_subprocess_exec(sys.executable, "-m", _MODULE, stdin=PIPE, stdout=PIPE, stderr=DEVNULL)
    try:
        told, _ = await child.communicate(given)
    finally:
        if child.returncode is None:
            child.kill()
            await child.wait()
    return told
