"""From when on an organization asks for verification, also of what is followed."""

import sqlalchemy as sa
from alembic import op

revision = "0023"
down_revision = "0022"


def upgrade() -> None:
    """Whoever asks for it has done so from now on: what runs somewhere goes on."""
    op.add_column("verification_settings", sa.Column("since", sa.BigInteger(), nullable=True))
    op.execute(
        sa.text(
            """INSERT INTO verification_settings (tenant, required, four_eyes, criteria)
            SELECT DISTINCT tenant, false, false, '{}' FROM unit_sets WHERE verification
            AND tenant NOT IN (SELECT tenant FROM verification_settings)"""
        )
    )
    op.execute(
        sa.text(
            """UPDATE verification_settings SET since = (SELECT COALESCE(MAX(created_at), 0) FROM versions)
            WHERE required OR tenant IN (SELECT tenant FROM unit_sets WHERE verification)"""
        )
    )
