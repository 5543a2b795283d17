"""Requests for a person, as app.py puts them together."""

from __future__ import annotations

from collections.abc import Mapping

from slack_bolt.async_app import AsyncApp
from sqlalchemy import Connection

from bot.listeners.requests import (
    cards,
    digest,
    explaining,
    files,
    kinds,
    learned,
    partner,
    shortcuts,
    staff,
    telling,
    unanswered,
)
from bot.listeners.services import Services
from bot.ports import Handler


def register(app: AsyncApp, services: Services) -> None:
    """Listen to all that requests show."""
    staff.register(app, services)
    partner.register(app, services)
    shortcuts.register(app, services)
    explaining.register(app, services)


def plan(conn: Connection, services: Services) -> None:
    """Have what is done again and again begin."""
    digest.plan(conn, services)
    telling.plan(conn, services)


def handlers(services: Services) -> Mapping[str, Handler]:
    """The kinds of work, and who carries them out."""
    return {
        kinds.CARD: cards.card_job(services),
        kinds.CARD_BEFORE: cards.card_before_job(services),
        kinds.SHOW: cards.show_job(services),
        kinds.MOVED: cards.moved_job(services),
        kinds.LINE: cards.line_job(services),
        kinds.PING: cards.ping_job(services),
        kinds.NOTE: cards.note_job(services),
        kinds.LATE: cards.late_job(services),
        kinds.TELL: telling.tell_job(services),
        kinds.STAND: telling.stand_job(services),
        kinds.TICK: telling.tick_job(services),
        kinds.CLOCKS: telling.clocks_job(services),
        kinds.UNANSWERED: unanswered.unanswered_job(services),
        kinds.DRAFTED: learned.drafted_job(services),
        **files.handlers(services),
        **digest.handlers(services),
    }
