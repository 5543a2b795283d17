"""Clicks of partners on what they are told of their request: reopened, or settled."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from typing import Any, TypeAlias

from slack_bolt.async_app import AsyncApp
from sqlalchemy import Connection

from bot.flows.request import Desk as Flow
from bot.flows.requesting import STEP
from bot.listeners import effects
from bot.listeners.changes import Clicked, Step, change
from bot.listeners.clicks import Click
from bot.listeners.registry import Listener, listen
from bot.listeners.requests import changing, hearing
from bot.listeners.services import Services
from bot.model import Person
from bot.render import requests as render
from bot.request import Reason, Request
from bot.store import audit

Act: TypeAlias = Callable[[Flow, Request, Person, datetime], Request | None]
"""The request after an act of somebody's; None where it is no longer possible."""


def register(app: AsyncApp, services: Services) -> None:
    """Listen to what partners are shown."""

    def step(act: Act) -> Listener:
        made = Step(lambda conn, clicked: _carried_out(services, conn, clicked, act))

        async def carry_out(click: Click) -> None:
            await change(services, click, made)

        return carry_out

    listen(app, services, {render.AGAIN: step(_open_again), render.SETTLED: step(_settle)})


def _open_again(flow: Flow, request: Request, who: Person, now: datetime) -> Request | None:
    return flow.reopen(request, who.id, now) if _is_staff(request, who) else flow.give_back(request, who.id, now)


def _settle(flow: Flow, request: Request, who: Person, now: datetime) -> Request | None:
    if _is_staff(request, who):
        return flow.resolve(request, who.id, now, Reason.ANSWERED, "")
    return flow.settle(request, who.id, now)


def _is_staff(request: Request, who: Person) -> bool:
    """Whether somebody of the desk clicks on what a partner is shown: they do so in the desk's name."""
    return who.is_staff and who.id != request.asker


def _carried_out(
    services: Services,
    conn: Connection,
    clicked: Clicked,
    act: Act,
) -> None:
    """Change the request; the message that was clicked says from now on that this is done."""
    reply, now = clicked.message.reply, services.clock.now()
    request = changing.locked(conn, services, reply.result["number"])
    after = act(changing.flow(services), request, clicked.person, now) if request is not None else None
    if request is not None and _is_staff(request, clicked.person):
        who, action = clicked.person.id, clicked.click.action
        audit.add(conn, services.workspace, who, action, request.number, is_allowed=True, now=now)
    if reply.result.get(STEP) != "status":  # which is edited anyway
        done_so = {"can_reopen": False, "answered": True, "reopened": act is _open_again and request is not None}
        told: dict[str, Any] = {**reply.result, **done_so}
        done = replace(clicked.message, reply=replace(reply, result=told))
        effects.show(conn, services, done, clicked.click.key)
    if after is not None:
        changing.changed(conn, services, after)
        if act is _open_again:
            hearing.to_queue_if_away(conn, services, after, now)
