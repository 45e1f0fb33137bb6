"""A folder for each upload under work, with a journal that tells the next start what a crash left half-done."""

import fcntl
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import msgspec

from aosedge.model.digests import Digest
from aosedge.model.ids import BundleId, OrgId
from aosedge.trust.files import write_whole

_JOURNAL = "journal.json"
_LOCK = "lock"


class Journal(msgspec.Struct, frozen=True):
    """Which bundle this is, and which blobs may be in the store because of it."""

    tenant: OrgId
    bundle: BundleId
    digests: tuple[Digest, ...] = ()


class Bench:
    """One upload's folder; it is held as long as its process lives."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.engaged = False
        """Whether others may have heard of this work: then what is left of it must be undone, not only forgotten."""

    @property
    def upload(self) -> Path:
        """The bundle as it came."""
        return self.folder / "upload.tar.gz"

    def write(self, journal: Journal) -> None:
        """Make the journal durable."""
        write_whole(self.folder / _JOURNAL, msgspec.json.encode(journal))

    def journal(self) -> Journal | None:
        """The journal; None where a crash came before the first was durable."""
        with suppress(FileNotFoundError, msgspec.DecodeError):
            return msgspec.json.decode((self.folder / _JOURNAL).read_bytes(), type=Journal)
        return None


class Benches:
    """The folder of all uploads under work on this machine."""

    def __init__(self, root: Path) -> None:
        self._root = root
        root.mkdir(parents=True, exist_ok=True, mode=0o700)

    @contextmanager
    def opened(self, journal: Journal) -> Iterator[Bench]:
        """A new bench; removed in the end, unless its work was broken off while it was engaged."""
        folder = self._root / journal.bundle
        folder.mkdir(mode=0o700)
        with _held(folder):
            bench = Bench(folder)
            bench.write(journal)
            try:
                yield bench
            finally:
                if not bench.engaged:
                    shutil.rmtree(folder, ignore_errors=True)

    def abandoned(self) -> Iterator[Bench]:
        """Benches that no living process holds; each is removed once the caller is done with it."""
        for folder in sorted(self._root.iterdir()):
            with suppress(BlockingIOError, FileNotFoundError, NotADirectoryError), _held(folder):
                yield Bench(folder)
                shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def _held(folder: Path) -> Iterator[None]:
    descriptor = os.open(folder / _LOCK, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        yield
    finally:
        os.close(descriptor)
