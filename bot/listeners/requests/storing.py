"""A request stored, with when its next target is due; and drawn anew, for both sides."""

from __future__ import annotations

from sqlalchemy import Connection

from bot.flows import clocks
from bot.listeners.incoming import lane
from bot.listeners.requests import kinds
from bot.listeners.services import Services
from bot.request import Request
from bot.store import requests


def stored(conn: Connection, services: Services, request: Request, *, responded_in: int | None = None) -> None:
    """Store a request, with the seconds of its first response if that was just now; nothing else follows."""
    due = min(clocks.due(services.desk, request).values(), default=None)
    requests.save(conn, services.workspace, request, services.clock.now(), due=due, responded_in=responded_in)


def show(conn: Connection, services: Services, request: Request, why: str) -> None:
    """Have the card, and the partner's message, say how the request stands; `why` makes that happen once."""
    key = f"{kinds.SHOW}:{services.workspace}:{request.number}:{why}"
    services.work.add(conn, kinds.SHOW, key, {"number": request.number}, lane=lane_of(services, request))
    stand(conn, services, request, why)


def stand(conn: Connection, services: Services, request: Request, why: str) -> None:
    """Have the partner's message alone say how the request stands."""
    if request.status_ts:
        key = f"{kinds.STAND}:{services.workspace}:{request.number}:{why}"
        services.work.add(conn, kinds.STAND, key, {"number": request.number}, lane=lane_of_thread(request))


def lane_of(services: Services, request: Request) -> str:
    """What the desk reads of a request comes in order."""
    return requests.lane(services.workspace, request.number)


def lane_of_thread(request: Request) -> str:
    """What the partner reads of it comes in the order of all that is said in their thread."""
    return lane(request.channel, request.thread_ts)
