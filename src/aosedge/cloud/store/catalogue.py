"""Items with their versions, bundles, and the blobs that versions are made of."""

from collections.abc import Iterable, Sequence
from typing import Any

from sqlalchemy import ColumnElement, Connection, Select, delete, false, func, or_, select, update

from aosedge.cloud.domain.access.callers import Scope
from aosedge.cloud.domain.catalogue import Bundle, BundleState, Dependency, Item, ItemVersion, needs
from aosedge.cloud.domain.pages import Page, Window
from aosedge.cloud.domain.subjects import Subject
from aosedge.cloud.domain.uses import Use
from aosedge.cloud.ports import StoredBlob
from aosedge.cloud.store import rows
from aosedge.cloud.store.campaign_tables import campaigns
from aosedge.cloud.store.tables import (
    assignments,
    blob_refs,
    blobs,
    bundles,
    grants,
    items,
    subject_units,
    subjects,
    units,
    versions,
)
from aosedge.model.bundle.rejections import Rejection
from aosedge.model.digests import Digest
from aosedge.model.errors import NotFound
from aosedge.model.ids import BundleId, ItemId, OrgId
from aosedge.model.instants import Instant
from aosedge.protocol.messages.parts import ItemType


def _owned(owner: ColumnElement[str], scope: Scope, *, granted: bool) -> ColumnElement[bool] | None:
    """Which owners the scope reaches: its own organization, and with `granted` those that its grants name."""
    if scope.reach == "all":
        return None
    if scope.tenant is None or scope.reach in ("none", "own"):
        return false()
    if not granted:
        return owner == scope.tenant
    return or_(owner == scope.tenant, owner.in_(select(grants.c.sp).where(grants.c.oem == scope.tenant)))


class Items:
    """The items of the scope: its organization's own, and those of Service Providers it granted."""

    def __init__(self, connection: Connection, scope: Scope) -> None:
        self._connection, self._scope = connection, scope

    def _mine(self) -> Select[Any]:
        mine = _owned(items.c.owner, self._scope, granted=True)
        return select(items) if mine is None else select(items).where(mine)

    def get(self, id: ItemId) -> Item:
        """Raises NotFound, for a foreign one too."""
        found = rows.one(self._connection, self._mine().where(items.c.id == id), Item)
        if found is None:
            raise NotFound("item", id)
        return found

    def find(self, owner: OrgId, codename: str, type: ItemType) -> Item | None:
        """The owner's item of this name."""
        query = self._mine().where(items.c.owner == owner, items.c.codename == codename, items.c.type == type)
        return rows.one(self._connection, query, Item)

    def name_owner(self, codename: str, type: ItemType) -> OrgId | None:
        """Who has the name, in any organization: names are first come, first served, so this looks past the scope."""
        query = select(items.c.owner).where(items.c.codename == codename, items.c.type == type)
        return self._connection.execute(query.limit(1)).scalar_one_or_none()

    def page(
        self,
        window: Window = Window(),
        *,
        codename: str | None = None,
        search: str | None = None,
        type: ItemType | None = None,
        owner: OrgId | None = None,
        order: str = "codename",
    ) -> Page[Item]:
        """Items that match every filter given; `search` is a part of codename or title, in any case."""
        query = self._mine()
        if search is not None:
            named = (column.icontains(search, autoescape=True) for column in (items.c.codename, items.c.title))
            query = query.where(or_(*named))
        for column, value in ((items.c.codename, codename), (items.c.type, type), (items.c.owner, owner)):
            if value is not None:
                query = query.where(column == value)
        return rows.page(self._connection, query, Item, window, order, ("codename", "type", "title", "created_at"))

    def add(self, item: Item) -> None:
        """Raises Conflict where the owner has one of this name and type, NotFound for another owner."""
        self._own(item.owner)
        rows.add(self._connection, items, rows.values_of(item), "the item exists", item.codename)

    def describe(self, id: ItemId, title: str, description: str) -> None:
        """Newer words for the item; raises NotFound."""
        self._own(self.get(id).owner)
        self._connection.execute(update(items).where(items.c.id == id).values(title=title, description=description))

    def uses(self, id: ItemId) -> tuple[Use, ...]:
        """What runs the item or needs it; subjects of others are counted, not named. Raises NotFound."""
        item = self.get(id)
        came_in = select(versions.c.bundle).where(versions.c.item == id)
        asked = or_(assignments.c.item == id, assignments.c.bundle.in_(came_in))
        assigned = select(subjects).where(subjects.c.id.in_(select(assignments.c.subject).where(asked)))
        found = rows.every(self._connection, assigned.order_by(subjects.c.title), Subject)
        others = select(versions).join(items, items.c.id == versions.c.item)
        others = others.where(items.c.owner == item.owner, items.c.id != id)
        needing = {
            version.item for version in rows.every(self._connection, others, ItemVersion) if needs(version, item)
        }
        named = select(items.c.codename).where(items.c.id.in_(needing)).order_by(items.c.codename)
        codenames = tuple(self._connection.execute(named).scalars())
        mine = [subject.title for subject in found if subject.tenant == self._scope.tenant]
        coming = select(campaigns.c.title, campaigns.c.tenant).where(campaigns.c.bundle.in_(came_in))
        brought = self._connection.execute(coming.where(campaigns.c.state.not_in(("cancelled", "rolled_back")))).all()
        titles = [row.title for row in brought if row.tenant == self._scope.tenant]
        return (
            Use("subjects", len(found), mine),
            Use("items that need it", len(codenames), codenames),
            Use("campaigns", len(brought), titles),
        )

    def delete(self, id: ItemId) -> None:
        """With all its versions; bundles that brought one are not whole any more. Raises NotFound."""
        item = self.get(id)
        self._own(item.owner)
        torn = (Rejection(item.codename, "identity", "the item was removed"),)
        came_in = select(versions.c.bundle).where(versions.c.item == id)
        changed = update(bundles).where(bundles.c.id.in_(came_in)).values(state="rejected", rejections=torn)
        self._connection.execute(changed)
        self._connection.execute(delete(versions).where(versions.c.item == id))
        self._connection.execute(delete(items).where(items.c.id == id))

    def mark_followers_dirty(self, ids: Sequence[ItemId]) -> None:
        """Units, of whichever organization, that run the newest version of one of these items of the scope's own, or
        may need one as a layer or component: their targets are to be compiled anew."""
        mine = select(items.c.id).where(items.c.id.in_(ids))
        if self._scope.reach != "all":
            mine = mine.where(items.c.owner == self._scope.tenant)
        needed = mine.where(items.c.type != "service").with_only_columns(items.c.owner)
        theirs = select(items.c.id).where(items.c.owner.in_(needed))  # any of these may need the new layer
        whole = select(bundles.c.id).where(bundles.c.owner.in_(needed))
        follows = assignments.c.item.in_(mine) & assignments.c.version.is_(None)
        followers = (
            select(subject_units.c.unit)
            .join(assignments, assignments.c.subject == subject_units.c.subject)
            .where(or_(follows, assignments.c.item.in_(theirs), assignments.c.bundle.in_(whole)))
        )
        self._connection.execute(update(units).where(units.c.id.in_(followers)).values(target_dirty=True))

    def _own(self, owner: OrgId) -> None:
        if self._scope.reach != "all" and owner != self._scope.tenant:
            raise NotFound("organization", owner)

    def versions(self, id: ItemId, window: Window = Window(), *, order: str = "-created_at") -> Page[ItemVersion]:
        """The item's versions, newest upload first; raises NotFound."""
        self.get(id)
        query = select(versions).where(versions.c.item == id)
        return rows.page(self._connection, query, ItemVersion, window, order, ("created_at", "version"))

    def some(self, ids: Iterable[ItemId]) -> dict[ItemId, Item]:
        """Those of these that the scope has."""
        query = self._mine().where(items.c.id.in_(set(ids)))
        return {item.id: item for item in rows.every(self._connection, query, Item)}

    def ready(self, ids: Iterable[ItemId]) -> dict[ItemId, tuple[ItemVersion, ...]]:
        """The ready versions of each of these items; of items of the scope."""
        mine = self._mine().where(items.c.id.in_(set(ids))).with_only_columns(items.c.id)
        found: dict[ItemId, list[ItemVersion]] = {}
        query = select(versions).where(versions.c.item.in_(mine), versions.c.state == "ready")
        for version in rows.every(self._connection, query, ItemVersion):
            found.setdefault(version.item, []).append(version)
        return {id: tuple(each) for id, each in found.items()}

    def newest(self, ids: Iterable[ItemId]) -> dict[ItemId, str]:
        """The ready version of each of these items that was uploaded last; of items of the scope."""
        mine = self._mine().where(items.c.id.in_(set(ids))).with_only_columns(items.c.id)
        ready = (versions.c.item.in_(mine), versions.c.state == "ready")
        rank = func.row_number().over(
            partition_by=versions.c.item, order_by=(versions.c.created_at.desc(), versions.c.id)
        )
        ranked = select(versions.c.item, versions.c.version, rank.label("place")).where(*ready).subquery()
        query = select(ranked.c.item, ranked.c.version).where(ranked.c.place == 1)
        return {row[0]: row[1] for row in self._connection.execute(query)}

    def needed(self, owner: OrgId, needs: Iterable[Dependency]) -> dict[Dependency, Item]:
        """The owner's items that these dependencies name, of the scope; what is not there is not in it."""
        asked = set(needs)
        named = or_(
            items.c.id.in_({need.id for need in asked if need.id}),
            items.c.codename.in_({need.codename for need in asked if not need.id}),
        )
        found = rows.every(self._connection, self._mine().where(items.c.owner == owner, named), Item)
        return {
            need: item
            for need in asked
            for item in found
            if (need.id == item.id if need.id else (need.codename, need.type) == (item.codename, item.type))
        }

    def version(self, id: ItemId, version: str) -> ItemVersion:
        """One version; raises NotFound for the item or the version."""
        self.get(id)
        query = select(versions).where(versions.c.item == id, versions.c.version == version)
        found = rows.one(self._connection, query, ItemVersion)
        if found is None:
            raise NotFound("version", version)
        return found

    def of_bundle(self, bundle: BundleId) -> tuple[tuple[Item, ItemVersion], ...]:
        """What came in a bundle, by codename; nothing for a foreign bundle."""
        return self.of_bundles((bundle,)).get(bundle, ())

    def of_bundles(self, ids: Iterable[BundleId]) -> dict[BundleId, tuple[tuple[Item, ItemVersion], ...]]:
        """What came in each of these bundles, by codename; nothing for foreign ones."""
        query = select(versions).where(versions.c.bundle.in_(set(ids)))
        came = rows.every(self._connection, query, ItemVersion)
        named = self.some(version.item for version in came)
        found: dict[BundleId, list[tuple[Item, ItemVersion]]] = {}
        for version in came:
            if version.item in named:
                found.setdefault(version.bundle, []).append((named[version.item], version))
        return {id: tuple(sorted(each, key=lambda pair: pair[0].codename)) for id, each in found.items()}

    def add_version(self, version: ItemVersion, digests: Iterable[Digest]) -> None:
        """With the digests of all blobs it is made of, which `blobs` knows.

        Raises Conflict where the version exists, NotFound for another owner's item.
        """
        item = self.get(version.item)
        self._own(item.owner)
        taken = f"version {version.version} of {item.codename} exists"
        rows.add(self._connection, versions, rows.values_of(version), taken, item.codename)
        references = [{"version": version.id, "digest": digest} for digest in sorted(set(digests))]
        if references:
            self._connection.execute(rows.insert_into(self._connection, blob_refs), references)


class Bundles:
    """The bundles of the scope's organization."""

    def __init__(self, connection: Connection, scope: Scope) -> None:
        self._connection, self._scope = connection, scope

    def _mine(self) -> Select[Any]:
        mine = _owned(bundles.c.owner, self._scope, granted=True)
        return select(bundles) if mine is None else select(bundles).where(mine)

    def get(self, id: BundleId) -> Bundle:
        """Raises NotFound, for a foreign one too."""
        found = rows.one(self._connection, self._mine().where(bundles.c.id == id), Bundle)
        if found is None:
            raise NotFound("bundle", id)
        return found

    def some(self, ids: Iterable[BundleId]) -> dict[BundleId, Bundle]:
        """Those of these that the scope has."""
        query = self._mine().where(bundles.c.id.in_(set(ids)))
        return {bundle.id: bundle for bundle in rows.every(self._connection, query, Bundle)}

    def ready_with(self, owner: OrgId, digest: str) -> Bundle | None:
        """The owner's ready bundle that came as the file of this digest."""
        query = self._mine().where(bundles.c.owner == owner, bundles.c.digest == digest, bundles.c.state == "ready")
        return rows.one(self._connection, query.limit(1), Bundle)

    def page(
        self,
        window: Window = Window(),
        *,
        state: BundleState | None = None,
        since: Instant | None = None,
        search: str | None = None,
        order: str = "-created_at",
    ) -> Page[Bundle]:
        """Bundles, in one state or all, that came `since` or ever; `search`: part of the file's name, in any case."""
        query = self._mine() if state is None else self._mine().where(bundles.c.state == state)
        if since is not None:
            query = query.where(bundles.c.created_at >= since)
        if search is not None:
            query = query.where(bundles.c.filename.icontains(search, autoescape=True))
        return rows.page(self._connection, query, Bundle, window, order, ("created_at", "state", "filename"))

    def add(self, bundle: Bundle) -> None:
        """Raises Conflict, and NotFound for another owner."""
        if self._scope.reach != "all" and bundle.owner != self._scope.tenant:
            raise NotFound("organization", bundle.owner)
        rows.add(self._connection, bundles, rows.values_of(bundle), "the bundle exists", "id")

    def set_state(self, id: BundleId, state: BundleState, rejections: Sequence[Rejection] = ()) -> None:
        """Raises NotFound."""
        self.get(id)
        changed = {"state": state, "rejections": tuple(rejections)}
        self._connection.execute(update(bundles).where(bundles.c.id == id).values(changed))


class BlobRecords:
    """Which blobs are stored, with both digests. Content has no tenant: its name is its hash."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def put(self, stored: Sequence[StoredBlob]) -> None:
        """Record blobs; known ones are left as they are."""
        if stored:
            statement = rows.insert_into(self._connection, blobs).on_conflict_do_nothing()
            self._connection.execute(statement, [rows.values_of(blob) for blob in stored])

    def get(self, digests: Sequence[Digest]) -> dict[Digest, StoredBlob]:
        """Those of the digests that are recorded."""
        query = select(blobs).where(blobs.c.digest.in_(digests))
        return {blob.digest: blob for blob in rows.every(self._connection, query, StoredBlob)}
