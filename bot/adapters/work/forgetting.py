"""Forgetting the keys of jobs that were done long ago, a portion at a time so that events never wait for it."""

from __future__ import annotations

from functools import partial
from typing import Final

from bot.ports import Clock, Store
from bot.store import jobs

_AT_ONCE: Final = 500


async def forget_old_keys(store: Store, clock: Clock) -> None:
    """Look through all keys. Raises StoreUnavailable."""
    after: bytes | None = b""
    while after is not None:
        after = await store.run(partial(jobs.purge, after=after, now=clock.now(), n=_AT_ONCE))
