"""Good bundles, as people upload them, become content of the catalogue whole."""

import asyncio
import io
import subprocess
import sys
import tarfile
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from tests.made_bundles import Signer, archive, bundle, config, file
from tests.system.bundle_place import Place, certificate_of, layer_of, open_place

from aosedge.clock import RandomIds
from aosedge.cloud.domain.access.callers import Caller, Task
from aosedge.cloud.usecases.bundles import Intake
from aosedge.cloud.usecases.configurations import Configurations
from aosedge.model import oci
from aosedge.model.digests import sha256
from aosedge.model.errors import Unavailable
from aosedge.model.instants import Instant, Monotonic, from_datetime
from aosedge.trust.archives import LAYER, unpack
from aosedge.trust.certificates import describe, parse_pem, to_p12

REAL = Path(__file__).parents[1] / "data/aos-signer-2.1.0"


@pytest.fixture
async def place(tmp_path: Path) -> AsyncIterator[Place]:
    opened = await open_place(tmp_path / "cloud")
    yield opened
    await opened.close()


class Fixed:
    """A clock that stands."""

    def __init__(self, moment: datetime) -> None:
        self._moment = from_datetime(moment)

    def wall(self) -> Instant:
        return self._moment

    def monotonic(self) -> Monotonic:
        return Monotonic(0)


async def test_a_configuration_is_read_from_what_is_stored_and_a_lost_document_is_named(place: Place) -> None:
    await place.upload(bundle(place.signers["sp1"]))
    (version,) = await place.versions()
    told = await Configurations(place.blobs).of(version)
    assert (told.quotas.ram_bytes, [image.platform for image in told.images]) == (2**26, ["linux/amd64"])
    assert told.images[0].command == ("/bin/serve", "--loud")
    manifest = oci.decode_manifest(await place.blobs.read(version.images[0].manifest))
    assert manifest.aos_item_config is not None
    await place.blobs.remove(manifest.aos_item_config.digest)
    with pytest.raises(
        Unavailable, match=f"version 1.0.0 is not in the blob store: {manifest.aos_item_config.digest}"
    ):
        await Configurations(place.blobs).of(version)


async def test_a_good_bundle_becomes_content_of_the_catalogue(place: Place, tmp_path: Path) -> None:
    taken = await place.upload(bundle(place.signers["sp1"]))
    assert (taken.state, taken.rejections) == ("ready", ())
    assert await place.bundles() == (taken,)
    (version,) = await place.versions()
    assert (version.version, version.bundle, version.num_instances) == ("1.0.0", taken.id, 1)
    index = oci.decode_index(await place.blobs.read(version.index_digest))
    manifest = oci.decode_manifest(await place.blobs.read(index.manifests[0].digest))
    assert manifest.aos_item_config is not None
    needed = {version.index_digest, index.manifests[0].digest, manifest.config.digest, manifest.layers[0].digest}
    assert await place.stored() == needed | {manifest.aos_item_config.digest}
    image = oci.decode_image_config(await place.blobs.read(manifest.config.digest))
    layer = await place.blobs.read(manifest.layers[0].digest)
    (tmp_path / "layer").write_bytes(layer)
    with (tmp_path / "layer").open("rb") as source:
        unpacked = unpack(source, tmp_path / "rootfs", LAYER)
    assert image.rootfs.diff_ids == (unpacked.uncompressed,)
    assert (tmp_path / "rootfs/bin/serve").read_bytes() == b"#!/bin/sh\n"
    assert [topic for topic, _ in place.bus.told] == [f"bundle.{taken.id}"]
    assert list((place.folder / "uploads").iterdir()) == []


async def test_equal_content_has_equal_digests(place: Place) -> None:
    members = [file("./hello/amd64/bin/serve", b"one", mtime=1), file("./hello/amd64/a", b"2", uid=7)]
    await place.upload(bundle(place.signers["sp1"], config(version="1.0.0"), members))
    again = [file("./hello/amd64/a", b"2", mtime=99), file("./hello/amd64/bin/serve", b"one")]
    await place.upload(bundle(place.signers["sp1"], config(version="2.0.0"), again))
    first, second = await place.versions()
    assert first.index_digest == second.index_digest


@pytest.mark.parametrize("name", ["hello-world", "hello-world-encrypted"])
async def test_the_bundles_of_the_real_aos_signer_are_taken(tmp_path: Path, name: str) -> None:
    clock = Fixed(datetime(2027, 1, 1, tzinfo=UTC))
    place = await open_place(tmp_path / "cloud", clock)
    real = Signer(place.signers["sp1"].key, parse_pem((REAL / "signer.pem").read_bytes()), ())
    add = certificate_of(real, "user-sp1")
    await place.store.write_every(Caller(Task("test"), "", clock.wall()), lambda s: s.certificates.add(add))
    roots = [parse_pem((REAL / "ca.pem").read_bytes())]
    place.intake = Intake(place.store, place.blobs, place.bus, roots, clock, RandomIds(), place.folder / "u")
    assert (await place.upload((REAL / f"{name}.tar.gz").read_bytes())).state == "ready"
    (version,) = await place.versions("hello-world")
    assert [image.platform.architecture for image in version.images] == ["amd64", "arm64"]
    layer = await layer_of(place, version.index_digest)
    encrypted = name.endswith("encrypted")
    assert version.images[0].encrypted == encrypted
    if encrypted:
        assert layer.media_type == "application/vnd.aos.image.layer.enc.v1.aes256gcm+tar+gzip"
        inner = member_of((REAL / f"{name}.tar.gz").read_bytes(), "./batch.tar.gz")
        kept = member_of(inner, "./service1/src_x86.aes256gcm.tar.gz")
        assert await place.blobs.read(layer.digest) == kept
    await place.close()


def member_of(content: bytes, name: str) -> bytes:
    with tarfile.open(fileobj=io.BytesIO(content)) as outer:
        found = outer.extractfile(name)
        assert found is not None
        return found.read()


def plain_layer() -> bytes:
    return archive(file("bin/serve", b"x"), file("etc/mtab", type=tarfile.SYMTYPE, linkname="/proc/mounts"))


async def test_a_packed_image_is_checked_and_kept_as_it_is(place: Place) -> None:
    text = config().replace(b"cmd:", b"path: rootfs.tgz, cmd:")
    layer = plain_layer()
    await place.upload(bundle(place.signers["sp1"], text, [file("./rootfs.tgz", layer)]))
    (version,) = await place.versions()
    kept = await layer_of(place, version.index_digest)
    assert (kept.digest, kept.media_type) == (sha256(layer), oci.LAYER_TAR_GZIP)


@pytest.mark.skipif(not Path("/bin/busybox").exists(), reason="needs busybox-static")
async def test_the_sample_bundle_is_taken(place: Place, tmp_path: Path) -> None:
    key = place.signers["sp1"].key
    p12 = to_p12(key, describe(place.signers["sp1"].certificate), "sp1")
    (tmp_path / "sp.p12").write_bytes(p12)
    command = [sys.executable, "examples/hello/build.py", "--folder", str(tmp_path / "hello")]
    for version, more in (("1.0.0", []), ("2.0.0", ["--break"])):
        out = tmp_path / f"{version}.tar.gz"
        signing = ["--version", version, "--sign-with", str(tmp_path / "sp.p12"), "--output", str(out), *more]
        await asyncio.to_thread(subprocess.run, [*command, *signing], check=True, cwd=Path(__file__).parents[2])
        assert (await place.upload(out.read_bytes())).state == "ready"
        (version_taken, *_) = await place.versions("hello-server")
        assert version_taken.version == version
    assert len(await place.versions("hello-client")) == 2
