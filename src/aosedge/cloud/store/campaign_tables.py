"""Tables of campaigns: the campaigns, who is in them, and what they released to Units."""

from sqlalchemy import BigInteger, Boolean, Column, Index, Integer, Table, Text, false

from aosedge.cloud.domain.campaigns.members import Items
from aosedge.cloud.domain.campaigns.outline import Outline
from aosedge.cloud.domain.campaigns.policy import Policy
from aosedge.cloud.domain.campaigns.state import Selection, Share, Starts, Wave
from aosedge.cloud.store.columns import document, key, number, to, words
from aosedge.cloud.store.tables import metadata

campaigns = Table(
    "campaigns",
    metadata,
    key(),
    to("tenant", "organizations.id"),
    words("title"),
    to("bundle", "bundles.id"),
    number("created_at"),
    Column("created_by", Text),  # a name for the record: whoever it was may be gone
    document("policy", Policy),
    document("selection", Selection),
    Column("fleet", Text),
    words("state"),
    words("reason", ""),
    document("waves", tuple[Wave, ...]),
    document("starts", Starts),
    Column("starts_at", BigInteger),
    number("revision", 1),
    words("plan_digest", ""),
    words("approved_digest", ""),
    Column("look_at", BigInteger),
    Column("edited_by", Text),
    words("purpose", ""),
    Column("batch", Text),
    document("share", Share, null=True),
    Index(None, "tenant", "created_at"),
    Index(None, "look_at"),
)

campaign_members = Table(
    "campaign_members",
    metadata,
    to("campaign", "campaigns.id", cascade=True, key=True),
    Column("wave", Integer, primary_key=True, autoincrement=False),
    to("unit", "units.id", cascade=True, key=True),
    number("place"),
    words("state"),
    words("reason", ""),
    document("before", Items),
    Column("offered_at", BigInteger),
    Column("active_at", BigInteger),
    Column("ended_at", BigInteger),
    Column("planned", Boolean, nullable=False, server_default=false()),
    words("no_way_back", ""),
    Column("away_since", BigInteger),
    number("download_bytes", 0),
    Column("downloading_at", BigInteger),
    Column("installing_at", BigInteger),
    Index(None, "campaign", "wave", "state", "place"),
    Index(None, "unit", "campaign", "wave", "state"),
)

campaign_exclusions = Table(
    "campaign_exclusions",
    metadata,
    to("campaign", "campaigns.id", cascade=True, key=True),
    to("unit", "units.id", cascade=True, key=True),
    words("reason"),
    words("cause", ""),
    words("detail", ""),
)

campaign_plans = Table(
    "campaign_plans",
    metadata,
    to("campaign", "campaigns.id", cascade=True, key=True),
    document("outline", Outline),
)

risk_budgets = Table(
    "risk_budgets", metadata, to("tenant", "organizations.id", cascade=True, key=True), number("most")
)

unit_releases = Table(
    "unit_releases",
    metadata,
    to("unit", "units.id", cascade=True, key=True),
    to("campaign", "campaigns.id", key=True),
    to("bundle", "bundles.id"),
    number("at"),
)
