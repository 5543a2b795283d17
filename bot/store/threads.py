"""Units: the state of threads."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Final

from sqlalchemy import Connection, Row, bindparam, select

from bot.model import Floor, PersonId, Thread
from bot.store.tables import thread
from bot.store.upsert import put

_LOAD: Final = select(thread).where(
    thread.c.workspace == bindparam("of_workspace"),
    thread.c.channel == bindparam("of_channel"),
    thread.c.ts == bindparam("of_ts"),
)

_LATEST: Final = (
    select(thread)
    .where(thread.c.workspace == bindparam("of_workspace"), thread.c.channel == bindparam("of_channel"))
    .order_by(thread.c.updated_at.desc())
    .limit(1)
)


def load(conn: Connection, workspace: str, channel: str, ts: str) -> Thread | None:
    """The thread, or None if the bot has no part in it."""
    row = conn.execute(_LOAD, {"of_workspace": workspace, "of_channel": channel, "of_ts": ts}).one_or_none()
    return None if row is None else _thread(row)


def latest(conn: Connection, workspace: str, channel: str) -> Thread | None:
    """The thread of a channel in which something happened last, or None."""
    row = conn.execute(_LATEST, {"of_workspace": workspace, "of_channel": channel}).first()
    return None if row is None else _thread(row)


def save(conn: Connection, workspace: str, state: Thread, now: datetime) -> None:
    """Store the thread's state, whatever it was before."""
    put(
        conn,
        thread,
        {
            "workspace": workspace,
            "channel": state.channel,
            "ts": state.ts,
            "asker_team": state.asker.team if state.asker else None,
            "asker_user": state.asker.user if state.asker else None,
            "language": state.language,
            "programme": state.programme,
            "entry": state.entry,
            "question": state.question,
            "offered": list(state.offered),
            "misses": state.misses,
            "floor": state.floor.value,
            "handed_over": state.handed_over,
            "last_ts": state.last_ts,
            "updated_at": now,
            "slots": state.slots or None,
            "asks_for": list(state.asks_for) or None,
            "asked_on": state.asked_on,
        },
    )


def _thread(row: Row[Any]) -> Thread:
    return Thread(
        channel=row.channel,
        ts=row.ts,
        asker=None if row.asker_user is None else PersonId(row.asker_team, row.asker_user),
        language=row.language,
        programme=row.programme,
        entry=row.entry,
        question=row.question,
        offered=tuple(row.offered),
        misses=row.misses,
        floor=Floor(row.floor),
        handed_over=row.handed_over,
        last_ts=row.last_ts,
        slots=row.slots or {},
        asks_for=tuple(row.asks_for or ()),
        asked_on=row.asked_on,
    )
