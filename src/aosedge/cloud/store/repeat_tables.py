"""The table of answers to commands that have a key."""

from sqlalchemy import Index, Table

from aosedge.cloud.store.columns import key, number, to, words
from aosedge.cloud.store.tables import metadata

answers = Table(
    "answers",
    metadata,
    to("user", "users.id", cascade=True, key=True),
    key("key"),
    words("asked"),
    number("at"),
    words("body"),
    Index(None, "at"),
)
