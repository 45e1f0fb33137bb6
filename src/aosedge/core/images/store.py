"""The content store of a Unit: what item versions need, fetched, verified, unpacked, and let go of."""

import asyncio
import ssl
from collections import Counter
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path

import msgspec

from aosedge.core.images import walk
from aosedge.core.images.catalogue import Catalogue, Survey
from aosedge.core.images.fetching import Fetcher, Policy
from aosedge.core.images.layers import Layers
from aosedge.core.images.threads import in_thread
from aosedge.core.ports import Content, Disk, Locate, Progress
from aosedge.model.digests import Digest
from aosedge.model.errors import AosError, Unavailable, Untrusted
from aosedge.model.oci import Platform

_ROUNDS_MOST = 8


class Room(msgspec.Struct, frozen=True):
    """How much of the disk content may take."""

    reserve_bytes: int = 32 * 1024**2
    """Left free for everybody else."""
    blobs_bytes: int = 64 * 1024**3
    """All blobs together, whole or not; unpacked layers come on top."""


class ContentStore:
    """`ports.Images` over a folder. `disk` and `layers` lie on the same file system."""

    def __init__(
        self,
        disk: Disk,
        layers: Path,
        platform: Platform,
        trust: ssl.SSLContext,
        policy: Policy = Policy(),
        limits: walk.Limits = walk.Limits(),
        room: Room = Room(),
    ) -> None:
        self.catalogue = Catalogue(disk, platform, limits)
        self._disk, self._limits, self._room = disk, limits, room
        self._layers = Layers(layers, self.catalogue.blobs)
        self._fetcher = Fetcher(self.catalogue.blobs, trust, policy)
        self._pinned: Counter[Digest] = Counter()
        self._books = asyncio.Lock()

    async def fetch(self, index_digest: Digest, locate: Locate, progress: Progress) -> Content:
        """Bring every blob here, going on where an earlier attempt stopped.

        Raises Untrusted where others than the content came, from every URL; Invalid or TooLarge for content that is
        refused for good; Unavailable for what may be better later (network, disk full); what `locate` raises.
        """
        async with self._pin(index_digest):
            for _ in range(_ROUNDS_MOST):
                async with self._books:
                    survey = await in_thread(self.catalogue.survey, index_digest)
                    if survey.content is not None:
                        return survey.content
                    await in_thread(self._make_room, survey)
                await self._bring(survey, locate, _Tally(self.catalogue, survey, progress))
        raise Unavailable(f"content of {index_digest} does not stay on the disk", retry_after_s=60)

    def content(self, index_digest: Digest) -> Content | None:
        """What is here completely; None otherwise. After a start the first question reads every blob of it."""
        return self.catalogue.content(index_digest)

    async def install(self, content: Content) -> None:
        """Unpack the layers; repeating it is free.

        Raises Untrusted for an archive that means harm, Invalid for an encrypted one, Unavailable for a full disk or
        a blob that was spoiled since (fetch again).
        """
        for place, media_type in enumerate(content.layer_media_types):
            walk.check_layer_type(media_type, f"layers[{place}].mediaType")
        async with self._pin(content.index_digest):
            for digest in content.layers:
                async with self._fetcher.turn(digest):
                    await in_thread(self._layers.install, digest)

    def layer_folder(self, digest: Digest) -> Path:
        """Where an installed layer lies."""
        return self._layers.folder(digest)

    async def collect(self, keep: frozenset[Digest]) -> int:
        """Remove all content but what these index digests need, and what is being fetched or installed just now."""
        async with self._books:
            kept = keep | {index_digest for index_digest, users in self._pinned.items() if users}
            return await in_thread(self._collect, kept)

    def _collect(self, kept: frozenset[Digest]) -> int:
        needed = self.catalogue.needed(kept)
        return self._layers.collect(needed) + self.catalogue.collect(kept)

    async def _bring(self, survey: Survey, locate: Locate, tally: "_Tally") -> None:
        most = self._limits.document_bytes
        wanted: list[tuple[Digest, int | None]] = [(d.digest, d.size) for d in survey.missing]
        if survey.index_missing:
            wanted.append((survey.index_digest, None))
        try:
            async with asyncio.TaskGroup() as group:
                for digest, size in wanted:
                    group.create_task(
                        self._fetcher.bring(digest, size, most if size is None else size, locate, tally.advanced)
                    )
        except BaseExceptionGroup as errors:
            ours = errors.subgroup(AosError)
            if ours is None or errors.split(AosError)[1] is not None:
                raise
            raise _first(ours) from errors

    def _make_room(self, survey: Survey) -> None:
        """Raises Unavailable, saying how much is needed, before a download fills the disk."""
        blobs = self.catalogue.blobs
        to_come = sum(descriptor.size for descriptor in survey.missing)
        if survey.index_missing:
            to_come = self._limits.document_bytes
        unfinished = blobs.unfinished()
        to_come -= sum(unfinished.get(descriptor.digest, 0) for descriptor in survey.missing)
        stored = sum(unfinished.values()) + sum(blobs.size(digest) or 0 for digest in blobs.here())
        free = min(self._disk.free_bytes() - self._room.reserve_bytes, self._room.blobs_bytes - stored)
        if to_come > free:
            raise Unavailable(
                f"no room for {survey.index_digest}: {to_come} bytes are still to come, {max(free, 0)} are free",
                retry_after_s=60,
                cure="make room on the disk",
            )

    @asynccontextmanager
    async def _pin(self, index_digest: Digest) -> AsyncIterator[None]:
        self._pinned[index_digest] += 1
        try:
            yield
        finally:
            self._pinned[index_digest] -= 1
            self._pinned += Counter()


class _Tally:
    """Bytes here, summed over the blobs of one item version."""

    def __init__(self, catalogue: Catalogue, survey: Survey, progress: Progress) -> None:
        self._progress = progress
        unfinished = catalogue.blobs.unfinished()
        missing = {descriptor.digest for descriptor in survey.missing}
        self._total = {descriptor.digest: descriptor.size for descriptor in survey.known}
        self._total[survey.index_digest] = catalogue.blobs.size(survey.index_digest) or 0
        self._done = {d: unfinished.get(d, 0) if d in missing else size for d, size in self._total.items()}

    def advanced(self, digest: Digest, done_bytes: int) -> None:
        """A blob grew to so many bytes."""
        self._done[digest] = done_bytes
        self._total.setdefault(digest, done_bytes)
        self._progress(sum(self._done.values()), max(sum(self._total.values()), sum(self._done.values())))


def _first(errors: BaseExceptionGroup[AosError]) -> AosError:
    """The one that says most: an attack before a broken item, that before what may pass."""
    return min(_leaves(errors), key=lambda error: (not isinstance(error, Untrusted), isinstance(error, Unavailable)))


def _leaves(errors: BaseExceptionGroup[AosError]) -> Iterator[AosError]:
    for error in errors.exceptions:
        if isinstance(error, BaseExceptionGroup):
            yield from _leaves(error)
        else:
            yield error
