"""What an item version is made of, and what of it a Unit refuses: `index -> manifest -> configurations, layers`.

Pure: documents come in as bytes whose digest was checked, descriptors go out. Counts are those of real Units
(REALUNITS 9), so that what runs here also runs there.
"""

import msgspec

from aosedge.model import oci
from aosedge.model.digests import parse_digest
from aosedge.model.errors import Invalid, TooLarge
from aosedge.model.oci import Descriptor, ImageConfig, Manifest, Platform

LAYERS = frozenset({oci.LAYER_TAR, oci.LAYER_TAR_GZIP})


class Limits(msgspec.Struct, frozen=True):
    """What one item version may be at most."""

    document_bytes: int = 4 * 1024**2
    manifests: int = 8
    layers: int = 16
    item_bytes: int = 16 * 1024**3


def choose_manifest(content: bytes, platform: Platform, limits: Limits) -> Descriptor:
    """The manifest for this platform. Raises Invalid: not an index, or what platforms there are instead."""
    index = oci.decode_index(content)
    _check_kind("index", index.schema_version, index.media_type, oci.INDEX)
    if not 1 <= len(index.manifests) <= limits.manifests:
        raise TooLarge(
            "count of manifests is refused",
            element="manifests",
            expected=f"1 to {limits.manifests}",
            got=str(len(index.manifests)),
        )
    for place, descriptor in enumerate(index.manifests):
        check_document(descriptor, oci.MANIFEST, f"manifests[{place}]", limits)
    fitting = [d for d in index.manifests if d.platform is None or fits(d.platform, platform)]
    if not fitting:
        there = sorted(show(d.platform) for d in index.manifests if d.platform)
        raise Invalid(
            "no image for this node's platform", element="manifests", expected=show(platform), got=", ".join(there)
        )
    return max(fitting, key=lambda d: (d.platform is not None, bool(d.platform and d.platform.variant)))


def check_manifest(content: bytes, limits: Limits) -> Manifest:
    """The manifest, its descriptors within what is allowed. Raises Invalid, TooLarge; says so of encrypted layers."""
    manifest = oci.decode_manifest(content)
    _check_kind("manifest", manifest.schema_version, manifest.media_type, oci.MANIFEST)
    check_document(manifest.config, oci.IMAGE_CONFIG, "config", limits)
    if manifest.aos_item_config is not None:
        check_document(manifest.aos_item_config, oci.ITEM_CONFIG, "aosItemConfig", limits)
    if len(manifest.layers) > limits.layers:
        raise TooLarge(
            "too many layers", element="layers", expected=f"at most {limits.layers}", got=str(len(manifest.layers))
        )
    for place, layer in enumerate(manifest.layers):
        element = f"layers[{place}]"
        parse_digest(layer.digest, f"{element}.digest")
        check_layer_type(layer.media_type, f"{element}.mediaType")
        if layer.size < 0:
            raise Invalid("size is negative", element=f"{element}.size", got=str(layer.size))
    total = sum(descriptor.size for descriptor in parts(manifest))
    if total > limits.item_bytes:
        raise TooLarge("item is too large", element="layers", expected=f"at most {limits.item_bytes}", got=str(total))
    return manifest


def check_image(content: bytes, platform: Platform) -> ImageConfig:
    """The image configuration. Raises Invalid for an image of other hardware, whatever the index said of it."""
    image = oci.decode_image_config(content)
    made_for = Platform(image.architecture, image.os, image.variant or None)
    if not fits(made_for, platform):
        raise Invalid("image is for another platform", element="config", expected=show(platform), got=show(made_for))
    return image


def check_layer_type(media_type: str, element: str) -> None:
    """Raises Invalid for what can't be unpacked; encrypted layers are named as such."""
    if media_type in oci.ENCRYPTED_LAYERS:
        raise Invalid("layer is encrypted and there is no key", element=element, got=media_type)
    if media_type not in LAYERS:
        raise Invalid("not a layer", element=element, expected=" or ".join(sorted(LAYERS)), got=media_type[:80])


def check_document(descriptor: Descriptor, media_type: str, element: str, limits: Limits) -> None:
    """A descriptor of a small document. Raises Invalid for another media type, TooLarge over the limit."""
    parse_digest(descriptor.digest, f"{element}.digest")
    if descriptor.media_type != media_type:
        raise Invalid("wrong media type", element=element, expected=media_type, got=descriptor.media_type[:80])
    if not 0 < descriptor.size <= limits.document_bytes:
        raise TooLarge(
            "size of a document is refused",
            element=f"{element}.size",
            expected=f"1 to {limits.document_bytes} bytes",
            got=str(descriptor.size),
        )


def parts(manifest: Manifest) -> tuple[Descriptor, ...]:
    """All that a manifest needs: configurations first, then the layers, bottom first."""
    configurations = (manifest.config,) + ((manifest.aos_item_config,) if manifest.aos_item_config else ())
    return configurations + manifest.layers


def fits(made_for: Platform, node: Platform) -> bool:
    """Whether an image runs on the node; one without a variant runs on all variants."""
    same = (made_for.architecture, made_for.os) == (node.architecture, node.os)
    return same and made_for.variant in (None, "", node.variant)


def show(platform: Platform) -> str:
    """`linux/arm64/v8`."""
    return "/".join(filter(None, (platform.os[:40], platform.architecture[:40], (platform.variant or "")[:40])))


def _check_kind(element: str, schema_version: int, got: str, expected: str) -> None:
    if schema_version != 2:
        raise Invalid("schema version is not known", element=element, expected="2", got=str(schema_version))
    if got != expected:
        raise Invalid("wrong media type", element=element, expected=expected, got=got[:80])
