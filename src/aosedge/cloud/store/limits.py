"""Limits that are kept for organizations, one number each: how many Units they may have, or have at risk."""

from collections.abc import Callable

from sqlalchemy import Connection, Table, delete, func, select

from aosedge.cloud.domain.access.callers import Scope
from aosedge.cloud.domain.limits import Limit, checked_most
from aosedge.cloud.store import rows
from aosedge.cloud.store.tables import organizations, units
from aosedge.model.errors import NotFound
from aosedge.model.ids import OrgId

Used = Callable[[Connection, OrgId], int]
"""How many Units of an organization count against a limit."""


class Limits:
    """The limit of the scope's organization, or of any where the scope is all; none is below `least`."""

    def __init__(self, connection: Connection, scope: Scope, table: Table, used: Used, least: int = 0) -> None:
        self._connection, self._scope = connection, scope
        self._table, self._used, self._least = table, used, least

    def get(self, organization: OrgId) -> Limit:
        """The limit, and how many Units count against it; raises NotFound, for a foreign organization too."""
        mine = select(organizations.c.id).where(organizations.c.id == organization)
        foreign = self._scope.reach != "all" and self._scope.tenant != organization
        if foreign or self._connection.execute(mine).first() is None:
            raise NotFound("organization", organization)
        most = most_of(self._connection, self._table, organization)
        return Limit(organization, most, self._used(self._connection, organization))

    def put(self, organization: OrgId, most: int | None) -> Limit:
        """Set the limit, or take it away; Units beyond it stay. Raises NotFound, and Invalid."""
        self.get(organization)
        values = {"tenant": organization, "most": checked_most(most, self._least)}
        self._connection.execute(delete(self._table).where(self._table.c.tenant == organization))
        if most is not None:
            self._connection.execute(rows.insert_into(self._connection, self._table).values(values))
        return self.get(organization)


def most_of(connection: Connection, table: Table, organization: OrgId) -> int | None:
    """What is kept for the organization."""
    return connection.execute(select(table.c.most).where(table.c.tenant == organization)).scalar()


def units_there(connection: Connection, organization: OrgId) -> int:
    """An organization's Units that are not deprovisioned."""
    mine = (units.c.tenant == organization, units.c.lifecycle != "deprovisioned")
    return connection.execute(select(func.count()).select_from(units).where(*mine)).scalar_one()
