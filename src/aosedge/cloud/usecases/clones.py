"""Units that look like two devices: seen by the gateway, cleared by people or by a new certificate."""

from collections.abc import Sequence

from aosedge.cloud.domain.access.callers import Caller, UnitPeer
from aosedge.cloud.domain.clones import Takeover, remembered
from aosedge.cloud.domain.renewals import Renewal
from aosedge.cloud.domain.units import Unit
from aosedge.cloud.store import EverySession, Session


def note(session: EverySession, seen: Sequence[tuple[UnitPeer, str, Takeover]]) -> None:
    """Remember takeovers, each with its Unit and the newer connection's address; the trail tells of a suspicion."""
    caller, there = session.caller, session.units.find_many({who.unit for who, _, _ in seen})
    known = session.takeovers.find_many(there)
    for who, origin, takeover in seen:
        if who.unit not in there:  # deleted a moment ago
            continue
        before = known.get(who.unit)
        after = known[who.unit] = remembered(before, who.unit, takeover, caller.now)
        if after.suspected_at is not None and (before is None or before.suspected_at is None):
            trail = session.audit_of(Caller(who, caller.request_id, caller.now, origin))
            words = f"looks like two devices: {takeover.older} and {takeover.newer}, {after.times} times"
            trail.append("unit_clone_suspected", "seen", target=who.unit, detail=words)
    session.takeovers.put(tuple(known.values()))


def settles(renewal: Renewal) -> bool:
    """Whether a renewal that is done clears its Unit: what opened the door twice opens it no more."""
    return renewal.type == "online" and renewal.state == "done"


def clear(session: Session, unit: Unit) -> Unit:
    """A person has looked: what was seen is forgotten. Again is no error."""
    session.clones.clear(unit.id)
    return unit
