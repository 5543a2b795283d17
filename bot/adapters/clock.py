"""The system's clock."""

from __future__ import annotations

from datetime import UTC, datetime


class SystemClock:
    """ports.Clock on the system's time."""

    def now(self) -> datetime:
        """The current instant, in UTC."""
        return datetime.now(UTC)
