"""What of an item version a Unit refuses before anything of it could run."""

from collections.abc import Callable

import msgspec
import pytest

from aosedge.core.images import walk
from aosedge.model import oci
from aosedge.model.digests import Digest
from aosedge.model.errors import Invalid, TooLarge
from aosedge.model.oci import Descriptor, ImageConfig, Index, Manifest, Platform

LIMITS = walk.Limits()
AMD64, ARM64 = Platform("amd64"), Platform("arm64", variant="v8")
DIGEST = Digest("sha256:" + "a" * 64)
OTHER = Digest("sha256:" + "b" * 64)
MANIFEST = Descriptor(oci.MANIFEST, DIGEST, 100, AMD64)
CONFIG = Descriptor(oci.IMAGE_CONFIG, DIGEST, 100)
LAYER = Descriptor(oci.LAYER_TAR_GZIP, OTHER, 100)
WHOLE = Manifest(CONFIG, (LAYER,), aos_item_config=Descriptor(oci.ITEM_CONFIG, DIGEST, 100))

with_ = msgspec.structs.replace


def choose(*manifests: Descriptor, platform: Platform = AMD64) -> Descriptor:
    return walk.choose_manifest(oci.encode(Index(manifests)), platform, LIMITS)


def test_the_manifest_is_that_of_the_platform() -> None:
    arm = with_(MANIFEST, digest=OTHER, platform=ARM64)
    assert choose(MANIFEST, arm).digest == DIGEST
    assert choose(MANIFEST, arm, platform=ARM64).digest == OTHER


def test_the_nearest_variant_wins() -> None:
    plain = with_(MANIFEST, platform=Platform("arm64"))
    exact = with_(MANIFEST, platform=ARM64, digest=OTHER)
    assert choose(plain, exact, platform=ARM64).digest == OTHER
    assert choose(plain, platform=ARM64).digest == DIGEST
    with pytest.raises(Invalid):
        choose(exact, platform=Platform("arm64", variant="v9"))


def test_a_manifest_without_a_platform_is_taken_where_none_fits_better() -> None:
    open_to_all = with_(MANIFEST, digest=OTHER, platform=None)
    assert choose(open_to_all).digest == OTHER
    assert choose(open_to_all, MANIFEST).digest == DIGEST


def test_a_missing_platform_is_answered_with_those_there_are() -> None:
    with pytest.raises(Invalid, match="no image") as caught:
        choose(MANIFEST, with_(MANIFEST, platform=ARM64), platform=Platform("riscv64"))
    assert (caught.value.expected, caught.value.got) == ("linux/riscv64", "linux/amd64, linux/arm64/v8")


@pytest.mark.parametrize(
    ("index", "element"),
    [
        (Index(()), "manifests"),
        (Index((MANIFEST,) * 9), "manifests"),
        (Index((MANIFEST,), schema_version=1), "index"),
        (Index((MANIFEST,), media_type=oci.MANIFEST), "index"),
        (Index((with_(MANIFEST, media_type=oci.INDEX),)), "manifests[0]"),
        (Index((MANIFEST, with_(MANIFEST, size=0))), "manifests[1].size"),
        (Index((with_(MANIFEST, size=-1),)), "manifests[0].size"),
        (Index((with_(MANIFEST, size=4 * 1024**2 + 1),)), "manifests[0].size"),
        (Index((with_(MANIFEST, digest=Digest("sha256:../../etc")),)), "manifests[0].digest"),
        (Index((with_(MANIFEST, digest=Digest(DIGEST.upper())),)), "manifests[0].digest"),
    ],
)
def test_a_wrong_index_is_refused_by_name(index: Index, element: str) -> None:
    with pytest.raises(Invalid) as caught:
        walk.choose_manifest(oci.encode(index), AMD64, LIMITS)
    assert caught.value.element == element


@pytest.mark.parametrize("content", [b"", b"[]", b"{}", b"\xff", b'{"manifests":{}}', b"[" * 100_000])
@pytest.mark.parametrize(
    "read",
    [
        lambda content: walk.choose_manifest(content, AMD64, LIMITS),
        lambda content: walk.check_manifest(content, LIMITS),
        lambda content: walk.check_image(content, AMD64),
    ],
)
def test_what_is_no_document_is_refused(read: Callable[[bytes], object], content: bytes) -> None:
    with pytest.raises(Invalid):
        read(content)


@pytest.mark.parametrize(
    ("manifest", "element"),
    [
        (with_(WHOLE, schema_version=3), "manifest"),
        (with_(WHOLE, media_type=oci.INDEX), "manifest"),
        (with_(WHOLE, config=with_(CONFIG, media_type=oci.ITEM_CONFIG)), "config"),
        (with_(WHOLE, config=with_(CONFIG, size=5 * 1024**2)), "config.size"),
        (with_(WHOLE, aos_item_config=CONFIG), "aosItemConfig"),
        (with_(WHOLE, layers=(LAYER,) * 17), "layers"),
        (with_(WHOLE, layers=(LAYER, with_(LAYER, size=-5))), "layers[1].size"),
        (with_(WHOLE, layers=(with_(LAYER, media_type="application/zip"),)), "layers[0].mediaType"),
        (with_(WHOLE, layers=(with_(LAYER, digest=Digest("md5:1")),)), "layers[0].digest"),
        (with_(WHOLE, layers=(with_(LAYER, size=16 * 1024**3),)), "layers"),
    ],
)
def test_a_wrong_manifest_is_refused_by_name(manifest: Manifest, element: str) -> None:
    with pytest.raises(Invalid) as caught:
        walk.check_manifest(oci.encode(manifest), LIMITS)
    assert caught.value.element == element


def test_counts_and_sizes_are_called_too_large() -> None:
    for manifest in (with_(WHOLE, layers=(LAYER,) * 17), with_(WHOLE, layers=(with_(LAYER, size=1 << 60),))):
        with pytest.raises(TooLarge):
            walk.check_manifest(oci.encode(manifest), LIMITS)


@pytest.mark.parametrize("media_type", sorted(oci.ENCRYPTED_LAYERS))
def test_an_encrypted_layer_is_called_encrypted(media_type: str) -> None:
    with pytest.raises(Invalid, match="encrypted and there is no key"):
        walk.check_manifest(oci.encode(with_(WHOLE, layers=(with_(LAYER, media_type=media_type),))), LIMITS)


def test_an_image_of_other_hardware_is_refused_whatever_the_index_says() -> None:
    walk.check_image(oci.encode(ImageConfig("amd64", "linux")), AMD64)
    others = (("arm64", "linux", ""), ("amd64", "windows", ""), ("amd64", "linux", "v9"))
    for architecture, system, variant in others:
        with pytest.raises(Invalid, match="another platform"):
            walk.check_image(oci.encode(ImageConfig(architecture, system, variant=variant)), AMD64)


def test_a_whole_manifest_names_its_parts_configurations_first() -> None:
    manifest = walk.check_manifest(oci.encode(WHOLE), LIMITS)
    assert [part.media_type for part in walk.parts(manifest)] == [
        oci.IMAGE_CONFIG,
        oci.ITEM_CONFIG,
        oci.LAYER_TAR_GZIP,
    ]
    assert walk.parts(with_(WHOLE, aos_item_config=None)) == (CONFIG, LAYER)
