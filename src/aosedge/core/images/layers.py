"""Unpacked layers, once each by digest: `<hex>/` is whole and durable, or not there.

Unpacked aside (`<hex>.tmp`) while its blob is hashed anew, synced file by file, then renamed. Removal renames first
(`<hex>.gone`), so that no crash leaves a part of a layer under a name that means all of it. A layer found after a
start is compared with its seal (`<hex>.seal`) before its first use; a spoiled one is set aside and unpacked anew.
Nobody else on the machine gets in: a layer may hold set-id programs and folders that all may write.
"""

import hashlib
import io
import os
import re
import shutil
from pathlib import Path
from typing import BinaryIO, cast

from aosedge.core.images.blobs import Blobs, hex_of
from aosedge.core.images.seal import seal_of
from aosedge.model.digests import Digest
from aosedge.model.errors import Invalid, Unavailable, Untrusted
from aosedge.trust import archives

_STEP_BYTES = 256 * 1024
_NAME = re.compile(r"[0-9a-f]{64}(\.tmp|\.gone|\.seal)?")


class Layers:
    """The folder of unpacked layers. One user a digest at a time; blocking."""

    def __init__(self, root: Path, blobs: Blobs) -> None:
        self.root = root
        self._blobs = blobs
        self._whole: set[Digest] = set()

    def folder(self, digest: Digest) -> Path:
        """Where the layer lies once it is installed."""
        return self.root / hex_of(digest)

    def install(self, digest: Digest) -> None:
        """Unpack the blob of this digest; if that was done before a start, read it once, and free after that.

        Raises Untrusted for an archive that means harm, Unavailable where the blob is not here or was spoiled (fetch
        it again) and where the disk is full. After each nothing of the layer is left.
        """
        if digest in self._whole:
            return
        target = self.folder(digest)
        if target.is_dir() and not self._holds(target):
            self._set_aside(target)
        if target.is_dir():
            _sync(self.root)  # a process killed before its last sync left a name that a power cut would take back
        else:
            self._install(digest, target)
        self._whole.add(digest)

    def _install(self, digest: Digest, target: Path) -> None:
        aside = target.with_name(target.name + ".tmp")
        _remove_tree(aside)
        self.root.mkdir(mode=0o700, parents=True, exist_ok=True)
        try:
            self._unpack(digest, aside)
            _sync_tree(aside)
            seal = _seal_file(target)
            seal.write_bytes(seal_of(aside))
            _sync(seal)
            aside.rename(target)
            _sync(self.root)
        except OSError as error:
            _remove_tree(aside)
            raise Unavailable(
                f"cannot unpack layer {digest}: {error.strerror}", retry_after_s=60, cure="make room on the disk"
            ) from error
        except BaseException:
            _remove_tree(aside)
            raise

    def _holds(self, target: Path) -> bool:
        try:
            return seal_of(target) == _seal_file(target).read_bytes()
        except OSError:
            return False

    def _set_aside(self, target: Path) -> Path:
        gone = target.with_name(target.name + ".gone")
        _remove_tree(gone)
        target.rename(gone)
        _sync(self.root)
        return gone

    def collect(self, needed: set[Digest]) -> int:
        """Remove all layers but these, and what crashes left; returns the bytes freed."""
        names = {hex_of(digest) for digest in needed}
        freed = 0
        self._whole &= needed
        for entry in sorted(self.root.iterdir()) if self.root.is_dir() else []:
            name, _, kind = entry.name.partition(".")
            if not _NAME.fullmatch(entry.name) or (name in names and kind != "gone"):
                continue
            freed += _bytes_in(entry)
            if kind == "seal":
                entry.unlink()
            else:
                _remove_tree(entry if kind else self._set_aside(entry))
        return freed

    def _unpack(self, digest: Digest, aside: Path) -> None:
        source = _Hashed(self._blobs, digest)
        try:
            archives.unpack(cast(BinaryIO, io.BufferedReader(source, _STEP_BYTES)), aside, archives.LAYER)
        except FileNotFoundError as error:
            raise Unavailable(f"blob {digest} is not here", cure="fetch it again") from error
        except Invalid as error:
            source.check()
            raise Untrusted(
                f"layer is refused: {error.message}",
                element=f"{digest}: {error.element}",
                expected=error.expected,
                got=error.got,
            ) from error
        source.check()


def _seal_file(target: Path) -> Path:
    return target.with_name(target.name + ".seal")


class _Hashed(io.RawIOBase):
    """A blob as a stream that knows in the end whether it was the blob."""

    def __init__(self, blobs: Blobs, digest: Digest) -> None:
        self._blobs, self._digest = blobs, digest
        self._offset = 0
        self._running = hashlib.sha256()

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: "bytearray | memoryview") -> int:  # type: ignore[override]
        part = self._blobs.read_part(self._digest, self._offset, len(buffer))
        buffer[: len(part)] = part
        self._running.update(part)
        self._offset += len(part)
        return len(part)

    def check(self) -> None:
        """Read to the end. Raises Unavailable, and removes the blob, where it is not what its digest says."""
        while self.read(_STEP_BYTES):
            pass
        if "sha256:" + self._running.hexdigest() != self._digest:
            self._blobs.remove(self._digest)
            raise Unavailable(f"blob {self._digest} was spoiled on the disk", cure="fetch it again")


def _sync_tree(root: Path) -> None:
    for folder, _, names in os.walk(root, topdown=False):
        for name in names:
            path = Path(folder, name)
            if path.is_file() and not path.is_symlink():
                _sync(path)
        _sync(Path(folder))


def _sync(path: Path) -> None:
    file = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC)
    try:
        os.fsync(file)
    finally:
        os.close(file)


def _bytes_in(root: Path) -> int:
    return sum(Path(folder, name).lstat().st_size for folder, _, names in os.walk(root) for name in names)


def _remove_tree(root: Path) -> None:
    """Remove it whatever modes its folders have; a missing one is no error."""
    if not root.is_dir():
        return
    root.chmod(0o700)
    for folder, names, _ in os.walk(root):
        for name in names:
            path = Path(folder, name)
            if not path.is_symlink():
                path.chmod(0o700)
    shutil.rmtree(root)
