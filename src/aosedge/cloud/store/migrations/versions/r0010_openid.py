"""Users whom people of an OpenID Connect provider have signed in as."""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"


def upgrade() -> None:
    """Nobody has come from a provider yet."""
    op.create_table(
        "openid_links",
        sa.Column("issuer", sa.Text(), nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("user", sa.Text(), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["user"], ["users.id"], name=op.f("fk_openid_links_user"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("issuer", "subject", "user", name=op.f("pk_openid_links")),
    )
    op.create_index(op.f("ix_openid_links_user"), "openid_links", ["user"])
