"""Meetings, what they take of their hosts' time, and what is known of hosts; a person's own zone and e-mail."""

from __future__ import annotations

from typing import Final

import sqlalchemy as sa
from alembic import op

revision: Final = "0007"
down_revision: Final = "0006"
branch_labels: Final = None
depends_on: Final = None


def upgrade() -> None:
    """Add the tables and columns."""
    op.create_table(
        "meeting",
        sa.Column("workspace", sa.Text(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False, autoincrement=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("host", sa.Text()),
        sa.Column("team", sa.Text(), nullable=False),
        sa.Column("user", sa.Text(), nullable=False),
        sa.Column("start", sa.BigInteger(), nullable=False),
        sa.Column("end", sa.BigInteger(), nullable=False),
        sa.Column("held_until", sa.BigInteger(), nullable=False),
        sa.Column("request_key", sa.Text(), nullable=False),
        sa.Column("changed_at", sa.BigInteger(), nullable=False),
        sa.Column("state", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("workspace", "number"),
        sa.UniqueConstraint("workspace", "request_key", name="uq_meeting_request"),
    )
    op.create_index("ix_meeting_start", "meeting", ["workspace", "start"])
    op.create_index("ix_meeting_host", "meeting", ["workspace", "host", "held_until"])
    op.create_index("ix_meeting_booker", "meeting", ["team", "user", "workspace", "end"])
    op.create_table(
        "cell",
        sa.Column("workspace", sa.Text(), nullable=False),
        sa.Column("host", sa.Text(), nullable=False),
        sa.Column("cell", sa.Integer(), nullable=False, autoincrement=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("workspace", "host", "cell"),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_cell_meeting", "cell", ["workspace", "number"])
    op.create_table(
        "busy",
        sa.Column("workspace", sa.Text(), nullable=False),
        sa.Column("host", sa.Text(), nullable=False),
        sa.Column("start", sa.BigInteger(), nullable=False, autoincrement=False),
        sa.Column("end", sa.BigInteger(), nullable=False, autoincrement=False),
        sa.PrimaryKeyConstraint("workspace", "host", "start", "end"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "host",
        sa.Column("workspace", sa.Text(), nullable=False),
        sa.Column("user", sa.Text(), nullable=False),
        sa.Column("away_until", sa.BigInteger()),
        sa.Column("read_at", sa.BigInteger()),
        sa.Column("tried_at", sa.BigInteger()),
        sa.Column("fault", sa.Text()),
        sa.Column("last_booked_at", sa.BigInteger()),
        sa.PrimaryKeyConstraint("workspace", "user"),
        sqlite_with_rowid=False,
    )
    op.add_column("person", sa.Column("zone", sa.Text()))
    op.add_column("person", sa.Column("email", sa.Text()))
