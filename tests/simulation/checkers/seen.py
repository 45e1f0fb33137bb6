"""What people see."""

from collections.abc import Iterator

from aosedge.cloud.domain.statuses import Actual
from aosedge.core.domain.state import State
from aosedge.protocol.messages.parts import Generation
from tests.simulation.checkers.checker import StateChecker
from tests.simulation.world.unit import Unit


class SeenWasTrue(StateChecker):
    """The cloud says `in_sync` of a generation only after the Unit had that target as its good set."""

    invariant = "I10 what the cloud shows was once true"

    def __init__(self, world: object) -> None:
        super().__init__(world)  # type: ignore[arg-type]
        self._true: dict[Unit, set[Generation]] = {}
        self._seen: dict[Unit, Actual | None] = {}

    def look_at(self, unit: Unit) -> Iterator[str]:
        yield from super().look_at(unit)
        book = self.world.cloud.books[unit.system_id]
        if book.actual is self._seen.get(unit):
            return
        self._seen[unit] = book.actual
        if self.world.cloud.deployment(unit.system_id).state != "in_sync":
            return
        if book.generation not in self._true.get(unit, set()):
            yield f"the cloud sees {unit.system_id} in sync with {book.generation}, which it never was"

    def changed(self, unit: Unit, before: State | None, now: State) -> Iterator[str]:
        target = now.target
        if target is not None and target.generation is not None and target.set == now.good:
            self._true.setdefault(unit, set()).add(target.generation)
        return iter(())
