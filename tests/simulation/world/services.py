"""Services with state in a virtual world: programs that count in their file, and the cloud's book of states."""

from collections.abc import Callable
from random import Random

import msgspec
from tests.simulation.world.disk import Disk
from tests.simulation.world.runtime import Program, Runtime
from tests.simulation.world.timeline import Timeline, around

from aosedge.cloud.domain.service_states import KeptState, Standing, StateKey, Told, given, objection, taken
from aosedge.core.resources.service_states import StateFiles
from aosedge.core.runtimes.records import STATE, STORAGE, instance_name
from aosedge.model.digests import sha3_224_hex
from aosedge.model.ids import ItemId, SubjectId, SystemId, UnitId
from aosedge.model.instants import SECOND, Instant
from aosedge.protocol.messages import DesiredStatus, NewState, StateAcceptance, StateRequest, UpdateState

LIMIT_BYTES = 100
Answer = StateAcceptance | UpdateState


def state_files(disk: Disk) -> StateFiles:
    """The Unit's, over its virtual disk."""
    return StateFiles(disk, lambda path: sha3_224_hex(seen) if (seen := disk.seen(path)) is not None else "")


class Counting:
    """Programs whose item has a state: each counts on from what is in its file, in place and without a sync."""

    def __init__(self, timeline: Timeline, chance: Random, disk: Disk, runtime: Runtime) -> None:
        self._timeline, self._chance, self._disk, self._runtime = timeline, chance, disk, runtime
        self.guarded: Callable[[Callable[[], None]], None] = lambda happen: happen()
        self.is_busy = True
        self.every_us = 40 * SECOND
        self.wrote: set[bytes] = {b""}

    def begin(self, program: Program) -> None:
        """A program starts."""
        if program.spec.config.quotas.state_limit:
            self._later(program)

    def path_of(self, program: Program) -> str:
        """Its file."""
        return f"{STORAGE}/{instance_name(program.spec.key)}/{STATE}"

    def _later(self, program: Program) -> None:
        self._timeline.after(around(self._chance, self.every_us), lambda: self._again(program))

    def _again(self, program: Program) -> None:
        if self._runtime.programs.get(program.spec.key) is program and program.is_alive:
            self._later(program)
            if self.is_busy:
                self.guarded(lambda: self._count(program))

    def _count(self, program: Program) -> None:
        path = self.path_of(program)
        there = self._disk.seen(path) or b""
        content = b"%d" % ((int(there) if there.isdigit() else 0) + 1)
        self.wrote.add(content)
        try:
            self._disk.write(path, content)
        except OSError:
            return


class Taken(msgspec.Struct, frozen=True):
    """A state that the cloud accepted, for checkers."""

    unit: SystemId
    key: StateKey
    content: bytes


class Book:
    """What the cloud durably has of states, and where each user is."""

    def __init__(self) -> None:
        self.where: dict[SubjectId, SystemId] = {}
        self.states: dict[StateKey, tuple[KeptState, bytes]] = {}
        self.accepted: list[Taken] = []
        """Since the checkers looked last."""

    def judged(self, name: SystemId, target: DesiredStatus | None, state: NewState, at: Instant) -> StateAcceptance:
        """What the cloud's rules say of a reported state."""
        key, standing = self._standing(name, target, state)
        content = state.state.encode()
        told = Told(UnitId(name), key, state.state_checksum, content, at)
        refusal = objection(told, standing)
        if not refusal:
            self.states[key] = taken(told, standing, at), content
            self.accepted.append(Taken(name, key, content))
        return StateAcceptance(
            item=state.item,
            subject=state.subject,
            instance=state.instance,
            checksum=state.state_checksum,
            result="rejected" if refusal else "accepted",
            reason=refusal,
        )

    def asked(self, name: SystemId, target: DesiredStatus | None, ask: StateRequest, at: Instant) -> list[Answer]:
        """What a Unit is given that asks."""
        key, standing = self._standing(name, target, ask)
        kept = given(UnitId(name), key, ask.default, at, standing)
        if kept is None:
            return []
        content = self.states[key][1] if kept.checksum else b""
        self.states[key] = kept, content
        named = {"item": ask.item, "subject": ask.subject, "instance": ask.instance}
        return [UpdateState(state_checksum=sha3_224_hex(content), state=content.decode(), **named)]  # type: ignore[arg-type]

    def _standing(
        self, name: SystemId, target: DesiredStatus | None, message: NewState | StateRequest
    ) -> tuple[StateKey, Standing]:
        item, subject = ItemId(message.item.id or ""), SubjectId(message.subject.id or "")
        key = StateKey(subject, item, message.instance)
        wanted = target is not None and any(
            (wish.item.id, wish.subject.id) == (item, subject) and message.instance < wish.num_instances
            for wish in target.instances
        )
        if not wanted or self.where.get(subject) != name:
            return key, Standing()
        return key, Standing("user", LIMIT_BYTES, None, self.states[key][0] if key in self.states else None)
