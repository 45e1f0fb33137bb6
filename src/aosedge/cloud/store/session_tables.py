"""Tables of signing in: passkeys, sessions, and tickets for what takes more than one request."""

from sqlalchemy import BigInteger, Boolean, Column, Index, LargeBinary, Table, UniqueConstraint

from aosedge.cloud.store.columns import key, number, to, words
from aosedge.cloud.store.tables import metadata

web_sessions = Table(
    "web_sessions",
    metadata,
    key(),
    to("user", "users.id", cascade=True),
    words("token_hash"),
    words("how"),
    words("proof"),
    words("device"),
    words("address"),
    number("created_at"),
    number("last_used_at"),
    number("idle_expires_at"),
    number("expires_at"),
    UniqueConstraint("token_hash"),
    Index(None, "user"),
    Index(None, "idle_expires_at"),
)

tickets = Table(
    "tickets",
    metadata,
    key("token_hash"),
    words("purpose"),
    to("user", "users.id", cascade=True, null=True),
    number("created_at"),
    number("expires_at"),
    words("content"),
    Index(None, "expires_at"),
    Index(None, "user"),
    Index(None, "purpose", "created_at"),
)

passkeys = Table(
    "passkeys",
    metadata,
    key(),
    to("user", "users.id", cascade=True),
    words("credential_id"),
    Column("public_key", LargeBinary, nullable=False),
    number("sign_count"),
    words("title"),
    words("aaguid"),
    Column("synced", Boolean, nullable=False),
    number("created_at"),
    Column("last_used_at", BigInteger),
    UniqueConstraint("credential_id"),
    Index(None, "user"),
)

openid_links = Table(
    "openid_links",
    metadata,
    key("issuer"),
    key("subject"),
    to("user", "users.id", cascade=True, key=True),
    number("created_at"),
    Index(None, "user"),
)
