"""The doctor's look at what meetings need from outside: calendars that can be read and written, a mail server."""

from __future__ import annotations

from typing import Final
from urllib.parse import urlsplit

from bot.adapters.mail import SmtpMail
from bot.cli.findings import Check, Finding, Level
from bot.desk import MEETING_KINDS, Desk, Host
from bot.ports import Clock, GiveUp, RetryLater
from bot.settings import Settings

LIMIT: Final = 12.0  # seconds for a server


def meeting_checks(settings: Settings, desk: Desk, clock: Clock) -> list[Check]:
    """Whether every calendar can be read and written, and the mail server takes our mails; none is sent."""
    return [
        *(_calendar_check(settings, desk, host, host.calendar, clock) for host in desk.hosts if host.calendar),
        *([_mail_check(settings.smtp_url, settings.mail_from)] if settings.smtp_url and settings.mail_from else []),
    ]


def _calendar_check(settings: Settings, desk: Desk, host: Host, address: str, clock: Clock) -> Check:
    async def check() -> Finding:
        # Loaded where somebody has a calendar, as in `opening`.
        from bot.adapters.calendars.caldav import CalDavCalendars  # noqa: PLC0415

        what = f"calendar of {host.user}"
        calendars = CalDavCalendars(settings, "", time_limit=LIMIT)
        calendar = calendars.of(address, zone=desk.zone_of(host), owner=host.email)
        horizon = max(desk.rules_of(kind).horizon for kind in MEETING_KINDS)
        try:
            await calendar.busy(clock.now(), clock.now() + horizon)
            may_write = await calendar.may_write()
        except (RetryLater, GiveUp) as error:
            mend = "see `calendar` in the desk file and CALDAV_…; until then nobody is offered a meeting with them"
            return Finding(Level.FAIL, f"{what}: {error}", mend)
        if may_write is None:
            mend = "book a meeting to see it; a write that fails is repeated"
            return Finding(Level.WARN, f"{what} can be read; its server does not say whether it can be written", mend)
        if not may_write:
            return Finding(Level.FAIL, f"{what} can be read but not written", "let the user of CALDAV_USER write there")
        if urlsplit(settings.caldav_url or "").scheme != "https":
            mend = "take https:// if that leaves this machine or network"
            return Finding(Level.WARN, f"{what}: its password travels unencrypted", mend)
        return Finding(Level.OK, what)

    return check


def _mail_check(url: str, sender: str) -> Check:
    async def check() -> Finding:
        try:
            await SmtpMail(url, sender, time_limit=LIMIT).check()
        except (RetryLater, GiveUp) as error:
            return Finding(
                Level.FAIL, f"mail: {error}", "see SMTP_URL and MAIL_FROM; until then nobody is invited by mail"
            )
        return Finding(Level.OK, "mail server")

    return check
