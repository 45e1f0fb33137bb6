"""Units that look like two devices."""

from collections.abc import Iterable, Sequence

from sqlalchemy import Connection, delete, select

from aosedge.cloud.domain.access.callers import Scope
from aosedge.cloud.domain.clones import Takeovers
from aosedge.cloud.store import rows
from aosedge.cloud.store.clone_tables import takeovers
from aosedge.cloud.store.tables import units
from aosedge.cloud.store.units import within
from aosedge.model.ids import UnitId


class Clones:
    """The scope's Units that are suspected."""

    def __init__(self, connection: Connection, scope: Scope) -> None:
        self._connection, self._scope = connection, scope

    def suspected(self, ids: Iterable[UnitId]) -> dict[UnitId, Takeovers]:
        """Those of these Units that look like two devices."""
        mine = within(select(units.c.id), self._scope).where(units.c.id.in_(set(ids)))
        query = select(takeovers).where(takeovers.c.unit.in_(mine), takeovers.c.suspected_at.is_not(None))
        return {found.unit: found for found in rows.every(self._connection, query, Takeovers)}

    def clear(self, unit: UnitId) -> bool:
        """Forget what was seen of a Unit; whether it was suspected."""
        was = bool(self.suspected((unit,)))
        mine = within(select(units.c.id), self._scope).where(units.c.id == unit)
        self._connection.execute(delete(takeovers).where(takeovers.c.unit.in_(mine)))
        return was


class EveryTakeover:
    """Of all Units: for the gateway, which sees them."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def find_many(self, ids: Iterable[UnitId]) -> dict[UnitId, Takeovers]:
        """What is remembered of these Units."""
        query = select(takeovers).where(takeovers.c.unit.in_(set(ids)))
        return {found.unit: found for found in rows.every(self._connection, query, Takeovers)}

    def forget(self, ids: Iterable[UnitId]) -> None:
        """Nothing is remembered of these Units."""
        self._connection.execute(delete(takeovers).where(takeovers.c.unit.in_(set(ids))))

    def put(self, changed: Sequence[Takeovers]) -> None:
        """Each in place of the one before it."""
        for each in changed:
            values = rows.values_of(each)
            statement = rows.insert_into(self._connection, takeovers).values(values)
            self._connection.execute(statement.on_conflict_do_update(index_elements=["unit"], set_=values))
