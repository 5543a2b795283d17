"""Units: meetings, and the time that they take of whoever holds them.

Nobody is booked twice, for a meeting takes its host's time in cells of five minutes, and the key of a cell is host and
cell. It is held by whoever has inserted its cells, all of them, and given back in the transaction that changes it.

Locks are taken in the order thread, meeting, times. Whoever changes a meeting reads it under `lock`; who changes
several locks them all first, by number. The times of a workspace are one lock, and whoever has it waits for nobody:
without it two meetings that swap their times would wait for each other's cells, and two that overlap in part would
take them from both ends. On SQLite all writers are one anyway.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any, Final

from sqlalchemy import Connection, bindparam, insert, select, update
from sqlalchemy import delete as delete_from

from bot.availability import cells
from bot.meeting import Cause, Kind, Meeting, Span, State
from bot.model import PersonId
from bot.store import codec
from bot.store.counters import next_number
from bot.store.hosts import note_booking
from bot.store.locks import exclusive
from bot.store.prepared import Prepared
from bot.store.tables import cell, meeting
from bot.store.upsert import add_free

NUMBERS: Final = "meeting"
"""The kind of its visible number, and of its lock."""

_TIMES: Final = "meeting times"
_MOST_OF_PERSON: Final = 20

_WORKSPACE: Final = meeting.c.workspace == bindparam("of_workspace")
_ONE: Final = (_WORKSPACE, meeting.c.number == bindparam("of_number"))
_LOAD: Final = Prepared(select(meeting).where(*_ONE))
_BY_REQUEST: Final = Prepared(select(meeting).where(_WORKSPACE, meeting.c.request_key == bindparam("of_request")))
_OF_PERSON: Final = Prepared(
    select(meeting)
    .where(
        _WORKSPACE,
        meeting.c.team == bindparam("of_team"),
        meeting.c.user == bindparam("of_user"),
        meeting.c.status != State.CANCELLED.value,
        meeting.c.end > bindparam("now"),
    )
    .order_by(meeting.c.start, meeting.c.number)
    .limit(_MOST_OF_PERSON)
)
_SAVE: Final = Prepared(
    update(meeting).where(*_ONE).values({name: bindparam(f"to_{name}") for name in ("state", "changed_at")})
)
_PLACED: Final = ("status", "host", "start", "end", "changed_at", "state")
_PLACE: Final = Prepared(
    update(meeting).where(*_ONE).values({name: bindparam(f"to_{name}") for name in (*_PLACED, "held_until")})
)
_UNPLACE: Final = Prepared(update(meeting).where(*_ONE).values({name: bindparam(f"to_{name}") for name in _PLACED}))
_DELETE: Final = Prepared(delete_from(meeting).where(*_ONE))
_GIVE_BACK: Final = Prepared(
    delete_from(cell).where(cell.c.workspace == bindparam("of_workspace"), cell.c.number == bindparam("of_number"))
)


def lock(conn: Connection, workspace: str, number: int) -> None:
    """Keep others who would change the meeting waiting until this transaction ends."""
    exclusive(conn, NUMBERS, workspace, str(number))


def lane(workspace: str, number: int) -> str:
    """The lane of work about a meeting: what happens to it is told in order."""
    return f"meeting:{workspace}:{number}"


def load(conn: Connection, workspace: str, number: int) -> Meeting | None:
    """The meeting, or None."""
    row = _LOAD.one(conn, _of(workspace, number))
    return None if row is None else from_row(row)


def save(conn: Connection, workspace: str, state: Meeting, now: datetime) -> None:
    """Store what has become of a meeting, but for its time, its host and its state; one that was erased stays so."""
    _SAVE.count(conn, {**_of(workspace, state.number), "to_state": _content(state), "to_changed_at": now})


# Its time


def book(
    conn: Connection, workspace: str, state: Meeting, hosts: Sequence[str], held: Span, request_key: str, now: datetime
) -> Meeting | None:
    """Book a meeting with the first of some hosts who is free.

    Args:
        conn: Of the transaction.
        workspace: The workspace that the bot is installed in.
        state: The meeting; its number and its host are given here.
        hosts: Who could hold it, in the order in which they are asked.
        held: What it takes of its host's time.
        request_key: Tells a request that comes again: it gets the meeting that it has made, whatever became of that.
        now: The instant, in UTC.

    Returns:
        The meeting with its number and host; None if nobody is free, and then nothing has changed.

    """
    _lock_times(conn, workspace)
    known = _BY_REQUEST.one(conn, {"of_workspace": workspace, "of_request": request_key})
    if known is not None:
        return from_row(known)
    for host in hosts:
        with conn.begin_nested() as attempt:
            number = next_number(conn, workspace, NUMBERS)
            if _take(conn, workspace, host, held, number):
                booked = replace(state, number=number, host=host, state=State.BOOKED)
                row = {
                    "workspace": workspace,
                    "number": number,
                    "kind": booked.kind.value,
                    "team": booked.booker.team,
                    "user": booked.booker.user,
                    "held_until": held.end,
                    "request_key": request_key,
                }
                conn.execute(insert(meeting).values({**row, **_placed(booked, now)}))
                note_booking(conn, workspace, host, now)
                return booked
            attempt.rollback()
    return None


def move(
    conn: Connection,
    workspace: str,
    state: Meeting,
    hosts: Sequence[str],
    start: datetime,
    end: datetime,
    held: Span,
    now: datetime,
) -> Meeting | None:
    """Give a meeting another time, with the first of some hosts who is free then; the time that it has is no hindrance.

    Returns the meeting as it stands then; None if nobody is free, if it was cancelled, or if it was erased, and then
    nothing has changed.
    """
    if state.state is State.CANCELLED:
        return None
    _lock_times(conn, workspace)
    for host in hosts:
        moved = replace(
            state,
            host=host,
            start=start,
            end=end,
            state=State.BOOKED,
            cause=None,
            words="",
            sequence=state.sequence + 1,
        )
        with conn.begin_nested() as attempt:
            _give_back(conn, workspace, state.number)
            if _take(conn, workspace, host, held, state.number) and _place(conn, workspace, moved, held, now):
                if host != state.host:
                    note_booking(conn, workspace, host, now)
                return moved
            attempt.rollback()
    return None


def free(
    conn: Connection,
    workspace: str,
    meeting_: Meeting,
    *,
    state: State,
    cause: Cause,
    words: str = "",
    now: datetime,
) -> Meeting:
    """Give back the time of a meeting, which is cancelled or unplaced from now on; the meeting as it stands then."""
    _lock_times(conn, workspace)
    freed = replace(meeting_, state=state, cause=cause, words=words, sequence=meeting_.sequence + 1)
    _give_back(conn, workspace, freed.number)
    _UNPLACE.count(conn, {**_of(workspace, freed.number), **_to(_placed(freed, now))})
    return freed


def delete(conn: Connection, workspace: str, number: int) -> None:
    """Delete a meeting, and give back its time."""
    _lock_times(conn, workspace)
    _give_back(conn, workspace, number)
    _DELETE.count(conn, _of(workspace, number))


def _lock_times(conn: Connection, workspace: str) -> None:
    exclusive(conn, _TIMES, workspace)


def _take(conn: Connection, workspace: str, host: str, held: Span, number: int) -> bool:
    """Take a host's cells; False if some of them are not free, and then others may have been taken."""
    rows = [{"workspace": workspace, "host": host, "cell": one, "number": number} for one in cells(held)]
    return add_free(conn, cell, rows) == len(rows)


def _give_back(conn: Connection, workspace: str, number: int) -> None:
    _GIVE_BACK.count(conn, _of(workspace, number))


def _place(conn: Connection, workspace: str, state: Meeting, held: Span, now: datetime) -> bool:
    placed = {**_placed(state, now), "held_until": held.end}
    return _PLACE.count(conn, {**_of(workspace, state.number), **_to(placed)}) == 1


# Many


def of_person(conn: Connection, workspace: str, who: PersonId, now: datetime) -> list[Meeting]:
    """The meetings that a person has booked, by start: neither cancelled nor over; at most 20."""
    of = {"of_workspace": workspace, "of_team": who.team, "of_user": who.user, "now": now}
    return [from_row(row) for row in _OF_PERSON.all(conn, of)]


def held(
    conn: Connection, workspace: str, hosts: Collection[str], since: datetime, until: datetime
) -> dict[str, list[tuple[Span, int]]]:
    """What meetings take of the time of each of some hosts between two instants, and their numbers; by start."""
    chosen = (
        select(meeting.c.host, meeting.c.start, meeting.c.held_until, meeting.c.number)
        .where(
            meeting.c.workspace == workspace,
            meeting.c.host.in_(hosts),
            meeting.c.held_until > since,
            meeting.c.start < until,
            meeting.c.status == State.BOOKED.value,
        )
        .order_by(meeting.c.start, meeting.c.number)
    )
    found: dict[str, list[tuple[Span, int]]] = {host: [] for host in hosts}
    for row in conn.execute(chosen):
        found[row.host].append((Span(row.start, row.held_until), row.number))
    return found


def between(
    conn: Connection,
    workspace: str,
    since: datetime,
    until: datetime,
    *,
    hosts: Collection[str] = (),
    states: Collection[State] = (),
) -> list[Meeting]:
    """The meetings that begin at one instant or later and before another, by start; of some hosts, in some states."""
    chosen = (
        select(meeting)
        .where(meeting.c.workspace == workspace, meeting.c.start >= since, meeting.c.start < until)
        .order_by(meeting.c.start, meeting.c.number)
    )
    if hosts:
        chosen = chosen.where(meeting.c.host.in_(hosts))
    if states:
        chosen = chosen.where(meeting.c.status.in_([state.value for state in states]))
    return [from_row(row) for row in conn.execute(chosen)]


# Rows


def from_row(row: Any) -> Meeting:
    """The meeting of a row of the table."""
    columns = {
        "number": row.number,
        # A kind of a newer version has no default in the model; the column keeps it.
        "kind": row.kind if row.kind in _KINDS else Kind.SUPPORT,
        "state": row.status,
        "booker": {"team": row.team, "user": row.user},
        "host": row.host or "",
        "start": row.start.isoformat(),
        "end": row.end.isoformat(),
    }
    return codec.load(Meeting, {**row.state, **columns})


_KINDS: Final = frozenset(kind.value for kind in Kind)
_COLUMNS: Final = ("number", "kind", "state", "booker", "host", "start", "end")


def _content(state: Meeting) -> dict[str, Any]:
    return {name: value for name, value in codec.dump(state).items() if name not in _COLUMNS}


def _placed(state: Meeting, now: datetime) -> dict[str, Any]:
    return {
        "status": state.state.value,
        "host": state.host or None,
        "start": state.start,
        "end": state.end,
        "changed_at": now,
        "state": _content(state),
    }


def _of(workspace: str, number: int) -> dict[str, Any]:
    return {"of_workspace": workspace, "of_number": number}


def _to(values: dict[str, Any]) -> dict[str, Any]:
    return {f"to_{name}": value for name, value in values.items()}
