"""Subjects and which Units they join."""

from typing import Any

from sqlalchemy import Connection, Select, delete, false, select, update

from aosedge.cloud.domain.access.callers import Scope
from aosedge.cloud.domain.pages import Page, Window
from aosedge.cloud.domain.subjects import Subject, SubjectKind
from aosedge.cloud.domain.units import Unit
from aosedge.cloud.store import rows
from aosedge.cloud.store.tables import subject_units, subjects, units
from aosedge.cloud.store.units import within
from aosedge.model.errors import Conflict, NotFound
from aosedge.model.ids import SubjectId, UnitId


class Subjects:
    """The subjects of the scope's organization."""

    def __init__(self, connection: Connection, scope: Scope) -> None:
        self._connection, self._scope = connection, scope

    def _mine(self) -> Select[Any]:
        query, scope = select(subjects), self._scope
        match scope.reach:
            case "all":
                return query
            case "tenant":
                return query.where(subjects.c.tenant == scope.tenant)
            case "own" | "fleet" | "none":
                return query.where(false())

    def get(self, id: SubjectId) -> Subject:
        """Raises NotFound, for a foreign one too."""
        found = rows.one(self._connection, self._mine().where(subjects.c.id == id), Subject)
        if found is None:
            raise NotFound("subject", id)
        return found

    def page(
        self,
        window: Window = Window(),
        *,
        title: str | None = None,
        search: str | None = None,
        kind: SubjectKind | None = None,
        unit: UnitId | None = None,
        order: str = "title",
    ) -> Page[Subject]:
        """Subjects that match every filter given; `unit`: those that join this Unit; `search`: part of the title."""
        query = self._mine()
        if search is not None:
            query = query.where(subjects.c.title.icontains(search, autoescape=True))
        if title is not None:
            query = query.where(subjects.c.title == title)
        if kind is not None:
            query = query.where(subjects.c.kind == kind)
        if unit is not None:
            query = query.where(
                subjects.c.id.in_(select(subject_units.c.subject).where(subject_units.c.unit == unit))
            )
        return rows.page(self._connection, query, Subject, window, order, ("title", "kind", "created_at"))

    def add(self, subject: Subject) -> None:
        """Raises Conflict where the title is taken, NotFound outside the scope's organization."""
        if self._scope.reach != "all" and subject.tenant != self._scope.tenant:
            raise NotFound("organization", subject.tenant)
        rows.add(self._connection, subjects, rows.values_of(subject), "a subject with this title exists", "title")

    def rename(self, id: SubjectId, title: str) -> Subject:
        """Raises NotFound, and Conflict where the title is taken."""
        mine = self.get(id)
        same = select(subjects.c.id).where(
            subjects.c.tenant == mine.tenant, subjects.c.title == title, subjects.c.id != id
        )
        if self._connection.execute(same).first() is not None:
            raise Conflict("a subject with this title exists", element="title")
        self._connection.execute(update(subjects).where(subjects.c.id == id).values(title=title))
        return self.get(id)

    def delete(self, id: SubjectId) -> None:
        """With its assignments; its Units are to be compiled anew. Raises NotFound."""
        self.get(id)
        self.mark_dirty(id)
        self._connection.execute(delete(subjects).where(subjects.c.id == id))

    def mark_dirty(self, id: SubjectId) -> None:
        """The targets of the subject's Units are to be compiled anew: one statement for all. Raises NotFound."""
        self.get(id)
        joined = select(subject_units.c.unit).where(subject_units.c.subject == id)
        self._connection.execute(update(units).where(units.c.id.in_(joined)).values(target_dirty=True))

    def _unit(self, id: SubjectId, unit: UnitId) -> None:
        """Raises NotFound unless both are of one organization and in the scope."""
        subject = self.get(id)
        query = within(select(units.c.id), self._scope).where(units.c.id == unit, units.c.tenant == subject.tenant)
        if self._connection.execute(query).first() is None:
            raise NotFound("unit", unit)

    def leave_others(self, id: SubjectId, unit: UnitId) -> tuple[Unit, ...]:
        """Take it from every Unit but this; which they were. Raises NotFound for either."""
        self._unit(id, unit)
        others = select(subject_units.c.unit).where(subject_units.c.subject == id, subject_units.c.unit != unit)
        left = rows.every(self._connection, select(units).where(units.c.id.in_(others)).order_by(units.c.id), Unit)
        ids = [other.id for other in left]
        gone = delete(subject_units).where(subject_units.c.subject == id, subject_units.c.unit.in_(ids))
        self._connection.execute(gone)
        self._connection.execute(update(units).where(units.c.id.in_(ids)).values(target_dirty=True))
        return left

    def join(self, id: SubjectId, unit: UnitId) -> bool:
        """Add a Unit; false if it was there. Raises NotFound for either."""
        self._unit(id, unit)
        statement = rows.insert_into(self._connection, subject_units).values(subject=id, unit=unit)
        if self._connection.execute(statement.on_conflict_do_nothing()).rowcount != 1:
            return False
        self._touch(unit)
        return True

    def part(self, id: SubjectId, unit: UnitId) -> bool:
        """Take a Unit out; false if it was not there. Raises NotFound for either."""
        self._unit(id, unit)
        mine = delete(subject_units).where(subject_units.c.subject == id, subject_units.c.unit == unit)
        if self._connection.execute(mine).rowcount != 1:
            return False
        self._touch(unit)
        return True

    def _touch(self, unit: UnitId) -> None:
        self._connection.execute(update(units).where(units.c.id == unit).values(target_dirty=True))

    def units(self, id: SubjectId, window: Window = Window(), *, order: str = "system_uid") -> Page[Unit]:
        """The Units it joins; raises NotFound."""
        self.get(id)
        joined = select(subject_units.c.unit).where(subject_units.c.subject == id)
        query = within(select(units), self._scope).where(units.c.id.in_(joined))
        return rows.page(self._connection, query, Unit, window, order, ("system_uid", "created_at", "model"))
