"""What campaigns are for, and what each Unit ran when one began and when it ended."""

import sqlalchemy as sa
from alembic import op

revision = "0017"
down_revision = "0016"

_BEGUN = """
INSERT INTO campaign_configurations (campaign, unit, system_uid)
SELECT DISTINCT m.campaign, m.unit, units.system_uid
FROM campaign_members AS m JOIN units ON units.id = m.unit JOIN campaigns ON campaigns.id = m.campaign
WHERE campaigns.state NOT IN ('draft', 'planned', 'scheduled')
"""


def upgrade() -> None:
    """Of campaigns that have begun, what their Units ran before is not known any more."""
    op.add_column("campaigns", sa.Column("purpose", sa.Text(), server_default="", nullable=False))
    op.create_table(
        "campaign_configurations",
        sa.Column("campaign", sa.Text(), nullable=False),
        sa.Column("unit", sa.Text(), nullable=False),
        sa.Column("system_uid", sa.Text(), nullable=False),
        *(
            sa.Column(f"{when}{of}", sa.Text(), nullable=True)
            for when in ("before", "after")
            for of in ("", "_deployment", "_reported")
        ),
        sa.ForeignKeyConstraint(
            ["campaign"], ["campaigns.id"], name=op.f("fk_campaign_configurations_campaign"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("campaign", "unit", name=op.f("pk_campaign_configurations")),
    )
    for when in ("before", "after"):
        op.create_index(op.f(f"ix_campaign_configurations_{when}"), "campaign_configurations", [when])
    op.execute(sa.text(_BEGUN))
