"""Which item's instance an alert is about."""

import sqlalchemy as sa
from alembic import op

revision = "0021"
down_revision = "0020"


def upgrade() -> None:
    """Those from before say it too."""
    op.add_column("alerts", sa.Column("item", sa.Text(), nullable=True))
    lite = op.get_bind().dialect.name == "sqlite"
    said = "json_extract(alert, '$.item.id')" if lite else "alert::json -> 'item' ->> 'id'"
    op.execute(f"UPDATE alerts SET item = {said}")
    op.create_index(op.f("ix_alerts_item_at"), "alerts", ["item", "at"])
