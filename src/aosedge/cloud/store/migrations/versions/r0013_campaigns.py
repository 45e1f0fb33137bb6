"""Campaigns, their members, and what they released to Units; the severity of alerts."""

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"


def upgrade() -> None:
    """No campaign is known yet; alerts from before count for none."""
    op.create_table(
        "campaigns",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("tenant", sa.Text(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("bundle", sa.Text(), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.Column("created_by", sa.Text(), nullable=True),
        sa.Column("policy", sa.Text(), nullable=False),
        sa.Column("selection", sa.Text(), nullable=False),
        sa.Column("fleet", sa.Text(), nullable=True),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), server_default="", nullable=False),
        sa.Column("waves", sa.Text(), nullable=False),
        sa.Column("starts", sa.Text(), nullable=False),
        sa.Column("starts_at", sa.BigInteger(), nullable=True),
        sa.Column("revision", sa.BigInteger(), server_default=sa.text("1"), nullable=False),
        sa.Column("plan_digest", sa.Text(), server_default="", nullable=False),
        sa.Column("approved_digest", sa.Text(), server_default="", nullable=False),
        sa.Column("look_at", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(["bundle"], ["bundles.id"], name=op.f("fk_campaigns_bundle")),
        sa.ForeignKeyConstraint(["tenant"], ["organizations.id"], name=op.f("fk_campaigns_tenant")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_campaigns")),
    )
    op.create_index(op.f("ix_campaigns_look_at"), "campaigns", ["look_at"])
    op.create_index(op.f("ix_campaigns_tenant_created_at"), "campaigns", ["tenant", "created_at"])
    op.add_column("alerts", sa.Column("severity", sa.Text(), server_default="info", nullable=False))
    _members()


def _members() -> None:
    op.create_table(
        "campaign_exclusions",
        sa.Column("campaign", sa.Text(), nullable=False),
        sa.Column("unit", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["campaign"], ["campaigns.id"], name=op.f("fk_campaign_exclusions_campaign"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["unit"], ["units.id"], name=op.f("fk_campaign_exclusions_unit"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("campaign", "unit", name=op.f("pk_campaign_exclusions")),
    )
    op.create_table(
        "campaign_members",
        sa.Column("campaign", sa.Text(), nullable=False),
        sa.Column("wave", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("unit", sa.Text(), nullable=False),
        sa.Column("place", sa.BigInteger(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), server_default="", nullable=False),
        sa.Column("before", sa.Text(), nullable=False),
        sa.Column("offered_at", sa.BigInteger(), nullable=True),
        sa.Column("active_at", sa.BigInteger(), nullable=True),
        sa.Column("ended_at", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(
            ["campaign"], ["campaigns.id"], name=op.f("fk_campaign_members_campaign"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["unit"], ["units.id"], name=op.f("fk_campaign_members_unit"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("campaign", "wave", "unit", name=op.f("pk_campaign_members")),
    )
    op.create_index(
        op.f("ix_campaign_members_campaign_wave_state_place"),
        "campaign_members",
        ["campaign", "wave", "state", "place"],
    )
    op.create_index(op.f("ix_campaign_members_unit"), "campaign_members", ["unit"])
    _releases()


def _releases() -> None:
    op.create_table(
        "unit_releases",
        sa.Column("unit", sa.Text(), nullable=False),
        sa.Column("campaign", sa.Text(), nullable=False),
        sa.Column("bundle", sa.Text(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["bundle"], ["bundles.id"], name=op.f("fk_unit_releases_bundle")),
        sa.ForeignKeyConstraint(["campaign"], ["campaigns.id"], name=op.f("fk_unit_releases_campaign")),
        sa.ForeignKeyConstraint(["unit"], ["units.id"], name=op.f("fk_unit_releases_unit"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("unit", "campaign", name=op.f("pk_unit_releases")),
    )
