"""A Unit's disk: what programs see and what a power cut surely leaves, and how full it is."""

from random import Random

from tests.unit.core.images.crash_disk import CrashDisk, PowerCut

__all__ = ["Disk", "PowerCut"]


class Disk(CrashDisk):
    """The crash disk of the contract suite; the world can look at it without an operation, and fill it up."""

    def __init__(self, chance: Random, capacity_bytes: int) -> None:
        super().__init__(chance, capacity_bytes)
        self.size_bytes = capacity_bytes
        self.changes = 0
        """Operations that change something: before each of them the disk is in another state to lose power in."""
        self.cut_at_change: int | None = None

    def write(self, path: str, content: bytes) -> None:
        self._change()
        super().write(path, content)

    def append(self, path: str, content: bytes) -> None:
        self._change()
        super().append(path, content)

    def sync(self, path: str) -> None:
        self._change()
        super().sync(path)

    def sync_folder(self, path: str) -> None:
        self._change()
        super().sync_folder(path)

    def rename(self, old: str, new: str) -> None:
        self._change()
        super().rename(old, new)

    def remove(self, path: str) -> None:
        self._change()
        super().remove(path)

    def _change(self) -> None:
        if self.changes == self.cut_at_change:
            self.cut_at_change = None
            raise PowerCut(f"before change {self.changes}")
        self.changes += 1

    def surely(self, path: str) -> bytes | None:
        """What the file holds after the worst power cut; None where it is not there then."""
        file = self._durable.get(path)
        return None if file is None else file.durable

    def seen(self, path: str) -> bytes | None:
        """What programs read now."""
        file = self._now.get(path)
        return None if file is None else file.now

    def below(self, folder: str) -> list[str]:
        """Files of the folder as programs see them."""
        return sorted(path for path in self._now if path.startswith(f"{folder}/"))

    def used_bytes(self) -> int:
        """Bytes of all files."""
        return sum(len(file.now) for file in self._now.values())

    def fill_up(self, left_bytes: int) -> None:
        """Somebody else takes all but so much."""
        self.capacity_bytes = min(self.size_bytes, self.used_bytes() + left_bytes)

    def make_room(self) -> None:
        """Somebody else's files are gone."""
        self.capacity_bytes = self.size_bytes

    def lose_power(self, keep: float) -> None:
        """As the crash disk does; what was to be cut is over."""
        super().lose_power(keep)
        self.cut_at_change = None
