"""Why the bot has answered so, for staff; and what it should have answered, kept as a case for the tests."""

from __future__ import annotations

from typing import Any

from slack_bolt.async_app import AsyncApp
from sqlalchemy import Connection

from bot.gap import Regression
from bot.i18n import Translator
from bot.listeners import changes, people
from bot.listeners.clicks import Form, Shortcut
from bot.listeners.registry import listen_to_forms, listen_to_shortcuts
from bot.listeners.requests import acting
from bot.listeners.services import Services
from bot.model import LANGUAGES, Language, Notice, PersonId
from bot.render import request_forms as forms
from bot.request import Request
from bot.store import audit, messages, regressions, requests, threads
from bot.understand.normalise import words
from bot.understand.reader import Context
from bot.understand.why import Why, explain


def register(app: AsyncApp, services: Services) -> None:
    """Listen to the shortcut, and to the form."""

    async def asked(shortcut: Shortcut) -> None:
        await _asked(services, shortcut)

    async def explained(form: Form) -> dict[str, str]:
        return await _explained(services, form)

    listen_to_shortcuts(app, services, {forms.WHY: asked})
    listen_to_forms(app, services, {forms.EXPLAINING: explained})


def why(services: Services, text: str, language: Language, programme: str | None, titles_in: Language) -> Why | None:
    """Why a question would be answered as it is; None for one without words."""
    edition = services.editions.current
    if not words(text):
        return None
    programmes = (programme,) if programme else ()
    context = Context(languages=(language,), programmes=programmes, programme=programme)
    return explain(edition.reader, edition.knowledge, text, context, titles_in)


def form_of(services: Services, t: Translator, request: Request) -> dict[str, Any]:
    """The form about what a request asks."""
    got = request.reply.entry or request.reply.outcome.value if request.reply else ""
    metadata = {
        "channel": request.card_channel,
        "ts": request.card_ts,
        "number": request.number,
        "in": request.language,
        "programme": request.programme,
        "got": got,
    }
    return _form(services, t, request.question, request.language, request.programme, metadata)


def _form(
    services: Services,
    t: Translator,
    text: str,
    language: Language,
    programme: str | None,
    metadata: dict[str, Any],
) -> dict[str, Any]:
    knowledge = services.editions.current.knowledge
    choices = [
        (one.names[t.language], [(entry.id, entry.texts[t.language].title) for entry in one.entries.values()])
        for one in knowledge.programmes.values()
    ]
    explained = why(services, text, language, programme, t.language)
    return forms.explaining_form(t, explained, text=words(text), choices=choices, metadata=metadata)


async def _asked(services: Services, shortcut: Shortcut) -> None:
    """Open the form about a message of ours."""

    def read(conn: Connection) -> tuple[Any, Any, Any]:
        person = people.load(conn, services, shortcut.who, shortcut.channel or None)
        message = messages.by_ts(conn, services.workspace, shortcut.channel, shortcut.message_ts)
        thread = threads.load(conn, services.workspace, shortcut.channel, message.thread_ts) if message else None
        return person, message, thread

    person, message, thread = await services.store.read(read)
    language = people.at_home(person)
    t = services.editions.current.renderer.catalogues[language]
    is_allowed = acting.is_allowed(shortcut.callback, person)
    if not is_allowed:
        form = forms.message_form(t, changes.words(services, Notice.NOT_STAFF, language))
    elif message is None or thread is None:
        form = forms.message_form(t, changes.words(services, Notice.GONE, language))
    else:
        reply = message.reply
        metadata = {
            "channel": shortcut.channel,
            "ts": shortcut.message_ts,
            "in": message.language,
            "programme": reply.programme or thread.programme,
            "got": reply.entry or reply.outcome.value,
        }
        form = _form(services, t, thread.question, message.language, metadata["programme"], metadata)
    await services.slack.open_view(shortcut.trigger, form)
    if not is_allowed:
        await services.store.run(lambda conn: acting.note_refused(conn, services, shortcut))


async def _explained(services: Services, form: Form) -> dict[str, str]:
    """Keep what should have been answered; a form in which nothing was chosen only closes."""
    t = services.editions.current.renderer.catalogues[form.language]
    text, expected, errors = forms.read_explained(form.values, t)
    if errors or not expected:
        return errors
    if expected != forms.FALLBACK and services.editions.current.knowledge.entry(expected) is None:
        return form.error(t("Please choose from the list."))

    def unit(conn: Connection) -> Notice | None:
        person = people.load(conn, services, form.click.who, form.click.channel or None)
        is_allowed = acting.is_allowed(form.click.action, person)
        if changes.is_first(conn, services, form.click):
            now, number = services.clock.now(), acting.number_of(form)
            who = form.click.who
            audit.add(conn, services.workspace, who, form.click.action, number, is_allowed=is_allowed, now=now)
            if is_allowed:
                regressions.add(conn, services.workspace, _case(conn, services, form, text, expected))
        return None if is_allowed else Notice.NOT_STAFF

    refused = await services.store.run(unit)
    return form.error(changes.words(services, refused, form.language)) if refused else {}


def _case(conn: Connection, services: Services, form: Form, text: str, expected: str) -> Regression:
    programme = acting.text_of(form, "programme")
    language = acting.text_of(form, "in")
    return Regression(
        text=text,
        language=language if language in LANGUAGES else form.language,
        programme=programme if programme in services.editions.current.knowledge.programmes else None,
        expected=expected,
        got=acting.text_of(form, "got"),
        at=services.clock.now(),
        by=form.click.who,
        asker=_asker(conn, services, form),
    )


def _asker(conn: Connection, services: Services, form: Form) -> PersonId | None:
    """Whose question it was: with their data it goes."""
    number = acting.number_of(form)
    request = requests.load(conn, services.workspace, number) if number is not None else None
    if request is not None:
        return request.asker
    click = form.click
    message = messages.by_ts(conn, services.workspace, click.channel, click.message_ts) if click.message_ts else None
    return message.asker if message else None
