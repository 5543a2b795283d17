"""Threads keep what was told for a rule, what was asked for, and the day of the question."""

from __future__ import annotations

from typing import Final

import sqlalchemy as sa
from alembic import op

revision: Final = "0002"
down_revision: Final = "0001"
branch_labels: Final = None
depends_on: Final = None


def upgrade() -> None:
    """Add the columns; threads of before have told nothing."""
    op.add_column("thread", sa.Column("slots", sa.Text(), nullable=True))
    op.add_column("thread", sa.Column("asks_for", sa.Text(), nullable=True))
    op.add_column("thread", sa.Column("asked_on", sa.Date(), nullable=True))
