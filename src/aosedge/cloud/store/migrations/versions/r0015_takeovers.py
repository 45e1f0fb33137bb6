"""Units whose connections took each other's place."""

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"


def upgrade() -> None:
    """None was seen yet."""
    op.create_table(
        "takeovers",
        sa.Column("unit", sa.Text(), nullable=False),
        sa.Column("older", sa.Text(), nullable=False),
        sa.Column("newer", sa.Text(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("since", sa.BigInteger(), nullable=False),
        sa.Column("times", sa.BigInteger(), nullable=False),
        sa.Column("suspected_at", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(["unit"], ["units.id"], name=op.f("fk_takeovers_unit"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("unit", name=op.f("pk_takeovers")),
    )
    op.create_index(op.f("ix_takeovers_suspected_at"), "takeovers", ["suspected_at"])
