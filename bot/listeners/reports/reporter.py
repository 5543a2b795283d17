"""Clicks and forms of those who report: begun, shown back, sent; and what they say to the result."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from slack_bolt.async_app import AsyncApp
from sqlalchemy import Connection

from bot.context import only_programme
from bot.flows import report as flow
from bot.flows.reporting import STEP, draft_of, dropped, handed_in, is_draft, of_step
from bot.listeners import changes, effects, people
from bot.listeners.changes import Clicked, Step, change, look_up, open_form, submit
from bot.listeners.clicks import Click, Form
from bot.listeners.effects import Origin
from bot.listeners.registry import Listener, listen, listen_to_forms
from bot.listeners.reports import changing
from bot.listeners.reports.sending import About, Spoken, send
from bot.listeners.services import Services
from bot.model import Channel, Draft, Outcome, Person, Thread, Turn
from bot.render import report_forms as forms
from bot.render import reports as render
from bot.render.own_texts import own_texts
from bot.report import OwnText
from bot.store import messages, threads
from bot.store.locks import exclusive
from bot.store.messages import Message


def register(app: AsyncApp, services: Services) -> None:
    """Listen to what reporters are shown."""

    def step(do: Callable[[Services, Connection, Clicked], None]) -> Listener:
        made = Step(lambda conn, clicked: do(services, conn, _theirs(clicked)))

        async def carry_out(click: Click) -> None:
            await change(services, click, made)

        return carry_out

    async def opened(click: Click) -> None:
        await _open(services, click)

    async def complained(click: Click) -> None:
        await _open_complaint(services, click)

    async def submitted(form: Form) -> dict[str, str]:
        return await _submitted(services, form)

    async def complaint(form: Form) -> dict[str, str]:
        return await _complaint(services, form)

    clicks: dict[str, Listener] = {
        render.OPEN: opened,
        render.DETAILS: opened,
        render.SEND: step(_send),
        render.DISCARD: step(_discard),
        render.PICTURE: step(_error_in_picture),
        render.QUESTION: step(_question_of_picture),
        render.WRONG: complained,
    }
    listen(app, services, clicks)
    listen_to_forms(app, services, {forms.FORM: submitted, forms.COMPLAINT: complaint})


async def _open(services: Services, click: Click) -> None:
    """Open the form with what its reporter has told so far; anybody else's is empty."""
    clicked = await look_up(services, click, Step(lambda *_: None))
    if clicked is None:
        return
    clicked = _theirs(clicked)
    draft = clicked.thread.draft if clicked.thread.asker == clicked.person.id else None
    await _show_form(services, clicked, draft or Draft(language=clicked.language))


def _theirs(clicked: Clicked) -> Clicked:
    """A click on what somebody has told, in their thread: another may have taken that over meanwhile."""
    is_theirs = clicked.message.asker == clicked.person.id and is_draft(clicked.message.reply)
    if clicked.thread.asker == clicked.person.id or not is_theirs:
        return clicked
    draft = draft_of(clicked.message.reply)
    thread = replace(
        dropped(clicked.thread),
        asker=clicked.person.id,
        language=clicked.message.language,
        draft=draft,
        question=draft.said,
    )
    return replace(clicked, thread=thread)


async def open_about(services: Services, click: Click) -> None:
    """Open the form about the message that was clicked: what is wrong with it is all that it asks."""
    clicked = await look_up(services, replace(click, right=render.OPEN), Step(lambda *_: None))
    if clicked is not None:
        await _show_form(services, clicked, Draft(language=clicked.message.language, about=click.message_ts))


async def _show_form(services: Services, clicked: Clicked, draft: Draft) -> None:
    form = forms.report_form(
        services.editions.current.renderer.catalogues[clicked.language],
        draft,
        channel=clicked.click.channel,
        ts=clicked.click.message_ts,
        thread=clicked.thread.ts,
        texts=[shown_text(services, clicked.message)] if draft.about else (),
    )
    await open_form(services, clicked, form)


def shown_text(services: Services, message: Message) -> str:
    """What a message of ours says, as its reader sees it."""
    edition = services.editions.current
    return edition.renderer.plain(edition.conversation.fitted(message.reply), message.language)


def texts_of(services: Services, message: Message) -> tuple[OwnText, ...]:
    """The texts of ours that a message shows."""
    edition = services.editions.current
    return own_texts(edition.renderer, edition.conversation.fitted(message.reply), message.language)


def _send(services: Services, conn: Connection, clicked: Clicked) -> None:
    """Send what was shown back; the message says from now on how the report stands."""
    draft = clicked.thread.draft
    if draft is None or not draft.is_enough:  # its message was deleted, or was kept for long enough
        nothing = of_step(clicked.message.reply, {STEP: render.Step.DISCARDED.value})
        effects.show(conn, services, replace(clicked.message, reply=nothing), clicked.click.key)
        return
    spoken = _spoken(clicked)
    reporter, reply = send(conn, services, draft, spoken, About())
    threads.save(conn, services.workspace, handed_in(clicked.thread, reporter.number), services.clock.now())
    effects.show(conn, services, replace(clicked.message, reply=reply, language=reply.language), clicked.click.key)


def _spoken(clicked: Clicked) -> Spoken:
    return Spoken(
        clicked.person.id,
        clicked.language,
        clicked.click.channel,
        clicked.thread.ts,
        _programme(clicked.thread, clicked.channel, clicked.person),
    )


def _discard(services: Services, conn: Connection, clicked: Clicked) -> None:
    conversation = services.editions.current.conversation
    turn = conversation.not_a_report(clicked.channel, clicked.thread, clicked.person, clicked.today)
    _say_instead(services, conn, clicked, turn)


def _error_in_picture(services: Services, conn: Connection, clicked: Clicked) -> None:
    turn = services.editions.current.conversation.of_picture(clicked.thread, is_error=True)
    _say_instead(services, conn, clicked, turn)


def _question_of_picture(services: Services, conn: Connection, clicked: Clicked) -> None:
    conversation = services.editions.current.conversation
    if clicked.thread.draft is not None and clicked.thread.draft.said:
        _discard(services, conn, clicked)
    else:
        _say_instead(services, conn, clicked, conversation.of_picture(clicked.thread, is_error=False))


def _say_instead(services: Services, conn: Connection, clicked: Clicked, turn: Turn) -> None:
    """Have the message that was clicked say the turn's reply."""
    origin = Origin(clicked.click.key, clicked.person.id, clicked.message.question_ts, clicked.message.ts)
    effects.carry_out(conn, services, turn, origin)


async def _submitted(services: Services, form: Form) -> dict[str, str]:
    """Send what the form holds. Raises StoreUnavailable.

    It is sent whatever has become of the message that it was opened from: what somebody has typed is not lost.
    """
    t = services.editions.current.renderer.catalogues[form.language]
    draft, errors = forms.read_report(form.values, form.opened, t)
    if errors:
        return errors

    def unit(conn: Connection) -> None:
        if form.click.message_ts and (shown := _message(conn, services, form.click)):
            exclusive(conn, services.workspace, shown.channel, shown.thread_ts)
        if changes.is_first(conn, services, form.click):
            _store(conn, services, form, draft)

    await services.store.run(unit)
    return {}


def _store(conn: Connection, services: Services, form: Form, draft: Draft) -> None:
    click, workspace = form.click, services.workspace
    shown = _message(conn, services, click) if click.message_ts else None
    thread = threads.load(conn, workspace, shown.channel, shown.thread_ts) if shown else None
    person = people.load(conn, services, click.who, click.channel or None)
    about = _about(conn, services, click.channel, draft)
    spoken = Spoken(
        click.who,
        form.language,
        shown.channel if shown else "",
        shown.thread_ts if shown else "",
        _programme(thread, changes.channel_of(services, click.channel), person),
    )
    reporter, reply = send(conn, services, draft, spoken, about)
    if shown is not None and thread is not None and shown.asker == click.who and not draft.about:
        if thread.asker == click.who:
            threads.save(conn, workspace, handed_in(thread, reporter.number), services.clock.now())
        if shown.reply.outcome is Outcome.REPORT and shown.reply.result.get(STEP) == render.Step.DRAFT:
            effects.show(conn, services, replace(shown, reply=reply, language=reply.language), click.key)
            return
    changing.tell(conn, services, reporter, reply, click.key)


def _about(conn: Connection, services: Services, channel: str, draft: Draft) -> About:
    """The texts of the message of ours that is reported, if it is one and still known."""
    message = messages.by_ts(conn, services.workspace, channel, draft.about) if draft.about and channel else None
    return About(message.reply.entry or "", texts_of(services, message)) if message else About()


def _message(conn: Connection, services: Services, click: Click) -> Message | None:
    return messages.by_ts(conn, services.workspace, click.channel, click.message_ts)


async def _open_complaint(services: Services, click: Click) -> None:
    clicked = await look_up(services, click, Step(lambda *_: None))
    if clicked is None:
        return
    form = forms.complaint_form(
        services.editions.current.renderer.catalogues[clicked.language],
        number=clicked.message.reply.result["number"],
        channel=click.channel,
        ts=click.message_ts,
    )
    await open_form(services, clicked, form)


async def _complaint(services: Services, form: Form) -> dict[str, str]:
    """Open a report again: it is still wrong. The message with the result says so from now on."""
    words = forms.read_complaint(form.values)

    def is_past(clicked: Clicked) -> bool:
        return clicked.message.reply.result.get("reopened", False) or "number" not in clicked.message.reply.result

    def unit(conn: Connection, clicked: Clicked) -> None:
        reply = clicked.message.reply
        report = changing.locked_root(conn, services, reply.result["number"])
        if report is not None:
            changing.changed(conn, services, flow.complain(report, clicked.person.id, services.clock.now(), words))
        reopened = replace(clicked.message, reply=replace(reply, result={**reply.result, "reopened": True}))
        effects.show(conn, services, reopened, clicked.click.key)

    return await submit(services, form, Step(unit, is_past=is_past))


def _programme(thread: Thread | None, channel: Channel, person: Person) -> str | None:
    """What a report is about: the conversation's programme, else the only one of the channel, or of the person."""
    of_thread = thread.programme if thread else None
    return of_thread or only_programme(channel.programmes) or only_programme(person.programmes)
