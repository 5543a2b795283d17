"""How a request stands for the partner: what of the desk, its hours and its languages belongs to that."""

from __future__ import annotations

from dataclasses import replace

from sqlalchemy import Connection

from bot import duty, hours
from bot.flows.requesting import STATUS, STEP, Around
from bot.listeners import people
from bot.listeners.requests import changing, storing
from bot.listeners.services import Services
from bot.model import Reply
from bot.request import Request, State
from bot.store import requests


def around(conn: Connection, services: Services, request: Request) -> Around:
    """What the partner is told besides the state: who has it, when somebody is there, whether in their language."""
    asker = people.load(conn, services, request.asker, request.channel) if request.asker else None
    now, desk = services.clock.now(), services.desk
    opens = duty.opens_for(desk, request.language, now, request.level) if request.state is State.OPEN else now
    speakers = duty.speakers(desk, request.language)
    of_level = duty.speakers(desk, request.language, request.level)
    return Around(
        agent=changing.agent_name(services, request.assignee),
        opens=opens if opens > now else None,
        by_speaker=bool(of_level) and opens > hours.opening(desk, now),
        zone=(asker.time_zone if asker else None) or desk.time_zone or "UTC",
        # Where the desk file says nothing of languages, nobody knows.
        is_spoken=bool(speakers) or not any(member.languages for member in desk.staff),
        is_shared=not request.is_direct and desk.partner_of_channel(request.channel) is None,
    )


def placed(conn: Connection, services: Services, reply: Reply, ts: str) -> None:
    """Note where the message stands that says how a request stands; what has become of it meanwhile it says next."""
    if reply.result.get(STEP) != STATUS:
        return
    number = reply.result["number"]
    requests.lock(conn, services.workspace, number)
    request = requests.load(conn, services.workspace, number)
    if request is None:
        return
    request = replace(request, status_ts=ts)
    storing.stored(conn, services, request)
    if len(request.history) > 1:
        storing.show(conn, services, request, f"placed:{ts}")
