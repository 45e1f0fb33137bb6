"""Work of many connections done together: one at a time when it is quiet, many in one transaction under load."""

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable
from typing import Generic, TypeVar

T = TypeVar("T")


class Batches(Generic[T]):
    """What came while the last batch was under way is the next batch, `most` at a time and in order."""

    def __init__(self, work: Callable[[list[T]], Awaitable[None]], most: int) -> None:
        self._work = work
        self._most = most
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
            while self._waiting:
                await self._work([self._waiting.popleft() for _ in range(min(self._most, len(self._waiting)))])
            self._news.clear()
            self._done.set()
