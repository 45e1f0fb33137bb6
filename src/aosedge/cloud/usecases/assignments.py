"""What shall run for a subject, as people ask for it."""

from collections.abc import Sequence

import msgspec

from aosedge.cloud.domain.access.callers import tenant_of
from aosedge.cloud.domain.assignments import Assignment, Standing, checked, replaced
from aosedge.cloud.domain.catalogue import Bundle, newer_bundle
from aosedge.cloud.domain.organizations import check_granted
from aosedge.cloud.store import Session
from aosedge.model.errors import Conflict
from aosedge.model.ids import AssignmentId, BundleId, Ids, ItemId, SubjectId


class Assigned(msgspec.Struct, frozen=True):
    """What was assigned, and what it took the place of."""

    new: Standing
    replaced: tuple[Standing, ...]


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
) -> Assigned:
    """Assign an item or a bundle to a subject; every Unit it joins is compiled anew.

    It takes the place of those all of whose items it brings, each with a line in the audit trail. Raises Invalid
    naming the field; NotFound for a subject, item, version or bundle that is missing or foreign (an item is an OEM's
    own or of a Service Provider it granted); NotAllowed naming services that the grant does not have; Conflict where
    just this is assigned already, or part of its items.
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
    [new] = standings(session, [assignment])
    gone = replaced(new, standings(session, session.assignments.of_subject(subject)))
    for old in gone:
        session.assignments.delete(old.assignment.id)
        target = f"{subject} {old.assignment.id}"
        session.audit.append("assignments_delete", "done", target=target, detail=f"replaced by {assignment.id}")
    session.assignments.add(assignment)
    session.subjects.mark_dirty(subject)
    session.signal("targets")
    return Assigned(new, gone)


def standings(session: Session, every: Sequence[Assignment]) -> list[Standing]:
    """The assignments with their names; without items where the grant was taken back since."""
    items = session.items.some(each.item for each in every if each.item is not None)
    assigned = {each.bundle for each in every if each.bundle is not None}
    bundles, brought = session.bundles.some(assigned), session.items.of_bundles(assigned)
    found = []
    for each in every:
        if each.item in items:
            codename = items[each.item].codename
            found.append(Standing(each, codename, {each.item: codename}))
        elif each.bundle in bundles:
            came = {item.id: item.codename for item, _ in brought.get(each.bundle, ())}
            found.append(Standing(each, bundles[each.bundle].name, came))
        else:
            found.append(Standing(each, "", {}))
    return found


def newer(session: Session, every: Sequence[Assignment]) -> dict[BundleId, Bundle]:
    """Of each assigned bundle the newest ready one that could take its place, with newer versions of its items."""
    brought = session.items.of_bundles(each.bundle for each in every if each.bundle is not None)
    ready = session.items.ready(item.id for came in brought.values() for item, _ in came)
    found = {}
    for bundle, came in brought.items():
        mine = [version for _, version in came]
        better = newer_bundle(mine, [other for own in mine for other in ready.get(own.item, ())])
        if better is not None:
            found[bundle] = better
    bundles = session.bundles.some(found.values())
    return {bundle: bundles[better] for bundle, better in found.items()}


def _there(session: Session, assignment: Assignment) -> None:
    if assignment.item is not None:
        item = session.items.get(assignment.item)
        check_granted(session.grants.find(item.owner), [(item.id, item.type, item.codename)])
        if assignment.version is not None:
            session.items.version(assignment.item, assignment.version)
    if assignment.bundle is not None:
        bundle = session.bundles.get(assignment.bundle)
        if bundle.state != "ready":
            raise Conflict("the bundle is not ready", element="bundle", cure="see why with: aos bundle show")
        brought = [(item.id, item.type, item.codename) for item, _ in session.items.of_bundle(bundle.id)]
        check_granted(session.grants.find(bundle.owner), brought)


def delete(session: Session, id: AssignmentId) -> Assignment:
    """Take it back; what it was. Raises NotFound."""
    assignment = session.assignments.get(id)
    session.assignments.delete(id)
    session.subjects.mark_dirty(assignment.subject)
    session.signal("targets")
    return assignment
