"""Blobs by digest on the Unit's disk: gathered aside, verified, and only then named.

`partial/<hex>` is what has come of a blob so far and is believed by nobody; `blobs/<hex>` had its digest when it got
its name. A disk may spoil what lies on it, so a blob that this object did not write itself is hashed before its first
use; a spoiled one is removed, to be fetched again. Everything here goes through `ports.Disk` and holds at a crash
between any two of its operations (TRUST, "Durability on the Unit").
"""

import errno
import hashlib
import re

from aosedge.core.ports import Disk
from aosedge.model.digests import Digest
from aosedge.model.errors import TooLarge, Untrusted

BLOBS = "blobs"
PARTIAL = "partial"
_STEP_BYTES = 256 * 1024
_HEX = re.compile(r"[0-9a-f]{64}")


def hex_of(digest: Digest) -> str:
    """The 64 digits that name a blob's file."""
    return digest.removeprefix("sha256:")


class Blobs:
    """Verified blobs and unfinished ones. One user a digest at a time; reading is free for all."""

    def __init__(self, disk: Disk) -> None:
        self._disk = disk
        self._verified: set[Digest] = set()
        self._settled = False

    def size(self, digest: Digest) -> int | None:
        """Bytes of the blob, verified or not; None where there is none."""
        return self._disk.size(_blob(digest))

    def verified(self, digest: Digest) -> bool:
        """Whether the blob is here and has its digest; hashed at the first question. A spoiled one is removed."""
        if digest in self._verified:
            return True
        if self._disk.size(_blob(digest)) is None:
            return False
        if not self._holds(digest):
            self.remove(digest)
            return False
        self._believe(digest)
        return True

    def document(self, digest: Digest, most_bytes: int) -> bytes | None:
        """The content of a small blob, hashed at every reading; None where there is none, or it was spoiled.

        Raises TooLarge for a blob over `most_bytes`.
        """
        size = self._disk.size(_blob(digest))
        if size is None:
            return None
        if size > most_bytes:
            if not self.verified(digest):
                return None
            raise TooLarge(
                "document is too large", element=digest, expected=f"at most {most_bytes} bytes", got=str(size)
            )
        content = self._read_part(digest, 0, size + 1)
        if content is None or "sha256:" + hashlib.sha256(content).hexdigest() != digest:
            self.remove(digest)
            return None
        self._believe(digest)
        return content

    def read_part(self, digest: Digest, offset: int, most_bytes: int) -> bytes:
        """A part of the blob as it lies there: whoever believes it hashes the whole. OSError as it comes."""
        return self._disk.read_part(_blob(digest), offset, most_bytes)

    def take(self, digest: Digest, size: int) -> "Intake":
        """Gather this blob of exactly `size` bytes, going on where an earlier attempt stopped."""
        return Intake(self._disk, self._verified, digest, size)

    def remove(self, digest: Digest) -> int:
        """Remove the blob and what has come of it; returns the bytes freed."""
        self._verified.discard(digest)
        return self._drop(_blob(digest)) + self.drop_partial(digest)

    def drop_partial(self, digest: Digest) -> int:
        """Remove what has come of an unfinished blob; returns the bytes freed."""
        return self._drop(_partial(digest))

    def here(self) -> set[Digest]:
        """All blobs, verified or not."""
        return self._digests(BLOBS)

    def unfinished(self) -> dict[Digest, int]:
        """Bytes that have come of each blob that is not whole yet."""
        return {digest: self._disk.size(_partial(digest)) or 0 for digest in sorted(self._digests(PARTIAL))}

    def _believe(self, digest: Digest) -> None:
        """The blob is right. Names of an earlier process, killed before its sync, are made durable first, once."""
        if not self._settled:
            self._disk.sync_folder(BLOBS)
            self._disk.sync_folder("")
            self._settled = True
        self._verified.add(digest)

    def _drop(self, path: str) -> int:
        size = self._disk.size(path)
        if size is None:
            return 0
        self._disk.remove(path)
        return size

    def _digests(self, folder: str) -> set[Digest]:
        return {Digest(f"sha256:{name}") for name in self._disk.names(folder) if _HEX.fullmatch(name)}

    def _read_part(self, digest: Digest, offset: int, most_bytes: int) -> bytes | None:
        try:
            return self.read_part(digest, offset, most_bytes)
        except FileNotFoundError:
            return None
        except OSError as error:
            if error.errno != errno.EIO:
                raise
            return None

    def _holds(self, digest: Digest) -> bool:
        running = hashlib.sha256()
        offset = 0
        while part := self._read_part(digest, offset, _STEP_BYTES):
            running.update(part)
            offset += len(part)
        return part is not None and "sha256:" + running.hexdigest() == digest


class Intake:
    """One blob on its way in. `done_bytes` says where to go on; nothing counts before `commit`."""

    def __init__(self, disk: Disk, verified: set[Digest], digest: Digest, size: int) -> None:
        self._disk, self._verified = disk, verified
        self.digest, self.size = digest, size
        self.done_bytes = 0
        self._running = hashlib.sha256()
        self._recall()
        self.resumed = self.done_bytes > 0
        """Whether bytes of an earlier attempt are among it, of which nobody knows who sent them."""

    def feed(self, part: bytes) -> None:
        """Keep the next bytes. Raises TooLarge, and forgets all, once there are more than there may be."""
        if self.done_bytes + len(part) > self.size:
            self.restart()
            raise TooLarge("more data than the blob has", element=self.digest, expected=f"{self.size} bytes")
        self._disk.append(_partial(self.digest), part)
        self._running.update(part)
        self.done_bytes += len(part)

    def restart(self) -> None:
        """Forget what came so far."""
        self._disk.remove(_partial(self.digest))
        self._running = hashlib.sha256()
        self.done_bytes = 0
        self.resumed = False

    def commit(self) -> None:
        """Verify and make it a blob, durably. Raises Untrusted, and forgets all, where the digest is another."""
        got = "sha256:" + self._running.hexdigest()
        if self.done_bytes != self.size or got != self.digest:
            done = self.done_bytes
            self.restart()
            raise Untrusted(
                "downloaded content is not what its digest says",
                element=self.digest,
                expected=f"{self.size} bytes",
                got=f"{done} bytes, {got}",
            )
        if self.done_bytes == 0:
            self._disk.append(_partial(self.digest), b"")
        self._disk.sync(_partial(self.digest))
        self._disk.rename(_partial(self.digest), _blob(self.digest))
        self._disk.sync_folder(BLOBS)
        self._disk.sync_folder("")
        self._verified.add(self.digest)

    def _recall(self) -> None:
        path = _partial(self.digest)
        there = self._disk.size(path) or 0
        if there > self.size:
            self._disk.remove(path)
            return
        while self.done_bytes < there:
            part = self._disk.read_part(path, self.done_bytes, _STEP_BYTES)
            if not part:
                break
            self._running.update(part)
            self.done_bytes += len(part)


def _blob(digest: Digest) -> str:
    return f"{BLOBS}/{hex_of(digest)}"


def _partial(digest: Digest) -> str:
    return f"{PARTIAL}/{hex_of(digest)}"
