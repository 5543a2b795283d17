"""Requests for a person with all that becomes of them, in place of the bare questions that were handed over.

Beside them: what people of the desk have done, what the knowledge lacks, and who is in the user group of staff.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any, Final

import sqlalchemy as sa
from alembic import op

from bot.store.types import Packed, Ts

revision: Final = "0008"
down_revision: Final = "0007"
branch_labels: Final = None
depends_on: Final = None

_AT_ONCE: Final = 1_000  # rows
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_OPEN: Final = "closed_at IS NULL"


def upgrade() -> None:
    """Make the tables, and a request of each question that was handed over."""
    requests = _make_request()
    _make_audit()
    _make_gap()
    _make_regression()
    op.create_table(
        "member",
        sa.Column("workspace", sa.Text(), nullable=False),
        sa.Column("user", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("workspace", "user"),
        sqlite_with_rowid=False,
    )
    _move(requests)


def _make_request() -> sa.Table:
    table = op.create_table(
        "request",
        sa.Column("workspace", sa.Text(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False, autoincrement=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("way", sa.Text(), nullable=False),
        sa.Column("channel", sa.Text(), nullable=False),
        sa.Column("thread_ts", sa.BigInteger(), nullable=False),
        sa.Column("team", sa.Text()),
        sa.Column("user", sa.Text()),
        sa.Column("organisation", sa.Text()),
        sa.Column("language", sa.Text(), nullable=False),
        sa.Column("programme", sa.Text()),
        sa.Column("assignee", sa.Text()),
        sa.Column("is_urgent", sa.Boolean(), nullable=False),
        sa.Column("owed", sa.Boolean(), nullable=False),
        sa.Column("due_at", sa.BigInteger()),
        sa.Column("card_channel", sa.Text()),
        sa.Column("card_ts", sa.BigInteger()),
        sa.Column("opened_at", sa.BigInteger(), nullable=False),
        sa.Column("changed_at", sa.BigInteger(), nullable=False),
        sa.Column("closed_at", sa.BigInteger()),
        sa.Column("responded_in", sa.Integer()),
        sa.Column("copies", sa.Integer(), nullable=False),
        sa.Column("state", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("workspace", "number"),
        sa.UniqueConstraint("workspace", "channel", "thread_ts", name="uq_request_thread"),
    )
    op.create_index("ix_request_card", "request", ["workspace", "card_channel", "card_ts"])
    op.create_index("ix_request_opened", "request", ["workspace", "opened_at"])
    op.create_index("ix_request_asker", "request", ["team", "user", "workspace", "closed_at", "number"])
    op.create_index("ix_request_changed", "request", ["changed_at"])
    _index_where(
        "organisation IS NOT NULL",
        "ix_request_organisation",
        "request",
        ["workspace", "organisation", "closed_at", "number"],
    )
    _index_where(_OPEN, "ix_request_channel", "request", ["workspace", "channel", "number"])
    _index_where(_OPEN, "ix_request_mine", "request", ["workspace", "assignee", "owed", "number", "closed_at"])
    _index_where(_OPEN, "ix_request_queue", "request", ["workspace", "status", "is_urgent", "number", "closed_at"])
    _index_where(_OPEN, "ix_request_due", "request", ["workspace", "due_at", "number", "language", "closed_at"])
    return table


def _make_audit() -> None:
    op.create_table(
        "audit",
        sa.Column("workspace", sa.Text(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False, autoincrement=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("team", sa.Text(), nullable=False),
        sa.Column("user", sa.Text(), nullable=False),
        sa.Column("act", sa.Text(), nullable=False),
        sa.Column("request", sa.Integer()),
        sa.Column("is_allowed", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("workspace", "number"),
    )
    op.create_index("ix_audit_at", "audit", ["workspace", "at"])
    op.create_index("ix_audit_request", "audit", ["workspace", "request", "number"])
    op.create_index("ix_audit_person", "audit", ["team", "user"])


def _make_gap() -> None:
    op.create_table(
        "gap",
        sa.Column("workspace", sa.Text(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False, autoincrement=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("language", sa.Text(), nullable=False),
        sa.Column("programme", sa.Text()),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("team", sa.Text()),
        sa.Column("user", sa.Text()),
        sa.Column("channel", sa.Text(), nullable=False),
        sa.Column("ts", sa.BigInteger(), nullable=False),
        sa.Column("request", sa.Integer()),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("entry", sa.Text(), nullable=False),
        sa.Column("answer", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("workspace", "number"),
        sa.UniqueConstraint("workspace", "kind", "channel", "ts", name="uq_gap_message"),
    )
    op.create_index("ix_gap_at", "gap", ["workspace", "at"])
    op.create_index("ix_gap_person", "gap", ["team", "user"])
    _index_where("request IS NOT NULL", "ix_gap_request", "gap", ["workspace", "request"])


def _make_regression() -> None:
    op.create_table(
        "regression",
        sa.Column("workspace", sa.Text(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False, autoincrement=False),
        sa.Column("language", sa.Text(), nullable=False),
        sa.Column("programme", sa.Text()),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("team", sa.Text()),
        sa.Column("user", sa.Text()),
        sa.Column("by_team", sa.Text()),
        sa.Column("by_user", sa.Text()),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("expected", sa.Text(), nullable=False),
        sa.Column("got", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("workspace", "number"),
    )
    op.create_index("ix_regression_asker", "regression", ["team", "user"])
    op.create_index("ix_regression_by", "regression", ["by_team", "by_user"])


def _index_where(where: str, name: str, table: str, columns: list[str]) -> None:
    op.create_index(name, table, columns, sqlite_where=sa.text(where), postgresql_where=sa.text(where))


def _move(requests: sa.Table) -> None:
    """Make the requests; a question in no thread of Slack's cannot be found again and goes."""
    bind = op.get_bind()
    old = sa.Table("handoff", sa.MetaData(), autoload_with=bind)
    thread = sa.Table("thread", sa.MetaData(), autoload_with=bind)
    for rows in [*bind.execute(sa.select(old).order_by(old.c.workspace, old.c.number)).partitions(_AT_ONCE)]:
        made = [_request(row, thread) for row in rows]
        op.bulk_insert(requests, [row for row in made if row is not None])
    op.drop_table("handoff")


def _request(row: Any, thread: sa.Table) -> dict[str, Any] | None:
    thread_ts = _ts(row.thread_ts)
    if thread_ts is None:
        return None
    told = _noted_in(thread, row, thread_ts)
    card_ts = _ts(row.card_ts)
    at = (_EPOCH + timedelta(milliseconds=row.at)).isoformat()
    asker = _asker(row)
    asked = {"act": "asked", "at": at} | ({"who": asker} if asker else {})
    state = {"opened_at": at, "owed_since": at, "question": row.question, "history": [asked]}
    return {
        "workspace": row.workspace,
        "number": row.number,
        "status": "open",
        "way": "asked",
        "channel": row.channel,
        "thread_ts": thread_ts,
        "team": row.team,
        "user": row.user,
        "organisation": None,
        "language": told.get("language") or "en",
        "programme": told.get("programme"),
        "assignee": None,
        "is_urgent": False,
        "owed": True,
        "due_at": None,
        "card_channel": row.card_channel if card_ts else None,
        "card_ts": card_ts,
        "opened_at": row.at,
        "changed_at": row.at,
        "closed_at": None,
        "responded_in": None,
        "copies": 0,
        "state": Packed().process_bind_param(state, op.get_bind().dialect),
    }


def _noted_in(thread: sa.Table, row: Any, thread_ts: int) -> dict[str, Any]:
    """What the thread of a question knows; from now on also which request it has become."""
    bind = op.get_bind()
    is_it = (thread.c.workspace == row.workspace, thread.c.channel == row.channel, thread.c.ts == thread_ts)
    packed = bind.execute(sa.select(thread.c.state).where(*is_it)).scalar_one_or_none()
    if packed is None:
        return {}
    state: dict[str, Any] = Packed().process_result_value(packed, bind.dialect)
    asker = _asker(row)
    noted = {**state, "request": {"number": row.number} | ({"asker": asker} if asker else {})}
    bind.execute(sa.update(thread).where(*is_it).values(state=Packed().process_bind_param(noted, bind.dialect)))
    return state


def _asker(row: Any) -> dict[str, str] | None:
    return None if row.user is None else {"team": row.team, "user": row.user}


def _ts(text: str | None) -> int | None:
    try:
        ts: Any = Ts().process_bind_param(text, op.get_bind().dialect)
    except ValueError:
        return None
    else:
        return None if ts is None else int(ts)
