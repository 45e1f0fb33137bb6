"""Proof that somebody holds a private key: a signature over a challenge of ours and over what it is given for."""

import base64
import hashlib
import hmac
import os
from collections.abc import Sequence
from typing import Final

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from aosedge.model.errors import Unauthenticated
from aosedge.model.instants import MINUTE, Instant
from aosedge.trust.csr import PrivateKey, PublicKey

LIFE_US: Final = 5 * MINUTE
_CONTEXT: Final = b"aosedge possession 1"
_LENGTH_MOST: Final = 1024


def content(challenge: str, *parts: str) -> bytes:
    """What is signed: each part by its hash, so that no two lists of parts are the same bytes."""
    return _CONTEXT + b"".join(hashlib.sha256(part.encode()).digest() for part in (challenge, *parts))


def sign(key: PrivateKey, challenge: str, parts: Sequence[str]) -> str:
    """The proof, base64."""
    signed = content(challenge, *parts)
    if isinstance(key, ec.EllipticCurvePrivateKey):
        return base64.b64encode(key.sign(signed, ec.ECDSA(hashes.SHA256()))).decode()
    return base64.b64encode(key.sign(signed, padding.PKCS1v15(), hashes.SHA256())).decode()


def check(key: PublicKey, proof: str, challenge: str, parts: Sequence[str]) -> None:
    """Raise Unauthenticated unless the proof is by the private key of this public one."""
    try:
        signature = base64.b64decode(proof[:_LENGTH_MOST], validate=True)
        if isinstance(key, ec.EllipticCurvePublicKey):
            key.verify(signature, content(challenge, *parts), ec.ECDSA(hashes.SHA256()))
        else:
            key.verify(signature, content(challenge, *parts), padding.PKCS1v15(), hashes.SHA256())
    except (ValueError, InvalidSignature) as error:
        raise Unauthenticated(
            "the proof is not by this key", element="proof", cure="ask for a challenge anew"
        ) from error


def fingerprint_of(key: PublicKey) -> str:
    """SHA-256 of the public key (SubjectPublicKeyInfo, DER), hex."""
    return hashlib.sha256(key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)).hexdigest()


class Challenges:
    """Challenges of one installation; nothing is kept of them, whoever takes an answer sees that it counts once."""

    def __init__(self, secret: bytes) -> None:
        self._secret = hashlib.sha256(_CONTEXT + secret).digest()

    def new(self, now: Instant) -> str:
        """One that is good for five minutes."""
        said = f"{now + LIFE_US}.{os.urandom(16).hex()}"
        return f"{said}.{self._seal(said)}"

    def check(self, challenge: str, now: Instant) -> None:
        """Raise Unauthenticated unless it is one of ours that is still good."""
        said, _, seal = challenge[:_LENGTH_MOST].rpartition(".")
        if not hmac.compare_digest(seal.encode(), self._seal(said).encode()):
            raise Unauthenticated("not a challenge of this cloud", element="challenge", cure="ask for one")
        if now >= int(said.partition(".")[0]):
            raise Unauthenticated("the challenge has expired", element="challenge", cure="ask for another")

    def _seal(self, said: str) -> str:
        return hmac.new(self._secret, said.encode(), hashlib.sha256).hexdigest()
