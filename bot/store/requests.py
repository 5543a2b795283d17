"""Units: requests for a person, one a thread.

Whoever changes a request reads it under `lock`, so that of two who take it one is second. Locks are taken in the order
thread, request.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy import Connection, Integer, bindparam, case, func, insert, select, update

from bot.model import Language, PersonId
from bot.report import PictureState
from bot.request import Request, State, Way
from bot.store import codec
from bot.store.counters import next_number
from bot.store.locks import exclusive
from bot.store.prepared import Prepared
from bot.store.tables import request

NUMBERS: Final = "request"
"""The kind of its visible number, and of its lock."""

_MOST_OF_PERSON: Final = 20
_MOST_OF_GROUP: Final = 5
_SHOWN_CLOSED: Final = timedelta(days=14)


@dataclass(frozen=True, slots=True)
class Group:
    """Some requests: how many there are, and the first five."""

    count: int = 0
    first: tuple[Request, ...] = ()


@dataclass(frozen=True, slots=True)
class DeskView:
    """The requests that one of the staff looks at."""

    mine: Group  # theirs and not closed, newest first
    waiting: Group  # of these, those in which the desk owes a word, oldest first
    soon: Group  # of whomever, that miss a target before an instant, the first to do so first
    unassigned: Group  # in the queue, urgent ones first, then the oldest


@dataclass(frozen=True, slots=True)
class Opened:
    """What counts of a request that was opened."""

    language: Language
    programme: str | None
    way: Way
    responded_in: int | None  # seconds of the desk's hours until the first response


@dataclass(frozen=True, slots=True)
class OpenNow:
    """How many requests in a language are not closed, and how many of these have missed a target."""

    language: Language
    count: int
    overdue: int


_WORKSPACE: Final = request.c.workspace == bindparam("of_workspace")
_IS_OPEN: Final = request.c.closed_at.is_(None)
_ONE: Final = (_WORKSPACE, request.c.number == bindparam("of_number"))
_LOAD: Final = Prepared(select(request).where(*_ONE))
_BY_CARD: Final = Prepared(
    select(request).where(
        _WORKSPACE, request.c.card_channel == bindparam("of_channel"), request.c.card_ts == bindparam("of_ts")
    )
)
_BY_THREAD: Final = Prepared(
    select(request).where(
        _WORKSPACE, request.c.channel == bindparam("of_channel"), request.c.thread_ts == bindparam("of_ts")
    )
)
_OPEN_IN: Final = Prepared(
    select(request)
    .where(_WORKSPACE, request.c.channel == bindparam("of_channel"), _IS_OPEN)
    .order_by(request.c.number.desc())
    .limit(1)
)
_NEWEST_IN: Final = Prepared(
    select(request)
    .where(_WORKSPACE, request.c.channel == bindparam("of_channel"))
    .order_by(request.c.number.desc())
    .limit(_MOST_OF_PERSON)
)
_CHANGED: Final = (
    "status",
    "way",
    "team",
    "user",
    "organisation",
    "language",
    "programme",
    "assignee",
    "is_urgent",
    "owed",
    "due_at",
    "card_channel",
    "card_ts",
    "changed_at",
    "closed_at",
    "copies",
    "state",
)
_SAVE: Final = Prepared(
    update(request)
    .where(*_ONE)
    .values(
        {
            **{name: bindparam(f"to_{name}") for name in _CHANGED},
            "responded_in": func.coalesce(bindparam("to_responded_in", type_=Integer), request.c.responded_in),
        }
    )
)


def _first(*which: Any, order: Iterable[Any], most: int) -> Prepared:
    """The first few of some rows, in whatever order: only these are read, however many an index has."""
    numbers = select(request.c.number).where(_WORKSPACE, *which).order_by(*order).limit(most)
    return Prepared(select(request).where(_WORKSPACE, request.c.number.in_(numbers)))


def _count(*which: Any) -> Prepared:
    return Prepared(select(func.count().label("n")).where(_WORKSPACE, *which))


# Asked for both at once, a database would walk through all that were ever closed.
_NEWEST: Final = (request.c.number.desc(),)
_CLOSED_LATELY: Final = request.c.closed_at >= bindparam("since")
_PERSON: Final = (request.c.team == bindparam("of_team"), request.c.user == bindparam("of_user"))
_OF_PERSON: Final = tuple(
    _first(*_PERSON, is_shown, order=_NEWEST, most=_MOST_OF_PERSON) for is_shown in (_IS_OPEN, _CLOSED_LATELY)
)
_COLLEAGUES: Final = request.c.organisation == bindparam("of_organisation")
_OF_ORGANISATION: Final = tuple(
    _first(_COLLEAGUES, is_shown, order=_NEWEST, most=_MOST_OF_PERSON) for is_shown in (_IS_OPEN, _CLOSED_LATELY)
)

_MINE: Final = (request.c.assignee == bindparam("of_assignee"), request.c.owed == bindparam("is_owed"), _IS_OPEN)
_NEWEST_MINE: Final = _first(*_MINE, order=_NEWEST, most=_MOST_OF_GROUP)
_OLDEST_MINE: Final = _first(*_MINE, order=(request.c.number,), most=_MOST_OF_GROUP)
_COUNT_MINE: Final = _count(*_MINE)
_SOON: Final = (request.c.due_at <= bindparam("soon"), _IS_OPEN)
_ALL_SOON: Final = _first(*_SOON, order=(request.c.due_at, request.c.number), most=_MOST_OF_GROUP)
_COUNT_SOON: Final = _count(*_SOON)
_QUEUE: Final = (
    request.c.status == bindparam("of_status"),
    request.c.is_urgent == bindparam("of_urgency"),
    _IS_OPEN,
)
_ALL_QUEUE: Final = _first(*_QUEUE, order=(request.c.number,), most=_MOST_OF_GROUP)
_COUNT_QUEUE: Final = _count(*_QUEUE)

_OPENED: Final = Prepared(
    select(request.c.language, request.c.programme, request.c.way, request.c.responded_in)
    .where(_WORKSPACE, request.c.opened_at >= bindparam("since"), request.c.opened_at < bindparam("until"))
    .order_by(request.c.opened_at)
)
_OPEN_NOW: Final = Prepared(
    select(
        request.c.language,
        func.count().label("n"),
        func.sum(case((request.c.due_at < bindparam("now"), 1), else_=0)).label("overdue"),
    )
    .where(_WORKSPACE, _IS_OPEN)
    .group_by(request.c.language)
    .order_by(request.c.language)
)


def lock(conn: Connection, workspace: str, number: int) -> None:
    """Keep others who would change the request waiting until this transaction ends."""
    exclusive(conn, NUMBERS, workspace, str(number))


def lane(workspace: str, number: int) -> str:
    """The lane of work about a request: what happens to it is shown in order."""
    return f"request:{workspace}:{number}"


# One


def load(conn: Connection, workspace: str, number: int) -> Request | None:
    """The request, or None."""
    return _read(_LOAD.one(conn, _of(workspace, number)))


def by_card(conn: Connection, workspace: str, channel: str, ts: str) -> Request | None:
    """The request that a card in a staff channel stands for, or None."""
    return _read(_BY_CARD.one(conn, {"of_workspace": workspace, "of_channel": channel, "of_ts": ts}))


def by_thread(conn: Connection, workspace: str, channel: str, thread_ts: str) -> Request | None:
    """The request that a thread has become, or None."""
    return _read(_BY_THREAD.one(conn, {"of_workspace": workspace, "of_channel": channel, "of_ts": thread_ts}))


def open_in(conn: Connection, workspace: str, channel: str) -> Request | None:
    """The newest request of a channel that is not closed, or None: for direct messages."""
    return _read(_OPEN_IN.one(conn, {"of_workspace": workspace, "of_channel": channel}))


def with_message(conn: Connection, workspace: str, channel: str, thread_ts: str, ts: str) -> Request | None:
    """The request that a message of its thread was brought before; in a direct message, of any thread or of none."""
    if channel.startswith("D"):
        found = [from_row(row) for row in _NEWEST_IN.all(conn, {"of_workspace": workspace, "of_channel": channel})]
    else:
        known = by_thread(conn, workspace, channel, thread_ts)
        found = [known] if known else []
    return next((one for one in found if any(change.ts == ts for change in one.history)), None)


def create(
    conn: Connection, workspace: str, state: Request, now: datetime, *, due: datetime | None = None
) -> tuple[Request, bool]:
    """Store a new request, whose number is 0: (it with its number, True), or (that of its thread, False).

    Others who would change the thread wait until this transaction ends. A request that is found is locked, whether it
    is closed or not.
    """
    exclusive(conn, workspace, state.channel, state.thread_ts)  # the lock of the thread
    known = by_thread(conn, workspace, state.channel, state.thread_ts)
    if known is not None:
        lock(conn, workspace, known.number)
        known = load(conn, workspace, known.number)  # None: it was just erased
    if known is not None:
        return known, False
    numbered = replace(state, number=next_number(conn, workspace, NUMBERS))
    row = {
        "workspace": workspace,
        "number": numbered.number,
        "channel": numbered.channel,
        "thread_ts": numbered.thread_ts,
        "opened_at": numbered.opened_at,
        **_columns(numbered, now, due),
    }
    conn.execute(insert(request).values(row))
    return numbered, True


def save(
    conn: Connection,
    workspace: str,
    state: Request,
    now: datetime,
    *,
    due: datetime | None,
    responded_in: int | None = None,
) -> None:
    """Store what has become of a request; one that was erased stays so.

    Args:
        conn: Of the transaction.
        workspace: The workspace that the bot is installed in.
        state: The request.
        now: The instant, in UTC.
        due: Its earliest target, in UTC; what nobody owes a word for is never due.
        responded_in: Seconds of the desk's hours until the first response; None: as it was.

    """
    columns = {**_columns(state, now, due), "responded_in": responded_in}
    _SAVE.count(conn, {**_of(workspace, state.number), **{f"to_{name}": value for name, value in columns.items()}})


# Several


def of_person(
    conn: Connection, workspace: str, who: PersonId, organisation: str | None, now: datetime
) -> list[tuple[Request, bool]]:
    """What a person may see: what they have asked (True), and others of their organisation (False).

    Not closed, or within the last 14 days; newest first, at most 20.
    """
    of = {"of_workspace": workspace, "since": now - _SHOWN_CLOSED, "of_team": who.team, "of_user": who.user}
    rows = {row.number: row for query in _OF_PERSON for row in query.all(conn, of)}
    if organisation is not None:
        theirs = {**of, "of_organisation": organisation}
        rows |= {row.number: row for query in _OF_ORGANISATION for row in query.all(conn, theirs)}
    newest = (from_row(rows[number]) for number in sorted(rows, reverse=True)[:_MOST_OF_PERSON])
    return [(one, one.asker == who) for one in newest]


def view(conn: Connection, workspace: str, user: str, soon: datetime) -> DeskView:
    """What one of the staff looks at; of targets those that end until an instant."""
    of = {"of_workspace": workspace}
    waiting, others = ({**of, "of_assignee": user, "is_owed": is_owed} for is_owed in (True, False))
    urgent, usual = ({**of, "of_status": State.OPEN.value, "of_urgency": is_urgent} for is_urgent in (True, False))
    due = {**of, "soon": soon}
    mine = [row for which in (waiting, others) for row in _NEWEST_MINE.all(conn, which)]
    queue = [row for which in (urgent, usual) for row in _ALL_QUEUE.all(conn, which)]
    n_waiting, n_others = (_COUNT_MINE.one(conn, which).n for which in (waiting, others))
    n_queue = sum(_COUNT_QUEUE.one(conn, which).n for which in (urgent, usual))
    return DeskView(
        mine=_group(n_waiting + n_others, mine, lambda row: -row.number),
        waiting=_group(n_waiting, _OLDEST_MINE.all(conn, waiting), lambda row: row.number),
        soon=_group(_COUNT_SOON.one(conn, due).n, _ALL_SOON.all(conn, due), lambda row: (row.due_at, row.number)),
        unassigned=_group(n_queue, queue, lambda row: (not row.is_urgent, row.number)),
    )


def listed(
    conn: Connection, workspace: str, *, states: Collection[State] = (), since: datetime | None = None
) -> list[Request]:
    """All requests by number, or those in some states, opened since an instant."""
    chosen = select(request).where(request.c.workspace == workspace).order_by(request.c.number)
    if states:
        chosen = chosen.where(request.c.status.in_([state.value for state in states]))
    if since is not None:
        chosen = chosen.where(request.c.opened_at >= since)
    return [from_row(row) for row in conn.execute(chosen)]


def opened_between(conn: Connection, workspace: str, since: datetime, until: datetime) -> list[Opened]:
    """What was opened from an instant on, before another, in its order."""
    rows = _OPENED.all(conn, {"of_workspace": workspace, "since": since, "until": until})
    return [Opened(row.language, row.programme, _way(row.way), row.responded_in) for row in rows]


def open_numbers(conn: Connection, workspace: str) -> list[int]:
    """The numbers of all requests that are not closed."""
    chosen = select(request.c.number).where(request.c.workspace == workspace, request.c.closed_at.is_(None))
    return sorted(conn.execute(chosen).scalars())


def open_now(conn: Connection, workspace: str, now: datetime) -> list[OpenNow]:
    """How many are not closed, and how many of these are overdue, by language."""
    rows = _OPEN_NOW.all(conn, {"of_workspace": workspace, "now": now})
    return [OpenNow(row.language, row.n, row.overdue) for row in rows]


def copies(state: Request) -> tuple[str, ...]:
    """Slack's ids of our copies of a request's files that are still there."""
    return tuple(one.copy for one in state.files if one.copy and one.state is not PictureState.DELETED)


def from_row(row: Any) -> Request:
    """The request of a row of the table."""
    columns = {
        "number": row.number,
        "state": row.status,
        "way": row.way,
        "channel": row.channel,
        "thread_ts": row.thread_ts,
        "asker": None if row.user is None else {"team": row.team, "user": row.user},
        "organisation": row.organisation,
        "language": row.language,
        "programme": row.programme,
        "is_urgent": row.is_urgent,
        "card_channel": row.card_channel or "",
        "card_ts": row.card_ts or "",
    }
    return replace(codec.load(Request, {**row.state, **columns}), closed_at=row.closed_at)


_IN_COLUMNS: Final = (
    "number",
    "state",
    "way",
    "channel",
    "thread_ts",
    "asker",
    "organisation",
    "language",
    "programme",
    "is_urgent",
    "card_channel",
    "card_ts",
    "closed_at",
)


def _columns(state: Request, now: datetime, due: datetime | None) -> dict[str, Any]:
    content = codec.dump(state)
    for name in _IN_COLUMNS:
        content.pop(name, None)
    is_owed = state.owed_since is not None and not state.is_closed
    return {
        "status": state.state.value,
        "way": state.way.value,
        "team": state.asker.team if state.asker else None,
        "user": state.asker.user if state.asker else None,
        "organisation": state.organisation,
        "language": state.language,
        "programme": state.programme,
        "assignee": state.assignee.user if state.assignee else None,
        "is_urgent": state.is_urgent,
        "owed": is_owed,
        "due_at": due if is_owed else None,
        "card_channel": state.card_channel or None,
        "card_ts": state.card_ts or None,
        "changed_at": now,
        "closed_at": (state.closed_at or now) if state.is_closed else None,
        "copies": len(copies(state)),
        "state": content,
    }


def _of(workspace: str, number: int) -> dict[str, Any]:
    return {"of_workspace": workspace, "of_number": number}


def _read(row: Any) -> Request | None:
    return None if row is None else from_row(row)


def _group(count: int, rows: Iterable[Any], order: Callable[[Any], Any]) -> Group:
    return Group(count, tuple(from_row(row) for row in sorted(rows, key=order)[:_MOST_OF_GROUP]))


def _way(value: str) -> Way:
    """How it came; a way of a newer version is told as in `Request`."""
    return Way(value) if value in set(Way) else Way.ASKED
