"""Clicks and forms of the people of the desk, on the cards of requests: taken, given, passed on, resolved."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

from slack_bolt.async_app import AsyncApp
from sqlalchemy import Connection

from bot.flows.request import Desk as Flow
from bot.i18n import Translator
from bot.listeners import changes, speaking
from bot.listeners.clicks import Click, Form
from bot.listeners.registry import FormAnswer, FormListener, Listener, listen, listen_to_forms
from bot.listeners.requests import acting, answering, changing, explaining, learned
from bot.listeners.requests.acting import Act, Clicked, FormAct
from bot.listeners.services import Services
from bot.model import PersonId
from bot.render import request_cards as render
from bot.render import request_forms as forms
from bot.render.request_cards import Further
from bot.render.requests import template
from bot.request import STAFF_REASONS, Request

Make = Callable[[Translator, Clicked], dict[str, Any] | None]
"""The form that a click opens; None where there is nothing left to do."""


def register(app: AsyncApp, services: Services) -> None:
    """Listen to what cards show."""

    def at_once(act: Callable[[Flow, Request, PersonId, datetime], Request | None]) -> Listener:
        async def carried_out(click: Click) -> None:
            await acting.carry_out(services, click, _by(services, act))

        return carried_out

    def by_form(make: Make) -> Listener:
        async def opened(click: Click) -> None:
            await _open(services, click, make)

        return opened

    def sent(act: FormAct) -> FormListener:
        async def submitted(form: Form) -> FormAnswer:
            return await acting.submit(services, form, act)

        return submitted

    async def wait(click: Click) -> None:
        await acting.carry_out(services, click, lambda conn, clicked: _waiting(services, conn, clicked))

    further: dict[str, Listener] = {
        Further.ASSIGN.value: by_form(lambda t, clicked: _assigning(services, t, clicked)),
        Further.TAKE_OVER.value: by_form(lambda t, clicked: _taking(services, t, clicked)),
        Further.LEVEL.value: by_form(lambda t, clicked: _raising(services, t, clicked)),
        Further.URGENT.value: at_once(lambda flow, *of: flow.weigh(*of, is_urgent=True)),
        Further.NORMAL.value: at_once(lambda flow, *of: flow.weigh(*of, is_urgent=False)),
        Further.WAIT.value: wait,
        Further.DISMISS.value: at_once(Flow.dismiss),
        Further.WHY.value: by_form(lambda t, clicked: explaining.form_of(services, t, clicked.request)),
    }

    clicks = {
        render.TAKE: at_once(Flow.take),
        render.REOPEN: at_once(Flow.reopen),
        render.RESOLVE: by_form(lambda t, clicked: _resolving(services, t, clicked)),
        render.MORE: changes.choosing(services, further),
    }
    listen(app, services, clicks)
    submitted = {
        forms.ASSIGNING: sent(lambda _, clicked, form, t: _assigned(services, clicked, form, t)),
        forms.TAKING: sent(lambda _, clicked, form, __: (_taken_over(services, clicked, form), {})),
        forms.RAISING: sent(lambda _, clicked, form, __: _raised(services, clicked, form)),
        forms.RESOLVING: sent(lambda conn, clicked, form, t: _resolved(services, conn, clicked, form, t)),
    }
    listen_to_forms(app, services, submitted)
    answering.register(app, services)


def _by(services: Services, act: Callable[[Flow, Request, PersonId, datetime], Request | None]) -> Act:
    def carried_out(_: Connection, clicked: Clicked) -> Request | None:
        return act(changing.flow(services), clicked.request, clicked.person.id, services.clock.now())

    return carried_out


def _waiting(services: Services, conn: Connection, clicked: Clicked) -> Request | None:
    """It waits for the partner; what nobody had is theirs who says so, and the partner is told that first."""
    taken = answering.taken(services, conn, clicked)
    return changing.flow(services).wait(taken, clicked.person.id, services.clock.now())


async def _open(services: Services, click: Click, make: Make) -> None:
    """Open a form for whoever may send it, while it can be sent."""
    found = await acting.look_up(services, click)
    if found is None:
        return
    form = make(services.editions.current.renderer.catalogues[found.language], found)
    if form is None:
        await acting.say_too_late(services, found)
    else:
        await changes.open_at(services, click, found.request.card_ts, form, found.language)


def _assigning(services: Services, t: Translator, clicked: Clicked) -> dict[str, Any] | None:
    if clicked.request.is_closed:
        return None
    of_level = services.desk.staff_of_level(clicked.request.level)
    return forms.assigning_form(t, clicked.request, of_level or services.desk.staff)


def _assigned(services: Services, clicked: Clicked, form: Form, t: Translator) -> tuple[Request | None, dict[str, str]]:
    user, errors = forms.read_assignee(form.values, t)
    if errors:
        return None, errors
    if user is not None and services.desk.member(user) is None:  # they have left the desk
        return None, {forms.ASSIGNEE: t("Please choose from the list.")}
    to = PersonId(services.workspace, user) if user is not None else None
    flow, now = changing.flow(services), services.clock.now()
    return flow.assign(clicked.request, clicked.person.id, now, to), {}


def _taking(services: Services, t: Translator, clicked: Clicked) -> dict[str, Any] | None:
    request = clicked.request
    if request.is_closed or request.assignee in {None, clicked.person.id}:
        return None
    return forms.taking_form(t, request, speaking.desk_zone(services))


def _taken_over(services: Services, clicked: Clicked, form: Form) -> Request | None:
    """From whom the form named; another may have been quicker."""
    owner = clicked.request.assignee
    if owner is None or owner.user != acting.text_of(form, "from"):
        return None
    return changing.flow(services).take_over(clicked.request, clicked.person.id, services.clock.now())


def _raising(services: Services, t: Translator, clicked: Clicked) -> dict[str, Any] | None:
    level = changing.next_level(services, clicked.request)
    return None if clicked.request.is_closed or level is None else forms.raising_form(t, clicked.request, level)


def _raised(services: Services, clicked: Clicked, form: Form) -> tuple[Request | None, dict[str, str]]:
    """To the level that the form named; another may have passed it on there meanwhile."""
    level = changing.next_level(services, clicked.request)
    if level is None or level != acting.text_of(form, "level"):
        return None, {}
    note = forms.read_note(form.values)
    flow, now = changing.flow(services), services.clock.now()
    return flow.escalate(clicked.request, clicked.person.id, now, level, note), {}


def _resolving(services: Services, t: Translator, clicked: Clicked) -> dict[str, Any] | None:
    request = clicked.request
    if request.is_closed:
        return None
    to_partner = services.editions.current.renderer.catalogues[request.language]
    templates = {reason: template(reason, to_partner) for reason in STAFF_REASONS}
    return forms.resolving_form(t, request, templates=templates, may_draft=learned.can_be_drafted(request))


def _resolved(
    services: Services, conn: Connection, clicked: Clicked, form: Form, t: Translator
) -> tuple[Request | None, dict[str, str]]:
    reason, words, wants_draft, errors = forms.read_resolution(form.values, t)
    if errors:
        return None, errors
    by, now = clicked.person.id, services.clock.now()
    resolved = changing.flow(services).resolve(clicked.request, by, now, reason, words)
    if resolved is not None and wants_draft:
        learned.draft(conn, services, resolved)
    return resolved, {}
