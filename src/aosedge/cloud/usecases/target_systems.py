"""What people do with target systems."""

from collections.abc import Iterable

import msgspec

from aosedge.cloud.domain.access.callers import tenant_of
from aosedge.cloud.domain.pages import Window
from aosedge.cloud.domain.target_systems import Limits, NodeKind, TargetSystem, checked
from aosedge.cloud.domain.titles import checked_title
from aosedge.cloud.domain.uses import NAMED_MOST, Use, refuse_in_use
from aosedge.cloud.store import Session
from aosedge.model.ids import Ids, TargetSystemId


def create(session: Session, ids: Ids, title: str, nodes: Iterable[NodeKind], limits: Limits) -> TargetSystem:
    """A new kind of hardware; raises Invalid naming the field, and Conflict where the title is taken."""
    kinds, held = checked(nodes, limits)
    made = TargetSystem(
        id=TargetSystemId(ids.new()),
        tenant=tenant_of(session.caller),
        title=checked_title(title),
        created_at=session.caller.now,
        nodes=kinds,
        limits=held,
        revision=session.target_systems.newest_revision() + 1,
    )
    session.target_systems.add(made)
    return made


def change(
    session: Session, id: TargetSystemId, title: str, nodes: Iterable[NodeKind], limits: Limits
) -> TargetSystem:
    """Another title, nodes and limits; its Units are compiled anew. Raises NotFound, Invalid and Conflict."""
    known = session.target_systems.get(id)
    kinds, held = checked(nodes, limits)
    new = msgspec.structs.replace(known, title=checked_title(title), nodes=kinds, limits=held)
    if new.nodes != known.nodes:
        new = newer(session, new)
    session.target_systems.put(new)
    session.signal("targets")
    return new


def newer(session: Session, system: TargetSystem) -> TargetSystem:
    """The system under a revision above every other one's, so that no Unit goes from a newer to an older."""
    return msgspec.structs.replace(system, revision=session.target_systems.newest_revision() + 1)


def delete(session: Session, id: TargetSystemId) -> None:
    """Raises NotFound, and Conflict naming Units that are of this kind."""
    session.target_systems.get(id)
    units = session.units.page(Window(NAMED_MOST), target_system=id)
    register = session.rxswins.of(id)
    uses = (
        Use("Units", units.total, [unit.system_uid for unit in units.items]),
        Use("numbers of the register, which stay", len(register), [each.number for each in register]),
    )
    cure = "give these Units another target system first" if units.total else "one that has numbers stays"
    refuse_in_use("target system", "target_system", uses, cure)
    session.target_systems.delete(id)
