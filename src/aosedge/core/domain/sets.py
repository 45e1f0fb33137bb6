"""Sets of item versions and instances: what a Unit runs, or shall run, and what changes between two of them."""

from collections.abc import Iterable

import msgspec

from aosedge.model.digests import Digest, sha256
from aosedge.model.ids import ItemId, SubjectId
from aosedge.protocol.messages.parts import ItemType


class SetItem(msgspec.Struct, frozen=True, order=True):
    """One version of an item."""

    item: ItemId
    version: str
    index_digest: Digest
    type: ItemType = "service"


class Wish(msgspec.Struct, frozen=True, order=True):
    """How many instances of an item run for a subject; a higher priority is placed first."""

    item: ItemId
    subject: SubjectId
    count: int
    priority: int = 0
    labels: tuple[str, ...] = ()


class ReleaseSet(msgspec.Struct, frozen=True):
    """Versions, instances, and which items are active together or not at all. Everything sorted."""

    items: tuple[SetItem, ...] = ()
    wishes: tuple[Wish, ...] = ()
    bundles: tuple[tuple[ItemId, ...], ...] = ()

    def digest(self) -> Digest:
        """Equal sets have equal digests."""
        return sha256(msgspec.json.encode(self))

    def only(self, items: frozenset[ItemId]) -> "ReleaseSet":
        """The part of the set that is about these items."""
        return ReleaseSet(
            items=tuple(i for i in self.items if i.item in items),
            wishes=tuple(w for w in self.wishes if w.item in items),
            bundles=tuple(b for b in self.bundles if items.issuperset(b)),
        )

    def index_digests(self) -> frozenset[Digest]:
        """Content that the set needs."""
        return frozenset(i.index_digest for i in self.items)


class Swap(msgspec.Struct, frozen=True):
    """Items that can only change together, because a bundle binds them in the old set or in the new one (I5)."""

    items: frozenset[ItemId]
    old: ReleaseSet
    new: ReleaseSet

    def changed_content(self) -> frozenset[Digest]:
        """Content that is new here."""
        return self.new.index_digests() - self.old.index_digests()


def release_set(
    items: Iterable[SetItem], wishes: Iterable[Wish], bundles: Iterable[Iterable[ItemId]] = ()
) -> ReleaseSet:
    """The set in its one form: sorted, bundles cut to the items that are there, those of one item left out."""
    here = tuple(sorted(items))
    names = {i.item for i in here}
    bound = {tuple(sorted(names.intersection(b))) for b in bundles}
    return ReleaseSet(
        items=here,
        wishes=tuple(sorted(w for w in wishes if w.count > 0)),
        bundles=tuple(sorted(b for b in bound if len(b) > 1)),
    )


def joined(parts: Iterable[ReleaseSet]) -> ReleaseSet:
    """Sets of different items as one."""
    whole = tuple(parts)
    return release_set(
        [i for p in whole for i in p.items],
        [w for p in whole for w in p.wishes],
        [b for p in whole for b in p.bundles],
    )


def swaps(old: ReleaseSet, new: ReleaseSet) -> tuple[Swap, ...]:
    """Both sets cut into the smallest parts that can change independently, by item id."""
    leader: dict[ItemId, ItemId] = {i.item: i.item for i in (*old.items, *new.items)}

    def first(item: ItemId) -> ItemId:
        while leader[item] != item:
            item = leader[item]
        return item

    for bundle in (*old.bundles, *new.bundles):
        for item in bundle[1:]:
            leader[first(item)] = first(bundle[0])
    parts: dict[ItemId, set[ItemId]] = {}
    for item in sorted(leader):
        parts.setdefault(first(item), set()).add(item)
    return tuple(
        Swap(frozenset(part), old.only(frozenset(part)), new.only(frozenset(part))) for part in parts.values()
    )
