"""Content that failed."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

from tests.simulation.checkers.checker import Checker
from tests.simulation.world.unit import Unit

from aosedge.core.domain.state import State
from aosedge.model.digests import Digest
from aosedge.model.instants import SECOND

GRACE_US = 10 * SECOND
"""What was under way when content was quarantined may still begin."""

if TYPE_CHECKING:
    from tests.simulation.world.world import World


class FailedContentRests(Checker):
    """What was ever in quarantine is not started, until a person or another target says otherwise."""

    invariant = "I7 failed content is not retried for ever"

    def __init__(self, world: "World") -> None:
        super().__init__(world)
        self._since: dict[Unit, dict[Digest, int]] = {}

    def look_at(self, unit: Unit) -> Iterator[str]:
        since = self._since.get(unit, {})
        for program in unit.runtime.starts:
            began = since.get(program.spec.index_digest)
            if began is None or began < unit.pardoned_us:
                continue
            if self.world.timeline.now_us - began > GRACE_US:
                yield f"{unit.system_id} started {program.spec.key} of quarantined content"

    def changed(self, unit: Unit, before: State | None, now: State) -> Iterator[str]:
        known, now_us = self._since.setdefault(unit, {}), self.world.timeline.now_us
        wanted = now.target.set.index_digests() if now.target else frozenset()
        for digest in [d for d in known if d not in wanted or d in now.good.index_digests()]:
            del known[digest]
        for entry in now.quarantine:
            if entry.digest in wanted - now.good.index_digests():
                known.setdefault(entry.digest, now_us)
        return iter(())
