"""Plans that were kept, to be read back; and what members took, to foretell what others will."""

from typing import Any, Final

import msgspec
from sqlalchemy import Connection, Select, select

from aosedge.cloud.domain.access.callers import Scope
from aosedge.cloud.domain.campaigns.expected import Measured, Rates, rates_of
from aosedge.cloud.domain.campaigns.fitting import BY_FIGURES, Lack
from aosedge.cloud.domain.campaigns.members import Items
from aosedge.cloud.domain.campaigns.outline import Outline
from aosedge.cloud.domain.campaigns.state import Campaign
from aosedge.cloud.domain.pages import Page, Window
from aosedge.cloud.store import rows
from aosedge.cloud.store.campaign_tables import campaign_exclusions, campaign_members, campaign_plans, campaigns
from aosedge.cloud.store.paces import zones_of
from aosedge.cloud.store.tables import units
from aosedge.cloud.store.units import within
from aosedge.model.errors import NotFound
from aosedge.model.ids import CampaignId, SystemId, UnitId
from aosedge.model.instants import Instant

CAMPAIGNS_MOST: Final = 10
"""Newest ones that began, whose members are measured."""
MEMBERS_MOST: Final = 100
"""Of each that are looked at."""


class PlannedMember(msgspec.Struct, frozen=True):
    """A Unit as it was planned, for people."""

    unit: UnitId
    system_uid: SystemId
    wave: int
    before: Items
    no_way_back: str
    away_since: Instant | None
    download_bytes: int


class CampaignPlans:
    """Plans of campaigns. Whoever has one has found the campaign within their scope; Units are those of the scope."""

    def __init__(self, connection: Connection, scope: Scope) -> None:
        self._connection, self._scope = connection, scope

    def put(self, id: CampaignId, outline: Outline) -> None:
        """Keep the plan in the place of the one before."""
        statement = rows.insert_into(self._connection, campaign_plans).values(campaign=id, outline=outline)
        changed = {"outline": statement.excluded.outline}
        self._connection.execute(statement.on_conflict_do_update(index_elements=["campaign"], set_=changed))

    def get(self, id: CampaignId) -> Outline:
        """Raises NotFound where none was drawn up, or kept."""
        query = select(campaign_plans.c.outline).where(campaign_plans.c.campaign == id)
        found: Outline | None = self._connection.execute(query).scalar_one_or_none()
        if found is None:
            raise NotFound("plan", id)
        return found

    def members(
        self,
        id: CampaignId,
        window: Window = Window(),
        *,
        wave: int | None = None,
        no_way_back: bool | None = None,
        offline: bool | None = None,
        order: str = "wave",
    ) -> Page[PlannedMember]:
        """Who was planned for which wave, with what it had then."""
        m = campaign_members.c
        columns = (m.unit, m.wave, m.before, m.no_way_back, m.away_since, m.download_bytes)
        query: Select[Any] = select(*columns, units.c.system_uid).join(units, units.c.id == m.unit)
        query = within(query, self._scope).where(m.campaign == id, m.planned)
        if wave is not None:
            query = query.where(m.wave == wave)
        if no_way_back is not None:
            query = query.where((m.no_way_back != "") == no_way_back)
        if offline is not None:
            query = query.where(m.away_since.is_not(None) == offline)
        return rows.page(self._connection, query, PlannedMember, window, order, ("wave", "system_uid"))

    def short(self, id: CampaignId) -> dict[UnitId, Lack]:
        """Whom the plan that is kept leaves out by figures that change all the while."""
        e = campaign_exclusions.c
        query = select(e.unit, e.cause, e.reason, e.detail).where(e.campaign == id, e.cause.in_(BY_FIGURES))
        return {row.unit: Lack(row.cause, row.reason, row.detail) for row in self._connection.execute(query)}

    def rates(self, of: Campaign) -> Rates:
        """What members of the last campaigns of its organization took."""
        found = self._begun(of)
        counts = [wave.counts for each in found for wave in each.waves if wave.undoes is None and wave.counts]
        measured = [member for each in found for member in self._measured(each.id)]
        return rates_of(measured, sum(c.failures for c in counts), sum(c.results for c in counts))

    def spans(self, of: Campaign) -> tuple[int, ...]:
        """From the offer until active, of each that `rates` measures."""
        measured = [member for each in self._begun(of) for member in self._measured(each.id)]
        return tuple(member.active_at - member.offered_at for member in measured)

    def away(self, of: Campaign) -> tuple[tuple[int, Instant | None], ...]:
        """Planned members that are offline by now: the wave of each, and when it was seen last."""
        m = campaign_members.c
        query = select(m.wave, units.c.last_seen).join(units, units.c.id == m.unit)
        query = query.where(m.campaign == of.id, m.planned, units.c.connectivity == "Offline")
        return tuple((wave, seen) for wave, seen in self._connection.execute(query.order_by(m.wave, m.place)))

    def zones(self, id: CampaignId) -> tuple[tuple[int, str], ...]:
        """The wave and the time zone of each planned member."""
        m = campaign_members.c
        planned = select(m.unit, m.wave).where(m.campaign == id, m.planned)
        zones = zones_of(self._connection, planned.with_only_columns(m.unit))
        return tuple(
            (wave, zones[unit]) for unit, wave in self._connection.execute(planned.order_by(m.place, m.unit))
        )

    def _begun(self, of: Campaign) -> tuple[Campaign, ...]:
        query = select(*(column for column in campaigns.c if column.name != "look_at"))
        begun = campaigns.c.state.not_in(("draft", "planned", "scheduled"))
        query = query.where(campaigns.c.tenant == of.tenant, begun)
        query = query.order_by(campaigns.c.created_at.desc(), campaigns.c.id).limit(CAMPAIGNS_MOST)
        return rows.every(self._connection, query, Campaign)

    def _measured(self, id: CampaignId) -> tuple[Measured, ...]:
        m = campaign_members.c
        query = select(m.offered_at, m.downloading_at, m.installing_at, m.active_at, m.download_bytes)
        query = query.where(m.campaign == id, m.state == "succeeded", m.download_bytes > 0)
        query = query.where(m.offered_at.is_not(None), m.active_at >= m.offered_at)
        return rows.every(self._connection, query.order_by(m.active_at.desc()).limit(MEMBERS_MOST), Measured)
