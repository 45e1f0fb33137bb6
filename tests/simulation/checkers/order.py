"""The order of targets, and whose they are."""

from collections.abc import Iterator

from aosedge.core.domain.state import State
from aosedge.model.digests import Digest
from aosedge.protocol.messages.parts import Generation
from tests.simulation.checkers.checker import StateChecker
from tests.simulation.world.unit import Unit


class GenerationsRise(StateChecker):
    """Over power cuts, deletion and restored back-ups; and one generation is one content, in the cloud too."""

    invariant = "I2 a generation never goes down and names one content for ever"

    def __init__(self, world: object) -> None:
        super().__init__(world)  # type: ignore[arg-type]
        self._named: dict[tuple[Unit, Generation], Digest] = {}

    def look(self) -> Iterator[str]:
        yield from super().look()
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


class OwnTargetOnly(StateChecker):
    """What a Unit accepts, the cloud has made for this Unit."""

    invariant = "I9 a Unit acts for itself only"

    def changed(self, unit: Unit, before: State | None, now: State) -> Iterator[str]:
        if now.target is not None and now.target.digest not in self.world.cloud.published[unit.system_id]:
            yield f"{unit.system_id} accepted a target that is not its own"
