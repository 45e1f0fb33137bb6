"""Deployable items and their versions."""

from collections.abc import Mapping, Sequence
from typing import Literal

import msgspec
from litestar import delete, get
from litestar.di import NamedDependency
from litestar.params import FromQuery

from aosedge.cloud.api.asking import Asked, Name, Within
from aosedge.cloud.domain.catalogue import Dependency, Item, ItemVersion
from aosedge.cloud.domain.configurations import Configuration
from aosedge.cloud.store import Session
from aosedge.cloud.usecases import items
from aosedge.cloud.usecases.configurations import Configurations
from aosedge.model.ids import ItemId, OrgId
from aosedge.model.instants import to_rfc3339
from aosedge.model.oci import platform_name

ItemKind = Literal["service", "component", "layer"]


class ItemView(msgspec.Struct, frozen=True):
    """An item; `newest_version` is the version uploaded last, of those that are ready."""

    id: str
    codename: str
    type: ItemKind
    title: str
    description: str
    owner_id: str
    owner_title: str
    newest_version: str | None
    created_at: str


class ItemsView(msgspec.Struct, frozen=True):
    """A part of the list."""

    total: int
    items: tuple[ItemView, ...]


class DependencyView(msgspec.Struct, frozen=True):
    """What a version needs beside it; `item_id` is null for an item that is not there (yet)."""

    type: ItemKind
    codename: str
    versions: str
    item_id: str | None


class VersionView(msgspec.Struct, frozen=True):
    """One immutable version. Sizes are what a Unit of that platform downloads, bytes.

    The last four are what an assignment may leave to it; `state_limit_bytes` is the state of an instance, 0 for none.
    """

    id: str
    version: str
    state: Literal["ready", "withdrawn"]
    index_digest: str
    bundle_id: str
    platforms: tuple[str, ...]
    size_bytes: tuple[int, ...]
    created_at: str
    dependencies: tuple[DependencyView, ...]
    num_instances: int
    priority: int
    labels: tuple[str, ...]
    state_limit_bytes: int


class VersionsView(msgspec.Struct, frozen=True):
    """A part of the list."""

    total: int
    items: tuple[VersionView, ...]


def views(session: Session, some: Sequence[Item]) -> tuple[ItemView, ...]:
    """As the API shows them."""
    newest = session.items.newest(item.id for item in some)
    titles = session.organizations.titles(item.owner for item in some)
    return tuple(
        ItemView(
            id=item.id,
            codename=item.codename,
            type=item.type,
            title=item.title,
            description=item.description,
            owner_id=item.owner,
            owner_title=titles[item.owner],
            newest_version=newest.get(item.id),
            created_at=to_rfc3339(item.created_at),
        )
        for item in some
    )


def version_views(session: Session, some: Sequence[ItemVersion]) -> tuple[VersionView, ...]:
    """As the API shows them, versions of one item."""
    if not some:
        return ()
    owner = session.items.get(some[0].item).owner
    needed = session.items.needed(owner, (need for version in some for need in version.dependencies))
    return tuple(_version_view(version, needed) for version in some)


def _version_view(version: ItemVersion, needed: Mapping[Dependency, Item]) -> VersionView:
    return VersionView(
        id=version.id,
        version=version.version,
        state=version.state,
        index_digest=version.index_digest,
        bundle_id=version.bundle,
        platforms=tuple(platform_name(image.platform) for image in version.images),
        size_bytes=tuple(image.size_bytes for image in version.images),
        created_at=to_rfc3339(version.created_at),
        dependencies=tuple(_dependency_view(need, needed.get(need)) for need in version.dependencies),
        num_instances=version.num_instances,
        priority=version.priority,
        labels=version.labels,
        state_limit_bytes=version.state_limit,
    )


def _dependency_view(need: Dependency, item: Item | None) -> DependencyView:
    codename = item.codename if item else need.codename or need.id
    return DependencyView(need.type, codename, need.versions, item.id if item else None)


@get("/items/", operation_id="items_list", tags=["items"])
async def list_(
    ask: Asked,
    window: Within,
    codename: FromQuery[str | None] = None,
    search: FromQuery[str | None] = None,
    type: FromQuery[ItemKind | None] = None,
    owner_id: FromQuery[str | None] = None,
    ordering: FromQuery[str] = "codename",
) -> ItemsView:
    """Items that you own, or whose owner was granted to you; `search` is a part of codename or title."""
    owner = OrgId(owner_id) if owner_id is not None else None

    def find(session: Session) -> ItemsView:
        page = session.items.page(window, codename=codename, search=search, type=type, owner=owner, order=ordering)
        return ItemsView(page.total, views(session, page.items))

    return await ask.read(find)


@get("/items/{id:str}/", operation_id="items_read", tags=["items"])
async def read(ask: Asked, id: Name) -> ItemView:
    """One item."""
    return await ask.read(lambda session: views(session, (session.items.get(ItemId(id)),))[0])


@delete("/items/{id:str}/", operation_id="items_delete", tags=["items"])
async def remove(ask: Asked, id: Name) -> None:
    """Remove an item of yours with its versions; refused while it is assigned or needed."""
    await ask.change(
        lambda session: items.delete(session, ItemId(id)), lambda item: f"{item.id} {item.type} {item.codename}"
    )


@get("/items/{id:str}/versions/", operation_id="item_versions_list", tags=["items"])
async def list_versions(
    ask: Asked, id: Name, window: Within, ordering: FromQuery[str] = "-created_at"
) -> VersionsView:
    """An item's versions, newest upload first."""

    def find(session: Session) -> VersionsView:
        page = session.items.versions(ItemId(id), window, order=ordering)
        return VersionsView(page.total, version_views(session, page.items))

    return await ask.read(find)


@get("/items/{id:str}/configuration/", operation_id="item_configuration_read", tags=["items"])
async def read_configuration(
    ask: Asked, id: Name, configurations: NamedDependency[Configurations], version: FromQuery[str | None] = None
) -> Configuration:
    """How instances of a version run, of the newest one if none is named; read from what was signed."""
    return await configurations.of(await ask.read(lambda session: items.version(session, ItemId(id), version)))
