"""The tables. Every key begins with the workspace, `job` apart, whose keys contain it.

Instants are milliseconds in UTC (`Instant`), calendar days are dates, ids are text. Texts of people stand only in
`job.payload`, `thread.question`, `message.reply`, `vote.comment` and `handoff.question`.
"""

from __future__ import annotations

from typing import Any, Final

from sqlalchemy import BigInteger, Boolean, Column, Date, Index, Integer, MetaData, Table, Text, UniqueConstraint

from bot.store.types import Instant, Json

metadata: Final = MetaData()


def _key(name: str) -> Column[Any]:
    return Column(name, Text, primary_key=True)


def _optional(name: str) -> Column[Any]:
    return Column(name, Text, nullable=True)


def _required(name: str) -> Column[Any]:
    return Column(name, Text, nullable=False)


# Rows that are found by their text key alone need no second, numbered tree: half the space on SQLite.
_KEYED: Final[dict[str, Any]] = {"sqlite_with_rowid": False}

job: Final = Table(
    "job",
    metadata,
    # The order of adding; a dead letter that is tried again gets a new place.
    Column("seq", BigInteger().with_variant(Integer, "sqlite"), primary_key=True),
    _required("key"),
    _required("kind"),
    _optional("lane"),
    Column("payload", Json),  # NULL once done
    _required("status"),  # jobs.Status
    Column("run_at", Instant, nullable=False),
    _optional("owner"),  # the process that runs it
    Column("lease_until", Instant),
    Column("attempts", Integer, nullable=False),  # begun so far
    Column("allowed", Integer, nullable=False),  # attempts before it is a dead letter
    Column("first_try", Instant),
    _optional("error"),  # of the last attempt, without texts of people
    Column("done_at", Instant),  # when it ended, done or dead
    UniqueConstraint("key", name="uq_job_key"),
)

# Unfinished jobs are few among many finished ones: the indexes hold those alone.
_OPEN: Final[dict[str, Any]] = {
    "sqlite_where": job.c.done_at.is_(None),
    "postgresql_where": job.c.done_at.is_(None),
}
Index("ix_job_lane", job.c.lane, job.c.seq, **_OPEN)
Index("ix_job_due", job.c.status, job.c.run_at, **_OPEN)
Index(
    "ix_job_ended",
    job.c.done_at,
    sqlite_where=job.c.done_at.is_not(None),
    postgresql_where=job.c.done_at.is_not(None),
)

thread: Final = Table(
    "thread",
    metadata,
    _key("workspace"),
    _key("channel"),
    _key("ts"),
    _optional("asker_team"),
    _optional("asker_user"),
    _optional("language"),
    _optional("programme"),
    _optional("entry"),
    _required("question"),
    Column("offered", Json, nullable=False),
    Column("misses", Integer, nullable=False),
    _required("floor"),
    Column("handed_over", Boolean, nullable=False),
    _required("last_ts"),
    Column("updated_at", Instant, nullable=False),
    Column("slots", Json),  # what was told for the rule of `entry`; NULL: nothing
    Column("asks_for", Json),  # the slots asked for; NULL: none
    Column("asked_on", Date),
    **_KEYED,
)

message: Final = Table(
    "message",
    metadata,
    _key("workspace"),
    _key("channel"),
    _key("ts"),  # of our message
    _optional("thread_ts"),
    _optional("question_ts"),  # of the message it answers
    Column("reply", Json, nullable=False),
    _required("language"),  # it is shown in
    _optional("asker_team"),
    _optional("asker_user"),
    Column("posted_at", Instant, nullable=False),
    **_KEYED,
)
Index("ix_message_question", message.c.workspace, message.c.channel, message.c.question_ts)

person: Final = Table(
    "person",
    metadata,
    _key("workspace"),
    _key("team"),
    _key("user"),
    _optional("language"),  # chosen
    _optional("programme"),  # chosen
    _optional("locale"),
    _optional("time_zone"),
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

handoff: Final = Table(
    "handoff",
    metadata,
    _key("workspace"),
    _key("channel"),
    _key("thread_ts"),
    Column("number", Integer, nullable=False),
    _required("question"),
    _required("state"),
    _optional("card_channel"),
    _optional("card_ts"),
    Column("at", Instant, nullable=False),
    _optional("team"),
    _optional("user"),
    UniqueConstraint("workspace", "number", name="uq_handoff_number"),
    **_KEYED,
)
Index("ix_handoff_card", handoff.c.workspace, handoff.c.card_channel, handoff.c.card_ts)

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
