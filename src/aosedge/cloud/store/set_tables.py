"""Tables of kinds of hardware, labels, sets of Units, and limits."""

from sqlalchemy import BigInteger, Boolean, Column, Index, Table, Text, UniqueConstraint, false

from aosedge.cloud.domain.target_systems import Limits, NodeKind
from aosedge.cloud.store.columns import document, key, number, to, words
from aosedge.cloud.store.tables import metadata

target_systems = Table(
    "target_systems",
    metadata,
    key(),
    to("tenant", "organizations.id"),
    words("title"),
    number("created_at"),
    document("nodes", tuple[NodeKind, ...]),
    document("limits", Limits),
    number("revision", 1),
    UniqueConstraint("tenant", "title"),
)

unit_labels = Table(
    "unit_labels",
    metadata,
    to("unit", "units.id", cascade=True, key=True),
    key("name"),
    words("value"),
    Column("number", BigInteger),
    Column("version_key", Text(collation="C").with_variant(Text(), "sqlite")),
    Index(None, "name", "value"),
)

unit_sets = Table(
    "unit_sets",
    metadata,
    key(),
    to("tenant", "organizations.id"),
    to("fleet", "fleets.id"),
    words("title"),
    number("created_at"),
    Column("selector", Text),
    Column("verification", Boolean, nullable=False, server_default=false()),
    UniqueConstraint("fleet", "title"),
    Index(None, "tenant"),
)

unit_set_members = Table(
    "unit_set_members",
    metadata,
    to("unit_set", "unit_sets.id", cascade=True, key=True),
    to("unit", "units.id", cascade=True, key=True),
    Index(None, "unit"),
)

unit_limits = Table("unit_limits", metadata, to("tenant", "organizations.id", cascade=True, key=True), number("most"))
