"""How our certificates are written: names, terms, uses; and how those of an authority are read from its folder."""

import ipaddress
from datetime import timedelta
from pathlib import Path
from typing import Final, cast

from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import NameOID

from aosedge.model.errors import Invalid
from aosedge.model.instants import DAY, HOUR, Instant, to_datetime
from aosedge.trust import csr

ROOT_LIFE: Final = 30 * 365 * DAY
DOCUMENT_SIGNING: Final = x509.ObjectIdentifier("1.3.6.1.5.5.7.3.36")
"""The extended key usage of who signs documents (RFC 9336)."""
_SKEW = HOUR  # a peer whose clock is a little behind already takes a new certificate


def serial_of(certificate: x509.Certificate) -> str:
    """The serial number in upper-case hex, whole bytes: as AosEdge's tools write it into a bundle's `kid`."""
    digits = format(certificate.serial_number, "X")
    return digits if len(digits) % 2 == 0 else "0" + digits


def begin(
    subject: x509.Name, issuer: x509.Name, key: csr.PublicKey, now: Instant, end: Instant
) -> x509.CertificateBuilder:
    """A certificate from about `now` to `end`, with a serial of chance."""
    skew = min(_SKEW, (end - now) // 20)
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(key)
        .serial_number(x509.random_serial_number())
        .not_valid_before(to_datetime(now) - timedelta(microseconds=skew))
        .not_valid_after(to_datetime(end))
    )


def key_usage(*, authority: bool) -> x509.KeyUsage:
    """Signs, and as an authority certificates too."""
    return x509.KeyUsage(
        digital_signature=True,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=authority,
        crl_sign=authority,
        encipher_only=False,
        decipher_only=False,
    )


def name_of(organization: str, common_name: str) -> x509.Name:
    """O and CN."""
    return x509.Name(
        [
            x509.NameAttribute(NameOID.ORGANIZATION_NAME, organization),
            x509.NameAttribute(NameOID.COMMON_NAME, common_name),
        ]
    )


def general_name(name: str) -> x509.GeneralName:
    """A host name or an address."""
    try:
        return x509.IPAddress(ipaddress.ip_address(name))
    except ValueError:
        return x509.DNSName(name)


def uri(text: str) -> x509.UniformResourceIdentifier:
    """A URI."""
    return x509.UniformResourceIdentifier(text)


def pem_of(certificate: x509.Certificate) -> str:
    """As PEM text."""
    return certificate.public_bytes(Encoding.PEM).decode()


def read_certificate(path: Path) -> x509.Certificate:
    """Raises Invalid, naming the file."""
    try:
        return x509.load_pem_x509_certificate(_read(path))
    except (ValueError, UnsupportedAlgorithm) as error:
        raise Invalid("not a certificate", element=str(path), expected="PEM of X.509") from error


def read_key(path: Path, certificate: x509.Certificate) -> csr.PrivateKey:
    """The private key of this certificate; raises Invalid, naming the file."""
    try:
        key = cast(csr.PrivateKey, serialization.load_pem_private_key(_read(path), None))
    except (ValueError, TypeError, UnsupportedAlgorithm) as error:
        raise Invalid("not a private key", element=str(path), expected="unencrypted PEM") from error
    if key.public_key() != certificate.public_key():
        raise Invalid(f"{path.name} is not the key of its certificate", element=str(path))
    return key


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        cure = "run: aoscloud init"
        raise Invalid("cannot be read", element=str(path), got=error.strerror or str(error), cure=cure) from error
