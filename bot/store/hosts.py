"""Units: when those who hold meetings are away, and when their calendars say that they are busy."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sqlalchemy import Connection, bindparam, delete, insert, select

from bot.meeting import Span
from bot.store.locks import exclusive
from bot.store.prepared import Prepared
from bot.store.tables import busy as taken
from bot.store.tables import host
from bot.store.upsert import put

_REFRESH: Final = "host"


@dataclass(frozen=True, slots=True)
class HostState:
    """What is known of a host; None is unknown, or never."""

    user: str
    away_until: datetime | None = None  # they have paused
    read_at: datetime | None = None  # when their calendar was last read
    fault: str | None = None  # why it could not be read when that was last tried
    last_booked_at: datetime | None = None
    tried_at: datetime | None = None


_ALL: Final = Prepared(select(host).where(host.c.workspace == bindparam("of_workspace")).order_by(host.c.user))
_OF_HOST: Final = (taken.c.workspace == bindparam("of_workspace"), taken.c.host == bindparam("of_host"))
_SPANS: Final = Prepared(select(taken.c.start, taken.c.end).where(*_OF_HOST))
_GONE: Final = delete(taken).where(
    *_OF_HOST, taken.c.start == bindparam("of_start"), taken.c.end == bindparam("of_end")
)


def all(conn: Connection, workspace: str) -> dict[str, HostState]:  # noqa: A001 - read as hosts.all
    """What is known of hosts, by user; of one of whom nothing is, there is none."""
    return {
        row.user: HostState(
            user=row.user,
            away_until=row.away_until,
            read_at=row.read_at,
            fault=row.fault,
            last_booked_at=row.last_booked_at,
            tried_at=row.tried_at,
        )
        for row in _ALL.all(conn, {"of_workspace": workspace})
    }


def pause(conn: Connection, workspace: str, user: str, until: datetime | None) -> None:
    """Note until when a host is away; None: they are back."""
    put(conn, host, {"workspace": workspace, "user": user, "away_until": until})


def note_booking(conn: Connection, workspace: str, user: str, now: datetime) -> None:
    """Note that a host was given a meeting."""
    put(conn, host, {"workspace": workspace, "user": user, "last_booked_at": now})


def noted(conn: Connection, workspace: str, user: str, spans: Iterable[Span], now: datetime) -> None:
    """Keep when a host is busy, as their calendar has just said, in place of what it said before."""
    exclusive(conn, _REFRESH, workspace, user)
    of = {"of_workspace": workspace, "of_host": user}
    before = {(row.start, row.end) for row in _SPANS.all(conn, of)}
    after = {(span.start, span.end) for span in spans}
    # Most stay as they are. In order, as whoever erases deletes them: then neither waits for the other for ever.
    if gone := sorted(before - after):
        conn.execute(_GONE, [{**of, "of_start": start, "of_end": end} for start, end in gone])
    if new := sorted(after - before):
        rows = [{"workspace": workspace, "host": user, "start": start, "end": end} for start, end in new]
        conn.execute(insert(taken), rows)
    put(conn, host, {"workspace": workspace, "user": user, "read_at": now, "tried_at": now, "fault": None})


def unread(conn: Connection, workspace: str, user: str, fault: str, now: datetime) -> None:
    """Note that a host's calendar could not be read, and why; when they are busy stays as it was said last."""
    put(conn, host, {"workspace": workspace, "user": user, "tried_at": now, "fault": fault})


def busy(
    conn: Connection, workspace: str, hosts: Collection[str], since: datetime, until: datetime
) -> dict[str, list[Span]]:
    """When each of some hosts is busy between two instants, as far as their calendars have said; by start."""
    chosen = (
        select(taken)
        .where(taken.c.workspace == workspace, taken.c.host.in_(hosts), taken.c.start < until, taken.c.end > since)
        .order_by(taken.c.host, taken.c.start, taken.c.end)
    )
    found: dict[str, list[Span]] = {one: [] for one in hosts}
    for row in conn.execute(chosen):
        found[row.host].append(Span(row.start, row.end))
    return found
