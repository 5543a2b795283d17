"""Jobs that are done leave the table of jobs; of their keys a short digest stays known."""

from __future__ import annotations

from hashlib import blake2b
from typing import Any, Final

import sqlalchemy as sa
from alembic import op

revision: Final = "0003"
down_revision: Final = "0002"
branch_labels: Final = None
depends_on: Final = None

_AT_ONCE: Final = 1_000  # rows
_HOUR: Final = 3_600_000  # milliseconds, as instants have them
_KEPT: Final = 8 * 24  # hours


def upgrade() -> None:
    """Move what is open or dead into the new table, and the keys of everything into the new list."""
    bind = op.get_bind()
    old = sa.Table("job", sa.MetaData(), autoload_with=bind)
    known = op.create_table(
        "known",
        sa.Column("digest", sa.LargeBinary(), nullable=False),
        sa.Column("until", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("digest"),
        sqlite_with_rowid=False,
    )
    keys = sa.select(old.c.key, old.c.run_at, old.c.done_at).order_by(old.c.seq)
    for rows in bind.execute(keys).partitions(_AT_ONCE):
        op.bulk_insert(known, [{"digest": _digest(row.key), "until": _until(row)} for row in rows])
    left = [
        dict(row) for row in bind.execute(sa.select(old).where(old.c.status != "done").order_by(old.c.seq)).mappings()
    ]
    op.drop_table("job")
    new = op.create_table(
        "job",
        sa.Column("seq", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("digest", sa.LargeBinary(), nullable=False),
        sa.Column("until", sa.Integer(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("lane", sa.Text(), nullable=True),
        sa.Column("payload", sa.Text(), nullable=True),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("run_at", sa.BigInteger(), nullable=False),
        sa.Column("owner", sa.Text(), nullable=True),
        sa.Column("lease_until", sa.BigInteger(), nullable=True),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("allowed", sa.Integer(), nullable=False),
        sa.Column("first_try", sa.BigInteger(), nullable=True),
        sa.Column("error", sa.Text(), nullable=True),
        sa.Column("done_at", sa.BigInteger(), nullable=True),
        sa.Column("dispatched", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("seq"),
        sa.UniqueConstraint("digest", name="uq_job_digest"),
    )
    op.create_index("ix_job_due", "job", ["status", "run_at"], unique=False)
    op.create_index(
        "ix_job_lane",
        "job",
        ["lane", "seq"],
        unique=False,
        sqlite_where=sa.text("done_at IS NULL"),
        postgresql_where=sa.text("done_at IS NULL"),
    )
    for row in left:
        # Their order is that of adding; the numbers themselves are given anew.
        del row["seq"]
        row |= {"digest": _digest(row["key"]), "until": _hours(row["run_at"])}
    for start in range(0, len(left), _AT_ONCE):
        op.bulk_insert(new, left[start : start + _AT_ONCE])


def _digest(key: str) -> bytes:
    return blake2b(key.encode(), digest_size=10).digest()


def _until(row: Any) -> int:
    return _hours(row.run_at if row.done_at is None else row.done_at)


def _hours(instant: int) -> int:
    return -(-instant // _HOUR) + _KEPT
