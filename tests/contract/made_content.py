"""Item versions made for tests: OCI documents and layers, small and honest unless told otherwise."""

import gzip
import io
import tarfile

import msgspec

from aosedge.model import oci
from aosedge.model.digests import Digest, sha256
from aosedge.model.oci import Descriptor, ImageConfig, Index, ItemConfig, Manifest, Platform, RootFs

HERE = Platform("amd64")


class Made(msgspec.Struct, frozen=True):
    """An item version and all its blobs."""

    index: Digest
    blobs: dict[Digest, bytes]
    layers: tuple[Digest, ...]


def layer(files: dict[str, bytes], pack: bool = True, links: dict[str, str] = {}) -> bytes:  # noqa: B006 - only read
    """A tar(.gz) with these files and symbolic links, the same bytes each time."""
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w", format=tarfile.PAX_FORMAT) as archive:
        for name, content in files.items():
            member = tarfile.TarInfo(name)
            member.size, member.mode = len(content), 0o755
            archive.addfile(member, io.BytesIO(content))
        for name, target in links.items():
            member = tarfile.TarInfo(name)
            member.type, member.linkname = tarfile.SYMTYPE, target
            archive.addfile(member)
    return gzip.compress(out.getvalue(), mtime=0) if pack else out.getvalue()


def described(media_type: str, content: bytes, platform: Platform | None = None) -> Descriptor:
    return Descriptor(media_type, sha256(content), len(content), platform)


def item(
    *layers: bytes, platform: Platform = HERE, hostname: str = "hello", media_type: str = oci.LAYER_TAR_GZIP
) -> Made:
    """An honest item version for one platform."""
    image = oci.encode(ImageConfig(platform.architecture, platform.os, rootfs=RootFs()))
    config = oci.encode(ItemConfig(hostname=hostname))
    manifest = oci.encode(
        Manifest(
            described(oci.IMAGE_CONFIG, image),
            tuple(described(media_type, content) for content in layers),
            aos_item_config=described(oci.ITEM_CONFIG, config),
        )
    )
    index = oci.encode(Index((described(oci.MANIFEST, manifest, platform),)))
    blobs = {sha256(content): content for content in (index, manifest, image, config, *layers)}
    return Made(sha256(index), blobs, tuple(sha256(content) for content in layers))
