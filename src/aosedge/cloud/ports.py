"""What AosCloud's use cases need from the outside, besides the store."""

from collections.abc import AsyncIterator
from typing import Protocol

import msgspec

from aosedge.model.digests import Digest


class StoredBlob(msgspec.Struct, frozen=True):
    """A blob as stored: both digests, since real Units compare SHA3-256."""

    digest: Digest
    sha3_256: str
    size_bytes: int


class Blobs(Protocol):
    """Content-addressed blobs. A blob that is there is whole and right."""

    async def put(self, content: AsyncIterator[bytes]) -> StoredBlob:
        """Store a stream under its digest; the same content again is free."""

    async def put_bytes(self, content: bytes) -> StoredBlob:
        """Store bytes under their digest."""

    async def read(self, digest: Digest) -> bytes:
        """A small blob as a whole; raises NotFound."""

    async def size(self, digest: Digest) -> int:
        """Bytes of a blob; raises NotFound."""

    def stream(self, digest: Digest, start: int, end: int) -> AsyncIterator[bytes]:
        """Bytes from `start` up to, not including, `end`; raises NotFound."""

    async def remove(self, digest: Digest) -> None:
        """Forget a blob; a missing one is no error."""


class Subscription(Protocol):
    """What one listener hears; bounded: when it falls behind, the oldest go and `missed` says so."""

    missed: bool

    def __aiter__(self) -> AsyncIterator[bytes]:
        """Payloads in order."""

    def close(self) -> None:
        """Hear no more."""


class Bus(Protocol):
    """Who must hear what, across cloud processes. A hint, not a record: the database is the truth."""

    async def publish(self, topic: str, payload: bytes) -> None:
        """Tell every listener of the topic; topics are words joined by dots."""

    def subscribe(self, pattern: str) -> Subscription:
        """Listen to a topic; `*` stands for one word, `>` for all the rest."""

    async def close(self) -> None:
        """Let go of listeners."""
