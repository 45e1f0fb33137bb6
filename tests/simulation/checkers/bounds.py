"""Disk, memory, queues."""

from collections.abc import Iterator

from tests.simulation.checkers.checker import Checker
from tests.simulation.world.unit import Unit

from aosedge.core.agent import INBOX_MOST
from aosedge.core.domain.state import ITEMS_MOST, SETTLED_MOST
from aosedge.core.store.spool import Bounds

ROOMS = 12
"""Item versions that may lie on a disk beside the good set and the target: those of the target before."""


class Bounded(Checker):
    """Nothing grows with time."""

    invariant = "I12 disk, memory and queues are bounded"

    def look_at(self, unit: Unit) -> Iterator[str]:
        agent = unit.agent
        if agent is None:
            return
        state = agent.engine.state
        sizes = {
            "inbox": (len(agent.inbox), INBOX_MOST),
            "unacknowledged messages": (-agent.session.room(), 0),
            "spool": (len(agent.spool.messages()), Bounds().messages),
            "settled": (len(state.settled), SETTLED_MOST),
            "quarantine": (len(state.quarantine), ITEMS_MOST),
            "contents": (len(state.contents), 2 * ITEMS_MOST),
        }
        for name, (size, most) in sizes.items():
            if size > most:
                yield f"{unit.system_id} has {size} in its {name}, at most {most}"
        if state.update is None and len(unit.disk.below("roots")) > len(state.contents) + ROOMS:
            yield f"{unit.system_id} keeps content that nobody needs"
