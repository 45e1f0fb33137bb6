"""What items need of a Unit, and whether it has that."""

import pytest
from msgspec.structs import replace
from tests.unit.cloud.domain.intents import version

from aosedge.cloud.domain.campaigns.fitting import Content, Figures, Needs, too_little
from aosedge.cloud.domain.catalogue import ImageOfVersion, ItemVersion
from aosedge.model.digests import sha256
from aosedge.model.ids import ItemId
from aosedge.model.instants import Instant
from aosedge.model.oci import Platform

S1 = ItemId("s1")
SHARED, OWN = sha256(b"shared"), sha256(b"own")
ARM, BOTH = frozenset(("arm64",)), frozenset(("arm64", "amd64"))


def images(arm: int, *layers: tuple[str, int]) -> tuple[ImageOfVersion, ...]:
    small = ImageOfVersion(Platform("amd64"), sha256(b"amd64"), 10)
    return small, ImageOfVersion(Platform("arm64"), sha256(b"arm64"), arm, layers=layers)  # type: ignore[arg-type]


OLD = version("s1", "1.0.0", images=images(70, (SHARED, 60)), ram_bytes=100)
NEW = version("s1", "2.0.0", images=images(95, (SHARED, 60), (OWN, 30)), ram_bytes=150)


def needs(*versions: ItemVersion, architectures: frozenset[str] = ARM, instances: int = 2) -> Needs:
    return Content(versions).needs({S1: "2.0.0"}, {S1: "1.0.0"}, {S1: instances}, architectures)


def test_only_layers_that_a_unit_lacks_are_fetched() -> None:
    assert needs(OLD, NEW) == Needs("linux/arm64", 35, 300, 100)
    assert needs(NEW) == Needs("linux/arm64", 95, 300, 300)


def test_where_the_architecture_is_not_known_the_largest_image_counts() -> None:
    assert needs(NEW, architectures=frozenset()) == Needs("unknown", 95, 300, 300)
    assert needs(NEW, architectures=BOTH).download_bytes == 95
    assert needs(NEW, architectures=frozenset(("amd64",))).download_bytes == 10


def test_items_without_images_need_nothing_to_be_fetched() -> None:
    assert needs(replace(NEW, images=())) == Needs("unknown", 0, 300, 300)
    assert needs(OLD) == Needs("unknown", 0)


AT = Instant(0)


@pytest.mark.parametrize(
    ("figures", "cause", "reason", "detail"),
    [
        (Figures(storage=34), "storage", "too little storage: 35 bytes are needed", "it has 34 bytes in all"),
        (
            Figures(storage=99, storage_free=34, at=AT),
            "storage",
            "too little storage: 35 bytes more are needed",
            "it had 34 bytes free at 1970-01-01T00:00:00.000000Z",
        ),
        (Figures(ram=299), "ram", "too little RAM: 300 bytes are needed", "it has 299 bytes in all"),
        (Figures(ram_free=99), "ram", "too little RAM: 100 bytes more are needed", "it had 99 bytes free"),
    ],
)
def test_what_is_lacking_is_named_with_both_figures_and_their_time(
    figures: Figures, cause: str, reason: str, detail: str
) -> None:
    lack = too_little(needs(OLD, NEW), figures)
    assert lack is not None
    assert (lack.cause, lack.reason, lack.detail) == (cause, reason, detail)


@pytest.mark.parametrize(
    "figures", [Figures(), Figures(storage=35, ram=300), Figures(99, 999, storage_free=35, ram_free=100)]
)
def test_enough_and_unknown_are_no_reason(figures: Figures) -> None:
    assert too_little(needs(OLD, NEW), figures) is None
