"""A turn's effects as work, in one unit: the thread's new state and all that follows from it, or nothing."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

from sqlalchemy import Connection

from bot.flows import requesting
from bot.flows.reporting import STEP, by_now, is_draft
from bot.listeners import gathering
from bot.listeners.incoming import POST, lane
from bot.listeners.requests import changing, hearing, opening, standing
from bot.listeners.services import Services
from bot.model import (
    REPLACED,
    Count,
    Effect,
    Forward,
    HandOver,
    Notice,
    Outcome,
    PersonId,
    Post,
    Remember,
    Reply,
    Rewrite,
    Tell,
    Thread,
    Turn,
)
from bot.request import Way
from bot.store import codec, messages, people, reports, tallies, threads
from bot.store.hooks import after_commit
from bot.store.locks import exclusive
from bot.store.messages import Message

REWRITE: Final = "rewrite"
REMOVE: Final = "remove"
WHISPER: Final = "whisper"
REPORT_HEARD: Final = "report-heard"


@dataclass(frozen=True, slots=True)
class Origin:
    """What a turn came from: the key that makes its effects once-only, and who wrote which message."""

    key: str
    who: PersonId
    question_ts: str | None = None
    rewrite_ts: str | None = None  # our message that the reply is to replace


def carry_out(conn: Connection, services: Services, turn: Turn, origin: Origin) -> None:
    """Store the thread and add the effects as work."""
    now = services.clock.now()
    thread = turn.thread
    effects = list(turn.effects)
    if any(isinstance(effect, HandOver) for effect in effects):
        effects, thread = _handed_over(conn, services, effects, thread, origin)
    if any(isinstance(effect, Remember) and effect.greeted for effect in effects):
        effects = _welcomed_once(conn, services, effects, origin)
    if thread.asker is not None or any(not isinstance(effect, Count) for effect in effects):
        threads.save(conn, services.workspace, thread, now)
    for n, effect in enumerate(effects):
        match _with_target(conn, services, effect, thread):
            case Post(reply):
                _say(conn, services, reply, thread, origin, n)
            case _InPlace(reply, message):
                show(conn, services, replace(message, reply=reply, language=reply.language), f"{origin.key}:{n}")
            case Remember(language, programme):
                people.remember(conn, services.workspace, origin.who, language=language, programme=programme)
            case Forward() | Tell() as told:
                _pass_on(conn, services, told, thread, origin)
            case Count(outcome, language, kind):
                tallies.add(conn, services.workspace, now.date(), f"{kind}:{outcome}", language=language)


def _say(conn: Connection, services: Services, reply: Reply, thread: Thread, origin: Origin, n: int) -> None:
    tallies.add(
        conn,
        services.workspace,
        services.clock.now().date(),
        str(reply.outcome),
        language=reply.language,
        programme=reply.programme,
        entry=reply.entry,
    )
    after_commit(conn, lambda: services.meter.said(reply.outcome, reply.language))
    message = None
    if origin.rewrite_ts and n == 0:
        message = messages.by_ts(conn, services.workspace, thread.channel, origin.rewrite_ts)
    asked, question_ts = thread.asker or origin.who, origin.question_ts or thread.ts
    gathering.said(conn, services, reply, thread, asked, question_ts, message.reply if message else None)
    if origin.rewrite_ts and n == 0:
        if message is not None:
            replaced = f"{REPLACED}:{message.reply.outcome}"
            tallies.add(conn, services.workspace, services.clock.now().date(), replaced, language=message.language)
            show(conn, services, replace(message, reply=reply, language=reply.language), f"{origin.key}:{n}")
            standing.placed(conn, services, reply, message.ts)
        return
    payload = posted(reply, thread, replace(origin, who=thread.asker or origin.who))
    services.work.add(conn, POST, f"{POST}:{origin.key}:{n}", payload, lane=lane(thread.channel, thread.ts))
    if is_draft(reply):
        _remove_question(conn, services, thread, reply)


def _remove_question(conn: Connection, services: Services, thread: Thread, reply: Reply) -> None:
    """Take away the question what a picture is about, once words have answered it."""
    asked = draft_on_show(conn, services, thread)
    if asked is not None and not _is_same(asked.reply, reply):
        payload = {"channel": asked.channel, "ts": asked.ts}
        services.work.add(conn, REMOVE, f"{REMOVE}:{asked.channel}:{asked.ts}", payload)


def _pass_on(conn: Connection, services: Services, told: Forward | Tell, thread: Thread, origin: Origin) -> None:
    if isinstance(told, Forward):
        _forward(conn, services, told, thread, origin)
    else:
        hearing.heard(conn, services, told, origin.who, origin.question_ts or "")


def _forward(conn: Connection, services: Services, told: Forward, thread: Thread, origin: Origin) -> None:
    """Have the translators read it; in the order of what happens to the report."""
    payload = {
        "number": told.number,
        "team": origin.who.team,
        "user": origin.who.user,
        "text": told.text,
        "pictures": list(told.pictures),
        "channel": thread.channel,
        "thread_ts": thread.ts,
    }
    key = f"{REPORT_HEARD}:{origin.key}"
    services.work.add(conn, REPORT_HEARD, key, payload, lane=reports.lane(services.workspace, told.number))


_BESIDE: Final = frozenset({Notice.CORRECTED, Notice.LEFT_OPEN})
"""What was said beside a result, and is not to be replaced by it."""


@dataclass(frozen=True, slots=True)
class _InPlace:
    """A Rewrite that has found its message."""

    reply: Reply
    message: Message


def _with_target(conn: Connection, services: Services, effect: Effect, thread: Thread) -> Effect | _InPlace:
    """A Rewrite with the message that it replaces; where there is none (yet), the reply is said."""
    if not isinstance(effect, Rewrite):
        return effect
    if is_draft(effect.reply):
        message = draft_on_show(conn, services, thread, effect.reply)
        return _InPlace(effect.reply, message) if message else Post(effect.reply)
    for message in messages.latest(conn, services.workspace, thread.channel, thread.ts):
        if _is_same(message.reply, effect.reply) and message.reply.notice not in _BESIDE:
            return _InPlace(effect.reply, message)
    return Post(effect.reply)


def draft_on_show(conn: Connection, services: Services, thread: Thread, like: Reply | None = None) -> Message | None:
    """The message that shows the thread's asker what they have told of a report, or asks what their picture is about.

    With `like` the one that does what this reply does, if it does either.
    """
    for message in messages.latest(conn, services.workspace, thread.channel, thread.ts):
        is_like = like is None or (is_draft(like) and _is_same(message.reply, like))
        if is_draft(message.reply) and is_like and message.asker == thread.asker:
            return message
    return None


def show_draft(conn: Connection, services: Services, message: Message, reply: Reply, key: str) -> None:
    """Have a message say a reply that shows back what was told of a report, with all that has been told by now."""
    exclusive(conn, services.workspace, message.channel, message.thread_ts)
    thread = threads.load(conn, services.workspace, message.channel, message.thread_ts)
    if thread is not None and thread.draft is not None and thread.asker == message.asker:
        reply = by_now(reply, thread.draft)
    show(conn, services, replace(message, reply=reply, language=reply.language), key)


def _is_same(shown: Reply, reply: Reply) -> bool:
    """Whether a reply says more of what a message shows: of the same entry, or the same step of a report."""
    if reply.outcome is Outcome.REPORT or reply.notice is Notice.PICTURE:
        steps = (shown.outcome, shown.notice, shown.result.get(STEP), "pictures" in shown.result)
        return steps == (reply.outcome, reply.notice, reply.result.get(STEP), "pictures" in reply.result)
    return shown.entry == reply.entry


def show(conn: Connection, services: Services, message: Message, key: str) -> None:
    """Have one of our messages say what `message` holds. It is stored as saying so at once, and Slack follows.

    So whoever clicks in between is judged by what has been decided, not by what their screen shows.
    """
    reply = _shown(message.reply)
    messages.save(conn, services.workspace, replace(message, reply=reply))
    place = {"channel": message.channel, "ts": message.ts}
    services.work.add(conn, REWRITE, f"{REWRITE}:{key}", place, lane=lane(message.channel, message.thread_ts))


def posted(reply: Reply, thread: Thread, origin: Origin) -> dict[str, Any]:
    """The payload of a job that says a reply."""
    return {
        "channel": thread.channel,
        "thread_ts": thread.ts,
        "question_ts": origin.question_ts,
        "team": origin.who.team,
        "user": origin.who.user,
        "reply": codec.dump(_shown(reply)),
    }


def _shown(reply: Reply) -> Reply:
    """A reply without what was weighed: that is not shown again."""
    return replace(reply, candidates=(), confidence=round(reply.confidence, 2))


def whisper(conn: Connection, services: Services, reply: Reply, thread: Thread, origin: Origin) -> None:
    """Show a reply to one person alone; it waits for nothing that is said in the thread."""
    key, lane_of_person = f"{WHISPER}:{origin.key}", f"{WHISPER}:{thread.channel}:{origin.who.user}"
    services.work.add(conn, WHISPER, key, posted(reply, thread, origin), lane=lane_of_person)


def _welcomed_once(conn: Connection, services: Services, effects: Sequence[Effect], origin: Origin) -> list[Effect]:
    """The effects; without the welcome at their end if another message of the person was quicker to bring it."""
    posts = [effect for effect in effects if isinstance(effect, Post)]
    is_first = people.greet_once(conn, services.workspace, origin.who, services.clock.now())
    return [effect for effect in effects if is_first or len(posts) == 1 or effect is not posts[-1]]


def _handed_over(
    conn: Connection, services: Services, effects: Sequence[Effect], thread: Thread, origin: Origin
) -> tuple[list[Effect], Thread]:
    """Open the request, or have it asked again; the partner's reply says how it stands. One request a thread."""
    kept: list[Effect] = [effect for effect in effects if not isinstance(effect, HandOver)]
    if services.desk.support_channel is None:
        return kept, thread
    over = next(effect for effect in effects if isinstance(effect, HandOver))
    wanted = opening.Wanted(Way(over.way), over.question, over.reply, over.files, note=over.note)
    request, is_new = opening.open_or_add(conn, services, wanted, thread, origin.who, None)
    told: dict[str, Any] = {"number": request.number, "known": True}
    if is_new:
        told = requesting.status(request, standing.around(conn, services, request))
    return [_with_state(effect, told) for effect in kept], changing.with_request(services, thread, request)


def _with_state(effect: Effect, told: dict[str, Any]) -> Effect:
    if isinstance(effect, Post) and effect.reply.outcome is Outcome.HUMAN:
        return Post(replace(effect.reply, result=told))
    return effect
