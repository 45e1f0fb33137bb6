"""Tells the bus what committed transactions left to tell."""

from typing import Final

from aosedge.cloud.domain.access.callers import Caller, Task
from aosedge.cloud.ports import Bus
from aosedge.cloud.reconcilers.driver import Report
from aosedge.cloud.store import Store
from aosedge.model.ids import Ids
from aosedge.model.instants import Clock

TOGETHER_MOST: Final = 1000


class CarryOutEffects:
    """A task of the driver."""

    name = "effects"
    wakes_on = frozenset(("effects",))
    period_s = 5.0

    def __init__(self, store: Store, bus: Bus, clock: Clock, ids: Ids) -> None:
        self._store, self._bus, self._clock, self._ids = store, bus, clock, ids

    async def activate(self) -> Report:
        """Tell some, then forget them."""
        caller = Caller(Task(self.name), self._ids.new(), self._clock.wall())
        waiting = await self._store.read_every(caller, lambda session: session.effects.oldest(TOGETHER_MOST))
        if not waiting:
            return Report("nothing to tell")
        for effect in waiting:
            await self._bus.publish(effect.topic, effect.payload.encode())
        told = [effect.id for effect in waiting]
        await self._store.write_every(caller, lambda session: session.effects.done(told))
        return Report(f"told {len(told)}", more=len(told) == TOGETHER_MOST)
