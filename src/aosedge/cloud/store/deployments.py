"""Where a Service Provider's items run, as far as grants let it see."""

from collections.abc import Iterator
from typing import Any, Final

import msgspec
from sqlalchemy import Connection, Select, Text, false, func, or_, select, type_coerce

from aosedge.cloud.domain.access.callers import Scope
from aosedge.cloud.domain.deployments import Reported, SeenUnit, seen
from aosedge.cloud.domain.organizations import Grant
from aosedge.cloud.domain.pages import Page, Window
from aosedge.cloud.store import rows
from aosedge.cloud.store.tables import assignments, grants, items, statuses, subject_units, units, versions
from aosedge.model.ids import ItemId, OrgId

_REPORTED: Final = msgspec.json.Decoder(Reported)


class Deployments:
    """Units of OEMs that let the scope's organization see deployment results, where items of its own are assigned."""

    def __init__(self, connection: Connection, scope: Scope) -> None:
        self._connection, self._scope = connection, scope

    def page(self, item: ItemId, window: Window = Window(), *, oem: OrgId | None = None) -> Page[SeenUnit]:
        """Units where the item is to run, of one OEM or all; nothing for another organization's item."""
        known = self._seeing(oem)
        query = self._where(item, known)
        total = self._connection.execute(select(func.count()).select_from(query.subquery())).scalar_one()
        cut = query.order_by(units.c.id).limit(window.limit).offset(window.offset)
        return Page(total, tuple(self._read(cut, item, known)))

    def all(self, item: ItemId, *, oem: OrgId | None = None) -> Iterator[SeenUnit]:
        """All of them, one after the other."""
        known = self._seeing(oem)
        return self._read(self._where(item, known), item, known)

    def _seeing(self, oem: OrgId | None) -> dict[OrgId, Grant]:
        """The grants by OEM that let results be seen."""
        mine = false() if self._scope.reach != "tenant" else grants.c.sp == self._scope.tenant
        query = select(grants).where(mine)
        if oem is not None:
            query = query.where(grants.c.oem == oem)
        found = rows.every(self._connection, query, Grant)
        return {grant.oem: grant for grant in found if "deployment_results" in grant.sees}

    def _where(self, item: ItemId, known: dict[OrgId, Grant]) -> Select[Any]:
        own = select(items.c.id).where(items.c.id == item, items.c.owner == self._scope.tenant)
        came_in = select(versions.c.bundle).where(versions.c.item.in_(own))
        joined = (
            select(subject_units.c.unit)
            .join(assignments, assignments.c.subject == subject_units.c.subject)
            .where(assignments.c.tenant.in_(known))
            .where(or_(assignments.c.item.in_(own), assignments.c.bundle.in_(came_in)))
        )
        body = type_coerce(statuses.c.body, Text).label("body")  # read as far as it is asked for
        query = select(units.c.id, units.c.tenant, body).outerjoin(statuses, statuses.c.unit == units.c.id)
        return query.where(units.c.id.in_(joined), units.c.tenant.in_(known))

    def _read(self, query: Select[Any], item: ItemId, known: dict[OrgId, Grant]) -> Iterator[SeenUnit]:
        for unit, oem, body in self._connection.execute(query):
            yield seen(known[oem], unit, item, _REPORTED.decode(body) if body else Reported())
