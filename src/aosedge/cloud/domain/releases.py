"""What campaigns released to a Unit: a newer bundle in the place of what is assigned, for that Unit alone."""

from collections.abc import Iterable

import msgspec
from msgspec.structs import replace

from aosedge.cloud.domain.assignments import Assignment
from aosedge.cloud.domain.catalogue import Catalogue
from aosedge.model.ids import BundleId
from aosedge.model.instants import Instant


class Release(msgspec.Struct, frozen=True, order=True):
    """A bundle that a campaign offered to a Unit, and when; the later one counts."""

    at: Instant
    bundle: BundleId


def released(
    assignments: Iterable[Assignment], releases: Iterable[Release], catalogue: Catalogue
) -> tuple[Assignment, ...]:
    """The assignments as they are for a Unit with these releases.

    A release stands in for an assignment made before it whose items it all brings: an assigned bundle becomes the
    released one, an assigned item has the released version. What a person assigns later counts as it is.
    """
    newest = sorted(releases, reverse=True)
    return tuple(_released(assignment, newest, catalogue) for assignment in assignments)


def overtaken(released_at: Instant, assignment: Assignment) -> bool:
    """Whether a person assigned it only after the release: then it counts as it is."""
    return released_at <= assignment.created_at


def _released(assignment: Assignment, newest: Iterable[Release], catalogue: Catalogue) -> Assignment:
    if assignment.bundle is not None:
        items = {version.item for version in catalogue.members(assignment.bundle)}
    else:
        items = {assignment.item} if assignment.item is not None else set()
    for release in newest:
        brought = {version.item: version.version for version in catalogue.members(release.bundle)}
        if overtaken(release.at, assignment) or not items or not items <= brought.keys():
            continue
        if assignment.item is not None:
            return replace(assignment, version=brought[assignment.item])
        return replace(assignment, bundle=release.bundle)
    return assignment
