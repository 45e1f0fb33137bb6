"""Taking and giving files that say something of a batch's bundle."""

import asyncio
from collections.abc import AsyncIterator, Iterable
from typing import Final

import msgspec

from aosedge.cloud.domain.access.callers import Person
from aosedge.cloud.domain.verification.evidence import (
    BYTES_MOST,
    FILES_MOST,
    Evidence,
    Kind,
    Totals,
    junit_totals,
)
from aosedge.cloud.domain.verification.state import Batch
from aosedge.cloud.ports import Blobs, StoredBlob
from aosedge.cloud.store import Session
from aosedge.cloud.usecases import verification
from aosedge.model.digests import Digest
from aosedge.model.errors import Conflict, Invalid, TooLarge
from aosedge.model.ids import BatchId, EvidenceId, Ids

_CLOSED: Final = ("failed", "rejected", "cancelled")


class Taken(msgspec.Struct, frozen=True):
    """A file that was looked at and stored, of no batch yet."""

    kind: Kind
    title: str
    blob: StoredBlob
    totals: Totals | None


class EvidenceFiles:
    """The bytes of evidence, among the blobs of bundles."""

    def __init__(self, blobs: Blobs) -> None:
        self._blobs = blobs

    async def take(self, upload: AsyncIterator[bytes], kind: Kind, title: str) -> Taken:
        """Read a file to its end, look at it, and store it. Raises Invalid and TooLarge, with nothing kept."""
        content = await _whole(upload)
        totals = await asyncio.to_thread(junit_totals, content) if kind == "junit" else None
        return Taken(kind, title, await self._blobs.put_bytes(content), totals)

    async def give(self, evidence: Evidence) -> bytes:
        """Its bytes; raises NotFound where the store has lost them."""
        return await self._blobs.read(evidence.digest)


def open_batch(session: Session, id: BatchId) -> Batch:
    """The batch, if it takes evidence; raises NotFound, and Conflict where it is over or has too much."""
    batch = session.verification.get(id)
    if batch.state in _CLOSED:
        raise Conflict("the batch is over", element="batch", got=batch.state, cure="begin another batch")
    if session.verification.evidence(id).total >= FILES_MOST:
        raise Conflict("the batch has enough evidence", element="batch", expected=f"at most {FILES_MOST} files")
    return batch


def checked_about(session: Session, batch: Batch, about: Iterable[str]) -> tuple[Digest, ...]:
    """Which of the bundle's versions are meant, by index digest; all, where none is named. Raises Invalid."""
    brought, wanted = tuple(version.index_digest for _, version in session.items.of_bundle(batch.bundle)), set(about)
    foreign = sorted(wanted.difference(brought))
    if foreign:
        expected = ", ".join(brought)
        raise Invalid("the bundle brings no such version", element="about", expected=expected, got=foreign[0][:80])
    return tuple(digest for digest in brought if digest in wanted or not wanted)


def add(session: Session, ids: Ids, id: BatchId, taken: Taken, about: Iterable[str] = ()) -> Evidence:
    """Make it the batch's, about versions of its bundle. Raises NotFound, Conflict and Invalid."""
    batch, who = open_batch(session, id), session.caller.who
    evidence = Evidence(
        id=EvidenceId(ids.new()),
        batch=id,
        kind=taken.kind,
        title=taken.title,
        digest=taken.blob.digest,
        size_bytes=taken.blob.size_bytes,
        at=session.caller.now,
        added_by=who.user if isinstance(who, Person) else None,
        totals=taken.totals,
        about=checked_about(session, batch, about),
    )
    session.blobs.put((taken.blob,))
    session.verification.add_evidence(evidence)
    verification.announce(session, id)
    return evidence


async def _whole(upload: AsyncIterator[bytes]) -> bytes:
    content = bytearray()
    async for part in upload:
        content += part
        if len(content) > BYTES_MOST:
            raise TooLarge("the file is too large", element="file", expected=f"at most {BYTES_MOST} bytes")
    if not content:
        raise Invalid("the file is empty", element="file", expected="what tests said")
    return bytes(content)
