"""Organizations' budgets of Units at risk, and what is used of them."""

from sqlalchemy import Connection, Select, delete, select, update

from aosedge.cloud.domain.access.callers import Scope
from aosedge.cloud.domain.campaigns.budget import RiskBudget, at_risk, checked_most, share_of
from aosedge.cloud.domain.campaigns.state import OVER, Campaign, Share
from aosedge.cloud.store import rows
from aosedge.cloud.store.campaign_counts import counts_of
from aosedge.cloud.store.campaign_tables import campaigns, risk_budgets
from aosedge.cloud.store.tables import organizations
from aosedge.model.errors import NotFound
from aosedge.model.ids import OrgId
from aosedge.model.instants import Instant


class RiskBudgets:
    """The budget of the scope's organization, or of any where the scope is all."""

    def __init__(self, connection: Connection, scope: Scope) -> None:
        self._connection, self._scope = connection, scope

    def get(self, organization: OrgId) -> RiskBudget:
        """The budget, and how many are at risk; raises NotFound, for a foreign organization too."""
        mine = select(organizations.c.id).where(organizations.c.id == organization)
        foreign = self._scope.reach != "all" and self._scope.tenant != organization
        if foreign or self._connection.execute(mine).first() is None:
            raise NotFound("organization", organization)
        risked = sum(map(at_risk, begun(self._connection, organization)))
        return RiskBudget(organization, _most(self._connection, organization), risked)

    def put(self, organization: OrgId, most: int | None) -> RiskBudget:
        """Set the budget, or take it away; who is at risk stays so. Raises NotFound, and Invalid."""
        self.get(organization)
        values = {"tenant": organization, "most": checked_most(most)}
        self._connection.execute(delete(risk_budgets).where(risk_budgets.c.tenant == organization))
        if most is not None:
            self._connection.execute(rows.insert_into(self._connection, risk_budgets).values(values))
        return self.get(organization)


def share(connection: Connection, campaign: Campaign, now: Instant) -> Share | None:
    """What the organization's budget leaves this campaign; None where it has none."""
    most = _most(connection, campaign.tenant)
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


def _most(connection: Connection, organization: OrgId) -> int | None:
    query = select(risk_budgets.c.most).where(risk_budgets.c.tenant == organization)
    return connection.execute(query).scalar()
