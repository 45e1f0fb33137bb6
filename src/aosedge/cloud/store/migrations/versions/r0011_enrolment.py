"""Enrolment keys, and Units that wait for approval."""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"


def _text(*names: str, nullable: bool = False) -> list[sa.Column[str]]:
    return [sa.Column(name, sa.Text(), nullable=nullable) for name in names]


def _number(*names: str) -> list[sa.Column[int]]:
    return [sa.Column(name, sa.BigInteger(), nullable=False) for name in names]


def _belongs(table: str, column: str, to: str, *, cascade: bool) -> sa.ForeignKeyConstraint:
    name = op.f(f"fk_{table}_{column}")
    return sa.ForeignKeyConstraint([column], [f"{to}.id"], name=name, ondelete="CASCADE" if cascade else None)


def upgrade() -> None:
    """No key was made yet."""
    op.create_table(
        "enrolment_keys",
        *_text("id", "tenant", "fleet", "title", "secret_hash"),
        *_number("units_most"),
        *_text("policy"),
        *_number("created_at", "expires_at"),
        *_text("created_by"),
        *_text("target_system", nullable=True),
        sa.Column("used", sa.BigInteger(), server_default=sa.text("0"), nullable=False),
        sa.Column("revoked", sa.Boolean(), server_default=sa.false(), nullable=False),
        _belongs("enrolment_keys", "tenant", "organizations", cascade=False),
        _belongs("enrolment_keys", "fleet", "fleets", cascade=True),
        _belongs("enrolment_keys", "target_system", "target_systems", cascade=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_enrolment_keys")),
        sa.UniqueConstraint("secret_hash", name=op.f("uq_enrolment_keys_secret_hash")),
    )
    op.create_index(op.f("ix_enrolment_keys_tenant"), "enrolment_keys", ["tenant"])
    op.create_table(
        "waiting_units",
        *_text("id", "tenant", "fleet", "kind", "unit", "system_uid", "fingerprint", "challenge", "registration"),
        *_text("origin"),
        *_number("created_at", "expires_at"),
        *_text("enrolment_key", "target_system", nullable=True),
        *_text("secrets", "decided", "reason"),
        _belongs("waiting_units", "tenant", "organizations", cascade=False),
        _belongs("waiting_units", "fleet", "fleets", cascade=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_waiting_units")),
        sa.UniqueConstraint("challenge", name=op.f("uq_waiting_units_challenge")),
    )
    for columns in (["tenant", "decided"], ["system_uid"], ["expires_at"]):
        op.create_index(op.f(f"ix_waiting_units_{'_'.join(columns)}"), "waiting_units", columns)
