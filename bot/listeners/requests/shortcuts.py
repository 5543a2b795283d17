"""The shortcut of staff on a message: it comes before the desk, with its words and files, and a link to it."""

from __future__ import annotations

import asyncio
import json
from typing import Any, Final

from slack_bolt.async_app import AsyncApp
from sqlalchemy import Connection

from bot.flows import drafting, requesting
from bot.listeners import changes, effects, fields, people
from bot.listeners.clicks import Form, Shortcut
from bot.listeners.effects import Origin
from bot.listeners.registry import listen_to_forms, listen_to_shortcuts
from bot.listeners.requests import acting, changing, opening, unanswered
from bot.listeners.services import Services
from bot.model import Floor, Language, Notice, Person, PersonId, Thread
from bot.render import request_forms as forms
from bot.render.escape import escape
from bot.request import Way
from bot.store import audit, messages, threads
from bot.store.locks import exclusive

_LONGEST: Final = 2000  # characters of a message that travel with the form
_MOST_FILES: Final = 10


def register(app: AsyncApp, services: Services) -> None:
    """Listen to the shortcut and to its form."""

    async def escalate(shortcut: Shortcut) -> None:
        await _opened(services, shortcut)

    async def sent(form: Form) -> dict[str, str]:
        return await _sent(services, form)

    listen_to_shortcuts(app, services, {forms.ESCALATE: escalate})
    listen_to_forms(app, services, {forms.NEW: sent})


async def _opened(services: Services, shortcut: Shortcut) -> None:
    """Open the form; where the request cannot be made, say so to whoever clicked, alone."""
    (person, is_known), facts = await asyncio.gather(
        _person(services, shortcut), services.slack.conversation(shortcut.channel)
    )
    language = people.at_home(person)
    t = services.editions.current.renderer.catalogues[language]
    is_member = is_known if shortcut.channel.startswith("D") else facts is not None and facts.is_member
    if not acting.is_allowed(shortcut.callback, person):
        why: Notice | None = Notice.NOT_STAFF
    elif services.desk.support_channel is None:
        why = Notice.NO_DESK
    else:
        why = None if is_member and shortcut.message_ts else Notice.INVITE_FIRST
    if why is not None:
        form = forms.message_form(t, changes.words(services, why, language))
    else:
        said = await asyncio.to_thread(drafting.plain, shortcut.said)
        form = forms.new_form(t, said=said, files=len(shortcut.files), metadata=_metadata(shortcut, said))
    await services.slack.open_view(shortcut.trigger, form)
    if why is Notice.NOT_STAFF:
        await services.store.run(lambda conn: acting.note_refused(conn, services, shortcut))


def _metadata(shortcut: Shortcut, said: str) -> dict[str, Any]:
    author = shortcut.author
    return {
        "channel": shortcut.channel,
        "ts": shortcut.message_ts,
        "thread": shortcut.thread_ts or shortcut.message_ts,
        "said": _fitting(said),
        "files": [{"id": one} for one in shortcut.files[:_MOST_FILES]],
        "team": author.team if author else "",
        "user": author.user if author else "",
    }


def _fitting(said: str) -> str:
    """The beginning of a message that the form can carry; the card has a link to the whole."""
    while len(json.dumps(said, ensure_ascii=False)) > _LONGEST:
        said = said[: len(said) * 9 // 10]
    return said


async def _sent(services: Services, form: Form) -> dict[str, str]:
    """Open the request, or add to the one that the thread has; whoever did it is told its number alone."""
    note, is_urgent = forms.read_new(form.values)

    def unit(conn: Connection) -> Notice | None:
        click = form.click
        person = people.load(conn, services, click.who, click.channel or None)
        is_allowed = acting.is_allowed(click.action, person)
        if changes.is_first(conn, services, click):
            now = services.clock.now()
            number = _escalate(conn, services, form, person, note, is_urgent=is_urgent) if is_allowed else None
            audit.add(conn, services.workspace, click.who, click.action, number, is_allowed=is_allowed, now=now)
        return None if is_allowed else Notice.NOT_STAFF

    refused = await services.store.run(unit)
    return form.error(changes.words(services, refused, form.language)) if refused else {}


def _escalate(
    conn: Connection, services: Services, form: Form, person: Person, note: str, *, is_urgent: bool
) -> int | None:
    channel, thread_ts = form.click.channel, acting.text_of(form, "thread")
    if not channel or not thread_ts:
        return None
    exclusive(conn, services.workspace, channel, thread_ts)
    stored = threads.load(conn, services.workspace, channel, thread_ts)
    ours = messages.by_ts(conn, services.workspace, channel, form.click.message_ts)
    said, author = escape(acting.text_of(form, "said")), _author(form)  # as Slack had it: it is read as a message is
    if ours is not None:  # of the bot's own answer the question is what matters
        said, author = (stored.question if stored else "") or said, ours.asker
    thread = stored or _thread(services, channel, thread_ts, said, author)
    wanted = opening.Wanted(
        Way.ESCALATED,
        said,
        ours.reply if ours else None,
        fields.ids(form.opened, "files"),
        note=note,
        is_urgent=is_urgent,
    )
    request, is_new = opening.open_or_add(conn, services, wanted, thread, author, person.id)
    threads.save(conn, services.workspace, changing.with_request(services, thread, request), services.clock.now())
    if is_new:
        unanswered.say_status(conn, services, request.number, thread, form.click.key)
    told = requesting.known(request.number, form.language, None)
    effects.whisper(conn, services, told, thread, Origin(form.click.key, person.id))
    return request.number


def _thread(services: Services, channel: str, ts: str, said: str, author: PersonId | None) -> Thread:
    """A thread in which the bot had no part: people have the floor there."""
    known = services.desk.channel(channel)
    language: Language = services.editions.current.reader.languages.detect(said, (known.language,))[0]
    programme = known.programmes[0] if len(known.programmes) == 1 else None
    return Thread(channel, ts, asker=author, language=language, programme=programme, question=said, floor=Floor.PEOPLE)


def _author(form: Form) -> PersonId | None:
    team, user = acting.text_of(form, "team"), acting.text_of(form, "user")
    return PersonId(team, user) if user else None


async def _person(services: Services, shortcut: Shortcut) -> tuple[Person, bool]:
    """Who uses it, and whether the bot has a part in the channel: Slack does not tell of whom a direct message is."""

    def read(conn: Connection) -> tuple[Person, bool]:
        person = people.load(conn, services, shortcut.who, shortcut.channel or None)
        return person, threads.latest(conn, services.workspace, shortcut.channel) is not None

    return await services.store.read(read)
