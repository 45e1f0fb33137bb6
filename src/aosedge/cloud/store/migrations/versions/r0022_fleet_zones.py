"""Fleets have a time zone."""

import sqlalchemy as sa
from alembic import op

revision = "0022"
down_revision = "0021"


def upgrade() -> None:
    """That of those there are is UTC."""
    op.add_column("fleets", sa.Column("timezone", sa.Text(), server_default="", nullable=False))
