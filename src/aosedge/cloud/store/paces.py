"""When what campaigns released to Units may come."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Connection, Select, and_, select

from aosedge.cloud.domain.campaigns.timing import Timing
from aosedge.cloud.domain.labels import ZONE
from aosedge.cloud.domain.schedules import Pace, Timed
from aosedge.cloud.store.campaign_tables import campaigns, unit_releases
from aosedge.cloud.store.set_tables import unit_labels
from aosedge.cloud.store.tables import fleets, units, versions
from aosedge.model.ids import BundleId, CampaignId, ItemId, UnitId
from aosedge.model.windows import UTC_ZONE


def paces_of(connection: Connection, ids: Sequence[UnitId]) -> dict[UnitId, Pace]:
    """The pace of those of these Units that were released anything with a say in when."""
    query = select(unit_releases.c.unit, unit_releases.c.campaign).where(unit_releases.c.unit.in_(ids))
    released = connection.execute(query.order_by(unit_releases.c.at, unit_releases.c.campaign)).all()
    timed = _timed(connection, {campaign for _, campaign in released})
    chosen = [(unit, timed[campaign]) for unit, campaign in released if campaign in timed]
    zones = zones_of(connection, select(units.c.id).where(units.c.id.in_({u for u, _ in chosen}))) if chosen else {}
    found: dict[UnitId, Pace] = {}
    for unit, each in chosen:
        before = found.get(unit, Pace((), zones[unit]))
        found[unit] = Pace((*before.timed, each), before.zone)
    return found


def zones_of(connection: Connection, ids: Select[Any]) -> dict[UnitId, str]:
    """The time zone of each of these Units: that of its label, else its fleet's, else UTC."""
    label = unit_labels.c
    labelled = and_(label.unit == units.c.id, label.name == ZONE)
    joined = units.join(fleets, fleets.c.id == units.c.fleet).outerjoin(unit_labels, labelled)
    query = select(units.c.id, label.value, fleets.c.timezone).select_from(joined).where(units.c.id.in_(ids))
    return {unit: own or fleets_ or UTC_ZONE for unit, own, fleets_ in connection.execute(query)}


def _timed(connection: Connection, ids: set[CampaignId]) -> dict[CampaignId, Timed]:
    if not ids:
        return {}
    c = campaigns.c
    rows = connection.execute(select(c.id, c.bundle, c.policy).where(c.id.in_(ids))).all()
    waiting = {row.id: (row.bundle, row.policy.timing) for row in rows if row.policy.timing != Timing()}
    brought: dict[BundleId, list[tuple[ItemId, str]]] = {bundle: [] for bundle, _ in waiting.values()}
    if brought:
        query = select(versions.c.bundle, versions.c.item, versions.c.version)
        for bundle, item, version in connection.execute(query.where(versions.c.bundle.in_(brought))):
            brought[bundle].append((item, version))
    return {id: Timed(tuple(sorted(brought[bundle])), timing) for id, (bundle, timing) in waiting.items()}
