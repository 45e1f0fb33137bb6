"""What a person approves for an architecture, named by one digest that anybody can compute again."""

from collections.abc import Iterable

import msgspec

from aosedge.model.digests import Digest, sha256


class Part(msgspec.Struct, frozen=True, array_like=True, order=True):
    """A version that is approved: its item's id, number, index digest, and its images' for the architecture."""

    item: str
    version: str
    index_digest: str
    manifests: tuple[str, ...] = ()


def approved_digest(architecture: str, parts: Iterable[Part]) -> Digest:
    """The digest over exactly these versions, in whatever order they come."""
    return sha256(msgspec.json.encode((architecture, sorted(parts))))
