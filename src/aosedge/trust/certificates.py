"""The installation's certificate authority, the certificates it issues, and who a certificate says its holder is.

Identity is a URI in the subject alternative name: `urn:aos:user:<id>`, `urn:aos:unit:<id>`; whether the holder may
still come in is the serial's state in the database. Real Units keep at most 4096 bytes of PEM and 2048 of DER a
certificate and want the whole chain down to the self-signed root, so the root signs directly.
"""

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Final, cast

import msgspec
from cryptography import x509
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, pkcs12
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from aosedge.model.errors import Invalid, Unauthenticated, Untrusted
from aosedge.model.ids import SystemId, UnitId, UserId
from aosedge.model.instants import DAY, Instant, from_datetime, to_datetime
from aosedge.trust import csr, roots
from aosedge.trust.templates import DOCUMENT_SIGNING, begin, general_name, key_usage, name_of, pem_of, uri
from aosedge.trust.templates import serial_of as serial_of

USER_URN: Final = "urn:aos:user:"
UNIT_URN: Final = "urn:aos:unit:"
DOMAIN_URN: Final = "urn:aos:domain:"
SERVER_LIFE, USER_LIFE, UNIT_LIFE, SIGNER_LIFE = 2 * 365 * DAY, 2 * 365 * DAY, 5 * 365 * DAY, 2 * 365 * DAY
_CLIENT, _SERVER = ExtendedKeyUsageOID.CLIENT_AUTH, ExtendedKeyUsageOID.SERVER_AUTH


class Issued(msgspec.Struct, frozen=True):
    """A certificate as issued. `chain_pem` begins with it and ends with the self-signed root."""

    serial: str
    """Upper-case hex, as everywhere in the store and in a bundle's `kid`."""
    fingerprint: str
    """SHA-256 of the DER, hex."""
    pem: str
    chain_pem: str
    not_before: Instant
    not_after: Instant


class Peer(msgspec.Struct, frozen=True):
    """Who a client certificate says its holder is; `user` or `unit` is set, never both."""

    serial: str
    fingerprint: str
    name: str
    """The common name: a username or a Unit's system id."""
    user: UserId | None = None
    unit: UnitId | None = None
    domain: str = ""

    @property
    def system_id(self) -> SystemId:
        """What the Unit calls itself on the wire."""
        return SystemId(self.name)


class Authority:
    """Issues certificates, from one root of those that are trusted (`roots.py` has its folder).

    While a root replaces another, chains lead to both, so that whoever trusts one of them can follow; servers go on
    with a certificate by the older one, because Units that have not renewed theirs know no other.
    """

    def __init__(self, held: roots.Held, unit_life_us: int = UNIT_LIFE) -> None:
        self._issuing, self._replaced, self._cross = held.issuing, held.replaced, held.cross
        self._unit_life_us = unit_life_us
        self.roots = held.trusted
        self.domain = str(held.issuing.certificate.subject.get_attributes_for_oid(NameOID.ORGANIZATION_NAME)[0].value)

    @classmethod
    def create(cls, folder: Path, domain: str, now: Instant) -> "Authority":
        """Make an authority in `folder`; raises Invalid if one is there."""
        return cls(roots.create(folder, domain, now))

    @classmethod
    def load(cls, folder: Path, unit_life_us: int = UNIT_LIFE) -> "Authority":
        """The authority in `folder`; raises Invalid naming the file that is missing or wrong."""
        return cls(roots.read(folder), unit_life_us)

    @property
    def issuer_pem(self) -> str:
        """What follows a certificate of this authority in its chain."""
        chain = [self._issuing.certificate]
        if self._cross is not None and self._replaced is not None:
            chain += [self._cross, self._replaced.certificate]
        return "".join(map(pem_of, chain))

    def serves(self, certificate: x509.Certificate) -> bool:
        """Whether this is by the root that server certificates are by now."""
        return _signed_by(certificate, (self._replaced or self._issuing).certificate)

    def issues(self, certificate: x509.Certificate) -> bool:
        """Whether this is by the root that issues now."""
        return _signed_by(certificate, self._issuing.certificate)

    def root_pem(self) -> str:
        """Every trusted root as one PEM text: what clients and Units are given."""
        return "".join(pem_of(root) for root in self.roots)

    def issue_server(self, key: csr.PublicKey, names: Iterable[str], now: Instant) -> Issued:
        """A server certificate; `names` are host names or addresses, the first is the common name."""
        ordered = list(dict.fromkeys(names))
        alternatives = [general_name(name) for name in ordered]
        root = self._replaced or self._issuing
        return self._issue(key, ordered[0], alternatives, (_SERVER,), now, SERVER_LIFE, by=root)

    def issue_signer(self, key: csr.PublicKey, now: Instant) -> Issued:
        """The certificate of who signs dossiers for this installation; it opens no door."""
        alternatives = [uri(DOMAIN_URN + self.domain)]
        return self._issue(key, "AosEdge dossiers", alternatives, (DOCUMENT_SIGNING,), now, SIGNER_LIFE)

    def issue_user(self, key: csr.PublicKey, user: UserId, username: str, now: Instant) -> Issued:
        """A person's certificate: signs in, and signs bundles."""
        alternatives = [uri(USER_URN + user), uri(DOMAIN_URN + self.domain)]
        return self._issue(key, username, alternatives, (_CLIENT,), now, USER_LIFE)

    def issue_user_request(self, request: bytes | str, user: UserId, username: str, now: Instant) -> Issued:
        """A person's certificate from a signing request; raises Invalid or Untrusted by the rules of `csr`."""
        return self.issue_user(csr.user_key_of(request, username), user, username, now)

    def issue_user_p12(self, user: UserId, username: str, now: Instant, password: str = "") -> tuple[Issued, bytes]:
        """A person's certificate with a fresh RSA-2048 key (bundles are signed RS256), and both as PKCS#12."""
        key = csr.new_key("rsa2048")
        issued = self.issue_user(key.public_key(), user, username, now)
        return issued, to_p12(key, issued, username, password)

    def issue_unit(
        self,
        request: bytes | str,
        unit: UnitId,
        system_id: SystemId,
        type: csr.UnitCertificateType,
        now: Instant,
        *,
        discovery_url: str = "",
        element: str = "csr",
    ) -> Issued:
        """One of a Unit's certificates from its request; raises Invalid or Untrusted, naming `element`.

        `discovery_url` goes into the issuer alternative name, where Units look for their cloud before they try
        port 9000 of the organization in their subject.
        """
        key = csr.unit_key_of(request, system_id, type, element)
        local = type in csr.LOCAL_TYPES
        alternatives: list[x509.GeneralName] = [uri(UNIT_URN + unit)]
        if local:
            alternatives.append(x509.DNSName(csr.LOCAL_NAME))
        extra = [x509.IssuerAlternativeName([uri(discovery_url)])] if discovery_url else []
        uses = (_CLIENT, _SERVER) if local else (_CLIENT,)
        return self._issue(key, system_id, alternatives, uses, now, self._unit_life_us, extra)

    def _issue(
        self,
        key: csr.PublicKey,
        common_name: str,
        alternatives: Sequence[x509.GeneralName],
        uses: Sequence[x509.ObjectIdentifier],
        now: Instant,
        life_us: int,
        extra: Sequence[x509.ExtensionType] = (),
        by: roots.Root | None = None,
    ) -> Issued:
        root, chain = (self._issuing, self.issuer_pem) if by is None else (by, pem_of(by.certificate))
        end = min(Instant(now + life_us), from_datetime(root.certificate.not_valid_after_utc))
        subject = name_of(self.domain, common_name)
        builder = begin(subject, root.certificate.subject, key, now, end)
        own = cast(csr.PublicKey, root.certificate.public_key())
        identifier = x509.AuthorityKeyIdentifier.from_issuer_public_key(own)
        builder = builder.add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        builder = builder.add_extension(key_usage(authority=False), critical=True)
        builder = builder.add_extension(x509.ExtendedKeyUsage(list(uses)), critical=False)
        builder = builder.add_extension(x509.SubjectAlternativeName(list(alternatives)), critical=False)
        builder = builder.add_extension(x509.SubjectKeyIdentifier.from_public_key(key), critical=False)
        builder = builder.add_extension(identifier, critical=False)
        for extension in extra:
            builder = builder.add_extension(extension, critical=False)
        return describe(builder.sign(root.key, hashes.SHA256()), chain)


def describe(certificate: x509.Certificate, issuer_pem: str = "") -> Issued:
    """What the store keeps of a certificate."""
    pem = pem_of(certificate)
    return Issued(
        serial=serial_of(certificate),
        fingerprint=fingerprint_of(certificate),
        pem=pem,
        chain_pem=pem + issuer_pem,
        not_before=from_datetime(certificate.not_valid_before_utc),
        not_after=from_datetime(certificate.not_valid_after_utc),
    )


def fingerprint_of(certificate: x509.Certificate) -> str:
    """SHA-256 of the DER form, hex."""
    return certificate.fingerprint(hashes.SHA256()).hex()


def server_names(certificate: x509.Certificate) -> set[str]:
    """The host names and addresses that a server certificate is for."""
    names = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    return {*names.get_values_for_type(x509.DNSName), *map(str, names.get_values_for_type(x509.IPAddress))}


def peer_of(der: bytes) -> Peer:
    """Who the holder of a client certificate is. The TLS layer has checked the chain; raises Unauthenticated."""
    try:
        certificate = x509.load_der_x509_certificate(der)
        names = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
        uris = names.get_values_for_type(x509.UniformResourceIdentifier)
        common = certificate.subject.get_attributes_for_oid(NameOID.COMMON_NAME)
    except (ValueError, x509.ExtensionNotFound, UnsupportedAlgorithm) as error:
        raise Unauthenticated("the certificate names nobody", expected=f"a {USER_URN} or {UNIT_URN} name") from error
    users = [uri.removeprefix(USER_URN) for uri in uris if uri.startswith(USER_URN)]
    units = [uri.removeprefix(UNIT_URN) for uri in uris if uri.startswith(UNIT_URN)]
    domains = [uri.removeprefix(DOMAIN_URN) for uri in uris if uri.startswith(DOMAIN_URN)]
    if len(users) + len(units) != 1 or not common:
        raise Unauthenticated("the certificate names nobody", expected=f"one {USER_URN} or {UNIT_URN} name")
    return Peer(
        serial=serial_of(certificate),
        fingerprint=fingerprint_of(certificate),
        name=str(common[0].value),
        user=UserId(users[0]) if users else None,
        unit=UnitId(units[0]) if units else None,
        domain=domains[0] if domains else "",
    )


def verify_chain(
    leaf: x509.Certificate,
    roots: Sequence[x509.Certificate],
    now: Instant,
    intermediates: Sequence[x509.Certificate] = (),
) -> None:
    """Raise Untrusted unless `leaf` leads to one of `roots` over authorities, all of them within their time."""
    current, rest = leaf, list(intermediates)
    while True:
        _within_time(current, now)
        for root in roots:
            if _signed_by(current, root):
                _within_time(root, now)
                return
        issuer = next((other for other in rest if other != current and _signed_by(current, other)), None)
        if issuer is None:
            raise Untrusted(
                "the certificate does not lead to a trusted root",
                element=current.subject.rfc4514_string(),
                got=f"issuer {current.issuer.rfc4514_string()}",
                cure="use a certificate that this cloud issued",
            )
        rest.remove(issuer)
        current = issuer


def root_of(certificate: x509.Certificate, trusted: Iterable[x509.Certificate]) -> str:
    """The serial of the root that a certificate is by directly; empty where it is by none of these."""
    return next((serial_of(root) for root in trusted if _signed_by(certificate, root)), "")


def parse_pem(content: bytes | str, element: str = "certificate") -> x509.Certificate:
    """The first certificate of a PEM text; raises Invalid, naming `element`."""
    return parse_pems(content, element)[0]


def parse_pems(content: bytes | str, element: str = "certificate") -> list[x509.Certificate]:
    """All certificates of a PEM text, at least one; raises Invalid, naming `element`."""
    raw = content.encode() if isinstance(content, str) else content
    try:
        return x509.load_pem_x509_certificates(raw)
    except (ValueError, UnsupportedAlgorithm) as error:
        raise Invalid("not a certificate", element=element, expected="PEM of X.509") from error


def key_pem(key: csr.PrivateKey) -> bytes:
    """A private key as unencrypted PKCS#8 PEM."""
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())


def load_key(content: bytes, element: str = "key") -> csr.PrivateKey:
    """A private key from PEM; raises Invalid, naming `element`."""
    try:
        return cast(csr.PrivateKey, serialization.load_pem_private_key(content, None))
    except (ValueError, TypeError, UnsupportedAlgorithm) as error:
        raise Invalid("not a private key", element=element, expected="unencrypted PEM") from error


def to_p12(key: csr.PrivateKey, issued: Issued, name: str, password: str = "") -> bytes:
    """Key, certificate and root as PKCS#12, which AosEdge's tools read."""
    leaf, *others = parse_pems(issued.chain_pem)
    protection = serialization.BestAvailableEncryption(password.encode()) if password else NoEncryption()
    return pkcs12.serialize_key_and_certificates(name.encode(), key, leaf, others, protection)


def load_p12(
    content: bytes, password: str = "", element: str = "PKCS#12"
) -> tuple[csr.PrivateKey, x509.Certificate, list[x509.Certificate]]:
    """Key, certificate and further certificates of a PKCS#12 file; raises Invalid, naming `element`."""
    try:
        key, leaf, others = pkcs12.load_key_and_certificates(content, password.encode() or None)
    except (ValueError, UnsupportedAlgorithm) as error:
        raise Invalid("not a PKCS#12 file, or another password", element=element) from error
    if key is None or leaf is None:
        raise Invalid("the PKCS#12 file lacks its key or certificate", element=element)
    return cast(csr.PrivateKey, key), leaf, others


def _within_time(certificate: x509.Certificate, now: Instant) -> None:
    moment = to_datetime(now)
    if not certificate.not_valid_before_utc <= moment <= certificate.not_valid_after_utc:
        raise Untrusted(
            "the certificate is not valid at this time",
            element=certificate.subject.rfc4514_string(),
            expected=f"{certificate.not_valid_before_utc:%Y-%m-%d} to {certificate.not_valid_after_utc:%Y-%m-%d}",
            got=f"{moment:%Y-%m-%d}",
        )


def _signed_by(certificate: x509.Certificate, issuer: x509.Certificate) -> bool:
    try:
        if not issuer.extensions.get_extension_for_class(x509.BasicConstraints).value.ca:
            return False
        certificate.verify_directly_issued_by(issuer)
    except (ValueError, TypeError, InvalidSignature, UnsupportedAlgorithm, x509.ExtensionNotFound):
        return False
    return True
