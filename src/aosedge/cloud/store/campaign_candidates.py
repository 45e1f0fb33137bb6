"""The Units that a campaign is for, with all that its plan is drawn up from; few statements, many Units."""

from typing import Any, Final

import msgspec
from sqlalchemy import Connection, Select, Text, not_, select, type_coerce

from aosedge.cloud.domain.access.callers import Scope
from aosedge.cloud.domain.campaigns.machines import Machine, machine
from aosedge.cloud.domain.campaigns.plan import why_not_of
from aosedge.cloud.domain.campaigns.state import Campaign
from aosedge.cloud.domain.selectors import parse_selector
from aosedge.cloud.domain.targets import Intent
from aosedge.cloud.domain.units import Connectivity, Lifecycle
from aosedge.cloud.store.campaign_tables import campaign_exclusions, campaign_members
from aosedge.cloud.store.compiling import Aims, Compiling
from aosedge.cloud.store.documents import Documents
from aosedge.cloud.store.paces import zones_of
from aosedge.cloud.store.selecting import selected
from aosedge.cloud.store.set_tables import unit_set_members
from aosedge.cloud.store.tables import nodes, units, usages
from aosedge.cloud.store.units import within
from aosedge.model.ids import SetId, UnitId
from aosedge.model.instants import Instant
from aosedge.model.windows import UTC_ZONE

NOTHING_SAID: Final = Machine()


class Known(msgspec.Struct, frozen=True, gc=False):
    """A selected Unit: what its target is compiled from, what its nodes are, its sets of those asked for."""

    unit: UnitId
    lifecycle: Lifecycle
    connectivity: Connectivity
    aims: Aims
    machine: Machine
    sets: tuple[SetId, ...]
    last_seen: Instant | None
    usage: bytes | None
    """What the Unit last said that it uses, a `MonitoringData` in JSON."""
    zone: str
    """By which its windows open; UTC where the campaign has none."""


class CampaignCandidates:
    """Units of the scope that a campaign selects."""

    def __init__(self, connection: Connection, scope: Scope) -> None:
        self._connection, self._scope = connection, scope
        self._compiling = Compiling(connection, Documents())

    def of(self, campaign: Campaign) -> tuple[Known, ...]:
        """All of them. Raises Invalid where the selector does not parse."""
        return self._known(campaign, self._chosen(campaign))

    def includes(self, campaign: Campaign, unit: UnitId) -> bool:
        """Whether the campaign selects this Unit. Raises Invalid where the selector does not parse."""
        return self._connection.execute(self._chosen(campaign).where(units.c.id == unit)).first() is not None

    def newcomers(self, campaign: Campaign) -> tuple[Known, ...]:
        """Those that match, are provisioned, and were not there, or not yet provisioned, when it was planned."""
        member, left_out = campaign_members.c, campaign_exclusions.c
        joined = select(member.unit).where(member.campaign == campaign.id, member.unit == units.c.id)
        judged = select(left_out.unit).where(left_out.campaign == campaign.id, left_out.unit == units.c.id)
        judged = judged.where(left_out.reason != why_not_of("new"))
        chosen = self._chosen(campaign).where(units.c.lifecycle == "provisioned", not_(joined.exists()))
        return self._known(campaign, chosen.where(not_(judged.exists())))

    def _known(self, campaign: Campaign, chosen: Select[Any]) -> tuple[Known, ...]:
        columns = (units.c.id, units.c.lifecycle, units.c.connectivity, units.c.target_system, units.c.last_seen)
        found = self._connection.execute(chosen.with_only_columns(*columns).order_by(units.c.id)).all()
        ids = chosen.with_only_columns(units.c.id)
        joined = self._compiling.subjects_of(ids)
        released = self._compiling.releases_of(ids)
        registered = self._registered(ids)
        sets = self._sets(ids, campaign)
        used = self._used(ids)
        zones = zones_of(self._connection, ids) if campaign.policy.timing.has_windows else {}
        return tuple(
            Known(
                *(unit, lifecycle, connectivity),
                aims=Aims(joined.get(unit, ()), target_system, released.get(unit, ()), of.architectures),
                machine=of,
                sets=sets.get(unit, ()),
                last_seen=last_seen,
                usage=used.get(unit),
                zone=zones.get(unit, UTC_ZONE),
            )
            for unit, lifecycle, connectivity, target_system, last_seen in found
            for of in (registered.get(unit, NOTHING_SAID),)
        )

    def intents(self, wanted: set[Aims]) -> dict[Aims, Intent]:
        """The intent behind each."""
        return self._compiling.intents(wanted)

    def _chosen(self, campaign: Campaign) -> Select[Any]:
        selection = campaign.selection
        query = within(select(units), self._scope).where(units.c.tenant == campaign.tenant)
        if selection.fleets:
            query = query.where(units.c.fleet.in_(selection.fleets))
        if selection.sets:
            members = select(unit_set_members.c.unit).where(unit_set_members.c.unit_set.in_(selection.sets))
            query = query.where(units.c.id.in_(members))
        if selection.units:
            query = query.where(units.c.id.in_(selection.units))
        if selection.selector is not None:
            query = selected(query, parse_selector(selection.selector))
        return query

    def _registered(self, ids: Select[Any]) -> dict[UnitId, Machine]:
        """Equal ones are read once."""
        found: dict[UnitId, tuple[bytes, ...]] = {}
        for unit, info in self._connection.execute(
            select(nodes.c.unit, nodes.c.info).where(nodes.c.unit.in_(ids))
        ).all():
            found[unit] = (*found.get(unit, ()), info)
        machines = {infos: machine(infos) for infos in set(found.values())}
        return {unit: machines[infos] for unit, infos in found.items()}

    def _used(self, ids: Select[Any]) -> dict[UnitId, bytes]:
        query = select(usages.c.unit, type_coerce(usages.c.body, Text)).where(usages.c.unit.in_(ids))
        return {unit: body.encode() for unit, body in self._connection.execute(query).all()}

    def _sets(self, ids: Select[Any], campaign: Campaign) -> dict[UnitId, tuple[SetId, ...]]:
        wanted = {SetId(name) for wave in campaign.policy.waves for name in wave.sets}
        if not wanted:
            return {}
        member = unit_set_members.c
        query = select(member.unit, member.unit_set).where(member.unit.in_(ids), member.unit_set.in_(wanted))
        found: dict[UnitId, tuple[SetId, ...]] = {}
        for unit, unit_set in self._connection.execute(query):
            found[unit] = (*found.get(unit, ()), unit_set)
        return found
