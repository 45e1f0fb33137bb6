"""Assignments."""

from typing import Any

from sqlalchemy import Connection, Select, delete, false, select

from aosedge.cloud.domain.access.callers import Scope
from aosedge.cloud.domain.assignments import Assignment
from aosedge.cloud.domain.pages import Page, Window
from aosedge.cloud.store import rows
from aosedge.cloud.store.tables import assignments
from aosedge.model.errors import NotFound
from aosedge.model.ids import AssignmentId, BundleId, ItemId, SubjectId


class Assignments:
    """The assignments of the scope's organization."""

    def __init__(self, connection: Connection, scope: Scope) -> None:
        self._connection, self._scope = connection, scope

    def _mine(self) -> Select[Any]:
        query, scope = select(assignments), self._scope
        match scope.reach:
            case "all":
                return query
            case "tenant":
                return query.where(assignments.c.tenant == scope.tenant)
            case "own" | "fleet" | "none":
                return query.where(false())

    def get(self, id: AssignmentId) -> Assignment:
        """Raises NotFound, for a foreign one too."""
        found = rows.one(self._connection, self._mine().where(assignments.c.id == id), Assignment)
        if found is None:
            raise NotFound("assignment", id)
        return found

    def page(
        self,
        window: Window = Window(),
        *,
        subject: SubjectId | None = None,
        item: ItemId | None = None,
        bundle: BundleId | None = None,
        order: str = "created_at",
    ) -> Page[Assignment]:
        """Assignments that match every filter given."""
        query = self._mine()
        for column, value in (
            (assignments.c.subject, subject),
            (assignments.c.item, item),
            (assignments.c.bundle, bundle),
        ):
            if value is not None:
                query = query.where(column == value)
        return rows.page(self._connection, query, Assignment, window, order, ("created_at", "priority"))

    def of_subject(self, subject: SubjectId) -> tuple[Assignment, ...]:
        """All of a subject's, oldest first."""
        query = self._mine().where(assignments.c.subject == subject)
        return rows.every(self._connection, query.order_by(assignments.c.created_at, assignments.c.id), Assignment)

    def add(self, assignment: Assignment) -> None:
        """Raises Conflict, and NotFound outside the scope's organization."""
        if self._scope.reach != "all" and assignment.tenant != self._scope.tenant:
            raise NotFound("organization", assignment.tenant)
        rows.add(self._connection, assignments, rows.values_of(assignment), "the assignment exists", "id")

    def delete(self, id: AssignmentId) -> None:
        """Raises NotFound."""
        self.get(id)
        self._connection.execute(delete(assignments).where(assignments.c.id == id))
