"""What the gateway signs for itself: the token that leads from discovery to the channel, and links to blobs.

Both are HMAC-SHA256 with a key derived from the installation's secret, so any process of the cloud takes what another
gave. Nothing is stored; what is signed expires soon.
"""

import base64
import hashlib
import hmac

from aosedge.model.digests import Digest
from aosedge.model.instants import MINUTE, SECOND, Instant

TOKEN_LIFE_US = 15 * MINUTE
LINK_LIFE_US = 15 * MINUTE


def _derive(secret: bytes, purpose: str) -> bytes:
    return hmac.digest(secret, purpose.encode(), hashlib.sha256)


def _sign(key: bytes, *words: str) -> str:
    return base64.urlsafe_b64encode(hmac.digest(key, "\n".join(words).encode(), hashlib.sha256)).decode().rstrip("=")


def _same(signature: str, expected: str) -> bool:
    try:
        return hmac.compare_digest(signature.encode("ascii"), expected.encode("ascii"))
    except UnicodeEncodeError:
        return False


def _expiry(text: str) -> int | None:
    """Seconds since the epoch from at most 12 digits."""
    return int(text) if text.isascii() and text.isdigit() and len(text) <= 12 else None


class Tokens:
    """`authToken` of discovery: good for the holder of one certificate until it expires."""

    def __init__(self, secret: bytes, life_us: int = TOKEN_LIFE_US) -> None:
        self._key = _derive(secret, "aosedge unit channel token 1")
        self._life_us = life_us

    def issue(self, serial: str, now: Instant) -> str:
        """A token for the certificate with this serial."""
        expires = str((now + self._life_us) // SECOND)
        return f"{expires}.{_sign(self._key, serial, expires)}"

    def holds(self, token: str, serial: str, now: Instant) -> bool:
        """Whether we gave this token for this certificate and it has not expired."""
        expires, _, signature = token.partition(".")
        end = _expiry(expires)
        return end is not None and _same(signature, _sign(self._key, serial, expires)) and now < end * SECOND


class Links:
    """Links to blobs, which need no other proof: real Units fetch without certificate and header."""

    def __init__(self, secret: bytes, base_url: str, life_us: int = LINK_LIFE_US) -> None:
        self._key = _derive(secret, "aosedge blob link 1")
        self._base_url = base_url.rstrip("/")
        self._life_us = life_us

    def issue(self, digest: Digest, now: Instant) -> str:
        """A link; the expiry is rounded up to a minute, so that caches in between see few different ones."""
        expires = str(-(-(now + self._life_us) // MINUTE) * 60)
        return f"{self._base_url}/blobs/{digest}?expires={expires}&signature={_sign(self._key, digest, expires)}"

    def holds(self, digest: Digest, expires: str, signature: str, now: Instant) -> bool:
        """Whether we gave this link and it has not expired."""
        end = _expiry(expires)
        return end is not None and _same(signature, _sign(self._key, digest, expires)) and now < end * SECOND


def bearer(header: str) -> str:
    """The token of an `Authorization` header, or nothing."""
    scheme, _, token = header.strip().partition(" ")
    return token.strip() if scheme.lower() == "bearer" else ""
