"""State of services that follows its user."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

from tests.simulation.checkers.checker import Checker

from aosedge.cloud.domain.service_states import StateKey

if TYPE_CHECKING:
    from tests.simulation.world.world import World


class StateGoesOn(Checker):
    """What the cloud accepts was written whole by the service, is reported by the Unit where the user is, and goes on
    from what was accepted before: nothing old, late or torn ever counts, whoever reports it."""

    invariant = "I6, I9 the state of a user goes on"

    def __init__(self, world: "World") -> None:
        super().__init__(world)
        self._highest: dict[StateKey, int] = {}

    def look_at_cloud(self) -> Iterator[str]:
        book = self.world.cloud.states
        for took in book.accepted:
            if book.where.get(took.key.subject) != took.unit:
                yield f"{took.unit} reported the state of {took.key.subject}, who is on {book.where}"
            if not any(took.content in unit.counting.wrote for unit in self.world.units.values()):
                yield f"{took.unit} reported {took.content!r}, which no service wrote"
            value, highest = int(took.content or b"0"), self._highest.get(took.key, 0)
            if value < highest:
                yield f"the state of {took.key.subject} went from {highest} back to {value}, by {took.unit}"
            self._highest[took.key] = value
        book.accepted.clear()
