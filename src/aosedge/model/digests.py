"""Content is named by its SHA-256 digest, written `sha256:<64 hex digits>` (OCI image specification)."""

import hashlib
import re
from typing import NewType

from aosedge.model.errors import Invalid

Digest = NewType("Digest", str)

_FORM = re.compile(r"sha256:[0-9a-f]{64}")


def parse_digest(text: str, element: str = "digest") -> Digest:
    """The text as a digest; raises Invalid, naming `element`."""
    if not _FORM.fullmatch(text):
        raise Invalid("not a digest", element=element, expected="sha256:<64 hex digits>", got=text[:80])
    return Digest(text)


def sha256(content: bytes) -> Digest:
    """The digest of these bytes."""
    return Digest("sha256:" + hashlib.sha256(content).hexdigest())


def sha3_256_hex(content: bytes) -> str:
    """What a Unit compares a downloaded blob with (`blobUrls.items[].sha256`), hex without prefix."""
    return hashlib.sha3_256(content).hexdigest()


def sha3_224_hex(content: bytes) -> str:
    """The checksum of an instance's state (`stateChecksum`), hex without prefix."""
    return hashlib.sha3_224(content).hexdigest()


class ContentHash:
    """Both digests and the length of a stream, fed part by part."""

    def __init__(self) -> None:
        self._sha256 = hashlib.sha256()
        self._sha3_256 = hashlib.sha3_256()
        self.size_bytes = 0

    def update(self, part: bytes | memoryview) -> None:
        """Take the next part of the stream."""
        self._sha256.update(part)
        self._sha3_256.update(part)
        self.size_bytes += len(part)

    def digest(self) -> Digest:
        """The digest of all parts so far."""
        return Digest("sha256:" + self._sha256.hexdigest())

    def sha3_256(self) -> str:
        """The SHA3-256 of all parts so far, hex without prefix."""
        return self._sha3_256.hexdigest()
