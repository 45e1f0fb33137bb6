"""Organizations and grants."""

from typing import Any

from sqlalchemy import Connection, Select, false, or_, select

from aosedge.cloud.domain.access.callers import Scope
from aosedge.cloud.domain.organizations import Grant, Organization, OrgKind
from aosedge.cloud.domain.pages import Page, Window
from aosedge.cloud.store import rows
from aosedge.cloud.store.tables import grants, organizations
from aosedge.model.errors import NotFound
from aosedge.model.ids import OrgId

_ORDERS = ("title", "created_at", "kind")


class Organizations:
    """The organizations that the scope may see: its own, and those tied to it by a grant."""

    def __init__(self, connection: Connection, scope: Scope) -> None:
        self._connection, self._scope = connection, scope

    def _mine(self) -> Select[Any]:
        query, tenant = select(organizations), self._scope.tenant
        if self._scope.reach == "all":
            return query
        if tenant is None:
            return query.where(false())
        id = organizations.c.id
        return query.where(
            or_(
                id == tenant,
                id.in_(select(grants.c.sp).where(grants.c.oem == tenant)),
                id.in_(select(grants.c.oem).where(grants.c.sp == tenant)),
            )
        )

    def get(self, id: OrgId) -> Organization:
        """Raises NotFound, for a foreign one too."""
        found = rows.one(self._connection, self._mine().where(organizations.c.id == id), Organization)
        if found is None:
            raise NotFound("organization", id)
        return found

    def page(
        self, window: Window = Window(), *, kind: OrgKind | None = None, order: str = "title"
    ) -> Page[Organization]:
        """Organizations, of one kind or all."""
        query = self._mine()
        if kind is not None:
            query = query.where(organizations.c.kind == kind)
        return rows.page(self._connection, query, Organization, window, order, _ORDERS)


class EveryOrganization:
    """All organizations, for the installation's own work."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def add(self, organization: Organization) -> None:
        """Raises Conflict."""
        rows.add(self._connection, organizations, rows.values_of(organization), "this organization exists", "id")

    def grant(self, grant: Grant) -> None:
        """Let an SP's items be assigned by an OEM; again is free."""
        statement = rows.insert_into(self._connection, grants).values(rows.values_of(grant))
        self._connection.execute(statement.on_conflict_do_nothing())

    def all(self) -> tuple[Organization, ...]:
        """Every organization, by title."""
        return rows.every(self._connection, select(organizations).order_by(organizations.c.title), Organization)
