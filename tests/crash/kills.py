"""When the desks are killed: not only some time, but in the moments that matter."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Callable
from enum import StrEnum

_PATIENCE = 5.0  # seconds that a moment is waited for


class Moment(StrEnum):
    """A moment in which to kill."""

    ACKED = "an event was acked just now"
    POST_STORED = "a message was sent, and stored"
    POST_UNSTORED = "a message was sent, and not stored"
    LOOKING_UP = "a message is being looked for"
    UNDER_WAY = "an event is under way"
    STARTING = "it is starting"
    ANY = "any"


AWAITED = frozenset({Moment.ACKED, Moment.POST_STORED, Moment.POST_UNSTORED, Moment.LOOKING_UP, Moment.UNDER_WAY})


class Trigger:
    """Pulled by whoever sees a moment come, at that very moment."""

    def __init__(self) -> None:
        self._armed: tuple[Moment, Callable[[], None]] | None = None
        self._fired = asyncio.Event()

    def happens(self, moment: Moment) -> bool:
        """Say that a moment has come; whether it was the one that was waited for."""
        if self._armed is None or self._armed[0] is not moment:
            return False
        self._fire()
        return True

    async def wait(self, moment: Moment, shoot: Callable[[], None]) -> None:
        """Have `shoot` called when a moment comes, or in a while if it does not."""
        self._armed = (moment, shoot)
        self._fired.clear()
        try:
            async with asyncio.timeout(_PATIENCE):
                await self._fired.wait()
        except TimeoutError:
            if self._armed is not None:
                self._fire()

    def _fire(self) -> None:
        assert self._armed is not None
        _, shoot = self._armed
        self._armed = None
        shoot()
        self._fired.set()


def moments(number: int, rng: random.Random) -> list[Moment]:
    """The moments of so many kills: every one before any comes again."""
    chosen: list[Moment] = []
    while len(chosen) < number:
        chosen += rng.sample(list(Moment), len(Moment))
    return chosen[:number]
