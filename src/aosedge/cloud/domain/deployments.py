"""Where items run: on one's own Units; and what a Service Provider sees of its instances on an OEM's Units, their
state and nothing of the Unit."""

from collections import Counter
from collections.abc import Iterable

import msgspec

from aosedge.cloud.domain.organizations import Grant
from aosedge.model.ids import ItemId, OrgId
from aosedge.protocol.messages.from_unit import InstancesStatus


class Reported(msgspec.Struct, frozen=True):
    """Of a Unit's actual state, what is asked here."""

    instances: tuple[InstancesStatus, ...] = ()


class SeenInstance(msgspec.Struct, frozen=True):
    """An instance as its Unit last said; of an error only the codes: words may tell of the Unit."""

    instance: int
    version: str
    state: str
    error_code: int = 0
    exit_code: int = 0


class SeenUnit(msgspec.Struct, frozen=True):
    """A Unit where the item is to run, by what it is called under the OEM's grant, and the item's instances there."""

    alias: str
    oem: OrgId
    instances: tuple[SeenInstance, ...]


class SeenCount(msgspec.Struct, frozen=True):
    """How many instances are of a version and in a state, on an OEM's Units."""

    oem: OrgId
    version: str
    state: str
    instances: int


class VersionUnits(msgspec.Struct, frozen=True):
    """How many of one's own Units have a version of an item, in the state that they last said."""

    version: str
    state: str
    units: int


def seen(grant: Grant, unit: str, item: ItemId, reported: Reported) -> SeenUnit:
    """The item's instances on the Unit, by number; those of other items are not looked at."""
    found = [
        SeenInstance(
            instance=each.instance,
            version=group.version,
            state=each.state,
            error_code=each.error_info.aos_code if each.error_info else 0,
            exit_code=each.error_info.exit_code if each.error_info else 0,
        )
        for group in reported.instances
        if group.item.id == item
        for each in group.instances
    ]
    return SeenUnit(
        grant.alias(unit), grant.oem, tuple(sorted(found, key=lambda each: (each.instance, each.version)))
    )


def counted(units: Iterable[SeenUnit]) -> tuple[SeenCount, ...]:
    """Instances by OEM, version and state."""
    counts = Counter((unit.oem, each.version, each.state) for unit in units for each in unit.instances)
    return tuple(SeenCount(*key, instances=many) for key, many in sorted(counts.items()))
