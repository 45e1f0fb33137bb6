"""What was stopped stays stopped."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

from tests.simulation.checkers.checker import Checker
from tests.simulation.world.unit import Unit

from aosedge.core.domain.state import State
from aosedge.model.digests import Digest
from aosedge.model.instants import SECOND

GRACE_US = 10 * SECOND
"""What was under way may still begin."""

if TYPE_CHECKING:
    from tests.simulation.world.world import World


class NobodyStartsAfterHalt(Checker):
    """Once a Unit has durably taken a target that pauses it, or that has an item no more, nothing of it starts."""

    invariant = "I11 after a halt nobody starts"

    def __init__(self, world: "World") -> None:
        super().__init__(world)
        self._paused: dict[Unit, int | None] = {}
        self._wanted: dict[Unit, frozenset[Digest]] = {}
        self._unwanted: dict[Unit, dict[Digest, int]] = {}

    def look_at(self, unit: Unit) -> Iterator[str]:
        now_us = self.world.timeline.now_us
        for program in unit.runtime.starts:
            paused = self._paused.get(unit)
            if paused is not None and now_us - paused > GRACE_US:
                yield f"{unit.system_id} started {program.spec.key} while it was paused"
            since = self._unwanted.get(unit, {}).get(program.spec.index_digest)
            if since is not None and now_us - since > GRACE_US:
                yield f"{unit.system_id} started {program.spec.key} that nobody wants any more"

    def changed(self, unit: Unit, before: State | None, now: State) -> Iterator[str]:
        now_us, target = self.world.timeline.now_us, now.target
        if target is None or not target.paused:
            self._paused[unit] = None
        elif self._paused.get(unit) is None:
            self._paused[unit] = now_us
        wanted = now.good.index_digests() | (now.update.set.index_digests() if now.update else frozenset())
        unwanted = self._unwanted.setdefault(unit, {})
        for digest in self._wanted.get(unit, frozenset()) - wanted:
            unwanted[digest] = now_us
        for digest in wanted:
            unwanted.pop(digest, None)
        self._wanted[unit] = wanted
        return iter(())
