"""Content that failed."""

from collections.abc import Iterator

from aosedge.model.digests import Digest
from aosedge.model.instants import SECOND
from tests.simulation.checkers.checker import StateChecker
from tests.simulation.world.unit import Unit

GRACE_US = 10 * SECOND
"""What was under way when content was quarantined may still begin."""


class FailedContentRests(StateChecker):
    """What lies in quarantine is not started."""

    invariant = "I7 failed content is not retried for ever"

    def __init__(self, world: object) -> None:
        super().__init__(world)  # type: ignore[arg-type]
        self._since: dict[Unit, dict[Digest, int]] = {}

    def look_at(self, unit: Unit) -> Iterator[str]:
        yield from super().look_at(unit)
        since = self._since.get(unit, {})
        for program in unit.runtime.starts:
            began = since.get(program.spec.index_digest)
            if began is not None and self.world.timeline.now_us - began > GRACE_US:
                yield f"{unit.system_id} started {program.spec.key} of quarantined content"

    def changed(self, unit: Unit, before: object, now: object) -> Iterator[str]:
        state, known = self._states[unit], self._since.get(unit, {})
        if state is not None:
            good = state.good.index_digests()
            self._since[unit] = {
                entry.digest: known.get(entry.digest, self.world.timeline.now_us)
                for entry in state.quarantine
                if entry.digest not in good
            }
        return iter(())
