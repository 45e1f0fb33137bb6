"""What shall run for a subject."""

import msgspec

from aosedge.model.errors import Invalid
from aosedge.model.ids import AssignmentId, BundleId, ItemId, OrgId, SubjectId
from aosedge.model.instants import Instant
from aosedge.model.versions import parse_version


class Assignment(msgspec.Struct, frozen=True):
    """An item or a bundle for a subject.

    Without a `version` an item follows its newest ready version; a bundle has the versions it came with. What is
    None here is the item version's own.
    """

    id: AssignmentId
    tenant: OrgId
    subject: SubjectId
    created_at: Instant
    item: ItemId | None = None
    bundle: BundleId | None = None
    version: str | None = None
    num_instances: int | None = None
    priority: int | None = None
    labels: tuple[str, ...] | None = None


def checked(assignment: Assignment) -> Assignment:
    """The assignment if it is well-formed; raises Invalid naming the field."""
    if (assignment.item is None) == (assignment.bundle is None):
        raise Invalid("assign one thing", element="item", expected="an item or a bundle, not both")
    if assignment.version is not None:
        if assignment.bundle is not None:
            raise Invalid("a bundle has the versions it came with", element="version", expected="nothing")
        parse_version(assignment.version)
    if assignment.num_instances is not None and not 1 <= assignment.num_instances <= 100:
        raise Invalid("no such number", element="numInstances", expected="1..100", got=str(assignment.num_instances))
    if assignment.priority is not None and not 0 <= assignment.priority <= 1_000_000:
        raise Invalid("no such priority", element="priority", expected="0..1000000", got=str(assignment.priority))
    return assignment
