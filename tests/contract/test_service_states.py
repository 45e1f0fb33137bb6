"""State files over the Disk port: old or new after a power cut before any of its operations, never torn."""

import contextlib
import itertools
from pathlib import Path
from random import Random

import pytest
from tests.unit.core.images.crash_disk import CrashDisk, PowerCut

from aosedge.core.domain.effects import DropState, LookAtState, ReadState, WriteState
from aosedge.core.domain.events import StateDropped, StateNotWritten, StateRead, StateSeen, StateWritten
from aosedge.core.domain.instances import InstanceKey
from aosedge.core.resources.service_states import StateFiles, stamp_of
from aosedge.core.runtimes.records import STATE, STORAGE, instance_name
from aosedge.core.store.disk import OsDisk
from aosedge.model.digests import sha3_224_hex
from aosedge.model.ids import ItemId, SubjectId

KEY = InstanceKey(ItemId("i"), SubjectId("s"), 0)
PATH = f"{STORAGE}/{instance_name(KEY)}/{STATE}"


@pytest.fixture
def files(tmp_path: Path) -> StateFiles:
    return StateFiles(OsDisk(tmp_path), stamp_of(tmp_path))


def test_a_state_is_written_seen_read_and_dropped(files: StateFiles, tmp_path: Path) -> None:
    assert files.do(LookAtState(KEY)) == StateSeen(KEY, "")
    assert files.do(ReadState(KEY, 10)) == StateSeen(KEY, "")
    assert files.do(WriteState(KEY, b"one")) == StateWritten(KEY, sha3_224_hex(b"one"))
    seen, read = files.do(LookAtState(KEY)), files.do(ReadState(KEY, 10))
    assert isinstance(seen, StateSeen)
    assert read == StateRead(KEY, seen.mark, 3, b"one")
    with (tmp_path / PATH).open("wb") as file:  # as a service does, in place
        file.write(b"another")
    assert files.do(LookAtState(KEY)) != seen
    too_long = files.do(ReadState(KEY, 6))
    assert isinstance(too_long, StateRead)
    assert (too_long.size_bytes, too_long.content) == (7, b"")
    assert files.do(DropState(KEY)) == StateDropped(KEY)
    assert files.do(LookAtState(KEY)) == StateSeen(KEY, "")
    assert files.do(DropState(KEY)) == StateDropped(KEY)


def test_a_state_that_changes_while_it_is_read_was_only_seen(tmp_path: Path) -> None:
    marks = itertools.count()
    files = StateFiles(OsDisk(tmp_path), lambda path: str(next(marks)))
    files.do(WriteState(KEY, b"one"))
    assert isinstance(files.do(ReadState(KEY, 10)), StateSeen)


def test_a_full_disk_leaves_the_old_state() -> None:
    disk = CrashDisk(Random(1), 1000)
    files = StateFiles(disk, lambda path: "")
    files.do(WriteState(KEY, b"one"))
    assert isinstance(files.do(WriteState(KEY, bytes(1000))), StateNotWritten)
    assert disk.read(PATH) == b"one"
    assert disk.names(f"{STORAGE}/{instance_name(KEY)}") == [STATE]


@pytest.mark.parametrize("keep", [0.0, 0.5, 1.0])
def test_after_a_power_cut_anywhere_the_state_is_the_old_one_or_the_new_one(keep: float) -> None:
    """I4: once it is said to be written it is the new one, whatever comes."""
    outcomes = set()
    for number in range(30):
        disk = CrashDisk(Random(number), 10**6)
        files = StateFiles(disk, lambda path: "")
        files.do(WriteState(KEY, b"old"))
        disk.cut_at = disk.operations + number
        said = None
        with contextlib.suppress(PowerCut):
            said = files.do(WriteState(KEY, b"new" * 100))
        disk.lose_power(keep)
        left = disk.read(PATH)
        assert left in (b"old", b"new" * 100)
        assert said is None or left == b"new" * 100
        outcomes.add(left)
        files.do(WriteState(KEY, b"next"))
        assert disk.read(PATH) == b"next"
    assert len(outcomes) == 2
