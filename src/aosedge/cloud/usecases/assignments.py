"""What shall run for a subject, as people ask for it."""

from aosedge.cloud.domain.access.callers import tenant_of
from aosedge.cloud.domain.assignments import Assignment, checked
from aosedge.cloud.store import Session
from aosedge.model.errors import Conflict
from aosedge.model.ids import AssignmentId, BundleId, Ids, ItemId, SubjectId


def create(
    session: Session,
    ids: Ids,
    subject: SubjectId,
    *,
    item: ItemId | None = None,
    bundle: BundleId | None = None,
    version: str | None = None,
    num_instances: int | None = None,
    priority: int | None = None,
    labels: tuple[str, ...] | None = None,
) -> Assignment:
    """Assign an item or a bundle to a subject; every Unit it joins is compiled anew.

    Raises Invalid naming the field; NotFound for a subject, item, version or bundle that is missing or foreign (an
    item is an OEM's own or of a Service Provider it granted); Conflict where the same thing is assigned already.
    """
    assignment = checked(
        Assignment(
            id=AssignmentId(ids.new()),
            tenant=tenant_of(session.caller),
            subject=subject,
            created_at=session.caller.now,
            item=item,
            bundle=bundle,
            version=version,
            num_instances=num_instances,
            priority=priority,
            labels=labels,
        )
    )
    session.subjects.get(subject)
    _there(session, assignment)
    if session.assignments.page(subject=subject, item=item, bundle=bundle).total:
        raise Conflict("this is assigned to the subject already", element="subject", cure="unassign it first")
    session.assignments.add(assignment)
    session.subjects.mark_dirty(subject)
    session.signal("targets")
    return assignment


def _there(session: Session, assignment: Assignment) -> None:
    if assignment.item is not None:
        session.items.get(assignment.item)
        if assignment.version is not None:
            session.items.version(assignment.item, assignment.version)
    if assignment.bundle is not None and session.bundles.get(assignment.bundle).state != "ready":
        raise Conflict("the bundle is not ready", element="bundle", cure="see why with: aos bundle show")


def delete(session: Session, id: AssignmentId) -> Assignment:
    """Take it back; what it was. Raises NotFound."""
    assignment = session.assignments.get(id)
    session.assignments.delete(id)
    session.subjects.mark_dirty(assignment.subject)
    session.signal("targets")
    return assignment
