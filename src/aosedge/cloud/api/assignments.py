"""What is assigned to a subject."""

from collections.abc import Mapping
from typing import Any

import msgspec
from litestar import delete, get, post
from litestar.params import FromQuery, JSONBody

from aosedge.cloud.api.asking import Asked, Name, Within
from aosedge.cloud.domain.assignments import Standing
from aosedge.cloud.domain.catalogue import Bundle
from aosedge.cloud.store import Session
from aosedge.cloud.usecases import assignments
from aosedge.model.errors import NotFound
from aosedge.model.ids import AssignmentId, BundleId, ItemId, SubjectId
from aosedge.model.instants import to_rfc3339


class BundleName(msgspec.Struct, frozen=True):
    """A bundle and what people call it."""

    id: str
    name: str


class AssignmentView(msgspec.Struct, frozen=True):
    """An item or a bundle for a subject; what is null is the item version's own. `title` names it for people.

    A bundle is exactly that bundle, and `newer_bundle` is one with newer versions of its items, if there is one. An
    item without `version` is its newest ready version.
    """

    id: str
    subject_id: str
    item_id: str | None
    bundle_id: str | None
    title: str
    version: str | None
    num_instances: int | None
    priority: int | None
    labels: tuple[str, ...] | None
    created_at: str
    newer_bundle: BundleName | None


class AssignedView(AssignmentView, frozen=True):
    """A new assignment, and those that it took the place of."""

    replaced: tuple[AssignmentView, ...]


class AssignmentsView(msgspec.Struct, frozen=True):
    """A part of the list."""

    total: int
    items: tuple[AssignmentView, ...]


class NewAssignment(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """An item or a bundle to assign; without `version` an item follows its newest ready one."""

    item_id: str | None = None
    bundle_id: str | None = None
    version: str | None = None
    num_instances: int | None = None
    priority: int | None = None
    labels: tuple[str, ...] | None = None


def view(standing: Standing, newer: Mapping[BundleId, Bundle]) -> AssignmentView:
    """As the API shows it."""
    return AssignmentView(**_fields(standing, newer))


def _fields(standing: Standing, newer: Mapping[BundleId, Bundle]) -> dict[str, Any]:
    assignment = standing.assignment
    better = newer.get(assignment.bundle) if assignment.bundle is not None else None
    return {
        "id": assignment.id,
        "subject_id": assignment.subject,
        "item_id": assignment.item,
        "bundle_id": assignment.bundle,
        "title": standing.title,
        "version": assignment.version,
        "num_instances": assignment.num_instances,
        "priority": assignment.priority,
        "labels": assignment.labels,
        "created_at": to_rfc3339(assignment.created_at),
        "newer_bundle": BundleName(better.id, better.name) if better is not None else None,
    }


@get("/subjects/{id:str}/assignments/", operation_id="assignments_list", tags=["subjects"])
async def list_(ask: Asked, id: Name, window: Within, ordering: FromQuery[str] = "created_at") -> AssignmentsView:
    """What is assigned to a subject."""

    def find(session: Session) -> AssignmentsView:
        subject = session.subjects.get(SubjectId(id))
        page = session.assignments.page(window, subject=subject.id, order=ordering)
        newer = assignments.newer(session, page.items)
        shown = assignments.standings(session, page.items)
        return AssignmentsView(page.total, tuple(view(each, newer) for each in shown))

    return await ask.read(find)


@post("/subjects/{id:str}/assignments/", operation_id="assignments_create", tags=["subjects"])
async def create(ask: Asked, id: Name, data: JSONBody[NewAssignment]) -> AssignedView:
    """Assign an item or a bundle, in place of what only brings items that it brings itself; the Units get it."""

    def assign(session: Session) -> AssignedView:
        made = assignments.create(
            session,
            ask.ids,
            SubjectId(id),
            item=ItemId(data.item_id) if data.item_id is not None else None,
            bundle=BundleId(data.bundle_id) if data.bundle_id is not None else None,
            version=data.version,
            num_instances=data.num_instances,
            priority=data.priority,
            labels=data.labels,
        )
        fields = _fields(made.new, assignments.newer(session, [made.new.assignment]))
        return AssignedView(**fields, replaced=tuple(view(old, {}) for old in made.replaced))

    return await ask.change(assign, lambda made: f"{id} {made.id}")


@delete("/subjects/{id:str}/assignments/{assignment_id:str}/", operation_id="assignments_delete", tags=["subjects"])
async def remove(ask: Asked, id: Name, assignment_id: Name) -> None:
    """Take an assignment back: the subject's Units lose what only it gave them."""

    def unassign(session: Session) -> str:
        if session.assignments.get(AssignmentId(assignment_id)).subject != id:
            raise NotFound("assignment", assignment_id)
        return assignments.delete(session, AssignmentId(assignment_id)).id

    await ask.change(unassign, lambda gone: f"{id} {gone}")
