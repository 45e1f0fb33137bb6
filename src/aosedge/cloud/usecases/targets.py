"""Targets of Units whose intent changed: compiled many at once, and before anything is handed out to a Unit."""

from collections.abc import Sequence
from typing import Final

from aosedge.cloud.domain.access.callers import Caller
from aosedge.cloud.domain.pauses import Stances, with_stances
from aosedge.cloud.domain.schedules import Pace, scheduled
from aosedge.cloud.domain.soundness import faults
from aosedge.cloud.domain.targets import CompiledTarget, Intent, Refused, UnitTarget, compile_target, next_generation
from aosedge.cloud.store import EverySession, Store
from aosedge.cloud.store.compiling import DirtyUnit
from aosedge.model.ids import UnitId
from aosedge.model.instants import SECOND, Instant

_EPOCH: Final = "epoch"


async def bring_up_to_date(store: Store, caller: Caller, units: frozenset[UnitId]) -> list[UnitId]:
    """Compile the targets of those of these Units whose intent has changed; which have another target now.

    Whoever hands a target out does so first: what was taken back, as by a halt, is handed to nobody after it was,
    however many Units wait for their own to be compiled.
    """
    changed: list[UnitId] = []
    while dirty := await store.read_units(units, lambda session: session.reported.dirty()):

        def compile_them(session: EverySession, dirty: frozenset[UnitId] = dirty) -> list[UnitId]:
            return compile_units(session, session.compiling.dirty(len(dirty), among=dirty))

        changed += await store.write_every(caller, compile_them)
    return changed


def begin_epoch(session: EverySession) -> int:
    """A new epoch, higher than any before, even if the database is an older one brought back (invariant I2).

    A back-up cannot know which numbers were given after it; the time can: an epoch is the second in which its first
    process started.
    """
    last = int(session.settings.get(_EPOCH) or 0)
    epoch = max(last + 1, session.caller.now // SECOND)
    session.settings.put(_EPOCH, str(epoch))
    return epoch


def compile_units(session: EverySession, dirty: Sequence[DirtyUnit]) -> list[UnitId]:
    """Compile these in this transaction; which have another target now."""
    intents = session.compiling.intents(unit.aims for unit in dirty)
    compiled = {aims: _checked(intent) for aims, intent in intents.items()}
    paces = session.compiling.paces([unit.unit for unit in dirty])
    stances = session.compiling.stances([unit.unit for unit in dirty])
    wanted = {u.unit: (u.aims, paces.get(u.unit, Pace()), stances.get(u.unit, ())) for u in dirty}
    results = {each: _fitted(compiled[each[0]], *each[1:]) for each in set(wanted.values())}
    session.compiling.put_documents(r for r in results.values() if isinstance(r, CompiledTarget))
    epoch, now = int(session.settings.get(_EPOCH) or 1), session.caller.now
    targets = [_target(unit, results[wanted[unit.unit]], epoch, now) for unit in dirty]
    changed = [target for unit, target in zip(dirty, targets, strict=True) if target.generation != unit.generation]
    session.compiling.put_targets(targets)
    session.compiling.clean([unit.unit for unit in dirty])
    connected = {unit.unit for unit in dirty if unit.connected}
    session.compiling.announce([target for target in changed if target.unit in connected])
    if changed:
        session.signal("effects")
    return [target.unit for target in changed]


def _checked(intent: Intent) -> CompiledTarget | Refused:
    """The target, if another look at it finds no fault."""
    compiled = compile_target(intent)
    if isinstance(compiled, CompiledTarget):
        found = faults(intent, compiled)
        if found:
            return Refused(f"the compiled target is unsound: {'; '.join(found)}", compiled.reasons)
    return compiled


def _fitted(compiled: CompiledTarget | Refused, pace: Pace, stances: Stances) -> CompiledTarget | Refused:
    """What Units share, with what is said to some of them alone."""
    return compiled if isinstance(compiled, Refused) else with_stances(scheduled(compiled, pace), stances)


def _target(unit: DirtyUnit, compiled: CompiledTarget | Refused, epoch: int, now: Instant) -> UnitTarget:
    """The Unit's target: a new generation only for other content, or where the old one may not be given again."""
    if isinstance(compiled, Refused):
        return UnitTarget(unit.unit, unit.generation, unit.digest, compiled.reasons, compiled.problem, now)
    same = compiled.digest == unit.digest and unit.generation == unit.floor
    generation = unit.generation if same else next_generation(epoch, unit.floor)
    return UnitTarget(unit.unit, generation, compiled.digest, compiled.reasons, "", now)
