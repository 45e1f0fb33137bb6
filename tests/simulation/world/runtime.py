"""The runtime of a virtual Unit: programs in memory that do what the bytes of their layers say.

They outlive the agent and not the power. Nothing here believes a digest: it runs what lies on the disk.
"""

from collections.abc import Callable
from random import Random

import msgspec
from tests.simulation.world.content import Behaviour
from tests.simulation.world.disk import Disk
from tests.simulation.world.timeline import Timeline, around

from aosedge.core.domain.instances import Found, InstanceKey, InstanceSpec
from aosedge.model.digests import Digest, sha256
from aosedge.model.instants import MILLISECOND, SECOND

PROVEN_AFTER_US = 2 * SECOND - 100 * MILLISECOND
"""The policy's time, less what it takes to hear of a start."""


class Faults(msgspec.Struct):
    """Shares, from 0 to 1, of what goes wrong."""

    start: float = 0.0
    stop: float = 0.0
    arrange: float = 0.0
    exit: float = 0.0
    """Of starts that end by themselves some time later though the program is good."""


class Program(msgspec.Struct):
    """One instance as it really is."""

    spec: InstanceSpec
    digest: Digest
    layers: tuple[Digest, ...]
    """Digests of the bytes that run, whatever the specification says."""
    behaviour: Behaviour
    since_us: int
    is_alive: bool = True
    was_healthy: bool = False
    exit_code: int | None = None
    ended_us: int = 0


class Refused(Exception):
    """The runtime did not do it."""


class Runtime:
    """What runs on a Unit. `heard` is told of ends, as long as an agent listens."""

    def __init__(self, timeline: Timeline, chance: Random, disk: Disk) -> None:
        self._timeline, self._chance, self._disk = timeline, chance, disk
        self.faults = Faults()
        self.programs: dict[InstanceKey, Program] = {}
        self.heard: Callable[[Program], None] = lambda program: None
        self.starts: list[Program] = []
        """Starts since the checkers looked last."""
        self.begun: Callable[[Program], None] = lambda program: None
        """Called with each program that starts."""
        self.troubled_us = 0
        """When a fault of this runtime last kept something from running."""
        self._proven: set[tuple[InstanceKey, Digest]] = set()

    def found(self) -> tuple[Found, ...]:
        """Everything there is, dead or alive."""
        return tuple(Found(k, p.digest, p.is_alive, p.exit_code) for k, p in sorted(self.programs.items()))

    def delay_us(self) -> int:
        """How long the next step takes."""
        return 5 * MILLISECOND + around(self._chance, 2 * SECOND)

    def start(self, spec: InstanceSpec) -> None:
        """Start what the layers say; raises Refused."""
        there = self.programs.get(spec.key)
        if there is not None and there.is_alive and there.digest == spec.digest():
            return
        self._remove(spec.key)
        if self._chance.random() < self.faults.start:
            self.troubled_us = self._timeline.now_us
            raise Refused("cannot start")
        contents = [self._disk.seen(f"layers/{layer[7:]}") for layer in spec.layers]
        if any(content is None for content in contents):
            raise Refused("a layer is missing")
        whole = [content for content in contents if content is not None]
        try:
            behaviour = msgspec.json.decode(whole[-1].rstrip(b" "), type=Behaviour)
        except (msgspec.DecodeError, UnicodeDecodeError):
            behaviour = Behaviour("crashing", "garbage", crash_after_us=1)
        program = Program(spec, spec.digest(), tuple(sha256(c) for c in whole), behaviour, self._timeline.now_us)
        self.programs[spec.key] = program
        self.starts.append(program)
        self.begun(program)
        if behaviour.kind == "crashing":
            self._end_after(behaviour.crash_after_us, program)
        elif self._chance.random() < self.faults.exit:
            self._end_after(around(self._chance, 600 * SECOND), program)

    def stop(self, key: InstanceKey) -> None:
        """Nothing is left of it; raises Refused."""
        if self._chance.random() < self.faults.stop:
            self.troubled_us = self._timeline.now_us
            raise Refused("still busy")
        self._remove(key)

    def arrange(self) -> None:
        """The network; raises Refused."""
        if self._chance.random() < self.faults.arrange:
            self.troubled_us = self._timeline.now_us
            raise Refused("no address left")

    def probe(self, spec: InstanceSpec) -> bool:
        """One health check."""
        program = self.programs.get(spec.key)
        if program is None or not program.is_alive or program.digest != spec.digest():
            return False
        healthy = self._is_healthy(program)
        program.was_healthy = program.was_healthy or healthy
        return healthy

    def lose_power(self) -> None:
        """Nothing runs any more."""
        for key in [*self.programs]:
            self._remove(key)

    def is_proven(self, key: InstanceKey, index_digest: Digest) -> bool:
        """Whether this instance of this content was ever healthy: by its check, or by having run for a while."""
        program = self.programs.get(key)
        if program is not None and program.spec.index_digest == index_digest:
            self._judge(program)
        return (key, index_digest) in self._proven

    def _remove(self, key: InstanceKey) -> None:
        program = self.programs.pop(key, None)
        if program is not None:
            self._judge(program)

    def _judge(self, program: Program) -> None:
        probed = program.spec.config.health_check is not None
        ran_us = (program.ended_us or self._timeline.now_us) - program.since_us
        if program.was_healthy if probed else ran_us >= PROVEN_AFTER_US:
            self._proven.add((program.spec.key, program.spec.index_digest))

    def _is_healthy(self, program: Program) -> bool:
        ran_us = self._timeline.now_us - program.since_us
        match program.behaviour.kind:
            case "good":
                return ran_us >= program.behaviour.ready_after_us
            case "late":
                return ran_us >= 3600 * SECOND
            case "sick" | "crashing":
                return False

    def _end_after(self, wait_us: int, program: Program) -> None:
        def end() -> None:
            if program.is_alive and self.programs.get(program.spec.key) is program:
                program.is_alive, program.exit_code, program.ended_us = False, 1, self._timeline.now_us
                self.troubled_us = self._timeline.now_us
                self.heard(program)

        self._timeline.after(wait_us, end)
