"""Lets go of audit lines that are older than the setting says; what is left can be verified still."""

from aosedge.cloud.domain.access.callers import Caller, Task
from aosedge.cloud.reconcilers.driver import Report
from aosedge.cloud.store import Store
from aosedge.cloud.usecases.audit import let_go
from aosedge.model.ids import Ids
from aosedge.model.instants import DAY, Clock, Instant


class LetGoOfAuditLines:
    """A task of the driver; `kept_days` 0 keeps everything."""

    name = "audit retention"
    wakes_on: frozenset[str] = frozenset()
    period_s = 3600.0

    def __init__(self, store: Store, clock: Clock, ids: Ids, kept_days: int) -> None:
        self._store, self._clock, self._ids, self._kept_days = store, clock, ids, kept_days

    async def activate(self) -> Report:
        """Let some go."""
        if not self._kept_days:
            return Report("keeps everything")
        now = self._clock.wall()
        before = Instant(now - self._kept_days * DAY)
        caller = Caller(Task(self.name), self._ids.new(), now)
        gone, more = await self._store.write_every(caller, lambda session: let_go(session, before))
        return Report(f"let go of {gone} lines", more=more)
