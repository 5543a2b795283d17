"""Ways to a meeting without a conversation: the shortcut and App Home, for members; a request's card, for staff."""

from __future__ import annotations

from datetime import timedelta
from typing import Any, Final

from slack_bolt.async_app import AsyncApp
from sqlalchemy import Connection

from bot.context import only_programme
from bot.flows.request import Then
from bot.listeners import access, changes, people
from bot.listeners.access import Access, Target
from bot.listeners.clicks import Click, Form, Shortcut
from bot.listeners.meetings import offering
from bot.listeners.meetings.booker import Wanted, form_for
from bot.listeners.meetings.free import free
from bot.listeners.registry import Again, listen, listen_to_forms, listen_to_shortcuts
from bot.listeners.requests import acting, changing
from bot.listeners.requests.acting import Clicked
from bot.listeners.services import Services
from bot.meeting import Kind
from bot.model import Notice, Person, PersonId, Thread
from bot.render import meeting_forms as forms
from bot.render import meetings as render
from bot.render import request_cards as cards
from bot.request import Act, Change, Request
from bot.store import threads

_DOUBLE_CLICK: Final = timedelta(minutes=1)


def register(app: AsyncApp, services: Services) -> None:
    """Listen to the shortcut, to App Home's buttons and to the button of requests."""

    async def new(shortcut: Shortcut) -> None:
        person = await _person(services, shortcut.who)
        if _may(shortcut.callback, person):
            await services.slack.open_view(shortcut.trigger, await _first_form(services, person))

    async def chosen(form: Form) -> dict[str, str] | Again:
        t = services.editions.current.renderer.catalogues[form.language]
        kind, errors = forms.read_kind(form.values, t)
        if kind is None:
            return errors
        person = await _person(services, form.click.who)
        if not services.desk.books(kind.value, _programme(person)):
            return form.error(t("Meetings of this kind cannot be booked with me."))
        return Again(await _form(services, person, kind))

    async def book(click: Click) -> None:
        person = await _person(services, click.who)
        if click.value in set(Kind) and services.desk.books(click.value, _programme(person)):
            await services.slack.open_view(click.trigger, await _form(services, person, Kind(click.value)))

    async def offer(click: Click) -> None:
        await services.store.run(lambda conn: _offer(conn, services, click))

    listen_to_shortcuts(app, services, {render.NEW: new})
    listen_to_forms(app, services, {forms.CHOOSING: chosen})
    listen(app, services, {render.BOOK: book, cards.OFFER_MEETING: offer})


async def _first_form(services: Services, person: Person) -> dict[str, Any]:
    """The form; where there are several kinds of meetings, the question which one comes first."""
    programme = _programme(person)
    kinds = [kind for kind in Kind if services.desk.books(kind.value, programme)]
    if len(kinds) == 1:
        return await _form(services, person, kinds[0])
    language = people.at_home(person)
    t = services.editions.current.renderer.catalogues[language]
    return forms.choosing_form(t, kinds, metadata={"language": language})


async def _form(services: Services, person: Person, kind: Kind) -> dict[str, Any]:
    language, now = people.at_home(person), services.clock.now()
    # Members have told Slack their zone; if not, the times are told by the desk's clock, which the form names.
    wanted = Wanted(kind, _programme(person), language, person.time_zone or "UTC", language)
    found = await services.store.read(
        lambda conn: free(conn, services, kind.value, wanted.programme, language, now=now)
    )
    return form_for(services, wanted, person, found, start=None)


def _programme(person: Person) -> str | None:
    return person.programme or only_programme(person.programmes)


def _offer(conn: Connection, services: Services, click: Click) -> None:
    """Offer a meeting in the thread of a request. Raises StoreUnavailable."""
    found = acting.judged(conn, services, click)
    if not changes.is_first(conn, services, click):
        return
    acting.note(conn, services, click, found)
    if isinstance(found, Notice):
        acting.refuse(conn, services, click, found)
        return
    request = found.request
    if request.asker is None:  # their data was erased
        acting.refuse(conn, services, click, Notice.GONE)
    elif request.is_closed:
        acting.too_late(conn, services, found)
    else:
        is_offered = _is_just_offered(services, request) or _offered(conn, services, found, request.asker)
        acting.refuse(conn, services, click, Notice.MEETING_OFFERED if is_offered else Notice.NO_HOSTS)


def _offered(conn: Connection, services: Services, clicked: Clicked, asker: PersonId) -> bool:
    """Offer times, if somebody holds support meetings: a word to the partner, whose turn it is then.

    Whoever offers them has the request.
    """
    if not services.desk.books(Kind.SUPPORT.value, clicked.request.programme):
        return False
    flow, by, now = changing.flow(services), clicked.person.id, services.clock.now()
    taken = flow.take(clicked.request, by, now)
    if taken is not None:
        changing.changed(conn, services, taken)
    request = taken or clicked.request
    thread = threads.load(conn, services.workspace, request.channel, request.thread_ts)
    thread = thread or Thread(request.channel, request.thread_ts, asker=asker)
    person = people.load(conn, services, asker, request.channel)
    offering.offer_in(conn, services, request, thread, person, clicked.click.key)
    offered = flow.respond(request, Change(Act.OFFERED, now, by), Then.WAIT)
    if offered is not None:
        changing.changed(conn, services, offered)
    return True


def _is_just_offered(services: Services, request: Request) -> bool:
    """Whether times were offered a moment ago: a double click would offer them again."""
    since = services.clock.now() - _DOUBLE_CLICK
    return any(change.act is Act.OFFERED and change.at > since for change in request.history)


async def _person(services: Services, who: PersonId) -> Person:
    return await people.find(services, who, None)


def _may(action: str, person: Person) -> bool:
    return access.decide(action, person, Target(person.id)) is Access.ALLOWED
