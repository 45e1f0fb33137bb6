"""Every table of the cloud, with those of `*_tables`. The migrations under `migrations/` lead to exactly this."""

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    Table,
    Text,
    UniqueConstraint,
    false,
    text,
    true,
)

from aosedge.cloud.domain.catalogue import Dependency, ImageOfVersion
from aosedge.cloud.domain.statuses import Actual
from aosedge.cloud.domain.targets import Reason
from aosedge.cloud.store.columns import Json
from aosedge.cloud.store.columns import document as _document
from aosedge.cloud.store.columns import key as _key
from aosedge.cloud.store.columns import number as _number
from aosedge.cloud.store.columns import to as _to
from aosedge.cloud.store.columns import words as _text
from aosedge.model.bundle.rejections import Rejection
from aosedge.protocol.messages.from_unit import AnyAlert, MonitoringData
from aosedge.protocol.service_states import MOST_BYTES

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
        "pk": "pk_%(table_name)s",
    }
)

Words = tuple[str, ...]

settings = Table("settings", metadata, _key("name"), _text("value"))

organizations = Table(
    "organizations",
    metadata,
    _key(),
    _text("kind"),
    _text("title"),
    _number("created_at"),
    Column("active", Boolean, nullable=False, server_default=true()),
)

grants = Table(
    "grants",
    metadata,
    _to("oem", "organizations.id", key=True),
    _to("sp", "organizations.id", key=True),
    _number("created_at", 0),
    _document("services", Words, null=True),
    Column("sees", Json(Words), nullable=False, server_default="[]"),
    _text("secret", ""),
)

users = Table(
    "users",
    metadata,
    _key(),
    _to("org", "organizations.id"),
    _text("role"),
    _text("username"),
    _text("email", ""),
    Column("active", Boolean, nullable=False, server_default=true()),
    _number("created_at"),
    _document("groups", Words, null=True),
    Column("permissions", Json(Words), nullable=False, server_default="[]"),
    UniqueConstraint("username"),
    Index(None, "org"),
)

invitations = Table(
    "invitations",
    metadata,
    _key(),
    _to("user", "users.id", cascade=True),
    _text("role"),
    _text("token_hash"),
    _number("created_at"),
    _number("expires_at"),
    _text("created_by"),
    Column("used_at", BigInteger),
    Column("withdrawn", Boolean, nullable=False, server_default=false()),
    UniqueConstraint("token_hash"),
    Index(None, "user"),
)

api_tokens = Table(
    "api_tokens",
    metadata,
    _key(),
    _to("user", "users.id", cascade=True),
    _text("title"),
    _text("token_hash"),
    _document("scopes", Words),
    _number("created_at"),
    _number("expires_at"),
    Column("last_used_at", BigInteger),
    UniqueConstraint("token_hash"),
    Index(None, "user"),
)

certificates = Table(
    "certificates",
    metadata,
    _key("serial"),
    _text("kind"),
    _text("owner"),
    _text("type"),
    _text("node", ""),
    _text("fingerprint"),
    _number("not_after"),
    _number("created_at"),
    _text("pem"),
    _text("state"),
    Index(None, "kind", "owner"),
    Index(None, "not_after"),
)

fleets = Table(
    "fleets",
    metadata,
    _key(),
    _to("tenant", "organizations.id"),
    _text("title"),
    _number("created_at"),
    Column("timezone", Text, nullable=False, server_default=""),
    UniqueConstraint("tenant", "title"),
)

user_fleets = Table(
    "user_fleets",
    metadata,
    _to("user", "users.id", cascade=True, key=True),
    _to("fleet", "fleets.id", cascade=True, key=True),
)

units = Table(
    "units",
    metadata,
    _key(),
    _to("tenant", "organizations.id"),
    _to("fleet", "fleets.id"),
    _text("system_uid"),
    _text("model"),
    _text("model_version", ""),
    _number("created_at"),
    _text("lifecycle"),
    _text("connectivity"),
    _text("deployment"),
    _text("reason", ""),
    Column("target_dirty", Boolean, nullable=False, server_default=true()),
    _text("connection", ""),
    Column("last_seen", BigInteger),
    Column("target_system", Text),  # no foreign key: SQLite cannot add a named one to a table that is there
    UniqueConstraint("system_uid"),
    Index(None, "tenant", "fleet"),
    Index(None, "fleet"),
    Index(None, "target_system"),
)
Index(
    "ix_units_dirty",
    units.c.connection,
    sqlite_where=text("target_dirty = 1"),  # as a query says it: SQLite takes no other words for the same
    postgresql_where=units.c.target_dirty,
)

nodes = Table(
    "nodes",
    metadata,
    _to("unit", "units.id", cascade=True, key=True),
    _key("name"),
    _text("type", ""),
    _text("title", ""),
    Column("main", Boolean, nullable=False, server_default=false()),
    Column("info", LargeBinary, nullable=False),
    _text("shall", ""),
    _text("shall_why", ""),
    Column("shall_since", BigInteger),
)

subjects = Table(
    "subjects",
    metadata,
    _key(),
    _to("tenant", "organizations.id"),
    _text("title"),
    _text("kind"),
    _number("created_at"),
    UniqueConstraint("tenant", "title"),
)

subject_units = Table(
    "subject_units",
    metadata,
    _to("subject", "subjects.id", cascade=True, key=True),
    _to("unit", "units.id", cascade=True, key=True),
    Index(None, "unit", "subject"),
)

items = Table(
    "items",
    metadata,
    _key(),
    _to("owner", "organizations.id"),
    _text("codename"),
    _text("type"),
    _text("title", ""),
    _text("description", ""),
    _number("created_at"),
    UniqueConstraint("owner", "codename", "type"),
)

bundles = Table(
    "bundles",
    metadata,
    _key(),
    _to("owner", "organizations.id"),
    _text("state"),
    _number("created_at"),
    _to("uploaded_by", "users.id", null=True),
    _text("filename", ""),
    _text("digest", ""),
    _number("size_bytes", 0),
    _document("rejections", tuple[Rejection, ...]),
    Index(None, "owner", "created_at"),
)

versions = Table(
    "versions",
    metadata,
    _key(),
    _to("item", "items.id"),
    _text("version"),
    _text("index_digest"),
    _to("bundle", "bundles.id"),
    _text("state"),
    _number("created_at"),
    _document("images", tuple[ImageOfVersion, ...]),
    _document("dependencies", tuple[Dependency, ...]),
    _number("num_instances", 1),
    _number("priority", 0),
    _document("labels", Words),
    _number("state_limit", MOST_BYTES),  # of versions from before this was known: the Unit knows it
    Column("default_state", Text),
    _number("ram_bytes", 0),
    UniqueConstraint("item", "version"),
    Index(None, "bundle"),
    Index(None, "index_digest"),
)

blobs = Table("blobs", metadata, _key("digest"), _text("sha3_256"), _number("size_bytes"))

blob_refs = Table(
    "blob_refs",
    metadata,
    _to("version", "versions.id", cascade=True, key=True),
    _to("digest", "blobs.digest", key=True),
    Index(None, "digest"),
)

assignments = Table(
    "assignments",
    metadata,
    _key(),
    _to("tenant", "organizations.id"),
    _to("subject", "subjects.id", cascade=True),
    _number("created_at"),
    _to("item", "items.id", null=True),
    _to("bundle", "bundles.id", null=True),
    Column("version", Text),
    Column("num_instances", Integer),
    Column("priority", Integer),
    _document("labels", Words, null=True),
    Index(None, "subject"),
    Index(None, "item"),
    Index(None, "bundle"),
)

target_documents = Table("target_documents", metadata, _key("digest"), Column("body", LargeBinary, nullable=False))

unit_targets = Table(
    "unit_targets",
    metadata,
    _to("unit", "units.id", cascade=True, key=True),
    _number("epoch", 0),
    _number("number", 0),
    Column("digest", Text, ForeignKey("target_documents.digest")),
    _document("reasons", tuple[Reason, ...]),
    _text("problem", ""),
    _text("left_out", ""),
    _number("compiled_at", 0),
    Index(None, "digest"),
)

generation_floors = Table("generation_floors", metadata, _key("system_uid"), _number("epoch"), _number("number"))

statuses = Table(
    "statuses",
    metadata,
    _to("unit", "units.id", cascade=True, key=True),
    _document("body", Actual),
    _number("reported_at"),
    _number("created_at"),
    _text("recent", "[]"),
)

usages = Table(
    "usages",
    metadata,
    _to("unit", "units.id", cascade=True, key=True),
    _document("body", MonitoringData),
    _number("created_at"),
)

alerts = Table(
    "alerts",
    metadata,
    _to("unit", "units.id", cascade=True, key=True),
    _key("txn"),
    Column("number", Integer, primary_key=True, autoincrement=False),
    _number("at"),
    _document("alert", AnyAlert),
    _text("severity", "info"),
    Column("item", Text, nullable=True),
    Index(None, "unit", "at"),
    Index(None, "item", "at"),
)

received = Table(
    "received",
    metadata,
    _to("unit", "units.id", cascade=True, key=True),
    _key("txn"),
    _number("at"),
    _text("type"),
    _text("body"),
    Index(None, "at"),
)

effects = Table(
    "effects",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=True),
    _text("key"),
    _text("topic"),
    _text("payload"),
    UniqueConstraint("key"),
    sqlite_autoincrement=True,
)

audit = Table(
    "audit",
    metadata,
    _key("chain"),
    Column("number", BigInteger, primary_key=True, autoincrement=False),
    _number("at"),
    _text("who"),
    _text("operation"),
    _text("request_id"),
    _text("outcome"),
    _text("origin", ""),
    _text("target", ""),
    _text("detail", ""),
    _text("previous"),
    _text("hash"),
    _text("changes", ""),
    Index(None, "at"),
)

audit_chains = Table(
    "audit_chains",
    metadata,
    _key("chain"),
    _number("first"),
    _text("before"),
    _number("last"),
    _text("hash"),
)
