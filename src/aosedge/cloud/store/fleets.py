"""Fleets."""

from typing import Any

from sqlalchemy import Connection, Select, delete, false, select, update

from aosedge.cloud.domain.access.callers import Scope
from aosedge.cloud.domain.fleets import Fleet
from aosedge.cloud.domain.pages import Page, Window
from aosedge.cloud.store import rows
from aosedge.cloud.store.tables import fleets, units, user_fleets, users
from aosedge.model.errors import Conflict, NotFound
from aosedge.model.ids import FleetId


class Fleets:
    """The fleets of the scope."""

    def __init__(self, connection: Connection, scope: Scope) -> None:
        self._connection, self._scope = connection, scope

    def _mine(self) -> Select[Any]:
        query, scope = select(fleets), self._scope
        match scope.reach:
            case "all":
                return query
            case "tenant":
                return query.where(fleets.c.tenant == scope.tenant)
            case "fleet":
                return query.where(fleets.c.tenant == scope.tenant, fleets.c.id.in_(scope.fleets or ()))
            case "own" | "none":
                return query.where(false())

    def get(self, id: FleetId) -> Fleet:
        """Raises NotFound, for a foreign one too."""
        found = rows.one(self._connection, self._mine().where(fleets.c.id == id), Fleet)
        if found is None:
            raise NotFound("fleet", id)
        return found

    def page(
        self,
        window: Window = Window(),
        *,
        title: str | None = None,
        search: str | None = None,
        order: str = "title",
    ) -> Page[Fleet]:
        """Fleets, all or with this title; `search` is a part of it, in any case."""
        query = self._mine() if title is None else self._mine().where(fleets.c.title == title)
        if search is not None:
            query = query.where(fleets.c.title.icontains(search, autoescape=True))
        return rows.page(self._connection, query, Fleet, window, order, ("title", "created_at"))

    def add(self, fleet: Fleet) -> None:
        """Raises Conflict where the title is taken, NotFound outside the scope's organization."""
        if self._scope.reach != "all" and fleet.tenant != self._scope.tenant:
            raise NotFound("organization", fleet.tenant)
        rows.add(self._connection, fleets, rows.values_of(fleet), "a fleet with this title exists", "title")

    def change(self, id: FleetId, title: str, timezone: str) -> Fleet:
        """Another title and time zone, of which its Units are told. Raises NotFound; Conflict for a taken title."""
        fleet = self.get(id)
        same = select(fleets.c.id).where(fleets.c.tenant == fleet.tenant, fleets.c.title == title, fleets.c.id != id)
        if self._connection.execute(same).first() is not None:
            raise Conflict("a fleet with this title exists", element="title")
        self._connection.execute(update(fleets).where(fleets.c.id == id).values(title=title, timezone=timezone))
        if timezone != fleet.timezone:
            self._connection.execute(update(units).where(units.c.fleet == id).values(target_dirty=True))
        return self.get(id)

    def owners(self, id: FleetId) -> tuple[str, ...]:
        """The names of the users whose fleet it is; raises NotFound."""
        self.get(id)
        query = select(users.c.username).join(user_fleets, user_fleets.c.user == users.c.id)
        query = query.where(user_fleets.c.fleet == id).order_by(users.c.username)
        return tuple(self._connection.execute(query).scalars())

    def delete(self, id: FleetId) -> None:
        """Raises NotFound. Nothing may belong to it any more."""
        self.get(id)
        self._connection.execute(delete(fleets).where(fleets.c.id == id))
