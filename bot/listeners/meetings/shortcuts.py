"""Ways to a meeting without a conversation: the shortcut and App Home, for members; a request's card, for staff."""

from __future__ import annotations

from typing import Any, Final

from slack_bolt.async_app import AsyncApp
from sqlalchemy import Connection

from bot.context import only_programme
from bot.flows.booking import OFFER, STEP
from bot.listeners import access, changes, people
from bot.listeners.access import Access, Target
from bot.listeners.clicks import Click, Form, Shortcut
from bot.listeners.incoming import POST
from bot.listeners.meetings import offering
from bot.listeners.meetings.booker import Wanted, form_for
from bot.listeners.meetings.free import free
from bot.listeners.registry import Again, listen, listen_to_forms, listen_to_shortcuts
from bot.listeners.services import Services
from bot.meeting import Kind
from bot.model import DEFAULT_LANGUAGE, Notice, Person, PersonId, Thread
from bot.render import cards
from bot.render import meeting_forms as forms
from bot.render import meetings as render
from bot.store import handoffs, messages, threads
from bot.store.locks import exclusive

_DOUBLE_CLICK: Final = 60.0  # seconds


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
    card = handoffs.by_card(conn, services.workspace, click.channel, click.message_ts) if click.message_ts else None
    person = people.load(conn, services, click.who, click.channel)
    owners = frozenset({person.id.user}) if person.is_staff else frozenset[str]()
    is_allowed = access.decide(click.action, person, Target(PersonId("", ""), owners=owners)) is Access.ALLOWED
    if not changes.is_first(conn, services, click):
        return
    if card is None or card.asker is None or not is_allowed:
        _refuse(conn, services, click, person, Notice.GONE if is_allowed else Notice.NOT_STAFF)
        return
    exclusive(conn, services.workspace, card.channel, card.thread_ts)
    thread = threads.load(conn, services.workspace, card.channel, card.thread_ts)
    thread = thread or Thread(card.channel, card.thread_ts, asker=card.asker)
    asker = people.load(conn, services, card.asker, card.channel)
    is_offered = _is_just_offered(conn, services, click, thread) or offering.offer_in(
        conn, services, card, thread, asker, click.key
    )
    _refuse(conn, services, click, person, Notice.MEETING_OFFERED if is_offered else Notice.NO_HOSTS)


def _is_just_offered(conn: Connection, services: Services, click: Click, thread: Thread) -> bool:
    """Whether the times that a double click would offer again stand there already, or are on their way."""
    if services.work.pending(conn, f"{POST}:{click.same}:"):
        return True
    said = messages.latest(conn, services.workspace, thread.channel, thread.ts)[:1]
    since = services.clock.now().timestamp() - _DOUBLE_CLICK
    return any(one.reply.result.get(STEP) == OFFER and float(one.ts) > since for one in said)


def _refuse(conn: Connection, services: Services, click: Click, person: Person, notice: Notice) -> None:
    around = services.desk.channel(click.channel).language or DEFAULT_LANGUAGE
    language = people.spoken_to(services, person, around)
    thread = Thread(click.channel, click.thread_ts or click.message_ts)
    changes.whisper_at(conn, services, changes.notice(notice, language), click, thread)


async def _person(services: Services, who: PersonId) -> Person:
    return await people.find(services, who, None)


def _may(action: str, person: Person) -> bool:
    return access.decide(action, person, Target(person.id)) is Access.ALLOWED
