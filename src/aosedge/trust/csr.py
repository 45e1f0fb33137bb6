"""Certificate signing requests: how we make them, and which ones an authority takes.

The private key stays with whoever made the request. Rules (identities): the request's own signature holds, the key
is strong, it asks for no authority, names nobody else and no name that its kind of certificate does not have.
"""

from typing import Literal

from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import NameOID

from aosedge.model.errors import Invalid, Untrusted

UnitCertificateType = Literal["online", "offline", "iam", "cm", "sm"]
PrivateKey = ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey
PublicKey = ec.EllipticCurvePublicKey | rsa.RSAPublicKey

LOCAL_TYPES: frozenset[UnitCertificateType] = frozenset(("iam", "cm", "sm"))
"""Certificates with which the parts of one Unit talk to each other: name `localhost`, client and server use."""
LOCAL_NAME = "localhost"
CSR_BYTES_MOST = 16_384
_RSA_BITS_LEAST, _RSA_BITS_MOST = 2048, 4096  # more would pass what real Units store (2048 bytes of DER)


def new_key(kind: Literal["p256", "p384", "rsa2048"] = "p256") -> PrivateKey:
    """A fresh private key."""
    if kind == "rsa2048":
        return rsa.generate_private_key(public_exponent=65537, key_size=2048)
    return ec.generate_private_key(ec.SECP256R1() if kind == "p256" else ec.SECP384R1())


def unit_request(key: PrivateKey, system_id: str, type: UnitCertificateType) -> bytes:
    """The PEM request with which a Unit asks for one of its certificates."""
    builder = x509.CertificateSigningRequestBuilder().subject_name(
        x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, system_id)])
    )
    if type in LOCAL_TYPES:
        builder = builder.add_extension(x509.SubjectAlternativeName([x509.DNSName(LOCAL_NAME)]), critical=False)
    return builder.sign(key, hashes.SHA256()).public_bytes(Encoding.PEM)


def user_request(key: PrivateKey) -> bytes:
    """The PEM request with which a person asks for a certificate: an empty subject, the cloud knows who asks."""
    builder = x509.CertificateSigningRequestBuilder().subject_name(x509.Name([]))
    return builder.sign(key, hashes.SHA256()).public_bytes(Encoding.PEM)


def unit_key_of(request: bytes | str, system_id: str, type: UnitCertificateType, element: str = "csr") -> PublicKey:
    """The public key of a Unit's request that keeps the rules; raises Invalid or Untrusted, naming `element`."""
    parsed = _parse(request, element)
    names = frozenset((LOCAL_NAME,)) if type in LOCAL_TYPES else frozenset[str]()
    return _key_of(parsed, common_name=system_id, dns_names=names, element=element)


def user_key_of(request: bytes | str, username: str, element: str = "csr") -> PublicKey:
    """The public key of a person's request that keeps the rules; raises Invalid or Untrusted, naming `element`."""
    return _key_of(_parse(request, element), common_name=username, dns_names=frozenset(), element=element)


def _parse(request: bytes | str, element: str) -> x509.CertificateSigningRequest:
    raw = request.encode() if isinstance(request, str) else request
    if len(raw) > CSR_BYTES_MOST:
        raise Invalid(
            "the request is too long", element=element, expected=f"at most {CSR_BYTES_MOST} bytes", got=str(len(raw))
        )
    try:
        return x509.load_pem_x509_csr(raw)
    except (ValueError, UnsupportedAlgorithm) as error:
        raise Invalid("not a certificate signing request", element=element, expected="PEM of PKCS#10") from error


def _key_of(
    parsed: x509.CertificateSigningRequest, *, common_name: str, dns_names: frozenset[str], element: str
) -> PublicKey:
    try:
        signed, key, extensions = parsed.is_signature_valid, parsed.public_key(), parsed.extensions
        subject = list(parsed.subject)
    except (ValueError, UnsupportedAlgorithm, x509.DuplicateExtension) as error:
        raise Invalid("the request cannot be read", element=element, got=str(error)[:120]) from error
    if not signed:
        raise Untrusted("the request's signature does not hold", element=element, cure="make the request anew")
    _no_foreign_name(subject, common_name, element)
    _no_authority(extensions, element)
    _no_extra_names(extensions, dns_names, element)
    return _strong(key, element)


def _strong(key: object, element: str) -> PublicKey:
    expected = f"RSA of {_RSA_BITS_LEAST} to {_RSA_BITS_MOST} bits, P-256 or P-384"
    if isinstance(key, rsa.RSAPublicKey):
        if _RSA_BITS_LEAST <= key.key_size <= _RSA_BITS_MOST and key.public_numbers().e >= 65537:
            return key
        raise Untrusted("the key is weak or too long", element=element, expected=expected, got=f"RSA {key.key_size}")
    if isinstance(key, ec.EllipticCurvePublicKey):
        if isinstance(key.curve, ec.SECP256R1 | ec.SECP384R1):
            return key
        raise Untrusted("the curve is not taken", element=element, expected=expected, got=key.curve.name)
    raise Untrusted("the kind of key is not taken", element=element, expected=expected, got=type(key).__name__)


def _no_foreign_name(subject: list[x509.NameAttribute[str | bytes]], common_name: str, element: str) -> None:
    for attribute in subject:
        if attribute.oid != NameOID.COMMON_NAME or attribute.value != common_name:
            raise Untrusted(
                "the request names somebody else",
                element=element,
                expected=f"an empty subject or CN={common_name}",
                got=attribute.rfc4514_string()[:80],
            )


def _no_authority(extensions: x509.Extensions, element: str) -> None:
    for extension in extensions:
        value = extension.value
        asks = (isinstance(value, x509.BasicConstraints) and value.ca) or (
            isinstance(value, x509.KeyUsage) and (value.key_cert_sign or value.crl_sign)
        )
        if asks:
            raise Untrusted("the request asks to be an authority", element=element, expected="CA:false")


def _no_extra_names(extensions: x509.Extensions, dns_names: frozenset[str], element: str) -> None:
    for extension in extensions:
        if not isinstance(extension.value, x509.SubjectAlternativeName):
            continue
        for name in extension.value:
            if not (isinstance(name, x509.DNSName) and name.value in dns_names):
                raise Untrusted(
                    "the request asks for a name that is not its own",
                    element=element,
                    expected=", ".join(sorted(dns_names)) or "no alternative name",
                    got=str(name.value)[:80],
                )
