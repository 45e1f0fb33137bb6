"""What a dossier is made of, read within one snapshot and some at a time."""

from collections.abc import Iterable, Iterator
from typing import Any, Final

import msgspec
from sqlalchemy import Connection, Row, Select, exists, func, select, union

from aosedge.cloud.domain.access.callers import Scope
from aosedge.cloud.domain.audit import AuditLine
from aosedge.cloud.domain.campaigns.state import Campaign
from aosedge.cloud.domain.dossiers import NOT_TOLD, Configuration, Named, Result, UnitRecord
from aosedge.cloud.store import rows
from aosedge.cloud.store.campaign_tables import campaign_exclusions, campaign_members
from aosedge.cloud.store.dossier_tables import campaign_configurations
from aosedge.cloud.store.set_tables import unit_sets
from aosedge.cloud.store.tables import audit, fleets, items, organizations, settings, target_documents, units, users
from aosedge.cloud.store.units import within
from aosedge.model.ids import CampaignId, ItemId
from aosedge.protocol.messages import DesiredStatus
from aosedge.protocol.messages.from_unit import ItemStatus

_C: Final = campaign_configurations.c
_TOGETHER: Final = 500
_DOCUMENT: Final = msgspec.json.Decoder(DesiredStatus)
_ITEMS: Final = msgspec.json.Decoder(tuple[ItemStatus, ...] | None)


class DossierRecords:
    """Of campaigns that were found within the scope; of their Units those that the scope sees."""

    def __init__(self, connection: Connection, scope: Scope) -> None:
        self._connection, self._scope = connection, scope

    def lines(self, campaign: Campaign) -> tuple[AuditLine, ...]:
        """What people did with it and what it decided by itself, by the audit trail, in order."""
        query = select(audit).where(audit.c.chain == campaign.tenant, audit.c.target == campaign.id)
        query = query.where(audit.c.at >= campaign.created_at, audit.c.operation.not_in(NOT_TOLD))
        return rows.every(self._connection, query.order_by(audit.c.number), AuditLine)

    def named(self, campaign: Campaign, people: Iterable[str]) -> Named:
        """What those are called that the dossier names."""
        domain = select(settings.c.value).where(settings.c.name == "domain")
        organization = select(organizations.c.title).where(organizations.c.id == campaign.tenant)
        return Named(
            users=self._names(select(users.c.id, users.c.username).where(users.c.id.in_(set(people)))),
            fleets=self._names(select(fleets.c.id, fleets.c.title).where(fleets.c.id.in_(campaign.named))),
            sets=self._names(select(unit_sets.c.id, unit_sets.c.title).where(unit_sets.c.id.in_(campaign.named))),
            organization=self._connection.execute(organization).scalar_one(),
            domain=self._connection.execute(domain).scalar_one_or_none() or "",
        )

    def _names(self, query: Select[Any]) -> dict[str, str]:
        return {row[0]: row[1] for row in self._connection.execute(query)}

    def unseen(self, id: CampaignId) -> int:
        """Units that the campaign had and the scope does not see."""
        count = select(func.count()).select_from(campaign_configurations).where(_C.campaign == id)
        every = int(self._connection.execute(count).scalar_one())
        return every - int(self._connection.execute(self._seen(count)).scalar_one())

    def targets(self, id: CampaignId) -> Iterator[tuple[str, DesiredStatus]]:
        """The targets that its Units had, by digest."""
        asked = [
            self._seen(select(column.label("digest")).where(_C.campaign == id, column.is_not(None)))
            for column in (_C.before, _C.after)
        ]
        digests = self._connection.execute(union(*asked).order_by("digest")).scalars().all()
        for some in _in_parts(digests):
            found = self._connection.execute(select(target_documents).where(target_documents.c.digest.in_(some)))
            bodies = {row.digest: row.body for row in found}
            yield from ((digest, _DOCUMENT.decode(bodies[digest])) for digest in some if digest in bodies)

    def codenames(self, ids: Iterable[ItemId]) -> dict[ItemId, tuple[str, str]]:
        """Codename and type of the items that there are still."""
        query = select(items.c.id, items.c.codename, items.c.type).where(items.c.id.in_(set(ids)))
        return {row.id: (row.codename, row.type) for row in self._connection.execute(query)}

    def exclusions(self, id: CampaignId) -> Iterator[dict[str, Any]]:
        """Units that it left out, by id, each with the reason."""
        e, after = campaign_exclusions.c, ""
        while True:
            query: Select[Any] = select(e.unit.label("id"), e.reason, units.c.system_uid)
            query = within(query.join(units, units.c.id == e.unit), self._scope)
            query = query.where(e.campaign == id, e.unit > after).order_by(e.unit).limit(_TOGETHER)
            part = self._connection.execute(query).all()
            yield from (dict(row._mapping) for row in part)
            if not part:
                return
            after = part[-1].id

    def units(self, id: CampaignId) -> Iterator[UnitRecord]:
        """Its Units by id, with what became of each."""
        after = ""
        while True:
            query = self._seen(select(campaign_configurations).where(_C.campaign == id, _C.unit > after))
            part = self._connection.execute(query.order_by(_C.unit).limit(_TOGETHER)).all()
            if not part:
                return
            results = self._results(id, [row.unit for row in part])
            for row in part:
                yield _record(row, tuple(results.get(row.unit, ())))
            after = part[-1].unit

    def _results(self, id: CampaignId, some: list[str]) -> dict[str, list[Result]]:
        m = campaign_members.c
        query = select(m.unit, m.campaign, m.wave, m.state, m.reason, m.offered_at, m.active_at, m.ended_at)
        query = query.where(m.unit.in_(some)).order_by(m.wave)  # by the Units' index: the campaign's has all of them
        found: dict[str, list[Result]] = {}
        for unit, campaign, *values in self._connection.execute(query):
            if campaign == id:
                found.setdefault(unit, []).append(Result(*values))
        return found

    def _seen(self, query: Select[Any]) -> Select[Any]:
        """Of what was frozen; whoever reaches the whole organization sees Units that were removed since, too."""
        if self._scope.reach in ("tenant", "all"):
            return query
        return query.where(exists(within(select(units.c.id), self._scope).where(units.c.id == _C.unit)))


def _record(row: Row[Any], results: tuple[Result, ...]) -> UnitRecord:
    return UnitRecord(
        unit=row.unit,
        system_uid=row.system_uid,
        before=_configuration(row.before, row.before_deployment, row.before_reported),
        after=_configuration(row.after, row.after_deployment, row.after_reported),
        results=results,
    )


def _configuration(target: str | None, deployment: str | None, reported: str | None) -> Configuration | None:
    if deployment is None:
        return None
    return Configuration(target, deployment, None if reported is None else _ITEMS.decode(reported))


def _in_parts(digests: Any) -> Iterator[list[str]]:
    for first in range(0, len(digests), _TOGETHER):
        yield list(digests[first : first + _TOGETHER])
