"""What people see."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

from tests.simulation.checkers.checker import Checker
from tests.simulation.world.unit import Unit

from aosedge.cloud.domain.statuses import Actual
from aosedge.core.domain.state import State
from aosedge.protocol.messages.parts import Generation

if TYPE_CHECKING:
    from tests.simulation.world.world import World


class SeenWasTrue(Checker):
    """The cloud says `in_sync` of a generation only after the Unit had that target as its good set."""

    invariant = "I10 what the cloud shows was once true"

    def __init__(self, world: "World") -> None:
        super().__init__(world)
        self._true: dict[Unit, set[Generation]] = {}
        self._seen: dict[Unit, Actual | None] = {}

    def look_at_cloud(self) -> Iterator[str]:
        for name, unit in self.world.units.items():
            book = self.world.cloud.books[name]
            if book.actual is self._seen.get(unit):
                continue
            self._seen[unit] = book.actual
            if self.world.cloud.deployment(name).state != "in_sync":
                continue
            if book.generation not in self._true.get(unit, set()):
                yield f"the cloud sees {name} in sync with {book.generation}, which it never was"

    def changed(self, unit: Unit, before: State | None, now: State) -> Iterator[str]:
        target = now.target
        if target is not None and target.generation is not None and target.set == now.good:
            self._true.setdefault(unit, set()).add(target.generation)
        return iter(())
