"""How fast a channel may be posted to: bursts of 5, then one a second, and not at all while Slack says so.

Each process paces for itself. Several replicas together may send more than that to one channel; Slack then refuses
some of it with 429, which costs the message no attempt, and each replica pauses the channel as it is told.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final

BURST: Final = 5
INTERVAL: Final = timedelta(seconds=1)

_SWEPT_EVERY: Final = 1_000  # calls
_FORGOTTEN_AFTER: Final = timedelta(minutes=5)  # a slot that nobody came for: its job was taken back or died
_AHEAD_AT_MOST: Final = timedelta(hours=2)  # more is a clock that was set back; a pause lasts an hour at most


@dataclass(slots=True)
class _Channel:
    full_at: datetime  # when all of the burst is free again; each post moves it an interval on
    paused_until: datetime
    slots: dict[str, datetime] = field(default_factory=dict)  # key → when it may be posted


class Pacer:
    """Gives each message its time.

    It never sleeps: a message whose time has not come goes back to the queue and finds its slot kept, so that a
    worker is free for other channels meanwhile, and messages of one channel do not race for the same second. Channels
    that are at rest are forgotten.
    """

    def __init__(self, burst: int = BURST, interval: timedelta = INTERVAL) -> None:
        self._interval = interval
        self._ahead = (burst - 1) * interval  # how far a channel may be ahead of its pace
        self._channels: dict[str, _Channel] = {}
        self._calls = 0

    def wait(self, channel: str, key: str, now: datetime) -> timedelta:
        """How long the message `key` has to wait from now on; zero: post it now."""
        self._calls += 1
        if self._calls % _SWEPT_EVERY == 0:
            self._sweep(now)
        state = self._channels.get(channel)
        if state is None or state.full_at - now > _AHEAD_AT_MOST:
            state = self._channels[channel] = _Channel(now, now)
        slot = state.slots.get(key)
        if slot is None or slot < state.paused_until:
            slot = max(now, state.paused_until, state.full_at - self._ahead)
            state.full_at = max(state.full_at, slot) + self._interval
        if slot <= now:
            state.slots.pop(key, None)
            return timedelta()
        state.slots[key] = slot
        return slot - now

    def pause(self, channel: str, duration: timedelta, now: datetime) -> None:
        """Let nothing into a channel for a while, and no burst at its end."""
        state = self._channels.setdefault(channel, _Channel(now, now))
        state.paused_until = max(state.paused_until, now + duration)
        state.full_at = max(state.full_at, state.paused_until + self._ahead)

    def _sweep(self, now: datetime) -> None:
        for state in self._channels.values():
            for key in [key for key, slot in state.slots.items() if slot + _FORGOTTEN_AFTER < now]:
                del state.slots[key]
        self._channels = {
            name: state
            for name, state in self._channels.items()
            if state.slots or state.full_at > now or state.paused_until > now
        }
