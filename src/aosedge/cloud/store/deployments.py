"""Where items run: on one's own Units, and for a Service Provider as far as grants let it see."""

from collections.abc import Iterator
from typing import Any, Final

import msgspec
from sqlalchemy import (
    JSON,
    ColumnElement,
    Connection,
    Select,
    Text,
    and_,
    cast,
    column,
    false,
    func,
    literal,
    or_,
    select,
    type_coerce,
)
from sqlalchemy.sql.selectable import TableValuedAlias

from aosedge.cloud.domain.access.callers import Scope
from aosedge.cloud.domain.deployments import Reported, SeenUnit, VersionUnits, seen
from aosedge.cloud.domain.organizations import Grant, Sight
from aosedge.cloud.domain.pages import Page, Window
from aosedge.cloud.domain.units import Unit
from aosedge.cloud.store import rows
from aosedge.cloud.store.tables import (
    assignments,
    grants,
    items,
    organizations,
    statuses,
    subject_units,
    units,
    versions,
)
from aosedge.cloud.store.units import ORDERS, within
from aosedge.model.ids import ItemId, OrgId

RESULT_ORDERS: Final = ("oem_title",)
_REPORTED: Final = msgspec.json.Decoder(Reported)


def seeing(connection: Connection, scope: Scope, sight: Sight, oem: OrgId | None) -> dict[OrgId, Grant]:
    """The grants by OEM, of one or all, that let the scope's organization see this."""
    mine = false() if scope.reach != "tenant" else grants.c.sp == scope.tenant
    query = select(grants).where(mine)
    if oem is not None:
        query = query.where(grants.c.oem == oem)
    return {grant.oem: grant for grant in rows.every(connection, query, Grant) if sight in grant.sees}


def where_assigned(item: ItemId, scope: Scope, known: dict[OrgId, Grant]) -> ColumnElement[bool]:
    """Of units: those of these OEMs where the item is to run, if it is the scope's organization's."""
    own = select(items.c.id).where(items.c.id == item, items.c.owner == scope.tenant)
    came_in = select(versions.c.bundle).where(versions.c.item.in_(own))
    joined = (
        select(subject_units.c.unit)
        .join(assignments, assignments.c.subject == subject_units.c.subject)
        .where(assignments.c.tenant.in_(known))
        .where(or_(assignments.c.item.in_(own), assignments.c.bundle.in_(came_in)))
    )
    return and_(units.c.id.in_(joined), units.c.tenant.in_(known))


class Deployments:
    """Units of OEMs that let the scope's organization see deployment results, where items of its own are assigned."""

    def __init__(self, connection: Connection, scope: Scope) -> None:
        self._connection, self._scope = connection, scope

    def page(
        self, item: ItemId, window: Window = Window(), *, oem: OrgId | None = None, order: str = "oem_title"
    ) -> Page[SeenUnit]:
        """Units where the item is to run, of one OEM or all; nothing for another organization's item."""
        known = seeing(self._connection, self._scope, "deployment_results", oem)
        query = self._where(item, known)
        total = self._connection.execute(select(func.count()).select_from(query.subquery())).scalar_one()
        by = rows.ordered({"oem_title": organizations.c.title}, order, RESULT_ORDERS)
        titled = query.join(organizations, organizations.c.id == units.c.tenant).order_by(by, units.c.id)
        return Page(total, tuple(self._read(titled.limit(window.limit).offset(window.offset), item, known)))

    def all(self, item: ItemId, *, oem: OrgId | None = None) -> Iterator[SeenUnit]:
        """All of them, one after the other."""
        known = seeing(self._connection, self._scope, "deployment_results", oem)
        return self._read(self._where(item, known), item, known)

    def _where(self, item: ItemId, known: dict[OrgId, Grant]) -> Select[Any]:
        body = type_coerce(statuses.c.body, Text).label("body")  # read as far as it is asked for
        query = select(units.c.id, units.c.tenant, body).outerjoin(statuses, statuses.c.unit == units.c.id)
        return query.where(where_assigned(item, self._scope, known))

    def _read(self, query: Select[Any], item: ItemId, known: dict[OrgId, Grant]) -> Iterator[SeenUnit]:
        for unit, oem, body in self._connection.execute(query):
            yield seen(known[oem], unit, item, _REPORTED.decode(body) if body else Reported())


class ItemUnits:
    """The scope's Units that have a version of an item, by what they last said of themselves."""

    def __init__(self, connection: Connection, scope: Scope) -> None:
        self._connection, self._scope = connection, scope

    def counts(self, item: ItemId) -> tuple[VersionUnits, ...]:
        """How many Units have which version in which state, by version."""
        each, id, version, state = self._entries()
        columns: list[Any] = [version, state, func.count(units.c.id.distinct())]
        query: Select[Any] = select(*columns)
        found = self._joined(query, each).where(id == item).group_by(version, state).order_by(version, state)
        return tuple(VersionUnits(*row) for row in self._connection.execute(found))

    def page(
        self, item: ItemId, window: Window = Window(), *, version: str | None = None, order: str = "system_uid"
    ) -> Page[Unit]:
        """The Units that have a version of the item, or one in particular."""
        each, id, named, _ = self._entries()
        have = self._joined(select(units.c.id), each).where(id == item)
        if version is not None:
            have = have.where(named == version)
        query = within(select(units), self._scope).where(units.c.id.in_(have))
        return rows.page(self._connection, query, Unit, window, order, ORDERS)

    def _joined(self, query: Select[Any], each: TableValuedAlias) -> Select[Any]:
        reported = query.select_from(units).join(statuses, statuses.c.unit == units.c.id).join(each, literal(True))
        return within(reported, self._scope)

    def _entries(self) -> tuple[TableValuedAlias, ColumnElement[str], ColumnElement[str], ColumnElement[str]]:
        """A row for each item that a status tells of: its id, version and state."""
        body = type_coerce(statuses.c.body, Text)
        if self._connection.dialect.name == "sqlite":
            each = func.json_each(body, "$.items").table_valued("value", name="entry")
            id, version, state = (
                func.json_extract(each.c.value, path) for path in ("$.item.id", "$.version", "$.state")
            )
            return each, id, version, state
        listed = func.coalesce(cast(body, JSON)["items"], cast("[]", JSON))
        each = func.json_array_elements(listed).table_valued(column("value", JSON), name="entry")
        value = each.c.value
        return each, value["item"]["id"].as_string(), value["version"].as_string(), value["state"].as_string()
