"""Tables of Verification Batches, their evidence, and how each OEM verifies."""

from sqlalchemy import BigInteger, Boolean, Column, Index, Table, Text, false

from aosedge.cloud.domain.verification.evidence import Totals
from aosedge.cloud.domain.verification.state import Approval, Criteria, Move, Resolution, Trial
from aosedge.cloud.store.columns import document, key, number, to, words
from aosedge.cloud.store.tables import metadata
from aosedge.model.digests import Digest

verification_batches = Table(
    "verification_batches",
    metadata,
    key(),
    to("tenant", "organizations.id"),
    to("bundle", "bundles.id"),
    number("created_at"),
    Column("created_by", Text),  # names for the record: whoever it was may be gone
    Column("uploaded_by", Text),
    Column("automatic", Boolean, nullable=False, server_default=false()),
    Column("fleet", Text),
    document("criteria", Criteria),
    Column("four_eyes", Boolean, nullable=False, server_default=false()),
    words("state"),
    words("reason", ""),
    document("content", dict[str, Digest]),
    document("resolutions", tuple[Resolution, ...]),
    document("approvals", tuple[Approval, ...]),
    document("trial", Trial, null=True),
    document("moves", tuple[Move, ...]),
    Index(None, "tenant", "created_at"),
    Index(None, "bundle"),
    Index(None, "state"),
)

verification_evidence = Table(
    "verification_evidence",
    metadata,
    key(),
    to("batch", "verification_batches.id", cascade=True),
    words("kind"),
    words("title"),
    to("digest", "blobs.digest"),
    number("size_bytes"),
    number("at"),
    Column("added_by", Text),
    document("totals", Totals, null=True),
    document("about", tuple[Digest, ...]),
    Index(None, "batch", "at"),
)

verification_settings = Table(
    "verification_settings",
    metadata,
    to("tenant", "organizations.id", cascade=True, key=True),
    Column("required", Boolean, nullable=False, server_default=false()),
    Column("four_eyes", Boolean, nullable=False, server_default=false()),
    document("criteria", Criteria),
    Column("since", BigInteger),  # verification is asked for; what was in the catalogue by then is as it was
)
