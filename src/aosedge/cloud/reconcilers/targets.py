"""Compiles the targets of Units whose intent changed: one compilation for all Units of the same subjects and kind."""

from typing import Final

from aosedge.cloud.domain import events
from aosedge.cloud.domain.access.callers import Caller, Task
from aosedge.cloud.domain.soundness import faults
from aosedge.cloud.domain.targets import CompiledTarget, Intent, Refused, UnitTarget, compile_target, next_generation
from aosedge.cloud.ports import Bus
from aosedge.cloud.reconcilers.driver import Report
from aosedge.cloud.store import EverySession, Store
from aosedge.cloud.store.compiling import DirtyUnit
from aosedge.model.ids import Ids, UnitId
from aosedge.model.instants import SECOND, Clock, Instant

TOGETHER_MOST: Final = 500
"""Units in one transaction."""
_EPOCH: Final = "epoch"


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


def begin_epoch(session: EverySession) -> int:
    """A new epoch, higher than any before, even if the database is an older one brought back (invariant I2).

    A back-up cannot know which numbers were given after it; the time can: an epoch is the second in which its first
    process started.
    """
    last = int(session.settings.get(_EPOCH) or 0)
    epoch = max(last + 1, session.caller.now // SECOND)
    session.settings.put(_EPOCH, str(epoch))
    return epoch


def compile_some(session: EverySession) -> tuple[int, list[UnitId]]:
    """Compile up to TOGETHER_MOST Units in this transaction: how many, and which have another target now."""
    dirty = session.compiling.dirty(TOGETHER_MOST)
    intents = session.compiling.intents(unit.aims for unit in dirty)
    results = {aims: _checked(intent) for aims, intent in intents.items()}
    session.compiling.put_documents(r for r in results.values() if isinstance(r, CompiledTarget))
    epoch, now = int(session.settings.get(_EPOCH) or 1), session.caller.now
    targets = [_target(unit, results[unit.aims], epoch, now) for unit in dirty]
    changed = [target for unit, target in zip(dirty, targets, strict=True) if target.generation != unit.generation]
    session.compiling.put_targets(targets)
    session.compiling.clean([unit.unit for unit in dirty])
    connected = {unit.unit for unit in dirty if unit.connected}
    session.compiling.announce([target for target in changed if target.unit in connected])
    if changed:
        session.signal("effects")
    return len(dirty), [target.unit for target in changed]


def _checked(intent: Intent) -> CompiledTarget | Refused:
    """The target, if another look at it finds no fault."""
    compiled = compile_target(intent)
    if isinstance(compiled, CompiledTarget):
        found = faults(intent, compiled)
        if found:
            return Refused(f"the compiled target is unsound: {'; '.join(found)}", compiled.reasons)
    return compiled


def _target(unit: DirtyUnit, compiled: CompiledTarget | Refused, epoch: int, now: Instant) -> UnitTarget:
    """The Unit's target: a new generation only for other content, or where the old one may not be given again."""
    if isinstance(compiled, Refused):
        return UnitTarget(unit.unit, unit.generation, unit.digest, compiled.reasons, compiled.problem, now)
    same = compiled.digest == unit.digest and unit.generation == unit.floor
    generation = unit.generation if same else next_generation(epoch, unit.floor)
    return UnitTarget(unit.unit, generation, compiled.digest, compiled.reasons, "", now)
