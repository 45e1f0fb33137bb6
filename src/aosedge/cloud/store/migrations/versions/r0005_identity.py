"""Renewals of Units' certificates, and the sealed passwords of their nodes."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    """Units that are there have no passwords: they renew by themselves, or are registered anew."""
    op.create_table(
        "renewals",
        sa.Column("unit", sa.Text(), nullable=False),
        sa.Column("type", sa.Text(), nullable=False),
        sa.Column("node", sa.Text(), nullable=False),
        sa.Column("serial", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("asked_at", sa.BigInteger(), nullable=False),
        sa.Column("new_serial", sa.Text(), server_default="", nullable=False),
        sa.Column("confirmed", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.Column("seen", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.Column("error", sa.Text(), server_default="", nullable=False),
        sa.ForeignKeyConstraint(["unit"], ["units.id"], name=op.f("fk_renewals_unit"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("unit", "type", "node", name=op.f("pk_renewals")),
    )
    op.create_table(
        "unit_secrets",
        sa.Column("unit", sa.Text(), nullable=False),
        sa.Column("node", sa.Text(), nullable=False),
        sa.Column("secret", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["unit"], ["units.id"], name=op.f("fk_unit_secrets_unit"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("unit", "node", name=op.f("pk_unit_secrets")),
    )
    op.create_index(op.f("ix_certificates_not_after"), "certificates", ["not_after"])
