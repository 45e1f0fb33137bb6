"""A bundle is believed only when signature, signer, hashes and both configurations agree."""

import base64
import io
import tarfile
from datetime import UTC, datetime, timedelta
from pathlib import Path

import msgspec
import pytest
from tests.made_bundles import Files, Signer, archive, bundle, config, file, new_signer, signature

from aosedge.clock import SystemClock
from aosedge.model.bundle import Rejected
from aosedge.model.errors import Invalid, Untrusted
from aosedge.model.instants import Instant, from_datetime
from aosedge.trust.bundles import CONFIG, CONTENT, SIGNATURE, VerifiedBundle, default_state, pack_and_sign, verify
from aosedge.trust.certificates import parse_pem

REAL = Path(__file__).parents[2] / "data/aos-signer-2.1.0"
REAL_TIME = from_datetime(datetime(2027, 1, 1, tzinfo=UTC))


@pytest.fixture(scope="module")
def signer(tmp_path_factory: pytest.TempPathFactory) -> Signer:
    return new_signer(tmp_path_factory.mktemp("authority"))


def believed(content: bytes, signer: Signer, into: Path, at: Instant | None = None) -> VerifiedBundle:
    at = SystemClock().wall() if at is None else at
    return verify(io.BytesIO(content), into, lambda name: signer.certificate, signer.roots, at)


@pytest.mark.parametrize("name", ["hello-world", "hello-world-encrypted"])
def test_the_bundles_of_the_real_aos_signer_are_taken(tmp_path: Path, name: str) -> None:
    certificate, root = parse_pem((REAL / "signer.pem").read_bytes()), parse_pem((REAL / "ca.pem").read_bytes())
    with (REAL / f"{name}.tar.gz").open("rb") as source:
        taken = verify(source, tmp_path, lambda signer: certificate, [root], REAL_TIME)
    assert (taken.signer.issuer, taken.signer.serial) == ("CN=Root,O=localhost", "1234ABCD")
    (item,) = taken.config.items
    assert (item.identity.codename, item.version) == ("hello-world", "1.0.0")
    for image in item.images:
        assert (taken.content / item.image_path(image)).exists()


def test_a_real_bundle_is_refused_when_its_signers_certificate_is_over(tmp_path: Path) -> None:
    certificate, root = parse_pem((REAL / "signer.pem").read_bytes()), parse_pem((REAL / "ca.pem").read_bytes())
    over = from_datetime(datetime(2027, 10, 1, tzinfo=UTC))
    with (REAL / "hello-world.tar.gz").open("rb") as source, pytest.raises(Untrusted, match="not valid at this time"):
        verify(source, tmp_path, lambda signer: certificate, [root], over)


def test_a_good_bundle_is_believed(tmp_path: Path, signer: Signer) -> None:
    taken = believed(bundle(signer), signer, tmp_path)
    assert taken.config.items[0].identity.codename == "hello"
    assert (taken.content / "hello/amd64/bin/serve").read_bytes() == b"#!/bin/sh\n"


@pytest.mark.parametrize("kind", ["rsa2048", "p256"])
def test_what_we_sign_ourselves_is_believed_and_the_same_every_time(tmp_path: Path, kind: str) -> None:
    signer = new_signer(tmp_path / "authority", kind=kind)
    folder = tmp_path / "mine"
    (folder / "hello/amd64/bin").mkdir(parents=True)
    (folder / "hello/amd64/bin/serve").write_bytes(b"elf")
    (folder / "hello/amd64/bin/sh").symlink_to("serve")
    (folder / "hello/amd64/bin/also").hardlink_to(folder / "hello/amd64/bin/serve")
    (folder / "hello/start.dat").write_bytes(b"0")
    (folder / "secret.key").write_bytes(b"not for the bundle")
    text = config() + b"    # \n"
    text = text.replace(b"{quotas:", b"{state: {filename: start.dat, required: true}, quotas:")
    (folder / CONFIG).write_bytes(text)
    pack_and_sign(folder, tmp_path / "one.tar.gz", signer.key, signer.certificate)
    taken = believed((tmp_path / "one.tar.gz").read_bytes(), signer, tmp_path / "out")
    assert (taken.content / "hello/amd64/bin/sh").readlink() == Path("serve")
    assert (taken.content / "hello/amd64/bin/also").read_bytes() == b"elf"
    state = default_state(taken.content, taken.config.items[0])
    assert state is not None
    assert state.read_bytes() == b"0"
    assert sorted(path.name for path in taken.content.iterdir()) == ["config.yaml", "hello"]
    (folder / "hello/amd64/bin/serve").touch()
    pack_and_sign(folder, tmp_path / "two.tar.gz", signer.key, signer.certificate)
    assert inner_archive(tmp_path / "one.tar.gz") == inner_archive(tmp_path / "two.tar.gz")


def inner_archive(path: Path) -> bytes:
    with tarfile.open(path) as outer:
        found = outer.extractfile(f"./{CONTENT}")
        assert found is not None
        return found.read()


def test_signing_names_what_is_missing(tmp_path: Path, signer: Signer) -> None:
    with pytest.raises(Invalid, match=r"config.yaml: there is no such file"):
        pack_and_sign(tmp_path, tmp_path / "out", signer.key, signer.certificate)
    (tmp_path / CONFIG).write_bytes(config())
    with pytest.raises(Invalid, match=r"hello/amd64: there is no such file"):
        pack_and_sign(tmp_path, tmp_path / "out", signer.key, signer.certificate)
    text = config().replace(b"cmd:", b"encryption: {keyFile: k}, cmd:")
    (tmp_path / CONFIG).write_bytes(text)
    with pytest.raises(Invalid, match="images are not encrypted here"):
        pack_and_sign(tmp_path, tmp_path / "out", signer.key, signer.certificate)
    (tmp_path / CONFIG).write_bytes(b"schemaVersion: 1")
    with pytest.raises(Rejected, match="unknown schema version"):
        pack_and_sign(tmp_path, tmp_path / "out", signer.key, signer.certificate)


def flipped(files: Files, name: str, at: int = -8) -> None:
    content = bytearray(files[name])
    content[at] = ord("A") if content[at] != ord("A") else ord("B")  # still base64 in the signature
    files[name] = bytes(content)


def with_header(files: Files, signer: Signer, **changes: object) -> None:
    head, payload, sign = files[SIGNATURE].split(b".")
    header = msgspec.json.decode(base64.urlsafe_b64decode(head + b"=="), type=dict) | changes
    files[SIGNATURE] = b".".join([base64.urlsafe_b64encode(msgspec.json.encode(header)).rstrip(b"="), payload, sign])


def resigned(files: Files, signer: Signer, **parts: bytes) -> None:
    names = {"content": CONTENT, "text": CONFIG, "other": "other.bin"}
    files[SIGNATURE] = signature({names[name]: part for name, part in parts.items()}, signer)


SPOILS = {
    "one letter of the signature": (lambda f, s: flipped(f, SIGNATURE, -20), SIGNATURE, "does not hold"),
    "another algorithm": (lambda f, s: with_header(f, s, alg="none"), SIGNATURE, "not that of the signer's key"),
    "an unknown extension": (lambda f, s: with_header(f, s, crit=["b64"]), SIGNATURE, "what we do not know"),
    "a kid that names nobody": (lambda f, s: with_header(f, s, kid="%%%"), SIGNATURE, "names nobody"),
    "a kid that names another": (
        lambda f, s: with_header(f, s, kid=base64.b64encode(b"CN=Root:0A").decode()), SIGNATURE, "signer is unknown"
    ),
    "no signature at all": (lambda f, s: f.pop(SIGNATURE), SIGNATURE, "lacks a file"),
    "an empty signature": (lambda f, s: f.update({SIGNATURE: b""}), SIGNATURE, "not a JSON web token"),
    "a signature that is no text": (lambda f, s: f.update({SIGNATURE: b"\xff.\x00.."}), SIGNATURE, "web token"),
    "a huge signature": (lambda f, s: f.update({SIGNATURE: b"x" * 20_000}), SIGNATURE, "at most 16384 bytes"),
    "one byte of the inner archive": (lambda f, s: flipped(f, CONTENT), CONTENT, "hash is not the signed one"),
    "another inner archive": (lambda f, s: f.update({CONTENT: archive(file("a"))}), CONTENT, "size is not the"),
    "one byte of the configuration": (lambda f, s: flipped(f, CONFIG), CONFIG, "hash is not the signed one"),
    "a fourth file": (lambda f, s: f.update({"more": b""}), "more", "nobody signed"),
    "a signature over one file": (lambda f, s: resigned(f, s, text=f[CONFIG]), SIGNATURE, "not over this bundle"),
    "a signature over others": (
        lambda f, s: resigned(f, s, text=f[CONFIG], content=f[CONTENT], other=b"1"), SIGNATURE, "other.bin"
    ),
    "a signature over something else": (
        lambda f, s: resigned(f, s, text=f[CONFIG], content=b"x" * len(f[CONTENT])), CONTENT, "hash is not the signed"
    ),
}  # fmt: skip


@pytest.mark.parametrize("spoil", SPOILS)
def test_a_spoiled_bundle_is_refused_before_its_content_is_unpacked(
    tmp_path: Path, signer: Signer, spoil: str
) -> None:
    change, element, words = SPOILS[spoil]
    spoiled = bundle(signer, spoil=lambda files: change(files, signer))  # type: ignore[no-untyped-call]
    with pytest.raises(Invalid) as caught:
        believed(spoiled, signer, tmp_path)
    assert (caught.value.element, words in str(caught.value)) == (element, True), str(caught.value)
    assert not (tmp_path / "content").exists()


def test_a_signer_that_nobody_knows_is_refused(tmp_path: Path, signer: Signer) -> None:
    with pytest.raises(Untrusted, match="the signer is unknown"):
        verify(io.BytesIO(bundle(signer)), tmp_path, lambda name: None, signer.roots, SystemClock().wall())


def test_a_signer_of_another_authority_is_refused(tmp_path: Path, signer: Signer) -> None:
    stranger = new_signer(tmp_path / "other")
    mixed = Signer(stranger.key, stranger.certificate, signer.roots)
    with pytest.raises(Untrusted, match="does not lead to a trusted root"):
        believed(bundle(stranger), mixed, tmp_path / "out")


def test_a_signer_cannot_name_another_ones_certificate(tmp_path: Path, signer: Signer) -> None:
    thief = new_signer(tmp_path / "other")
    stolen = Signer(thief.key, signer.certificate, signer.roots)
    with pytest.raises(Untrusted, match="the signature does not hold"):
        believed(bundle(stolen), signer, tmp_path / "out")


def test_a_certificate_counts_only_within_its_time(tmp_path: Path, signer: Signer) -> None:
    for number, shift in enumerate((timedelta(days=-1), timedelta(days=3 * 365))):
        at = from_datetime(datetime.now(UTC) + shift)
        with pytest.raises(Untrusted, match="not valid at this time"):
            believed(bundle(signer), signer, tmp_path / str(number), at)


def test_inner_and_outer_configuration_must_be_the_same_bytes(tmp_path: Path, signer: Signer) -> None:
    with pytest.raises(Untrusted, match="differ") as caught:
        believed(bundle(signer, inner_text=config(version="2.0.0")), signer, tmp_path)
    assert caught.value.element == CONFIG
    linked = archive(file("x", config()), file(CONFIG, type=tarfile.SYMTYPE, linkname="x"))
    with pytest.raises(Untrusted, match="differ"):
        believed(bundle(signer, inner=linked), signer, tmp_path / "again")


@pytest.mark.parametrize(
    ("members", "element"),
    [
        ([file("../out", b"x")], "../out"),
        ([file("/etc/passwd", b"x")], "/etc/passwd"),
        ([file("a", type=tarfile.SYMTYPE, linkname="/etc/passwd")], "a"),
        ([file("hello/null", type=tarfile.CHRTYPE)], "hello/null"),
        ([file(f"f{n}") for n in range(10_000)], "f8191"),
        ([file("zeros", bytes(64 * 2**20))], "archive"),
    ],
    ids=["traversal", "absolute name", "absolute link", "device", "10,000 files", "gzip bomb"],
)
def test_a_harmful_inner_archive_is_refused_though_it_is_signed(
    tmp_path: Path, signer: Signer, members: list[tuple[tarfile.TarInfo, bytes]], element: str
) -> None:
    with pytest.raises(Rejected) as caught:
        believed(bundle(signer, members=members), signer, tmp_path / "in")
    (found,) = caught.value.rejections
    assert (found.item, found.field) == ("hello" if element.startswith("hello/") else "", element)
    assert [path.name for path in tmp_path.iterdir()] == ["in"]
