"""Unit Sets and who is in them."""

from typing import Any

from sqlalchemy import Connection, Select, delete, false, func, insert, literal, select, update

from aosedge.cloud.domain.access.callers import Scope
from aosedge.cloud.domain.pages import MOST_ROWS, Page, Window
from aosedge.cloud.domain.selectors import Selector
from aosedge.cloud.domain.unit_sets import UnitSet
from aosedge.cloud.domain.units import Unit
from aosedge.cloud.store import rows
from aosedge.cloud.store.selecting import selected
from aosedge.cloud.store.set_tables import unit_set_members, unit_sets
from aosedge.cloud.store.tables import units
from aosedge.cloud.store.units import ORDERS, within
from aosedge.model.errors import Conflict, NotFound
from aosedge.model.ids import FleetId, SetId, UnitId


class UnitSets:
    """The sets of the scope's fleets."""

    def __init__(self, connection: Connection, scope: Scope) -> None:
        self._connection, self._scope = connection, scope

    def _mine(self) -> Select[Any]:
        query, scope = select(unit_sets), self._scope
        match scope.reach:
            case "all":
                return query
            case "tenant":
                return query.where(unit_sets.c.tenant == scope.tenant)
            case "fleet":
                return query.where(unit_sets.c.tenant == scope.tenant, unit_sets.c.fleet.in_(scope.fleets or ()))
            case "own" | "none":
                return query.where(false())

    def get(self, id: SetId) -> UnitSet:
        """Raises NotFound, for a foreign one too."""
        found = rows.one(self._connection, self._mine().where(unit_sets.c.id == id), UnitSet)
        if found is None:
            raise NotFound("set", id)
        return found

    def page(
        self,
        window: Window = Window(),
        *,
        title: str | None = None,
        search: str | None = None,
        fleet: FleetId | None = None,
        unit: UnitId | None = None,
        verification: bool | None = None,
        order: str = "title",
    ) -> Page[UnitSet]:
        """Sets that match every filter given; `unit`: those that it is in; `search`: a part of the title."""
        query = self._mine()
        if search is not None:
            query = query.where(unit_sets.c.title.icontains(search, autoescape=True))
        for column, value in (
            (unit_sets.c.title, title),
            (unit_sets.c.fleet, fleet),
            (unit_sets.c.verification, verification),
        ):
            if value is not None:
                query = query.where(column == value)
        if unit is not None:
            query = query.where(
                unit_sets.c.id.in_(select(unit_set_members.c.unit_set).where(unit_set_members.c.unit == unit))
            )
        return rows.page(self._connection, query, UnitSet, window, order, ("title", "created_at"))

    def following(self, fleet: FleetId) -> tuple[UnitSet, ...]:
        """The fleet's sets that have a selector."""
        query = self._mine().where(unit_sets.c.fleet == fleet, unit_sets.c.selector.is_not(None))
        return rows.every(self._connection, query.order_by(unit_sets.c.id), UnitSet)

    def add(self, unit_set: UnitSet) -> None:
        """Raises Conflict where the title is taken in the fleet, NotFound outside the scope."""
        scope = self._scope
        if scope.reach != "all" and unit_set.tenant != scope.tenant:
            raise NotFound("organization", unit_set.tenant)
        if scope.reach == "fleet" and unit_set.fleet not in (scope.fleets or ()):
            raise NotFound("fleet", unit_set.fleet)
        words = "a set of this fleet has this title"
        rows.add(self._connection, unit_sets, rows.values_of(unit_set), words, "title")

    def put(self, unit_set: UnitSet) -> None:
        """Keep another title, selector and flag; raises NotFound, and Conflict where the title is taken."""
        known = self.get(unit_set.id)
        same = select(unit_sets.c.id).where(
            unit_sets.c.fleet == known.fleet, unit_sets.c.title == unit_set.title, unit_sets.c.id != known.id
        )
        if self._connection.execute(same).first() is not None:
            raise Conflict("a set of this fleet has this title", element="title")
        changed = {"title": unit_set.title, "selector": unit_set.selector, "verification": unit_set.verification}
        self._connection.execute(update(unit_sets).where(unit_sets.c.id == known.id).values(changed))

    def delete(self, id: SetId) -> None:
        """Raises NotFound."""
        self.get(id)
        self._connection.execute(delete(unit_sets).where(unit_sets.c.id == id))

    def fill(self, id: SetId, selector: Selector) -> None:
        """From now on the set's Units are those of its fleet that are selected. Raises NotFound."""
        known = self.get(id)
        self._connection.execute(delete(unit_set_members).where(unit_set_members.c.unit_set == id))
        of_fleet = select(literal(id), units.c.id).where(units.c.tenant == known.tenant, units.c.fleet == known.fleet)
        of_fleet = of_fleet.where(units.c.lifecycle != "deprovisioned")
        statement = insert(unit_set_members).from_select(["unit_set", "unit"], selected(of_fleet, selector))
        self._connection.execute(statement)

    def _unit(self, id: SetId, unit: UnitId) -> None:
        """Raises NotFound unless the set and a Unit of its fleet are in the scope."""
        known = self.get(id)
        query = within(select(units.c.id), self._scope)
        query = query.where(units.c.id == unit, units.c.tenant == known.tenant, units.c.fleet == known.fleet)
        if self._connection.execute(query).first() is None:
            raise NotFound("unit", unit)

    def join(self, id: SetId, unit: UnitId) -> bool:
        """Add a Unit of the set's fleet; false if it was there. Raises NotFound for either."""
        self._unit(id, unit)
        statement = rows.insert_into(self._connection, unit_set_members).values(unit_set=id, unit=unit)
        return self._connection.execute(statement.on_conflict_do_nothing()).rowcount == 1

    def part(self, id: SetId, unit: UnitId) -> bool:
        """Take a Unit out; false if it was not there. Raises NotFound for either."""
        self._unit(id, unit)
        member = unit_set_members.c
        mine = delete(unit_set_members).where(member.unit_set == id, member.unit == unit)
        return self._connection.execute(mine).rowcount == 1

    def leave(self, unit: UnitId) -> tuple[UnitSet, ...]:
        """Take a Unit out of every set; which they were. Nothing for a foreign Unit."""
        left = self.page(Window(MOST_ROWS), unit=unit).items
        mine = within(select(units.c.id), self._scope).where(units.c.id == unit)
        self._connection.execute(delete(unit_set_members).where(unit_set_members.c.unit.in_(mine)))
        return left

    def units(self, id: SetId, window: Window = Window(), *, order: str = "system_uid") -> Page[Unit]:
        """The Units in it; raises NotFound."""
        self.get(id)
        members = select(unit_set_members.c.unit).where(unit_set_members.c.unit_set == id)
        query = within(select(units), self._scope).where(units.c.id.in_(members))
        return rows.page(self._connection, query, Unit, window, order, ORDERS)

    def sizes(self, ids: tuple[SetId, ...]) -> dict[SetId, int]:
        """How many Units are in each of these sets."""
        mine = self._mine().with_only_columns(unit_sets.c.id).where(unit_sets.c.id.in_(ids))
        members = unit_set_members.c
        query = select(members.unit_set, func.count()).where(members.unit_set.in_(mine)).group_by(members.unit_set)
        found = {row[0]: row[1] for row in self._connection.execute(query)}
        return {id: found.get(id, 0) for id in ids}
