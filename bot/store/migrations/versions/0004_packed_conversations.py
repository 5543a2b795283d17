"""Threads and messages in few bytes: times as numbers, what is only ever read whole packed into one column."""

from __future__ import annotations

import json
from typing import Any, Final

import sqlalchemy as sa
from alembic import op

from bot.store.types import Packed, Ts

revision: Final = "0004"
down_revision: Final = "0003"
branch_labels: Final = None
depends_on: Final = None

_AT_ONCE: Final = 1_000  # rows


def upgrade() -> None:
    """Move the rows into tables of the new shape; a row whose ts is none of Slack's cannot be found again and goes."""
    for name, columns, convert in (
        ("thread", (sa.Column("updated_at", sa.BigInteger(), nullable=False),), _thread),
        ("message", (sa.Column("question_ts", sa.BigInteger()), sa.Column("thread_ts", sa.BigInteger())), _message),
    ):
        old = sa.Table(name, sa.MetaData(), autoload_with=op.get_bind())
        rows = [_row(row, convert) for row in op.get_bind().execute(sa.select(old)).mappings()]
        op.drop_table(name)
        new = op.create_table(
            name,
            sa.Column("workspace", sa.Text(), nullable=False),
            sa.Column("channel", sa.Text(), nullable=False),
            sa.Column("ts", sa.BigInteger(), nullable=False, autoincrement=False),
            *columns,
            sa.Column("state", sa.LargeBinary(), nullable=False),
            sa.PrimaryKeyConstraint("workspace", "channel", "ts"),
            sqlite_with_rowid=False,
        )
        kept = [row for row in rows if row is not None]
        for start in range(0, len(kept), _AT_ONCE):
            op.bulk_insert(new, kept[start : start + _AT_ONCE])


def _row(row: Any, convert: Any) -> dict[str, Any] | None:
    try:
        return {"workspace": row["workspace"], "channel": row["channel"], "ts": _ts(row["ts"]), **convert(row)}
    except ValueError:
        return None


def _thread(row: Any) -> dict[str, Any]:
    state = {
        "asker": _person(row),
        "language": row["language"],
        "programme": row["programme"],
        "entry": row["entry"],
        "question": row["question"],
        "offered": _json(row["offered"]),
        "misses": row["misses"],
        "floor": row["floor"],
        "handed_over": bool(row["handed_over"]),
        "last_ts": row["last_ts"],
        "slots": _json(row["slots"]),
        "asks_for": _json(row["asks_for"]),
        "asked_on": None if row["asked_on"] is None else row["asked_on"].isoformat(),
    }
    return {"updated_at": row["updated_at"], "state": _packed(state)}


def _message(row: Any) -> dict[str, Any]:
    state = {"reply": _json(row["reply"]), "language": row["language"], "asker": _person(row)}
    answers, begins = _ts(row["question_ts"]), _ts(row["thread_ts"])
    return {"question_ts": answers, "thread_ts": None if begins == answers else begins, "state": _packed(state)}


def _person(row: Any) -> dict[str, str] | None:
    return None if row["asker_user"] is None else {"team": row["asker_team"], "user": row["asker_user"]}


def _json(text: str | None) -> Any:
    return None if text is None else json.loads(text)


def _ts(text: str | None) -> Any:
    return Ts().process_bind_param(text, op.get_bind().dialect)


def _packed(state: dict[str, Any]) -> Any:
    return Packed().process_bind_param(
        {name: value for name, value in state.items() if value not in (None, "", 0, [], {})}, op.get_bind().dialect
    )
