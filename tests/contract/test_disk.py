"""Every disk keeps the same promises: the operating system's, and the one that loses power in tests."""

import errno
import os
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path
from random import Random

import pytest
from tests.unit.core.images.crash_disk import CrashDisk

from aosedge.core.ports import Disk
from aosedge.core.store.disk import OsDisk

KINDS: dict[str, Callable[[Path], Disk]] = {
    "os": lambda root: OsDisk(root / "state"),
    "crash": lambda root: CrashDisk(Random(0)),
}


@pytest.fixture(params=sorted(KINDS))
def disk(request: pytest.FixtureRequest, tmp_path: Path) -> Disk:
    return KINDS[request.param](tmp_path)


def test_what_is_written_is_read_and_replaced(disk: Disk) -> None:
    disk.write("a/b/c", b"first")
    disk.write("a/b/c", b"2nd")
    assert disk.read("a/b/c") == b"2nd"
    assert disk.size("a/b/c") == 3
    disk.sync("a/b/c")
    disk.sync_folder("a/b")
    disk.sync_folder("")


def test_append_begins_and_goes_on(disk: Disk) -> None:
    disk.append("log/1", b"one")
    disk.append("log/1", b"two")
    assert disk.read("log/1") == b"onetwo"


def test_a_part_is_short_only_at_the_end(disk: Disk) -> None:
    disk.write("f", bytes(range(100)))
    assert disk.read_part("f", 10, 5) == bytes(range(10, 15))
    assert disk.read_part("f", 98, 5) == bytes([98, 99])
    assert disk.read_part("f", 100, 5) == disk.read_part("f", 200, 5) == b""


def test_rename_replaces_and_makes_the_folder(disk: Disk) -> None:
    disk.write("new", b"new")
    disk.write("there/name", b"old")
    disk.rename("new", "there/name")
    disk.rename("there/name", "elsewhere/name")
    assert disk.read("elsewhere/name") == b"new"
    assert disk.size("new") is None
    assert disk.size("there/name") is None


def test_what_is_missing_is_no_surprise(disk: Disk) -> None:
    disk.remove("gone")
    disk.remove("no/folder/gone")
    disk.sync_folder("no/folder")
    assert disk.names("no/folder") == []
    assert disk.size("no/folder/gone") is None
    for attempt in (
        lambda: disk.read("gone"),
        lambda: disk.read_part("gone", 0, 1),
        lambda: disk.sync("gone"),
        lambda: disk.rename("gone", "a/b"),
    ):
        with pytest.raises(FileNotFoundError):
            attempt()
    assert disk.names("") == []


def test_names_are_sorted_and_gone_after_removal(disk: Disk) -> None:
    for name in ("b", "c", "a"):
        disk.write(f"folder/{name}", b"")
    disk.remove("folder/c")
    assert disk.names("folder") == ["a", "b"]
    assert disk.names("") == ["folder"]


def test_there_is_room(disk: Disk) -> None:
    assert disk.free_bytes() > 0


@pytest.mark.parametrize("path", ["../out", "/etc/passwd", "a/../../out"])
def test_no_path_leads_out_of_the_root(tmp_path: Path, path: str) -> None:
    with pytest.raises(ValueError, match="below the root"):
        OsDisk(tmp_path / "state").write(path, b"")
    assert not (tmp_path / "out").exists()


def test_only_the_owner_reads_the_files(tmp_path: Path) -> None:
    OsDisk(tmp_path).write("secret", b"")
    assert (tmp_path / "secret").stat().st_mode & 0o777 == 0o600


def test_syncs_reach_the_system(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Durability on the Unit: what was synced is what the kernel was told, by file and by folder."""
    synced: list[str] = []
    really = os.fsync

    def fsync(file: int) -> None:
        synced.append(str(Path(f"/proc/self/fd/{file}").readlink()))
        really(file)

    monkeypatch.setattr(os, "fsync", fsync)
    disk = OsDisk(tmp_path)
    disk.write("a/f", b"x")
    disk.sync("a/f")
    disk.sync_folder("a")
    disk.sync_folder("")
    assert synced == [str(tmp_path / "a/f"), str(tmp_path / "a"), str(tmp_path)]


@pytest.fixture
def small(tmp_path: Path) -> Iterator[Path]:
    """A file system of 1 MiB."""
    if os.geteuid() != 0:
        pytest.skip("mounting needs root")
    folder = tmp_path / "small"
    folder.mkdir()
    subprocess.run(["mount", "-t", "tmpfs", "-o", "size=1M", "tmpfs", folder], check=True)
    yield folder
    subprocess.run(["umount", folder], check=True)


@pytest.mark.root
def test_a_full_disk_says_so_and_keeps_what_is_there(small: Path) -> None:
    disk = OsDisk(small)
    disk.write("kept", b"x" * 1000)
    for write in (disk.write, disk.append):
        with pytest.raises(OSError, match="No space") as caught:
            write("more", bytes(2 * 1024**2))
        assert caught.value.errno == errno.ENOSPC
    assert disk.read("kept") == b"x" * 1000
    assert disk.free_bytes() == 0
    disk.remove("more")
    assert disk.free_bytes() > 0
