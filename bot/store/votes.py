"""Units: votes on answers, one a person and changeable."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Final, Literal

from sqlalchemy import Connection, bindparam, func, select, update

from bot.model import PersonId
from bot.store.tables import vote
from bot.store.upsert import put

_ON: Final = (
    vote.c.workspace == bindparam("of_workspace"),
    vote.c.channel == bindparam("of_channel"),
    vote.c.ts == bindparam("of_ts"),
)
_OF: Final = (
    *_ON,
    vote.c.team == bindparam("of_team"),
    vote.c.user == bindparam("of_user"),
)
_VALUE: Final = select(vote.c.value).where(*_OF)
_UNHELPFUL: Final = select(func.count()).where(*_ON, vote.c.value < 0)
_COMMENT: Final = update(vote).where(*_OF).values(comment=bindparam("text"))


def cast(
    conn: Connection, workspace: str, channel: str, ts: str, who: PersonId, value: Literal[1, -1], now: datetime
) -> int | None:
    """Store a person's vote on the message `ts` of ours and return the one it replaces, or None.

    A changed mind takes the comment with it: it was said of the other vote.
    """
    previous: int | None = conn.execute(_VALUE, _of(workspace, channel, ts, who)).scalar_one_or_none()
    if previous != value:
        key = {"workspace": workspace, "channel": channel, "ts": ts, "team": who.team, "user": who.user}
        put(conn, vote, {**key, "value": value, "comment": None, "at": now})
    return previous


def unhelpful(conn: Connection, workspace: str, channel: str, ts: str) -> int:
    """How many people find the message `ts` of ours unhelpful."""
    of = {"of_workspace": workspace, "of_channel": channel, "of_ts": ts}
    return int(conn.execute(_UNHELPFUL, of).scalar_one())


def comment(conn: Connection, workspace: str, channel: str, ts: str, who: PersonId, text: str) -> bool:
    """Add what a person says of their vote; False if there is none."""
    return conn.execute(_COMMENT, {**_of(workspace, channel, ts, who), "text": text}).rowcount == 1


def _of(workspace: str, channel: str, ts: str, who: PersonId) -> dict[str, Any]:
    return {
        "of_workspace": workspace,
        "of_channel": channel,
        "of_ts": ts,
        "of_team": who.team,
        "of_user": who.user,
    }
