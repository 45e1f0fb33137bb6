"""The roots of an installation: usually one, two while one takes another's place. Below the authority's folder.

`issuer.key` and `issuer.pem` are the first root's; each later one has `keys/SERIAL.key` (0600) and a certificate by
the root before it, `keys/SERIAL.cross.pem`: who trusts the older one can see that it vouches for the newer. Every
root in `roots/` is trusted; the file `issuing` names the one that issues, and is written last.
"""

from pathlib import Path
from typing import Final

import msgspec
from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID

from aosedge.model.errors import Conflict, Invalid, NotFound
from aosedge.model.instants import Instant, from_datetime, to_datetime
from aosedge.trust import csr, files
from aosedge.trust.templates import ROOT_LIFE, begin, key_usage, name_of, read_certificate, read_key, serial_of

NAME: Final = "AosEdge Root CA"
_TRUSTED, _KEYS, _ISSUING = "roots", "keys", "issuing"


class Root(msgspec.Struct, frozen=True):
    """A root with its key."""

    certificate: x509.Certificate
    key: csr.PrivateKey

    @property
    def serial(self) -> str:
        """Upper-case hex."""
        return serial_of(self.certificate)


class Held(msgspec.Struct, frozen=True):
    """What an authority has: who issues, whom it trusts, and the root that is being replaced."""

    issuing: Root
    trusted: tuple[x509.Certificate, ...]
    """The issuing one first."""
    replaced: Root | None = None
    cross: x509.Certificate | None = None
    """The issuing root's key, certified by the replaced root."""


def exist(folder: Path) -> bool:
    """Whether there is an authority in this folder."""
    return (folder / "issuer.pem").exists() or (folder / _ISSUING).exists()


def create(folder: Path, domain: str, now: Instant) -> Held:
    """The first root. Raises Invalid where there is one."""
    if exist(folder):
        raise Invalid("there is an authority already", element=str(folder), cure="load it, or name another folder")
    root = _self_signed(name_of(domain, NAME), now)
    files.write_whole(folder / "issuer.key", _key_pem(root.key))
    _trust(folder, root.certificate)
    files.write_whole(folder / "issuer.pem", _pem(root.certificate), files.PUBLIC)
    return Held(root, (root.certificate,))


def read(folder: Path) -> Held:
    """What is there. Raises Invalid naming the file that is missing or wrong."""
    if (folder / _ISSUING).exists():
        serial = (folder / _ISSUING).read_text()
        issuing = _root(folder, read_certificate(folder / _TRUSTED / f"{serial}.pem"))
    else:
        certificate = read_certificate(folder / "issuer.pem")
        issuing = Root(certificate, read_key(folder / "issuer.key", certificate))
    others = [read_certificate(path) for path in sorted((folder / _TRUSTED).glob("*.pem"))]
    trusted = (issuing.certificate, *(one for one in others if one != issuing.certificate))
    cross_file = folder / _KEYS / f"{issuing.serial}.cross.pem"
    if cross_file.exists():
        cross = read_certificate(cross_file)
        for older in trusted[1:]:
            if _is_by(cross, older):
                return Held(issuing, trusted, _root(folder, older), cross)
    return Held(issuing, trusted)


def add(folder: Path, now: Instant) -> Held:
    """A further root, trusted and issuing from now on; the one before it stays trusted until it is retired.

    Raises Conflict while an older one has yet to be retired. Cut short, it is done by the next call.
    """
    held = read(folder)
    if held.replaced is not None:
        raise Conflict(
            "a root is being replaced already",
            element=serial_of(held.replaced.certificate),
            cure="retire it first: aoscloud roots retire SERIAL",
        )
    old = held.issuing
    [domain, *_] = old.certificate.subject.get_attributes_for_oid(NameOID.ORGANIZATION_NAME)
    named = f"{NAME} {to_datetime(now):%Y-%m-%d %H:%M:%S}"
    new = _self_signed(name_of(str(domain.value), named), now)
    files.write_whole(folder / _KEYS / f"{new.serial}.key", _key_pem(new.key))
    files.write_whole(folder / _KEYS / f"{new.serial}.cross.pem", _pem(_certified(new, old, now)), files.PUBLIC)
    _trust(folder, new.certificate)
    files.write_whole(folder / _ISSUING, new.serial.encode(), files.PUBLIC)
    return read(folder)


def retire(folder: Path, serial: str) -> Held:
    """No certificate of this root opens a door any more, and its key is gone. Raises NotFound, Conflict for the
    one that issues.
    """
    held = read(folder)
    if serial == held.issuing.serial:
        raise Conflict("this root issues", element=serial, cure="begin another first: aoscloud roots add")
    for root in held.trusted:
        if serial_of(root) == serial:
            break
    else:
        raise NotFound("root", serial)
    (folder / _TRUSTED / f"{serial}.pem").unlink()
    files.sync_folder(folder / _TRUSTED)
    _sweep(folder)
    return read(folder)


def _sweep(folder: Path) -> None:
    """Remove the keys of roots that are not trusted any more."""
    trusted = {path.stem for path in (folder / _TRUSTED).glob("*.pem")}
    for path in (folder / _KEYS).glob("*.key"):
        if path.stem not in trusted:
            path.unlink()
            (folder / _KEYS / f"{path.stem}.cross.pem").unlink(missing_ok=True)
    if (folder / "issuer.pem").exists() and serial_of(read_certificate(folder / "issuer.pem")) not in trusted:
        for name in ("issuer.key", "issuer.pem"):
            (folder / name).unlink(missing_ok=True)
    files.sync_folder(folder)


def _root(folder: Path, certificate: x509.Certificate) -> Root:
    path = folder / _KEYS / f"{serial_of(certificate)}.key"
    return Root(certificate, read_key(path if path.exists() else folder / "issuer.key", certificate))


def _self_signed(name: x509.Name, now: Instant) -> Root:
    key = ec.generate_private_key(ec.SECP256R1())
    builder = begin(name, name, key.public_key(), now, Instant(now + ROOT_LIFE))
    return Root(_authority(builder, key.public_key(), None).sign(key, hashes.SHA256()), key)


def _certified(new: Root, old: Root, now: Instant) -> x509.Certificate:
    """The new root's key and name, certified by the old root for as long as that holds."""
    public = new.key.public_key()
    end = from_datetime(old.certificate.not_valid_after_utc)
    builder = begin(new.certificate.subject, old.certificate.subject, public, now, end)
    return _authority(builder, public, 0).sign(old.key, hashes.SHA256())


def _authority(
    builder: x509.CertificateBuilder, key: csr.PublicKey, path_length: int | None
) -> x509.CertificateBuilder:
    builder = builder.add_extension(x509.BasicConstraints(ca=True, path_length=path_length), critical=True)
    builder = builder.add_extension(key_usage(authority=True), critical=True)
    return builder.add_extension(x509.SubjectKeyIdentifier.from_public_key(key), critical=False)


def _is_by(certificate: x509.Certificate, issuer: x509.Certificate) -> bool:
    try:
        certificate.verify_directly_issued_by(issuer)
    except (ValueError, TypeError, InvalidSignature):
        return False
    return True


def _trust(folder: Path, root: x509.Certificate) -> None:
    files.write_whole(folder / _TRUSTED / f"{serial_of(root)}.pem", _pem(root), files.PUBLIC)


def _pem(certificate: x509.Certificate) -> bytes:
    return certificate.public_bytes(Encoding.PEM)


def _key_pem(key: csr.PrivateKey) -> bytes:
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
