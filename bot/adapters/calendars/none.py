"""No calendar: whoever has none is busy with our meetings alone, which the database knows."""

from __future__ import annotations

from datetime import datetime

from bot.meeting import Span


class NoCalendar:
    """ports.Calendar for a host without one."""

    async def busy(self, since: datetime, until: datetime) -> list[Span]:  # noqa: ARG002 - the port's
        """Nothing."""
        return []

    async def put(self, uid: str, content: bytes) -> None:
        """Nothing to write to."""

    async def remove(self, uid: str) -> None:
        """Nothing to take away."""
