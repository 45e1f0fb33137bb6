"""What is assigned to a subject."""

import msgspec
from litestar import delete, get, post
from litestar.params import FromQuery, JSONBody

from aosedge.cloud.api.asking import Asked, Name, Within
from aosedge.cloud.domain.assignments import Assignment
from aosedge.cloud.store import Session
from aosedge.cloud.usecases import assignments
from aosedge.model.errors import NotFound
from aosedge.model.ids import AssignmentId, BundleId, ItemId, SubjectId
from aosedge.model.instants import to_rfc3339


class AssignmentView(msgspec.Struct, frozen=True):
    """An item or a bundle for a subject; what is null is the item version's own. `title` names it for people."""

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


def view(session: Session, assignment: Assignment) -> AssignmentView:
    """As the API shows it."""
    return AssignmentView(
        id=assignment.id,
        subject_id=assignment.subject,
        item_id=assignment.item,
        bundle_id=assignment.bundle,
        title=_title(session, assignment),
        version=assignment.version,
        num_instances=assignment.num_instances,
        priority=assignment.priority,
        labels=assignment.labels,
        created_at=to_rfc3339(assignment.created_at),
    )


def _title(session: Session, assignment: Assignment) -> str:
    try:
        if assignment.item is not None:
            return session.items.get(assignment.item).codename
        return session.bundles.get(assignment.bundle).filename if assignment.bundle is not None else ""
    except NotFound:  # the grant was taken back since
        return ""


@get("/subjects/{id:str}/assignments/", operation_id="assignments_list", tags=["subjects"])
async def list_(ask: Asked, id: Name, window: Within, ordering: FromQuery[str] = "created_at") -> AssignmentsView:
    """What is assigned to a subject."""

    def find(session: Session) -> AssignmentsView:
        subject = session.subjects.get(SubjectId(id))
        page = session.assignments.page(window, subject=subject.id, order=ordering)
        return AssignmentsView(page.total, tuple(view(session, assignment) for assignment in page.items))

    return await ask.read(find)


@post("/subjects/{id:str}/assignments/", operation_id="assignments_create", tags=["subjects"])
async def create(ask: Asked, id: Name, data: JSONBody[NewAssignment]) -> AssignmentView:
    """Assign an item or a bundle: the subject's Units get it."""

    def assign(session: Session) -> AssignmentView:
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
        return view(session, made)

    return await ask.change(assign, lambda made: f"{id} {made.id}")


@delete("/subjects/{id:str}/assignments/{assignment_id:str}/", operation_id="assignments_delete", tags=["subjects"])
async def remove(ask: Asked, id: Name, assignment_id: Name) -> None:
    """Take an assignment back: the subject's Units lose what only it gave them."""

    def unassign(session: Session) -> str:
        if session.assignments.get(AssignmentId(assignment_id)).subject != id:
            raise NotFound("assignment", assignment_id)
        return assignments.delete(session, AssignmentId(assignment_id)).id

    await ask.change(unassign, lambda gone: f"{id} {gone}")
