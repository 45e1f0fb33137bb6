"""A container as its folder tells of it: who it is, whether it lives, how it ended."""

from collections.abc import Callable
from pathlib import Path

from aosedge.core.processes import Watch, started_at
from aosedge.core.runtimes.records import Record


class Container:
    """One instance's container. `alive` from its start until its end was noticed; `stopping` when we end it."""

    def __init__(self, record: Record, folder: Path) -> None:
        self.record = record
        self.folder = folder
        self.name = folder.name
        self.alive = False
        self.stopping = False
        self._watch: Watch | None = None

    def exit_code(self) -> int | None:
        """What conmon wrote when it ended; None while it runs, or where conmon was killed before."""
        try:
            return int((self.folder / "exit" / self.name).read_text())
        except (FileNotFoundError, ValueError):
            return None

    def pid(self) -> int | None:
        """The container's first process, while it lives."""
        pid = _number(self.folder / "pid")
        if pid is None or not _mentions(Path(f"/proc/{pid}/cgroup"), self.name) or started_at(pid) is None:
            return None
        return pid

    def watch(self, on_end: Callable[["Container"], None]) -> bool:
        """Notice its end from now on; whether it lives at all.

        conmon ends after it has written the exit code, so that is the end waited for; the container's own, where
        somebody killed conmon.
        """
        for pid in (self._conmon(), self.pid()):
            if pid is None:
                continue
            try:
                self._watch = Watch(pid, lambda: self._ended(on_end))
            except ProcessLookupError:
                continue
            self.alive = True
            return True
        return False

    def _conmon(self) -> int | None:
        pid = _number(self.folder / "conmon.pid")
        return pid if pid is not None and _mentions(Path(f"/proc/{pid}/cmdline"), self.name) else None

    def _ended(self, on_end: Callable[["Container"], None]) -> None:
        if self.watch(on_end):
            return
        self.alive = False
        on_end(self)

    async def ended(self, timeout_s: float) -> bool:
        """Whether it has ended, and conmon has said how, within the time."""
        while self.alive and self._watch is not None:
            if not await self._watch.wait(timeout_s):
                return False
        return True

    def close(self) -> None:
        """Let go; it goes on."""
        if self._watch is not None:
            self._watch.close()


def catches(pid: int, signal: int) -> bool:
    """Whether the process has a handler for the signal. The first process of a container gets no other but KILL."""
    try:
        for line in Path(f"/proc/{pid}/status").read_text().splitlines():
            if line.startswith("SigCgt:"):
                return bool(int(line.split()[1], 16) >> (signal - 1) & 1)
    except (FileNotFoundError, ProcessLookupError):
        pass
    return False


def _number(file: Path) -> int | None:
    try:
        return int(file.read_text())
    except (FileNotFoundError, ValueError):
        return None


def _mentions(file: Path, name: str) -> bool:
    try:
        return name.encode() in file.read_bytes()
    except (FileNotFoundError, ProcessLookupError):
        return False
