"""The tables. Every key begins with the workspace, `job` and `known` apart, whose keys contain it.

Instants are milliseconds in UTC (`Instant`), calendar days are dates, ids are text. Texts of people stand only in
`job.payload`, `thread.state`, `message.state`, `vote.comment`, `report.state`, `meeting.state`, `request.state`,
`gap.text`, `gap.answer` and `regression.text`.
"""

from __future__ import annotations

from typing import Any, Final

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Date,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    Table,
    Text,
    UniqueConstraint,
)

from bot.store.types import Instant, Json, Packed, Ts

metadata: Final = MetaData()


def _key(name: str) -> Column[Any]:
    return Column(name, Text, primary_key=True)


def _optional(name: str) -> Column[Any]:
    return Column(name, Text, nullable=True)


def _required(name: str) -> Column[Any]:
    return Column(name, Text, nullable=False)


# Rows that are found by their text key alone need no second, numbered tree: half the space on SQLite.
_KEYED: Final[dict[str, Any]] = {"sqlite_with_rowid": False}

known: Final = Table(
    "known",
    metadata,
    Column("digest", LargeBinary, primary_key=True),  # jobs.digest of the key of a job, be it open, done or dead
    # Whole hours since 1970; then the key is forgotten, unless its job still has a row.
    Column("until", Integer, nullable=False),
    **_KEYED,
)

# Open jobs and dead letters; what is done is deleted.
job: Final = Table(
    "job",
    metadata,
    # The order of adding; a dead letter that is tried again gets a new place.
    Column("seq", BigInteger().with_variant(Integer, "sqlite"), primary_key=True),
    _required("key"),
    Column("digest", LargeBinary, nullable=False),  # of the key, as in `known`
    Column("until", Integer, nullable=False),  # what `known` says
    _required("kind"),
    _optional("lane"),
    Column("payload", Json),
    _required("status"),  # jobs.Status
    Column("run_at", Instant, nullable=False),
    _optional("owner"),  # the process that runs it
    Column("lease_until", Instant),  # NULL where Procrastinate knows who is alive
    Column("attempts", Integer, nullable=False),  # begun so far
    Column("allowed", Integer, nullable=False),  # attempts before it is a dead letter
    Column("first_try", Instant),
    _optional("error"),  # of the last attempt, without texts of people
    Column("done_at", Instant),  # when it was given up
    Column("dispatched", BigInteger),  # the job of Procrastinate that begins it
    UniqueConstraint("digest", name="uq_job_digest"),
)
Index("ix_job_due", job.c.status, job.c.run_at)
# A dead letter holds no lane.
Index(
    "ix_job_lane",
    job.c.lane,
    job.c.seq,
    sqlite_where=job.c.done_at.is_(None),
    postgresql_where=job.c.done_at.is_(None),
)

thread: Final = Table(
    "thread",
    metadata,
    _key("workspace"),
    _key("channel"),
    Column("ts", Ts, primary_key=True, autoincrement=False),
    Column("updated_at", Instant, nullable=False),
    Column("state", Packed, nullable=False),  # model.Thread
    **_KEYED,
)

message: Final = Table(
    "message",
    metadata,
    _key("workspace"),
    _key("channel"),
    Column("ts", Ts, primary_key=True, autoincrement=False),  # of our message
    Column("question_ts", Ts),  # of the message it answers
    Column("thread_ts", Ts),  # NULL: it answers the message that began the thread
    Column("state", Packed, nullable=False),  # the rest of messages.Message
    **_KEYED,
)

person: Final = Table(
    "person",
    metadata,
    _key("workspace"),
    _key("team"),
    _key("user"),
    _optional("language"),  # chosen
    _optional("programme"),  # chosen
    _optional("locale"),
    _optional("time_zone"),  # Slack's
    _optional("zone"),  # chosen
    _optional("email"),  # to be remembered
    Column("is_stranger", Boolean),
    Column("is_guest", Boolean),
    Column("seen_at", Instant),  # when Slack last told of them
    Column("greeted_at", Instant),  # when help was first shown
    **_KEYED,
)

vote: Final = Table(
    "vote",
    metadata,
    _key("workspace"),
    _key("channel"),
    _key("ts"),
    _key("team"),
    _key("user"),
    Column("value", Integer, nullable=False),  # +1 or -1
    _optional("comment"),
    Column("at", Instant, nullable=False),
    **_KEYED,
)

# Found in many ways, and with rows of its own for that: where a tree of keys holds them, SQLite would rather walk along
# the workspace than use an index that begins with it.
report: Final = Table(
    "report",
    metadata,
    _key("workspace"),
    Column("number", Integer, primary_key=True, autoincrement=False),  # TR-12
    _required("status"),  # report.State
    _required("language"),  # of the text
    _optional("team"),  # of its reporter, as the next
    _optional("user"),
    Column("digest", LargeBinary),  # the fingerprint of what is reported; NULL: like no other
    _optional("card_channel"),
    Column("card_ts", Ts),
    Column("changed_at", Instant, nullable=False),
    Column("closed_at", Instant),  # NULL as long as it is open
    Column("duplicate_of", Integer),
    Column("copies", Integer, nullable=False),  # of its pictures, that are ours and still in Slack
    Column("state", Packed, nullable=False),  # the rest of report.Report
)
Index("ix_report_card", report.c.workspace, report.c.card_channel, report.c.card_ts)
_IS_OPEN: Final[dict[str, Any]] = {
    "sqlite_where": report.c.closed_at.is_(None),
    "postgresql_where": report.c.closed_at.is_(None),
}
Index("ix_report_same", report.c.workspace, report.c.digest, **_IS_OPEN)
Index("ix_report_open", report.c.workspace, report.c.language, report.c.number, **_IS_OPEN)
Index(
    "ix_report_duplicate",
    report.c.workspace,
    report.c.duplicate_of,
    sqlite_where=report.c.duplicate_of.is_not(None),
    postgresql_where=report.c.duplicate_of.is_not(None),
)

# Who has told of a report: whoever was first, and those who have joined them.
reporter: Final = Table(
    "reporter",
    metadata,
    _key("workspace"),
    Column("number", Integer, primary_key=True, autoincrement=False),
    _key("team"),
    _key("user"),
    _required("language"),
    _optional("organisation"),
    _optional("channel"),  # where the bot speaks to them of it
    Column("thread_ts", Ts),
    Column("at", Instant, nullable=False),
    **_KEYED,
)
# The workspace comes late: whose data is to be erased is looked for in all of them.
Index("ix_reporter_person", reporter.c.team, reporter.c.user, reporter.c.workspace, reporter.c.number)
Index(
    "ix_reporter_organisation",
    reporter.c.workspace,
    reporter.c.organisation,
    reporter.c.number,
    sqlite_where=reporter.c.organisation.is_not(None),
    postgresql_where=reporter.c.organisation.is_not(None),
)

# As a report, found in many ways.
meeting: Final = Table(
    "meeting",
    metadata,
    _key("workspace"),
    Column("number", Integer, primary_key=True, autoincrement=False),  # MT-12
    _required("kind"),  # meeting.Kind
    _required("status"),  # meeting.State
    _optional("host"),  # the user who holds it, or held it last; NULL: their data was erased
    _required("team"),  # of its booker, as the next
    _required("user"),
    Column("start", Instant, nullable=False),
    Column("end", Instant, nullable=False),
    Column("held_until", Instant, nullable=False),  # its end and the pause after it
    _required("request_key"),  # of the form that has made it
    Column("changed_at", Instant, nullable=False),
    Column("state", Packed, nullable=False),  # the rest of meeting.Meeting
    UniqueConstraint("workspace", "request_key", name="uq_meeting_request"),
)
Index("ix_meeting_start", meeting.c.workspace, meeting.c.start)
Index("ix_meeting_host", meeting.c.workspace, meeting.c.host, meeting.c.held_until)
# The workspace comes late, as with reporters.
Index("ix_meeting_booker", meeting.c.team, meeting.c.user, meeting.c.workspace, meeting.c.end)

# The five minutes that a meeting takes of its host, the pause after it among them: nobody has two meetings at once.
cell: Final = Table(
    "cell",
    metadata,
    _key("workspace"),
    _key("host"),
    Column("cell", Integer, primary_key=True, autoincrement=False),  # counted from 1970
    Column("number", Integer, nullable=False),  # of the meeting
    **_KEYED,
)
Index("ix_cell_meeting", cell.c.workspace, cell.c.number)

# When hosts are busy with something else, as their calendars said last.
busy: Final = Table(
    "busy",
    metadata,
    _key("workspace"),
    _key("host"),
    Column("start", Instant, primary_key=True, autoincrement=False),
    Column("end", Instant, primary_key=True, autoincrement=False),
    **_KEYED,
)

host: Final = Table(
    "host",
    metadata,
    _key("workspace"),
    _key("user"),
    Column("away_until", Instant),  # they have paused
    Column("read_at", Instant),  # when their calendar was last read
    Column("tried_at", Instant),  # when that was last tried
    _optional("fault"),  # why it could not be read then
    Column("last_booked_at", Instant),
    **_KEYED,
)

# As a report, found in many ways. The indexes of what is open are small, whatever has been before.
request: Final = Table(
    "request",
    metadata,
    _key("workspace"),
    Column("number", Integer, primary_key=True, autoincrement=False),  # REQ-12
    _required("status"),  # request.State
    _required("way"),  # request.Way
    _required("channel"),  # of the partner's thread, as the next
    Column("thread_ts", Ts, nullable=False),
    _optional("team"),  # of its asker, as the next
    _optional("user"),
    _optional("organisation"),
    _required("language"),
    _optional("programme"),
    _optional("assignee"),  # the user
    Column("is_urgent", Boolean, nullable=False),
    Column("owed", Boolean, nullable=False),  # the desk owes a word
    Column("due_at", Instant),  # its earliest target, as long as the clocks run
    _optional("card_channel"),
    Column("card_ts", Ts),
    Column("opened_at", Instant, nullable=False),
    Column("changed_at", Instant, nullable=False),
    Column("closed_at", Instant),  # NULL as long as somebody works on it
    Column("responded_in", Integer),  # seconds of the desk's hours to the first response; NULL: none yet
    Column("copies", Integer, nullable=False),  # of its files, that are ours and still in Slack
    Column("state", Packed, nullable=False),  # the rest of request.Request
    UniqueConstraint("workspace", "channel", "thread_ts", name="uq_request_thread"),
)
Index("ix_request_card", request.c.workspace, request.c.card_channel, request.c.card_ts)
Index("ix_request_opened", request.c.workspace, request.c.opened_at)
# The workspace comes late: whose data is to be erased is looked for in all of them.
Index("ix_request_asker", request.c.team, request.c.user, request.c.workspace, request.c.closed_at, request.c.number)
Index("ix_request_changed", request.c.changed_at)
Index(
    "ix_request_organisation",
    request.c.workspace,
    request.c.organisation,
    request.c.closed_at,
    request.c.number,
    sqlite_where=request.c.organisation.is_not(None),
    postgresql_where=request.c.organisation.is_not(None),
)
_IS_WORKED_ON: Final[dict[str, Any]] = {
    "sqlite_where": request.c.closed_at.is_(None),
    "postgresql_where": request.c.closed_at.is_(None),
}
Index("ix_request_channel", request.c.workspace, request.c.channel, request.c.number, **_IS_WORKED_ON)
# With the column of the condition, for else SQLite would read it in the rows.
Index(
    "ix_request_mine",
    request.c.workspace,
    request.c.assignee,
    request.c.owed,
    request.c.number,
    request.c.closed_at,
    **_IS_WORKED_ON,
)
Index(
    "ix_request_queue",
    request.c.workspace,
    request.c.status,
    request.c.is_urgent,
    request.c.number,
    request.c.closed_at,
    **_IS_WORKED_ON,
)
Index(
    "ix_request_due",
    request.c.workspace,
    request.c.due_at,
    request.c.number,
    request.c.language,
    request.c.closed_at,
    **_IS_WORKED_ON,
)

# Who has done what at the desk, or would have.
audit: Final = Table(
    "audit",
    metadata,
    _key("workspace"),
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("at", Instant, nullable=False),
    _required("team"),
    _required("user"),
    _required("act"),
    Column("request", Integer),  # NULL: it was about none
    Column("is_allowed", Boolean, nullable=False),
)
Index("ix_audit_at", audit.c.workspace, audit.c.at)
Index("ix_audit_request", audit.c.workspace, audit.c.request, audit.c.number)
Index("ix_audit_person", audit.c.team, audit.c.user)

# What the knowledge lacks.
gap: Final = Table(
    "gap",
    metadata,
    _key("workspace"),
    Column("number", Integer, primary_key=True, autoincrement=False),
    _required("kind"),  # gap.GapKind
    _required("language"),
    _optional("programme"),
    Column("at", Instant, nullable=False),
    _optional("team"),  # of whoever asked, as the next
    _optional("user"),
    _required("channel"),
    Column("ts", Ts, nullable=False),
    Column("request", Integer),  # of a draft
    _required("text"),
    _required("entry"),
    _required("answer"),  # of a draft
    UniqueConstraint("workspace", "kind", "channel", "ts", name="uq_gap_message"),
)
Index("ix_gap_at", gap.c.workspace, gap.c.at)
Index("ix_gap_person", gap.c.team, gap.c.user)
Index(
    "ix_gap_request",
    gap.c.workspace,
    gap.c.request,
    sqlite_where=gap.c.request.is_not(None),
    postgresql_where=gap.c.request.is_not(None),
)

# What staff say should have been answered.
regression: Final = Table(
    "regression",
    metadata,
    _key("workspace"),
    Column("number", Integer, primary_key=True, autoincrement=False),
    _required("language"),
    _optional("programme"),
    Column("at", Instant, nullable=False),
    _optional("team"),  # of whoever asked, as the next
    _optional("user"),
    _optional("by_team"),  # of whoever says so, as the next; NULL: their data was erased
    _optional("by_user"),
    _required("text"),
    _required("expected"),
    _required("got"),
)
Index("ix_regression_asker", regression.c.team, regression.c.user)
Index("ix_regression_by", regression.c.by_team, regression.c.by_user)

# Who is in the user group of staff, as Slack said last.
member: Final = Table(
    "member",
    metadata,
    _key("workspace"),
    _key("user"),
    _required("name"),
    Column("at", Instant, nullable=False),
    **_KEYED,
)

tally: Final = Table(
    "tally",
    metadata,
    _key("workspace"),
    Column("day", Date, primary_key=True),
    _key("kind"),
    _key("language"),  # empty where there is none, as the next two: a key has no NULL
    _key("programme"),
    _key("entry"),
    Column("n", Integer, nullable=False),
    **_KEYED,
)

counter: Final = Table(
    "counter",
    metadata,
    _key("workspace"),
    _key("kind"),
    Column("n", Integer, nullable=False),  # the last number given out
    **_KEYED,
)

erasure: Final = Table(
    "erasure",
    metadata,
    _key("workspace"),
    Column("number", Integer, primary_key=True, autoincrement=False),  # PRIV-12; of whom is not kept
    _required("cause"),  # privacy.Cause
    Column("asked_at", Instant, nullable=False),
    Column("done_at", Instant, nullable=False),
    **_KEYED,
)
