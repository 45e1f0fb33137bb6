"""What shall run for a subject."""

from collections.abc import Iterable, Mapping

import msgspec

from aosedge.model.errors import Conflict, Invalid
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


class Standing(msgspec.Struct, frozen=True):
    """An assignment with its name for people and the codenames of the items that it brings."""

    assignment: Assignment
    title: str
    items: Mapping[ItemId, str]


def replaced(new: Standing, standing: Iterable[Standing]) -> tuple[Standing, ...]:
    """Which of a subject's assignments a new one takes the place of: those all of whose items it brings itself.

    Raises Conflict where just that is assigned already, and naming the items where one stands that has more items
    than they share: neither could then be there whole.
    """
    gone, torn = [], []
    for old in standing:
        if _ask(old.assignment) == _ask(new.assignment):
            raise Conflict("this is assigned to the subject already", element="subject", got=new.title)
        shared = old.items.keys() & new.items.keys()
        if shared and shared == old.items.keys():
            gone.append(old)
        elif shared:
            torn.append((old.title, ", ".join(sorted(old.items[item] for item in shared))))
    if torn:
        raise Conflict(
            f"{new.title} shares only part of its items with "
            + " and ".join(f"{title} ({items})" for title, items in torn),
            element="subject",
            expected="all items of an assignment in the new one, or none",
            cure=f"unassign {' and '.join(title for title, _ in torn)} first",
        )
    return tuple(gone)


def _ask(assignment: Assignment) -> tuple[object, ...]:
    """What was asked for, whoever asked and when."""
    a = assignment
    return (a.item, a.bundle, a.version, a.num_instances, a.priority, a.labels)
