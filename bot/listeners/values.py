"""The values of a computed reply: likely ones to click, a calendar, and the form that changes all of them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from slack_bolt.async_app import AsyncApp
from sqlalchemy import Connection

from bot.listeners import effects
from bot.listeners.changes import Clicked, Step, change, look_up, notice, open_form, submit, whisper
from bot.listeners.clicks import Click, Form
from bot.listeners.effects import Origin
from bot.listeners.registry import Listener, listen, listen_to_forms
from bot.listeners.services import Services
from bot.model import Notice
from bot.render import messages as controls
from bot.render import views
from bot.render.slots import read_choice
from bot.understand.slots.valid import is_valid


def register(app: AsyncApp, services: Services) -> None:
    """Listen to what a computed reply shows."""

    def is_value(clicked: Clicked) -> bool:
        try:
            name, value = read_choice(clicked.click.value)
        except ValueError:
            return False
        reply = clicked.message.reply
        return name in services.editions.current.renderer.changeable(reply) and is_valid(name, value)

    def step(do: Callable[[Services, Connection, Clicked], None], **tests: Any) -> Listener:
        made = Step(lambda conn, clicked: do(services, conn, clicked), is_so=_is_told, **tests)

        async def carry_out(click: Click) -> None:
            await change(services, click, made)

        return carry_out

    async def opened(click: Click) -> None:
        await open_values(services, click)

    async def submitted(form: Form) -> dict[str, str]:
        return await _submitted(services, form)

    table = {
        controls.PICK_VALUE: step(_picked, is_meant=is_value),
        controls.PICK_DAY: step(_day_picked),
        controls.OPEN_VALUES: opened,
    }
    listen(app, services, table)
    listen_to_forms(app, services, {views.CHANGE_VALUES: submitted})


def _is_told(clicked: Clicked) -> bool:
    """Whether the value that was clicked is the one that the reply counts with."""
    try:
        name, value = read_choice(clicked.click.value)
    except ValueError:  # a day
        return clicked.click.value in clicked.message.reply.slots.values()
    return name in clicked.message.reply.slots and clicked.message.reply.slots[name] == value


def _picked(services: Services, conn: Connection, clicked: Clicked) -> None:
    name, value = read_choice(clicked.click.value)
    _compute(services, conn, clicked, {**clicked.message.reply.slots, name: value})


def _day_picked(services: Services, conn: Connection, clicked: Clicked) -> None:
    name, day = clicked.message.reply.asks_for[0], clicked.click.value
    if is_valid(name, day):
        _compute(services, conn, clicked, {**clicked.message.reply.slots, name: day})
    elif day:  # else the calendar was emptied
        whisper(conn, services, notice(Notice.NO_SUCH_DAY, clicked.language), clicked)


async def open_values(services: Services, click: Click) -> None:
    """Open the form with all values of a computed reply, for whoever may change them."""
    clicked = await look_up(services, click, Step(lambda *_: None))
    if clicked is None:
        return
    renderer = services.editions.current.renderer
    form = views.values_form(
        renderer.catalogues[clicked.language],
        names=renderer.changeable(clicked.message.reply),
        told=clicked.message.reply.slots,
        channel=click.channel,
        ts=click.message_ts,
    )
    await open_form(services, clicked, form)


async def _submitted(services: Services, form: Form) -> dict[str, str]:
    """Compute the reply anew with what the form has changed; what others have changed meanwhile stays."""
    renderer = services.editions.current.renderer
    told, errors = views.read_values(form.values, renderer.catalogues[form.language])
    if errors:
        return errors
    before = form.opened.get("told")
    before = before if isinstance(before, dict) else {}
    fields = set(form.values) - {views.CURRENCY}
    changed = {name: told.get(name) for name in fields if told.get(name) != before.get(name)}

    def is_past(clicked: Clicked) -> bool:
        return fields != set(renderer.changeable(clicked.message.reply))

    def unit(conn: Connection, clicked: Clicked) -> None:
        values = {**clicked.message.reply.slots, **changed}
        _compute(services, conn, clicked, {name: value for name, value in values.items() if value is not None})

    return await submit(services, form, Step(unit, is_past=is_past))


def _compute(services: Services, conn: Connection, clicked: Clicked, told: dict[str, Any]) -> None:
    """Compute the reply anew, in place, from those of the values that its rule reads."""
    edition = services.editions.current
    known = edition.renderer.changeable(clicked.message.reply)
    turn = edition.conversation.with_slots(
        clicked.message.reply,
        {name: value for name, value in told.items() if name in known},
        clicked.channel,
        clicked.thread,
        clicked.person,
        clicked.today,
    )
    origin = Origin(clicked.click.key, clicked.person.id, clicked.message.question_ts, clicked.message.ts)
    effects.carry_out(conn, services, turn, origin)
