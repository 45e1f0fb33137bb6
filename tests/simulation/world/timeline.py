"""Time of a world: what happens next is always known, and nothing happens but from here."""

import heapq
from collections.abc import Callable
from random import Random

from aosedge.model.instants import DAY, Instant

BEGIN = Instant(1_800_000_000_000_000)
_NEVER = 400 * DAY


class Timeline:
    """Callbacks in the order of their time, then of their making. Microseconds since the world's beginning."""

    def __init__(self) -> None:
        self.now_us = 0
        self.count = 0
        self._heap: list[tuple[int, int, Callable[[], None]]] = []
        self._made = 0

    def at(self, when_us: int, happen: Callable[[], None]) -> None:
        """Not before now."""
        self._made += 1
        heapq.heappush(self._heap, (max(when_us, self.now_us), self._made, happen))

    def after(self, wait_us: int, happen: Callable[[], None]) -> None:
        """So much later."""
        self.at(self.now_us + max(wait_us, 0), happen)

    def next_us(self) -> int:
        """When something happens next; far away if nothing does."""
        return self._heap[0][0] if self._heap else _NEVER

    def step(self) -> bool:
        """Let the next thing happen; False when there is none."""
        if not self._heap:
            return False
        self.now_us, _, happen = heapq.heappop(self._heap)
        self.count += 1
        happen()
        return True


def around(chance: Random, most_us: int) -> int:
    """A wait up to so long; short ones are more frequent."""
    return int(most_us * chance.random() ** 2)
