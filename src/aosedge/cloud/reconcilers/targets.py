"""Compiles the targets of Units whose intent changed: one compilation for all Units of the same subjects and kind."""

from typing import Final

from aosedge.cloud.domain import events
from aosedge.cloud.domain.access.callers import Caller, Task
from aosedge.cloud.ports import Bus
from aosedge.cloud.reconcilers.driver import Report
from aosedge.cloud.store import EverySession, Store
from aosedge.cloud.usecases.targets import begin_epoch, compile_units
from aosedge.model.ids import Ids, UnitId
from aosedge.model.instants import Clock

TOGETHER_MOST: Final = 500
"""Units in one transaction."""


class CompileTargets:
    """A task of the driver."""

    name = "targets"
    wakes_on = frozenset(("targets",))
    period_s = 30.0

    def __init__(self, store: Store, bus: Bus, clock: Clock, ids: Ids) -> None:
        self._store, self._bus, self._clock, self._ids = store, bus, clock, ids
        self._epoch_begun = False

    async def activate(self) -> Report:
        """Compile some Units' targets, if any waits."""
        caller = Caller(Task(self.name), self._ids.new(), self._clock.wall())
        if not self._epoch_begun:
            await self._store.write_every(caller, begin_epoch)
            self._epoch_begun = True
        if not await self._store.read_every(caller, lambda session: session.compiling.dirty(1)):
            return Report("nothing to compile")
        compiled, changed = await self._store.write_every(caller, compile_some)
        for unit in changed:
            await self._bus.publish(events.topic(unit), events.encode(events.UnitNews(unit)))
        return Report(f"compiled {compiled} Units, {len(changed)} changed", more=compiled == TOGETHER_MOST)


def compile_some(session: EverySession) -> tuple[int, list[UnitId]]:
    """Compile up to TOGETHER_MOST Units in this transaction: how many, and which have another target now."""
    dirty = session.compiling.dirty(TOGETHER_MOST)
    return len(dirty), compile_units(session, dirty)
