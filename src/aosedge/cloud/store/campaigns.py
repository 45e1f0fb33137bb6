"""Campaigns as people see them."""

from collections.abc import Iterable
from typing import Any

import msgspec
from sqlalchemy import Connection, Select, delete, false, func, insert, select, update

from aosedge.cloud.domain.access.callers import Scope
from aosedge.cloud.domain.campaigns.baseline import Past
from aosedge.cloud.domain.campaigns.fitting import Cause
from aosedge.cloud.domain.campaigns.state import OVER, Campaign, MemberState
from aosedge.cloud.domain.pages import Page, Window
from aosedge.cloud.store import rows
from aosedge.cloud.store.campaign_tables import campaign_exclusions, campaign_members, campaigns
from aosedge.cloud.store.dossiers import DossierRecords
from aosedge.cloud.store.tables import units, versions
from aosedge.cloud.store.units import within
from aosedge.model.errors import NotFound
from aosedge.model.ids import BundleId, CampaignId, FleetId, SetId, SystemId, UnitId
from aosedge.model.instants import Instant


class Member(msgspec.Struct, frozen=True):
    """A Unit in a wave, for people."""

    unit: UnitId
    system_uid: SystemId
    wave: int
    state: MemberState
    reason: str
    offered_at: Instant | None
    active_at: Instant | None
    ended_at: Instant | None


class LeftOut(msgspec.Struct, frozen=True):
    """A selected Unit that takes no part, for people."""

    unit: UnitId
    system_uid: SystemId
    reason: str
    cause: Cause
    detail: str


class Campaigns:
    """The campaigns of the scope."""

    def __init__(self, connection: Connection, scope: Scope) -> None:
        self._connection, self._scope = connection, scope
        self.dossiers = DossierRecords(connection, scope)

    def _mine(self) -> Select[Any]:
        query, scope = select(*(column for column in campaigns.c if column.name != "look_at")), self._scope
        match scope.reach:
            case "all":
                return query
            case "tenant":
                return query.where(campaigns.c.tenant == scope.tenant)
            case "fleet":
                return query.where(campaigns.c.tenant == scope.tenant, campaigns.c.fleet.in_(scope.fleets or ()))
            case "own" | "none":
                return query.where(false())

    def get(self, id: CampaignId) -> Campaign:
        """Raises NotFound, for a foreign one too."""
        found = rows.one(self._connection, self._mine().where(campaigns.c.id == id), Campaign)
        if found is None:
            raise NotFound("campaign", id)
        return found

    def page(
        self,
        window: Window = Window(),
        *,
        title: str | None = None,
        search: str | None = None,
        state: str | None = None,
        bundle: BundleId | None = None,
        order: str = "-created_at",
    ) -> Page[Campaign]:
        """Campaigns that match every filter given; `search` is a part of the title, in any case."""
        query = self._mine()
        if search is not None:
            query = query.where(campaigns.c.title.icontains(search, autoescape=True))
        for column, value in ((campaigns.c.title, title), (campaigns.c.state, state), (campaigns.c.bundle, bundle)):
            if value is not None:
                query = query.where(column == value)
        return rows.page(self._connection, query, Campaign, window, order, ("created_at", "title", "state"))

    def living(self, besides: CampaignId) -> tuple[Campaign, ...]:
        """Those that are not over and have a plan, without one."""
        query = self._mine().where(campaigns.c.state.not_in((*OVER, "draft")), campaigns.c.id != besides)
        return rows.every(self._connection, query, Campaign)

    def that_are_for(self, chosen: FleetId | SetId) -> tuple[str, ...]:
        """Titles of those that are not over and name this fleet or set."""
        query = self._mine().where(campaigns.c.state.not_in(OVER)).order_by(campaigns.c.title)
        found = rows.every(self._connection, query, Campaign)
        return tuple(campaign.title for campaign in found if chosen in campaign.named)

    def add(self, campaign: Campaign) -> None:
        """Raises NotFound outside the scope."""
        scope = self._scope
        if scope.reach != "all" and campaign.tenant != scope.tenant:
            raise NotFound("organization", campaign.tenant)
        self._check_fleet(campaign)
        self._connection.execute(insert(campaigns).values(rows.values_of(campaign)))

    def put(self, campaign: Campaign, look_at: Instant | None) -> None:
        """Keep what has changed; raises NotFound, for a fleet outside the scope too."""
        self.get(campaign.id)
        self._check_fleet(campaign)
        put_campaign(self._connection, campaign, look_at)

    def _check_fleet(self, campaign: Campaign) -> None:
        scope = self._scope
        if scope.reach == "fleet" and campaign.fleet not in (scope.fleets or ()):
            raise NotFound("fleet", campaign.fleet or "")

    def delete(self, id: CampaignId) -> None:
        """With its members. Raises NotFound."""
        self.get(id)
        self._connection.execute(delete(campaigns).where(campaigns.c.id == id))

    def members(
        self,
        id: CampaignId,
        window: Window = Window(),
        *,
        wave: int | None = None,
        state: str | None = None,
        order: str = "wave",
    ) -> Page[Member]:
        """Its members; raises NotFound."""
        self.get(id)
        named = ("unit", "wave", "state", "reason", "offered_at", "active_at", "ended_at")
        columns = [campaign_members.c[name] for name in named]
        query: Select[Any] = select(*columns, units.c.system_uid).join(units, units.c.id == campaign_members.c.unit)
        query = within(query, self._scope).where(campaign_members.c.campaign == id)
        if wave is not None:
            query = query.where(campaign_members.c.wave == wave)
        if state is not None:
            query = query.where(campaign_members.c.state == state)
        return rows.page(self._connection, query, Member, window, order, ("wave", "state", "system_uid"))

    def exclusions(self, id: CampaignId, window: Window = Window(), *, cause: str | None = None) -> Page[LeftOut]:
        """Who takes no part, and why; raises NotFound."""
        self.get(id)
        e = campaign_exclusions.c
        query: Select[Any] = select(e.unit, units.c.system_uid, e.reason, e.cause, e.detail)
        query = query.join(units, units.c.id == campaign_exclusions.c.unit)
        query = within(query, self._scope).where(campaign_exclusions.c.campaign == id)
        if cause is not None:
            query = query.where(e.cause == cause)
        return rows.page(self._connection, query, LeftOut, window, "unit", ("unit",))

    def reasons(self, id: CampaignId) -> dict[str, int]:
        """Reasons for taking no part, with how many Units each holds for; raises NotFound."""
        self.get(id)
        reason = campaign_exclusions.c.reason
        query = select(reason, func.count()).where(campaign_exclusions.c.campaign == id).group_by(reason)
        return {row[0]: row[1] for row in self._connection.execute(query)}

    def past(self, bundle: BundleId | None = None) -> Past:
        """What came of campaigns that are completed: of all, or of those that brought one of the bundle's items."""
        query = self._mine().where(campaigns.c.state == "completed")
        if bundle is not None:
            items = select(versions.c.item).where(versions.c.bundle == bundle)
            query = query.where(campaigns.c.bundle.in_(select(versions.c.bundle).where(versions.c.item.in_(items))))
        of = rows.every(self._connection, query, Campaign)
        counts = [w.counts for each in of for w in each.waves if w.undoes is None and w.counts is not None]
        return Past(sum(each.results for each in counts), sum(each.failures for each in counts))

    def members_of(self, ids: Iterable[CampaignId]) -> dict[UnitId, CampaignId]:
        """Units that are in the first waves' legs of any of these campaigns, with one of them."""
        query = select(campaign_members.c.unit, campaign_members.c.campaign)
        query = query.where(campaign_members.c.campaign.in_(tuple(ids)))
        return {row[0]: row[1] for row in self._connection.execute(query)}


def put_campaign(connection: Connection, campaign: Campaign, look_at: Instant | None) -> None:
    """Keep a campaign's row; `look_at`: when to look at it again if nothing happens before."""
    changed = rows.values_of(campaign, without=("id", "tenant", "created_at", "created_by"))
    statement = update(campaigns).where(campaigns.c.id == campaign.id).values(**changed, look_at=look_at)
    connection.execute(statement)
