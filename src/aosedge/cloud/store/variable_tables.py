"""The table of environment variables that are set on Units for a while."""

from sqlalchemy import BigInteger, Boolean, Column, Table, false

from aosedge.cloud.store.columns import key, number, to, words
from aosedge.cloud.store.tables import metadata

unit_variables = Table(
    "unit_variables",
    metadata,
    to("unit", "units.id", cascade=True, key=True),
    key("item"),
    key("subject"),
    Column("instance", BigInteger, primary_key=True, autoincrement=False),
    key("name"),
    words("secret"),
    number("until"),
    number("set_at"),
    Column("cleared", Boolean, nullable=False, server_default=false()),
    number("instances", 0),
    words("error", ""),
    Column("heard_at", BigInteger, nullable=True),
)
