"""What was acknowledged is still there after the worst power cut."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

from tests.simulation.checkers.checker import Checker
from tests.simulation.world.unit import Unit

from aosedge.core.domain.state import State
from aosedge.model.ids import Txn
from aosedge.protocol.messages import Ack, DesiredStatus

if TYPE_CHECKING:
    from tests.simulation.world.world import World


class AcknowledgedIsDurable(Checker):
    """On the Unit in the ledger as it lies on the disk; in the cloud in what was committed."""

    invariant = "I4 acknowledged means durable"

    def __init__(self, world: "World") -> None:
        super().__init__(world)
        self._settled: dict[Unit, set[Txn]] = {}

    def look_at_cloud(self) -> Iterator[str]:
        for name, txn in self.world.cloud.acknowledged:
            is_question = txn in self.world.units[name].questions
            if not is_question and txn not in self.world.cloud.books[name].received:
                yield f"the cloud acknowledged {txn} and does not have it"

    def look_at(self, unit: Unit) -> Iterator[str]:
        acks = [e.header.txn for e in unit.said if isinstance(e.data, Ack) and e.header.txn in unit.tasks]
        for txn in acks:
            if txn not in self._settled.get(unit, set()):
                yield f"{unit.system_id} acknowledged {txn} and would not know it after a power cut"
            message, state = unit.tasks[txn], unit.durable_state()
            if isinstance(message, DesiredStatus) and message.generation is not None and state is not None:
                floor = state.floor
                if txn in state.settled and (floor is None or floor < message.generation):
                    yield f"{unit.system_id} acknowledged {message.generation} and would not know it"

    def changed(self, unit: Unit, before: State | None, now: State) -> Iterator[str]:
        self._settled.setdefault(unit, set()).update(now.settled)
        return iter(())
