"""The product's own independent checks."""

from collections.abc import Iterator

from tests.simulation.checkers.checker import Checker
from tests.simulation.world.unit import Unit

from aosedge.core.domain.soundness import state_is_sound, step_is_sound
from aosedge.core.domain.state import State


class Sound(Checker):
    """What `core/domain/soundness.py` says of each durable state and of each step."""

    invariant = "soundness of the Unit"

    def changed(self, unit: Unit, before: State | None, now: State) -> Iterator[str]:
        found = [*state_is_sound(now), *(step_is_sound(before, now) if before is not None else ())]
        for unsound in found:
            yield f"{unit.system_id}: {unsound.invariant} {unsound.words}"
