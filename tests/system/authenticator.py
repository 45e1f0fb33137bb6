"""A passkey authenticator in software: P-256, attestation `none` or `packed` (self), resident keys, a counter."""

import hashlib
import json
import os
from base64 import urlsafe_b64decode, urlsafe_b64encode
from dataclasses import dataclass
from typing import Any

import cbor2
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec

PRESENT, VERIFIED, MAY_SYNC, SYNCED, NEW = 0x01, 0x04, 0x08, 0x10, 0x40
ES256 = -7


def text(raw: bytes) -> str:
    return urlsafe_b64encode(raw).rstrip(b"=").decode()


def raw(words: str) -> bytes:
    return urlsafe_b64decode(words + "=" * (-len(words) % 4))


@dataclass
class Resident:
    """One account that the authenticator keeps."""

    id: bytes
    key: ec.EllipticCurvePrivateKey
    rp_id: str
    user_id: bytes
    name: str
    count: int = 0

    def cose(self) -> bytes:
        point = self.key.public_key().public_numbers()
        x, y = point.x.to_bytes(32, "big"), point.y.to_bytes(32, "big")
        made: bytes = cbor2.dumps({1: 2, 3: ES256, -1: 1, -2: x, -3: y})
        return made


class Authenticator:
    """`origin` is that of the page that asks; `counts` False is one that syncs and always says 0."""

    def __init__(
        self, origin: str, *, fmt: str = "none", counts: bool = True, flags: int = PRESENT | VERIFIED
    ) -> None:
        self.origin, self.fmt, self.counts, self.flags = origin, fmt, counts, flags
        self.residents: list[Resident] = []

    def create(self, options: dict[str, Any], **changes: Any) -> dict[str, Any]:
        """`navigator.credentials.create`, as JSON; `changes` are of `rp_id`, `challenge`, `type`, `origin`."""
        assert options["authenticatorSelection"]["residentKey"] == "required"
        known = {each["id"] for each in options["excludeCredentials"]}
        assert not known & {text(each.id) for each in self.residents}, "InvalidStateError in a browser"
        user = options["user"]
        key = ec.generate_private_key(ec.SECP256R1())
        made = Resident(os.urandom(32), key, options["rp"]["id"], raw(user["id"]), user["displayName"])
        self.residents.append(made)
        client = self._client("webauthn.create", options["challenge"], changes)
        data = self._data(made, changes, self.flags | NEW)
        data += bytes(16) + len(made.id).to_bytes(2, "big") + made.id + made.cose()
        statement: dict[str, Any] = {}
        if self.fmt == "packed":
            signed = key.sign(data + hashlib.sha256(client).digest(), ec.ECDSA(hashes.SHA256()))
            statement = {"alg": ES256, "sig": changes.get("signature", signed)}
        attestation = cbor2.dumps({"fmt": self.fmt, "attStmt": statement, "authData": data})
        return _shown(made.id, {"clientDataJSON": text(client), "attestationObject": text(attestation)})

    def get(self, options: dict[str, Any], resident: Resident | None = None, **changes: Any) -> dict[str, Any]:
        """`navigator.credentials.get`, as JSON; the person chooses `resident`, by default the only one."""
        chosen = resident or next(each for each in self.residents if each.rp_id == options["rpId"])
        if self.counts:
            chosen.count += 1
        client = self._client("webauthn.get", options["challenge"], changes)
        data = self._data(chosen, changes, self.flags)
        key = changes.get("key", chosen.key)
        signature = key.sign(data + hashlib.sha256(client).digest(), ec.ECDSA(hashes.SHA256()))
        response = {
            "clientDataJSON": text(client),
            "authenticatorData": text(data),
            "signature": text(signature),
            "userHandle": text(changes.get("user_id", chosen.user_id)),
        }
        return _shown(chosen.id, response)

    def _client(self, type: str, challenge: str, changes: dict[str, Any]) -> bytes:
        said = {"type": type, "challenge": challenge, "origin": self.origin, "crossOrigin": False}
        return json.dumps(said | {name: changes[name] for name in said if name in changes}).encode()

    def _data(self, resident: Resident, changes: dict[str, Any], flags: int) -> bytes:
        rp_id = changes.get("rp_id", resident.rp_id)
        count = changes.get("count", resident.count)
        return hashlib.sha256(rp_id.encode()).digest() + bytes([flags]) + int(count).to_bytes(4, "big")


def _shown(id: bytes, response: dict[str, Any]) -> dict[str, Any]:
    return {
        "id": text(id),
        "rawId": text(id),
        "type": "public-key",
        "clientExtensionResults": {},
        "authenticatorAttachment": "platform",
        "response": response,
    }
