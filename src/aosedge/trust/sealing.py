"""Secrets at rest: what the installation must be able to read again, sealed with its own secret.

AES-256-GCM with a key derived from the secret; the owner is bound in, so that a sealed text moved to another row does
not open there.
"""

import base64
import binascii
import os
from typing import Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from aosedge.model.errors import Untrusted

_NONCE_BYTES: Final = 12


class Seal:
    """Closes and opens texts. `secret` is the installation's; `purpose` parts one use of it from another."""

    def __init__(self, secret: bytes, purpose: str) -> None:
        self._key = AESGCM(HKDF(hashes.SHA256(), 32, None, purpose.encode()).derive(secret))

    def close(self, plain: str, owner: str) -> str:
        """The text, sealed for its owner."""
        nonce = os.urandom(_NONCE_BYTES)
        return base64.b64encode(nonce + self._key.encrypt(nonce, plain.encode(), owner.encode())).decode()

    def open(self, closed: str, owner: str) -> str:
        """What `close` was given; raises Untrusted for what was sealed with another secret or for somebody else."""
        try:
            raw = base64.b64decode(closed, validate=True)
            return self._key.decrypt(raw[:_NONCE_BYTES], raw[_NONCE_BYTES:], owner.encode()).decode()
        except (InvalidTag, ValueError, binascii.Error) as error:
            raise Untrusted(
                "a sealed secret does not open",
                element=owner,
                cure="restore the installation's secret that belongs to this database",
            ) from error
