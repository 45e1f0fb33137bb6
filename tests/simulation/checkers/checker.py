"""What a checker is."""

from collections.abc import Iterator
from typing import TYPE_CHECKING, ClassVar

from tests.simulation.world.unit import Unit

from aosedge.core.domain.state import State

if TYPE_CHECKING:
    from tests.simulation.world.world import World


class Checker:
    """Looks at the world after each event and says what is wrong, in words, one string a violation.

    The world calls `changed` first when a Unit's durable state is another, then `look_at` when a Unit did anything,
    then `look_at_cloud` when the cloud did.
    """

    invariant: ClassVar[str]

    def __init__(self, world: "World") -> None:
        self.world = world

    def changed(self, unit: Unit, before: State | None, now: State) -> Iterator[str]:
        """The durable state of the Unit, as the worst power cut would leave it, was `before` and is `now`."""
        return iter(())

    def look_at(self, unit: Unit) -> Iterator[str]:
        """The Unit did something."""
        return iter(())

    def look_at_cloud(self) -> Iterator[str]:
        """The cloud did something."""
        return iter(())
