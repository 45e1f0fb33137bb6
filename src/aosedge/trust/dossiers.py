"""A signed dossier: content, and at its end who signed it: written as a stream, judged without a cloud.

As JSON it is one canonical object (RFC 8785), `{"dossier":CONTENT,"signature":"JWS"}` and a line feed; as PDF it is
the document, a comment `%dossier JWS`, and once more the document's last lines. The JWS (RFC 7515, ES256) is over a
`Statement`, which has SHA-256 and size of the content's bytes as they are in the file; its `x5c` is the signer's
certificate and what leads from there to a root. A signer's certificate has the extended key usage for signing
documents (RFC 9336), which no certificate of a person, a Unit or a server has.
"""

import base64
import hashlib
import os
import re
import warnings
from collections.abc import Sequence
from typing import BinaryIO, Final, Literal

import msgspec
from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from cryptography.utils import CryptographyDeprecationWarning
from joserfc import jws
from joserfc.errors import JoseError
from joserfc.jwk import ECKey

from aosedge.model.errors import Invalid, Untrusted
from aosedge.model.instants import MINUTE, Instant, from_datetime, instant_said
from aosedge.trust.certificates import key_pem, root_of, verify_chain
from aosedge.trust.templates import DOCUMENT_SIGNING, serial_of

FORMAT: Final = "aosedge-dossier/1"
OPENING: Final = b'{"dossier":'
"""What content follows in JSON."""
_SEAM: Final = b',"signature":"'
_CLOSING: Final = b'"}\n'
_PDF_SEAM: Final = b"%dossier "
_PDF_END: Final = re.compile(rb"startxref\n[0-9]+\n%%EOF\n\Z")
_PDF_END_MOST: Final = 64
_COMPACT: Final = re.compile(rb"[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+")
_SIGNATURE_MOST: Final = 65_536
_CHAIN_MOST: Final = 8
_PIECE: Final = 1024 * 1024
_AHEAD: Final = 5 * MINUTE
"""By so much the clock of whoever signed may be ahead of that of whoever judges."""


_BROKEN: Final = (ValueError, TypeError, x509.InvalidVersion, x509.DuplicateExtension, CryptographyDeprecationWarning)


class _Registry(jws.JWSRegistry):
    """As the library has it, with room for a chain in the header."""

    max_header_length = _SIGNATURE_MOST


_REGISTRY: Final = _Registry(algorithms=["ES256"])

Media = Literal["application/json", "application/pdf"]


class Statement(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What is signed: of which content, when by the signer's clock, and what it is about."""

    format: str
    media_type: Media
    digest: str
    """SHA-256 of the content's bytes."""
    size: int
    signed_at: str
    """RFC 3339."""
    campaign: str
    title: str
    json_digest: str
    """Of the JSON: a PDF sums that up."""


def check_sums_up(pdf: Statement, whole: Statement) -> None:
    """Raise Untrusted where a PDF does not sum up this JSON, Invalid where they are not one of each."""
    for given, media in ((pdf, "application/pdf"), (whole, "application/json")):
        if given.media_type != media:
            raise Invalid("not a PDF and its JSON", element="dossier", expected=media, got=given.media_type)
    if pdf.json_digest != whole.digest:
        raise Untrusted(
            "the PDF sums up another JSON", element="json_digest", expected=whole.digest, got=pdf.json_digest
        )


class Signer(msgspec.Struct, frozen=True):
    """Who signs: a P-256 key, its certificate, and what leads from there to a root."""

    key: ec.EllipticCurvePrivateKey
    chain: tuple[x509.Certificate, ...]


class Verdict(msgspec.Struct, frozen=True):
    """A dossier that is as it was signed, by a signer that led to the root when it signed."""

    statement: Statement
    signed_at: Instant
    signer: str
    serial: str
    not_after: Instant
    root_serial: str
    expired: bool
    """The signer's certificate is valid no more; that it was when it signed is by its own clock."""


class _Found(msgspec.Struct, frozen=True):
    media: Media
    start: int
    end: int
    signature: bytes


def ending(statement: Statement, signer: Signer, last: bytes = b"") -> bytes:
    """What follows the content in the file; `last` are the last bytes of a PDF, whose end is written again."""
    chain = [base64.b64encode(each.public_bytes(Encoding.DER)).decode() for each in signer.chain]
    key = ECKey.import_key(key_pem(signer.key))
    header = {"alg": "ES256", "x5c": chain}
    signature = jws.serialize_compact(header, msgspec.json.encode(statement), key, registry=_REGISTRY).encode()
    if statement.media_type == "application/json":
        return _SEAM + signature + _CLOSING
    end = _PDF_END.search(last)
    if end is None:
        raise Invalid("not a whole PDF", element="dossier", got=repr(last[-20:]))
    return _PDF_SEAM + signature + b"\n" + end[0]


def verify(file: BinaryIO, roots: Sequence[x509.Certificate], now: Instant) -> Verdict:
    """Judge a dossier; little of it is in memory at a time.

    Raises Invalid for what is none; Untrusted where the content is not the signed one, the signature does not hold,
    or the signer did not lead to one of these roots when it signed.
    """
    found = _found(file)
    chain, statement = _opened(found.signature)
    signed_at = instant_said(statement.signed_at, "signed_at")
    if signed_at > now + _AHEAD:
        cure = "is the clock of this machine right?"
        raise Untrusted("it says to be of the future", element="signed_at", got=statement.signed_at, cure=cure)
    verify_chain(chain[0], roots, signed_at, chain[1:])
    _check_content(file, found, statement)
    not_after = from_datetime(chain[0].not_valid_after_utc)
    return Verdict(
        statement=statement,
        signed_at=signed_at,
        signer=chain[0].subject.rfc4514_string(),
        serial=serial_of(chain[0]),
        not_after=not_after,
        root_serial=next(filter(None, (root_of(each, roots) for each in chain)), ""),
        expired=not_after < now,
    )


def _found(file: BinaryIO) -> _Found:
    """Where the content is, and the signature."""
    size = file.seek(0, os.SEEK_END)
    file.seek(0)
    opening = file.read(len(OPENING))
    start = max(0, size - _SIGNATURE_MOST)
    file.seek(start)
    tail = file.read()
    if opening == OPENING:
        at = tail.rfind(_SEAM)
        signature = tail[at + len(_SEAM) : -len(_CLOSING)]
        if at >= 0 and tail.endswith(_CLOSING) and _COMPACT.fullmatch(signature):
            return _Found("application/json", len(OPENING), start + at, signature)
    elif opening.startswith(b"%PDF-"):
        at, end = tail.rfind(_PDF_SEAM), _PDF_END.search(tail)
        if at >= 0 and end is not None and tail[:at].endswith(end[0]):
            signature = tail[at + len(_PDF_SEAM) : end.start() - 1]
            if tail[end.start() - 1 : end.start()] == b"\n" and _COMPACT.fullmatch(signature):
                return _Found("application/pdf", 0, start + at, signature)
    raise Invalid(
        "not a whole dossier",
        element="dossier",
        expected="JSON or PDF with the signature at its end",
        cure="get it anew: aos campaign dossier",
    )


def _opened(signature: bytes) -> tuple[list[x509.Certificate], Statement]:
    """The signer's chain and what it signed; raises Untrusted where the signature does not hold."""
    last = signature.rpartition(b".")[2]
    try:
        if base64.urlsafe_b64encode(base64.urlsafe_b64decode(last + b"=" * (-len(last) % 4))).rstrip(b"=") != last:
            raise ValueError("base64url with bits over")
        named = jws.extract_compact(signature, registry=_REGISTRY).headers().get("x5c")
        if not isinstance(named, list) or not 0 < len(named) <= _CHAIN_MOST:
            raise ValueError("no x5c")
        chain = _certificates(named)
        public = chain[0].public_key()
        uses = chain[0].extensions.get_extension_for_class(x509.ExtendedKeyUsage).value
        if not isinstance(public, ec.EllipticCurvePublicKey) or DOCUMENT_SIGNING not in uses:
            raise Untrusted(
                "this certificate does not sign dossiers",
                element="signature",
                expected="a P-256 key, and the extended key usage for signing documents",
                got=chain[0].subject.rfc4514_string(),
            )
        key = ECKey.import_key(public.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo))
        payload = jws.deserialize_compact(signature, key, registry=_REGISTRY).payload
        return chain, msgspec.json.decode(payload, type=Statement)
    except (*_BROKEN, JoseError, UnsupportedAlgorithm, x509.ExtensionNotFound) as error:
        cure = "get the dossier anew from where it was made"
        raise Untrusted(
            "the signature does not hold", element="signature", got=str(error)[:120], cure=cure
        ) from error


def _certificates(named: Sequence[str]) -> list[x509.Certificate]:
    """Those of `x5c`; what the library only warns of is refused here, since nothing of it is believed yet."""
    with warnings.catch_warnings():
        warnings.simplefilter("error", CryptographyDeprecationWarning)
        return [x509.load_der_x509_certificate(base64.b64decode(each, validate=True)) for each in named]


def _check_content(file: BinaryIO, found: _Found, statement: Statement) -> None:
    if (statement.format, statement.media_type) != (FORMAT, found.media):
        got = f"{statement.format}, {statement.media_type}"
        raise Untrusted("signed as something else", element="signature", expected=f"{FORMAT}, {found.media}", got=got)
    file.seek(found.start)
    running, left = hashlib.sha256(), found.end - found.start
    while piece := file.read(min(_PIECE, left)):
        running.update(piece)
        left -= len(piece)
    digest = f"sha256:{running.hexdigest()}"
    if (digest, found.end - found.start) != (statement.digest, statement.size):
        raise Untrusted(
            "the content was changed after it was signed",
            element="dossier",
            expected=f"{statement.digest}, {statement.size} bytes",
            got=f"{digest}, {found.end - found.start} bytes",
            cure="get the dossier anew from where it was made",
        )
