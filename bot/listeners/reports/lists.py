"""What a person reads of reports that they or their organisation have made: by `status`, and in App Home."""

from __future__ import annotations

from dataclasses import replace

from sqlalchemy import Connection

from bot.listeners.reports import changing
from bot.listeners.services import Services
from bot.model import Channel, Effect, Language, Outcome, Person, Place, Post, Turn
from bot.render import home as render
from bot.render.blocks import Block
from bot.render.reports import listed
from bot.store import reports


def with_reports(conn: Connection, services: Services, turn: Turn, person: Person, channel: Channel) -> Turn:
    """A turn whose reply on how things stand lists the person's reports; in a channel, where others read, no words."""
    if not services.desk.takes_reports or not is_asked_for(turn):
        return turn
    found = reports.of_person(conn, services.workspace, person.id, person.organisation, services.clock.now())
    told = {"reports": listed(found, with_words=channel.place is Place.DIRECT)}

    def filled(effect: Effect) -> Effect:
        if isinstance(effect, Post) and effect.reply.outcome is Outcome.STATUS:
            return Post(replace(effect.reply, result=told))
        return effect

    return replace(turn, effects=tuple(filled(effect) for effect in turn.effects))


def is_asked_for(turn: Turn) -> bool:
    """Whether somebody is told how things stand."""
    return turn.reply is not None and turn.reply.outcome is Outcome.STATUS


async def home_section(services: Services, person: Person, language: Language) -> list[Block]:
    """Their reports; and those that wait for them, where they look after a language."""
    if not services.desk.takes_reports:
        return []
    workspace, now = services.workspace, services.clock.now()
    found = await services.store.read(
        lambda conn: reports.of_person(conn, workspace, person.id, person.organisation, now)
    )
    user = person.id.user
    owned = services.desk.languages_owned(user)
    is_open = await services.store.read(
        lambda conn: [report for one in owned for report in reports.open_in(conn, workspace, one)]
    )
    waiting = [report for report in is_open if user in changing.owners(services, report)]
    return render.reports_section(services.editions.current.renderer, language, found, waiting)
