"""The catalogue: deployable items, their immutable versions, and the bundles they came in."""

import re
from collections.abc import Iterable, Mapping
from typing import Final, Literal

import msgspec

from aosedge.model.bundle.rejections import Rejection
from aosedge.model.digests import Digest
from aosedge.model.ids import BundleId, ItemId, OrgId, UserId, VersionId
from aosedge.model.instants import Instant
from aosedge.model.oci import Platform
from aosedge.model.versions import Version, parse_version
from aosedge.protocol.messages.parts import ItemType

BundleState = Literal["received", "processing", "ready", "rejected"]
_ENDING: Final = re.compile(r"(\.tar)?\.(tar|gz|tgz)$")


class Item(msgspec.Struct, frozen=True):
    """A deployable item of one owner; codename and type name it within the owner."""

    id: ItemId
    owner: OrgId
    codename: str
    type: ItemType
    created_at: Instant
    title: str = ""
    description: str = ""


class Dependency(msgspec.Struct, frozen=True, omit_defaults=True):
    """What a version needs beside it: an item of the same owner, by id or by codename and type."""

    type: ItemType
    versions: str
    codename: str = ""
    id: str = ""
    include_pre_release: bool = False
    condition: str = "completed"


class ImageOfVersion(msgspec.Struct, frozen=True, omit_defaults=True):
    """What a version has for one platform; `size_bytes` is all a Unit of that platform downloads."""

    platform: Platform
    manifest: Digest
    size_bytes: int
    encrypted: bool = False
    layers: tuple[tuple[Digest, int], ...] = ()
    """Those with their bytes; a Unit that has one does not fetch it again. Empty where it was not kept."""


class ItemVersion(msgspec.Struct, frozen=True):
    """One immutable version of an item; the numbers are what an assignment may leave to it."""

    id: VersionId
    item: ItemId
    version: str
    index_digest: Digest
    bundle: BundleId
    created_at: Instant
    state: Literal["ready", "withdrawn"] = "ready"
    images: tuple[ImageOfVersion, ...] = ()
    dependencies: tuple[Dependency, ...] = ()
    num_instances: int = 1
    priority: int = 0
    labels: tuple[str, ...] = ()
    state_limit: int = 0
    """Bytes of state that an instance may have; 0: none."""
    default_state: Digest | None = None
    """What a first start gets, a blob."""
    ram_bytes: int = 0
    """What an instance is taken to need; 0 where nobody said."""


class Bundle(msgspec.Struct, frozen=True):
    """A Deployment Bundle as it was uploaded; `digest` and `size_bytes` are the file's."""

    id: BundleId
    owner: OrgId
    state: BundleState
    created_at: Instant
    uploaded_by: UserId | None = None
    filename: str = ""
    digest: str = ""
    size_bytes: int = 0
    rejections: tuple[Rejection, ...] = ()

    @property
    def name(self) -> str:
        """What people call it: the file's name without its ending; the id where there is none."""
        return _ENDING.sub("", self.filename) or self.id


class Catalogue:
    """Items and versions, found by name; may hold more than any one target needs."""

    def __init__(self, items: Iterable[Item] = (), versions: Iterable[ItemVersion] = ()) -> None:
        self.items = {item.id: item for item in items}
        self.versions = tuple(version for version in versions if version.item in self.items)
        self._named = {(item.owner, item.codename, item.type): item.id for item in self.items.values()}
        self._ready: dict[ItemId, list[tuple[Version, ItemVersion]]] = {}
        self._members: dict[BundleId, list[ItemVersion]] = {}
        for version in self.versions:
            self._members.setdefault(version.bundle, []).append(version)
            if version.state == "ready":
                self._ready.setdefault(version.item, []).append((parse_version(version.version), version))
        for known in self._ready.values():
            known.sort(key=lambda pair: (pair[0], pair[1].id), reverse=True)

    def ready(self, item: ItemId | None) -> list[tuple[Version, ItemVersion]]:
        """Ready versions of an item, newest first."""
        return [] if item is None else self._ready.get(item, [])

    def members(self, bundle: BundleId) -> list[ItemVersion]:
        """The versions that came in a bundle, ready or not."""
        return self._members.get(bundle, [])

    def needed(self, version: ItemVersion, dependency: Dependency) -> ItemId | None:
        """The item that a version's dependency names; only of the same owner."""
        owner = self.items[version.item].owner
        if dependency.id:
            item = self.items.get(ItemId(dependency.id))
            return item.id if item is not None and item.owner == owner and item.type == dependency.type else None
        return self._named.get((owner, dependency.codename, dependency.type))


def needs(version: ItemVersion, item: Item) -> bool:
    """Whether a version of the same owner depends on the item, in whichever of its versions."""
    return any(
        need.id == item.id if need.id else (need.codename, need.type) == (item.codename, item.type)
        for need in version.dependencies
    )


def newer_bundle(mine: Iterable[ItemVersion], others: Iterable[ItemVersion]) -> BundleId | None:
    """The newest bundle that brings all of my items, none in an older version and at least one in a newer.

    `others` are versions of my items; those that are not ready, and pre-releases, count for nothing.
    """
    have = {version.item: parse_version(version.version) for version in mine}
    brought: dict[BundleId, dict[ItemId, ItemVersion]] = {}
    for version in others:
        if version.state == "ready" and not parse_version(version.version).prerelease:
            brought.setdefault(version.bundle, {})[version.item] = version
    newer = {bundle: brings for bundle, brings in brought.items() if _is_newer(have, brings)}

    def rank(bundle: BundleId) -> tuple[list[Version], Instant]:
        brings = newer[bundle]
        numbers = [parse_version(brings[item].version) for item in sorted(have)]
        return numbers, max(version.created_at for version in brings.values())

    return max(newer, key=rank, default=None)


def _is_newer(have: Mapping[ItemId, Version], brings: Mapping[ItemId, ItemVersion]) -> bool:
    if brings.keys() != have.keys():
        return False
    numbers = {item: parse_version(version.version) for item, version in brings.items()}
    return all(numbers[item] >= have[item] for item in have) and any(numbers[item] > have[item] for item in have)
