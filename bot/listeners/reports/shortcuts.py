"""Shortcuts of members: report an error from anywhere, or in a message. The form opens within Slack's three seconds."""

from __future__ import annotations

import asyncio

from slack_bolt.async_app import AsyncApp

from bot.flows import drafting
from bot.listeners import access, people
from bot.listeners.access import Access, Target
from bot.listeners.clicks import Shortcut
from bot.listeners.registry import listen_to_shortcuts
from bot.listeners.reports.reporter import shown_text
from bot.listeners.services import Services
from bot.model import Draft, Language, Person
from bot.render import report_forms as forms
from bot.render import reports as render
from bot.store import messages
from bot.store.messages import Message


def register(app: AsyncApp, services: Services) -> None:
    """Listen to the shortcuts."""

    async def new(shortcut: Shortcut) -> None:
        person = await _person(services, shortcut)
        if _may(shortcut, person):
            language = people.at_home(person)
            await _open(services, shortcut, language, Draft(language=language))

    async def of_message(shortcut: Shortcut) -> None:
        person = await _person(services, shortcut)
        if _may(shortcut, person):
            await _report_message(services, shortcut, person)

    listen_to_shortcuts(app, services, {render.NEW: new, render.MESSAGE: of_message})


async def _report_message(services: Services, shortcut: Shortcut, person: Person) -> None:
    """Of a message of ours its texts are reported; of another's, its words and its pictures are the beginning."""
    language = people.at_home(person)
    ours = await _ours(services, shortcut) if shortcut.is_ours else None
    if ours is not None:
        texts = [shown_text(services, ours)]
        draft = Draft(language=ours.language, about=ours.ts)
        await _open(services, shortcut, language, draft, ours, texts)
        return
    told, facts = await asyncio.gather(
        asyncio.to_thread(_read, services, shortcut, language), services.slack.conversation(shortcut.channel)
    )
    # Where the bot is not, it cannot have the pictures: the form asks for them.
    can_fetch = facts is not None and facts.is_member
    pictures = shortcut.files if can_fetch else ()
    await _open(services, shortcut, language, Draft(wrong=told[0], language=told[1], pictures=pictures))


def _read(services: Services, shortcut: Shortcut, language: Language) -> tuple[str, Language]:
    """A message's words, and their language."""
    text = drafting.plain(shortcut.said)
    found, is_sure = services.editions.current.reader.languages.detect(text, (language,))
    return text, found if is_sure else language


async def _open(
    services: Services,
    shortcut: Shortcut,
    language: Language,
    draft: Draft,
    ours: Message | None = None,
    texts: list[str] | None = None,
) -> None:
    form = forms.report_form(
        services.editions.current.renderer.catalogues[language],
        draft,
        channel=ours.channel if ours else "",
        ts=ours.ts if ours else "",
        thread=ours.thread_ts if ours else "",
        texts=texts or (),
    )
    await services.slack.open_view(shortcut.trigger, form)


async def _ours(services: Services, shortcut: Shortcut) -> Message | None:
    channel, ts = shortcut.channel, shortcut.message_ts
    return await services.store.read(lambda conn: messages.by_ts(conn, services.workspace, channel, ts))


async def _person(services: Services, shortcut: Shortcut) -> Person:
    return await services.store.read(lambda conn: people.load(conn, services, shortcut.who, shortcut.channel or None))


def _may(shortcut: Shortcut, person: Person) -> bool:
    return access.decide(shortcut.callback, person, Target(person.id)) is Access.ALLOWED
