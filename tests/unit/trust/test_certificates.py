"""The authority, what it issues and what it refuses, who a certificate names, and TLS between the two sides."""

import socket
import ssl
import stat
import threading
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from aosedge.model.errors import Invalid, Unauthenticated, Untrusted
from aosedge.model.ids import SystemId, UnitId, UserId
from aosedge.model.instants import DAY, Instant, from_datetime
from aosedge.trust import certificates, csr, tls
from aosedge.trust.templates import ROOT_LIFE

NOW = Instant(1_790_000_000_000_000)
UNIT, SYSTEM, USER = UnitId("7d1c1f2e-unit"), SystemId("machine-1"), UserId("u-1")


@pytest.fixture
def authority(tmp_path: Path) -> certificates.Authority:
    return certificates.Authority.create(tmp_path / "ca", "example.org", NOW)


def request(
    key: csr.PrivateKey | ed25519.Ed25519PrivateKey | None = None,
    *,
    subject: tuple[tuple[x509.ObjectIdentifier, str], ...] = ((NameOID.COMMON_NAME, SYSTEM),),
    extensions: tuple[x509.ExtensionType, ...] = (),
) -> bytes:
    name = x509.Name([x509.NameAttribute(oid, value) for oid, value in subject])
    builder = x509.CertificateSigningRequestBuilder().subject_name(name)
    for extension in extensions:
        builder = builder.add_extension(extension, critical=False)
    private = key or csr.new_key()
    algorithm = None if isinstance(private, ed25519.Ed25519PrivateKey) else hashes.SHA256()
    return builder.sign(private, algorithm).public_bytes(Encoding.PEM)


def test_an_authority_is_loaded_as_it_was_made_and_its_key_is_private(tmp_path: Path) -> None:
    made = certificates.Authority.create(tmp_path / "ca", "example.org", NOW)
    loaded = certificates.Authority.load(tmp_path / "ca")
    assert loaded.root_pem() == made.root_pem()
    assert loaded.domain == "example.org"
    assert stat.S_IMODE((tmp_path / "ca" / "issuer.key").stat().st_mode) == 0o600


def test_an_authority_is_never_made_over_another(tmp_path: Path, authority: certificates.Authority) -> None:
    with pytest.raises(Invalid, match="authority already"):
        certificates.Authority.create(tmp_path / "ca", "example.org", NOW)


def test_a_second_root_can_be_trusted_beside_the_first(tmp_path: Path, authority: certificates.Authority) -> None:
    other = certificates.Authority.create(tmp_path / "other", "example.org", NOW)
    (tmp_path / "ca" / "roots" / "second.pem").write_text(other.root_pem())
    loaded = certificates.Authority.load(tmp_path / "ca")
    issued = other.issue_user(csr.new_key().public_key(), USER, "ann", NOW)
    certificates.verify_chain(certificates.parse_pem(issued.pem), loaded.roots, NOW)
    assert len(certificates.parse_pems(loaded.root_pem())) == 2


@pytest.mark.parametrize("type", ["online", "offline", "iam", "cm", "sm"])
@pytest.mark.parametrize("kind", ["p256", "p384", "rsa2048"])
def test_a_unit_gets_its_whole_chain_within_what_real_units_keep(
    authority: certificates.Authority, type: csr.UnitCertificateType, kind: str
) -> None:
    pem = csr.unit_request(csr.new_key(kind), SYSTEM, type)  # type: ignore[arg-type]
    issued = authority.issue_unit(pem, UNIT, SYSTEM, type, NOW, discovery_url="https://example.org:9000")
    chain = certificates.parse_pems(issued.chain_pem)
    assert len(chain) <= 4
    assert all(len(c.public_bytes(Encoding.DER)) <= 2048 and len(c.public_bytes(Encoding.PEM)) <= 4096 for c in chain)
    assert chain[-1].issuer == chain[-1].subject
    certificates.verify_chain(chain[0], (chain[-1],), NOW)
    peer = certificates.peer_of(chain[0].public_bytes(Encoding.DER))
    assert (peer.unit, peer.user, peer.system_id, peer.serial) == (UNIT, None, SYSTEM, issued.serial)


def test_the_parts_of_a_unit_get_localhost_and_both_uses_the_online_certificate_does_not(
    authority: certificates.Authority,
) -> None:
    def uses_and_names(type: csr.UnitCertificateType) -> tuple[set[x509.ObjectIdentifier], list[str]]:
        issued = authority.issue_unit(csr.unit_request(csr.new_key(), SYSTEM, type), UNIT, SYSTEM, type, NOW)
        extensions = certificates.parse_pem(issued.pem).extensions
        names = extensions.get_extension_for_class(x509.SubjectAlternativeName).value
        uses = extensions.get_extension_for_class(x509.ExtendedKeyUsage).value
        return set(uses), names.get_values_for_type(x509.DNSName)

    both = {ExtendedKeyUsageOID.CLIENT_AUTH, ExtendedKeyUsageOID.SERVER_AUTH}
    assert uses_and_names("sm") == (both, ["localhost"])
    assert uses_and_names("online") == ({ExtendedKeyUsageOID.CLIENT_AUTH}, [])


CA_TRUE = x509.BasicConstraints(ca=True, path_length=None)
SIGNS = x509.KeyUsage(False, False, False, False, False, True, False, False, False)
FOREIGN = x509.SubjectAlternativeName([x509.UniformResourceIdentifier("urn:aos:unit:another")])
HOST = x509.SubjectAlternativeName([x509.DNSName("evil.example.org")])


@pytest.mark.parametrize(
    ("pem", "words"),
    [
        (request(rsa.generate_private_key(public_exponent=65537, key_size=1024)), "weak"),
        (request(ec.generate_private_key(ec.SECP521R1())), "curve"),
        (request(ed25519.Ed25519PrivateKey.generate()), "kind of key"),
        (request(extensions=(CA_TRUE,)), "authority"),
        (request(extensions=(SIGNS,)), "authority"),
        (request(extensions=(FOREIGN,)), "not its own"),
        (request(extensions=(HOST,)), "not its own"),
        (request(subject=((NameOID.COMMON_NAME, "another"),)), "somebody else"),
        (request(subject=((NameOID.COMMON_NAME, SYSTEM), (NameOID.ORGANIZATION_NAME, "x"))), "somebody else"),
        (b"nonsense", "not a certificate signing request"),
        (b"-" * (csr.CSR_BYTES_MOST + 1), "too long"),
    ],
)
def test_a_request_that_breaks_a_rule_is_refused_naming_it(
    authority: certificates.Authority, pem: bytes, words: str
) -> None:
    with pytest.raises(Invalid, match=words) as refused:
        authority.issue_unit(pem, UNIT, SYSTEM, "online", NOW, element="online_public_csr")
    assert refused.value.element == "online_public_csr"


def test_a_request_changed_after_signing_is_refused(authority: certificates.Authority) -> None:
    honest = x509.load_pem_x509_csr(request(csr.new_key())).public_bytes(Encoding.DER)
    changed = honest.replace(SYSTEM.encode(), b"machine-2")
    pem = x509.load_der_x509_csr(changed).public_bytes(Encoding.PEM)
    with pytest.raises(Untrusted, match="signature"):
        authority.issue_unit(pem, UNIT, SystemId("machine-2"), "online", NOW)


def test_a_persons_request_has_no_name_and_gets_the_cloud_s(authority: certificates.Authority) -> None:
    issued = authority.issue_user_request(csr.user_request(csr.new_key()), USER, "ann", NOW)
    peer = certificates.peer_of(certificates.parse_pem(issued.pem).public_bytes(Encoding.DER))
    assert (peer.user, peer.unit, peer.name, peer.domain) == (USER, None, "ann", "example.org")


def test_a_persons_file_holds_an_rsa_key_the_certificate_and_the_root(authority: certificates.Authority) -> None:
    issued, p12 = authority.issue_user_p12(USER, "ann", NOW, password="secret")
    key, leaf, others = certificates.load_p12(p12, "secret")
    assert isinstance(key, rsa.RSAPrivateKey)
    assert key.key_size == 2048
    assert certificates.serial_of(leaf) == issued.serial
    assert others == list(authority.roots)
    with pytest.raises(Invalid, match="another password"):
        certificates.load_p12(p12, "wrong")


def test_a_certificate_of_another_root_or_another_time_is_not_trusted(
    tmp_path: Path, authority: certificates.Authority
) -> None:
    other = certificates.Authority.create(tmp_path / "other", "example.org", NOW)
    leaf = certificates.parse_pem(other.issue_user(csr.new_key().public_key(), USER, "ann", NOW).pem)
    with pytest.raises(Untrusted, match="trusted root"):
        certificates.verify_chain(leaf, authority.roots, NOW)
    with pytest.raises(Untrusted, match="valid at this time"):
        certificates.verify_chain(leaf, other.roots, Instant(NOW + certificates.USER_LIFE + DAY))
    impostor = certificates.parse_pem(authority.issue_user(csr.new_key().public_key(), USER, "bob", NOW).pem)
    with pytest.raises(Untrusted, match="trusted root"):  # a person's certificate is no authority
        certificates.verify_chain(leaf, (impostor,), NOW, (impostor,))


def test_no_certificate_outlives_its_root(authority: certificates.Authority) -> None:
    late = Instant(NOW + ROOT_LIFE - DAY)
    issued = authority.issue_user(csr.new_key().public_key(), USER, "ann", late)
    assert issued.not_after == from_datetime(authority.roots[0].not_valid_after_utc)


def test_a_certificate_without_our_name_is_nobody(authority: certificates.Authority) -> None:
    server = authority.issue_server(csr.new_key().public_key(), ["localhost", "127.0.0.1"], NOW)
    with pytest.raises(Unauthenticated):
        certificates.peer_of(certificates.parse_pem(server.pem).public_bytes(Encoding.DER))
    with pytest.raises(Unauthenticated):
        certificates.peer_of(certificates.parse_pem(authority.root_pem()).public_bytes(Encoding.DER))
    with pytest.raises(Unauthenticated):
        certificates.peer_of(b"\x30\x03\x02\x01\x01")


def handshake(server: ssl.SSLContext, client: ssl.SSLContext) -> bytes | None:
    """The client certificate that the server saw."""
    seen: list[bytes | None] = []

    def serve(listener: socket.socket) -> None:
        connection, _ = listener.accept()
        try:
            with server.wrap_socket(connection, server_side=True) as secure:
                seen.append(secure.getpeercert(binary_form=True))
                secure.sendall(b"x")
        except ssl.SSLError:
            connection.close()

    with socket.create_server(("127.0.0.1", 0)) as listener:
        thread = threading.Thread(target=serve, args=(listener,))
        thread.start()
        try:
            with (
                socket.create_connection(listener.getsockname()) as plain,
                client.wrap_socket(plain, server_hostname="localhost") as secure,
            ):
                secure.recv(1)
        finally:
            thread.join()
    return seen[0]


def test_tls_hands_over_who_the_client_is_and_refuses_strangers(tmp_path: Path) -> None:
    now = from_datetime(x509.load_pem_x509_certificate(_root(tmp_path)).not_valid_before_utc)
    authority = certificates.Authority.load(tmp_path / "ca")
    key = csr.new_key()
    (tmp_path / "server.pem").write_text(authority.issue_server(key.public_key(), ["localhost"], now).chain_pem)
    (tmp_path / "server.key").write_bytes(certificates.key_pem(key))
    optional, required = (
        tls.server_context(tmp_path / "server.pem", tmp_path / "server.key", authority.root_pem(), clients)
        for clients in ("optional", "required")
    )
    issued, p12 = authority.issue_user_p12(USER, "ann", now)
    (tmp_path / "ann.p12").write_bytes(p12)
    ann = tls.client_context_from_p12(tmp_path / "ann.p12")
    nobody = tls.client_context(authority.root_pem())
    der = handshake(required, ann)
    assert der is not None
    assert certificates.peer_of(der).serial == issued.serial
    assert handshake(optional, nobody) is None
    with pytest.raises(ssl.SSLError):
        handshake(required, nobody)
    stranger = certificates.Authority.create(tmp_path / "other", "localhost", now)
    _, theirs = stranger.issue_user_p12(USER, "ann", now)
    (tmp_path / "theirs.p12").write_bytes(theirs)
    with pytest.raises(ssl.SSLError):
        handshake(optional, tls.client_context_from_p12(tmp_path / "theirs.p12", authority.root_pem()))


def _root(tmp_path: Path) -> bytes:
    from aosedge.clock import SystemClock

    certificates.Authority.create(tmp_path / "ca", "localhost", SystemClock().wall())
    return (tmp_path / "ca" / "issuer.pem").read_bytes()
