"""Unit Sets: some Units of one fleet, picked by hand or by a label selector that the set follows."""

import msgspec

from aosedge.model.errors import Conflict
from aosedge.model.ids import FleetId, OrgId, SetId
from aosedge.model.instants import Instant


class UnitSet(msgspec.Struct, frozen=True):
    """A set of Units of one fleet. Without `selector` it is picked by hand.

    The Units of a `verification` set take a new bundle first, to show that it works.
    """

    id: SetId
    tenant: OrgId
    fleet: FleetId
    title: str
    created_at: Instant
    selector: str | None = None
    verification: bool = False


def picked_by_hand(unit_set: UnitSet) -> UnitSet:
    """The set, if people pick its Units; raises Conflict for one that follows its selector."""
    if unit_set.selector is not None:
        raise Conflict(
            "the set follows its selector",
            element="unit_set",
            got=unit_set.selector,
            cure="change the Unit's labels, or the set's selector",
        )
    return unit_set
