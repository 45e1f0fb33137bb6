"""The last good set: proven before it is one, always startable, always running."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

from tests.simulation.checkers.checker import Checker
from tests.simulation.world.unit import Unit, keys_of

from aosedge.core.domain.sets import ReleaseSet, SetItem
from aosedge.core.domain.state import Override, State
from aosedge.model.digests import Digest, sha256
from aosedge.model.ids import ItemId
from aosedge.model.instants import MINUTE

PATIENCE_US = 12 * MINUTE
"""The longest back-off of a restart is five minutes, and some steps may fail once more."""

if TYPE_CHECKING:
    from tests.simulation.world.world import World


class HealthBeforeCommit(Checker):
    """A version becomes good only after each of its instances was healthy."""

    invariant = "I3 the old version is kept until the new one is healthy"

    def changed(self, unit: Unit, before: State | None, now: State) -> Iterator[str]:
        old: tuple[SetItem, ...] = before.good.items if before is not None else ()
        for item in now.good.items:
            if item in old:
                continue
            for key in keys_of(now.good, item.item):
                if not unit.runtime.is_proven(key, item.index_digest):
                    yield f"{unit.system_id} took {item.item} {item.version} for good before {key} was healthy"


class GoodSetStartable(Checker):
    """Whatever happens to the power, content of the good set is on the disk, whole and unpacked."""

    invariant = "I8 the last good set can always be started"

    def __init__(self, world: "World") -> None:
        super().__init__(world)
        self._looked: dict[Unit, tuple[int, int]] = {}
        self._right: dict[Digest, bytes] = {}

    def look_at(self, unit: Unit) -> Iterator[str]:
        moment = (unit.disk.operations, unit.boots)
        if self._looked.get(unit) == moment:
            return
        self._looked[unit] = moment
        state = unit.durable_state()
        if state is None:
            return
        contents = {content.index_digest: content for content in state.contents}
        for item in state.good.items:
            if item.index_digest not in contents:
                yield f"{unit.system_id} has forgotten the content of {item.item} {item.version}"
        for content in contents.values():
            for digest in content.blobs:
                if digest not in unit.spoiled and not self._is_right(digest, unit.holds(digest, surely=True)):
                    yield f"{unit.system_id} has no whole {digest} of {content.index_digest} after a power cut"
        for layer in (x for item in state.good.items for x in contents[item.index_digest].layers):
            if not self._is_right(layer, unit.disk.surely(f"layers/{layer[7:]}")):
                yield f"{unit.system_id} has no unpacked {layer} after a power cut"

    def _is_right(self, digest: Digest, content: bytes | None) -> bool:
        if content is None:
            return False
        if self._right.get(digest) is not content:
            if sha256(content) != digest:
                return False
            self._right[digest] = content
        return True


class GoodSetRuns(Checker):
    """With or without a cloud: once nothing has disturbed a Unit for a while, its good set runs."""

    invariant = "I13 without a cloud the Unit runs the last good set"

    def __init__(self, world: "World") -> None:
        super().__init__(world)
        self._as_asked: dict[Unit, tuple[ReleaseSet, tuple[Override, ...]]] = {}

    def look_at(self, unit: Unit) -> Iterator[str]:
        agent, now_us = unit.agent, self.world.timeline.now_us
        if agent is None:
            return
        state = agent.engine.state
        is_paused = state.target is not None and state.target.paused
        # other environment variables have instances of the good set started anew
        as_asked = (state.good, state.overrides)
        if state.update is not None or is_paused or self._as_asked.get(unit) != as_asked:
            self._as_asked[unit] = as_asked
            unit.disturbed_us = now_us
        if now_us - max(unit.disturbed_us, unit.runtime.troubled_us) < PATIENCE_US:
            return
        versions: dict[ItemId, SetItem] = {item.item: item for item in state.good.items}
        for item, version in versions.items():
            for key in keys_of(state.good, item):
                program = unit.runtime.programs.get(key)
                if program is None or not program.is_alive or program.spec.index_digest != version.index_digest:
                    yield f"{unit.system_id} does not run {key} {version.version} of its good set"
