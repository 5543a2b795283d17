"""Units: the state of threads."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Final

from sqlalchemy import Connection, bindparam, select

from bot.model import Thread
from bot.store import codec
from bot.store.prepared import Prepared
from bot.store.tables import thread
from bot.store.upsert import put

_LOAD: Final = Prepared(
    select(thread.c.channel, thread.c.ts, thread.c.state).where(
        thread.c.workspace == bindparam("of_workspace"),
        thread.c.channel == bindparam("of_channel"),
        thread.c.ts == bindparam("of_ts"),
    )
)

_LATEST: Final = Prepared(
    select(thread.c.channel, thread.c.ts, thread.c.state)
    .where(thread.c.workspace == bindparam("of_workspace"), thread.c.channel == bindparam("of_channel"))
    .order_by(thread.c.updated_at.desc())
    .limit(1)
)


def load(conn: Connection, workspace: str, channel: str, ts: str) -> Thread | None:
    """The thread, or None if the bot has no part in it."""
    row = _LOAD.one(conn, {"of_workspace": workspace, "of_channel": channel, "of_ts": ts})
    return None if row is None else _thread(row)


def latest(conn: Connection, workspace: str, channel: str) -> Thread | None:
    """The thread of a channel in which something happened last, or None."""
    row = _LATEST.one(conn, {"of_workspace": workspace, "of_channel": channel})
    return None if row is None else _thread(row)


def save(conn: Connection, workspace: str, state: Thread, now: datetime) -> None:
    """Store the thread's state, whatever it was before."""
    content = codec.dump(state)
    key = {"workspace": workspace, "channel": content.pop("channel"), "ts": content.pop("ts")}
    # Most threads are one message: what is the rule is not stored.
    if content.setdefault("last_ts", "") == state.ts:
        del content["last_ts"]
    put(conn, thread, {**key, "updated_at": now, "state": content})


def _thread(row: Any) -> Thread:
    return codec.load(Thread, {"channel": row.channel, "ts": row.ts, "last_ts": row.ts, **row.state})
