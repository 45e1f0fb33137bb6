"""Kinds of hardware, labels, and sets of Units."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    """Make the tables."""
    _target_systems()
    _unit_labels()
    _unit_sets()
    _unit_limits()


def _target_systems() -> None:
    op.create_table(
        "target_systems",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("tenant", sa.Text(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.Column("nodes", sa.Text(), nullable=False),
        sa.Column("limits", sa.Text(), nullable=False),
        sa.Column("revision", sa.BigInteger(), server_default=sa.text("1"), nullable=False),
        sa.ForeignKeyConstraint(["tenant"], ["organizations.id"], name=op.f("fk_target_systems_tenant")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_target_systems")),
        sa.UniqueConstraint("tenant", "title", name=op.f("uq_target_systems_tenant_title")),
    )
    op.add_column("units", sa.Column("target_system", sa.Text(), nullable=True))
    op.create_index(op.f("ix_units_target_system"), "units", ["target_system"])


def _unit_labels() -> None:
    op.create_table(
        "unit_labels",
        sa.Column("unit", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("value", sa.Text(), nullable=False),
        sa.Column("number", sa.BigInteger(), nullable=True),
        sa.Column("version_key", sa.Text(collation="C").with_variant(sa.Text(), "sqlite"), nullable=True),
        sa.ForeignKeyConstraint(["unit"], ["units.id"], name=op.f("fk_unit_labels_unit"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("unit", "name", name=op.f("pk_unit_labels")),
    )
    op.create_index(op.f("ix_unit_labels_name_value"), "unit_labels", ["name", "value"])


def _unit_sets() -> None:
    op.create_table(
        "unit_sets",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("tenant", sa.Text(), nullable=False),
        sa.Column("fleet", sa.Text(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.Column("selector", sa.Text(), nullable=True),
        sa.Column("verification", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.ForeignKeyConstraint(["tenant"], ["organizations.id"], name=op.f("fk_unit_sets_tenant")),
        sa.ForeignKeyConstraint(["fleet"], ["fleets.id"], name=op.f("fk_unit_sets_fleet")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_unit_sets")),
        sa.UniqueConstraint("fleet", "title", name=op.f("uq_unit_sets_fleet_title")),
    )
    op.create_index(op.f("ix_unit_sets_tenant"), "unit_sets", ["tenant"])
    op.create_table(
        "unit_set_members",
        sa.Column("unit_set", sa.Text(), nullable=False),
        sa.Column("unit", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["unit_set"], ["unit_sets.id"], name=op.f("fk_unit_set_members_unit_set"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["unit"], ["units.id"], name=op.f("fk_unit_set_members_unit"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("unit_set", "unit", name=op.f("pk_unit_set_members")),
    )
    op.create_index(op.f("ix_unit_set_members_unit"), "unit_set_members", ["unit"])


def _unit_limits() -> None:
    op.create_table(
        "unit_limits",
        sa.Column("tenant", sa.Text(), nullable=False),
        sa.Column("most", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["tenant"], ["organizations.id"], name=op.f("fk_unit_limits_tenant"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("tenant", name=op.f("pk_unit_limits")),
    )
