"""Environment variables that people set on a Unit for a while: setting, taking back, telling the Unit, its answer."""

from collections.abc import Sequence

from aosedge.cloud.domain import unit_variables
from aosedge.cloud.domain.access.callers import Caller, Scope, UnitPeer
from aosedge.cloud.domain.unit_variables import Variable, Wish
from aosedge.cloud.domain.units import Unit
from aosedge.cloud.store import Session, Store, UnitsSession
from aosedge.cloud.usecases.statuses import Report
from aosedge.model.ids import ItemId
from aosedge.model.instants import Instant
from aosedge.protocol.messages import OverrideEnvVars, OverrideEnvVarsStatus


def set_(session: Session, unit: Unit, wish: Wish) -> None:
    """From now on, or when the Unit next comes. Raises Invalid or Conflict."""
    known, target = session.unit_variables.of(unit.id), session.targets.desired(unit.id)
    made = unit_variables.wished(wish, unit.id, known, target, session.caller.now)
    session.unit_variables.put(unit.id, made)
    _announce(session, unit)


def clear(session: Session, unit: Unit, item: ItemId | None, name: str | None) -> None:
    """Take them all back, or those of an item, or of a name; again is free."""
    gone = unit_variables.cleared(session.unit_variables.of(unit.id), item, name, session.caller.now)
    session.unit_variables.put(unit.id, gone)
    _announce(session, unit)


def in_force(session: Session, unit: Unit) -> list[Variable]:
    """Those that nobody took back and whose time is not over."""
    now = session.caller.now
    return [one for one in session.unit_variables.of(unit.id) if not one.cleared and one.until > now]


async def errand(store: Store, caller: Caller, who: UnitPeer) -> OverrideEnvVars | None:
    """What the Unit is told of them."""
    own = Scope(reach="own", tenant=who.tenant, unit=who.unit)
    known = await store.read(caller, own, lambda session: session.unit_variables.of(who.unit))
    return unit_variables.message(known, caller.now)


async def keep(store: Store, reports: Sequence[Report], now: Instant) -> list[bool]:
    """What Units say became of them; durable when it returns. The same answer again changes nothing."""

    def write(session: UnitsSession) -> None:
        for report in reports:
            if isinstance(report.message, OverrideEnvVarsStatus):
                _heard(session, report, report.message, now)

    await store.write_units(frozenset(report.unit for report in reports), write)
    return [True] * len(reports)


def _heard(session: UnitsSession, report: Report, answer: OverrideEnvVarsStatus, now: Instant) -> None:
    changed = unit_variables.heard(session.variables.of(report.unit), answer, now)
    session.variables.put(one for one in changed if not one.cleared)
    session.variables.remove(one for one in changed if one.cleared)


def _announce(session: Session, unit: Unit) -> None:
    session.unit_certificates.announce(unit.id, session.caller.request_id)
    session.signal("effects")
