"""Budgets of Units at risk, and what a campaign has of its organization's."""

import sqlalchemy as sa
from alembic import op

revision = "0020"
down_revision = "0019"


def upgrade() -> None:
    """No organization has one."""
    op.add_column("campaigns", sa.Column("share", sa.Text(), nullable=True))
    op.create_table(
        "risk_budgets",
        sa.Column("tenant", sa.Text(), nullable=False),
        sa.Column("most", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["tenant"], ["organizations.id"], name=op.f("fk_risk_budgets_tenant"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("tenant", name=op.f("pk_risk_budgets")),
    )
