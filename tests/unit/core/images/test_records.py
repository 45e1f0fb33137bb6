"""What an item needs stays known, though the disk was full when it came and its index is spoiled later.

I8 the last good set can always be started; I12 collection never takes what is referenced.
"""

from random import Random

from tests.contract.made_content import HERE, Made, item, layer
from tests.unit.core.images.crash_disk import CrashDisk

from aosedge.core.images.catalogue import ROOTS, Catalogue

GOOD = item(layer({"app": b"good" * 100}))


class NoRoomForRecords(CrashDisk):
    """Full exactly when the record of an item is written."""

    is_full = True

    def write(self, path: str, content: bytes) -> None:
        if path.startswith(ROOTS) and self.is_full:
            self.capacity_bytes = 0
        super().write(path, content)


def brought(catalogue: Catalogue, made: Made) -> None:
    while missing := catalogue.missing(made.index):
        for digest in missing:
            intake = catalogue.blobs.take(digest, len(made.blobs[digest]))
            intake.feed(made.blobs[digest])
            intake.commit()


def test_an_item_without_a_record_keeps_its_blobs_when_its_index_is_spoiled() -> None:
    disk = NoRoomForRecords(Random(0))
    catalogue = Catalogue(disk, HERE)
    brought(catalogue, GOOD)
    assert catalogue.content(GOOD.index) is not None
    disk.spoil(f"blobs/{GOOD.index[7:]}", 0)
    catalogue.collect(frozenset({GOOD.index}))
    assert set(GOOD.layers) <= catalogue.blobs.here()


def test_a_record_that_had_no_room_is_made_up_for_when_there_is_some() -> None:
    disk = NoRoomForRecords(Random(0))
    catalogue = Catalogue(disk, HERE)
    brought(catalogue, GOOD)
    assert catalogue.content(GOOD.index) is not None
    disk.is_full, disk.capacity_bytes = False, 1 << 20
    catalogue.collect(frozenset({GOOD.index}))
    disk.spoil(f"blobs/{GOOD.index[7:]}", 0)
    anew = Catalogue(disk, HERE)
    anew.collect(frozenset({GOOD.index}))
    assert set(GOOD.layers) <= anew.blobs.here()


def test_a_record_of_a_killed_process_is_durable_before_it_is_relied_on() -> None:
    disk = CrashDisk(Random(0))
    brought(Catalogue(disk, HERE), GOOD)
    disk.remove(f"{ROOTS}/{GOOD.index[7:]}")
    disk.lose_power(1.0)  # all of it is durable but the record, which follows
    disk.write(f"{ROOTS}/aside", record(GOOD))
    disk.sync(f"{ROOTS}/aside")
    disk.rename(f"{ROOTS}/aside", f"{ROOTS}/{GOOD.index[7:]}")  # killed here
    assert Catalogue(disk, HERE).content(GOOD.index) is not None
    disk.lose_power(0.0)
    disk.spoil(f"blobs/{GOOD.index[7:]}", 0)
    anew = Catalogue(disk, HERE)
    anew.collect(frozenset({GOOD.index}))
    assert set(GOOD.layers) <= anew.blobs.here()


def record(made: Made) -> bytes:
    disk = CrashDisk(Random(0))
    catalogue = Catalogue(disk, HERE)
    brought(catalogue, made)
    assert catalogue.content(made.index) is not None
    return disk.read(f"{ROOTS}/{made.index[7:]}")
