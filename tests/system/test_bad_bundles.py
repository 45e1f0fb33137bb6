"""Bad bundles are refused in words and leave nothing behind."""

import os
import tarfile
from collections.abc import AsyncIterator, Callable
from pathlib import Path

import pytest
from tests.made_bundles import Files, Signer, archive, bundle, config, file
from tests.system.bundle_place import Place, changed, open_place, refused

from aosedge.cloud.usecases.bundles import BundleRejected
from aosedge.trust.bundles import CONFIG, CONTENT, SIGNATURE


@pytest.fixture
async def place(tmp_path: Path) -> AsyncIterator[Place]:
    opened = await open_place(tmp_path / "cloud")
    yield opened
    await opened.close()


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
