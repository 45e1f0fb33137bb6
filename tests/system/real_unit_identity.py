"""How the double of a real Unit renews certificates: its own keys, the chain checked as it does, then the swap."""

import ssl
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID

if TYPE_CHECKING:
    from tests.system.real_unit import RealUnit

Json = dict[str, Any]
CHAIN_MOST, PEM_MOST, DER_MOST = 4, 4096, 2048


class Renewal:
    """What a Unit does about its certificates. It takes the new online one with the next connection, no sooner."""

    def __init__(self, unit: "RealUnit", roots: str, passwords: dict[str, str]) -> None:
        self._unit, self._roots, self._passwords = unit, roots, passwords
        self.installed: dict[str, x509.Certificate] = {}
        self.breaks = ""  # what goes wrong while it installs
        self.common_name = unit.system_id

    async def asked(self, data: Json) -> None:
        """renewCertificatesNotification."""
        given = {one["node"]["codename"]: one["secret"] for one in data["unitsecrets"]["nodes"]}
        if given != self._passwords:
            self._unit.seen["wrong unit secrets"] += 1
            return
        keys = {(one["type"], one["node"]["codename"]): _key(one["type"]) for one in data["certificates"]}
        requests = [
            {"type": type, "node": {"codename": node}, "csr": self._request(type, key)}
            for (type, node), key in keys.items()
        ]
        answer = await self._unit.ask("issueUnitCertificates", {"requests": requests})
        confirmed = [self._install(one, keys[one["type"], one["node"]["codename"]]) for one in answer["certificates"]]
        self._unit.say("installUnitCertificatesConfirmation", {"certificates": confirmed})

    def _request(self, type: str, key: Any) -> str:
        name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, self.common_name)])
        builder = x509.CertificateSigningRequestBuilder().subject_name(name)
        if type in ("iam", "cm", "sm"):
            builder = builder.add_extension(x509.SubjectAlternativeName([x509.DNSName("localhost")]), critical=False)
        return builder.sign(key, hashes.SHA256()).public_bytes(Encoding.PEM).decode()

    def _install(self, one: Json, key: Any) -> Json:
        chain = x509.load_pem_x509_certificates(one["certificatechain"].encode())
        leaf, root = chain[0], chain[-1]
        serial = format(leaf.serial_number, "X")
        confirmation: Json = {"type": one["type"], "node": one["node"], "serial": serial}
        if self.breaks:
            return {**confirmation, "errorInfo": {"aosCode": 1, "exitCode": 0, "message": self.breaks}}
        assert len(chain) <= CHAIN_MOST and root.issuer == root.subject
        for each in chain:
            assert (
                len(each.public_bytes(Encoding.PEM)) <= PEM_MOST and len(each.public_bytes(Encoding.DER)) <= DER_MOST
            )
        leaf.verify_directly_issued_by(chain[1])
        assert leaf.public_key() == key.public_key()
        self.installed[one["type"]] = leaf
        if one["type"] == "online":
            self._unit.tls = _context(self._roots, one["certificatechain"], key)
        return confirmation


def _key(type: str) -> Any:
    if type == "offline":
        return rsa.generate_private_key(public_exponent=65537, key_size=2048)
    return ec.generate_private_key(ec.SECP384R1())


def _context(roots: str, chain: str, key: Any) -> ssl.SSLContext:
    context = ssl.create_default_context(cadata=roots)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "identity.pem"
        path.write_text(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode() + chain)
        context.load_cert_chain(path)
    return context
