"""Units: what the knowledge lacks, as it shows in what people ask."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from typing import Any, Final

from sqlalchemy import Connection, delete, func, insert, select, update

from bot.gap import Gap, GapKind
from bot.model import Language, PersonId
from bot.store.counters import next_number
from bot.store.locks import exclusive
from bot.store.tables import gap

NUMBERS: Final = "gap"
"""The kind of a gap's number, and of the lock of its message."""

_MOST: Final = 10_000


def add(conn: Connection, workspace: str, state: Gap) -> int:
    """Note a gap and return its number; what is known of its kind and message is told anew, under the number it has."""
    exclusive(conn, NUMBERS, workspace, state.kind.value, state.channel, state.ts)
    told = {
        "language": state.language,
        "programme": state.programme,
        "text": state.text,
        "entry": state.entry,
        "answer": state.answer,
    }
    is_it = _is(workspace, state.kind, state.channel, state.ts)
    known: int | None = conn.execute(select(gap.c.number).where(*is_it)).scalar_one_or_none()
    if known is not None:
        conn.execute(update(gap).where(*is_it).values(told))
        return known
    number = next_number(conn, workspace, NUMBERS)
    row = {
        "workspace": workspace,
        "number": number,
        "kind": state.kind.value,
        "channel": state.channel,
        "ts": state.ts,
        "at": state.at,
        "team": state.who.team if state.who else None,
        "user": state.who.user if state.who else None,
        "request": state.request,
    }
    conn.execute(insert(gap).values({**row, **told}))
    return number


def remove(conn: Connection, workspace: str, kind: GapKind, channel: str, ts: str) -> bool:
    """Forget a gap; False if it was not known."""
    return conn.execute(delete(gap).where(*_is(workspace, kind, channel, ts))).rowcount == 1


def load(conn: Connection, workspace: str, number: int) -> Gap | None:
    """The gap with a number, or None."""
    row = conn.execute(select(gap).where(gap.c.workspace == workspace, gap.c.number == number)).one_or_none()
    return None if row is None else _gap(row)


def listed(
    conn: Connection,
    workspace: str,
    *,
    since: datetime | None = None,
    languages: Collection[Language] = (),
    kinds: Collection[GapKind] = (),
    limit: int = _MOST,
) -> list[Gap]:
    """The newest gaps first: all, or those since an instant, in some languages, of some kinds."""
    chosen = select(gap).where(gap.c.workspace == workspace, gap.c.kind.in_([kind.value for kind in kinds or GapKind]))
    if since is not None:
        chosen = chosen.where(gap.c.at >= since)
    if languages:
        chosen = chosen.where(gap.c.language.in_(languages))
    newest = chosen.order_by(gap.c.at.desc(), gap.c.number.desc()).limit(limit)
    return [_gap(row) for row in conn.execute(newest)]


def counted(conn: Connection, workspace: str, since: datetime, until: datetime, kinds: Collection[GapKind] = ()) -> int:
    """How many gaps there are from an instant on, before another, of some kinds or of all."""
    of = (gap.c.workspace == workspace, gap.c.at >= since, gap.c.at < until)
    chosen = select(func.count()).where(*of, gap.c.kind.in_([kind.value for kind in kinds or GapKind]))
    return int(conn.execute(chosen).scalar_one())


def _is(workspace: str, kind: GapKind, channel: str, ts: str) -> tuple[Any, ...]:
    return gap.c.workspace == workspace, gap.c.kind == kind.value, gap.c.channel == channel, gap.c.ts == ts


def _gap(row: Any) -> Gap:
    return Gap(
        kind=GapKind(row.kind),
        language=row.language,
        programme=row.programme,
        text=row.text,
        at=row.at,
        who=None if row.user is None else PersonId(row.team, row.user),
        channel=row.channel,
        ts=row.ts,
        entry=row.entry,
        answer=row.answer,
        request=row.request,
        number=row.number,
    )
