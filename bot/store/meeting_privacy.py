"""What of a person stands in meetings, and what is left of a meeting without it.

A meeting goes with whoever booked it. Without whoever holds it, it is there for its booker, who may choose another
time with somebody else.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, update

from bot.meeting import Cause, Customer, Kind, Meeting, State
from bot.model import Language, PersonId
from bot.store import meetings
from bot.store.tables import meeting


@dataclass(frozen=True, slots=True)
class Trace:
    """What is still shown of a meeting from which somebody was taken out, and who waits for it.

    It tells nothing of its booker; a host is told by their id, for their calendar must be found.
    """

    number: int
    uid: str
    kind: Kind
    language: Language  # it was to be held in
    start: datetime  # UTC, as `end`
    end: datetime
    sequence: int  # of the invitation's cancelling
    state: State  # as it stood
    host: str = ""
    written: str = ""  # the user in whose calendar it stands
    host_channel: str = ""
    host_ts: str = ""  # of the host's card; "": there is none
    host_line: str = ""  # of the line below it that quotes the booker
    host_file: str = ""
    booker_file: str = ""
    customer_email: str = ""  # of whoever waits for it
    is_invited: bool = False  # whether invitations have gone out
    is_without_host: bool = False  # it lives on: its host was taken out of it, not its booker
    is_unplaced: bool = False  # and then its booker is to hear that it has lost its time


def host_of(row: Any) -> PersonId | None:
    """Who holds the meeting of a row of the table. All whom the desk file names are of the workspace itself."""
    return PersonId(row.workspace, row.host) if row.host else None


def named_in(row: Any) -> frozenset[PersonId]:
    """Who stands in a row of the table: who has booked the meeting, and who holds it."""
    holder = host_of(row)
    return frozenset({PersonId(row.team, row.user), *((holder,) if holder else ())})


def part_of(row: Any, _who: PersonId) -> dict[str, Any]:
    """What of somebody else's meeting is its host's: as JSON data, for them to read."""
    return {
        "workspace": row.workspace,
        "number": row.number,
        "kind": row.kind,
        "state": row.status,
        "start": row.start.isoformat(),
        "end": row.end.isoformat(),
    }


def forget(conn: Connection, workspace: str, numbers: Iterable[int], who: PersonId, now: datetime) -> list[Trace]:
    """Take a person out of meetings; what is still shown of these.

    What they have booked is deleted. What they hold is without a host from now on, and has lost its time unless it is
    over. Several meetings are changed, so all are locked first.
    """
    ordered = sorted(numbers)
    for number in ordered:
        meetings.lock(conn, workspace, number)
    traces: list[Trace] = []
    for number in ordered:
        state = meetings.load(conn, workspace, number)
        if state is None:
            continue
        if state.booker == who:
            traces.append(_without_booker(conn, workspace, state, now))
        elif state.host == who.user:
            traces += _without_host(conn, workspace, state, now)
    return traces


def _without_host(conn: Connection, workspace: str, state: Meeting, now: datetime) -> list[Trace]:
    left = replace(state, host="", written="", host_channel="", host_ts="", host_line="", host_file="")
    if state.cause is Cause.HOST:
        left = replace(left, words="")
    if _is_ahead(state, now):
        meetings.free(conn, workspace, left, state=State.UNPLACED, cause=Cause.HOST, now=now)
    else:
        is_it = (meeting.c.workspace == workspace, meeting.c.number == state.number)
        conn.execute(update(meeting).where(*is_it).values(host=None))
        meetings.save(conn, workspace, left, now)
    if state.end <= now:
        return []  # what they have in their own calendar is theirs
    return [replace(trace_of(state), booker_file="", is_without_host=True, is_unplaced=_is_ahead(state, now))]


def _without_booker(conn: Connection, workspace: str, state: Meeting, now: datetime) -> Trace:
    meetings.delete(conn, workspace, state.number)
    customer = state.customer if _is_ahead(state, now) else None
    return replace(trace_of(state), customer_email=customer.email if customer else "")


def _is_ahead(state: Meeting, now: datetime) -> bool:
    return state.state is State.BOOKED and state.end > now


def trace_of(state: Meeting) -> Trace:
    """What is shown of a meeting, and to whom; nothing of who has booked it."""
    return Trace(
        number=state.number,
        uid=state.uid,
        kind=state.kind,
        language=state.held_in or state.language,
        start=state.start,
        end=state.end,
        sequence=state.sequence + 1,
        state=state.state,
        host=state.host,
        written=state.written,
        host_channel=state.host_channel,
        host_ts=state.host_ts,
        host_line=state.host_line,
        host_file=state.host_file,
        booker_file=state.booker_file,
        is_invited=state.invited >= 0,
    )


def bare(trace: Trace) -> Meeting:
    """A meeting that is no more, as it is called off: nothing of who has booked it, and of a customer the address."""
    return Meeting(
        number=trace.number,
        uid=trace.uid,
        kind=trace.kind,
        booker=PersonId("", ""),
        language=trace.language,
        start=trace.start,
        end=trace.end,
        host=trace.host,
        zone="UTC",
        booked_at=trace.start,
        state=State.CANCELLED,
        sequence=trace.sequence,
        customer=Customer("", trace.customer_email) if trace.customer_email else None,
    )
