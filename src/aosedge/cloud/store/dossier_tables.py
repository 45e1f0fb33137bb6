"""Tables of what is kept of campaigns for their dossiers."""

from sqlalchemy import Column, Index, Table, Text

from aosedge.cloud.store.columns import key, to, words
from aosedge.cloud.store.tables import metadata

campaign_configurations = Table(
    "campaign_configurations",
    metadata,
    to("campaign", "campaigns.id", cascade=True, key=True),
    key("unit"),  # no foreign key: what was frozen stays when the Unit is removed
    words("system_uid"),
    Column("before", Text),
    Column("before_deployment", Text),
    Column("before_reported", Text),
    Column("after", Text),
    Column("after_deployment", Text),
    Column("after_reported", Text),
    Index(None, "before"),
    Index(None, "after"),
)
