"""What people do with enrolment keys and with Units that wait: make, look, let in, reject."""

from aosedge.cloud.domain import waiting
from aosedge.cloud.domain.access.callers import Person
from aosedge.cloud.domain.enrolment import EnrolmentKey, NewKey, checked, expiry
from aosedge.cloud.domain.waiting import WaitingUnit
from aosedge.cloud.store import Session
from aosedge.cloud.usecases import provisioning, units
from aosedge.cloud.usecases.provisioning import IssuedToUnit, Known
from aosedge.model.errors import Conflict
from aosedge.model.ids import EnrolmentKeyId, FleetId, Ids, TargetSystemId, WaitingId


def create_key(
    session: Session,
    ids: Ids,
    wanted: NewKey,
    fleet: FleetId,
    target_system: TargetSystemId | None,
    secret_hash: str,
) -> EnrolmentKey:
    """Make a key for Units of this fleet; raises Invalid, and NotFound for the fleet or the target system."""
    wanted, who, now = checked(wanted), session.caller.who, session.caller.now
    assert isinstance(who, Person)
    key = EnrolmentKey(
        id=EnrolmentKeyId(ids.new()),
        tenant=who.tenant,
        fleet=session.fleets.get(fleet).id,
        title=wanted.title,
        secret_hash=secret_hash,
        units_most=wanted.units_most,
        policy=wanted.policy,
        created_at=now,
        expires_at=expiry(now, wanted.valid_hours),
        created_by=who.user,
        target_system=None if target_system is None else session.target_systems.get(target_system).id,
    )
    session.enrolment_keys.add(key)
    return key


def look(session: Session, id: WaitingId) -> tuple[WaitingUnit, Known]:
    """Who waits, and what letting it in meets; raises NotFound, and Conflict where it can't be let in any more."""
    applied = session.waiting_units.get(id)
    waiting.check_waiting(applied, session.caller.now)
    return applied, met(session, applied)


def let_in(session: Session, id: WaitingId, known: Known, issued: tuple[IssuedToUnit, ...]) -> WaitingUnit:
    """It is in: its certificates open the door. Raises NotFound, and Conflict where things have changed meanwhile."""
    applied, now = session.waiting_units.get(id), session.caller.now
    waiting.check_waiting(applied, now)
    if applied.kind == "return":
        provisioning.take_back(session, known, issued, now)
    else:
        registration, sealed = applied.registration, applied.secrets
        provisioning.record(session, applied.tenant, registration, known, applied.unit, issued, sealed, now)
        if applied.target_system is not None:
            units.give_target_system(session, applied.unit, applied.target_system)
    return session.waiting_units.decide(id, "approved")


def reject(session: Session, id: WaitingId, reason: str) -> WaitingUnit:
    """It is not let in, and may see why. Raises NotFound, Conflict."""
    waiting.check_waiting(session.waiting_units.get(id), session.caller.now)
    return session.waiting_units.decide(id, "rejected", reason.strip()[: waiting.REASON_LETTERS_MOST])


def met(session: Session, applied: WaitingUnit) -> Known:
    """What letting it in meets; raises Conflict where it can't be let in."""
    if applied.kind == "enrolment":
        known = provisioning.look(session, applied.registration, applied.fleet)
        if known.unit is not None and known.unit.id != applied.unit:
            raise Conflict("this name is another Unit's now", element="system_uid", got=applied.system_uid)
        return known
    unit = session.units.get(applied.unit)
    if unit.lifecycle != "provisioned":
        raise Conflict("the Unit was decommissioned", element="system_uid", got=unit.system_uid)
    return Known(unit, unit.fleet, provisioning.serials_of(session, unit.id))
