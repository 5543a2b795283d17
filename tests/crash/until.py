"""Waiting for what happens in another process, or all over this one: by looking."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

_LOOK_EVERY = 0.2  # seconds


async def until(condition: Callable[[], object]) -> None:
    """Wait until a condition holds."""
    while not condition():  # noqa: ASYNC110 - nothing tells of it
        await asyncio.sleep(_LOOK_EVERY)
