"""What Units shall be and are, and what the cloud remembers of its own work."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    """Make the tables."""
    _settings()
    _target_documents()
    _unit_targets()
    _generation_floors()
    _statuses()
    _usages()
    _alerts()
    _received()
    _effects()
    _audit()


def _settings() -> None:
    op.create_table(
        "settings",
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("value", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_settings")),
    )


def _target_documents() -> None:
    op.create_table(
        "target_documents",
        sa.Column("digest", sa.Text(), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("digest", name=op.f("pk_target_documents")),
    )


def _unit_targets() -> None:
    op.create_table(
        "unit_targets",
        sa.Column("unit", sa.Text(), nullable=False),
        sa.Column("epoch", sa.BigInteger(), server_default=sa.text("0"), nullable=False),
        sa.Column("number", sa.BigInteger(), server_default=sa.text("0"), nullable=False),
        sa.Column("digest", sa.Text(), nullable=True),
        sa.Column("reasons", sa.Text(), nullable=False),
        sa.Column("problem", sa.Text(), server_default="", nullable=False),
        sa.Column("left_out", sa.Text(), server_default="", nullable=False),
        sa.Column("compiled_at", sa.BigInteger(), server_default=sa.text("0"), nullable=False),
        sa.ForeignKeyConstraint(["digest"], ["target_documents.digest"], name=op.f("fk_unit_targets_digest")),
        sa.ForeignKeyConstraint(["unit"], ["units.id"], name=op.f("fk_unit_targets_unit"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("unit", name=op.f("pk_unit_targets")),
    )
    op.create_index(op.f("ix_unit_targets_digest"), "unit_targets", ["digest"])


def _generation_floors() -> None:
    op.create_table(
        "generation_floors",
        sa.Column("system_uid", sa.Text(), nullable=False),
        sa.Column("epoch", sa.BigInteger(), nullable=False),
        sa.Column("number", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("system_uid", name=op.f("pk_generation_floors")),
    )


def _statuses() -> None:
    op.create_table(
        "statuses",
        sa.Column("unit", sa.Text(), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("reported_at", sa.BigInteger(), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.Column("recent", sa.Text(), server_default="[]", nullable=False),
        sa.ForeignKeyConstraint(["unit"], ["units.id"], name=op.f("fk_statuses_unit"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("unit", name=op.f("pk_statuses")),
    )


def _usages() -> None:
    op.create_table(
        "usages",
        sa.Column("unit", sa.Text(), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["unit"], ["units.id"], name=op.f("fk_usages_unit"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("unit", name=op.f("pk_usages")),
    )


def _alerts() -> None:
    op.create_table(
        "alerts",
        sa.Column("unit", sa.Text(), nullable=False),
        sa.Column("txn", sa.Text(), nullable=False),
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("alert", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["unit"], ["units.id"], name=op.f("fk_alerts_unit"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("unit", "txn", "number", name=op.f("pk_alerts")),
    )
    op.create_index(op.f("ix_alerts_unit_at"), "alerts", ["unit", "at"])


def _received() -> None:
    op.create_table(
        "received",
        sa.Column("unit", sa.Text(), nullable=False),
        sa.Column("txn", sa.Text(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("type", sa.Text(), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["unit"], ["units.id"], name=op.f("fk_received_unit"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("unit", "txn", name=op.f("pk_received")),
    )
    op.create_index(op.f("ix_received_at"), "received", ["at"])


def _effects() -> None:
    op.create_table(
        "effects",
        sa.Column("id", sa.Integer(), autoincrement=True, nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("topic", sa.Text(), nullable=False),
        sa.Column("payload", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_effects")),
        sa.UniqueConstraint("key", name=op.f("uq_effects_key")),
        sqlite_autoincrement=True,
    )


def _audit() -> None:
    op.create_table(
        "audit",
        sa.Column("chain", sa.Text(), nullable=False),
        sa.Column("number", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("who", sa.Text(), nullable=False),
        sa.Column("operation", sa.Text(), nullable=False),
        sa.Column("request_id", sa.Text(), nullable=False),
        sa.Column("outcome", sa.Text(), nullable=False),
        sa.Column("origin", sa.Text(), server_default="", nullable=False),
        sa.Column("target", sa.Text(), server_default="", nullable=False),
        sa.Column("detail", sa.Text(), server_default="", nullable=False),
        sa.Column("previous", sa.Text(), nullable=False),
        sa.Column("hash", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("chain", "number", name=op.f("pk_audit")),
    )
