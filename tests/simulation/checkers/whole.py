"""Bundles."""

from collections.abc import Iterator

from tests.simulation.checkers.checker import Checker
from tests.simulation.world.unit import Unit

from aosedge.core.domain.state import State


class BundlesWhole(Checker):
    """Of items that a bundle binds in the good set, all are of that bundle."""

    invariant = "I5 a bundle is active whole or not at all"

    def changed(self, unit: Unit, before: State | None, now: State) -> Iterator[str]:
        contents = {item.item: item.index_digest for item in now.good.items}
        for bound in now.good.bundles:
            if len({self.world.bundle_of[contents[item]] for item in bound}) > 1:
                yield f"{unit.system_id} has a part of a bundle: {', '.join(bound)}"
