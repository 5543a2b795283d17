"""Reports of language errors, and who has told of them."""

from __future__ import annotations

from typing import Final

import sqlalchemy as sa
from alembic import op

revision: Final = "0006"
down_revision: Final = "0005"
branch_labels: Final = None
depends_on: Final = None


def upgrade() -> None:
    """Add the tables."""
    op.create_table(
        "report",
        sa.Column("workspace", sa.Text(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False, autoincrement=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("language", sa.Text(), nullable=False),
        sa.Column("team", sa.Text()),
        sa.Column("user", sa.Text()),
        sa.Column("digest", sa.LargeBinary()),
        sa.Column("card_channel", sa.Text()),
        sa.Column("card_ts", sa.BigInteger()),
        sa.Column("changed_at", sa.BigInteger(), nullable=False),
        sa.Column("closed_at", sa.BigInteger()),
        sa.Column("duplicate_of", sa.Integer()),
        sa.Column("copies", sa.Integer(), nullable=False),
        sa.Column("state", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("workspace", "number"),
    )
    op.create_index("ix_report_card", "report", ["workspace", "card_channel", "card_ts"])
    _index_where("closed_at IS NULL", "ix_report_same", "report", ["workspace", "digest"])
    _index_where("closed_at IS NULL", "ix_report_open", "report", ["workspace", "language", "number"])
    _index_where("duplicate_of IS NOT NULL", "ix_report_duplicate", "report", ["workspace", "duplicate_of"])
    op.create_table(
        "reporter",
        sa.Column("workspace", sa.Text(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False, autoincrement=False),
        sa.Column("team", sa.Text(), nullable=False),
        sa.Column("user", sa.Text(), nullable=False),
        sa.Column("language", sa.Text(), nullable=False),
        sa.Column("organisation", sa.Text()),
        sa.Column("channel", sa.Text()),
        sa.Column("thread_ts", sa.BigInteger()),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("workspace", "number", "team", "user"),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_reporter_person", "reporter", ["team", "user", "workspace", "number"])
    _index_where(
        "organisation IS NOT NULL", "ix_reporter_organisation", "reporter", ["workspace", "organisation", "number"]
    )


def _index_where(where: str, name: str, table: str, columns: list[str]) -> None:
    op.create_index(name, table, columns, sqlite_where=sa.text(where), postgresql_where=sa.text(where))
