"""What a campaign's items need of a Unit, and whether it has that by the figures it gave last.

A Unit is left out only where it certainly has too little: parts of a node are added up as if they were one.
"""

from collections.abc import Iterable, Mapping
from typing import Final, Literal

import msgspec

from aosedge.cloud.domain.campaigns.members import Items
from aosedge.cloud.domain.catalogue import ImageOfVersion, ItemVersion
from aosedge.model.ids import ItemId
from aosedge.model.instants import Instant, to_rfc3339

Cause = Literal["lifecycle", "intent", "dependency", "conflict", "hardware", "storage", "ram", "way_back", ""]
"""The rule that leaves a Unit out; empty for plans from before there were any."""
BY_FIGURES: Final = ("storage", "ram")
"""Causes that rest on figures that change all the while: they count as they were when it was planned."""
UNKNOWN_PLATFORM: Final = "unknown"


class Figures(msgspec.Struct, frozen=True):
    """A Unit's room in bytes, all its nodes together; None where it never said. `at`: when what is free was so."""

    storage: int | None = None
    ram: int | None = None
    storage_free: int | None = None
    ram_free: int | None = None
    at: Instant | None = None


class Needs(msgspec.Struct, frozen=True):
    """What the campaign's items need: `more_ram_bytes` beyond what those need that they take the place of."""

    platform: str
    download_bytes: int
    ram_bytes: int = 0
    more_ram_bytes: int = 0


class Lack(msgspec.Struct, frozen=True):
    """Why a Unit takes no part: words that are the same for equal Units, and what is its own."""

    cause: Cause
    reason: str
    detail: str = ""


def too_little(needs: Needs, figures: Figures) -> Lack | None:
    """What it certainly has too little of, storage first."""
    return _short(
        "storage", needs.download_bytes, needs.download_bytes, figures.storage, figures.storage_free, figures.at
    ) or _short("ram", needs.ram_bytes, needs.more_ram_bytes, figures.ram, figures.ram_free, figures.at)


def _short(
    cause: Literal["storage", "ram"], need: int, more: int, whole: int | None, free: int | None, at: Instant | None
) -> Lack | None:
    name = "RAM" if cause == "ram" else cause
    if whole is not None and need > whole:
        return Lack(cause, f"too little {name}: {need} bytes are needed", f"it has {whole} bytes in all")
    if free is not None and more > free:
        when = f" at {to_rfc3339(at)}" if at is not None else ""
        return Lack(cause, f"too little {name}: {more} bytes more are needed", f"it had {free} bytes free{when}")
    return None


class Content:
    """What versions of items weigh; knows at least those that come and those that they take the place of."""

    def __init__(self, versions: Iterable[ItemVersion]) -> None:
        self._versions = {(version.item, version.version): version for version in versions}

    def needs(self, new: Items, old: Items, instances: Mapping[ItemId, int], architectures: frozenset[str]) -> Needs:
        """To have the items `new` where `old` are: only layers that are not there yet are fetched.

        Where nobody said the architecture, or there are several, the largest image counts.
        """
        coming = [self._versions[each] for each in new.items() if each in self._versions]
        there = [self._versions[each] for each in old.items() if each in self._versions]
        layers = {digest for version in there for image in version.images for digest, _ in image.layers}
        chosen = [_largest(version.images, architectures) for version in coming]
        images = [image for image in chosen if image is not None]
        ram = {version.item: version.ram_bytes * instances.get(version.item, 0) for version in coming}
        before = {version.item: version.ram_bytes * instances.get(version.item, 0) for version in there}
        return Needs(
            _platform(images) if architectures else UNKNOWN_PLATFORM,
            sum(_lacking(image, layers) for image in images),
            sum(ram.values()),
            sum(max(ram[item] - before.get(item, 0), 0) for item in ram),
        )


def _largest(images: Iterable[ImageOfVersion], architectures: frozenset[str]) -> ImageOfVersion | None:
    known = tuple(images)
    fitting = [image for image in known if image.platform.architecture in architectures]
    return max(fitting or known, key=lambda image: image.size_bytes, default=None)


def _platform(images: Iterable[ImageOfVersion]) -> str:
    return next((f"{image.platform.os}/{image.platform.architecture}" for image in images), UNKNOWN_PLATFORM)


def _lacking(image: ImageOfVersion, there: Iterable[str]) -> int:
    return image.size_bytes - sum(size for digest, size in image.layers if digest in there)
