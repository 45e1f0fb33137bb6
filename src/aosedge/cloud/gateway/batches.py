"""Work of many connections done together: one at a time when it is quiet, many in one transaction under load."""

import asyncio
import logging
from collections import deque
from collections.abc import Awaitable, Callable
from typing import Generic, TypeVar

T = TypeVar("T")
_log = logging.getLogger("aosedge.gateway")


class Batches(Generic[T]):
    """What came while the last batch was under way is the next batch, `most` at a time and in order.

    `work` raises while nothing of its batch is done, as a transaction does. Then the batch is done item by item: if
    others go through, an item that fails twice is at fault itself and given to `spoiled`; if none does, all wait and
    are tried again.
    """

    def __init__(
        self,
        work: Callable[[list[T]], Awaitable[None]],
        spoiled: Callable[[T], None],
        most: int,
        retry_s: float,
    ) -> None:
        self._work = work
        self._spoiled = spoiled
        self._most = most
        self._retry_s = retry_s
        self._waiting: deque[T] = deque()
        self._news = asyncio.Event()
        self._done = asyncio.Event()
        self._done.set()

    def __len__(self) -> int:
        return len(self._waiting)

    def put(self, item: T) -> None:
        """Have it done soon. The owner bounds how much waits."""
        self._waiting.append(item)
        self._done.clear()
        self._news.set()

    async def settle(self) -> None:
        """Wait until all is done that was put here."""
        await self._done.wait()

    async def run(self) -> None:
        """Work for ever."""
        while True:
            await self._news.wait()
            batch: list[T] = []
            while self._waiting or batch:
                room = self._most - len(batch)
                batch += [self._waiting.popleft() for _ in range(min(room, len(self._waiting)))]
                batch = await self._attempt(batch)
            self._news.clear()
            self._done.set()

    async def _attempt(self, batch: list[T]) -> list[T]:
        """Do the batch; what is left to be tried again."""
        if await self._succeeds(batch):
            return []
        if len(batch) > 1:
            left = batch
            for _ in range(2):
                left = [item for item in left if not await self._succeeds([item])]
            if len(left) < len(batch):
                for item in left:
                    self._spoiled(item)
                return []
        await asyncio.sleep(self._retry_s)
        return batch

    async def _succeeds(self, batch: list[T]) -> bool:
        try:
            await self._work(batch)
        except Exception:  # noqa: BLE001 - whatever the store's fault is, no Unit may lose what it sent
            _log.exception("%d pieces of work could not be done", len(batch))
            return False
        return True
