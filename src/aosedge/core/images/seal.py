"""The seal of an unpacked layer: one digest over all that is in it, so that what a disk spoils is noticed."""

import hashlib
import os
import stat
from collections.abc import Iterator
from pathlib import Path

_STEP_BYTES = 256 * 1024


def seal_of(root: Path) -> bytes:
    """SHA-256, hex, over names, kinds, modes, owners, link targets, devices and contents below `root`, in order.

    OSError as it comes; a file that can't be read has no seal.
    """
    running = hashlib.sha256()
    for path in _everything(root):
        seen = path.lstat()
        name = os.fsencode(path.relative_to(root))
        target = os.fsencode(path.readlink()) if stat.S_ISLNK(seen.st_mode) else b""
        size = seen.st_size if stat.S_ISREG(seen.st_mode) else 0
        figures = f"{len(name)} {seen.st_mode} {seen.st_uid} {seen.st_gid} {seen.st_rdev} {size} {len(target)}\n"
        running.update(figures.encode() + name + target)
        if stat.S_ISREG(seen.st_mode):
            with path.open("rb", buffering=0) as file:
                while part := file.read(_STEP_BYTES):
                    running.update(part)
    return running.hexdigest().encode()


def _everything(root: Path) -> Iterator[Path]:
    yield root
    for folder, folders, files in os.walk(root, onerror=_fail):
        folders.sort()
        for name in sorted(folders + files):
            yield Path(folder, name)


def _fail(error: OSError) -> None:
    raise error
