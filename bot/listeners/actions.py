"""Clicks on our messages."""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import date
from typing import Any

from slack_bolt.async_app import AsyncAck, AsyncApp
from sqlalchemy import Connection

from bot.conversation import NONE
from bot.listeners import effects, people, values
from bot.listeners.clicks import Click, Clicked, change, look_up
from bot.listeners.effects import Origin
from bot.listeners.services import Services
from bot.model import LANGUAGES, HandOver, Language, Notice, Outcome, Post, Remember, Reply, Turn
from bot.render import messages as controls
from bot.render.views import feedback_form
from bot.store import handoffs, tallies, votes

_Listener = Callable[[AsyncAck, dict[str, Any]], Awaitable[None]]


def register(app: AsyncApp, services: Services) -> None:
    """Listen to the controls of replies."""
    table: dict[str, _Listener] = {
        controls.ASK_PERSON: _simple(services, _ask_person),
        controls.HELPFUL: _simple(services, _helpful),
        controls.UNHELPFUL: _unhelpful(services),
        controls.MORE: _more(services),
        controls.PICK: _simple(services, _choose),
        controls.PICK_NONE: _simple(services, _choose_none),
        controls.PICK_LANGUAGE: _simple(services, _switch),
        controls.PICK_TOPIC: _simple(services, _topic),
    }
    for action, listener in table.items():
        app.action(re.compile(rf"^{re.escape(action)}(?:\.|$)"))(listener)


def _simple(services: Services, do: Callable[[Services, Connection, Clicked], None]) -> _Listener:
    async def listen(ack: AsyncAck, body: dict[str, Any]) -> None:
        await change(services, Click.of(body, services), lambda conn, clicked: do(services, conn, clicked))
        await ack()

    return listen


def _more(services: Services) -> _Listener:
    switch = _simple(services, _switch)

    async def listen(ack: AsyncAck, body: dict[str, Any]) -> None:
        click = Click.of(body, services)
        if click.value == controls.CHANGE:
            await values.open_form(services, click)
            await ack()
        else:
            await switch(ack, body)

    return listen


def _today(services: Services, clicked: Clicked) -> date:
    return people.today_at(clicked.person, services.clock.now())


def _unhelpful(services: Services) -> _Listener:
    async def listen(ack: AsyncAck, body: dict[str, Any]) -> None:
        click = Click.of(body, services)
        # The form first: its trigger lives three seconds, and the vote may have to wait for the database.
        clicked = await look_up(services, click)
        if clicked is not None:
            renderer = services.editions.current.renderer
            t = renderer.catalogues[_language_for(clicked)]
            form = feedback_form(t, channel=click.channel, ts=click.message_ts, with_person=renderer.has_desk)
            await services.slack.open_view(click.trigger, form)
            await change(services, click, lambda conn, found: _vote(services, conn, found, -1))
        await ack()

    return listen


def _ask_person(services: Services, conn: Connection, clicked: Clicked) -> None:
    hand_over(services, conn, clicked, clicked.click.key)


def hand_over(services: Services, conn: Connection, clicked: Clicked, key: str) -> None:
    """Put the thread's question before a person, and tell the partner so; once a thread."""
    reply = Reply(Outcome.HUMAN, _language_for(clicked), clicked.thread.programme)
    over = HandOver(clicked.thread.question, clicked.message.reply)
    thread = replace(clicked.thread, handed_over=True)
    origin = Origin(key, clicked.person.id)
    known = handoffs.load(conn, services.workspace, thread.channel, thread.ts)
    if known is not None:  # said before: shown to whoever asks again, and to nobody else
        again = replace(reply, result={"number": known.number, "known": True})
        effects.whisper(conn, services, again, thread, origin)
        return
    effects.carry_out(conn, services, Turn(thread, (Post(reply), over)), origin)


def _helpful(services: Services, conn: Connection, clicked: Clicked) -> None:
    _vote(services, conn, clicked, 1)
    reply = Reply(Outcome.THANKS, _language_for(clicked))
    origin = Origin(clicked.click.key, clicked.person.id)
    effects.whisper(conn, services, replace(reply, result={"vote": True}), clicked.thread, origin)


def _vote(services: Services, conn: Connection, clicked: Clicked, value: int) -> None:
    click, now = clicked.click, services.clock.now()
    before = votes.cast(
        conn, services.workspace, click.channel, click.message_ts, clicked.person.id, 1 if value > 0 else -1, now
    )
    if before == value:
        return
    reply = clicked.message.reply
    # A changed mind moves the count, so that the sum over days is one a person.
    for vote, n in ((value, 1), *([(before, -1)] if before is not None else [])):
        tallies.add(
            conn,
            services.workspace,
            now.date(),
            "helpful" if vote > 0 else "unhelpful",
            language=clicked.message.language,
            programme=reply.programme,
            entry=reply.entry,
            n=n,
        )


def _choose(services: Services, conn: Connection, clicked: Clicked) -> None:
    _take(services, conn, clicked, clicked.click.value)


def _choose_none(services: Services, conn: Connection, clicked: Clicked) -> None:
    _take(services, conn, clicked, NONE)


def _take(services: Services, conn: Connection, clicked: Clicked, choice: str) -> None:
    """The asker's choice replaces the choices; anybody else sees what it leads to alone."""
    conversation = services.editions.current.conversation
    turn = conversation.choose(choice, clicked.channel, clicked.thread, clicked.person, _today(services, clicked))
    _say(services, conn, clicked, turn)


def _say(services: Services, conn: Connection, clicked: Clicked, turn: Turn) -> None:
    origin = Origin(clicked.click.key, clicked.person.id, clicked.message.question_ts, clicked.message.ts)
    if clicked.by_asker:
        effects.carry_out(conn, services, turn, origin)
    elif turn.reply is not None:
        effects.whisper(conn, services, turn.reply, clicked.thread, origin)


def _topic(services: Services, conn: Connection, clicked: Clicked) -> None:
    """A topic chosen from the list; the list stays, the answer comes below it."""
    conversation = services.editions.current.conversation
    thread = replace(clicked.thread, question="", slots={})  # the topic was chosen, not asked in words
    turn = conversation.choose(clicked.click.value, clicked.channel, thread, clicked.person, _today(services, clicked))
    origin = Origin(clicked.click.key, clicked.person.id, clicked.message.question_ts)
    if clicked.by_asker:
        effects.carry_out(conn, services, turn, origin)
    elif turn.reply is not None:
        effects.whisper(conn, services, turn.reply, clicked.thread, origin)


def _switch(services: Services, conn: Connection, clicked: Clicked) -> None:
    """Another language: for the asker in place, and the thread's from now on; for anybody else, to them alone."""
    language = clicked.click.value
    if language not in LANGUAGES:
        return
    conversation = services.editions.current.conversation
    reply = conversation.in_language(clicked.message.reply, language, _today(services, clicked))
    thread = replace(clicked.thread, language=language)
    turn = Turn(thread, (Post(reply), *_kept_choice(clicked.message.reply, language)))
    _say(services, conn, clicked, turn)


def _kept_choice(reply: Reply, language: Language) -> tuple[Remember, ...]:
    # A person who was asked for their language has said it for good; one who looks at an answer has not.
    was_asked = reply.outcome is Outcome.LANGUAGE or reply.notice is Notice.FOREIGN
    return (Remember(language=language),) if was_asked else ()


def _language_for(clicked: Clicked) -> Language:
    """The language in which a click is answered: the clicker's own, else the message's."""
    if clicked.message.asker == clicked.person.id:
        return clicked.message.language
    return clicked.person.language or clicked.message.language
