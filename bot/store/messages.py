"""Units: the bot's own messages, so that they can be edited, shown in another language, voted on and taken back."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from sqlalchemy import Connection, Row, bindparam, delete, select

from bot.model import Language, PersonId, Reply
from bot.store import codec
from bot.store.tables import message
from bot.store.upsert import put


@dataclass(frozen=True, slots=True)
class Message:
    """A message of ours and the reply that it shows."""

    channel: str
    ts: str
    reply: Reply
    language: Language  # it is shown in; Reply.language is the one it was first given in
    posted_at: datetime  # UTC
    thread_ts: str | None = None
    question_ts: str | None = None
    asker: PersonId | None = None


_AT: Final = (message.c.workspace == bindparam("of_workspace"), message.c.channel == bindparam("of_channel"))
_BY_TS: Final = select(message).where(*_AT, message.c.ts == bindparam("of_ts"))
_BY_QUESTION: Final = select(message).where(*_AT, message.c.question_ts == bindparam("of_ts")).order_by(message.c.ts)
_OF_THREAD: Final = (
    select(message)
    .where(*_AT, message.c.ts > bindparam("of_ts"), message.c.thread_ts == bindparam("of_ts"))
    .order_by(message.c.ts.desc())
    .limit(20)
)
_DELETE: Final = delete(message).where(*_AT, message.c.ts == bindparam("of_ts"))


def save(conn: Connection, workspace: str, state: Message) -> None:
    """Store a message, or what an edit made of it."""
    put(
        conn,
        message,
        {
            "workspace": workspace,
            "channel": state.channel,
            "ts": state.ts,
            "thread_ts": state.thread_ts,
            "question_ts": state.question_ts,
            "reply": codec.dump(state.reply),
            "language": state.language,
            "asker_team": state.asker.team if state.asker else None,
            "asker_user": state.asker.user if state.asker else None,
            "posted_at": state.posted_at,
        },
    )


def by_ts(conn: Connection, workspace: str, channel: str, ts: str) -> Message | None:
    """The message of ours with this ts, or None."""
    row = conn.execute(_BY_TS, _key(workspace, channel, ts)).one_or_none()
    return None if row is None else _message(row)


def by_question(conn: Connection, workspace: str, channel: str, question_ts: str) -> list[Message]:
    """The messages that answer the person's message with this ts, oldest first."""
    return [_message(row) for row in conn.execute(_BY_QUESTION, _key(workspace, channel, question_ts))]


def latest(conn: Connection, workspace: str, channel: str, thread_ts: str) -> list[Message]:
    """The last messages of a thread, newest first."""
    return [_message(row) for row in conn.execute(_OF_THREAD, _key(workspace, channel, thread_ts))]


def remove(conn: Connection, workspace: str, channel: str, ts: str) -> bool:
    """Forget a message; False if it was not known."""
    return conn.execute(_DELETE, _key(workspace, channel, ts)).rowcount == 1


def _key(workspace: str, channel: str, ts: str) -> dict[str, str]:
    return {"of_workspace": workspace, "of_channel": channel, "of_ts": ts}


def _message(row: Row[Any]) -> Message:
    return Message(
        channel=row.channel,
        ts=row.ts,
        reply=codec.load(Reply, row.reply),
        language=row.language,
        posted_at=row.posted_at,
        thread_ts=row.thread_ts,
        question_ts=row.question_ts,
        asker=None if row.asker_user is None else PersonId(row.asker_team, row.asker_user),
    )
