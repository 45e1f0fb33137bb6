"""A Unit as a machine: its disk and runtime outlive the agent, and the disk outlives the power."""

import hashlib
from collections.abc import Callable, Iterator
from random import Random
from typing import Literal

import msgspec
from tests.simulation.world.agent import Agent
from tests.simulation.world.disk import Disk, PowerCut
from tests.simulation.world.jobs import Way
from tests.simulation.world.network import Connection, Network
from tests.simulation.world.runtime import Runtime
from tests.simulation.world.services import Counting
from tests.simulation.world.timeline import BEGIN, Timeline, around

from aosedge.core.domain.instances import InstanceKey
from aosedge.core.domain.sets import ReleaseSet
from aosedge.core.domain.state import Policy, State
from aosedge.model.digests import Digest
from aosedge.model.errors import Invalid
from aosedge.model.ids import ItemId, SubjectId, SystemId, Txn
from aosedge.model.instants import MINUTE, SECOND, Instant, Monotonic, Now
from aosedge.protocol.envelope import Envelope
from aosedge.protocol.messages import DesiredStatus, Message, RequestBlobUrls
from aosedge.protocol.messages.from_unit import NodeRuntime, NodeStatus
from aosedge.protocol.messages.parts import ArchInfo, Identity, OsInfo

NOTES_MOST = 60
DISK_BYTES = 8 * 1024 * 1024
NODE = NodeStatus(
    identity=Identity(codename="main"),
    node_group_subject=Identity(codename="edge"),
    state="provisioned",
    max_dmips=20_000,
    total_ram=1 << 30,
    runtimes=(
        NodeRuntime(Identity(codename="scripted"), "scripted", ArchInfo("amd64"), OsInfo("linux"), max_instances=32),
    ),
)
Ends = Literal["kill", "power"]
LEVEL = "LEVEL="
"""The variable that the cloud sets for a while here."""


class Unit:
    """One machine of the world. `door` opens a connection to the cloud, `serve` is the blob server."""

    def __init__(
        self,
        name: str,
        timeline: Timeline,
        chance: Random,
        door: Callable[["Unit", Connection], bool],
        serve: Callable[[str], bytes | None],
    ) -> None:
        self.system_id = SystemId(name)
        self.timeline, self.chance = timeline, chance
        self.policy = Policy(node=NODE)
        self.disk = Disk(chance, DISK_BYTES)
        self.runtime = Runtime(timeline, chance, self.disk)
        self.counting = Counting(timeline, chance, self.disk, self.runtime)
        self.counting.guarded, self.runtime.begun = self.guarded, self.counting.begin
        self.network = Network(timeline, chance)
        self.way = Way()
        self.serve = serve
        self.agent: Agent | None = None
        self.said: list[Envelope] = []
        """What left since the checkers looked last."""
        self.tasks: dict[Txn, Message] = {}
        """Messages of the cloud that the agent was given, by txn."""
        self.spoiled: set[Digest] = set()
        """Blobs that turned on the disk, once or more."""
        self.is_watched = False
        """Whether every event and effect is noted."""
        self.notes: list[str] = []
        self.boots = 0
        self.touched = False
        """Whether anything happened here since the checkers looked last."""
        self.powered_us = 0
        self.pardoned_us = 0
        """When a person last allowed failed content again."""
        self.disturbed_us = 0
        """When something last happened that may keep instances from running for a while."""
        self.ends: Ends = "power"
        self.keep: float | None = None
        """How much of what was not synced outlives a power cut; None leaves it to chance."""
        self.rest_us: int | None = None
        """How long it is off; None leaves it to chance."""
        self.ended: Callable[[], None] = lambda: None
        """Called after each end."""
        self.questions: set[Txn] = set()
        """Messages of the agent that the cloud answers and does not store."""
        self._ledger_raw: bytes | None = None
        self._ledger_state: State | None = None
        self._door = door
        self._txns = 0
        self._read_us = 0
        self._skew_us = chance.randrange(-5 * SECOND, 5 * SECOND)

    def now(self) -> Now:
        """The machine's clocks."""
        us = self.timeline.now_us
        self._read_us = max(self._read_us + 1, BEGIN + us + self._skew_us)  # two readings are never the same
        return Now(Instant(self._read_us), Monotonic(us - self.powered_us))

    def note(self, words: str) -> None:
        """For the trace of a failing seed."""
        self.notes.append(f"{self.timeline.now_us / SECOND:10.3f} {self.system_id}: {words[:300]}")
        del self.notes[:-NOTES_MOST]

    def new_txn(self) -> Txn:
        """An id that no other message of the world has."""
        self._txns += 1
        return Txn(f"{self.system_id}-{self._txns}")

    def later(self, agent: Agent, wait_us: int, happen: Callable[[], None]) -> None:
        """Something of this agent's life."""

        def if_alive() -> None:
            if self.agent is agent:
                self.guarded(happen)

        self.timeline.after(wait_us, if_alive)

    def guarded(self, happen: Callable[[], None]) -> None:
        """Do it; a disk that reaches its cut ends the agent, or all."""
        self.touched = True
        try:
            happen()
        except PowerCut:
            self.end(self.ends)

    # life and death

    def boot(self) -> None:
        """Start the agent, again or for the first time; a damaged ledger would be an error of ours."""
        if self.agent is not None:
            return
        self.boots += 1
        self.disturbed_us = self.timeline.now_us
        self.note("boots")
        self.guarded(self._boot)

    def _boot(self) -> None:
        self.agent = Agent(self)

    def end(self, how: Ends) -> None:
        """The agent is killed, or the power goes; it comes back by itself."""
        self.touched = True
        agent, self.agent = self.agent, None
        self.note(f"ends by {how}")
        self.disk.cut_at_change = None
        self.disturbed_us = self.timeline.now_us
        self.runtime.heard = lambda program: None
        if agent is not None:
            for effect in agent.half_done():
                if self.chance.random() < 0.5:
                    agent.finish(effect)
        if how == "power":
            self.runtime.lose_power()
            self.disk.lose_power(self.chance.choice([0.0, 0.5, 1.0]) if self.keep is None else self.keep)
            self.powered_us = self.timeline.now_us
        if agent is not None and agent.connection is not None:
            self.network.drop(agent.connection, 30 * SECOND)
        self.timeline.after(around(self.chance, MINUTE) if self.rest_us is None else self.rest_us, self.boot)
        self.ended()

    # the cloud

    def dial(self, agent: Agent) -> Connection | None:
        """Try to reach the cloud."""
        connection = self.network.connect()
        if connection is None or not self._door(self, connection):
            return None
        connection.to_unit = lambda raw: self._for(agent, lambda: agent.hear(connection, raw))
        connection.unit_ended = lambda: self._for(agent, lambda: agent.ended(connection))
        return connection

    def _for(self, agent: Agent, happen: Callable[[], None]) -> None:
        if self.agent is agent:
            self.guarded(happen)

    def says(self, envelope: Envelope) -> None:
        """Something leaves the Unit."""
        self.said.append(envelope)
        if isinstance(envelope.data, RequestBlobUrls):
            self.questions.add(envelope.header.txn)

    def spoil(self, path: str) -> None:
        """A bit of a blob turns."""
        size = len(self.disk.seen(path) or b"")
        if size:
            self.disk.spoil(path, self.chance.randrange(size))
            self.spoiled.add(Digest(f"sha256:{path.rpartition('/')[2]}"))
            self.note(f"{path} rots")

    # what checkers look at

    def durable_state(self) -> State | None:
        """What the ledger holds after the worst power cut; raises Invalid for a damaged one."""
        raw = self.disk.surely("ledger")
        if raw is not self._ledger_raw:
            self._ledger_raw, self._ledger_state = raw, None if raw is None else _ledger(raw)
        return self._ledger_state

    def holds(self, digest: Digest, surely: bool) -> bytes | None:
        """A blob's bytes on the disk, after the worst power cut or as programs see them."""
        path = f"blobs/{digest[7:]}"
        return self.disk.surely(path) if surely else self.disk.seen(path)

    def differs_from(self, target: DesiredStatus | None, is_good: Callable[[Digest], bool]) -> list[str]:
        """What does not run as it should, in truth: good content as wanted, other content not at all."""
        if target is None or any(node.state == "paused" for node in target.nodes):
            return [
                f"{key} runs on a paused node" for key, p in self.runtime.programs.items() if target and p.is_alive
            ]
        items = {str(item.item.id): item for item in target.items}
        bad = self._held(target, {name for name, item in items.items() if not is_good(item.index_digest)})
        alive = {k: p for k, p in self.runtime.programs.items() if p.is_alive}
        words = []
        for wish in target.instances:
            item, subject = str(wish.item.id), str(wish.subject.id)
            for number in range(wish.num_instances):
                program = alive.pop(InstanceKey(ItemId(item), SubjectId(subject), number), None)
                at_target = program is not None and program.spec.index_digest == items[item].index_digest
                if item in bad and at_target and not is_good(items[item].index_digest):
                    words.append(f"{item} runs though it is not good")
                if item not in bad and not at_target:
                    words.append(f"{item}/{subject}/{number} does not run in {items[item].version}")
        words += [f"{key} still runs" for key in alive if key.item not in bad]
        return words + list(self._misled())

    def _misled(self) -> Iterator[str]:
        """What runs with other variables than the cloud set, or after their time."""
        state = self.durable_state()
        for key, program in self.runtime.programs.items():
            has = [entry for entry in program.spec.run.env if entry.startswith(LEVEL)]
            shall = [f"{LEVEL}{one.value}" for one in state.overrides if one.item == key.item] if state else []
            if program.is_alive and has != shall[-1:]:
                yield f"{key} runs with {has} and not {shall}"

    def _held(self, target: DesiredStatus, bad: set[str]) -> set[str]:
        """Items that cannot change because a bundle, the old one or the new one, binds them to one that is bad."""
        state = self.durable_state()
        bundles = [set(bundle.items) for bundle in target.bundles]
        bundles += [{str(item) for item in bound} for bound in state.good.bundles] if state else []
        while more := {item for bound in bundles if bad & bound for item in bound} - bad:
            bad = bad | more
        return bad


def keys_of(wanted: ReleaseSet, item: ItemId) -> list[InstanceKey]:
    """The instances of an item in a set."""
    return [InstanceKey(w.item, w.subject, n) for w in wanted.wishes if w.item == item for n in range(w.count)]


def _ledger(raw: bytes) -> State:
    """The state in these bytes, read by nothing that a fault in the ledger would reach."""
    head, _, body = raw.partition(b"\n")
    if hashlib.sha256(body).hexdigest().encode() not in head:
        raise Invalid("a ledger that is not whole", element=str(raw[:80]))
    return msgspec.json.decode(body, type=State)
