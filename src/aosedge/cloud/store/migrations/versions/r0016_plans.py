"""Plans that can be read back, what was planned for each member, and when it began to download and to install."""

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0015"


def upgrade() -> None:
    """Of campaigns from before, no plan was kept."""
    op.create_table(
        "campaign_plans",
        sa.Column("campaign", sa.Text(), nullable=False),
        sa.Column("outline", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["campaign"], ["campaigns.id"], name=op.f("fk_campaign_plans_campaign"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("campaign", name=op.f("pk_campaign_plans")),
    )
    members: tuple[sa.Column[Any], ...] = (
        sa.Column("planned", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.Column("no_way_back", sa.Text(), server_default="", nullable=False),
        sa.Column("away_since", sa.BigInteger(), nullable=True),
        sa.Column("download_bytes", sa.BigInteger(), server_default=sa.text("0"), nullable=False),
        sa.Column("downloading_at", sa.BigInteger(), nullable=True),
        sa.Column("installing_at", sa.BigInteger(), nullable=True),
    )
    for column in members:
        op.add_column("campaign_members", column)
    for name in ("cause", "detail"):
        op.add_column("campaign_exclusions", sa.Column(name, sa.Text(), server_default="", nullable=False))
    op.add_column("versions", sa.Column("ram_bytes", sa.BigInteger(), server_default=sa.text("0"), nullable=False))
