"""A Deployment Bundle: is it whole, who signed it, and may we believe a byte of it.

Source: the bundles of `aos-signer` 2.1. Outer tar.gz: `batch.tar.gz`, `config.yaml`, `package.sign`, a JWT whose
payload has name, SHA3-512 and size of the other two, and whose `kid` is base64(`issuer:serial`) of the signer's
certificate. Its algorithm is RS256, or ES256 where the signer's key is P-256.
"""

import base64
import hashlib
import tempfile
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import BinaryIO, TypeVar

import msgspec
from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature, encode_dss_signature

from aosedge.model.bundle import CONFIG, BundleConfig, Item, Rejected, parse_config, rejection
from aosedge.model.documents import MOST_BYTES
from aosedge.model.errors import Invalid, TooLarge, Untrusted
from aosedge.model.instants import Instant
from aosedge.trust.archives import Limits, unpack
from aosedge.trust.certificates import serial_of, verify_chain
from aosedge.trust.packing import folder_entries, pack

CONTENT = "batch.tar.gz"
SIGNATURE = "package.sign"
DEFAULT_STATE = "default_state.dat"
OUTER = Limits(entries=8)
INNER = Limits(links="inside")
_PARTS = (CONTENT, CONFIG)
_SIGNATURE_MOST = 16_384
_PIECE = 1024 * 1024

T = TypeVar("T")
PrivateKey = rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey


class SignerName(msgspec.Struct, frozen=True):
    """Which certificate a signature says it was made with."""

    issuer: str
    """RFC 4514 text, as in `CN=Root,O=localhost`."""
    serial: str
    """Upper-case hex, whole bytes."""


class Opened(msgspec.Struct, frozen=True):
    """A bundle of the right shape; nothing of it is believed yet."""

    folder: Path
    signer: SignerName
    signed: bytes
    signature: bytes
    algorithm: str


class VerifiedBundle(msgspec.Struct, frozen=True):
    """A bundle that is what its signer signed."""

    signer: SignerName
    config: BundleConfig
    config_text: bytes
    content: Path
    """The unpacked inner archive: the item folders. Links in it are never to be followed."""


class _Header(msgspec.Struct, frozen=True):
    alg: str
    kid: str
    crit: tuple[str, ...] = ()


class _Part(msgspec.Struct, frozen=True):
    name: str
    hash: str
    size: int


class _Payload(msgspec.Struct, frozen=True):
    data: tuple[_Part, ...]


Lookup = Callable[[SignerName], x509.Certificate | None]


def verify(
    source: BinaryIO, into: Path, lookup: Lookup, roots: Sequence[x509.Certificate], at: Instant
) -> VerifiedBundle:
    """`open_bundle` and `verify_opened` in one; Untrusted where `lookup` does not know the signer."""
    opened = open_bundle(source, into)
    certificate = lookup(opened.signer)
    if certificate is None:
        raise unknown_signer(opened.signer)
    return verify_opened(opened, certificate, roots, at)


def unknown_signer(name: SignerName) -> Untrusted:
    """The refusal of a signer that nobody knows."""
    return Untrusted(
        "the signer is unknown",
        element=SIGNATURE,
        expected="a user certificate of this cloud that is active",
        got=f"{name.issuer}, serial {name.serial}",
        cure="sign with the certificate that this cloud issued to you",
    )


def open_bundle(source: BinaryIO, into: Path, limits: Limits = OUTER) -> Opened:
    """Unpack the outer archive into a new folder below `into` and read who says to have signed it.

    Raises Invalid, TooLarge or Untrusted, with the file at fault as the element.
    """
    folder = into / "outer"
    unpack(source, folder, limits)
    names = {path.name for path in folder.iterdir()}
    for name in (*_PARTS, SIGNATURE):
        if not (folder / name).is_file():
            raise Invalid("the bundle lacks a file", element=name, expected=", ".join((*_PARTS, SIGNATURE)))
    if extra := sorted(names - {*_PARTS, SIGNATURE}):
        raise Invalid("the bundle has a file that nobody signed", element=extra[0], expected="three files")
    for name, most in ((SIGNATURE, _SIGNATURE_MOST), (CONFIG, MOST_BYTES)):
        if (folder / name).stat().st_size > most:
            raise TooLarge("the file is too large", element=name, expected=f"at most {most} bytes")
    signed, _, signature = (folder / SIGNATURE).read_bytes().strip().rpartition(b".")
    header = _json(signed.partition(b".")[0], _Header)
    if header.crit:
        raise Untrusted("the signature wants what we do not know", element=SIGNATURE, got="crit")
    return Opened(folder, _signer_name(header.kid), signed, _base64url(signature), header.alg)


def verify_opened(
    opened: Opened,
    signer: x509.Certificate,
    roots: Sequence[x509.Certificate],
    at: Instant,
    limits: Limits = INNER,
) -> VerifiedBundle:
    """Check everything, then unpack the inner archive beside the outer one.

    `signer` is the certificate that the store has for `opened.signer`; whether it is active is the store's to say.
    Raises Untrusted where certificate, signature, hash or size does not hold, or inner and outer configuration
    differ; Rejected for a wrong configuration or a harmful inner archive.
    """
    if (signer.issuer.rfc4514_string(), serial_of(signer)) != (opened.signer.issuer, opened.signer.serial):
        raise unknown_signer(opened.signer)
    verify_chain(signer, roots, at)
    _check_signature(opened, signer)
    _check_parts(opened)
    config_text = (opened.folder / CONFIG).read_bytes()
    config = parse_config(config_text)
    content = opened.folder.parent / "content"
    try:
        with (opened.folder / CONTENT).open("rb") as archive:
            unpack(archive, content, limits)
    except Invalid as error:
        raise Rejected((rejection(error, _item_at(config, error.element)),)) from error
    inner = content / CONFIG
    if inner.is_symlink() or not inner.is_file() or inner.read_bytes() != config_text:
        raise Untrusted("the inner and the outer configuration differ", element=CONFIG, expected="the same bytes")
    return VerifiedBundle(opened.signer, config, config_text, content)


def pack_and_sign(folder: Path, to: Path, key: PrivateKey, certificate: x509.Certificate) -> BundleConfig:
    """Make the bundle of the folder with `config.yaml` in it, as aos-signer does, and write it to `to`.

    Only what the configuration names goes in: the images, and default states that are required. Raises Rejected
    for a wrong configuration, Invalid naming the file that is missing.
    """
    text = _readable(folder / CONFIG).read_bytes()
    config = parse_config(text)
    entries = dict(_content(folder, config))
    with tempfile.TemporaryDirectory(prefix="aos-bundle-") as scratch:
        work = Path(scratch)
        with (work / CONTENT).open("wb") as inner:
            pack(((f"./{name}" if name != "." else name, path) for name, path in sorted(entries.items())), inner)
        (work / CONFIG).write_bytes(text)
        (work / SIGNATURE).write_bytes(sign_parts([work / name for name in _PARTS], key, certificate))
        with to.open("wb") as outer:
            pack(((f"./{name}", work / name) for name in (CONTENT, CONFIG, SIGNATURE)), outer)
    return config


def check_folder(folder: Path) -> tuple[BundleConfig, tuple[str, ...]]:
    """What `pack_and_sign` would pack: the configuration and the names of all files; raises what it raises."""
    config = parse_config(_readable(folder / CONFIG).read_bytes())
    return config, tuple(sorted(dict(_content(folder, config))))


def _content(folder: Path, config: BundleConfig) -> Iterator[tuple[str, Path]]:
    yield CONFIG, folder / CONFIG
    for item in config.items:
        for image in item.images:
            if image.encryption and image.encryption.key_file:
                cure = "sign with aos-signer, or encrypt the image before and set its path and mediaType"
                raise Invalid(
                    "images are not encrypted here", element=f"{item.identity.codename}: keyFile", cure=cure
                )
            name = str(Path(item.image_path(image)))
            source = folder / name
            if source.is_dir():
                yield from folder_entries(source, name)
            else:
                yield name, _readable(source)
        state = item.configuration.state
        if state and state.required:
            yield f"{Path(item.folder)}/{DEFAULT_STATE}", _readable(folder / item.folder / state.filename)


def default_state(content: Path, item: Item) -> Path | None:
    """The item's default state in an unpacked bundle, if it has one."""
    path = content / item.folder / DEFAULT_STATE
    return path if path.is_file() and not path.is_symlink() else None


def _item_at(config: BundleConfig, name: str) -> str:
    """The item in whose folder a member of the inner archive is; empty where it is in none."""
    plain = "/".join(part for part in name.split("/") if part not in ("", "."))
    for item in config.items:
        places = (item.folder, *(item.image_path(image) for image in item.images))
        if any(plain == place or plain.startswith(f"{place}/") for place in places):
            return item.identity.codename
    return ""


def _readable(path: Path) -> Path:
    if not path.is_file():
        raise Invalid("there is no such file", element=str(path))
    return path


def sign_parts(parts: Sequence[Path], key: PrivateKey, certificate: x509.Certificate) -> bytes:
    """The content of `package.sign` over these files."""
    name = f"{certificate.issuer.rfc4514_string()}:{serial_of(certificate)}"
    algorithm = "RS256" if isinstance(key, rsa.RSAPrivateKey) else "ES256"
    header = {"alg": algorithm, "kid": base64.b64encode(name.encode()).decode(), "typ": "JWT"}
    payload = _Payload(tuple(_Part(path.name, _sha3_512(path), path.stat().st_size) for path in parts))
    signed = _text(msgspec.json.encode(header)) + b"." + _text(msgspec.json.encode(payload))
    if isinstance(key, rsa.RSAPrivateKey):
        signature = key.sign(signed, padding.PKCS1v15(), hashes.SHA256())
    else:
        pair = decode_dss_signature(key.sign(signed, ec.ECDSA(hashes.SHA256())))
        signature = b"".join(number.to_bytes(32, "big") for number in pair)
    return signed + b"." + _text(signature)


def _check_signature(opened: Opened, signer: x509.Certificate) -> None:
    key = signer.public_key()
    try:
        if opened.algorithm == "RS256" and isinstance(key, rsa.RSAPublicKey):
            key.verify(opened.signature, opened.signed, padding.PKCS1v15(), hashes.SHA256())
        elif opened.algorithm == "ES256" and isinstance(key, ec.EllipticCurvePublicKey) and key.key_size == 256:
            half = len(opened.signature) // 2
            pair = (int.from_bytes(opened.signature[:half], "big"), int.from_bytes(opened.signature[half:], "big"))
            if len(opened.signature) != 64:
                raise InvalidSignature
            key.verify(encode_dss_signature(*pair), opened.signed, ec.ECDSA(hashes.SHA256()))
        else:
            raise Untrusted(
                "the algorithm is not that of the signer's key",
                element=SIGNATURE,
                expected="RS256 with an RSA key, ES256 with a P-256 key",
                got=opened.algorithm[:20],
            )
    except InvalidSignature as error:
        cure = "sign the bundle again and upload it unchanged"
        raise Untrusted("the signature does not hold", element=SIGNATURE, cure=cure) from error


def _check_parts(opened: Opened) -> None:
    payload = _json(opened.signed.partition(b".")[2], _Payload)
    if sorted(part.name for part in payload.data) != sorted(_PARTS):
        got = ", ".join(part.name for part in payload.data)[:80]
        raise Untrusted("the signature is not over this bundle's files", element=SIGNATURE, got=got)
    for part in payload.data:
        path = opened.folder / part.name
        size = path.stat().st_size
        if size != part.size:
            expected, got = f"{part.size} bytes", f"{size}"
            raise Untrusted("the size is not the signed one", element=part.name, expected=expected, got=got)
        if _sha3_512(path) != part.hash.lower():
            cure = "sign the bundle again and upload it unchanged"
            raise Untrusted("the hash is not the signed one", element=part.name, cure=cure)


def _signer_name(kid: str) -> SignerName:
    try:
        issuer, _, serial = base64.b64decode(kid, validate=True).decode().rpartition(":")
        digits = format(int(serial, 16), "X")
    except ValueError as error:
        raise Untrusted(
            "the signature names nobody", element=SIGNATURE, expected="kid: base64 of issuer:serial", got=kid[:80]
        ) from error
    return SignerName(issuer, digits if len(digits) % 2 == 0 else "0" + digits)


def _sha3_512(path: Path) -> str:
    running = hashlib.sha3_512()
    with path.open("rb") as file:
        while piece := file.read(_PIECE):
            running.update(piece)
    return running.hexdigest()


def _json(encoded: bytes, kind: type[T]) -> T:
    try:
        return msgspec.json.decode(_base64url(encoded), type=kind)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise Untrusted("the signature is not a JSON web token", element=SIGNATURE, got=str(error)[:120]) from error


def _base64url(encoded: bytes) -> bytes:
    try:
        return base64.b64decode(encoded + b"=" * (-len(encoded) % 4), altchars=b"-_", validate=True)
    except ValueError as error:
        raise Untrusted("the signature is not a JSON web token", element=SIGNATURE, got=str(error)) from error


def _text(content: bytes) -> bytes:
    return base64.urlsafe_b64encode(content).rstrip(b"=")
