"""What nodes shall be: paused or not."""

import sqlalchemy as sa
from alembic import op

revision = "0025"
down_revision = "0024"


def upgrade() -> None:
    """Nobody paused any."""
    for name in ("shall", "shall_why"):
        op.add_column("nodes", sa.Column(name, sa.Text(), server_default="", nullable=False))
    op.add_column("nodes", sa.Column("shall_since", sa.BigInteger(), nullable=True))
