"""Tables of Units that are not in yet: enrolment keys, and who waits for approval."""

from sqlalchemy import Boolean, Column, Index, Table, Text, UniqueConstraint, false

from aosedge.cloud.domain.provisioning import Registration
from aosedge.cloud.store.columns import document, key, number, to, words
from aosedge.cloud.store.tables import metadata

enrolment_keys = Table(
    "enrolment_keys",
    metadata,
    key(),
    to("tenant", "organizations.id"),
    to("fleet", "fleets.id", cascade=True),
    words("title"),
    words("secret_hash"),
    number("units_most"),
    words("policy"),
    number("created_at"),
    number("expires_at"),
    words("created_by"),
    to("target_system", "target_systems.id", cascade=True, null=True),
    number("used", 0),
    Column("revoked", Boolean, nullable=False, server_default=false()),
    UniqueConstraint("secret_hash"),
    Index(None, "tenant"),
)

waiting_units = Table(
    "waiting_units",
    metadata,
    key(),
    to("tenant", "organizations.id"),
    to("fleet", "fleets.id", cascade=True),
    words("kind"),
    words("unit"),
    words("system_uid"),
    words("fingerprint"),
    words("challenge"),
    document("registration", Registration),
    words("origin"),
    number("created_at"),
    number("expires_at"),
    Column("enrolment_key", Text),
    Column("target_system", Text),
    document("secrets", dict[str, str]),
    words("decided"),
    words("reason"),
    UniqueConstraint("challenge"),
    Index(None, "tenant", "decided"),
    Index(None, "system_uid"),
    Index(None, "expires_at"),
)
