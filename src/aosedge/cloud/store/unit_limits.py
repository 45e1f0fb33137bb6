"""How many Units organizations may have."""

from sqlalchemy import Connection, delete, func, select

from aosedge.cloud.domain.access.callers import Scope
from aosedge.cloud.domain.units import UnitLimit
from aosedge.cloud.store import rows
from aosedge.cloud.store.set_tables import unit_limits
from aosedge.cloud.store.tables import organizations, units
from aosedge.model.errors import NotFound
from aosedge.model.ids import OrgId


class UnitLimits:
    """The limit of the scope's organization, or of any where the scope is all."""

    def __init__(self, connection: Connection, scope: Scope) -> None:
        self._connection, self._scope = connection, scope

    def get(self, organization: OrgId) -> UnitLimit:
        """The limit, and how many Units there are; raises NotFound, for a foreign organization too."""
        mine = select(organizations.c.id).where(organizations.c.id == organization)
        foreign = self._scope.reach != "all" and self._scope.tenant != organization
        if foreign or self._connection.execute(mine).first() is None:
            raise NotFound("organization", organization)
        most = self._connection.execute(
            select(unit_limits.c.most).where(unit_limits.c.tenant == organization)
        ).scalar()
        counted = select(func.count()).where(units.c.tenant == organization, units.c.lifecycle != "deprovisioned")
        return UnitLimit(organization, most, self._connection.execute(counted).scalar_one())

    def put(self, organization: OrgId, most: int | None) -> UnitLimit:
        """Set the limit, or take it away; Units beyond it stay. Raises NotFound."""
        self.get(organization)
        self._connection.execute(delete(unit_limits).where(unit_limits.c.tenant == organization))
        if most is not None:
            values = {"tenant": organization, "most": most}
            self._connection.execute(rows.insert_into(self._connection, unit_limits).values(values))
        return self.get(organization)
