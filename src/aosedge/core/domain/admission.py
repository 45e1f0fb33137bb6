"""Whether a target may be accepted: order of generations (I2), bounds (I12), and that it makes sense in itself."""

from collections import Counter

import msgspec

from aosedge.core.domain.consent import checked
from aosedge.core.domain.sets import ReleaseSet, SetItem, Wish, release_set
from aosedge.core.domain.state import INSTANCES_MOST, ITEMS_MOST, State, Target
from aosedge.model.digests import parse_digest, sha256
from aosedge.model.errors import Conflict, Invalid, TooLarge
from aosedge.model.ids import ItemId, NodeName, SubjectId
from aosedge.protocol.messages import DesiredStatus
from aosedge.protocol.messages.from_cloud import DesiredItem
from aosedge.protocol.messages.parts import Identity


def target_of(message: DesiredStatus, node: NodeName) -> Target:
    """The message as a target for this node; raises Invalid or TooLarge naming the entry that makes no sense."""
    bare = msgspec.structs.replace(message, generation=None, target_digest=None, correlation_id=None)
    wanted = _set_of(message)
    paused = any(n.item.codename == node and n.state == "paused" for n in message.nodes)
    names = tuple((_name(i.item), i.item.title or i.item.codename or "") for i in message.items)
    users = tuple(SubjectId(s.identity.id or s.identity.codename or "") for s in message.subjects if s.type == "user")
    if message.schedule is not None:
        checked(message.schedule)
    digest = sha256(msgspec.json.encode(bare))
    unscheduled = sha256(msgspec.json.encode(msgspec.structs.replace(bare, schedule=None)))
    return Target(digest, wanted, message.generation, message.schedule, paused, names, users, unscheduled)


def _name(item: Identity) -> ItemId:
    return ItemId(item.id or item.codename or "")


def _set_of(message: DesiredStatus) -> ReleaseSet:
    items = [_item(number, entry) for number, entry in enumerate(message.items)]
    wishes = [
        Wish(
            _name(i.item),
            SubjectId(i.subject.id or i.subject.codename or ""),
            i.num_instances,
            i.priority,
            i.labels,
        )
        for i in message.instances
    ]
    names = {i.item for i in items}
    for number, wish in enumerate(wishes):
        if wish.item not in names:
            raise Invalid("instance of an item that the target does not have", element=f"instances[{number}]")
        if wish.count < 0:
            raise Invalid("negative number of instances", element=f"instances[{number}].numInstances")
    _single([i.item for i in items], "items")
    _single([f"{w.item} {w.subject}" for w in wishes], "instances")
    _at_most(len(items), ITEMS_MOST, "items")
    _at_most(sum(w.count for w in wishes), INSTANCES_MOST, "instances")
    return release_set(items, wishes, [[ItemId(i) for i in b.items] for b in message.bundles])


def _item(number: int, entry: DesiredItem) -> SetItem:
    kind, name = entry.item.type or "service", _name(entry.item)
    if kind not in ("service", "component", "layer"):
        raise Invalid("not a kind of item", element=f"items[{number}].item.type", got=kind)
    return SetItem(name, entry.version, parse_digest(entry.index_digest, f"items[{number}].indexDigest"), kind)


def _single(names: list[ItemId] | list[str], element: str) -> None:
    for name, count in Counter(names).items():
        if count > 1 or not name.strip():
            raise Invalid("one entry for each, with a name", element=element, got=f"{name!r} {count} times")


def _at_most(count: int, most: int, element: str) -> None:
    if count > most:
        raise TooLarge("too many", element=element, expected=f"at most {most}", got=str(count))


def check_order(state: State, target: Target) -> None:
    """Raises Conflict for a target that is older than one accepted before, or another content of the same generation.

    Real clouds give no generation: then the newest message counts, until one has come with a generation.
    """
    floor, came = state.floor, target.generation
    if floor is None:
        return
    expected = f"at least {floor.epoch}.{floor.number}"
    if came is None:
        raise Conflict("target without generation after one with", element="generation", expected=expected)
    if came < floor:
        raise Conflict("older target", element="generation", expected=expected, got=f"{came.epoch}.{came.number}")
    if came == floor and state.target is not None and target.digest != state.target.digest:
        raise Conflict("another content of the same generation", element="generation", expected="a higher one")
