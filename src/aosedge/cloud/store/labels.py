"""Labels of Units: text, and beside it a number and a version's key where the text reads as one."""

from collections.abc import Iterable, Mapping
from typing import Any

from sqlalchemy import Connection, delete, insert, select, update

from aosedge.cloud.domain.access.callers import Scope
from aosedge.cloud.domain.labels import ZONE, number_of, version_of
from aosedge.cloud.store.selecting import order_key
from aosedge.cloud.store.set_tables import unit_labels
from aosedge.cloud.store.tables import units
from aosedge.cloud.store.units import within
from aosedge.model.errors import NotFound
from aosedge.model.ids import UnitId


class Labels:
    """Labels of the scope's Units."""

    def __init__(self, connection: Connection, scope: Scope) -> None:
        self._connection, self._scope = connection, scope

    def of(self, unit: UnitId) -> dict[str, str]:
        """A Unit's labels by name; none for a foreign Unit."""
        return self.of_many((unit,)).get(unit, {})

    def of_many(self, ids: Iterable[UnitId]) -> dict[UnitId, dict[str, str]]:
        """Labels by name of each of these Units that has any and is in the scope."""
        mine = within(select(units.c.id), self._scope).where(units.c.id.in_(set(ids)))
        query = select(unit_labels.c.unit, unit_labels.c.name, unit_labels.c.value).where(
            unit_labels.c.unit.in_(mine)
        )
        found: dict[UnitId, dict[str, str]] = {}
        for unit, name, value in self._connection.execute(query.order_by(unit_labels.c.name)):
            found.setdefault(unit, {})[name] = value
        return found

    def put(self, unit: UnitId, labels: Mapping[str, str]) -> None:
        """Replace a Unit's labels; raises NotFound, for a foreign one too."""
        if (
            self._connection.execute(within(select(units.c.id), self._scope).where(units.c.id == unit)).first()
            is None
        ):
            raise NotFound("unit", unit)
        if self.of(unit).get(ZONE) != labels.get(ZONE):
            self._connection.execute(update(units).where(units.c.id == unit).values(target_dirty=True))
        self._connection.execute(delete(unit_labels).where(unit_labels.c.unit == unit))
        if labels:
            self._connection.execute(insert(unit_labels), [_row(unit, name, labels[name]) for name in sorted(labels)])


def _row(unit: UnitId, name: str, value: str) -> dict[str, Any]:
    version = version_of(value)
    key = None if version is None else order_key(version)
    return {"unit": unit, "name": name, "value": value, "number": number_of(value), "version_key": key}
