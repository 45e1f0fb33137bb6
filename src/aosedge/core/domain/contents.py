"""Content of item versions as the Unit knows it once every byte was verified."""

import msgspec

from aosedge.model.digests import Digest
from aosedge.model.oci import ImageConfig, ItemConfig


class Content(msgspec.Struct, frozen=True):
    """A verified item version as it lies in the content store, for this node's platform."""

    index_digest: Digest
    manifest_digest: Digest
    image: ImageConfig
    config: ItemConfig
    layers: tuple[Digest, ...]
    layer_media_types: tuple[str, ...]
    blobs: tuple[Digest, ...]
    """Every blob that this version needs kept: index, manifest, configurations, layers."""
    size_bytes: int
