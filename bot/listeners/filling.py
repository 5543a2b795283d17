"""What the conversation cannot know, put into its replies: how things stand, and which times are free."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from sqlalchemy import Connection

from bot.listeners import people
from bot.listeners.meetings import lists as meetings
from bot.listeners.meetings import offering
from bot.listeners.reports import lists as reports
from bot.listeners.requests import lists as requests
from bot.listeners.services import Services
from bot.model import Channel, Effect, Outcome, Person, Post, Turn
from bot.store.messages import Message


def is_needed(turn: Turn) -> bool:
    """Whether a turn says something that only the database knows."""
    reply = turn.reply
    return reply is not None and (reply.outcome is Outcome.STATUS or offering.is_asked_for(turn))


def filled(conn: Connection, services: Services, turn: Turn, person: Person, channel: Channel) -> Turn:
    """A turn that says how things stand, and offers the times that are free now."""
    turn = offering.with_times(conn, services, turn, person)
    return with_standing(conn, services, turn, person, channel)


def with_standing(conn: Connection, services: Services, turn: Turn, person: Person, channel: Channel) -> Turn:
    """A turn that says how things stand for whoever reads it."""
    if turn.reply is None or turn.reply.outcome is not Outcome.STATUS:
        return turn
    told = _told(conn, services, person, channel)

    def with_state(effect: Effect) -> Effect:
        if isinstance(effect, Post) and effect.reply.outcome is Outcome.STATUS:
            return Post(replace(effect.reply, result=told))
        return effect

    return replace(turn, effects=tuple(with_state(effect) for effect in turn.effects))


def filled_again(conn: Connection, services: Services, message: Message) -> Message | None:
    """A message of ours to be shown anew, with how things stand by now; None where nobody is left to read it."""
    if message.reply.outcome is not Outcome.STATUS:
        return message
    if message.asker is None:
        return None
    channel = services.desk.channel(message.channel, direct=message.channel.startswith("D"))
    person = people.load(conn, services, message.asker, message.channel)
    return replace(message, reply=replace(message.reply, result=_told(conn, services, person, channel)))


def _told(conn: Connection, services: Services, person: Person, channel: Channel) -> dict[str, Any]:
    return {
        **requests.told(conn, services, person, channel),
        **reports.told(conn, services, person, channel),
        **meetings.told(conn, services, person, channel),
    }
