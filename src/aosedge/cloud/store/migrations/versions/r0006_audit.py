"""What changed before and after in each line of the audit trail, and the ends of its chains apart from the lines."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"

_ENDS = """
INSERT INTO audit_chains (chain, first, before, last, hash)
SELECT audit.chain, 1, '', audit.number, audit.hash
FROM audit
JOIN (SELECT chain, max(number) AS last FROM audit GROUP BY chain) AS newest
ON newest.chain = audit.chain AND newest.last = audit.number
"""


def upgrade() -> None:
    """Each chain ends where it does now."""
    op.add_column("audit", sa.Column("changes", sa.Text(), server_default="", nullable=False))
    op.create_index(op.f("ix_audit_at"), "audit", ["at"])
    op.create_table(
        "audit_chains",
        sa.Column("chain", sa.Text(), nullable=False),
        sa.Column("first", sa.BigInteger(), nullable=False),
        sa.Column("before", sa.Text(), nullable=False),
        sa.Column("last", sa.BigInteger(), nullable=False),
        sa.Column("hash", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("chain", name=op.f("pk_audit_chains")),
    )
    op.execute(sa.text(_ENDS))
