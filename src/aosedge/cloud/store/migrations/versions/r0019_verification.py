"""Verification Batches, their evidence, and how each OEM verifies."""

import sqlalchemy as sa
from alembic import op

revision = "0019"
down_revision = "0018"


def upgrade() -> None:
    """Nothing is verified yet, and no campaign is a trial."""
    _batches()
    _evidence()
    op.create_table(
        "verification_settings",
        sa.Column("tenant", sa.Text(), nullable=False),
        sa.Column("required", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.Column("four_eyes", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.Column("criteria", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["tenant"], ["organizations.id"], name=op.f("fk_verification_settings_tenant"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("tenant", name=op.f("pk_verification_settings")),
    )
    op.add_column("campaigns", sa.Column("batch", sa.Text(), nullable=True))


def _batches() -> None:
    op.create_table(
        "verification_batches",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("tenant", sa.Text(), nullable=False),
        sa.Column("bundle", sa.Text(), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.Column("created_by", sa.Text(), nullable=True),
        sa.Column("uploaded_by", sa.Text(), nullable=True),
        sa.Column("automatic", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.Column("fleet", sa.Text(), nullable=True),
        sa.Column("criteria", sa.Text(), nullable=False),
        sa.Column("four_eyes", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), server_default="", nullable=False),
        sa.Column("content", sa.Text(), nullable=False),
        sa.Column("resolutions", sa.Text(), nullable=False),
        sa.Column("approvals", sa.Text(), nullable=False),
        sa.Column("trial", sa.Text(), nullable=True),
        sa.Column("moves", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["tenant"], ["organizations.id"], name=op.f("fk_verification_batches_tenant")),
        sa.ForeignKeyConstraint(["bundle"], ["bundles.id"], name=op.f("fk_verification_batches_bundle")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_verification_batches")),
    )
    op.create_index(
        op.f("ix_verification_batches_tenant_created_at"), "verification_batches", ["tenant", "created_at"]
    )
    op.create_index(op.f("ix_verification_batches_bundle"), "verification_batches", ["bundle"])
    op.create_index(op.f("ix_verification_batches_state"), "verification_batches", ["state"])


def _evidence() -> None:
    op.create_table(
        "verification_evidence",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("batch", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("digest", sa.Text(), nullable=False),
        sa.Column("size_bytes", sa.BigInteger(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("added_by", sa.Text(), nullable=True),
        sa.Column("totals", sa.Text(), nullable=True),
        sa.Column("about", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["batch"], ["verification_batches.id"], name=op.f("fk_verification_evidence_batch"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["digest"], ["blobs.digest"], name=op.f("fk_verification_evidence_digest")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_verification_evidence")),
    )
    op.create_index(op.f("ix_verification_evidence_batch_at"), "verification_evidence", ["batch", "at"])
