"""What of a Unit people change: labels, fleet, kind of hardware, and whether it has an identity."""

import msgspec
from litestar import post, put
from litestar.params import JSONBody

from aosedge.cloud.api.asking import Asked, Name
from aosedge.cloud.api.unit_views import UnitView, view
from aosedge.cloud.domain import events
from aosedge.cloud.domain.labels import Change
from aosedge.cloud.store import Session
from aosedge.cloud.usecases import clones, units
from aosedge.model.ids import FleetId, TargetSystemId, UnitId


class LabelsBody(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Labels to set and labels to remove; to remove one that is not there is no error."""

    set: dict[str, str] = {}
    remove: tuple[str, ...] = ()


class LabelsView(msgspec.Struct, frozen=True):
    """A Unit's labels, all of them."""

    unit_id: str
    system_uid: str
    labels: dict[str, str]


class FleetOfUnit(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The fleet to move to."""

    fleet_id: str


class MovedView(msgspec.Struct, frozen=True):
    """A Unit in its new fleet, where it came from, and the titles of the sets that it left."""

    unit: UnitView
    before_fleet_id: str
    left_sets: tuple[str, ...]


class TargetSystemOfUnit(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The kind of hardware that it is."""

    target_system_id: str


class DeprovisioningBody(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """How a Unit is decommissioned."""

    at_once: bool = False


@put("/units/{id:str}/labels/", operation_id="unit_labels_update", tags=["units"])
async def update_labels(ask: Asked, id: Name, data: JSONBody[LabelsBody]) -> LabelsView:
    """Set and remove labels, all at once; sets with a selector follow in the same transaction."""
    change = Change(data.set, data.remove)

    def label(session: Session) -> LabelsView:
        unit = session.units.named(id)
        return LabelsView(unit.id, unit.system_uid, units.label(session, unit.id, change))

    return await ask.change(label, lambda labelled: f"{labelled.unit_id} {change}".strip())


@put("/units/{id:str}/fleet/", operation_id="units_move", tags=["units"])
async def move(ask: Asked, id: Name, data: JSONBody[FleetOfUnit]) -> MovedView:
    """Move a Unit to another fleet; it leaves the old one's sets."""

    def go(session: Session) -> MovedView:
        moved = units.move(session, session.units.named(id).id, FleetId(data.fleet_id))
        return MovedView(view(session, moved.unit), moved.before, tuple(each.title for each in moved.left))

    return await ask.change(
        go, lambda moved: f"{moved.unit.id} from {moved.before_fleet_id} to {moved.unit.fleet_id}"
    )


@put("/units/{id:str}/target-system/", operation_id="unit_target_system_update", tags=["units"])
async def update_target_system(ask: Asked, id: Name, data: JSONBody[TargetSystemOfUnit]) -> UnitView:
    """Say which kind of hardware a Unit is; its configuration comes with its next target."""

    def give(session: Session) -> UnitView:
        unit = session.units.named(id)
        units.give_target_system(session, unit.id, TargetSystemId(data.target_system_id))
        return view(session, session.units.get(unit.id))

    return await ask.change(give, lambda unit: f"{unit.id} {unit.target_system_id}")


@post("/units/{id:str}/clear-clone/", operation_id="units_clear_clone", tags=["units"], status_code=200)
async def clear_clone(ask: Asked, id: Name) -> UnitView:
    """Say that somebody has looked: the Unit is one device. Should two connect again, it is suspected again."""

    def clear(session: Session) -> UnitView:
        return view(session, clones.clear(session, session.units.named(id)))

    return await ask.change(clear, lambda unit: f"{unit.id} {unit.system_uid}")


@post("/units/{id:str}/deprovision/", operation_id="units_deprovision", tags=["units"])
async def deprovision(ask: Asked, id: Name, data: JSONBody[DeprovisioningBody | None] = None) -> UnitView:
    """Decommission a Unit: it is told to stop everything and forget who it is; what is known of it stays.

    One that is away is told when it comes, for a month; `at_once` revokes its certificates without a word.
    """
    at_once = data is not None and data.at_once

    def end(session: Session) -> UnitView:
        return view(session, units.deprovision(session, session.units.named(id).id, at_once=at_once))

    ended = await ask.change(end, lambda unit: f"{unit.id} {unit.system_uid}")
    unit = UnitId(ended.id)
    await ask.bus.publish(events.identity_topic(unit), unit.encode())
    return ended
