"""Bundles."""

from collections.abc import Iterator

from tests.simulation.checkers.checker import Checker
from tests.simulation.world.unit import Unit

from aosedge.core.domain.state import State


class BundlesWhole(Checker):
    """When an item of a bundle becomes what the bundle says, all of them are."""

    invariant = "I5 a bundle is active whole or not at all"

    def changed(self, unit: Unit, before: State | None, now: State) -> Iterator[str]:
        if now.target is None or (before is not None and before.good == now.good):
            return
        old = {item.item: item.index_digest for item in before.good.items} if before else {}
        new = {item.item: item.index_digest for item in now.good.items}
        wanted = {item.item: item.index_digest for item in now.target.set.items}
        for bound in now.target.set.bundles:
            taken = [item for item in bound if new.get(item) == wanted[item] != old.get(item)]
            missing = [item for item in bound if new.get(item) != wanted[item]]
            if taken and missing:
                yield f"{unit.system_id} took {', '.join(taken)} of a bundle and not {', '.join(missing)}"
