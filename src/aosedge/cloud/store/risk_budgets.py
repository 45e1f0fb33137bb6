"""Organizations' budgets of Units at risk, and what is used of them."""

from sqlalchemy import Connection, Select, select, update

from aosedge.cloud.domain.campaigns.budget import at_risk, share_of
from aosedge.cloud.domain.campaigns.state import OVER, Campaign, Share
from aosedge.cloud.store import rows
from aosedge.cloud.store.campaign_counts import counts_of
from aosedge.cloud.store.campaign_tables import campaigns, risk_budgets
from aosedge.cloud.store.limits import most_of
from aosedge.model.ids import OrgId
from aosedge.model.instants import Instant


def units_at_risk(connection: Connection, organization: OrgId) -> int:
    """Of all its campaigns: offered a bundle, and not through its soak."""
    return sum(map(at_risk, begun(connection, organization)))


def share(connection: Connection, campaign: Campaign, now: Instant) -> Share | None:
    """What the organization's budget leaves this campaign; None where it has none."""
    most = most_of(connection, risk_budgets, campaign.tenant)
    if most is None:
        return None
    others = [other for other in begun(connection, campaign.tenant) if other.id != campaign.id]
    return share_of(campaign, others, most, now)


def begun(connection: Connection, organization: OrgId) -> list[Campaign]:
    """Campaigns that may have Units at risk, with how many members of theirs are where by now."""
    query: Select[tuple[object, ...]] = select(*(c for c in campaigns.c if c.name != "look_at"))
    query = query.where(campaigns.c.tenant == organization, campaigns.c.state.not_in(("draft", "planned")))
    found = rows.every(connection, query, Campaign)
    return [counts_of(connection, each) for each in found if each.state not in OVER or at_risk(each)]


def look_at_others(connection: Connection, campaign: Campaign) -> None:
    """There may be more or less room for them."""
    others = (campaigns.c.tenant == campaign.tenant, campaigns.c.id != campaign.id, campaigns.c.state == "running")
    due = campaigns.c.look_at.is_(None) | (campaigns.c.look_at > 0)
    connection.execute(update(campaigns).where(*others, due).values(look_at=0))
