"""What was acknowledged is still there after the worst power cut."""

from collections.abc import Iterator

from aosedge.model.ids import Txn
from aosedge.protocol.messages import Ack, DesiredStatus
from tests.simulation.checkers.checker import StateChecker
from tests.simulation.world.unit import Unit


class AcknowledgedIsDurable(StateChecker):
    """On the Unit in the ledger as it lies on the disk; in the cloud in what was committed."""

    invariant = "I4 acknowledged means durable"

    def __init__(self, world: object) -> None:
        super().__init__(world)  # type: ignore[arg-type]
        self._settled: dict[Unit, set[Txn]] = {}

    def look(self) -> Iterator[str]:
        yield from super().look()
        for name, txn in self.world.cloud.acknowledged:
            asks = f"{name}-" if txn in self.world.units[name].questions else ""
            if not asks and txn not in self.world.cloud.books[name].received:
                yield f"the cloud acknowledged {txn} and does not have it"

    def look_at(self, unit: Unit) -> Iterator[str]:
        yield from super().look_at(unit)
        acks = [e.header.txn for e in unit.said if isinstance(e.data, Ack) and e.header.txn in unit.tasks]
        for txn in acks:
            if txn not in self._settled.get(unit, set()):
                yield f"{unit.system_id} acknowledged {txn} and would not know it after a power cut"
            message, state = unit.tasks[txn], self._states.get(unit)
            if isinstance(message, DesiredStatus) and message.generation is not None and state is not None:
                floor = state.floor
                if txn in state.settled and (floor is None or floor < message.generation):
                    yield f"{unit.system_id} acknowledged {message.generation} and would not know it"

    def changed(self, unit: Unit, before: object, now: object) -> Iterator[str]:
        state = self._states[unit]
        if state is not None:
            self._settled.setdefault(unit, set()).update(state.settled)
        return iter(())
