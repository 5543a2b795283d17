"""The only place where Bolt is given listeners for what people use: none without a word on who may use it."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final, TypeAlias, TypeVar

from slack_bolt.async_app import AsyncAck, AsyncApp
from slack_bolt.response import BoltResponse

from bot.listeners import access, changes
from bot.listeners.clicks import Click, Form, Shortcut
from bot.listeners.services import Services
from bot.model import Notice

ANSWER_WITHIN: Final = 2.5
"""Seconds in which a click is answered, well or not; Slack waits for 3."""

Listener: TypeAlias = Callable[[Click], Awaitable[None]]
"""Takes a click; when it returns, Slack is told that all is well."""


@dataclass(frozen=True, slots=True)
class Again:
    """Another form in place of the one that was sent; or above it, so that it is seen again when the other closes.

    Slack stacks three, and no more.
    """

    view: Mapping[str, Any]
    is_above: bool = False


@dataclass(frozen=True, slots=True)
class Done:
    """All forms close, those below the one that was sent too."""


DONE: Final = Done()

FormAnswer: TypeAlias = dict[str, str] | Again | Done
"""What is wrong with a form, by field: it stays open. Nothing: it closes, and one below it is seen again."""

FormListener: TypeAlias = Callable[[Form], Awaitable[FormAnswer]]
"""Takes a form; returns what becomes of it."""

ShortcutListener: TypeAlias = Callable[[Shortcut], Awaitable[None]]
"""Takes a shortcut; when it returns, Slack is told that all is well."""


def listen(app: AsyncApp, services: Services, listeners: Mapping[str, Listener]) -> None:
    """Listen to controls, by action id. Raises LookupError for one of which nobody has said who may use it."""
    for action, listener in listeners.items():
        access.policy_of(action)
        app.action(re.compile(rf"^{re.escape(action)}(?:\.|$)"))(_answered(services, Click.of, listener))


def listen_to_forms(app: AsyncApp, services: Services, listeners: Mapping[str, FormListener]) -> None:
    """Listen to forms, by callback id. Raises LookupError for one of which nobody has said who may send it."""
    for callback, listener in listeners.items():
        access.policy_of(callback)
        app.view(callback)(_answered_form(services, listener))


def listen_to_shortcuts(app: AsyncApp, services: Services, listeners: Mapping[str, ShortcutListener]) -> None:
    """Listen to shortcuts, by callback id. Raises LookupError for one of which nobody has said who may use it."""
    for callback, listener in listeners.items():
        access.policy_of(callback)
        app.shortcut(callback)(_answered(services, Shortcut.of, listener))


def listen_to_the_rest(app: AsyncApp, services: Services) -> None:
    """Answer what no version of ours knows any more; to be called last."""

    async def unknown(click: Click) -> None:
        await changes.tell_past(services, click)

    async def unknown_form(form: Form) -> dict[str, str]:
        return form.error(changes.words(services, Notice.GONE, form.language))

    async def unknown_shortcut() -> BoltResponse:
        return BoltResponse(status=400)  # Slack shows it as failed: there may be no place where the bot could say so

    app.action(re.compile(""))(_answered(services, Click.of, unknown))
    app.view(re.compile(""))(_answered_form(services, unknown_form))
    app.shortcut(re.compile(""))(unknown_shortcut)


_Used = TypeVar("_Used")


def _answered(
    services: Services,
    read: Callable[[Mapping[str, Any], Services], _Used | None],
    listener: Callable[[_Used], Awaitable[None]],
) -> Callable[..., Awaitable[None]]:
    async def answer(ack: AsyncAck, body: dict[str, Any]) -> None:
        used = read(body, services)
        if used is not None:
            async with asyncio.timeout(ANSWER_WITHIN):
                await listener(used)
        await ack()

    return answer


def _answered_form(services: Services, listener: FormListener) -> Callable[..., Awaitable[None]]:
    async def answer(ack: AsyncAck, body: dict[str, Any]) -> None:
        form = Form.of(body, services)
        answered: FormAnswer = {}
        if form is not None:
            async with asyncio.timeout(ANSWER_WITHIN):
                answered = await listener(form)
        if isinstance(answered, Again):
            await ack(response_action="push" if answered.is_above else "update", view=dict(answered.view))
        elif isinstance(answered, Done):
            await ack(response_action="clear")
        elif answered:
            await ack(response_action="errors", errors=answered)
        else:
            await ack()

    return answer
