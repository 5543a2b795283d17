"""What a person reads of reports that they or their organisation have made: by `status`, and in App Home."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Connection

from bot.listeners.reports import changing
from bot.listeners.services import Services
from bot.model import Channel, Language, Person, Place
from bot.render import home as render
from bot.render.blocks import Block
from bot.render.reports import listed
from bot.store import reports


def told(conn: Connection, services: Services, person: Person, channel: Channel) -> dict[str, Any]:
    """What a reply on how things stand holds of the person's reports; in a channel, where others read, no words."""
    if not services.desk.takes_reports:
        return {}
    found = reports.of_person(conn, services.workspace, person.id, person.organisation, services.clock.now())
    return {"reports": listed(found, with_words=channel.place is Place.DIRECT)}


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
