"""The bus of a single process."""

import asyncio
from collections import deque
from collections.abc import AsyncIterator
from typing import Final

from aosedge.model.errors import Invalid

MOST_WAITING: Final = 1024
"""Payloads that a listener may be behind; then the oldest go."""


class InProcessSubscription:
    """What one listener hears."""

    def __init__(self, bus: "InProcessBus", pattern: str, most: int) -> None:
        self.missed = False
        self._bus, self._pattern = bus, pattern
        self._waiting: deque[bytes] = deque(maxlen=most)
        self._news = asyncio.Event()
        self._closed = False

    def take(self, payload: bytes) -> None:
        """A payload of a topic that matches."""
        self.missed = self.missed or len(self._waiting) == self._waiting.maxlen
        self._waiting.append(payload)
        self._news.set()

    async def __aiter__(self) -> AsyncIterator[bytes]:
        """Payloads in order, until closed."""
        while True:
            while self._waiting:
                yield self._waiting.popleft()
            if self._closed:
                return
            self._news.clear()
            await self._news.wait()

    def close(self) -> None:
        """Hear no more."""
        self._closed = True
        self._news.set()
        self._bus.forget(self._pattern, self)


class InProcessBus:
    """Topics are words joined by dots. In a pattern `*` stands for one word, a last `>` for one or more."""

    def __init__(self, most_waiting: int = MOST_WAITING) -> None:
        self._most_waiting = most_waiting
        self._exact: dict[str, list[InProcessSubscription]] = {}
        self._wild: dict[tuple[str, ...], list[InProcessSubscription]] = {}

    async def publish(self, topic: str, payload: bytes) -> None:
        """Tell every listener of the topic; costs next to nothing where there is none."""
        for listener in self._exact.get(topic, ()):
            listener.take(payload)
        if self._wild:
            words = topic.split(".")
            for pattern, listeners in self._wild.items():
                if _matches(pattern, words):
                    for listener in listeners:
                        listener.take(payload)

    def subscribe(self, pattern: str) -> InProcessSubscription:
        """Listen from now on; raises Invalid for a pattern that cannot match."""
        words = tuple(pattern.split("."))
        if not all(words) or ">" in words[:-1]:
            raise Invalid("no such pattern", element="pattern", expected="words, * or a last >", got=pattern)
        heard = InProcessSubscription(self, pattern, self._most_waiting)
        if "*" in words or ">" in words:
            self._wild.setdefault(words, []).append(heard)
        else:
            self._exact.setdefault(pattern, []).append(heard)
        return heard

    def forget(self, pattern: str, listener: InProcessSubscription) -> None:
        """Tell this listener no more."""
        words = tuple(pattern.split("."))
        for listeners in (self._exact.get(pattern, []), self._wild.get(words, [])):
            if listener in listeners:
                listeners.remove(listener)
        if not self._exact.get(pattern, [True]):
            del self._exact[pattern]
        if not self._wild.get(words, [True]):
            del self._wild[words]

    async def close(self) -> None:
        """Let every listener go."""
        for listeners in [*self._exact.values(), *self._wild.values()]:
            for listener in list(listeners):
                listener.close()


def _matches(pattern: tuple[str, ...], words: list[str]) -> bool:
    if pattern[-1] == ">":
        pattern = pattern[:-1]
        if len(words) <= len(pattern):
            return False
    elif len(words) != len(pattern):
        return False
    return all(p in ("*", w) for p, w in zip(pattern, words, strict=False))
