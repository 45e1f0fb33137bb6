"""Content of a virtual Unit: fetched, unpacked and collected one after the other, over the real content store."""

import errno
from collections import deque
from collections.abc import Callable
from random import Random

import msgspec
from tests.simulation.world.content import HERE
from tests.simulation.world.disk import Disk
from tests.simulation.world.timeline import around

from aosedge.core.domain.contents import Content
from aosedge.core.domain.effects import Collect, Fetch, Install
from aosedge.core.domain.events import (
    Cause,
    Collected,
    ContentFailed,
    ContentProgress,
    ContentReady,
    Event,
    Installed,
    InstallFailed,
)
from aosedge.core.images.blobs import Blobs, Intake
from aosedge.core.images.catalogue import Catalogue
from aosedge.model.digests import Digest, sha256
from aosedge.model.errors import Invalid, TooLarge, Untrusted
from aosedge.model.instants import MILLISECOND, SECOND
from aosedge.protocol.messages.from_cloud import BlobUrl

ATTEMPTS = 4


class Way(msgspec.Struct):
    """What the way from the blob server does to content. Shares from 0 to 1."""

    spoiled: float = 0.0
    short: float = 0.0
    endless: float = 0.0
    broken: float = 0.0


Later = Callable[[int, Callable[[], None]], None]
"""Does something so much later, unless the agent is gone by then."""
Locate = Callable[[Digest, Callable[[BlobUrl | None], None]], None]
"""Asks the cloud where a blob is and answers once."""


class Jobs:
    """What the agent does for the engine's Fetch, Install and Collect; `post` takes the events that answer them."""

    def __init__(
        self,
        disk: Disk,
        chance: Random,
        later: Later,
        locate: Locate,
        serve: Callable[[str], bytes | None],
        post: Callable[[Event], None],
    ) -> None:
        self.catalogue = Catalogue(disk, HERE)
        self.way = Way()
        self._disk, self._chance, self._later, self._locate = disk, chance, later, locate
        self._serve, self._post = serve, post
        self._queue: deque[Fetch | Install | Collect] = deque()
        self._current: Fetch | Install | Collect | None = None
        self._turn = 0
        self._attempts = 0

    def add(self, job: Fetch | Install | Collect) -> None:
        """After everything that was asked before."""
        self._queue.append(job)
        self._next()

    def cancel(self, index_digest: Digest) -> None:
        """Stop fetching this; what has come of it stays."""
        for job in [j for j in self._queue if isinstance(j, Fetch) and j.index_digest == index_digest]:
            self._queue.remove(job)
        if isinstance(self._current, Fetch) and self._current.index_digest == index_digest:
            self._end(None)

    def _next(self) -> None:
        if self._current is None and self._queue:
            self._current = self._queue.popleft()
            self._attempts = 0
            self._wait(around(self._chance, 500 * MILLISECOND), self._go)

    def _wait(self, wait_us: int, go: Callable[[], None]) -> None:
        """Go on later, if this job is still the current one."""
        turn = self._turn
        self._later(wait_us, lambda: go() if self._turn == turn else None)

    def _end(self, event: Event | None) -> None:
        self._turn += 1
        self._current = None
        if event is not None:
            self._post(event)
        self._next()

    def _go(self) -> None:
        match self._current:
            case Fetch(index_digest):
                self._fetch(index_digest)
            case Install(content):
                self._install(content)
            case Collect(keep):
                self._collect(keep)
            case None:
                pass

    # fetch

    def _fetch(self, index: Digest) -> None:
        try:
            survey = self.catalogue.survey(index)
        except Invalid as refusal:
            self._fail(index, "untrusted", str(refusal))
            return
        except OSError as error:
            self._fail(index, "disk", str(error))
            return
        if survey.content is not None:
            self._end(ContentReady(survey.content))
            return
        missing = index if survey.index_missing else survey.missing[0].digest
        turn = self._turn
        self._locate(missing, lambda place: self._located(index, place) if self._turn == turn else None)

    def _located(self, index: Digest, place: BlobUrl | None) -> None:
        if place is None:
            self._fail(index, "unavailable", "the cloud does not say where it is")
            return
        content = self._serve(place.urls[0]) if place.urls else None
        if content is None:
            self._fail(index, "unavailable", "no such blob")
            return
        try:
            intake = self.catalogue.blobs.take(place.digest, place.size)
        except OSError as error:
            self._fail(index, "disk", str(error))
            return
        sent = self._on_the_way(content)[intake.done_bytes :]
        step = max(1, len(sent) // 3 + 1)
        parts = deque(sent[at : at + step] for at in range(0, len(sent), step))
        broken = self._chance.random() < self.way.broken
        self._part(index, intake, parts, self._chance.randrange(3) if broken else -1)

    def _on_the_way(self, content: bytes) -> bytes:
        if content and self._chance.random() < self.way.spoiled:
            at = self._chance.randrange(len(content))
            content = content[:at] + bytes([content[at] ^ 1]) + content[at + 1 :]
        if content and self._chance.random() < self.way.short:
            content = content[: self._chance.randrange(len(content))]
        if self._chance.random() < self.way.endless:
            content += bytes(4096)
        return content

    def _part(self, index: Digest, intake: Intake, parts: deque[bytes], breaks_in: int) -> None:
        try:
            if breaks_in == 0:
                self._again(index, "connection lost")
            elif parts:
                intake.feed(parts.popleft())
                self._post(ContentProgress(index, intake.done_bytes, intake.size))
                wait_us = around(self._chance, SECOND)
                self._wait(wait_us, lambda: self._part(index, intake, parts, breaks_in - 1))
            else:
                intake.commit()
                self._attempts = 0
                self._wait(0, self._go)
        except (Untrusted, TooLarge) as error:
            # bytes that are not the content are the fault of who sent them: another try may be honest
            self._again(index, str(error))
        except OSError as error:
            self._fail(index, "disk", str(error))

    def _again(self, index: Digest, message: str) -> None:
        self._attempts += 1
        if self._attempts >= ATTEMPTS:
            self._fail(index, "unavailable", message)
        else:
            self._wait(SECOND << self._attempts, self._go)

    def _fail(self, index: Digest, cause: Cause, message: str) -> None:
        self._end(ContentFailed(index, cause, message))

    # unpack, collect

    def _install(self, content: Content) -> None:
        try:
            for layer in content.layers:
                unpack(self._disk, self.catalogue.blobs, layer)
        except Untrusted as error:
            self._end(InstallFailed(content.index_digest, "unavailable", str(error)))
        except OSError as error:
            cause: Cause = "disk" if error.errno == errno.ENOSPC else "unavailable"
            self._end(InstallFailed(content.index_digest, cause, str(error)))
        else:
            self._end(Installed(content.index_digest))

    def _collect(self, keep: frozenset[Digest]) -> None:
        needed = {f"layers/{digest[7:]}" for digest in self.catalogue.needed(keep)}
        for path in self._disk.below("layers"):
            if path not in needed:
                self._disk.remove(path)
        self._end(Collected(self.catalogue.collect(keep)))


def unpack(disk: Disk, blobs: Blobs, layer: Digest) -> None:
    """A layer of one file, as `core/images/layers.py` does it with a folder: hashed while read, whole or not there.

    Raises Untrusted where the blob was spoiled, and OSError.
    """
    path = f"layers/{layer[7:]}"
    if disk.size(path) is not None and sha256(disk.read(path)) == layer:
        disk.sync_folder("layers")
        return
    content = blobs.read_part(layer, 0, 1 << 30)
    if sha256(content) != layer:
        blobs.remove(layer)
        raise Untrusted("blob was spoiled on the disk", element=layer)
    try:
        disk.write(f"{path}.tmp", content)
        disk.sync(f"{path}.tmp")
        disk.rename(f"{path}.tmp", path)
        disk.sync_folder("layers")
    except OSError:
        disk.remove(f"{path}.tmp")
        raise
