"""Members of a Unit found with their later waves, and waiting Units in the order they are compiled in, by indexes."""

import sqlalchemy as sa
from alembic import op

revision = "0027"
down_revision = "0026"


def upgrade() -> None:
    """The same rows."""
    columns = ["unit", "campaign", "wave", "state"]
    op.create_index(op.f("ix_campaign_members_unit_campaign_wave_state"), "campaign_members", columns)
    op.drop_index(op.f("ix_campaign_members_unit_state"), "campaign_members")
    op.drop_index("ix_units_dirty", "units")
    op.create_index(
        "ix_units_dirty",
        "units",
        ["connection"],
        sqlite_where=sa.text("target_dirty = 1"),
        postgresql_where=sa.text("target_dirty"),
    )
