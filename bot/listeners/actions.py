"""Clicks on our messages."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any, Final

from slack_bolt.async_app import AsyncApp
from sqlalchemy import Connection

from bot.conversation import NONE
from bot.flows import requesting
from bot.listeners import effects, filling, gathering, values
from bot.listeners.access import Access
from bot.listeners.changes import (
    Clicked,
    Step,
    change,
    is_being_said,
    is_being_whispered,
    look_up,
    open_form,
    whisper,
)
from bot.listeners.clicks import Click
from bot.listeners.effects import Origin
from bot.listeners.registry import Listener, listen
from bot.listeners.reports import reporter
from bot.listeners.requests import opening
from bot.listeners.services import Services
from bot.model import LANGUAGES, HandOver, Language, Notice, Outcome, PersonId, Post, Remember, Reply, Turn
from bot.render import messages as controls
from bot.render.reports import REPORT_ERROR
from bot.render.views import feedback_form
from bot.request import Act, Request, Way
from bot.store import requests, tallies, votes

_DOUBLE_CLICK: Final = timedelta(seconds=10)


def register(app: AsyncApp, services: Services) -> None:
    """Listen to the controls of replies."""

    def step(do: Callable[[Services, Connection, Clicked], None], **tests: Any) -> Listener:
        made = Step(lambda conn, clicked: do(services, conn, clicked), **tests)

        async def carry_out(click: Click) -> None:
            await change(services, click, made)

        return carry_out

    switch = step(_switch, is_so=_speaks, is_lasting=_is_other_language)

    async def more(click: Click) -> None:
        if click.value == controls.CHANGE:
            await values.open_values(services, replace(click, right=controls.OPEN_VALUES))
        elif click.value == REPORT_ERROR:
            await reporter.open_about(services, click)
        else:
            await switch(click)

    async def unhelpful(click: Click) -> None:
        await _unhelpful(services, click)

    listeners: dict[str, Listener] = {
        controls.ASK_PERSON: step(hand_over),
        controls.HELPFUL: step(_helpful),
        controls.UNHELPFUL: unhelpful,
        controls.MORE: more,
        controls.PICK: step(_choose, is_so=_is_chosen),
        controls.PICK_NONE: step(_choose_none, is_so=_is_none_chosen),
        controls.PICK_LANGUAGE: switch,
        controls.PICK_TOPIC: step(_topic),
    }
    listen(app, services, listeners)


async def _unhelpful(services: Services, click: Click) -> None:
    def unit(conn: Connection, clicked: Clicked) -> None:
        vote(services, conn, clicked, -1)

    step = Step(unit)
    # The form first: its trigger lives three seconds, and the vote may have to wait for the database.
    clicked = await look_up(services, click, step)
    if clicked is None:
        return
    renderer = services.editions.current.renderer
    with_person = renderer.has_desk and clicked.access_to(controls.ASK_PERSON) is Access.ALLOWED
    t = renderer.catalogues[clicked.language]
    form = feedback_form(t, channel=click.channel, ts=click.message_ts, with_person=with_person)
    opening = services.aside.begin(open_form(services, clicked, form))
    await change(services, click, step)
    await opening


def hand_over(services: Services, conn: Connection, clicked: Clicked, way: Way = Way.ASKED, note: str = "") -> None:
    """Put the thread's question before a person, and tell the partner so; once a thread.

    Whoever asks again reads the number alone, and the desk that they have; of a double click it reads nothing.
    """
    reply = Reply(Outcome.HUMAN, clicked.language, clicked.thread.programme)
    known = requests.by_thread(conn, services.workspace, clicked.thread.channel, clicked.thread.ts)
    if known is not None and not known.is_closed:  # said before: shown to whoever asks again, and to nobody else
        if not is_being_said(conn, services, clicked) and not is_being_whispered(conn, services, clicked):
            if note or not _has_just_asked(known, clicked.person.id, services.clock.now()):
                wanted = opening.Wanted(way, clicked.thread.question, clicked.message.reply, note=note)
                opening.open_or_add(conn, services, wanted, clicked.thread, clicked.person.id, None)
            whisper(conn, services, requesting.known(known.number, clicked.language, reply.programme), clicked)
    else:
        over = HandOver(clicked.thread.question, clicked.message.reply, way, clicked.thread.files, note)
        thread = replace(clicked.thread, handed_over=True)
        origin = Origin(clicked.click.key, clicked.person.id)
        effects.carry_out(conn, services, Turn(thread, (Post(reply), over)), origin)


def _has_just_asked(request: Request, who: PersonId, now: datetime) -> bool:
    """Whether somebody has asked for a person a moment ago, and said nothing beside it."""
    asked = [change for change in request.history if change.act in {Act.ASKED, Act.ASKED_AGAIN} and not change.words]
    return any(change.who == who and now - change.at < _DOUBLE_CLICK for change in asked)


def _helpful(services: Services, conn: Connection, clicked: Clicked) -> None:
    if vote(services, conn, clicked, 1):
        whisper(conn, services, Reply(Outcome.THANKS, clicked.language, result={"vote": True}), clicked)


def vote(services: Services, conn: Connection, clicked: Clicked, value: int) -> bool:
    """Count a person's vote, once; False if they have voted so before."""
    click, now = clicked.click, services.clock.now()
    before = votes.cast(
        conn, services.workspace, click.channel, click.message_ts, clicked.person.id, 1 if value > 0 else -1, now
    )
    if before == value:
        return False
    reply = clicked.message.reply
    # A changed mind moves the count, so that the sum over days is one a person.
    for counted, n in ((value, 1), *([(before, -1)] if before is not None else [])):
        tallies.add(
            conn,
            services.workspace,
            now.date(),
            "helpful" if counted > 0 else "unhelpful",
            language=clicked.message.language,
            programme=reply.programme,
            entry=reply.entry,
            n=n,
        )
    if -1 in {value, before}:
        gathering.voted(conn, services, clicked.message, clicked.thread, is_unhelpful=value < 0)
    return True


def _choose(services: Services, conn: Connection, clicked: Clicked) -> None:
    _take(services, conn, clicked, clicked.click.value)


def _choose_none(services: Services, conn: Connection, clicked: Clicked) -> None:
    _take(services, conn, clicked, NONE)


def _is_chosen(clicked: Clicked) -> bool:
    return clicked.click.value in {clicked.message.reply.entry, f"programme.{clicked.message.reply.programme}"}


def _is_none_chosen(clicked: Clicked) -> bool:
    return clicked.message.reply.outcome is Outcome.FALLBACK


def _take(services: Services, conn: Connection, clicked: Clicked, choice: str) -> None:
    """The asker's choice replaces the choices; anybody else sees what it leads to alone."""
    conversation = services.editions.current.conversation
    turn = conversation.pick(choice, clicked.channel, clicked.thread, clicked.person, clicked.today)
    _say(services, conn, clicked, filling.filled(conn, services, turn, clicked.person, clicked.channel))


def _say(services: Services, conn: Connection, clicked: Clicked, turn: Turn) -> None:
    origin = Origin(clicked.click.key, clicked.person.id, clicked.message.question_ts, clicked.message.ts)
    if not clicked.is_alone:
        effects.carry_out(conn, services, turn, origin)
    elif any(isinstance(effect, HandOver) for effect in turn.effects):
        hand_over(services, conn, clicked)
    elif turn.reply is not None:
        whisper(conn, services, turn.reply, clicked)


def _topic(services: Services, conn: Connection, clicked: Clicked) -> None:
    """A topic chosen from the list; the list stays, the answer comes below it.

    Chosen again, it stands there already: whoever chose is shown it alone.
    """
    before = clicked.thread
    conversation = services.editions.current.conversation
    thread = replace(before, question="", slots={})  # the topic was chosen, not asked in words
    turn = conversation.choose(clicked.click.value, clicked.channel, thread, clicked.person, clicked.today)
    turn = filling.filled(conn, services, turn, clicked.person, clicked.channel)
    is_again = not before.question and turn.thread.entry == before.entry
    if not clicked.is_alone and not is_again:
        origin = Origin(clicked.click.key, clicked.person.id, clicked.message.question_ts)
        effects.carry_out(conn, services, turn, origin)
    elif turn.reply is not None and not is_being_said(conn, services, clicked):
        whisper(conn, services, turn.reply, clicked)


def _speaks(clicked: Clicked) -> bool:
    """Whether the message is in the language that was clicked, and nobody is asked for theirs any more."""
    reply = clicked.message.reply
    return clicked.message.language == clicked.click.value and (bool(reply.result) or not _asks_for_language(reply))


def _is_other_language(clicked: Clicked) -> bool:
    return clicked.click.value in LANGUAGES and not _speaks(clicked)


def _switch(services: Services, conn: Connection, clicked: Clicked) -> None:
    """Another language: for the asker in place, and the thread's from now on; for anybody else, to them alone."""
    language = clicked.click.value
    if _speaks(clicked):  # its button stays where all languages have one
        return
    conversation = services.editions.current.conversation
    reply = conversation.in_language(clicked.message.reply, language, clicked.today)
    thread = replace(clicked.thread, language=language)
    turn = Turn(thread, (Post(reply), *_kept_choice(clicked.message.reply, language)))
    _say(services, conn, clicked, filling.with_standing(conn, services, turn, clicked.person, clicked.channel))


def _kept_choice(reply: Reply, language: Language) -> tuple[Remember, ...]:
    # A person who was asked for their language has said it for good; one who looks at an answer has not.
    return (Remember(language=language),) if _asks_for_language(reply) else ()


def _asks_for_language(reply: Reply) -> bool:
    return reply.outcome is Outcome.LANGUAGE or reply.notice is Notice.FOREIGN
