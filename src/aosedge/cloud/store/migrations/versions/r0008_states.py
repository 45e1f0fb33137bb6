"""State of services, and what item versions say of it."""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"


def upgrade() -> None:
    """No state is known yet. Versions from before may have as much as any: their Units know the limit."""
    op.add_column(
        "versions", sa.Column("state_limit", sa.BigInteger(), server_default=sa.text("524288"), nullable=False)
    )
    op.add_column("versions", sa.Column("default_state", sa.Text(), nullable=True))
    op.create_table(
        "service_states",
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("item", sa.Text(), nullable=False),
        sa.Column("instance", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("place", sa.Text(), nullable=False),
        sa.Column("checksum", sa.Text(), server_default="", nullable=False),
        sa.Column("size_bytes", sa.BigInteger(), server_default=sa.text("0"), nullable=False),
        sa.Column("unit", sa.Text(), server_default="", nullable=False),
        sa.Column("reported_at", sa.BigInteger(), server_default=sa.text("0"), nullable=False),
        sa.Column("holder", sa.Text(), server_default="", nullable=False),
        sa.Column("held_at", sa.BigInteger(), server_default=sa.text("0"), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=True),
        sa.ForeignKeyConstraint(
            ["subject"], ["subjects.id"], name=op.f("fk_service_states_subject"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["item"], ["items.id"], name=op.f("fk_service_states_item"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("subject", "item", "instance", "place", name=op.f("pk_service_states")),
    )
    op.create_index(op.f("ix_service_states_item"), "service_states", ["item"])
