"""Ends renewals of certificates that take too long, so that people see which Units do not come (liveness)."""

from typing import Final

from aosedge.cloud.domain import renewals
from aosedge.cloud.domain.access.callers import Caller, Task, UnitPeer
from aosedge.cloud.reconcilers.driver import Report
from aosedge.cloud.store import EverySession, Store
from aosedge.model.ids import Ids
from aosedge.model.instants import Clock, Instant

TOGETHER_MOST: Final = 1000


class EndOverdueRenewals:
    """A task of the driver."""

    name = "renewals"
    wakes_on: frozenset[str] = frozenset()
    period_s = 600.0

    def __init__(self, store: Store, clock: Clock, ids: Ids) -> None:
        self._store, self._clock, self._ids = store, clock, ids

    async def activate(self) -> Report:
        """End some."""
        caller = Caller(Task(self.name), self._ids.new(), self._clock.wall())
        ended = await self._store.write_every(caller, _end)
        return Report(f"ended {ended} overdue renewals", more=ended >= TOGETHER_MOST)


def _end(session: EverySession) -> int:
    now = session.caller.now
    late = session.renewals.going_on_since(Instant(now - renewals.OVERDUE_US), TOGETHER_MOST)
    units = session.units.find_many(each.unit for each in late)
    for each in late:
        after = renewals.overdue(each, now)
        if after is not None:
            session.renewals.put(after)
            unit = units[each.unit]
            trail = session.audit_of(
                Caller(UnitPeer(unit.id, unit.tenant, unit.fleet), session.caller.request_id, now)
            )
            words = f"{each.type} of {each.node}: {after.error}"
            trail.append("unit_certificates_install", "failed", target=unit.id, detail=words)
    return len(late)
