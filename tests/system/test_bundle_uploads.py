"""Uploads that meet others, break off or end with the cloud."""

import asyncio
import os
import random
import subprocess
import sys
import time
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from tests.made_bundles import bundle, config, file
from tests.system.bundle_place import Place, layer_of, open_place, refused

from aosedge.cloud.domain.catalogue import Bundle
from aosedge.cloud.usecases.bundles import BundleConflict, BundleRejected
from aosedge.model import oci
from aosedge.model.errors import AosError, Conflict, TooLarge


@pytest.fixture
async def place(tmp_path: Path) -> AsyncIterator[Place]:
    opened = await open_place(tmp_path / "cloud")
    yield opened
    await opened.close()


async def test_an_existing_version_is_refused_as_a_conflict_and_the_old_one_stays(place: Place) -> None:
    await place.upload(bundle(place.signers["sp1"]))
    before, (version,) = await place.stored(), await place.versions()
    with pytest.raises(BundleConflict) as caught:
        await place.upload(bundle(place.signers["sp1"], members=[file("./hello/amd64/bin/serve", b"other")]))
    (found,) = caught.value.rejections
    assert (found.item, found.field) == ("hello", "version")
    assert "the version exists; expected a new one, got 1.0.0" in found.reason
    assert await place.stored() == before
    assert await place.versions() == (version,)
    assert (await place.upload(bundle(place.signers["sp1"], config(version="1.0.1")))).state == "ready"


async def test_the_same_file_again_names_the_bundle_that_is_there_and_leaves_no_other(place: Place) -> None:
    content = bundle(place.signers["sp1"])
    ready = await place.upload(content)
    with pytest.raises(Conflict) as caught:
        await place.upload(content)
    assert (caught.value.element, caught.value.got) == ("file", ready.id)
    assert "this very bundle is here already and ready: hello" in str(caught.value)
    assert [made.state for made in await place.bundles()] == ["ready"]
    assert list((place.folder / "uploads").iterdir()) == []
    page = await place.store.read(place.caller(), place.scope(), lambda session: session.audit.page())
    assert [(line.outcome, line.target) for line in page.items] == [("refused", ready.id), ("done", ready.id)]


async def test_a_refused_file_is_looked_at_anew_when_it_comes_again(place: Place) -> None:
    content = bundle(place.signers["sp2"])
    for _ in range(2):
        with pytest.raises(BundleRejected):
            await place.upload(content)
    assert [made.state for made in await place.bundles()] == ["rejected"] * 2


async def test_one_bad_item_keeps_out_the_whole_bundle(place: Place) -> None:
    """I5: a bundle is taken whole or not at all."""
    text = config() + config("second").split(b"items:\n")[1]
    with pytest.raises(BundleRejected) as caught:
        await place.upload(bundle(place.signers["sp1"], text))
    await refused(place, caught.value, "second", "images[0]: second/amd64", "the image is missing")


async def test_two_uploads_of_one_version_at_once_leave_one(place: Place) -> None:
    """I6: twice counts once, and what is named is there."""
    contents = [bundle(place.signers["sp1"], members=[file("./hello/amd64/x", bytes([n]))]) for n in range(4)]
    results: list[Bundle | AosError] = []

    async def one(content: bytes) -> None:
        try:
            results.append(await place.upload(content))
        except AosError as error:
            results.append(error)

    async with asyncio.TaskGroup() as tasks:
        for content in contents:
            tasks.create_task(one(content))
    assert sorted(type(result).__name__ for result in results) == ["Bundle"] + ["BundleConflict"] * 3
    (version,) = await place.versions()
    await layer_of(place, version.index_digest)
    assert len(await place.stored()) == 5


async def test_an_upload_over_the_limit_is_refused_before_it_is_kept(place: Place) -> None:
    async def endless() -> AsyncIterator[bytes]:
        while True:
            yield bytes(1_000_000)

    with pytest.raises(TooLarge, match="at most 50000000 bytes"):
        await place.intake.receive(place.caller(), place.scope(), endless())
    assert await place.bundles() == ()
    assert list((place.folder / "uploads").iterdir()) == []


async def test_an_upload_that_breaks_off_leaves_nothing(place: Place) -> None:
    async def broken() -> AsyncIterator[bytes]:
        yield b"begin"
        raise ConnectionError("gone")

    with pytest.raises(ConnectionError):
        await place.intake.receive(place.caller(), place.scope(), broken())
    assert await place.bundles() == ()
    assert list((place.folder / "uploads").iterdir()) == []


async def test_units_that_follow_the_newest_version_are_to_be_told(place: Place) -> None:
    signals: list[str] = []
    place.store.on_signal(signals.append)
    await place.upload(bundle(place.signers["sp1"]))
    assert signals == ["targets"]


async def test_every_upload_is_in_the_audit_trail(place: Place) -> None:
    await place.upload(bundle(place.signers["sp1"]))
    with pytest.raises(BundleConflict):
        await place.upload(bundle(place.signers["sp1"], members=[file("./hello/amd64/x", b"other")]))
    page = await place.store.read(place.caller(), place.scope(), lambda session: session.audit.page())
    assert [(line.operation, line.outcome) for line in page.items] == [
        ("deployment_bundles_create", "refused"),
        ("deployment_bundles_create", "done"),
    ]


@pytest.mark.slow
async def test_a_cancelled_upload_is_undone_by_the_next_recovery(place: Place) -> None:
    content = bundle(place.signers["sp1"], members=[file("./hello/amd64/x", os.urandom(20_000_000))])
    for delay in (0.02, 0.3):
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(delay):
                await place.upload(content)
        await asyncio.sleep(1.5)  # threads that were at work end
        await place.intake.recover()
        assert all(found.state == "rejected" for found in await place.bundles())
        assert await place.stored() == set()
    assert (await place.upload(content)).state == "ready"


KILLED = "import sys;from pathlib import Path;from tests.system.bundle_place import upload_once;"
KILLED += "upload_once(Path(sys.argv[1]))"


@pytest.mark.slow
async def test_a_cloud_killed_at_any_moment_of_an_upload_goes_on(tmp_path: Path) -> None:
    """I4, I5, I12: after kill -9 anywhere, the catalogue names only what is there, and the next upload is taken."""
    folder = tmp_path / "cloud"
    place = await open_place(folder)
    members = [file(f"./hello/amd64/{n}", os.urandom(400_000)) for n in range(12)]
    signer, chance, killed = place.signers["sp1"], random.Random(7), 0
    await place.close()
    for number in range(14):
        text = config(version=f"1.0.{number}")
        (folder / "bundle").write_bytes(bundle(signer, text, [*members, file("./hello/amd64/v", bytes([number]))]))
        killed += await asyncio.to_thread(killed_after, folder, chance.uniform(0, 0.8))
        place = await open_place(folder)
        await place.intake.recover()
        assert all(found.state in ("ready", "rejected") for found in await place.bundles())
        versions = await place.versions()
        named = {blob for version in versions for blob in await blobs_of(place, version.index_digest)}
        assert await place.stored() == named
        assert list((folder / "uploads").iterdir()) == []
        ready = [found for found in await place.bundles() if found.state == "ready"]
        assert {version.bundle for version in versions} == {found.id for found in ready}
        if f"1.0.{number}" not in {version.version for version in versions}:
            assert (await place.upload((folder / "bundle").read_bytes())).state == "ready"
        await place.close()
    assert killed >= 5


def killed_after(folder: Path, delay_s: float) -> bool:
    """Upload in another process and kill it that long after it began; whether that came before its end."""
    with subprocess.Popen([sys.executable, "-c", KILLED, str(folder)], stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        process.stdout.readline()
        time.sleep(delay_s)
        process.kill()
        return process.wait() != 0


async def blobs_of(place: Place, index_digest: str) -> set[str]:
    index = oci.decode_index(await place.blobs.read(index_digest))  # type: ignore[arg-type]
    found = {index_digest}
    for entry in index.manifests:
        manifest = oci.decode_manifest(await place.blobs.read(entry.digest))
        assert manifest.aos_item_config is not None
        found |= {entry.digest, manifest.config.digest, manifest.aos_item_config.digest}
        found |= {layer.digest for layer in manifest.layers}
    for digest in found:
        await place.blobs.size(digest)  # type: ignore[arg-type]
    return found
