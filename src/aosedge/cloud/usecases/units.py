"""What people do with Units."""

import msgspec

from aosedge.cloud.domain import pauses
from aosedge.cloud.domain.farewells import can_be_told
from aosedge.cloud.domain.labels import Change, changed
from aosedge.cloud.domain.target_systems import TargetSystem
from aosedge.cloud.domain.unit_sets import UnitSet
from aosedge.cloud.domain.units import Node, Unit
from aosedge.cloud.store import Session
from aosedge.cloud.usecases import certificates, target_systems, unit_sets
from aosedge.model.ids import FleetId, TargetSystemId, UnitId


class Moved(msgspec.Struct, frozen=True):
    """A Unit in its new fleet, the fleet it came from, and that one's sets that it left."""

    unit: Unit
    before: FleetId
    left: tuple[UnitSet, ...]


def delete(session: Session, id: UnitId) -> Unit:
    """Forget a Unit with everything that hangs on it; its certificates open no door any more. Raises NotFound.

    The floor of its generations stays: should the same machine come back, it is not sent an old one (invariant I2).
    """
    unit = session.units.get(id)
    session.certificates.revoke_of_unit(id)
    session.campaign_members.look_at_those_of(id)
    session.units.delete(id)
    session.signal("campaigns")
    return unit


def label(session: Session, id: UnitId, change: Change) -> dict[str, str]:
    """Change labels; sets that select it, or do no more, follow at once. Raises NotFound, Invalid and TooLarge."""
    unit = session.units.get(id)
    labels = changed(session.labels.of(id), change)
    session.labels.put(id, labels)
    unit_sets.follow(session, unit)
    session.signal("targets")  # its time zone is one
    return labels


def move(session: Session, id: UnitId, fleet: FleetId) -> Moved:
    """Into another fleet: it leaves the sets of the old one, and is in those of the new one that select it.

    Raises NotFound for either.
    """
    unit, to = session.units.get(id), session.fleets.get(fleet)
    if unit.fleet == to.id:
        return Moved(unit, to.id, ())
    left = _leave_sets(session, unit, f"moved to fleet {to.id}")
    session.units.set_fleet(id, to.id)
    session.signal("targets")
    moved = session.units.get(id)
    unit_sets.follow(session, moved)
    return Moved(moved, unit.fleet, left)


def deprovision(session: Session, id: UnitId, *, at_once: bool = False) -> Unit:
    """Take its identity: it is in no set, and runs nothing for us any more. What it was and did is kept.

    It is told to forget what it has; until then, and for a month at most, its `online` certificates open the door for
    that. `at_once`, and where the Unit would not follow, they open none any more. Provisioning it anew brings it
    back. Again is no error. Raises NotFound.
    """
    unit = session.units.get(id)
    told = not at_once and can_be_told(session.units.nodes(id), session.unit_certificates.secrets(id))
    if told:
        certificates.say_farewell(session, unit)
    else:
        session.certificates.revoke_of_unit(id)
    session.clones.clear(id)
    session.units.set_lifecycle(id, "deprovisioned")
    session.campaign_members.look_at_those_of(id)
    session.signal("campaigns")
    _leave_sets(session, unit, "deprovisioned")
    return session.units.get(id)


def give_target_system(session: Session, id: UnitId, system: TargetSystemId) -> TargetSystem:
    """Say which kind of hardware a Unit is; it is compiled anew. Raises NotFound for either."""
    unit, new = session.units.get(id), session.target_systems.get(system)
    if unit.target_system is not None and unit.target_system != new.id:
        old = session.target_systems.get(unit.target_system)
        if old.revision > new.revision:
            new = target_systems.newer(session, new)
            session.target_systems.put(new)
    session.units.set_target_system(id, new.id)
    session.signal("targets")
    return new


def pause_node(session: Session, unit: Unit, name: str, why: str) -> None:
    """Stop what runs on a node, until it is resumed; again is free. Raises NotFound, Invalid and Conflict."""
    _put_node(session, unit, pauses.paused(unit, session.units.node(unit.id, name), why, session.caller.now))


def resume_node(session: Session, unit: Unit, name: str) -> None:
    """Let run on a node what is wanted there; again is free. Raises NotFound."""
    _put_node(session, unit, pauses.resumed(session.units.node(unit.id, name), session.caller.now))


def _put_node(session: Session, unit: Unit, node: Node) -> None:
    session.units.put_node(node)
    session.units.mark_dirty([unit.id])
    session.signal("targets")


def _leave_sets(session: Session, unit: Unit, why: str) -> tuple[UnitSet, ...]:
    left = session.unit_sets.leave(unit.id)
    for each in left:
        session.audit.append("unit_set_units_remove", "done", target=f"{each.id} {unit.id}", detail=why)
    return left
