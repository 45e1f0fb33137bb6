"""Environment variables that are set on Units for a while."""

from collections.abc import Iterable
from typing import Final

from sqlalchemy import ColumnElement, Connection, delete, select, tuple_

from aosedge.cloud.domain.access.callers import Scope
from aosedge.cloud.domain.unit_variables import Variable
from aosedge.cloud.store import rows
from aosedge.cloud.store.tables import units
from aosedge.cloud.store.units import within
from aosedge.cloud.store.variable_tables import unit_variables as table
from aosedge.model.errors import NotFound
from aosedge.model.ids import UnitId
from aosedge.model.instants import Instant

_KEY: Final = ("unit", "item", "subject", "instance", "name")


class UnitVariables:
    """Of the scope's Units, by an id that `Units.get` or `named` gave; a foreign one has none."""

    def __init__(self, connection: Connection, scope: Scope) -> None:
        self._connection, self._scope = connection, scope

    def of(self, unit: UnitId) -> tuple[Variable, ...]:
        """By item, subject, instance and name, those that were taken back too."""
        mine = within(select(units.c.id), self._scope).where(units.c.id == unit)
        return _found(self._connection, table.c.unit.in_(mine))

    def put(self, unit: UnitId, changed: Iterable[Variable]) -> None:
        """Each in place of the one before it; raises NotFound for a foreign Unit."""
        mine = within(select(units.c.id), self._scope).where(units.c.id == unit)
        if self._connection.execute(mine).first() is None:
            raise NotFound("unit", unit)
        _put(self._connection, changed)


class ReportedVariables:
    """Of some Units, all of which are reporting."""

    def __init__(self, connection: Connection, units: frozenset[UnitId]) -> None:
        self._connection, self._units = connection, units

    def of(self, unit: UnitId) -> tuple[Variable, ...]:
        """Those of one of the Units."""
        return _found(self._connection, table.c.unit.in_(self._units & {unit}))

    def put(self, changed: Iterable[Variable]) -> None:
        """Each in place of the one before it."""
        _put(self._connection, changed)

    def remove(self, gone: Iterable[Variable]) -> None:
        """Forget these."""
        keys = [tuple(getattr(one, name) for name in _KEY) for one in gone]
        if keys:
            self._connection.execute(delete(table).where(tuple_(*(table.c[name] for name in _KEY)).in_(keys)))


class EveryVariable:
    """Those of all Units: for signing them in, and for letting go."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def units_to_tell(self, ids: Iterable[UnitId], now: Instant) -> set[UnitId]:
        """Which of these Units have any, or may have some that were taken back."""
        query = select(table.c.unit).distinct().where(table.c.unit.in_(set(ids)), table.c.until > now)
        return {UnitId(unit) for unit in self._connection.execute(query).scalars()}

    def drop(self, now: Instant) -> int:
        """Those whose time is over; how many went."""
        return self._connection.execute(delete(table).where(table.c.until <= now)).rowcount


def _found(connection: Connection, those: ColumnElement[bool]) -> tuple[Variable, ...]:
    query = select(table).where(those).order_by(*(table.c[name] for name in _KEY))
    return rows.every(connection, query, Variable)


def _put(connection: Connection, changed: Iterable[Variable]) -> None:
    for one in changed:
        values = rows.values_of(one)
        statement = rows.insert_into(connection, table).values(values)
        rest = {name: statement.excluded[name] for name in values if name not in _KEY}
        connection.execute(statement.on_conflict_do_update(index_elements=list(_KEY), set_=rest))
