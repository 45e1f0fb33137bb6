"""Target systems."""

from typing import Any

from sqlalchemy import Connection, Select, delete, false, func, select, update

from aosedge.cloud.domain.access.callers import Scope
from aosedge.cloud.domain.pages import Page, Window
from aosedge.cloud.domain.target_systems import TargetSystem
from aosedge.cloud.store import rows
from aosedge.cloud.store.set_tables import target_systems
from aosedge.cloud.store.tables import units
from aosedge.model.errors import Conflict, NotFound
from aosedge.model.ids import TargetSystemId


class TargetSystems:
    """The kinds of hardware of the scope's organization."""

    def __init__(self, connection: Connection, scope: Scope) -> None:
        self._connection, self._scope = connection, scope

    def _mine(self) -> Select[Any]:
        query, scope = select(target_systems), self._scope
        match scope.reach:
            case "all":
                return query
            case "tenant" | "fleet":
                return query.where(target_systems.c.tenant == scope.tenant)
            case "own" | "none":
                return query.where(false())

    def get(self, id: TargetSystemId) -> TargetSystem:
        """Raises NotFound, for a foreign one too."""
        found = rows.one(self._connection, self._mine().where(target_systems.c.id == id), TargetSystem)
        if found is None:
            raise NotFound("target-system", id)
        return found

    def page(
        self,
        window: Window = Window(),
        *,
        title: str | None = None,
        search: str | None = None,
        order: str = "title",
    ) -> Page[TargetSystem]:
        """Target systems, all or with this title; `search` is a part of it, in any case."""
        query = self._mine() if title is None else self._mine().where(target_systems.c.title == title)
        if search is not None:
            query = query.where(target_systems.c.title.icontains(search, autoescape=True))
        return rows.page(self._connection, query, TargetSystem, window, order, ("title", "created_at"))

    def newest_revision(self) -> int:
        """The highest revision that any of the organization's target systems has; 0 without any."""
        mine = self._mine().with_only_columns(target_systems.c.revision)
        found = self._connection.execute(select(func.max(mine.subquery().c.revision))).scalar()
        return 0 if found is None else int(found)

    def add(self, system: TargetSystem) -> None:
        """Raises Conflict where the title is taken, NotFound outside the scope's organization."""
        if self._scope.reach != "all" and system.tenant != self._scope.tenant:
            raise NotFound("organization", system.tenant)
        words = "a target system with this title exists"
        rows.add(self._connection, target_systems, rows.values_of(system), words, "title")

    def put(self, system: TargetSystem) -> None:
        """Keep changes; its Units' targets are to be compiled anew. Raises NotFound, and Conflict for the title."""
        known = self.get(system.id)
        same = select(target_systems.c.id).where(
            target_systems.c.tenant == known.tenant,
            target_systems.c.title == system.title,
            target_systems.c.id != known.id,
        )
        if self._connection.execute(same).first() is not None:
            raise Conflict("a target system with this title exists", element="title")
        changed = rows.values_of(system, without=("id", "tenant", "created_at"))
        self._connection.execute(update(target_systems).where(target_systems.c.id == known.id).values(changed))
        self._connection.execute(update(units).where(units.c.target_system == known.id).values(target_dirty=True))

    def delete(self, id: TargetSystemId) -> None:
        """Raises NotFound."""
        self.get(id)
        self._connection.execute(delete(target_systems).where(target_systems.c.id == id))
