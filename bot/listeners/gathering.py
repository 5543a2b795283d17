"""Notes what the knowledge lacks, as it shows in conversations: in the transaction that answers, counts or takes back.

What is noted is a question in its words, never a name; it goes with the data of whoever asked, and with its message.
"""

from __future__ import annotations

from typing import Final

from sqlalchemy import Connection

from bot.gap import Gap, GapKind
from bot.listeners.services import Services
from bot.model import Language, Outcome, PersonId, Reply, Thread
from bot.store import gaps, messages, votes
from bot.store.messages import Message
from bot.understand.normalise import words

_CHOSEN: Final = 1.0
"""The confidence of what somebody has chosen: where that leads to nothing, none of the choices was meant."""


def said(
    conn: Connection, services: Services, reply: Reply, thread: Thread, who: PersonId, ts: str, replaced: Reply | None
) -> None:
    """Note the question of a thread if what is said to it is no answer.

    Args:
        conn: The transaction that says it.
        services: The desk.
        reply: What is said.
        thread: Where.
        who: To whom.
        ts: Of the question.
        replaced: What the message said before that now says this: the question was edited, or a choice taken.

    """
    kind, before = _missing(reply), _missing(replaced)
    if before is not None and before is not kind:
        gaps.remove(conn, services.workspace, before, thread.channel, ts)
    question = words(thread.question) if kind else ""
    if kind is None or not question:
        return
    language = _language(services, question, reply.language)
    noted = Gap(kind, language, reply.programme, question, services.clock.now(), who, thread.channel, ts)
    gaps.add(conn, services.workspace, noted)


def voted(conn: Connection, services: Services, message: Message, thread: Thread, *, is_unhelpful: bool) -> None:
    """Note that somebody has found an answer unhelpful; forget it once nobody finds it so any more."""
    place = (message.channel, message.ts)
    others = votes.unhelpful(conn, services.workspace, *place) - is_unhelpful
    if others:  # it is noted, in the words that the thread held then
        return
    if not is_unhelpful:
        gaps.remove(conn, services.workspace, GapKind.UNHELPFUL, *place)
        return
    reply, asker, language = message.reply, message.asker or thread.asker, message.language
    question = words(thread.question) if _is_answered_last(reply, thread) else ""
    if question:
        language = _language(services, question, language)
    text = question or _title(services, reply, language)
    if text:
        at, entry = services.clock.now(), reply.entry or ""
        noted = Gap(GapKind.UNHELPFUL, language, reply.programme, text, at, asker, *place, entry=entry)
        gaps.add(conn, services.workspace, noted)


def forget(conn: Connection, services: Services, channel: str, ts: str) -> None:
    """Forget what was noted of a message that its author has deleted."""
    for kind in (GapKind.FALLBACK, GapKind.NONE):
        gaps.remove(conn, services.workspace, kind, channel, ts)
    for ours in messages.by_question(conn, services.workspace, channel, ts):
        gaps.remove(conn, services.workspace, GapKind.UNHELPFUL, channel, ours.ts)


def _missing(reply: Reply | None) -> GapKind | None:
    """What a reply shows to be missing.

    Nothing is where it says why: another language, more than is read, a text that is known and not released.
    """
    if reply is None or reply.outcome is not Outcome.FALLBACK or reply.notice is not None:
        return None
    return GapKind.NONE if reply.confidence == _CHOSEN else GapKind.FALLBACK


def _language(services: Services, question: str, likely: Language) -> Language:
    """The language that a question was asked in: what is said of it may be in another by now."""
    return services.editions.current.reader.languages.detect(question, (likely,))[0]


def _is_answered_last(reply: Reply, thread: Thread) -> bool:
    """Whether the last question of a thread is the one that was answered so."""
    return reply.entry is not None and reply.entry == thread.entry and not thread.misses


def _title(services: Services, reply: Reply, language: Language) -> str:
    if reply.entry is None:
        return ""
    return services.editions.current.renderer.title(reply.entry, language)
