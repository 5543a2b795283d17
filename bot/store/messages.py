"""Units: the bot's own messages, so that they can be edited, shown in another language, voted on and taken back."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any, Final

from sqlalchemy import Connection, bindparam, delete, func, select

from bot.model import Language, Outcome, PersonId, Reply
from bot.store import codec
from bot.store.prepared import Prepared
from bot.store.tables import message
from bot.store.upsert import put


@dataclass(frozen=True, slots=True)
class Message:
    """A message of ours in a thread, and the reply that it shows."""

    channel: str
    ts: str
    thread_ts: str
    reply: Reply
    language: Language  # it is shown in; Reply.language is the one it was first given in
    question_ts: str | None = None
    asker: PersonId | None = None


ANSWERED_WITHIN: Final = 2 * 60 * 60
"""Seconds after a question in which its answers are looked for: no answer is tried for longer than an hour."""

_MOST_OF_THREAD: Final = 20

_AT: Final = (message.c.workspace == bindparam("of_workspace"), message.c.channel == bindparam("of_channel"))
_BY_TS: Final = Prepared(select(message).where(*_AT, message.c.ts == bindparam("of_ts")))
# By the key alone, without an index: there are few messages of ours between a question and its answers.
_BY_QUESTION: Final = Prepared(
    select(message)
    .where(
        *_AT,
        message.c.ts > bindparam("of_ts"),
        message.c.ts < bindparam("until"),
        message.c.question_ts == bindparam("of_ts"),
    )
    .order_by(message.c.ts)
)
_OF_THREAD: Final = Prepared(
    select(message)
    .where(
        *_AT,
        message.c.ts > bindparam("of_ts"),
        func.coalesce(message.c.thread_ts, message.c.question_ts) == bindparam("of_ts"),
    )
    .order_by(message.c.ts.desc())
    .limit(_MOST_OF_THREAD)
)
_DELETE: Final = Prepared(delete(message).where(*_AT, message.c.ts == bindparam("of_ts")))


def save(conn: Connection, workspace: str, state: Message) -> None:
    """Store a message, or what an edit made of it.

    How things stood is not kept: it quotes what others have asked and told, and is read anew where it is shown anew.
    """
    if state.reply.outcome is Outcome.STATUS:
        state = replace(state, reply=replace(state.reply, result={}))
    content = codec.dump(state)
    if state.language == state.reply.language:  # the rule, and so not stored
        del content["language"]
    begins = content.pop("thread_ts")
    answers = content.pop("question_ts", None)
    put(
        conn,
        message,
        {
            "workspace": workspace,
            "channel": content.pop("channel"),
            "ts": content.pop("ts"),
            "question_ts": answers,
            "thread_ts": None if begins == answers else begins,
            "state": content,
        },
    )


def by_ts(conn: Connection, workspace: str, channel: str, ts: str) -> Message | None:
    """The message of ours with this ts, or None."""
    row = _BY_TS.one(conn, _key(workspace, channel, ts))
    return None if row is None else _message(row)


def by_question(conn: Connection, workspace: str, channel: str, question_ts: str) -> list[Message]:
    """The messages that answer the person's message with this ts, oldest first."""
    seconds, _, fraction = question_ts.partition(".")
    until = {"until": f"{int(seconds) + ANSWERED_WITHIN}.{fraction}"}
    return [_message(row) for row in _BY_QUESTION.all(conn, _key(workspace, channel, question_ts) | until)]


def latest(conn: Connection, workspace: str, channel: str, thread_ts: str) -> list[Message]:
    """The last messages of a thread, newest first."""
    return [_message(row) for row in _OF_THREAD.all(conn, _key(workspace, channel, thread_ts))]


def remove(conn: Connection, workspace: str, channel: str, ts: str) -> bool:
    """Forget a message; False if it was not known."""
    return _DELETE.count(conn, _key(workspace, channel, ts)) == 1


def _key(workspace: str, channel: str, ts: str) -> dict[str, str]:
    return {"of_workspace": workspace, "of_channel": channel, "of_ts": ts}


def _message(row: Any) -> Message:
    place = {"channel": row.channel, "ts": row.ts, "thread_ts": row.thread_ts or row.question_ts}
    usual = {"language": row.state["reply"]["language"], "question_ts": row.question_ts}
    return codec.load(Message, {**place, **usual, **row.state})
