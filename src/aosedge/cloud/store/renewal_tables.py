"""Tables of renewing Units' certificates."""

from sqlalchemy import Boolean, Column, Table, false

from aosedge.cloud.store.columns import key, number, to, words
from aosedge.cloud.store.tables import metadata

renewals = Table(
    "renewals",
    metadata,
    to("unit", "units.id", cascade=True, key=True),
    key("type"),
    key("node"),
    words("serial"),
    words("state"),
    number("asked_at"),
    words("new_serial", ""),
    Column("confirmed", Boolean, nullable=False, server_default=false()),
    Column("seen", Boolean, nullable=False, server_default=false()),
    words("error", ""),
)

unit_secrets = Table(
    "unit_secrets",
    metadata,
    to("unit", "units.id", cascade=True, key=True),
    key("node"),
    words("secret"),
)
