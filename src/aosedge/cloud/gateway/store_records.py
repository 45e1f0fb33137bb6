"""The gateway's records in the store: each call is one transaction for many Units."""

from aosedge.cloud.domain.access.callers import Caller, Task
from aosedge.cloud.domain.units import Unit
from aosedge.cloud.ports import Bus
from aosedge.cloud.store import EverySession, Store
from aosedge.model.ids import Ids
from aosedge.model.instants import Clock, Instant
from aosedge.trust.certificates import Peer


class StoreRecords:
    """`gateway.records.Records` on the store."""

    def __init__(self, store: Store, bus: Bus, clock: Clock, ids: Ids) -> None:
        self._store, self._bus, self._clock, self._ids = store, bus, clock, ids

    async def known(self, peer: Peer) -> bool:
        """Whether this certificate may come in."""
        caller = self._caller()
        return await self._store.read_every(caller, lambda session: _owner(session, peer, caller.now) is not None)

    def _caller(self) -> Caller:
        return Caller(Task("gateway"), self._ids.new(), self._clock.wall())


def _owner(session: EverySession, peer: Peer, now: Instant) -> Unit | None:
    """The Unit whose online certificate this is: known, active, in time, of a provisioned Unit of this name."""
    known = session.certificates.find(peer.serial)
    if (
        known is None
        or peer.unit is None
        or (known.kind, known.owner, known.type, known.state) != ("unit", peer.unit, "online", "active")
        or known.fingerprint != peer.fingerprint
        or known.not_after <= now
    ):
        return None
    unit = session.units.find(peer.unit)
    return unit if unit and unit.system_uid == peer.system_id and unit.lifecycle == "provisioned" else None
