"""The register of software identification numbers."""

import sqlalchemy as sa
from alembic import op

from aosedge.cloud.store.rxswin_tables import ONLY_GROWS

revision = "0018"
down_revision = "0017"


def upgrade() -> None:
    """Nothing is registered yet; what will be stays."""
    op.create_table(
        "rxswins",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("tenant", sa.Text(), nullable=False),
        sa.Column("target_system", sa.Text(), nullable=False),
        sa.Column("number", sa.Text(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("items", sa.Text(), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.Column("created_by", sa.Text(), nullable=True),
        sa.Column("note", sa.Text(), server_default="", nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_rxswins")),
        sa.UniqueConstraint(
            "tenant",
            "target_system",
            "number",
            "revision",
            name=op.f("uq_rxswins_tenant_target_system_number_revision"),
        ),
    )
    for statement in ONLY_GROWS[op.get_bind().dialect.name]:
        op.execute(statement)
