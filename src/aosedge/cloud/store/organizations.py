"""Organizations and grants."""

from collections.abc import Iterable
from typing import Any

from sqlalchemy import Connection, Select, and_, delete, false, func, or_, select, update

from aosedge.cloud.domain.access.callers import Scope
from aosedge.cloud.domain.organizations import Grant, Organization, OrgKind
from aosedge.cloud.domain.pages import Page, Window
from aosedge.cloud.store import rows
from aosedge.cloud.store.tables import (
    assignments,
    bundles,
    fleets,
    grants,
    items,
    organizations,
    subjects,
    units,
    users,
    versions,
)
from aosedge.model.errors import NotFound
from aosedge.model.ids import ItemId, OrgId

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

    def titles(self, ids: Iterable[OrgId]) -> dict[OrgId, str]:
        """What those of these ids are called that the scope may see."""
        query = self._mine().where(organizations.c.id.in_(set(ids)))
        return {found.id: found.title for found in rows.every(self._connection, query, Organization)}

    def page(
        self,
        window: Window = Window(),
        *,
        kind: OrgKind | None = None,
        title: str | None = None,
        search: str | None = None,
        active: bool | None = None,
        order: str = "title",
    ) -> Page[Organization]:
        """Organizations that match every filter given; `search` is a part of the title, in any case."""
        query = self._mine()
        for column, value in (
            (organizations.c.kind, kind),
            (organizations.c.title, title),
            (organizations.c.active, active),
        ):
            if value is not None:
                query = query.where(column == value)
        if search is not None:
            query = query.where(organizations.c.title.icontains(search, autoescape=True))
        return rows.page(self._connection, query, Organization, window, order, _ORDERS)

    def add(self, organization: Organization) -> None:
        """Raises NotFound unless the scope is the whole installation."""
        self._check_all(organization.id)
        rows.add(self._connection, organizations, rows.values_of(organization), "this organization exists", "id")

    def put(self, organization: Organization) -> None:
        """Replace title and state; raises NotFound unless the scope is the whole installation."""
        self._check_all(organization.id)
        values = {"title": organization.title, "active": organization.active}
        self._connection.execute(update(organizations).where(organizations.c.id == organization.id).values(values))

    def uses(self, id: OrgId) -> tuple[tuple[int, str], ...]:
        """What belongs to it: how many, and of what."""
        self._check_all(id)
        belongs = (
            (units.c.tenant, "Units"),
            (fleets.c.tenant, "fleets"),
            (subjects.c.tenant, "subjects"),
            (items.c.owner, "items"),
            (bundles.c.owner, "Deployment Bundles"),
            (grants.c.sp, "grants to it"),
            (grants.c.oem, "grants of it"),
            (users.c.org, "users"),
        )
        counts = [(select(func.count()).where(column == id), noun) for column, noun in belongs]
        return tuple((self._connection.execute(count).scalar_one(), noun) for count, noun in counts)

    def delete(self, id: OrgId) -> None:
        """Raises NotFound unless the scope is the whole installation."""
        self._check_all(id)
        self._connection.execute(delete(organizations).where(organizations.c.id == id))

    def _check_all(self, id: OrgId) -> None:
        if self._scope.reach != "all":
            raise NotFound("organization", id)


class Grants:
    """The grants that the scope's organization gave or has."""

    def __init__(self, connection: Connection, scope: Scope) -> None:
        self._connection, self._scope = connection, scope

    def _mine(self) -> Select[Any]:
        query, tenant = select(grants), self._scope.tenant
        if self._scope.reach == "all":
            return query
        return query.where(false() if tenant is None else or_(grants.c.oem == tenant, grants.c.sp == tenant))

    def _given(self, sp: OrgId) -> tuple[Any, ...]:
        return grants.c.oem == self._scope.tenant, grants.c.sp == sp

    def page(
        self,
        window: Window = Window(),
        *,
        oem: OrgId | None = None,
        sp: OrgId | None = None,
        order: str = "-created_at",
    ) -> Page[Grant]:
        """Grants that match every filter given."""
        query = self._mine()
        for column, value in ((grants.c.oem, oem), (grants.c.sp, sp)):
            if value is not None:
                query = query.where(column == value)
        return rows.page(self._connection, query, Grant, window, order, ("created_at", "oem", "sp"))

    def get(self, sp: OrgId) -> Grant:
        """What the scope's organization grants to it; raises NotFound."""
        found = self.find(sp)
        if found is None:
            raise NotFound("grant", sp)
        return found

    def find(self, sp: OrgId) -> Grant | None:
        """What the scope's organization grants to it, if anything."""
        return rows.one(self._connection, select(grants).where(*self._given(sp)), Grant)

    def put(self, grant: Grant) -> None:
        """Replace what it lets use and see; raises NotFound."""
        self.get(grant.sp)
        values = {"services": grant.services, "sees": grant.sees}
        self._connection.execute(update(grants).where(*self._given(grant.sp)).values(values))

    def assigned(self, sp: OrgId) -> tuple[tuple[ItemId, str, str], ...]:
        """The Service Provider's services that the scope's organization has assigned, alone or in a bundle: id,
        codename, and the subject's title."""
        came = and_(assignments.c.bundle.is_not(None), assignments.c.bundle == versions.c.bundle)
        query = (
            select(items.c.id, items.c.codename, subjects.c.title)
            .distinct()
            .select_from(assignments)
            .join(subjects, subjects.c.id == assignments.c.subject)
            .outerjoin(versions, came)
            .join(items, or_(items.c.id == assignments.c.item, items.c.id == versions.c.item))
            .where(assignments.c.tenant == self._scope.tenant, items.c.owner == sp, items.c.type == "service")
        )
        return tuple((row[0], row[1], row[2]) for row in self._connection.execute(query))

    def may_be_granted(self, id: OrgId) -> bool:
        """Whether there is a Service Provider of this id: a grant is to one not known before, so past the scope."""
        query = select(organizations.c.id).where(organizations.c.id == id, organizations.c.kind == "sp")
        return self._connection.execute(query).first() is not None

    def add(self, grant: Grant) -> None:
        """Raises Conflict where there is one, NotFound for another organization's."""
        if grant.oem != self._scope.tenant:
            raise NotFound("organization", grant.oem)
        rows.add(self._connection, grants, rows.values_of(grant), "this is granted already", "service_provider_id")

    def uses(self, sp: OrgId) -> tuple[str, ...]:
        """The titles of subjects to which something of the Service Provider is assigned; raises NotFound."""
        self.get(sp)
        owned_items = select(items.c.id).where(items.c.owner == sp)
        owned_bundles = select(bundles.c.id).where(bundles.c.owner == sp)
        query = (
            select(subjects.c.title)
            .distinct()
            .join(assignments, assignments.c.subject == subjects.c.id)
            .where(assignments.c.tenant == self._scope.tenant)
            .where(or_(assignments.c.item.in_(owned_items), assignments.c.bundle.in_(owned_bundles)))
        )
        return tuple(self._connection.execute(query.order_by(subjects.c.title)).scalars())

    def delete(self, sp: OrgId) -> None:
        """Raises NotFound."""
        self.uses(sp)
        self._connection.execute(delete(grants).where(*self._given(sp)))


class EveryOrganization:
    """All organizations, for the installation's own work."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def add(self, organization: Organization) -> None:
        """Raises Conflict."""
        rows.add(self._connection, organizations, rows.values_of(organization), "this organization exists", "id")

    def find(self, id: OrgId) -> Organization | None:
        """The organization with this id."""
        return rows.one(self._connection, select(organizations).where(organizations.c.id == id), Organization)

    def grant(self, grant: Grant) -> None:
        """Let an SP's items be assigned by an OEM; again is free."""
        statement = rows.insert_into(self._connection, grants).values(rows.values_of(grant))
        self._connection.execute(statement.on_conflict_do_nothing())

    def all(self) -> tuple[Organization, ...]:
        """Every organization, by title."""
        return rows.every(self._connection, select(organizations).order_by(organizations.c.title), Organization)
