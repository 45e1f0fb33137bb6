"""The table of Units whose connections took each other's place."""

from sqlalchemy import BigInteger, Column, Index, Table

from aosedge.cloud.store.columns import number, to, words
from aosedge.cloud.store.tables import metadata

takeovers = Table(
    "takeovers",
    metadata,
    to("unit", "units.id", cascade=True, key=True),
    words("older"),
    words("newer"),
    number("at"),
    number("since"),
    number("times"),
    Column("suspected_at", BigInteger),
    Index(None, "suspected_at"),
)
