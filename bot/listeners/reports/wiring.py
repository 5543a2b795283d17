"""Reports, as app.py puts them together."""

from __future__ import annotations

from collections.abc import Mapping

from slack_bolt.async_app import AsyncApp

from bot.listeners.effects import REPORT_HEARD
from bot.listeners.reports import cards, kinds, pictures, reporter, shortcuts, telling, translators
from bot.listeners.services import Services
from bot.ports import Handler


def register(app: AsyncApp, services: Services) -> None:
    """Listen to all that reports show."""
    reporter.register(app, services)
    translators.register(app, services)
    shortcuts.register(app, services)


def handlers(services: Services) -> Mapping[str, Handler]:
    """The kinds of work, and who carries them out."""
    return {
        REPORT_HEARD: telling.heard_job(services),
        kinds.CARD: cards.card_job(services),
        kinds.SHOW: cards.show_job(services),
        kinds.LINE: cards.line_job(services),
        kinds.PING: cards.ping_job(services),
        kinds.MOVED: cards.moved_job(services),
        kinds.LATE: cards.late_job(services),
        **pictures.handlers(services),
        kinds.TELL: telling.tell_job(services),
        kinds.STAND: telling.stand_job(services),
    }
