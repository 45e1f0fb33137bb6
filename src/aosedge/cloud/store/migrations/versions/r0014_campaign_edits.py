"""Who changed a campaign last; members of a Unit found by their state."""

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"


def upgrade() -> None:
    """Nobody has changed one since it was planned."""
    op.add_column("campaigns", sa.Column("edited_by", sa.Text(), nullable=True))
    op.create_index(op.f("ix_campaign_members_unit_state"), "campaign_members", ["unit", "state"])
    op.drop_index(op.f("ix_campaign_members_unit"), "campaign_members")
