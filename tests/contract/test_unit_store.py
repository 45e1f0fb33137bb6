"""What a Unit keeps, on disks that lose power at every operation, fill up, and spoil."""

from datetime import UTC, datetime
from pathlib import Path
from random import Random

import pytest
from tests.unit.core.images.crash_disk import CrashDisk, PowerCut

from aosedge.core.domain.state import State
from aosedge.core.ports import Disk
from aosedge.core.store.disk import OsDisk
from aosedge.core.store.ledger import NAME, Ledger
from aosedge.core.store.spool import Bounds, Spool
from aosedge.model.errors import Invalid
from aosedge.model.ids import SystemId, Txn
from aosedge.protocol.messages import Alerts
from aosedge.protocol.messages.from_unit import CoreAlert
from aosedge.protocol.messages.parts import Generation, Identity

UNIT = SystemId("u")
KEEPS = [0.0, 0.5, 1.0]


def state(number: int) -> State:
    return State(unit=UNIT, floor=Generation(1, number), settled=(Txn("x" * number),))


def alert(words: str) -> Alerts:
    at = datetime(2026, 1, 1, tzinfo=UTC)
    return Alerts(
        items=(CoreAlert(timestamp=at, node=Identity(codename="main"), core_component="CM", message=words),)
    )


@pytest.fixture(params=["os", "crash"])
def disk(request: pytest.FixtureRequest, tmp_path: Path) -> Disk:
    return OsDisk(tmp_path) if request.param == "os" else CrashDisk(Random(1))


def test_a_ledger_gives_back_what_was_saved_last(disk: Disk) -> None:
    assert Ledger(disk).load() is None
    Ledger(disk).save(state(1))
    Ledger(disk).save(state(2))
    assert Ledger(disk).load() == state(2)


@pytest.mark.parametrize("keep", KEEPS)
def test_a_power_cut_at_any_operation_leaves_the_old_state_or_the_new_one(keep: float) -> None:
    """I4: and the new one for sure once `save` has returned."""
    cut, saved = 0, False
    while not saved:
        disk = CrashDisk(Random(cut))
        Ledger(disk).save(state(1))
        disk.cut_at = disk.operations + cut
        try:
            Ledger(disk).save(state(2))
            saved = True
        except PowerCut:
            pass
        disk.lose_power(keep)
        loaded = Ledger(disk).load()
        assert loaded == state(2) if saved else loaded in (state(1), state(2))
        cut += 1
    assert cut > 4


def test_a_torn_or_spoiled_ledger_is_never_believed(disk: Disk) -> None:
    Ledger(disk).save(state(1))
    whole = disk.read(NAME)
    for torn in (b"", whole[:20], whole[:-1], whole + b" ", whole[:-3] + b"\x00\x00\x00", b"\x00" * len(whole)):
        disk.write(NAME, torn)
        with pytest.raises(Invalid, match="damaged"):
            Ledger(disk).load()


def test_a_ledger_of_another_kind_says_so(disk: Disk) -> None:
    import hashlib

    body = b'{"unit":7}'
    disk.write(NAME, b"aoscore-ledger-1 " + hashlib.sha256(body).hexdigest().encode() + b"\n" + body)
    with pytest.raises(Invalid, match="another kind"):
        Ledger(disk).load()


def test_a_full_disk_does_not_stop_the_ledger() -> None:
    """I12."""
    disk = CrashDisk(Random(1), capacity_bytes=4 << 20)
    ledger = Ledger(disk)
    ledger.save(state(1))
    disk.write("filler", bytes(disk.free_bytes()))
    for number in range(2, 30):
        ledger.save(state(number))
        assert ledger.load() == state(number)
    disk.lose_power(0.5)
    assert ledger.load() == state(29)


def test_a_disk_that_is_full_beyond_the_reserve_is_an_error_and_the_old_state_holds() -> None:
    disk = CrashDisk(Random(1), capacity_bytes=4 << 20)
    ledger = Ledger(disk)
    ledger.save(state(1))
    disk.write("filler", bytes(disk.free_bytes()))
    disk.remove("ledger.reserve")
    disk.append("filler", bytes(disk.free_bytes()))
    with pytest.raises(OSError, match="No space"):
        ledger.save(state(2))
    assert ledger.load() == state(1)


def test_a_spool_keeps_messages_in_order_until_they_are_acknowledged(disk: Disk) -> None:
    spool = Spool(disk)
    for number in range(12):
        assert spool.put(Txn(f"t{number}"), alert(f"{number}")) == []
    spool.remove(Txn("t3"))
    spool.remove(Txn("t3"))
    again = Spool(disk)
    assert [t for t, _ in again.messages()] == [f"t{n}" for n in range(12) if n != 3]
    assert again.messages()[0][1] == alert("0")
    again.put(Txn("new"), alert("new"))
    assert [t for t, _ in Spool(disk).messages()][-1] == "new"


def test_a_spool_is_bounded_and_counts_what_it_drops(disk: Disk) -> None:
    """I12."""
    spool = Spool(disk, Bounds(messages=3))
    gone = [spool.put(Txn(f"t{n}"), alert("x")) for n in range(5)]
    assert gone == [[], [], [], ["t0"], ["t1"]]
    assert spool.dropped == 2
    assert [t for t, _ in Spool(disk).messages()] == ["t2", "t3", "t4"]
    little = Spool(disk, Bounds(bytes=600))
    assert "big" not in little.put(Txn("big"), alert("y" * 5000))
    assert [t for t, _ in little.messages()] == ["big"]


@pytest.mark.parametrize("keep", KEEPS)
def test_a_power_cut_at_any_operation_leaves_whole_messages_only(keep: float) -> None:
    """I4: and those that `put` has returned for are there."""
    cut, done = 0, False
    while not done:
        disk = CrashDisk(Random(cut))
        put: list[str] = []
        spool = Spool(disk)
        spool.put(Txn("first"), alert("first"))
        disk.cut_at = disk.operations + cut
        try:
            for name in ("second", "third"):
                spool.put(Txn(name), alert(name))
                put.append(name)
            done = True
        except PowerCut:
            pass
        disk.lose_power(keep)
        found = [t for t, _ in Spool(disk).messages()]
        assert found[: len(put) + 1] == ["first", *put]
        assert all(m == alert(str(t)) for t, m in Spool(disk).messages())
        cut += 1


def test_files_that_are_no_messages_go(disk: Disk) -> None:
    spool = Spool(disk)
    spool.put(Txn("t"), alert("x"))
    whole = disk.read("spool/0000000000000000")
    disk.write("spool/0000000000000007", whole[:-2])
    disk.write("spool/notes", b"hello")
    import hashlib

    disk.write("spool/0000000000000008", hashlib.sha256(b'{"a":1}').hexdigest().encode() + b'\n{"a":1}')
    assert [t for t, _ in Spool(disk).messages()] == ["t"]
    assert disk.names("spool") == ["0000000000000000"]


def test_on_a_full_disk_messages_are_kept_in_memory() -> None:
    disk = CrashDisk(Random(1), capacity_bytes=10)
    spool = Spool(disk)
    spool.put(Txn("t"), alert("x"))
    assert [t for t, _ in spool.messages()] == ["t"]
    assert disk.names("spool") == []
    spool.remove(Txn("t"))
    assert spool.messages() == []
