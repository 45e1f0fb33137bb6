"""Unpacked layers, once each by digest: `<hex>/` is whole and durable, or not there.

Unpacked aside (`<hex>.tmp`) while its blob is hashed anew, synced file by file, then renamed. Removal renames first
(`<hex>.gone`), so that no crash leaves a part of a layer under a name that means all of it. Nobody else on the machine
gets in: a layer may well hold set-id programs and folders that all may write.
"""

import hashlib
import io
import os
import re
import shutil
from pathlib import Path
from typing import BinaryIO, cast

from aosedge.core.images.blobs import Blobs, hex_of
from aosedge.model.digests import Digest
from aosedge.model.errors import Invalid, Unavailable, Untrusted
from aosedge.trust import archives

_STEP_BYTES = 256 * 1024
_NAME = re.compile(r"[0-9a-f]{64}(\.tmp|\.gone)?")


class Layers:
    """The folder of unpacked layers. One user a digest at a time; blocking."""

    def __init__(self, root: Path, blobs: Blobs) -> None:
        self.root = root
        self._blobs = blobs

    def folder(self, digest: Digest) -> Path:
        """Where the layer lies once it is installed."""
        return self.root / hex_of(digest)

    def install(self, digest: Digest) -> None:
        """Unpack the blob of this digest; free if done before.

        Raises Untrusted for an archive that means harm, Unavailable where the blob is not here or was spoiled (fetch
        it again) and where the disk is full. After each nothing of the layer is left.
        """
        target = self.folder(digest)
        if target.is_dir():
            return
        aside = target.with_name(target.name + ".tmp")
        _remove_tree(aside)
        self.root.mkdir(mode=0o700, parents=True, exist_ok=True)
        try:
            self._unpack(digest, aside)
            _sync_tree(aside)
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

    def collect(self, needed: set[Digest]) -> int:
        """Remove all layers but these, and what crashes left; returns the bytes freed."""
        names = {hex_of(digest) for digest in needed}
        freed = 0
        for entry in sorted(self.root.iterdir()) if self.root.is_dir() else []:
            if not _NAME.fullmatch(entry.name) or entry.name.removesuffix(".tmp") in names:
                continue
            freed += _bytes_in(entry)
            if "." not in entry.name:
                entry = entry.replace(entry.with_name(entry.name + ".gone"))
                _sync(self.root)
            _remove_tree(entry)
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
