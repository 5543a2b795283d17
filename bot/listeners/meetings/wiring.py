"""Meetings, as app.py puts them together."""

from __future__ import annotations

from collections.abc import Mapping

from slack_bolt.async_app import AsyncApp

from bot.listeners.meetings import booker, calendars, inviting, kinds, lists, managing, shortcuts, telling, withdrawing
from bot.listeners.services import Services
from bot.ports import Handler
from bot.store.privacy import MEETING_UNPLACED, MEETING_WITHDRAWAL


def register(app: AsyncApp, services: Services) -> None:
    """Listen to all that meetings show."""
    booker.register(app, services)
    managing.register(app, services)
    shortcuts.register(app, services)
    lists.register(app, services)


def handlers(services: Services) -> Mapping[str, Handler]:
    """The kinds of work, and who carries them out."""
    return {
        kinds.TELL: telling.tell_job(services),
        kinds.CARD: telling.card_job(services),
        kinds.NEWS: telling.news_job(services),
        kinds.REMIND: telling.remind_job(services),
        kinds.AFTER: telling.after_job(services),
        kinds.BUSY: calendars.busy_job(services),
        kinds.WRITE: calendars.write_job(services),
        kinds.ERASE: calendars.erase_job(services),
        kinds.MAIL: inviting.mail_job(services),
        kinds.CALL_OFF: inviting.call_off_job(services),
        kinds.FILE: inviting.file_job(services),
        kinds.SHARE: inviting.share_job(services),
        MEETING_WITHDRAWAL: withdrawing.withdrawal_job(services),
        MEETING_UNPLACED: withdrawing.unplaced_job(services),
    }
