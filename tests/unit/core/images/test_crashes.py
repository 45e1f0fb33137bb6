"""Power goes at every disk operation of the content store, and again during recovery; a disk spoils what lies on it.

I1 nothing unverified is ever active; I4 acknowledged means durable; I12 collection never takes what is referenced.
"""

import contextlib
import hashlib
from random import Random

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.contract.made_content import HERE, Made, described, item, layer
from tests.unit.core.images.crash_disk import CrashDisk, PowerCut

from aosedge.core.images.catalogue import Catalogue
from aosedge.core.images.walk import Limits
from aosedge.core.ports import Content
from aosedge.model import oci
from aosedge.model.digests import Digest, sha256
from aosedge.model.errors import Invalid, TooLarge, Untrusted

SHARED = layer({"bin/sh": b"shell" * 200})
OLD = item(SHARED, layer({"app": b"old"}), hostname="old")
NEW = item(SHARED, layer({"app": b"new"}), hostname="new")
EVERYTHING = OLD.blobs | NEW.blobs


def bring(catalogue: Catalogue, made: Made) -> Content:
    """The download, without a network: what is missing arrives in parts."""
    while missing := catalogue.missing(made.index):
        for digest in missing:
            content = EVERYTHING[digest]
            intake = catalogue.blobs.take(digest, len(content))
            for at in range(intake.done_bytes, len(content), 150):
                intake.feed(content[at : at + 150])
            try:
                intake.commit()
            except Untrusted:
                continue  # what lay there from before the cut was not what it seemed
    content = catalogue.content(made.index)
    assert content is not None
    return content


def update(disk: CrashDisk, acknowledged: list[str]) -> None:
    """A Unit's life: the old item, then the new one, then room is made."""
    catalogue = Catalogue(disk, HERE)
    if "collected" not in acknowledged:
        bring(catalogue, OLD)
        acknowledged.append("old")
    bring(catalogue, NEW)
    acknowledged.append("new")
    catalogue.collect(frozenset({NEW.index}))
    acknowledged.append("collected")
    assert catalogue.content(NEW.index) is not None
    assert set(catalogue.blobs.here()) == set(NEW.blobs)


def check(disk: CrashDisk, acknowledged: list[str]) -> None:
    """A catalogue opened after a cut believes only what is right, and still has what was acknowledged."""
    catalogue = Catalogue(disk, HERE)
    for made in (OLD, NEW):
        content = catalogue.content(made.index)
        if content is not None:
            for digest in content.blobs:  # I1
                assert hashlib.sha256(disk.read(f"blobs/{digest[7:]}")).hexdigest() == digest[7:]
    if "new" in acknowledged:
        assert catalogue.missing(NEW.index) == []  # I4, I12
    elif "old" in acknowledged:
        assert catalogue.missing(OLD.index) == []  # I4


def operations() -> int:
    disk = CrashDisk(Random(0))
    update(disk, [])
    return disk.operations


@pytest.mark.parametrize("keep", [0.0, 0.5, 1.0])
def test_power_may_go_at_every_operation(keep: float) -> None:
    for cut in range(operations()):
        disk, acknowledged = CrashDisk(Random(cut)), list[str]()
        disk.cut_at = cut
        with pytest.raises(PowerCut):
            update(disk, acknowledged)
        disk.lose_power(keep)
        check(disk, acknowledged)
        update(disk, acknowledged)


@given(
    st.integers(0, 2**32),
    st.lists(st.tuples(st.integers(0, 200), st.sampled_from([0.0, 0.3, 0.8, 1.0, None])), max_size=6),
)
@settings(max_examples=150)
def test_power_may_go_again_during_recovery(seed: int, cuts: list[tuple[int, float | None]]) -> None:
    """And the process may be killed with the power on (None), so that what it left unsynced goes later."""
    disk, acknowledged = CrashDisk(Random(seed)), list[str]()
    for after, keep in cuts:
        disk.cut_at = disk.operations + after
        with contextlib.suppress(PowerCut):
            update(disk, acknowledged)
        disk.cut_at = None
        if keep is not None:
            disk.lose_power(keep)
        check(disk, acknowledged)
    update(disk, acknowledged)


def test_what_a_killed_process_left_unsynced_is_durable_once_the_next_one_acted_on_it() -> None:
    """I4: killed at every operation with the power on, then the power goes as well."""
    for cut in range(operations()):
        disk, acknowledged = CrashDisk(Random(cut)), list[str]()
        disk.cut_at = cut
        with pytest.raises(PowerCut):
            update(disk, acknowledged)
        disk.cut_at = None
        if Catalogue(disk, HERE).content(NEW.index) is not None:
            acknowledged.append("new")
        disk.lose_power(0.0)
        check(disk, acknowledged)


@pytest.mark.parametrize("digest", sorted(OLD.blobs))
def test_a_blob_spoiled_on_the_disk_is_noticed_removed_and_fetched_again(digest: Digest) -> None:
    """I1."""
    disk = CrashDisk(Random(1))
    bring(Catalogue(disk, HERE), OLD)
    for offset in range(0, len(OLD.blobs[digest]), 7):
        disk.spoil(f"blobs/{digest[7:]}", offset)
        catalogue = Catalogue(disk, HERE)
        assert catalogue.content(OLD.index) is None
        assert digest in catalogue.missing(OLD.index)
        assert digest not in catalogue.blobs.here()
        bring(catalogue, OLD)


@pytest.mark.parametrize("change", ["longer", "shorter", "empty"])
def test_a_blob_of_another_length_is_noticed(change: str) -> None:
    disk = CrashDisk(Random(1))
    bring(Catalogue(disk, HERE), OLD)
    for digest, content in OLD.blobs.items():
        changed = {"longer": content + bytes(5 * 1024**2), "shorter": content[:-1], "empty": b""}[change]
        disk.write(f"blobs/{digest[7:]}", changed)
        catalogue = Catalogue(disk, HERE)
        assert catalogue.missing(OLD.index) == [digest]
        bring(catalogue, OLD)


@pytest.mark.parametrize("digest", sorted(OLD.blobs))
def test_what_a_spoiled_document_referenced_stays_referenced(digest: Digest) -> None:
    """I12, I13: a running instance keeps its layers though its manifest can't be read any more."""
    disk = CrashDisk(Random(1))
    bring(Catalogue(disk, HERE), OLD)
    disk.spoil(f"blobs/{digest[7:]}", 0)
    catalogue = Catalogue(disk, HERE)
    catalogue.collect(frozenset({OLD.index}))
    assert catalogue.needed(frozenset({OLD.index})) == set(OLD.blobs)
    assert catalogue.blobs.here() >= set(OLD.blobs) - {digest}


def test_an_unfinished_download_goes_on_after_a_restart_and_is_collected_with_its_item() -> None:
    disk = CrashDisk(Random(1))
    catalogue = Catalogue(disk, HERE)
    digest, content = OLD.index, OLD.blobs[OLD.index]
    catalogue.blobs.take(digest, len(content)).feed(content[:100])
    catalogue = Catalogue(disk, HERE)
    assert catalogue.collect(frozenset({OLD.index})) == 0
    intake = catalogue.blobs.take(digest, len(content))
    assert intake.done_bytes == 100
    assert catalogue.collect(frozenset()) == 100
    assert disk.paths() == []


def test_a_blob_never_grows_past_its_size_and_wrong_bytes_are_forgotten() -> None:
    """TRUST: endless data."""
    disk = CrashDisk(Random(1))
    blobs = Catalogue(disk, HERE).blobs
    intake = blobs.take(OLD.index, 10)
    with pytest.raises(TooLarge):
        intake.feed(bytes(11))
    intake.feed(bytes(10))
    with pytest.raises(Untrusted, match="not what its digest says"):
        intake.commit()
    assert disk.paths() == []
    assert not blobs.verified(OLD.index)


def test_a_full_disk_does_not_hide_what_is_here() -> None:
    """I13: the record of an item is insurance, not a condition."""
    disk = CrashDisk(Random(1))
    bring(Catalogue(disk, HERE), OLD)
    disk.remove(f"roots/{OLD.index[7:]}")
    disk.capacity_bytes = 0
    assert Catalogue(disk, HERE).content(OLD.index) is not None


def test_what_lies_there_longer_than_the_blob_is_forgotten() -> None:
    disk = CrashDisk(Random(1))
    disk.append(f"partial/{OLD.index[7:]}", bytes(10_000))
    assert Catalogue(disk, HERE).blobs.take(OLD.index, 10).done_bytes == 0
    bring(Catalogue(disk, HERE), OLD)


def test_a_spoiled_record_is_not_believed() -> None:
    disk = CrashDisk(Random(1))
    bring(Catalogue(disk, HERE), OLD)
    path = f"roots/{OLD.index[7:]}"
    disk.spoil(path, 20)
    catalogue = Catalogue(disk, HERE)
    assert catalogue.needed(frozenset({OLD.index})) == set(OLD.blobs)
    assert catalogue.collect(frozenset({OLD.index})) == 0
    assert Catalogue(disk, HERE).content(OLD.index) is not None


def test_a_blob_of_another_size_than_its_descriptor_is_refused() -> None:
    """What lies is the item, not the blob: it is refused for good, and the blob stays for those who say it right."""
    manifest = oci.decode_manifest(next(c for c in OLD.blobs.values() if b"aosItemConfig" in c))
    lying = msgspec.structs.replace(
        manifest, layers=tuple(msgspec.structs.replace(layer, size=layer.size + 1) for layer in manifest.layers)
    )
    document = oci.encode(lying)
    index = oci.encode(oci.Index((described(oci.MANIFEST, document, HERE),)))
    disk = CrashDisk(Random(1))
    catalogue = Catalogue(disk, HERE)
    bring(catalogue, OLD)
    for content in (index, document):
        intake = catalogue.blobs.take(sha256(content), len(content))
        intake.feed(content)
        intake.commit()
    with pytest.raises(Invalid, match="another size"):
        catalogue.missing(sha256(index))
    assert catalogue.content(sha256(index)) is None
    assert catalogue.content(OLD.index) is not None


def test_a_blob_too_large_for_a_document_is_no_document() -> None:
    disk = CrashDisk(Random(1))
    catalogue = Catalogue(disk, HERE, Limits(document_bytes=10))
    intake = catalogue.blobs.take(OLD.index, len(OLD.blobs[OLD.index]))
    intake.feed(OLD.blobs[OLD.index])
    intake.commit()
    with pytest.raises(TooLarge):
        catalogue.missing(OLD.index)
