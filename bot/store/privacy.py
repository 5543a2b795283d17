"""What each table holds of people, how long, and whose a row is: retention, export and erasure follow from it.

A person's rows cannot be searched for where they are packed, so tables are walked through in portions, on a reading
connection. What is written is short: events never wait for it.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
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
from bot.store import codec, meeting_privacy, meetings, regressions, report_privacy, reports, request_privacy, requests
from bot.store.counters import next_number
from bot.store.jobs import Status
from bot.store.report_privacy import Trace
from bot.store.tables import (
    audit,
    busy,
    cell,
    counter,
    erasure,
    gap,
    host,
    job,
    known,
    meeting,
    member,
    message,
    person,
    regression,
    report,
    reporter,
    request,
    tally,
    thread,
    vote,
)

NUMBERS: Final = "privacy"
"""The kind of an erasure's visible number: PRIV-12."""

RETENTION: Final = "retention"
ERASURE: Final = "erasure"
LIFECYCLE: Final = "lifecycle"
REPORT_WITHDRAWAL: Final = "report-withdrawal"
UNSHARE: Final = "report-unshare"
UNSAY: Final = "report-unsay"
MEETING_WITHDRAWAL: Final = "meeting-withdrawal"
MEETING_UNPLACED: Final = "meeting-unplaced"
REQUEST_WITHDRAWAL: Final = "request-withdrawal"
_OWN_WORK: Final = (RETENTION, ERASURE, LIFECYCLE)
"""The kinds of work that erase: they are not themselves erased."""

# So begin the kinds of work about a report, a meeting or a request, whose payloads say its `number`.
_REPORTS: Final = "report-"
_MEETINGS: Final = "meeting-"
_REQUESTS: Final = "request-"
_PAGE: Final = 200  # rows read at once: a few ms, for a local file is read on the event loop
_PORTION: Final = 100  # rows deleted at once: a few ms
_FEW: Final = 20  # requests changed at once: a few ms
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
    own: Callable[[Row[Any]], Mapping[str, Any]] | None = None  # of its owner, where that is not all of it
    strip: Callable[[Connection, Row[Any]], None] | None = None  # takes them out, where nothing else follows from it
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


def _of_handed(row: Row[Any]) -> Collection[PersonId]:
    """Whose the request is that a thread has become."""
    asker = (row.state.get("request") or {}).get("asker")
    return () if asker is None else (PersonId(asker["team"], asker["user"]),)


def _without_handed_asker(conn: Connection, row: Row[Any]) -> None:
    handed = {name: value for name, value in row.state["request"].items() if name != "asker"}
    is_it = (thread.c.workspace == row.workspace, thread.c.channel == row.channel, thread.c.ts == row.ts)
    conn.execute(update(thread).where(*is_it).values(state={**row.state, "request": handed}))


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


def _in_case(who: PersonId) -> Clause:
    is_asker = and_(regression.c.team == who.team, regression.c.user == who.user)
    return or_(is_asker, and_(regression.c.by_team == who.team, regression.c.by_user == who.user))


def _is_before_a_person() -> Clause:
    """Whether a thread's request is open: without it, nobody would hear what is written there."""
    is_its = and_(
        request.c.workspace == thread.c.workspace,
        request.c.channel == thread.c.channel,
        request.c.thread_ts == thread.c.ts,
    )
    return exists(select(request.c.number).where(is_its, request.c.closed_at.is_(None)).correlate(thread))


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
            kept=f"as long as its request for a person is open; else {_TEXTS}",
            people=("state",),
            texts=("state",),
            neutral=("workspace", "channel"),
            owner=_asker,
            named=_of_handed,
            part=lambda row, _who: {"workspace": row.workspace, "channel": row.channel, "ts": row.ts},
            strip=_without_handed_asker,
            due=lambda before: and_(thread.c.updated_at < before, ~_is_before_a_person()),
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
            gap,
            holds="a question that was not answered, or not well, and who asked it; what staff have answered instead",
            kept="retention.texts after it was asked",
            people=("team", "user"),
            texts=("text", "answer"),
            neutral=("workspace", "kind", "language", "programme", "channel", "entry"),
            owner=_named,
            due=lambda before: gap.c.at < before,
            again=_is_named(gap),
        ),
        Holding(
            regression,
            holds="a question of which staff have said what should be answered; who asked it, and who says so",
            kept="retention.texts after that was said",
            people=("team", "user", "by_team", "by_user"),
            texts=("text",),
            neutral=("workspace", "language", "programme", "expected", "got"),
            owner=_named,
            named=regressions.named_in,
            part=regressions.part_of,
            strip=regressions.forget_judge,
            due=lambda before: regression.c.at < before,
            again=lambda who, _since: _in_case(who),
        ),
        Holding(
            request,
            holds="a request for a person: what was asked and written, and who has done what about it",
            kept="as long as it is open, for somebody waits for it; then retention.texts after it was closed",
            people=("team", "user", "assignee", "state"),
            texts=("organisation", "state"),
            neutral=("workspace", "status", "way", "channel", "language", "programme", "card_channel"),
            owner=_named,
            named=request_privacy.named_in,
            part=request_privacy.part_of,
            own=request_privacy.own_of,
            # As with reports: nobody else knows which copies of files are ours.
            due=lambda before: and_(request.c.closed_at < before, request.c.copies == 0),
            again=lambda _who, since: request.c.changed_at >= since,
        ),
        Holding(
            audit,
            holds="what somebody of the desk has done about which request, or would have if they were allowed to",
            kept="retention.texts after it was done",
            people=("team", "user"),
            neutral=("workspace", "act"),
            owner=_named,
            due=lambda before: audit.c.at < before,
            again=_is_named(audit),
        ),
        Holding(
            member,
            holds="who is in the user group of staff, and by what name",
            kept="until the group is read without them; else retention.texts after it was read last",
            people=("user",),
            texts=("name",),
            neutral=("workspace",),
            owner=lambda row: PersonId(row.workspace, row.user),
            due=lambda before: member.c.at < before,
            again=_is_host(member.c.user),
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
class Erased:
    """What an erasure did, and what still shows something in Slack."""

    number: int
    rows: Mapping[str, int]  # how many of each table were theirs
    named: Mapping[str, int]  # how many rows of others they were taken out of
    reports: tuple[Trace, ...]
    meetings: tuple[meeting_privacy.Trace, ...]
    requests: tuple[request_privacy.Trace, ...]


@dataclass(frozen=True, slots=True)
class Found:
    """The rows of people, by table, as a walk that began then has found them."""

    begun: datetime  # UTC
    rows: Mapping[str, Sequence[Row[Any]]]
    named: Mapping[str, Sequence[Row[Any]]]  # rows of others, or of nobody, in which they stand
    taken_out: Mapping[str, int] = field(default_factory=dict)  # of how many of these they have been taken out since


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


def own_of(table: str, row: Row[Any]) -> Mapping[str, Any]:
    """What of a row that is theirs a person reads: all of it, unless others have written in it for themselves."""
    own = POLICY[table].own
    return dict(row._mapping) if own is None else own(row)  # noqa: SLF001 - SQLAlchemy's public name for it


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
    return any(_of_job(row) == who or _is_about(row, numbers) for row in begun) or _is_looked_after(conn, who, begun)


def _is_looked_after(conn: Connection, who: PersonId, begun: Collection[Row[Any]]) -> bool:
    """Whether work is about a request in which somebody stands, on whichever side."""
    numbers = {(row.payload or {}).get("number") for row in begun if row.kind.startswith(_REQUESTS)} - {None}
    rows = conn.execute(select(request).where(request.c.number.in_(numbers))) if numbers else ()
    return any(who in request_privacy.named_in(row) for row in rows)


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
    named: Counter[str] = Counter(found.taken_out)
    traces: list[Trace] = []
    met: list[meeting_privacy.Trace] = []
    asked: list[request_privacy.Trace] = []
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
        elif holding.table is request:
            asked = _forgotten(conn, rows, who, now)
        else:
            for row in rows:
                if holding.strip is not None and owner_of(name, row) != who:
                    holding.strip(conn, row)
                else:
                    conn.execute(delete(holding.table).where(*_is_key(holding)), _values(_key_of(holding, row)))
    number = record(conn, workspace, asked_at=asked_at, now=now, cause=cause)
    return Erased(number, counts, named, tuple(traces), tuple(met), tuple(asked))


def _forgotten(conn: Connection, rows: Iterable[Row[Any]], who: PersonId, now: datetime) -> list[request_privacy.Trace]:
    traces = (request_privacy.forget(conn, row, who, now) for row in rows)
    return [trace for trace in traces if trace is not None]


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
    for trace in erased.reports:
        # A report that lives on may lose several people, one after the other.
        withdraw_report(conn, work, workspace, trace, str(erased.number))
        for copy in trace.copies:
            work.add(conn, UNSHARE, f"{UNSHARE}:{workspace}:{copy}", {"copy": copy})
        for line in trace.lines:
            unsay(conn, work, workspace, line)
    for met in erased.meetings:
        _withdraw_meeting(conn, work, workspace, met, erased.number)
    _withdraw_requests(conn, work, workspace, erased.requests, str(erased.number))


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


def _withdraw_requests(
    conn: Connection, work: Work, workspace: str, traces: Iterable[request_privacy.Trace], why: str
) -> None:
    for trace in traces:
        withdraw_request(conn, work, workspace, trace, why)
        for copy in trace.copies:
            work.add(conn, UNSHARE, f"{UNSHARE}:{workspace}:{copy}", {"copy": copy})
        for line in trace.lines:
            unsay(conn, work, workspace, line)


def withdraw_request(conn: Connection, work: Work, workspace: str, trace: request_privacy.Trace, why: str) -> None:
    """As `withdraw_report`, of a request; what follows from its being back in the queue is seen to with it."""
    payload = {
        "channel": trace.card_channel,
        "ts": trace.card_ts,
        "number": trace.number,
        "is_released": trace.is_released,
    }
    key = f"{REQUEST_WITHDRAWAL}:{workspace}:{trace.number}:{why}"
    work.add(conn, REQUEST_WITHDRAWAL, key, payload, lane=requests.lane(workspace, trace.number))


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


async def take_out(store: Store, work: Work, workspace: str, who: PersonId, found: Found, now: datetime) -> Found:
    """Take somebody out of the requests of others, a few at a time, and have Slack show it; what is left to be erased.

    Who has worked at the desk for long stands in thousands. Raises StoreUnavailable; what is done by then stays done.
    """
    named = found.named.get(request.name, ())
    rows = [row for row in named if row.workspace == workspace]

    def unit(conn: Connection, first: int) -> None:
        traces = _forgotten(conn, rows[first : first + _FEW], who, now)
        _withdraw_requests(conn, work, workspace, traces, f"{found.begun.timestamp()}")

    for first in range(0, len(rows), _FEW):
        await store.run(partial(unit, first=first))
        await asyncio.sleep(0)  # events first
    left = {**found.named, request.name: [row for row in named if row.workspace != workspace]}
    return replace(found, named=left, taken_out={request.name: len(rows)} if rows else {})


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
