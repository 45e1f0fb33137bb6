"""A disk that loses power: `ports.Disk` in memory, unkind about everything that was not synced.

After a cut an unsynced file holds what it held before, what it holds now, a part of that, or that part and zeros;
each unsynced change of names happened or did not, whatever came after it. A rename happened whole or not at all.
"""

import errno
from random import Random

import msgspec


class PowerCut(Exception):
    """The power went before this operation."""


class File:
    """A file's bytes: as programs see them, and as they surely are after a cut."""

    def __init__(self) -> None:
        self.now = b""
        self.durable = b""


class Rename(msgspec.Struct, frozen=True):
    """One change of names, all or nothing: `sets` and `clears` happen together."""

    sets: str
    clears: str
    file: File

    def touches(self, folder: str) -> bool:
        return folder in {_folder(path) for path in (self.sets, self.clears) if path}


class CrashDisk:
    """Counts its operations and cuts the power before the one numbered `cut_at`."""

    def __init__(self, chance: Random, capacity_bytes: int = 1 << 40) -> None:
        self.chance, self.capacity_bytes = chance, capacity_bytes
        self.operations = 0
        self.cut_at: int | None = None
        self._now: dict[str, File] = {}
        self._durable: dict[str, File] = {}
        self._pending: list[Rename] = []

    def lose_power(self, keep: float) -> None:
        """What a restart finds: `keep` is the chance of each unsynced thing to have happened, 0 none, 1 all."""
        for change in self._pending:
            if self.chance.random() < keep:
                self._happen(change)
        self._pending.clear()
        for file in {id(file): file for file in (*self._durable.values(), *self._now.values())}.values():
            if self.chance.random() >= keep:
                half = self.chance.randrange(len(file.now) + 1)
                zeros = bytes(self.chance.randrange(len(file.now) - half + 1))
                options = (file.durable, file.now[:half], file.now[:half] + zeros)
                file.now = file.durable if keep == 0 or file.now == file.durable else self.chance.choice(options)
            file.durable = file.now
        self._now = dict(self._durable)
        self.cut_at = None

    def spoil(self, path: str, offset: int) -> None:
        """Turn one bit of what lies there."""
        file = self._now[path]
        file.now = file.now[:offset] + bytes([file.now[offset] ^ 1]) + file.now[offset + 1 :]
        file.durable = file.now

    def paths(self) -> list[str]:
        """All files, as a program sees them."""
        return sorted(self._now)

    def read(self, path: str) -> bytes:
        self._step()
        return self._file(path).now

    def read_part(self, path: str, offset: int, most_bytes: int) -> bytes:
        self._step()
        return self._file(path).now[offset : offset + most_bytes]

    def write(self, path: str, content: bytes) -> None:
        self._step()
        file = self._open(path)
        file.now = b""
        self._put(file, content)

    def append(self, path: str, content: bytes) -> None:
        self._step()
        self._put(self._open(path), content)

    def sync(self, path: str) -> None:
        self._step()
        file = self._file(path)
        file.durable = file.now

    def sync_folder(self, path: str) -> None:
        self._step()
        for change in [change for change in self._pending if change.touches(path)]:
            self._pending.remove(change)
            self._happen(change)

    def rename(self, old: str, new: str) -> None:
        self._step()
        file = self._file(old)
        del self._now[old]
        self._now[new] = file
        self._pending.append(Rename(new, old, file))

    def remove(self, path: str) -> None:
        self._step()
        if (file := self._now.pop(path, None)) is not None:
            self._pending.append(Rename("", path, file))

    def names(self, folder: str) -> list[str]:
        self._step()
        prefix = f"{folder}/" if folder else ""
        return sorted({path.removeprefix(prefix).split("/")[0] for path in self._now if path.startswith(prefix)})

    def size(self, path: str) -> int | None:
        self._step()
        return len(self._now[path].now) if path in self._now else None

    def free_bytes(self) -> int:
        return self.capacity_bytes - sum(len(file.now) for file in self._now.values())

    def _step(self) -> None:
        if self.operations == self.cut_at:
            raise PowerCut(f"before operation {self.operations}")
        self.operations += 1

    def _file(self, path: str) -> File:
        if path not in self._now:
            raise FileNotFoundError(errno.ENOENT, "no such file", path)
        return self._now[path]

    def _open(self, path: str) -> File:
        if path not in self._now:
            file = File()
            self._now[path] = file
            self._pending.append(Rename(path, "", file))
        return self._now[path]

    def _put(self, file: File, content: bytes) -> None:
        free = self.free_bytes()
        file.now += content[: max(free, 0)]
        if len(content) > free:
            raise OSError(errno.ENOSPC, "No space left on device")

    def _happen(self, change: Rename) -> None:
        if change.clears and self._durable.get(change.clears) in (change.file, None):
            self._durable.pop(change.clears, None)
        if change.sets:
            self._durable[change.sets] = change.file


def _folder(path: str) -> str:
    return path.rpartition("/")[0]
