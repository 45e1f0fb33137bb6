"""Units and their nodes."""

from collections.abc import Iterable, Sequence
from typing import Any, Final, get_args

from sqlalchemy import (
    ColumnElement,
    Connection,
    Select,
    and_,
    bindparam,
    case,
    delete,
    false,
    func,
    insert,
    literal,
    select,
    tuple_,
    update,
)

from aosedge.cloud.domain.access.callers import Scope
from aosedge.cloud.domain.deployment import DeploymentState
from aosedge.cloud.domain.pages import Page, Window
from aosedge.cloud.domain.selectors import Selector
from aosedge.cloud.domain.units import Connectivity, Lifecycle, Node, Unit, UnitCounts
from aosedge.cloud.store import rows
from aosedge.cloud.store.clone_tables import takeovers
from aosedge.cloud.store.selecting import selected
from aosedge.cloud.store.tables import generation_floors, nodes, unit_targets, units
from aosedge.model.errors import NotFound
from aosedge.model.ids import FleetId, SystemId, TargetSystemId, UnitId
from aosedge.model.instants import Instant

ORDERS = ("system_uid", "model", "created_at", "connectivity", "deployment", "last_seen")
_STANDING: Final[ColumnElement[Any]] = case(
    (and_(units.c.target_dirty, units.c.deployment != "unknown"), "updating"), else_=units.c.deployment
)
"""`Unit.standing` as SQL: what is counted and filtered is what people see."""
_SUSPECTED: Final = select(takeovers.c.unit).where(takeovers.c.suspected_at.is_not(None))
"""Units that look like two devices."""


def within(query: Select[Any], scope: Scope) -> Select[Any]:
    """The query over `units` with the scope applied: `domain.units.sees` as SQL."""
    match scope.reach:
        case "all":
            return query
        case "tenant":
            return query.where(units.c.tenant == scope.tenant)
        case "fleet":
            return query.where(units.c.tenant == scope.tenant, units.c.fleet.in_(scope.fleets or ()))
        case "own":
            return query.where(false() if scope.unit is None else units.c.id == scope.unit)
        case "none":
            return query.where(false())


class Units:
    """The Units of the scope."""

    def __init__(self, connection: Connection, scope: Scope) -> None:
        self._connection, self._scope = connection, scope

    def _mine(self) -> Select[Any]:
        return within(select(units), self._scope)

    def get(self, id: UnitId) -> Unit:
        """Raises NotFound, for a foreign one too."""
        return self._one(self._mine().where(units.c.id == id), id)

    def named(self, name: str) -> Unit:
        """By id or by system id; raises NotFound, for a foreign one too."""
        return self._one(self._mine().where((units.c.id == name) | (units.c.system_uid == name)), name)

    def _one(self, query: Select[Any], name: str) -> Unit:
        found = rows.one(self._connection, query, Unit)
        if found is None:
            raise NotFound("unit", name)
        return found

    def names(self, ids: Iterable[str]) -> dict[str, SystemId]:
        """The system ids of the Units with these ids, of those in the scope."""
        query = within(select(units.c.id, units.c.system_uid), self._scope).where(units.c.id.in_(set(ids)))
        return {row[0]: row[1] for row in self._connection.execute(query)}

    def page(
        self,
        window: Window = Window(),
        *,
        system_uid: str | None = None,
        search: str | None = None,
        fleet: FleetId | None = None,
        lifecycle: Lifecycle | None = None,
        connectivity: Connectivity | None = None,
        deployment: DeploymentState | None = None,
        target_system: TargetSystemId | None = None,
        selector: Selector | None = None,
        clone: bool | None = None,
        order: str = "system_uid",
    ) -> Page[Unit]:
        """Units that match every filter given; `search` is a part of the system id, in any case."""
        wanted = {
            "system_uid": system_uid,
            "fleet": fleet,
            "lifecycle": lifecycle,
            "connectivity": connectivity,
            "target_system": target_system,
        }
        query = self._mine() if selector is None else selected(self._mine(), selector)
        if deployment is not None:
            query = query.where(_STANDING.in_((deployment,)))
        if search is not None:
            query = query.where(units.c.system_uid.icontains(search, autoescape=True))
        if clone is not None:
            query = query.where(units.c.id.in_(_SUSPECTED) if clone else units.c.id.not_in(_SUSPECTED))
        for name, value in wanted.items():
            if value is not None:
                query = query.where(units.c[name] == value)
        return rows.page(self._connection, query, Unit, window, order, ORDERS)

    def counts(self, *, fleet: FleetId | None = None, lifecycle: Lifecycle | None = None) -> UnitCounts:
        """How many there are in each state, of a fleet and a lifecycle, or of all."""
        standing, clone = _STANDING.label("standing"), units.c.id.in_(_SUSPECTED).label("clone")
        query = within(select(standing, units.c.connectivity, clone, func.count().label("many")), self._scope)
        if fleet is not None:
            query = query.where(units.c.fleet == fleet)
        if lifecycle is not None:
            query = query.where(units.c.lifecycle == lifecycle)
        deployment: dict[DeploymentState, int] = dict.fromkeys(get_args(DeploymentState), 0)
        connectivity: dict[Connectivity, int] = dict.fromkeys(get_args(Connectivity), 0)
        clones = 0
        for state, online, is_clone, many in self._connection.execute(
            query.group_by(standing, units.c.connectivity, clone)
        ):
            deployment[state] += many
            connectivity[online] += many
            clones += many if is_clone else 0
        return UnitCounts(sum(deployment.values()), deployment, connectivity, clones)

    def add(self, unit: Unit) -> None:
        """Raises Conflict where the system id is taken, in any tenant; NotFound outside the scope."""
        if self._scope.reach != "all" and unit.tenant != self._scope.tenant:
            raise NotFound("organization", unit.tenant)
        rows.add(self._connection, units, rows.values_of(unit), "this system id is taken", "system_uid")

    def set_lifecycle(self, id: UnitId, lifecycle: Lifecycle) -> None:
        """Raises NotFound."""
        self.get(id)
        self._connection.execute(update(units).where(units.c.id == id).values(lifecycle=lifecycle))

    def set_fleet(self, id: UnitId, fleet: FleetId) -> None:
        """Raises NotFound."""
        self.get(id)
        changed = {"fleet": fleet, "target_dirty": True}  # its time zone may be another
        self._connection.execute(update(units).where(units.c.id == id).values(changed))

    def set_target_system(self, id: UnitId, system: TargetSystemId) -> None:
        """Its target is to be compiled anew. Raises NotFound."""
        self.get(id)
        changed = {"target_system": system, "target_dirty": True}
        self._connection.execute(update(units).where(units.c.id == id).values(changed))

    def delete(self, id: UnitId) -> None:
        """With everything that hangs on it, save the floor of its generations. Raises NotFound."""
        unit = self.get(id)
        given = select(literal(unit.system_uid), unit_targets.c.epoch, unit_targets.c.number)
        floor = rows.insert_into(self._connection, generation_floors).from_select(
            ["system_uid", "epoch", "number"], given.where(unit_targets.c.unit == id)
        )
        new, old = (tuple_(there.epoch, there.number) for there in (floor.excluded, generation_floors.c))
        self._connection.execute(
            floor.on_conflict_do_update(
                index_elements=["system_uid"],
                set_={"epoch": floor.excluded.epoch, "number": floor.excluded.number},
                where=new > old,
            )
        )
        self._connection.execute(delete(units).where(units.c.id == id))

    def nodes(self, id: UnitId) -> tuple[Node, ...]:
        """The registered nodes, main node first; raises NotFound."""
        self.get(id)
        query = select(nodes).where(nodes.c.unit == id).order_by(nodes.c.main.desc(), nodes.c.name)
        return rows.every(self._connection, query, Node)

    def put_nodes(self, id: UnitId, registered: Sequence[Node]) -> None:
        """Replace the registered nodes; raises NotFound."""
        self.get(id)
        self._connection.execute(delete(nodes).where(nodes.c.unit == id))
        if registered:
            values = [{**rows.values_of(node), "unit": id} for node in registered]
            self._connection.execute(insert(nodes), values)

    def node(self, id: UnitId, name: str) -> Node:
        """One of them; raises NotFound for the Unit or for the node."""
        found = next((node for node in self.nodes(id) if node.name == name), None)
        if found is None:
            raise NotFound("node", name)
        return found

    def put_node(self, node: Node) -> None:
        """In place of the one of this name; raises NotFound."""
        self.get(node.unit)
        this = and_(nodes.c.unit == node.unit, nodes.c.name == node.name)
        self._connection.execute(update(nodes).where(this).values(rows.values_of(node)))

    def mark_dirty(self, ids: Sequence[UnitId]) -> None:
        """Their targets are to be compiled anew."""
        mine = within(select(units.c.id), self._scope).where(units.c.id.in_(ids))
        self._connection.execute(update(units).where(units.c.id.in_(mine)).values(target_dirty=True))


class EveryUnit:
    """All Units: for signing in and for reconcilers."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def find(self, id: UnitId) -> Unit | None:
        """The Unit with this id."""
        return rows.one(self._connection, select(units).where(units.c.id == id), Unit)

    def named(self, system_uid: SystemId) -> Unit | None:
        """The Unit that calls itself so."""
        return rows.one(self._connection, select(units).where(units.c.system_uid == system_uid), Unit)

    def find_many(self, ids: Iterable[UnitId]) -> dict[UnitId, Unit]:
        """The Units with these ids."""
        query = select(units).where(units.c.id.in_(set(ids)))
        return {found.id: found for found in rows.every(self._connection, query, Unit)}

    def connect(self, connections: Sequence[tuple[UnitId, str]], now: Instant) -> None:
        """Channels are open; those before them count no more."""
        statement = update(units).where(units.c.id == bindparam("unit"))
        statement = statement.values(connectivity="Connected", connection=bindparam("opened"), last_seen=now)
        if connections:
            self._connection.execute(statement, [{"unit": unit, "opened": opened} for unit, opened in connections])

    def disconnect(self, connections: Sequence[tuple[UnitId, str]], now: Instant) -> None:
        """Channels were closed; nothing happens to a Unit that is on another one by now."""
        statement = update(units).where(units.c.id == bindparam("unit"), units.c.connection == bindparam("closed"))
        statement = statement.values(connectivity="Offline", connection="", last_seen=now)
        if connections:
            self._connection.execute(statement, [{"unit": unit, "closed": closed} for unit, closed in connections])

    def forget_connections(self, process: str, now: Instant) -> int:
        """Units connected through a process that is no more are offline, from now on; how many there were."""
        mine = units.c.connection.startswith(f"{process}/", autoescape=True)
        values = {"connectivity": "Offline", "connection": "", "last_seen": now}
        return self._connection.execute(update(units).where(mine).values(values)).rowcount
