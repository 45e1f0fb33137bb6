"""All deadlines of all connections in one heap, with one timer of the event loop for the earliest."""

import asyncio
import heapq
import itertools
from collections.abc import Callable

from aosedge.model.instants import SECOND, Monotonic


class Sleeper:
    """Something with a deadline. `wake_at` is when it will be woken: at its deadline or before."""

    wake_at: Monotonic | None = None

    def wake(self) -> None:
        """The time has come, or came earlier than needed: then set the deadline again."""


class Deadlines:
    """Wakes sleepers. `monotonic` reads the clock that their deadlines are on."""

    def __init__(self, monotonic: Callable[[], Monotonic]) -> None:
        self._monotonic = monotonic
        self._heap: list[tuple[Monotonic, int, Sleeper]] = []
        self._order = itertools.count()
        self._timer: asyncio.TimerHandle | None = None
        self._timer_at: Monotonic | None = None

    def set(self, sleeper: Sleeper, due: Monotonic | None) -> None:
        """Wake it at `due`. A later deadline than before costs nothing now: it is woken once too early."""
        if due is None or (sleeper.wake_at is not None and sleeper.wake_at <= due):
            return
        sleeper.wake_at = due
        heapq.heappush(self._heap, (due, next(self._order), sleeper))
        if self._timer_at is None or due < self._timer_at:
            self._arm()

    def close(self) -> None:
        """Wake nobody any more."""
        self._heap.clear()
        if self._timer is not None:
            self._timer.cancel()

    def _arm(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
        self._timer = self._timer_at = None
        if self._heap:
            self._timer_at = self._heap[0][0]
            wait_s = max(0, self._timer_at - self._monotonic()) / SECOND
            self._timer = asyncio.get_running_loop().call_later(wait_s, self._ring)

    def _ring(self) -> None:
        now = self._monotonic()
        while self._heap and self._heap[0][0] <= now:
            due, _, sleeper = heapq.heappop(self._heap)
            if sleeper.wake_at == due:
                sleeper.wake_at = None
                sleeper.wake()
        self._arm()
