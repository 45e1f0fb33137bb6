"""Bundles as people upload them: good ones become content of the catalogue whole, bad ones leave nothing behind."""

import asyncio
import io
import os
import random
import subprocess
import sys
import tarfile
import time
from collections.abc import AsyncIterator, Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import msgspec
import pytest
from tests.made_bundles import Files, Signer, archive, bundle, config, file, new_signer, signer_of
from tests.system.bundle_place import Place, certificate_of, open_place

from aosedge.clock import RandomIds, SystemClock
from aosedge.cloud.domain.access.callers import Caller, Scope, Task
from aosedge.cloud.domain.catalogue import Bundle
from aosedge.cloud.store import Session
from aosedge.cloud.usecases.bundles import BundleConflict, BundleRejected, Intake
from aosedge.cloud.usecases.configurations import Configurations
from aosedge.model import oci
from aosedge.model.digests import sha256
from aosedge.model.errors import AosError, Conflict, TooLarge, Unavailable
from aosedge.model.ids import OrgId, UserId
from aosedge.model.instants import Instant, Monotonic, from_datetime
from aosedge.trust.archives import LAYER, unpack
from aosedge.trust.bundles import CONFIG, CONTENT, SIGNATURE
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


async def layer_of(place: Place, index_digest: str, number: int = 0) -> oci.Descriptor:
    index = oci.decode_index(await place.blobs.read(index_digest))  # type: ignore[arg-type]
    manifest = oci.decode_manifest(await place.blobs.read(index.manifests[number].digest))
    (layer,) = manifest.layers
    return layer


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


def changed(old: bytes, new: bytes) -> bytes:
    text = config()
    assert old in text
    return text.replace(old, new)


def spoiled(name: str, at: int = -20) -> Callable[[Files], None]:
    def spoil(files: Files) -> None:
        content = bytearray(files[name])
        content[at] = ord("A") if content[at] != ord("A") else ord("B")  # still base64 in the signature
        files[name] = bytes(content)

    return spoil


def linked(name: str, target: str, kind: bytes = tarfile.SYMTYPE) -> tuple[tarfile.TarInfo, bytes]:
    return file(f"./hello/amd64/{name}", type=kind, linkname=target)


def good_members() -> list[tuple[tarfile.TarInfo, bytes]]:
    return [file("./hello/amd64/bin/serve", b"x")]


LONELY = [file("./elsewhere/file", b"x")]
WITH_PATH = changed(b"cmd:", b"path: rootfs.tgz, cmd:")
SEALED = changed(b"cmd:", b"path: r, mediaType: application/vnd.aos.image.layer.enc.v1.aes256gcm+tar, cmd:")

BAD: dict[str, tuple[Callable[[Signer], bytes], str, str, str]] = {
    "wrong signature": (lambda s: bundle(s, spoil=spoiled(SIGNATURE)), "", SIGNATURE, "signature does not hold"),
    "changed inner archive": (lambda s: bundle(s, spoil=spoiled(CONTENT)), "", CONTENT, "hash is not the signed"),
    "changed configuration": (lambda s: bundle(s, spoil=spoiled(CONFIG, 5)), "", CONFIG, "hash is not the signed"),
    "other inner configuration": (lambda s: bundle(s, inner_text=config("other")), "", CONFIG, "differ"),
    "path traversal": (lambda s: bundle(s, members=[file("../../evil", b"x")]), "", "../../evil", "leads out"),
    "absolute name": (lambda s: bundle(s, members=[file("/etc/cron.d/x", b"x")]), "", "/etc/cron.d/x", "absolute"),
    "absolute link": (
        lambda s: bundle(s, members=[*good_members(), linked("l", "/etc/passwd")]),
        "hello", "hello/amd64/l", "an absolute link",
    ),
    "link out of the bundle": (
        lambda s: bundle(s, members=[linked("l", "../../../etc/passwd")]), "hello", "hello/amd64/l", "leads out",
    ),
    "link out of the image": (
        lambda s: bundle(s, members=[*good_members(), linked("l", "../../config.yaml")]),
        "hello", "images[0]: l", "leads out of the archive",
    ),
    "device node": (
        lambda s: bundle(s, members=[file("./hello/amd64/sda", type=tarfile.BLKTYPE, devmajor=8)]),
        "hello", "./hello/amd64/sda", "a device node",
    ),
    "gzip bomb": (lambda s: bundle(s, members=[file("./zeros", bytes(64 * 2**20))]), "", "archive", "too far"),
    "10,000 files": (
        lambda s: bundle(s, members=[file(f"./hello/amd64/{n}") for n in range(10_000)]),
        "hello", "./hello/amd64/8191", "too many entries; expected at most 8192",
    ),
    "unknown schema version": (
        lambda s: bundle(s, changed(b"schemaVersion: 2", b"schemaVersion: 7")),
        "", "schemaVersion", "unknown schema version; expected 2, got 7",
    ),
    "wrong type": (
        lambda s: bundle(s, changed(b"version: 1.0.0", b"version: 1.0")), "hello", "version", "Expected str",
    ),
    "wrong type below": (
        lambda s: bundle(s, changed(b"64MiB", b"[64]")), "hello", "configuration.quotas.ramLimit", "not an amount",
    ),
    "missing image": (
        lambda s: bundle(s, members=LONELY), "hello", "images[0]: hello/amd64", "the image is missing",
    ),
    "image through a link": (
        lambda s: bundle(s, members=[*LONELY, file("./hello", type=tarfile.SYMTYPE, linkname="elsewhere")]),
        "hello", "images[0]: hello/amd64", "reached through a link",
    ),
    "packed image that means harm": (
        lambda s: bundle(s, WITH_PATH, [file("./rootfs.tgz", archive(file("../x", b"1")))]),
        "hello", "images[0]: ../x", "leads out",
    ),
    "packed image that is none": (
        lambda s: bundle(s, WITH_PATH, [file("./rootfs.tgz", b"hello" * 300)]),
        "hello", "images[0]: archive", "not a tar",
    ),
    "encrypted image too short": (
        lambda s: bundle(s, SEALED, [file("./r", b"short")]), "hello", "images[0]: r", "too short",
    ),
    "encrypted folder": (
        lambda s: bundle(s, SEALED, [file("./r/f", b"short")]), "hello", "images[0]: r", "is a folder",
    ),
    "not an archive": (lambda s: b"hello" * 1000, "", "archive", "not a tar"),
    "an empty file": (lambda s: b"", "", "archive", "truncated"),
    "half of it": (lambda s: bundle(s, members=[file("./x", os.urandom(50_000))])[:20_000], "", "", "truncated"),
}  # fmt: skip


@pytest.mark.parametrize("case", BAD)
async def test_a_bad_bundle_is_refused_in_words_and_leaves_nothing(place: Place, case: str) -> None:
    make, item, field, reason = BAD[case]
    with pytest.raises(BundleRejected) as caught:
        await place.upload(make(place.signers["sp1"]))
    await refused(place, caught.value, item, field, reason)


async def refused(place: Place, error: BundleRejected | BundleConflict, item: str, field: str, reason: str) -> None:
    """The words are right, nothing is stored, and the next good bundle is taken."""
    print(error)
    found = error.rejections[0]
    assert (found.item, reason in found.reason) == (item, True), str(error)
    assert not field or found.field == field
    (kept, *others) = await place.bundles()
    assert (kept.id, kept.state, kept.rejections) == (error.bundle.id, "rejected", error.rejections)
    assert all(other.state != "ready" for other in others)
    assert await place.stored() == set()
    assert await place.versions() == ()
    assert list((place.folder / "uploads").iterdir()) == []
    assert (await place.upload(bundle(place.signers["sp1"]))).state == "ready"
    assert len(await place.versions()) == 1


async def test_an_unknown_signer_is_refused(place: Place, tmp_path: Path) -> None:
    stranger = new_signer(tmp_path / "stranger")
    with pytest.raises(BundleRejected) as caught:
        await place.upload(bundle(stranger))
    await refused(place, caught.value, "", SIGNATURE, "the signer is unknown")


async def test_a_signer_of_our_authority_whom_the_store_does_not_know_is_refused(place: Place) -> None:
    with pytest.raises(BundleRejected) as caught:
        await place.upload(bundle(signer_of(place.authority, "nobody")))
    await refused(place, caught.value, "", SIGNATURE, "the signer is unknown")


async def test_a_certificate_in_the_store_that_no_root_issued_is_refused(place: Place, tmp_path: Path) -> None:
    stranger = new_signer(tmp_path / "stranger")
    add = certificate_of(stranger, "user-sp1")
    await place.store.write_every(Caller(Task("test"), "", SystemClock().wall()), lambda s: s.certificates.add(add))
    with pytest.raises(BundleRejected) as caught:
        await place.upload(bundle(stranger))
    await refused(place, caught.value, "", "", "does not lead to a trusted root")


async def test_a_revoked_signer_is_refused(place: Place) -> None:
    other = signer_of(place.authority, "user-sp1")
    add, serial = certificate_of(other, "user-sp1"), describe(other.certificate).serial

    def revoke(session):  # type: ignore[no-untyped-def]
        session.certificates.add(add)
        session.certificates.revoke(serial)

    await place.store.write_every(Caller(Task("test"), "", SystemClock().wall()), revoke)
    with pytest.raises(BundleRejected) as caught:
        await place.upload(bundle(other))
    await refused(place, caught.value, "", SIGNATURE, "revoked")


FALLEN: dict[str, tuple[dict[str, Any], str]] = {
    "suspended": ({"active": False}, "no user any more"),
    "auditor": ({"role": "auditor"}, "may not send Deployment Bundles; expected somebody with the permission"),
    "of few permissions": ({"groups": ("audit",)}, "may not send Deployment Bundles"),
}


@pytest.mark.parametrize("how", FALLEN)
@pytest.mark.parametrize("org", ["sp1", "oem"])
async def test_a_signer_who_lost_the_right_since_is_refused(place: Place, org: str, how: str) -> None:
    """Whoever uploads it, and whatever the items: those of an OEM, too."""
    changes, reason = FALLEN[how]

    def fall(session: Session) -> None:
        signer = session.users.get(UserId(f"user-{org}"))
        session.users.put(msgspec.structs.replace(signer, **changes))

    await place.store.write(place.caller(org), place.scope(org), fall)
    text = config() if org == "sp1" else changed(b"type: service", b"type: layer")
    with pytest.raises(BundleRejected) as caught:
        await place.upload(bundle(place.signers[org], text), org)
    (found,) = caught.value.rejections
    assert (found.field, reason in found.reason) == (SIGNATURE, True), str(found)
    assert await place.stored() == set()


async def test_nothing_is_taken_of_a_suspended_organization(place: Place) -> None:
    def suspend(session: Session) -> None:
        suspended = msgspec.structs.replace(session.organizations.get(OrgId("sp1")), active=False)
        session.organizations.put(suspended)

    await place.store.write(place.caller("oem"), Scope(reach="all"), suspend)
    with pytest.raises(BundleRejected, match="the signer's organization is suspended"):
        await place.upload(bundle(place.signers["sp1"]))


async def test_a_bundle_signed_in_another_organization_is_refused(place: Place) -> None:
    """The signer is the owner: nobody brings in what another organization signed."""
    with pytest.raises(BundleRejected) as caught:
        await place.upload(bundle(place.signers["sp2"]), "sp1")
    await refused(place, caught.value, "", SIGNATURE, "the signer is unknown")


async def test_another_owners_item_is_refused(place: Place) -> None:
    await place.upload(bundle(place.signers["sp2"]), "sp2")
    before = await place.stored()
    with pytest.raises(BundleRejected) as caught:
        await place.upload(bundle(place.signers["sp1"], config(version="2.0.0")), "sp1")
    (found,) = caught.value.rejections
    assert (found.item, found.field) == ("hello", "identity.codename")
    assert "belongs to another organization" in found.reason
    assert await place.stored() == before
    assert [version.version for version in await place.versions(org="sp2")] == ["1.0.0"]
    text, members = config("mine"), [file("./mine/amd64/x", b"1")]
    assert (await place.upload(bundle(place.signers["sp1"], text, members), "sp1")).state == "ready"


async def test_an_id_of_anothers_item_is_refused(place: Place) -> None:
    text = changed(b"codename: hello", b"codename: hello, id: 11111111-1111-4111-8111-111111111111")
    with pytest.raises(BundleRejected) as caught:
        await place.upload(bundle(place.signers["sp1"], text))
    await refused(place, caught.value, "hello", "identity.id", "no item of yours has this id")


async def test_a_service_provider_owns_no_components(place: Place) -> None:
    text = changed(b"type: service", b"type: component")
    kind = b"mediaType: application/vnd.aos.image.component.full.v1+squashfs, path: fs"
    text = text.replace(b"cmd: /bin/serve --loud", kind)
    content = bundle(place.signers["sp1"], text, [file("./fs", b"hsqs" + bytes(100))])
    with pytest.raises(BundleRejected) as caught:
        await place.upload(content)
    await refused(place, caught.value, "hello", "identity.type", "does not own items of type component")
    content = bundle(place.signers["oem"], text.replace(b"hello", b"rootfs"), [file("./fs", b"hsqs" + bytes(100))])
    assert (await place.upload(content, "oem")).state == "ready"


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
