"""The Unit's disk: files below one root folder, made durable by fsync when asked."""

import os
from pathlib import Path, PurePosixPath


class OsDisk:
    """`ports.Disk` over a folder of the operating system. Files are readable by their owner only.

    Paths that lead out of the root raise ValueError; what the system says goes on as OSError, with
    FileNotFoundError for a missing file and ENOSPC for a full disk.
    """

    def __init__(self, root: Path) -> None:
        self.root = root

    def read(self, path: str) -> bytes:
        """The whole file."""
        return self._at(path).read_bytes()

    def read_part(self, path: str, offset: int, most_bytes: int) -> bytes:
        """At most `most_bytes` from `offset` on; shorter only at the end of the file."""
        file = os.open(self._at(path), os.O_RDONLY | os.O_CLOEXEC)
        try:
            return os.pread(file, most_bytes, offset)
        finally:
            os.close(file)

    def write(self, path: str, content: bytes) -> None:
        """Create or replace; makes missing folders. A crash may leave any part of it: write aside and rename."""
        self._put(path, content, os.O_TRUNC)

    def append(self, path: str, content: bytes) -> None:
        """Add at the end; creates the file and missing folders. A failure may leave a part of it."""
        self._put(path, content, os.O_APPEND)

    def sync(self, path: str) -> None:
        """Make the file's content durable."""
        _sync(self._at(path), os.O_RDONLY)

    def sync_folder(self, path: str) -> None:
        """Make the folder's names durable; a missing folder has none."""
        try:
            _sync(self._at(path), os.O_RDONLY | os.O_DIRECTORY)
        except FileNotFoundError:
            return

    def rename(self, old: str, new: str) -> None:
        """Replace `new` by `old` at once; makes missing folders."""
        source, target = self._at(old), self._at(new)
        if source.exists():
            target.parent.mkdir(parents=True, exist_ok=True)
        source.replace(target)

    def remove(self, path: str) -> None:
        """Remove the file; a missing one is no error."""
        self._at(path).unlink(missing_ok=True)

    def names(self, folder: str) -> list[str]:
        """Sorted names in the folder; a missing folder has none."""
        try:
            return sorted(entry.name for entry in self._at(folder).iterdir())
        except FileNotFoundError:
            return []

    def size(self, path: str) -> int | None:
        """Bytes of the file, None where there is none."""
        try:
            return self._at(path).stat().st_size
        except FileNotFoundError:
            return None

    def free_bytes(self) -> int:
        """What this process may still write."""
        self.root.mkdir(parents=True, exist_ok=True)
        figures = os.statvfs(self.root)
        return figures.f_bavail * figures.f_frsize

    def _at(self, path: str) -> Path:
        parts = PurePosixPath(path)
        if parts.is_absolute() or ".." in parts.parts:
            raise ValueError(f"not a path below the root: {path!r}")
        return self.root / parts

    def _put(self, path: str, content: bytes, how: int) -> None:
        target = self._at(path)
        flags = os.O_WRONLY | os.O_CREAT | os.O_CLOEXEC | how
        try:
            file = os.open(target, flags, 0o600)
        except FileNotFoundError:
            target.parent.mkdir(parents=True, exist_ok=True)
            file = os.open(target, flags, 0o600)
        try:
            left = memoryview(content)
            while left:
                left = left[os.write(file, left) :]
        finally:
            os.close(file)


def _sync(path: Path, flags: int) -> None:
    file = os.open(path, flags | os.O_CLOEXEC)
    try:
        os.fsync(file)
    finally:
        os.close(file)
