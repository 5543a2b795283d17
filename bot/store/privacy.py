"""What each table holds of people, how long, and whose a row is: retention, export and erasure follow from it.

A person's rows cannot be searched for where they are packed, so tables are walked through in portions, on a reading
connection. What is written is short: events never wait for it.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from functools import partial
from typing import Any, Final, TypeAlias

from sqlalchemy import (
    Column,
    ColumnElement,
    Connection,
    Row,
    Select,
    Table,
    and_,
    bindparam,
    delete,
    exists,
    func,
    insert,
    literal,
    or_,
    select,
    true,
    tuple_,
    update,
)

from bot.availability import cells
from bot.meeting import Span
from bot.model import PersonId
from bot.ports import Store, Work
from bot.report import Line
from bot.store import codec, meeting_privacy, meetings, report_privacy, reports
from bot.store.counters import next_number
from bot.store.jobs import Status
from bot.store.report_privacy import Trace
from bot.store.tables import (
    busy,
    cell,
    counter,
    erasure,
    handoff,
    host,
    job,
    known,
    meeting,
    message,
    person,
    report,
    reporter,
    tally,
    thread,
    vote,
)

NUMBERS: Final = "privacy"
"""The kind of an erasure's visible number: PRIV-12."""

RETENTION: Final = "retention"
ERASURE: Final = "erasure"
LIFECYCLE: Final = "lifecycle"
WITHDRAWAL: Final = "withdrawal"
REPORT_WITHDRAWAL: Final = "report-withdrawal"
UNSHARE: Final = "report-unshare"
UNSAY: Final = "report-unsay"
MEETING_WITHDRAWAL: Final = "meeting-withdrawal"
MEETING_UNPLACED: Final = "meeting-unplaced"
_OWN_WORK: Final = (RETENTION, ERASURE, LIFECYCLE)
"""The kinds of work that erase: they are not themselves erased."""

# So begin the kinds of work about a report, or a meeting, whose payloads say its `number`.
_REPORTS: Final = "report-"
_MEETINGS: Final = "meeting-"
_PAGE: Final = 200  # rows read at once: a few ms, for a local file is read on the event loop
_PORTION: Final = 100  # rows deleted at once: a few ms
_SKEW: Final = timedelta(minutes=1)  # between our clock and Slack's; from here on `doctor` warns

Key: TypeAlias = tuple[Any, ...]
"""A row's primary key."""

Clause: TypeAlias = ColumnElement[bool]


class Cause(StrEnum):
    """Who wanted an erasure."""

    PERSON = "person"  # themselves
    OPERATOR = "operator"  # a command
    WORKSPACE = "workspace"  # it has removed the app


@dataclass(frozen=True, slots=True)
class Holding:
    """What a table holds of people; the columns of texts or bytes are each named once.

    Without `owner` no row is a person's; without `due` no row grows old. `named` tells of a row who else stands in it:
    a row that others need is not deleted with them, they are taken out.
    """

    table: Table
    holds: str
    kept: str
    people: tuple[str, ...] = ()  # columns with ids of people
    texts: tuple[str, ...] = ()  # columns with what people wrote, told or were answered
    neutral: tuple[str, ...] = ()  # columns with neither
    owner: Callable[[Row[Any]], PersonId | None] | None = None
    named: Callable[[Row[Any]], Collection[PersonId]] | None = None
    part: Callable[[Row[Any], PersonId], Mapping[str, Any]] | None = None  # of somebody who is named, as JSON data
    due: Callable[[datetime], Clause] | None = None  # the rows that were last touched before an instant
    again: Callable[[PersonId, datetime], Clause] = lambda _who, _since: true()
    """The rows among which a person's may be, besides those found before an instant by walking through the table."""

    @property
    def key(self) -> tuple[Column[Any], ...]:
        """The columns of the primary key."""
        return tuple(self.table.primary_key.columns)

    def of_workspace(self, workspace: str) -> Clause:
        """The rows of a workspace; of jobs, those of other kinds than ours."""
        if self.table is job:
            return and_(job.c.key.contains(f":{workspace}:", autoescape=True), job.c.kind.not_in(_OWN_WORK))
        return self.table.c.workspace == workspace


def _named(row: Row[Any]) -> PersonId | None:
    return None if row.user is None else PersonId(row.team, row.user)


def _host(row: Row[Any]) -> PersonId:
    """Whose a row about a host is: all whom the desk file names are of the workspace itself."""
    return PersonId(row.workspace, row.host)


def _asker(row: Row[Any]) -> PersonId | None:
    asker = row.state.get("asker")
    return None if asker is None else PersonId(asker["team"], asker["user"])


def _of_job(row: Row[Any]) -> PersonId | None:
    payload = row.payload or {}
    if row.kind in _OWN_WORK or not payload.get("user"):
        return None
    return PersonId(payload.get("team") or "", payload["user"])


def _is_named(table: Table) -> Callable[[PersonId, datetime], Clause]:
    return lambda who, _since: and_(table.c.team == who.team, table.c.user == who.user)


def _is_host(column: Column[Any]) -> Callable[[PersonId, datetime], Clause]:
    return lambda who, _since: and_(column.table.c.workspace == who.team, column == who.user)


def _in_meeting(who: PersonId) -> Clause:
    is_booker = and_(meeting.c.team == who.team, meeting.c.user == who.user)
    return or_(is_booker, and_(meeting.c.workspace == who.team, meeting.c.host == who.user))


def _is_left_over(_before: datetime) -> Clause:
    is_its = and_(report.c.workspace == reporter.c.workspace, report.c.number == reporter.c.number)
    return ~exists(select(report.c.number).where(is_its).correlate(reporter))


def _is_idle(before: datetime) -> Clause:
    touched = (host.c.away_until, host.c.tried_at, host.c.last_booked_at)
    return and_(*(or_(column.is_(None), column < before) for column in touched))


def _old_job(before: datetime) -> Clause:
    # What has long been due was not done because no desk ran: nobody waits for it any more.
    return or_(job.c.done_at < before, and_(job.c.status == Status.WAITING.value, job.c.run_at < before))


def _ts(instant: datetime) -> str:
    return f"{instant.timestamp():.6f}"


_TEXTS: Final = "retention.texts after it was last touched"

POLICY: Final[Mapping[str, Holding]] = {
    holding.table.name: holding
    for holding in (
        Holding(
            thread,
            holds="who asked, their last question, and what they told for a rule",
            kept=_TEXTS,
            people=("state",),
            texts=("state",),
            neutral=("workspace", "channel"),
            owner=_asker,
            due=lambda before: thread.c.updated_at < before,
            again=lambda _who, since: thread.c.updated_at >= since,
        ),
        Holding(
            message,
            holds="what the bot answered to whom, with the words and values of theirs that it shows",
            kept=_TEXTS,
            people=("state",),
            texts=("state",),
            neutral=("workspace", "channel"),
            owner=_asker,
            due=lambda before: message.c.ts < _ts(before),
            again=lambda _who, since: message.c.ts >= _ts(since),
        ),
        Holding(
            vote,
            holds="whether an answer helped somebody, and their comment",
            kept=_TEXTS,
            people=("team", "user"),
            texts=("comment",),
            neutral=("workspace", "channel", "ts"),
            owner=_named,
            due=lambda before: vote.c.at < before,
            again=_is_named(vote),
        ),
        Holding(
            handoff,
            holds="a request for a person: who asked, and what",
            kept=_TEXTS,
            people=("team", "user"),
            texts=("question",),
            neutral=("workspace", "channel", "thread_ts", "state", "card_channel", "card_ts"),
            owner=_named,
            due=lambda before: handoff.c.at < before,
            again=_is_named(handoff),
        ),
        Holding(
            report,
            holds="a language error: what is wrong, what its reporter said of it, and who has done what about it",
            kept="as long as it is open, for somebody waits for it; then retention.texts after it was closed",
            people=("team", "user", "state"),
            texts=("state",),
            neutral=("workspace", "status", "language", "digest", "card_channel"),
            owner=_named,
            named=report_privacy.named_in,
            part=report_privacy.part_of,
            # Nobody else knows which copies of pictures are ours: as long as there are any, so is their report.
            due=lambda before: and_(report.c.closed_at < before, report.c.copies == 0),
            again=lambda _who, since: report.c.changed_at >= since,
        ),
        Holding(
            reporter,
            holds="who has told of a language error, and where the bot speaks to them of it",
            kept="as long as the report",
            people=("team", "user"),
            texts=("language", "organisation"),
            neutral=("workspace", "channel"),
            owner=_named,
            due=_is_left_over,
            again=_is_named(reporter),
        ),
        Holding(
            meeting,
            holds="a meeting: who has booked it, for whom, with whom, when, and about what",
            kept="retention.texts after its end",
            people=("team", "user", "host", "state"),
            texts=("state",),
            neutral=("workspace", "kind", "status", "request_key"),
            owner=_named,
            named=meeting_privacy.named_in,
            part=meeting_privacy.part_of,
            due=lambda before: meeting.c.end < before,
            again=lambda who, _since: _in_meeting(who),
        ),
        Holding(
            cell,
            holds="the time of a host that meetings take",
            kept="until the meeting is moved or cancelled; else retention.texts after it",
            people=("host",),
            neutral=("workspace",),
            owner=_host,
            due=lambda before: cell.c.cell < cells(Span(before, before)).start,
            again=_is_host(cell.c.host),
        ),
        Holding(
            busy,
            holds="when the calendar of a host says that they are busy; not with what",
            kept="until their calendar is read again; else retention.texts after it",
            people=("host",),
            neutral=("workspace",),
            owner=_host,
            due=lambda before: busy.c.end < before,
            again=_is_host(busy.c.host),
        ),
        Holding(
            host,
            holds="until when a host is away, when their calendar was read, and when they were booked last",
            kept="retention.texts after the last of these",
            people=("user",),
            neutral=("workspace", "fault"),
            owner=lambda row: PersonId(row.workspace, row.user),
            due=_is_idle,
            again=_is_host(host.c.user),
        ),
        Holding(
            person,
            holds="the language, the programme and the time zone that somebody chose, the e-mail address that they "
            "gave to be remembered, and what Slack tells of them",
            kept="retention.texts after Slack last told of them",
            people=("team", "user"),
            texts=("language", "programme", "locale", "time_zone", "zone", "email"),
            neutral=("workspace",),
            owner=_named,
            due=lambda before: func.coalesce(person.c.seen_at, person.c.greeted_at) < before,
            again=_is_named(person),
        ),
        Holding(
            job,
            holds="work to be done or given up: the message to answer, the reply to post, and for whom",
            kept="until it is done; given up or never begun, retention.texts",
            people=("key", "lane", "payload"),
            texts=("payload",),
            neutral=("digest", "kind", "status", "owner", "error"),
            owner=_of_job,
            due=_old_job,
        ),
        Holding(
            known,
            holds="fingerprints of work, so that none is done twice; nobody's",
            kept="about a week",
            neutral=("digest",),
        ),
        Holding(
            tally,
            holds="how often what was answered on a day; nobody's",
            kept="for good",
            neutral=("workspace", "kind", "language", "programme", "entry"),
        ),
        Holding(counter, holds="the last number given out; nobody's", kept="for good", neutral=("workspace", "kind")),
        Holding(
            erasure,
            holds="that something was erased, and when; not of whom",
            kept="for good",
            neutral=("workspace", "cause"),
        ),
    )
}


@dataclass(frozen=True, slots=True)
class Card:
    """A card in the support channel that shows what a person has asked."""

    number: int
    channel: str
    ts: str


@dataclass(frozen=True, slots=True)
class Erased:
    """What an erasure did, and what still shows something in Slack."""

    number: int
    rows: Mapping[str, int]  # how many of each table were theirs
    named: Mapping[str, int]  # how many rows of others they were taken out of
    cards: tuple[Card, ...]
    reports: tuple[Trace, ...]
    meetings: tuple[meeting_privacy.Trace, ...]


@dataclass(frozen=True, slots=True)
class Found:
    """The rows of people, by table, as a walk that began then has found them."""

    begun: datetime  # UTC
    rows: Mapping[str, Sequence[Row[Any]]]
    named: Mapping[str, Sequence[Row[Any]]]  # rows of others, or of nobody, in which they stand


def owner_of(table: str, row: Row[Any]) -> PersonId | None:
    """Whose a row of a table is; None: nobody's."""
    of = POLICY[table].owner
    return None if of is None else of(row)


def named_in(table: str, row: Row[Any]) -> Collection[PersonId]:
    """Who else stands in a row of a table."""
    named = POLICY[table].named
    return () if named is None else named(row)


def part_of(table: str, row: Row[Any], who: PersonId) -> Mapping[str, Any]:
    """What of a row that is not theirs is a person's: as JSON data, for them to read."""
    part = POLICY[table].part
    return {} if part is None else part(row, who)


# Units


def page(conn: Connection, holding: Holding, after: Key | None) -> list[Row[Any]]:
    """The next rows of a table, in the order of its key."""
    return list(conn.execute(_from(select(holding.table), holding, after)))


def old_keys(conn: Connection, holding: Holding, which: Clause, after: Key | None) -> tuple[list[Key], Key | None]:
    """Of the next rows of a table, the keys of those that fit; and the last key looked at, None at the end."""
    chosen = select(*holding.key, which.label("fits"))
    rows = conn.execute(_from(chosen, holding, after)).all()
    last = tuple(rows[-1][:-1]) if len(rows) == _PAGE else None
    return [tuple(row[:-1]) for row in rows if row.fits], last


def clear(conn: Connection, holding: Holding, which: Clause, keys: Sequence[Key]) -> int:
    """Delete those of some rows that still fit; how many."""
    statement = delete(holding.table).where(*_is_key(holding), which)
    return sum(conn.execute(statement, _values(key)).rowcount for key in keys)


def date_people(conn: Connection, now: datetime) -> int:
    """Let people of whom Slack has never told grow old from now on; how many.

    They chose something before Slack answered who they are. It is asked again a day later.
    """
    unseen = update(person).where(person.c.seen_at.is_(None), person.c.greeted_at.is_(None))
    return conn.execute(unseen.values(seen_at=now)).rowcount


def is_busy(conn: Connection, who: PersonId) -> bool:
    """Whether work for a person is being done or has been tried: something of theirs may be on its way to Slack."""
    begun = conn.execute(select(job).where(job.c.done_at.is_(None), job.c.attempts > 0)).all()
    if not begun:
        return False
    told = select(reporter.c.number).where(reporter.c.team == who.team, reporter.c.user == who.user)
    met = select(meeting.c.number).where(_in_meeting(who))
    numbers = {_REPORTS: set(conn.execute(told).scalars()), _MEETINGS: set(conn.execute(met).scalars())}
    return any(_of_job(row) == who or _is_about(row, numbers) for row in begun)


def _is_about(row: Row[Any], numbers: Mapping[str, Collection[int]]) -> bool:
    """Whether work is about one of these, by the beginning of its kind; it names nobody, for it may be several's."""
    number = (row.payload or {}).get("number")
    return any(row.kind.startswith(kind) and number in theirs for kind, theirs in numbers.items())


def erase(
    conn: Connection, workspace: str, who: PersonId, found: Found, *, asked_at: datetime, now: datetime, cause: Cause
) -> Erased:
    """Delete all that is kept of a person, in one transaction, and give it a number.

    Args:
        conn: Of the transaction.
        workspace: The workspace that the bot is installed in.
        who: The person.
        found: Rows, theirs among them.
        asked_at: When it was asked for, in UTC.
        now: The instant, in UTC.
        cause: Who wanted it.

    """
    counts: Counter[str] = Counter()
    named: Counter[str] = Counter()
    cards: list[Card] = []
    traces: list[Trace] = []
    met: list[meeting_privacy.Trace] = []
    reports.lock_duplicates(conn, workspace)  # several reports are changed
    for name, holding in POLICY.items():
        rows = list(_rows_now(conn, holding, workspace, who, found))
        for row in rows:
            (counts if owner_of(name, row) == who else named)[name] += 1
        if holding.table is report:
            for row in rows:
                traces += report_privacy.forget(conn, workspace, row.number, who, now)
        elif holding.table is meeting:
            met = meeting_privacy.forget(conn, workspace, [row.number for row in rows], who, now)
        else:
            if holding.table is handoff:
                cards = [Card(row.number, row.card_channel, row.card_ts) for row in rows if row.card_ts is not None]
            for row in rows:
                conn.execute(delete(holding.table).where(*_is_key(holding)), _values(_key_of(holding, row)))
    number = record(conn, workspace, asked_at=asked_at, now=now, cause=cause)
    return Erased(number, counts, named, tuple(cards), tuple(traces), tuple(met))


def _rows_now(conn: Connection, holding: Holding, workspace: str, who: PersonId, found: Found) -> Iterator[Row[Any]]:
    """A person's rows as they are: of those found, those that are still theirs; and those that have come since."""
    if holding.owner is None:
        return
    name = holding.table.name
    late = conn.execute(select(holding.table).where(holding.again(who, found.begun - _SKEW))).all()
    rows = (*found.rows.get(name, ()), *found.named.get(name, ()), *late)
    for key in sorted({_key_of(holding, row) for row in rows if _is_theirs(holding, row, workspace, who)}):
        row = conn.execute(select(holding.table).where(*_is_key(holding)), _values(key)).one_or_none()
        if row is not None and _is_theirs(holding, row, workspace, who):
            yield row


def withdraw(conn: Connection, work: Work, workspace: str, erased: Erased) -> None:
    """Have Slack show nothing any more of whose data was erased: neither their words, nor our copies of pictures."""
    for card in erased.cards:
        payload = {"channel": card.channel, "ts": card.ts, "number": card.number}
        work.add(conn, WITHDRAWAL, f"{WITHDRAWAL}:{workspace}:{card.number}", payload, lane=f"card:{card.number}")
    for trace in erased.reports:
        # A report that lives on may lose several people, one after the other.
        withdraw_report(conn, work, workspace, trace, str(erased.number))
        for copy in trace.copies:
            work.add(conn, UNSHARE, f"{UNSHARE}:{workspace}:{copy}", {"copy": copy})
        for line in trace.lines:
            unsay(conn, work, workspace, line)
    for met in erased.meetings:
        _withdraw_meeting(conn, work, workspace, met, erased.number)


def _withdraw_meeting(
    conn: Connection, work: Work, workspace: str, trace: meeting_privacy.Trace, erasure_number: int
) -> None:
    """Have calendars, cards and files of a meeting go, and whoever waits for it told; its lane keeps the order."""
    lane = meetings.lane(workspace, trace.number)
    key = f"{MEETING_WITHDRAWAL}:{workspace}:{trace.number}:{erasure_number}"
    work.add(conn, MEETING_WITHDRAWAL, key, codec.dump(trace), lane=lane)
    if trace.host_line and not trace.is_without_host:
        unsay(conn, work, workspace, Line(trace.host_channel, trace.host_line))
    if trace.is_unplaced:
        unplaced = f"{MEETING_UNPLACED}:{workspace}:{trace.number}:{trace.sequence}"
        work.add(conn, MEETING_UNPLACED, unplaced, {"number": trace.number}, lane=lane)


def unsay(conn: Connection, work: Work, workspace: str, line: Line) -> None:
    """Have a line below a card deleted."""
    payload = {"channel": line.channel, "ts": line.ts}
    work.add(conn, UNSAY, f"{UNSAY}:{workspace}:{line.channel}:{line.ts}", payload)


def withdraw_report(conn: Connection, work: Work, workspace: str, trace: Trace, why: str) -> None:
    """Have a report's card show what is kept now; `why` makes that happen once. A card that is being posted waits."""
    payload = {"channel": trace.channel, "ts": trace.card_ts, "number": trace.number}
    key = f"{REPORT_WITHDRAWAL}:{workspace}:{trace.number}:{why}"
    work.add(conn, REPORT_WITHDRAWAL, key, payload, lane=reports.lane(workspace, trace.number))


def record(conn: Connection, workspace: str, *, asked_at: datetime, now: datetime, cause: Cause) -> int:
    """Note that something was erased; its number."""
    number = next_number(conn, workspace, NUMBERS)
    row = {"workspace": workspace, "number": number, "cause": cause.value, "asked_at": asked_at, "done_at": now}
    conn.execute(insert(erasure).values(row))
    return number


# Walks


async def rows_of(store: Store, is_meant: Callable[[PersonId], bool], now: datetime) -> Found:
    """All rows of the people that are meant, and those in which they stand. Raises StoreUnavailable."""
    found: dict[str, list[Row[Any]]] = {name: [] for name, holding in POLICY.items() if holding.owner}
    named: dict[str, list[Row[Any]]] = {name: [] for name, holding in POLICY.items() if holding.named}
    for name, holding in POLICY.items():
        after: Key | None = None
        while holding.owner is not None:
            rows = await store.read(partial(page, holding=holding, after=after))
            for row in rows:
                owner = holding.owner(row)
                if owner is not None and is_meant(owner):
                    found[name].append(row)
                elif holding.named is not None and any(map(is_meant, holding.named(row))):
                    named[name].append(row)
            if len(rows) < _PAGE:
                break
            after = _key_of(holding, rows[-1])
            await asyncio.sleep(0)  # events first
    return Found(now, found, named)


async def clear_all(store: Store, which: Callable[[Holding], Clause | None]) -> int:
    """Delete the rows of all tables that fit, a few at a time; how many. None: a table is left alone.

    Raises StoreUnavailable; what has gone by then stays gone.
    """
    count = 0
    for holding in POLICY.values():
        clause = which(holding)
        if clause is not None:
            count += await _clear_table(store, holding, clause)
    return count


async def _clear_table(store: Store, holding: Holding, which: Clause) -> int:
    count, after = 0, None
    while True:
        keys, after = await store.read(partial(old_keys, holding=holding, which=which, after=after))
        for first in range(0, len(keys), _PORTION):
            portion = keys[first : first + _PORTION]
            count += await store.run(partial(clear, holding=holding, which=which, keys=portion))
        if after is None:
            return count
        await asyncio.sleep(0)  # events first


def _from(chosen: Select[Any], holding: Holding, after: Key | None) -> Select[Any]:
    ordered = chosen.order_by(*holding.key).limit(_PAGE)
    if after is None:
        return ordered
    last = (literal(value, column.type) for value, column in zip(after, holding.key, strict=True))
    return ordered.where(tuple_(*holding.key) > tuple_(*last))


def _is_key(holding: Holding) -> list[Clause]:
    return [column == bindparam(f"of_{n}") for n, column in enumerate(holding.key)]


def _values(key: Key) -> dict[str, Any]:
    return {f"of_{n}": value for n, value in enumerate(key)}


def _key_of(holding: Holding, row: Row[Any]) -> Key:
    return tuple(getattr(row, column.key) for column in holding.key)


def _is_theirs(holding: Holding, row: Row[Any], workspace: str, who: PersonId) -> bool:
    if holding.table is not job and row.workspace != workspace:
        return False
    return owner_of(holding.table.name, row) == who or (holding.named is not None and who in holding.named(row))
