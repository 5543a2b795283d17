"""Units: who is in the user group of staff, as Slack said last."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import Connection, delete, insert, select

from bot.store.locks import exclusive
from bot.store.tables import member


def replace(conn: Connection, workspace: str, members: Sequence[tuple[str, str]], now: datetime) -> None:
    """Keep these (user, name), and nobody else, as the members; of a user that is named twice the last name counts."""
    exclusive(conn, "members", workspace)
    conn.execute(delete(member).where(member.c.workspace == workspace))
    rows = [{"workspace": workspace, "user": user, "name": name, "at": now} for user, name in dict(members).items()]
    if rows:
        conn.execute(insert(member), rows)


def all(conn: Connection, workspace: str) -> list[tuple[str, str]]:  # noqa: A001 - of the module: members.all
    """The members as (user, name), in the order of their ids."""
    chosen = select(member.c.user, member.c.name).where(member.c.workspace == workspace).order_by(member.c.user)
    return [(row.user, row.name) for row in conn.execute(chosen)]
