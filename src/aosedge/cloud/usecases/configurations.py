"""Reading how an item version runs from the documents that it was signed and stored as."""

from collections.abc import Callable
from typing import TypeVar

from aosedge.cloud.domain.catalogue import ItemVersion
from aosedge.cloud.domain.configurations import Configuration, configuration
from aosedge.cloud.ports import Blobs
from aosedge.model import oci
from aosedge.model.digests import Digest
from aosedge.model.errors import Invalid, NotFound, Unavailable

T = TypeVar("T")


class Configurations:
    """Configurations of versions, from the blobs that Units get too."""

    def __init__(self, blobs: Blobs) -> None:
        self._blobs = blobs

    async def of(self, version: ItemVersion) -> Configuration:
        """From the index over each platform's manifest; raises Unavailable where the store has lost a document."""
        index = await self._read(version, version.index_digest, oci.decode_index)
        item, images = oci.ItemConfig(), []
        for entry in index.manifests:
            manifest = await self._read(version, entry.digest, oci.decode_manifest)
            if manifest.aos_item_config is not None:  # the same one in each manifest, as intake composes them
                item = await self._read(version, manifest.aos_item_config.digest, oci.decode_item_config)
            image = await self._read(version, manifest.config.digest, oci.decode_image_config)
            platform = entry.platform or oci.Platform(image.architecture, image.os, image.variant or None)
            images.append((oci.platform_name(platform), image))
        return configuration(version.version, item, images)

    async def _read(self, version: ItemVersion, digest: Digest, decode: Callable[[bytes], T]) -> T:
        try:
            return decode(await self._blobs.read(digest))
        except (NotFound, Invalid) as error:
            raise Unavailable(
                f"the configuration of version {version.version} is not in the blob store: {digest}",
                retry_after_s=60,
                cure="restore the blobs from a back-up, or upload the item in a new version",
            ) from error
