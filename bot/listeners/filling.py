"""What the conversation cannot know, put into its replies: how things stand, and which times are free."""

from __future__ import annotations

from dataclasses import replace

from sqlalchemy import Connection

from bot.listeners.meetings import lists as meetings
from bot.listeners.meetings import offering
from bot.listeners.reports import lists as reports
from bot.listeners.requests import lists as requests
from bot.listeners.services import Services
from bot.model import Channel, Effect, Outcome, Person, Post, Turn


def is_needed(turn: Turn) -> bool:
    """Whether a turn says something that only the database knows."""
    reply = turn.reply
    return reply is not None and (reply.outcome is Outcome.STATUS or offering.is_asked_for(turn))


def filled(conn: Connection, services: Services, turn: Turn, person: Person, channel: Channel) -> Turn:
    """A turn that says how things stand, and offers the times that are free now."""
    turn = offering.with_times(conn, services, turn, person)
    if turn.reply is None or turn.reply.outcome is not Outcome.STATUS:
        return turn
    told = {
        **requests.told(conn, services, person, channel),
        **reports.told(conn, services, person, channel),
        **meetings.told(conn, services, person, channel),
    }

    def with_state(effect: Effect) -> Effect:
        if isinstance(effect, Post) and effect.reply.outcome is Outcome.STATUS:
            return Post(replace(effect.reply, result=told))
        return effect

    return replace(turn, effects=tuple(with_state(effect) for effect in turn.effects))
