"""Independent checks of a Unit's state and of what really runs, written from the invariants, sharing no rule with the
engine: a mistake there must not hide here. Called after each step in simulation and tests.
"""

from collections import Counter
from collections.abc import Iterable, Mapping

import msgspec

from aosedge.core.domain.instances import InstanceKey
from aosedge.core.domain.sets import ReleaseSet
from aosedge.core.domain.state import INSTANCES_MOST, ITEMS_MOST, LOG_REQUESTS_MOST, SETTLED_MOST, State
from aosedge.model.digests import Digest
from aosedge.model.ids import ItemId


class Unsound(msgspec.Struct, frozen=True):
    """An invariant that does not hold, and how one sees it."""

    invariant: str
    words: str


def state_is_sound(state: State) -> list[Unsound]:
    """What is wrong with a durable state; nothing for a sound one."""
    found = [*_floor(state), *_bounds(state), *_set(state.good, "the last good set")]
    here = {c.index_digest for c in state.contents}
    found += [
        Unsound("I8", f"content of {item.item} {item.version}, which is good, is not known")
        for item in state.good.items
        if item.index_digest not in here
    ]
    failed = {q.digest for q in state.quarantine}
    found += [
        Unsound("I7", f"{item.item} {item.version} is good and quarantined")
        for item in state.good.items
        if item.index_digest in failed
    ]
    if state.update is None:
        return found
    found += _set(state.update.set, "the set to come")
    if state.update.phase in ("pending", "installing", "launching", "waiting_active", "finalizing"):
        found += [
            Unsound("I1", f"{item.item} {item.version} goes on in phase {state.update.phase} without its content")
            for item in state.update.set.items
            if item.index_digest not in here
        ]
    found += [
        Unsound("I7", f"quarantined {item.item} {item.version} is on its way again")
        for item in state.update.set.items
        if item.index_digest in failed
    ]
    return found


def step_is_sound(before: State, after: State) -> list[Unsound]:
    """What is wrong with going from one durable state to the next."""
    found: list[Unsound] = []
    if before.unit != after.unit:
        found.append(Unsound("I9", f"{before.unit} became {after.unit}"))
    if before.floor is not None and (after.floor is None or after.floor < before.floor):
        found.append(Unsound("I2", f"the floor went from {before.floor} to {after.floor}"))
    if before.target is not None and after.target is not None:
        same_name = before.target.generation is not None and before.target.generation == after.target.generation
        if same_name and before.target.digest != after.target.digest:
            found.append(Unsound("I2", f"{after.target.generation} names two contents"))
    if before.good != after.good and (after.update is None or after.update.phase != "finalizing"):
        found.append(Unsound("I3", "the last good set changed without an update that ended"))
    return found


def running_is_sound(state: State, alive: Mapping[InstanceKey, Digest]) -> list[Unsound]:
    """What is wrong with the instances that really run, each with the index digest of its content."""
    found: list[Unsound] = []
    versions: dict[ItemId, set[Digest]] = {}
    for key, content in alive.items():
        versions.setdefault(key.item, set()).add(content)
    found += [
        Unsound("I3", f"{item} runs in {len(contents)} versions at once")
        for item, contents in versions.items()
        if len(contents) > 1
    ]
    verified = {c.index_digest for c in state.contents}
    found += [
        Unsound("I1", f"{key} runs content that was not verified")
        for key, content in sorted(alive.items())
        if content not in verified
    ]
    return found


def _floor(state: State) -> Iterable[Unsound]:
    target = state.target
    if target is not None and target.generation is not None and target.generation != state.floor:
        yield Unsound("I2", f"target {target.generation} beside floor {state.floor}")


def _bounds(state: State) -> Iterable[Unsound]:
    counts = {
        "settled": (len(state.settled), SETTLED_MOST),
        "questions": (len(state.questions), LOG_REQUESTS_MOST),
        "contents": (len(state.contents), 2 * ITEMS_MOST),
        "quarantine": (len(state.quarantine), 2 * ITEMS_MOST),
        "service states": (len(state.service_states), 3 * INSTANCES_MOST),
    }
    for name, (count, most) in counts.items():
        if count > most:
            yield Unsound("I12", f"{count} {name}, at most {most}")
    if len(state.settled) != len(set(state.settled)):
        yield Unsound("I6", "a message was taken twice")


def _set(one: ReleaseSet, name: str) -> Iterable[Unsound]:
    items = Counter(item.item for item in one.items)
    for item, count in items.items():
        if count > 1:
            yield Unsound("I3", f"{item} is {count} times in {name}")
    for wish in one.wishes:
        if wish.item not in items:
            yield Unsound("I8", f"{name} has an instance of {wish.item} without its content")
    for bundle in one.bundles:
        missing = [item for item in bundle if item not in items]
        if missing:
            yield Unsound("I5", f"{name} has a bundle without {', '.join(missing)}")
    if len(one.items) > ITEMS_MOST or sum(w.count for w in one.wishes) > INSTANCES_MOST:
        yield Unsound("I12", f"{name} is too large")
