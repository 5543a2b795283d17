"""Chooses how the calendar at an address is spoken to."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.adapters.calendars.none import NoCalendar
from bot.ports import Calendar
from bot.settings import Settings

if TYPE_CHECKING:
    from bot.adapters.calendars.caldav import CalDavCalendars


class OpenCalendars:
    """ports.Calendars by the settings.

    Args:
        settings: Where the CalDAV server is, and its user and password.
        own_domain: How the UIDs of our own events end, after the @.

    """

    def __init__(self, settings: Settings, own_domain: str) -> None:
        self._settings = settings
        self._own_domain = own_domain
        self._caldav: CalDavCalendars | None = None

    def of(self, address: str | None, *, zone: str = "UTC", owner: str = "") -> Calendar:
        """The calendar at an address of the desk file."""
        if address is None:
            return NoCalendar()
        if self._caldav is None:
            # Loaded where somebody has a calendar, with its HTTP client.
            from bot.adapters.calendars.caldav import CalDavCalendars  # noqa: PLC0415

            self._caldav = CalDavCalendars(self._settings, self._own_domain)
        return self._caldav.of(address, zone=zone, owner=owner)
