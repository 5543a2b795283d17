"""A clock that stands still until a test moves it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

START = datetime(2026, 11, 3, 9, 0, tzinfo=UTC)  # a Tuesday


class VirtualClock:
    """ports.Clock for tests."""

    def __init__(self, now: datetime = START) -> None:
        self._now = now

    def now(self) -> datetime:
        """The instant that the test has set."""
        return self._now

    def advance(self, duration: timedelta | float) -> datetime:
        """Move on by a timedelta, or by seconds; the new instant."""
        self._now += duration if isinstance(duration, timedelta) else timedelta(seconds=duration)
        return self._now

    def set(self, now: datetime) -> None:
        """Go to an instant."""
        self._now = now
