"""The values of a computed reply: likely ones to click, a calendar, and the form that changes all of them."""

from __future__ import annotations

import json
import re
from collections.abc import Awaitable, Callable
from typing import Any

from slack_bolt.async_app import AsyncAck, AsyncApp
from sqlalchemy import Connection

from bot.listeners import effects, people
from bot.listeners.clicks import Click, Clicked, change, look_up
from bot.listeners.effects import Origin
from bot.listeners.services import Services
from bot.model import Notice, Outcome, PersonId, Reply
from bot.render import messages as controls
from bot.render import views
from bot.render.slots import not_yours, read_choice
from bot.understand.slots.valid import is_valid

_Listener = Callable[[AsyncAck, dict[str, Any]], Awaitable[None]]


def register(app: AsyncApp, services: Services) -> None:
    """Listen to what a computed reply shows."""
    table: dict[str, _Listener] = {
        controls.PICK_VALUE: _picked(services),
        controls.PICK_DAY: _day_picked(services),
        controls.OPEN_VALUES: _opened(services),
    }
    for action, listener in table.items():
        app.action(re.compile(rf"^{re.escape(action)}(?:\.|$)"))(listener)
    app.view(views.CHANGE_VALUES)(_submitted(services))


def _picked(services: Services) -> _Listener:
    async def listen(ack: AsyncAck, body: dict[str, Any]) -> None:
        click = Click.of(body, services)
        try:
            name, value = read_choice(click.value)
        except ValueError:  # none of our buttons
            await ack()
            return
        await change(services, click, lambda conn, clicked: _told(services, conn, clicked, name, value))
        await ack()

    return listen


def _day_picked(services: Services) -> _Listener:
    async def listen(ack: AsyncAck, body: dict[str, Any]) -> None:
        click = Click.of(body, services)

        def unit(conn: Connection, clicked: Clicked) -> None:
            if clicked.message.reply.asks_for:
                _told(services, conn, clicked, clicked.message.reply.asks_for[0], click.value)

        await change(services, click, unit)
        await ack()

    return listen


def _opened(services: Services) -> _Listener:
    async def listen(ack: AsyncAck, body: dict[str, Any]) -> None:
        await open_form(services, Click.of(body, services))
        await ack()

    return listen


async def open_form(services: Services, click: Click) -> None:
    """Open the form with all values of a computed reply, for whoever may change them."""
    clicked = await look_up(services, click)
    if clicked is None or clicked.message.reply.outcome is not Outcome.RULE:
        return
    if not people.may_change(services, clicked.person, clicked.message.asker, click.channel):
        await change(services, click, lambda conn, found: _refuse(services, conn, found))
        return
    renderer = services.editions.current.renderer
    language = clicked.person.language or clicked.message.language
    form = views.values_form(
        renderer.catalogues[language],
        names=renderer.changeable(clicked.message.reply),
        told=clicked.message.reply.slots,
        channel=click.channel,
        ts=click.message_ts,
    )
    await services.slack.open_view(click.trigger, form)


def _submitted(services: Services) -> _Listener:
    async def listen(ack: AsyncAck, body: dict[str, Any]) -> None:
        view = body["view"]
        place = json.loads(view["private_metadata"])
        user = body["user"]
        click = Click(
            key=f"view:{services.workspace}:{view['id']}",
            who=PersonId(user.get("team_id") or services.workspace, user["id"]),
            channel=str(place["channel"]),
            message_ts=str(place["ts"]),
            action=views.CHANGE_VALUES,
            value="",
            trigger="",
        )
        t = services.editions.current.renderer.catalogues[str(place["language"])]
        told, errors = views.read_values(view["state"]["values"], t)
        if errors:
            await ack(response_action="errors", errors=errors)
            return
        refused: list[bool] = []

        def unit(conn: Connection, clicked: Clicked) -> None:
            if people.may_change(services, clicked.person, clicked.message.asker, click.channel):
                _compute(services, conn, clicked, told)
            else:
                refused.append(True)

        await change(services, click, unit)
        if refused:
            field = next(iter(view["state"]["values"]))
            await ack(response_action="errors", errors={field: not_yours(t)})
            return
        await ack()

    return listen


def _told(services: Services, conn: Connection, clicked: Clicked, name: str, value: object) -> None:
    """One more value, told by a click."""
    reply = clicked.message.reply
    if name not in services.editions.current.renderer.changeable(reply) or not is_valid(name, value):
        return
    if not people.may_change(services, clicked.person, clicked.message.asker, clicked.click.channel):
        _refuse(services, conn, clicked)
        return
    _compute(services, conn, clicked, {**reply.slots, name: value})


def _compute(services: Services, conn: Connection, clicked: Clicked, told: dict[str, Any]) -> None:
    """Compute the reply anew, in place, from those of the values that its rule reads."""
    today = people.today_at(clicked.person, services.clock.now())
    edition = services.editions.current
    known = edition.renderer.changeable(clicked.message.reply)
    turn = edition.conversation.with_slots(
        clicked.message.reply,
        {name: value for name, value in told.items() if name in known},
        clicked.channel,
        clicked.thread,
        clicked.person,
        today,
    )
    origin = Origin(clicked.click.key, clicked.person.id, clicked.message.question_ts, clicked.message.ts)
    effects.carry_out(conn, services, turn, origin)


def _refuse(services: Services, conn: Connection, clicked: Clicked) -> None:
    language = clicked.person.language or clicked.message.language
    reply = Reply(Outcome.HELP, language, notice=Notice.NOT_YOURS)
    effects.whisper(conn, services, reply, clicked.thread, Origin(clicked.click.key, clicked.person.id))
