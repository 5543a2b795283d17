"""What a unit wants done once its transaction is durable."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final, TypeAlias

from sqlalchemy import Connection

Hook: TypeAlias = Callable[[], None]

_KEY: Final = "partnerdesk.hooks"


def can_hook(conn: Connection) -> bool:
    """Whether the connection's transaction is one that calls hooks: a unit that Database.run carries out."""
    return _KEY in conn.info


def after_commit(conn: Connection, hook: Hook) -> None:
    """Have `hook` called on the event loop once the transaction is durable, and not at all if it is rolled back.

    Without a Database around the connection (a command of the terminal) nothing is called: who must be told in that
    case asks can_hook first.
    """
    if can_hook(conn):
        conn.info[_KEY].append(hook)


def collect(conn: Connection) -> None:
    """Begin to collect hooks; for Database alone."""
    conn.info[_KEY] = []


def collected(conn: Connection) -> list[Hook]:
    """The hooks collected, and the end of collecting; for Database alone."""
    hooks: list[Hook] = conn.info.pop(_KEY, [])
    return hooks
