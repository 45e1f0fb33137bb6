"""The order of targets, and whose they are."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

from tests.simulation.checkers.checker import Checker
from tests.simulation.world.unit import Unit

from aosedge.core.domain.state import State
from aosedge.model.digests import Digest
from aosedge.protocol.messages.parts import Generation

if TYPE_CHECKING:
    from tests.simulation.world.world import World


class GenerationsRise(Checker):
    """Over power cuts, deletion and restored back-ups; and one generation is one content, in the cloud too."""

    invariant = "I2 a generation never goes down and names one content for ever"

    def __init__(self, world: "World") -> None:
        super().__init__(world)
        self._named: dict[tuple[Unit, Generation], Digest] = {}

    def look_at_cloud(self) -> Iterator[str]:
        yield from self.world.cloud.unsound

    def changed(self, unit: Unit, before: State | None, now: State) -> Iterator[str]:
        if before is not None and before.floor is not None and (now.floor is None or now.floor < before.floor):
            yield f"{unit.system_id} went from {before.floor} to {now.floor}"
        target = now.target
        if target is None or target.generation is None:
            return
        if now.floor is None or target.generation < now.floor:
            yield f"{unit.system_id} has a target of {target.generation} below its floor {now.floor}"
        if self._named.setdefault((unit, target.generation), target.digest) != target.digest:
            yield f"{unit.system_id} knows two contents of {target.generation}"


class OwnTargetOnly(Checker):
    """What a Unit accepts, the cloud has made for this Unit."""

    invariant = "I9 a Unit acts for itself only"

    def changed(self, unit: Unit, before: State | None, now: State) -> Iterator[str]:
        if now.target is not None and now.target.digest not in self.world.cloud.published[unit.system_id]:
            yield f"{unit.system_id} accepted a target that is not its own"
