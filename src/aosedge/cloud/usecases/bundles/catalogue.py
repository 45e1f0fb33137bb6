"""What the catalogue has against a bundle, and how its items are entered: plain work on one transaction."""

from collections.abc import Sequence
from typing import Final

from aosedge.cloud.domain import catalogue
from aosedge.cloud.domain.access.callers import Role
from aosedge.cloud.domain.items import needed_ram
from aosedge.cloud.ports import StoredBlob
from aosedge.cloud.store import Session
from aosedge.cloud.usecases import verification
from aosedge.cloud.usecases.bundles.layers import PreparedItem
from aosedge.model.bundle import Item, ItemType, Rejection
from aosedge.model.digests import Digest
from aosedge.model.errors import NotFound
from aosedge.model.ids import BundleId, Ids, ItemId, OrgId, VersionId
from aosedge.model.instants import Instant

MAY_OWN: Final[dict[Role, frozenset[ItemType]]] = {
    "oem": frozenset({"service", "component", "layer"}),
    "sp": frozenset({"service", "layer"}),
    "fleet_owner": frozenset(),
    "admin": frozenset(),
    "auditor": frozenset(),
}
"""What a signer of each role may own."""
VERSION_EXISTS = "the version exists"


def objections(session: Session, owner: OrgId, role: Role, items: Sequence[Item]) -> tuple[Rejection, ...]:
    """Every reason why this owner cannot add these item versions now."""
    found: list[Rejection] = []
    for item in items:
        identity = item.identity
        if identity.type not in MAY_OWN[role]:
            reason = f"a signer of the role {role} does not own items of type {identity.type}"
            found.append(Rejection(identity.codename, "identity.type", reason))
            continue
        holder = session.items.name_owner(identity.codename, identity.type)
        if holder not in (None, owner):
            reason = f"the {identity.type} belongs to another organization; choose another codename"
            found.append(Rejection(identity.codename, "identity.codename", reason))
            continue
        known = session.items.find(owner, identity.codename, identity.type)
        if identity.id and (known is None or known.id != identity.id):
            reason = "no item of yours has this id with this codename; leave the id out"
            found.append(Rejection(identity.codename, "identity.id", reason))
        if known is not None and _has(session, known.id, item.version):
            reason = f"{VERSION_EXISTS}; expected a new one, got {item.version}"
            found.append(Rejection(identity.codename, "version", reason))
    return tuple(found)


def is_conflict(rejections: Sequence[Rejection]) -> bool:
    """Whether the bundle was only refused because what it brings is there already."""
    return bool(rejections) and all(found.reason.startswith(VERSION_EXISTS) for found in rejections)


def enter(
    session: Session,
    bundle: catalogue.Bundle,
    prepared: Sequence[PreparedItem],
    stored: Sequence[StoredBlob],
    ids: Ids,
    now: Instant,
) -> None:
    """Items, versions, blobs and the ready bundle, with the Units that follow the newest version to be told."""
    session.blobs.put(stored)
    touched = []
    for entry in prepared:
        item = _item(session, bundle.owner, entry.item, ids, now)
        touched.append(item)
        session.items.add_version(_version(entry, item, bundle.id, ids, now), digests_of(entry))
    session.bundles.set_state(bundle.id, "ready")
    session.items.mark_followers_dirty(touched)
    verification.begin_for_all(session, ids, bundle, touched)
    session.signal("targets")


def digests_of(entry: PreparedItem) -> tuple[Digest, ...]:
    """Every blob the version is made of."""
    return (*(digest for digest, _ in entry.files), *entry.composed.digests)


def _has(session: Session, item: ItemId, version: str) -> bool:
    try:
        session.items.version(item, version)
    except NotFound:
        return False
    return True


def _item(session: Session, owner: OrgId, described: Item, ids: Ids, now: Instant) -> ItemId:
    identity = described.identity
    known = session.items.find(owner, identity.codename, identity.type)
    if known is None:
        item = ItemId(ids.new())
        words = (identity.title, identity.description)
        session.items.add(catalogue.Item(item, owner, identity.codename, identity.type, now, *words))
        return item
    if (identity.title, identity.description) != (known.title, known.description):
        session.items.describe(known.id, identity.title or known.title, identity.description or known.description)
    return known.id


def _version(entry: PreparedItem, item: ItemId, bundle: BundleId, ids: Ids, now: Instant) -> catalogue.ItemVersion:
    instances = entry.item.configuration.instances
    return catalogue.ItemVersion(
        id=VersionId(ids.new()),
        item=item,
        version=entry.item.version,
        index_digest=entry.composed.index,
        bundle=bundle,
        created_at=now,
        images=entry.composed.images,
        dependencies=entry.composed.dependencies,
        num_instances=instances.min_instances,
        priority=instances.priority,
        labels=instances.labels,
        state_limit=int(entry.item.configuration.quotas.state_limit or 0),
        default_state=entry.default_state[0] if entry.default_state else None,
        ram_bytes=needed_ram(entry.item.configuration),
    )
