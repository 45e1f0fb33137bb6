"""The table of services' state."""

from sqlalchemy import Column, Index, Integer, LargeBinary, Table

from aosedge.cloud.store.columns import key, number, to, words
from aosedge.cloud.store.tables import metadata

service_states = Table(
    "service_states",
    metadata,
    to("subject", "subjects.id", cascade=True, key=True),
    to("item", "items.id", cascade=True, key=True),
    Column("instance", Integer, primary_key=True, autoincrement=False),
    key("place"),
    words("checksum", ""),
    number("size_bytes", 0),
    words("unit", ""),
    number("reported_at", 0),
    words("holder", ""),
    number("held_at", 0),
    Column("content", LargeBinary),
    Index(None, "item"),
)
