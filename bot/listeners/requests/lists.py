"""What people read of requests by `status`, and in App Home: their own; and staff what waits for the desk."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy import Connection

from bot.flows import clocks
from bot.listeners.requests import changing
from bot.listeners.services import Services
from bot.model import Channel, Language, Person, Place
from bot.render import home as render
from bot.render.blocks import Block
from bot.request import Request
from bot.store import requests
from bot.store.requests import Group

_SOON: Final = timedelta(hours=2)
"""How long before a target is missed a request counts as about to miss it."""

_LONGEST: Final = 80  # characters of a question


def told(conn: Connection, services: Services, person: Person, channel: Channel) -> dict[str, Any]:
    """What a reply on how things stand holds of requests; in a channel, where others read, number and state alone."""
    if services.desk.support_channel is None:
        return {}
    is_direct = channel.place is Place.DIRECT
    found: dict[str, Any] = {
        "requests": _own(conn, services, person, with_words=is_direct),
        "zone": person.time_zone or services.desk.time_zone or "UTC",
    }
    if is_direct and person.is_staff:
        found["desk"] = _desk(conn, services, person)
    return found


async def home_section(services: Services, person: Person, language: Language) -> list[Block]:
    """A person's requests; and for staff what is theirs, waits for them, is about to be late, or is nobody's."""
    if services.desk.support_channel is None:
        return []

    def read(conn: Connection) -> tuple[list[dict[str, Any]], dict[str, Any] | None]:
        own = _own(conn, services, person, with_words=True)
        return own, _desk(conn, services, person) if person.is_staff else None

    own, desk = await services.store.read(read)
    zone = person.time_zone or services.desk.time_zone or "UTC"
    return render.requests_section(services.editions.current.renderer, language, own, desk, zone=zone)


def _own(conn: Connection, services: Services, person: Person, *, with_words: bool) -> list[dict[str, Any]]:
    now, workspace = services.clock.now(), services.workspace
    found = requests.of_person(conn, workspace, person.id, person.organisation, now)
    return [_listed(services, one, is_own=is_own, with_words=with_words) for one, is_own in found]


def _listed(services: Services, request: Request, *, is_own: bool, with_words: bool) -> dict[str, Any]:
    listed: dict[str, Any] = {"number": request.number, "state": request.state.value}
    if with_words:
        listed |= {
            "own": is_own,
            "agent": changing.agent_name(services, request.assignee),
            "question": _excerpt(request),
            "organisation": request.organisation or "",
        }
    return listed


def _desk(conn: Connection, services: Services, person: Person) -> dict[str, Any]:
    """The desk as somebody who works there sees it."""
    now = services.clock.now()
    seen = requests.view(conn, services.workspace, person.id.user, now + _SOON)
    return {
        "mine": _group(services, seen.mine),
        "waiting": _group(services, seen.waiting),
        "soon": _group(services, seen.soon),
        "unassigned": _group(services, seen.unassigned),
    }


def _group(services: Services, group: Group) -> dict[str, Any]:
    return {"count": group.count, "first": [_row(services, one) for one in group.first]}


def _row(services: Services, request: Request) -> dict[str, Any]:
    due: datetime | None = min(clocks.due(services.desk, request).values(), default=None)
    return {
        "number": request.number,
        "question": _excerpt(request),
        "organisation": request.organisation or "",
        "language": request.language,
        "urgent": request.is_urgent,
        "due": due.isoformat() if due else None,
        "url": request.card_url,
    }


def _excerpt(request: Request) -> str:
    words = " ".join(request.question.split())
    return words if len(words) <= _LONGEST else f"{words[: _LONGEST - 1].rstrip()}…"
