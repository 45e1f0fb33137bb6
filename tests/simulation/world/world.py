"""A whole world: one cloud, some Units, their networks; one chance, one time."""

from collections.abc import Iterator, Sequence
from random import Random

from tests.simulation.checkers import CHECKERS, Checker
from tests.simulation.world.cloud import Cloud
from tests.simulation.world.content import Made
from tests.simulation.world.network import Connection
from tests.simulation.world.timeline import Timeline
from tests.simulation.world.unit import Unit

from aosedge.core.domain.state import State
from aosedge.model.digests import Digest
from aosedge.model.ids import SystemId
from aosedge.model.instants import MINUTE, SECOND


class Violated(AssertionError):
    """An invariant does not hold."""


class World:
    """Everything of one seed. `run` lets time pass; after each event every checker looks."""

    def __init__(self, chance: Random, units: int) -> None:
        self.chance = chance
        self.timeline = Timeline()
        self.cloud = Cloud(self.timeline, chance)
        self.alone: set[SystemId] = set()
        self.units: dict[SystemId, Unit] = {}
        self.made: dict[Digest, Made] = {}
        """Everything that was ever published, by its index."""
        for number in range(units):
            unit = Unit(f"unit-{number}", self.timeline, chance, self._door, self.cloud.serve)
            self.units[unit.system_id] = unit
            self.cloud.join(unit.system_id)
        self.checkers: Sequence[Checker] = [kind(self) for kind in CHECKERS]
        self._of_units = [c for c in self.checkers if type(c).look_at is not Checker.look_at]
        self._of_cloud = [c for c in self.checkers if type(c).look_at_cloud is not Checker.look_at_cloud]
        self._states: dict[SystemId, State | None] = {}
        for unit in self.units.values():
            self.timeline.after(chance.randrange(SECOND), unit.boot)

    def _door(self, unit: Unit, connection: Connection) -> bool:
        return self.cloud.accept(unit.system_id, connection, unit.network)

    def run(self, until_us: int) -> None:
        """Until then. Raises Violated as soon as an invariant does not hold."""
        while self.timeline.next_us() <= until_us:
            self.timeline.step()
            self.check()
        self.timeline.now_us = until_us

    def run_until_quiet(self, most_us: int = 240 * MINUTE) -> list[str]:
        """Until every Unit is where its target says, or for so long; what is still waited for."""
        end_us = self.timeline.now_us + most_us
        while self.timeline.now_us < end_us:
            self.run(self.timeline.now_us + 30 * SECOND)
            waits = self.waits_for()
            if not waits:
                # long enough for a Unit without a cloud to be judged
                self.run(self.timeline.now_us + (30 * MINUTE if self.alone else 0))
                return []
        return waits

    def waits_for(self) -> list[str]:
        """Units that are not in sync with their newest target, and why, in the cloud's words and in truth."""
        waits = []
        for name, unit in self.units.items():
            if name in self.alone:
                continue
            book, stand = self.cloud.books[name], self.cloud.deployment(name)
            wanted = {item.index_digest for item in book.target.items} if book.target else set()
            right = "in_sync" if all(self.is_good(index) for index in wanted) else "failed"
            if book.is_paused:
                idle = book.target is None or not book.target.instances
                right = stand.state if stand.state in ("blocked", "failed") or idle else "blocked"
            if stand.state != right:
                waits.append(f"{name}: {stand.state} and not {right}, {stand.reason}")
            waits += [f"{name}: {words}" for words in unit.differs_from(book.target, self.is_good)]
            if unit.agent is None or unit.agent.spool.messages():
                waits.append(f"{name}: the cloud has not heard everything")
        return waits

    def leave_alone(self, name: SystemId) -> None:
        """This Unit has no cloud any more, whoever is healed: it must run its last good set (I13)."""
        self.alone.add(name)
        self.units[name].network.is_cut = True

    def is_good(self, index: Digest) -> bool:
        """Whether a Unit shall be able to run this content."""
        return self.made[index].is_good

    def publish(self, made: Made) -> None:
        """A Service Provider's version is in the cloud."""
        self.made[made.index] = made
        self.cloud.blobs.update(made.blobs)
        self.cloud.contents[made.index] = frozenset(made.blobs)

    def check(self) -> None:
        """Every invariant, now, where something happened."""
        for unit in self.units.values():
            if unit.touched:
                unit.touched = False
                self._check(unit)
        if self.cloud.touched:
            self.cloud.touched = False
            for checker in self._of_cloud:
                self._judge(checker, checker.look_at_cloud())
            self.cloud.acknowledged.clear()

    def _check(self, unit: Unit) -> None:
        before, now = self._states.get(unit.system_id), unit.durable_state()
        if now is not None and now is not before:
            self._states[unit.system_id] = now
            for checker in self.checkers:
                self._judge(checker, checker.changed(unit, before, now))
        for checker in self._of_units:
            self._judge(checker, checker.look_at(unit))
        unit.said.clear()
        unit.runtime.starts.clear()

    def _judge(self, checker: Checker, violations: Iterator[str]) -> None:
        for words in violations:
            raise Violated(f"{checker.invariant}: {words} (at {self.timeline.now_us / SECOND:.3f} s)")
