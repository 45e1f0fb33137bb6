"""Resolves Verification Batches, and has their trials begun; how a trial goes, `campaigns` tells its batch."""

from functools import partial
from typing import Final

from aosedge.cloud.domain.access.callers import Caller, Scope, Task
from aosedge.cloud.reconcilers.driver import Report, one_by_one
from aosedge.cloud.store import EverySession, Store
from aosedge.cloud.usecases import verification
from aosedge.model.ids import BatchId, Ids
from aosedge.model.instants import Clock

TOGETHER_MOST: Final = 20


class ResolveBatches:
    """A task of the driver."""

    name = "verification"
    wakes_on = frozenset((verification.SIGNAL,))
    period_s = 30.0

    def __init__(self, store: Store, clock: Clock, ids: Ids) -> None:
        self._store, self._clock, self._ids = store, clock, ids

    async def activate(self) -> Report:
        """Resolve some batches, one transaction each."""
        caller = Caller(Task(self.name), self._ids.new(), self._clock.wall())
        due = await self._store.read_every(caller, lambda s: s.verification.resolving(TOGETHER_MOST))
        await one_by_one(due, lambda id: self._store.write_every(caller, partial(resolve_one, ids=self._ids, id=id)))
        return Report(f"resolved {len(due)} batches", more=len(due) == TOGETHER_MOST)


def resolve_one(session: EverySession, ids: Ids, id: BatchId) -> None:
    """Resolve one batch, unless somebody else was faster."""
    batch = session.verification.find(id)
    if batch is None or batch.state != "resolving":
        return
    verification.resolve_batch(session.within(Scope(reach="tenant", tenant=batch.tenant)), ids, batch)
    for name in ("campaigns", "targets", "effects"):
        session.signal(name)
