"""What a grant lets be used and seen."""

import secrets

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"


def upgrade() -> None:
    """Grants from before are of all services; what they let see was nothing."""
    op.add_column("grants", sa.Column("services", sa.Text(), nullable=True))
    op.add_column("grants", sa.Column("sees", sa.Text(), server_default="[]", nullable=False))
    op.add_column("grants", sa.Column("secret", sa.Text(), server_default="", nullable=False))
    grants = sa.table("grants", sa.column("oem"), sa.column("sp"), sa.column("secret"))
    for oem, sp in op.get_bind().execute(sa.select(grants.c.oem, grants.c.sp)).all():
        mine = grants.c.oem == oem, grants.c.sp == sp
        op.execute(sa.update(grants).where(*mine).values(secret=secrets.token_hex(16)))
