"""Clicks and forms carried out: judged, and changed, in one transaction before the ack.

A click counts if its message, drawn anew from what is stored, still shows that control with that value. So a second
click, a button that nobody was offered and a card whose time has passed need no rules of their own: they change
nothing, the card is drawn anew, and whoever clicked reads what is true.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any, Final, TypeAlias

from sqlalchemy import Connection

from bot.listeners import access, effects, people
from bot.listeners.access import Access, Target
from bot.listeners.clicks import Click, Form, language_of
from bot.listeners.effects import Origin
from bot.listeners.incoming import POST
from bot.listeners.services import Services
from bot.model import Channel, Job, Language, Notice, Outcome, Person, Place, Reply, Thread
from bot.ports import Handler
from bot.render import controls
from bot.store import messages, threads
from bot.store.locks import exclusive
from bot.store.messages import Message

CLICK: Final = "click"
"""The kind of the job that a click leaves behind: it has nothing to do, its key makes the click happen once."""

_FORM_WITHIN: Final = 1.5  # seconds in which Slack is waited for when it opens a form; it may open it later
_FRESH: Final = 3600.0  # seconds in which a message that is not stored may be one whose posting is not confirmed


@dataclass(frozen=True, slots=True)
class Clicked:
    """A click and what stands behind it now; `message.reply` as the knowledge has it today."""

    click: Click
    message: Message
    thread: Thread
    person: Person
    channel: Channel
    target: Target
    language: Language  # in which whoever clicked is spoken to: the message's, if they asked
    today: date

    @property
    def is_alone(self) -> bool:
        """Whether what the click leads to is for whoever clicked alone, and changes nothing."""
        return self.access_to(self.click.right or self.click.action) is Access.ALONE

    def access_to(self, action: str) -> Access:
        """Whether whoever clicked may do something to the message."""
        return access.decide(action, self.person, self.target)


@dataclass(frozen=True, slots=True)
class Refused:
    """A click that changes nothing; without a notice there is nothing to say."""

    notice: Notice | None
    clicked: Clicked | None = None
    is_outdated: bool = False  # Slack shows what is no longer so


Do: TypeAlias = Callable[[Connection, Clicked], None]
Test: TypeAlias = Callable[[Clicked], bool]


def _always(_: Clicked) -> bool:
    return True


def _never(_: Clicked) -> bool:
    return False


@dataclass(frozen=True, slots=True)
class Step:
    """What a control or a form does, and when there is nothing left to do."""

    do: Do
    is_meant: Test = _always  # it may come from a control of ours, of today or of another day
    is_so: Test = _never  # what it asks for is so already
    is_lasting: Test = _never  # it can be done whatever the message shows now
    is_past: Test = _never  # of a form: it is about what is no longer so


def click_job() -> Handler:
    """Ends what a click has left behind."""

    async def nothing(_: Job) -> None:
        return None

    return nothing


async def change(services: Services, click: Click, step: Step) -> None:
    """Carry out a click; where it cannot be, whoever clicked is told why. Raises StoreUnavailable."""

    def unit(conn: Connection) -> None:
        _lock(conn, services, click)
        found = _judged(conn, services, click, step)
        if not is_first(conn, services, click):
            return
        if isinstance(found, Refused):
            _say_so(conn, services, click, found)
        else:
            step.do(conn, found)

    await services.store.run(unit)


async def submit(services: Services, form: Form, step: Step) -> dict[str, str]:
    """Carry out a form; why it cannot be, by field. Raises StoreUnavailable.

    A form is refused without a trace, so that it may be mended and sent again.
    """

    def unit(conn: Connection) -> Refused | None:
        _lock(conn, services, form.click)
        found = _judged_form(conn, services, form.click, step)
        if isinstance(found, Refused):
            return found
        if is_first(conn, services, form.click):
            step.do(conn, found)
        return None

    refused = await services.store.run(unit)
    if refused is None or refused.notice is None:
        return {}
    return form.error(words(services, refused.notice, form.language))


async def look_up(services: Services, click: Click, step: Step) -> Clicked | None:
    """What was clicked, to show a form for it; None if there is none to show, and then it was said why."""
    found = await services.store.read(lambda conn: _judged(conn, services, click, step))
    if isinstance(found, Clicked):
        return found
    await services.store.run(lambda conn: _say_so(conn, services, click, found))
    return None


async def tell_past(services: Services, click: Click) -> None:
    """Say of a control that no version of ours knows any more what has become of its message."""

    def unit(conn: Connection) -> None:
        _lock(conn, services, click)
        clicked = _clicked(conn, services, click)
        gone = Refused(_unknown(conn, services, click))
        _say_so(conn, services, click, Refused(Notice.MOVED_ON, clicked, is_outdated=True) if clicked else gone)

    await services.store.run(unit)


def choosing(services: Services, further: Mapping[str, Callable[[Click], Awaitable[None]]]) -> Callable[[Click], Any]:
    """A menu whose options are listened to one by one; an option of another version is answered too."""

    async def chosen(click: Click) -> None:
        if click.value in further:
            await further[click.value](click)
        else:
            await tell_past(services, click)

    return chosen


async def open_form(services: Services, clicked: Clicked, form: dict[str, Any]) -> None:
    """Open a form. If Slack does not, whoever clicked is told; the answer to the click does not wait for that."""
    await open_at(services, clicked.click, clicked.thread.ts, form, clicked.language)


async def open_at(services: Services, click: Click, thread_ts: str, form: dict[str, Any], language: Language) -> None:
    """As open_form, for a click on what is no reply of ours; whoever clicked is told in the thread."""

    async def opened() -> None:
        if not await services.slack.open_view(click.trigger, form):
            text = words(services, Notice.NO_FORM, language)
            await services.slack.whisper(
                channel=click.channel, user=click.who.user, thread=thread_ts, text=text, blocks=[]
            )

    await services.aside.wait(opened(), _FORM_WITHIN)


def whisper(conn: Connection, services: Services, reply: Reply, clicked: Clicked) -> None:
    """Show a reply to whoever clicked, alone; clicks in quick succession are answered once."""
    whisper_at(conn, services, reply, clicked.click, clicked.thread)


def is_being_said(conn: Connection, services: Services, clicked: Clicked) -> bool:
    """Whether the same click, a moment ago, has led to a message that is on its way."""
    return bool(services.work.pending(conn, f"{POST}:{clicked.click.same}:"))


def is_being_whispered(conn: Connection, services: Services, clicked: Clicked) -> bool:
    """Whether what the same click, a moment ago, has led to is being shown to whoever clicked, alone."""
    return bool(services.work.pending(conn, f"{effects.WHISPER}:{clicked.click.same}:"))


def notice(kind: Notice, language: Language) -> Reply:
    """A notice as a reply."""
    return Reply(Outcome.HELP, language, notice=kind)


def words(services: Services, kind: Notice, language: Language) -> str:
    """A notice in words."""
    return services.editions.current.renderer.plain(notice(kind, language))


def is_first(conn: Connection, services: Services, click: Click) -> bool:
    """Whether this very click was not carried out before: it may be delivered again, by Slack or by somebody else."""
    return services.work.add(conn, CLICK, click.key, {})


def _judged(conn: Connection, services: Services, click: Click, step: Step) -> Clicked | Refused:
    clicked = _clicked(conn, services, click)
    if clicked is None:
        return Refused(_unknown(conn, services, click))
    policy = click.right or click.action
    if clicked.access_to(policy) is Access.REFUSED:
        return Refused(access.policy_of(policy).refusal, clicked)
    drawn = services.editions.current.renderer.message(clicked.message.reply, clicked.message.language)
    if controls.offers(drawn.blocks, click.action, click.value) or step.is_lasting(clicked):
        return clicked
    if not step.is_meant(clicked):
        return Refused(None)
    is_outdated = click.is_shown or click.said not in {"", drawn.text}
    return Refused(None if step.is_so(clicked) else Notice.MOVED_ON, clicked, is_outdated=is_outdated)


def _judged_form(conn: Connection, services: Services, click: Click, step: Step) -> Clicked | Refused:
    clicked = _clicked(conn, services, click)
    if clicked is None:
        return Refused(Notice.GONE)
    if clicked.access_to(click.action) is Access.REFUSED:
        return Refused(access.policy_of(click.action).refusal, clicked)
    return Refused(Notice.MOVED_ON, clicked, is_outdated=True) if step.is_past(clicked) else clicked


def _lock(conn: Connection, services: Services, click: Click) -> None:
    """Have the clicks on one thread come one after the other, also where there are several replicas."""
    message = _message(conn, services, click)
    if message is not None:
        exclusive(conn, services.workspace, click.channel, message.thread_ts)


def _message(conn: Connection, services: Services, click: Click) -> Message | None:
    """The message that was clicked, as it is stored; Slack may not name one."""
    return messages.by_ts(conn, services.workspace, click.channel, click.message_ts) if click.message_ts else None


def _clicked(conn: Connection, services: Services, click: Click) -> Clicked | None:
    message = _message(conn, services, click)
    if message is None:
        return None
    person = people.load(conn, services, click.who, click.channel)
    today = people.today_at(person, services.clock.now())
    reply = services.editions.current.conversation.current(message.reply, today)
    thread = threads.load(conn, services.workspace, click.channel, message.thread_ts)
    is_asker = message.asker == person.id
    return Clicked(
        click,
        replace(message, reply=reply),
        thread or Thread(click.channel, message.thread_ts),
        person,
        channel_of(services, click.channel),
        access.target_of(services.desk, services.workspace, message.asker, click.channel),
        message.language if is_asker else people.spoken_to(services, person, message.language),
        today,
    )


def _unknown(conn: Connection, services: Services, click: Click) -> Notice:
    """What is said of a message that is not stored: it was forgotten, or nobody knows yet that it is posted."""
    posts = (f"{POST}:msg:{services.workspace}:{click.channel}:", f"{POST}:click:{services.workspace}:{click.channel}:")
    return unknown(conn, services, click, posts)


def unknown(conn: Connection, services: Services, click: Click, posts: Sequence[str]) -> Notice:
    """As for a message of ours that is not stored; `posts` are the prefixes of keys of work that would post it."""
    is_fresh = bool(click.message_ts) and services.clock.now().timestamp() - float(click.message_ts) < _FRESH
    is_posting = is_fresh and any(services.work.pending(conn, prefix) for prefix in posts)
    return Notice.NOT_YET if is_posting else Notice.GONE


def _say_so(conn: Connection, services: Services, click: Click, refused: Refused) -> None:
    """Tell whoever clicked, alone, why nothing has changed; a card that shows what is no longer so is drawn anew."""
    clicked = refused.clicked
    if clicked is not None and refused.is_outdated:
        effects.show(conn, services, clicked.message, click.key)
    if refused.notice is None or not click.channel:
        return
    if clicked is not None:
        whisper(conn, services, notice(refused.notice, clicked.language), clicked)
        return
    person = people.load(conn, services, click.who, click.channel)
    language = people.spoken_to(services, person, language_of(services, click))
    whisper_at(conn, services, notice(refused.notice, language), click, Thread(click.channel, click.thread_ts))


def whisper_at(conn: Connection, services: Services, reply: Reply, click: Click, thread: Thread) -> None:
    """As whisper, for a click on what is no reply of ours."""
    if not services.work.pending(conn, f"{effects.WHISPER}:{click.same}:"):
        effects.whisper(conn, services, reply, thread, Origin(click.key, click.who))


def tell_late(
    conn: Connection, services: Services, kind: str, click: Click, number: int, thread_ts: str, language: Language
) -> None:
    """Have whoever clicked too late on a card be told, alone, how what has this number stands: by work of this kind."""
    payload = {
        "number": number,
        "channel": click.channel,
        "thread_ts": thread_ts,
        "team": click.who.team,
        "user": click.who.user,
        "language": language,
    }
    services.work.add(conn, kind, f"{kind}:{click.key}", payload)


def channel_of(services: Services, channel: str) -> Channel:
    """The channel of a click; direct messages are told by their id."""
    found = services.desk.channel(channel)
    return replace(found, place=Place.DIRECT) if channel.startswith("D") else found
