"""The state files of instances: seen, read, replaced as a whole, removed; through the Disk port."""

from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

from aosedge.core.domain.effects import DropState, LookAtState, ReadState, WriteState
from aosedge.core.domain.events import (
    StateDropped,
    StateNotWritten,
    StateRead,
    StateSeen,
    StateWritten,
)
from aosedge.core.domain.instances import InstanceKey
from aosedge.core.ports import Disk
from aosedge.core.runtimes.records import STATE, STORAGE, instance_name
from aosedge.model.digests import sha3_224_hex

_ASIDE = "state.new"
StateWork = LookAtState | ReadState | WriteState | DropState


def stamp_of(root: Path) -> Callable[[str], str]:
    """What tells one content of a file below the root from the next, without reading it; empty for no file."""

    def stamp(path: str) -> str:
        try:
            found = (root / path).stat()
        except OSError:
            return ""
        return f"{found.st_ino} {found.st_mtime_ns} {found.st_size}"

    return stamp


class StateFiles:
    """State files below the instances' folder. A service writes into its file as it likes; we replace it whole."""

    def __init__(self, disk: Disk, stamp: Callable[[str], str]) -> None:
        self._disk, self._stamp = disk, stamp

    def do(self, work: StateWork) -> StateSeen | StateRead | StateWritten | StateNotWritten | StateDropped:
        """Carry it out; what the disk refuses is in the answer, or as if the file were as it was seen before."""
        match work:
            case LookAtState(key):
                return StateSeen(key, self._stamp(_path(key)))
            case ReadState(key, most_bytes):
                return self._read(key, most_bytes)
            case WriteState(key, content):
                try:
                    self._write(key, content)
                except OSError as error:
                    return StateNotWritten(key, error.strerror or str(error))
                return StateWritten(key, sha3_224_hex(content))
            case DropState(key):
                self._drop(key)
                return StateDropped(key)

    def _read(self, key: InstanceKey, most_bytes: int) -> StateSeen | StateRead:
        """What is read is durable. A file that changes meanwhile would be read torn: then it was only seen."""
        path = _path(key)
        before = self._stamp(path)
        try:
            self._disk.sync(path)
            self._disk.sync_folder(_folder(key))
            content = self._disk.read_part(path, 0, most_bytes + 1)
            size = len(content) if len(content) <= most_bytes else self._disk.size(path) or len(content)
        except OSError:
            return StateSeen(key, self._stamp(path))
        if self._stamp(path) != before:
            return StateSeen(key, self._stamp(path))
        return StateRead(key, before, size, content if size <= most_bytes else b"")

    def _write(self, key: InstanceKey, content: bytes) -> None:
        folder = _folder(key)
        aside = f"{folder}/{_ASIDE}"
        try:
            self._disk.write(aside, content)
            self._disk.sync(aside)
            self._disk.rename(aside, _path(key))
        except OSError:
            self._disk.remove(aside)
            raise
        for path in (folder, STORAGE, ""):
            self._disk.sync_folder(path)

    def _drop(self, key: InstanceKey) -> None:
        with suppress(OSError):  # what is left is the next subject's to overwrite
            for path in (_path(key), f"{_folder(key)}/{_ASIDE}"):
                self._disk.remove(path)
            self._disk.sync_folder(_folder(key))


def _folder(key: InstanceKey) -> str:
    return f"{STORAGE}/{instance_name(key)}"


def _path(key: InstanceKey) -> str:
    return f"{_folder(key)}/{STATE}"
