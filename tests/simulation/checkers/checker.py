"""What a checker is."""

from collections.abc import Iterator
from typing import TYPE_CHECKING, ClassVar

from aosedge.core.domain.state import State
from tests.simulation.world.unit import Unit

if TYPE_CHECKING:
    from tests.simulation.world.world import World


class Checker:
    """Looks at the world after each event and says what is wrong."""

    invariant: ClassVar[str]

    def __init__(self, world: "World") -> None:
        self.world = world

    def look(self) -> Iterator[str]:
        """Words for each violation."""
        for unit in self.world.units.values():
            yield from self.look_at(unit)

    def look_at(self, unit: Unit) -> Iterator[str]:
        """Words for each violation of this Unit."""
        return iter(())


class StateChecker(Checker):
    """Looks when a Unit's durable state became another, with what it was before."""

    def __init__(self, world: "World") -> None:
        super().__init__(world)
        self._raw: dict[Unit, bytes | None] = {}
        self._states: dict[Unit, State | None] = {}

    def look_at(self, unit: Unit) -> Iterator[str]:
        """Only what changed."""
        raw = unit.disk.surely("ledger")
        if raw is not None and raw is not self._raw.get(unit):
            before, now = self._states.get(unit), unit.durable_state()
            self._raw[unit], self._states[unit] = raw, now
            if now is not None:
                yield from self.changed(unit, before, now)

    def changed(self, unit: Unit, before: State | None, now: State) -> Iterator[str]:
        """Words for each violation of this change."""
        raise NotImplementedError
