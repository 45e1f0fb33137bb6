"""What a chain of reasons is made from, for one Unit: whoever may see the Unit may know why it is what it is."""

from collections.abc import Iterable, Mapping
from typing import Any, Final

from sqlalchemy import ColumnElement, Connection, Select, and_, false, or_, select, true

from aosedge.cloud.domain.access.callers import Scope
from aosedge.cloud.domain.assignments import Assignment
from aosedge.cloud.domain.campaigns.members import Items
from aosedge.cloud.domain.campaigns.state import OVER, Campaign
from aosedge.cloud.domain.catalogue import Bundle
from aosedge.cloud.domain.explain.known import Given, Member, Part
from aosedge.cloud.domain.subjects import Subject
from aosedge.cloud.store import rows
from aosedge.cloud.store.campaign_tables import campaign_exclusions, campaign_members, campaigns
from aosedge.cloud.store.tables import alerts, assignments, bundles, items, subject_units, subjects, units, versions
from aosedge.cloud.store.units import within
from aosedge.model.ids import BundleId, CampaignId, ItemId, UnitId
from aosedge.model.instants import Instant
from aosedge.protocol.messages.from_unit import DownloadProgressAlert

CAMPAIGNS_MOST: Final = 64
"""Looked at for one Unit, newest first."""
ALERTS_MOST: Final = 64


class Explaining:
    """Intent and campaigns of the scope's Units, by Unit."""

    def __init__(self, connection: Connection, scope: Scope) -> None:
        self._connection, self._scope = connection, scope

    def _mine(self, unit: UnitId) -> Select[Any]:
        return within(select(units.c.id), self._scope).where(units.c.id == unit)

    def subjects(self, unit: UnitId) -> tuple[Subject, ...]:
        """Those that join the Unit, by title; none for a foreign one."""
        joined = select(subject_units.c.subject).where(subject_units.c.unit.in_(self._mine(unit)))
        query = select(subjects).where(subjects.c.id.in_(joined)).order_by(subjects.c.title, subjects.c.id)
        return rows.every(self._connection, query, Subject)

    def given(self, to: Iterable[Subject]) -> tuple[Given, ...]:
        """What is assigned to these subjects, oldest first."""
        titles = {subject.id: subject.title for subject in to}
        query = select(assignments).where(assignments.c.subject.in_(titles))
        query = query.order_by(assignments.c.created_at, assignments.c.id)
        found = rows.every(self._connection, query, Assignment)
        of_bundle = self._bundles({each.bundle for each in found if each.bundle is not None})
        names = self.names({each.item for each in found if each.item is not None})
        given = []
        for each in found:
            if each.bundle is not None:
                title, brings = of_bundle[each.bundle]
                given.append(Given(each, titles[each.subject], title, frozenset(brings)))
            elif each.item is not None:
                title = f"{names[each.item]} {each.version or ''}".strip()
                given.append(Given(each, titles[each.subject], title, frozenset((each.item,))))
        return tuple(given)

    def parts(self, unit: UnitId) -> tuple[Part, ...]:
        """Campaigns that are not over, and those that the Unit has or had a part in; newest first, a few."""
        mine = self._mine(unit)
        member, left_out = campaign_members.c, campaign_exclusions.c
        had = or_(
            campaigns.c.id.in_(select(member.campaign).where(member.unit.in_(mine))),
            campaigns.c.id.in_(select(left_out.campaign).where(left_out.unit.in_(mine))),
        )
        query = select(*(column for column in campaigns.c if column.name != "look_at"))
        query = query.where(self._seen(), or_(campaigns.c.state.not_in(OVER), had))
        query = query.order_by(campaigns.c.created_at.desc(), campaigns.c.id.desc()).limit(CAMPAIGNS_MOST)
        found = rows.every(self._connection, query, Campaign)
        ids = [campaign.id for campaign in found]
        excluded = select(left_out.campaign, left_out.reason, left_out.detail).where(
            left_out.campaign.in_(ids), left_out.unit.in_(mine)
        )
        reasons: dict[CampaignId, str] = {
            row.campaign: f"{row.reason}, {row.detail}" if row.detail else row.reason
            for row in self._connection.execute(excluded)
        }
        bundle_of = self._bundles({campaign.bundle for campaign in found})
        places = self._members(unit, found)
        return tuple(
            Part(
                campaign,
                *bundle_of[campaign.bundle],
                *places.get(campaign.id, (None, None)),
                excluded=reasons.get(campaign.id, ""),
            )
            for campaign in found
        )

    def _seen(self) -> ColumnElement[bool]:
        """Of the organization; for owners of fleets not those of other fleets alone."""
        scope, mine = self._scope, campaigns.c.tenant == self._scope.tenant
        match scope.reach:
            case "all":
                return true()
            case "tenant":
                return mine
            case "fleet":
                return and_(mine, or_(campaigns.c.fleet.is_(None), campaigns.c.fleet.in_(scope.fleets or ())))
            case "own" | "none":
                return false()

    def _members(
        self, unit: UnitId, of: Iterable[Campaign]
    ) -> Mapping[CampaignId, tuple[Member | None, Member | None]]:
        """The Unit's place on the way out, and on the way back."""
        m = campaign_members.c
        known = {campaign.id: campaign for campaign in of}
        columns = (m.campaign, m.wave, m.state, m.reason, m.offered_at, m.active_at, m.ended_at)
        query = select(*columns).where(m.campaign.in_(known), m.unit.in_(self._mine(unit))).order_by(m.wave)
        found: dict[CampaignId, tuple[Member | None, Member | None]] = {}
        for campaign, *values in self._connection.execute(query):
            member, (out, back) = Member(*values), found.get(campaign, (None, None))
            waves = known[campaign].waves
            goes_back = member.wave < len(waves) and waves[member.wave].undoes is not None
            found[campaign] = (out, member) if goes_back else (member, back)
        return found

    def _bundles(self, ids: Iterable[BundleId]) -> dict[BundleId, tuple[str, Items]]:
        """What people call these bundles, and what they bring."""
        wanted = tuple(ids)
        known = rows.every(self._connection, select(bundles).where(bundles.c.id.in_(wanted)), Bundle)
        brought: dict[BundleId, Items] = {}
        query = select(versions.c.bundle, versions.c.item, versions.c.version).where(versions.c.bundle.in_(wanted))
        for bundle, item, version in self._connection.execute(query):
            brought.setdefault(bundle, {})[item] = version
        return {bundle.id: (bundle.name, brought.get(bundle.id, {})) for bundle in known}

    def bundle_names(self, ids: Iterable[BundleId]) -> dict[BundleId, str]:
        """What people call these bundles."""
        return {id: name for id, (name, _) in self._bundles(ids).items()}

    def names(self, ids: Iterable[ItemId]) -> dict[ItemId, str]:
        """Codenames. Whoever may see a Unit may know what is on it."""
        query = select(items.c.id, items.c.codename).where(items.c.id.in_(tuple(ids)))
        return {row[0]: row[1] for row in self._connection.execute(query)}

    def downloads(self, unit: UnitId, since: Instant) -> tuple[DownloadProgressAlert, ...]:
        """The last two of its newest download since then, newest first; none for a foreign Unit."""
        query = select(alerts.c.alert).where(alerts.c.unit.in_(self._mine(unit)), alerts.c.at >= since)
        found = self._connection.execute(query.order_by(alerts.c.at.desc()).limit(ALERTS_MOST)).scalars()
        said = [alert for alert in found if isinstance(alert, DownloadProgressAlert)]
        return tuple(alert for alert in said if alert.digest == said[0].digest)[:2]
