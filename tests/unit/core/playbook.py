"""Tests of the engine as scripts: `given(state).on(event).expect(effect, ...)`. Time stands still unless told."""

from collections.abc import Callable, Sequence
from datetime import timedelta

import msgspec

from aosedge.core.domain.contents import Content
from aosedge.core.domain.effects import (
    Arrange,
    Collect,
    Effect,
    Fetch,
    Install,
    Persist,
    Probe,
    Report,
    SendStatus,
    Start,
    Stop,
)
from aosedge.core.domain.engine import Engine
from aosedge.core.domain.events import (
    Arranged,
    ArrangeFailed,
    Collected,
    ContentFailed,
    ContentReady,
    Event,
    FoundInstances,
    Installed,
    InstallFailed,
    InstanceStarted,
    InstanceStopped,
    ProbeAnswered,
    Received,
    StartFailed,
    StopFailed,
    TimePassed,
)
from aosedge.core.domain.instances import Found, InstanceKey, InstanceSpec
from aosedge.core.domain.state import Policy, State
from aosedge.model.digests import Digest, sha256
from aosedge.model.ids import ItemId, SubjectId, SystemId, Txn
from aosedge.model.instants import SECOND, Instant, Monotonic, Now
from aosedge.model.oci import HealthCheck, ImageConfig, ItemConfig
from aosedge.protocol.messages import DesiredStatus, Message, UnitStatus
from aosedge.protocol.messages.from_cloud import DesiredBundle, DesiredInstance, DesiredItem
from aosedge.protocol.messages.from_unit import AnyAlert, NodeRuntime, NodeStatus
from aosedge.protocol.messages.parts import ArchInfo, Generation, Identity, OsInfo

UNIT = SystemId("unit-1")
START = Now(Instant(1_800_000_000 * SECOND), Monotonic(5_000 * SECOND))
NODE = NodeStatus(
    identity=Identity(codename="main"),
    node_group_subject=Identity(codename="edge"),
    state="provisioned",
    max_dmips=20_000,
    total_ram=1 << 30,
    runtimes=(NodeRuntime(Identity(codename="runc"), "runc", ArchInfo("amd64"), OsInfo("linux"), max_instances=32),),
)
POLICY = Policy(node=NODE)
FRESH = State(unit=UNIT)
CHECK = HealthCheck(type="http", port=80, interval=timedelta(seconds=1))
CHECKED = ItemConfig(health_check=CHECK)


def digest(name: str) -> Digest:
    return sha256(name.encode())


def content(name: str, config: ItemConfig = ItemConfig(), architecture: str = "amd64") -> Content:
    index = digest(name)
    return Content(
        index,
        digest(f"m{name}"),
        ImageConfig(architecture, "linux"),
        config,
        (digest(f"l{name}"),),
        ("tar",),
        (index,),
        100,
    )


def target(
    *names: str,
    number: int | None = None,
    counts: dict[str, int] | None = None,
    bundles: Sequence[Sequence[str]] = (),
    **more: object,
) -> DesiredStatus:
    """A target of items named like `a1`: item `a` in version `1`, with one instance each for subject `s`."""
    return msgspec.structs.replace(
        DesiredStatus(
            items=tuple(
                DesiredItem(Identity(id=n[0], type="service"), f"{n[1:]}.0.0", Identity(id="sp"), digest(n))
                for n in names
            ),
            instances=tuple(
                DesiredInstance(Identity(id=n[0]), Identity(id="s"), num_instances=(counts or {}).get(n[0], 1))
                for n in names
            ),
            bundles=tuple(DesiredBundle(f"b{i}", tuple(b)) for i, b in enumerate(bundles)),
            generation=None if number is None else Generation(1, number),
        ),
        **more,
    )


def key(item: str, number: int = 0) -> InstanceKey:
    return InstanceKey(ItemId(item), SubjectId("s"), number)


def answers(event: Event, effect: Effect) -> bool:
    """Whether the event is what the effect was waiting for, or makes its answer moot."""
    match effect:
        case Fetch(index_digest):
            if isinstance(event, ContentReady):
                return event.content.index_digest == index_digest
            return isinstance(event, ContentFailed) and event.index_digest == index_digest
        case Install(content_):
            return isinstance(event, Installed | InstallFailed) and event.index_digest == content_.index_digest
        case Collect():
            return isinstance(event, Collected)
        case Start(spec):
            return isinstance(event, InstanceStarted | StartFailed) and event.key == spec.key
        case Stop(key_):
            return isinstance(event, InstanceStopped | StopFailed) and event.key == key_
        case Arrange():
            return isinstance(event, Arranged | ArrangeFailed)
        case Probe(spec):
            return isinstance(event, ProbeAnswered) and event.key == spec.key
        case _:
            return False


ANSWERED = (Fetch, Install, Collect, Arrange, Start, Stop, Probe)


class Play:
    """An engine, a clock, and what it asked for last. What it wants of the runtime can be answered by `settle`."""

    def __init__(self, state: State = FRESH, policy: Policy = POLICY) -> None:
        self.policy = policy
        self.engine = Engine(state, policy)
        self.now = START
        self.effects: list[Effect] = []
        self.all: list[Effect] = []
        self.open: list[Effect] = []
        self.configs: dict[Digest, ItemConfig] = {}
        self.running: dict[InstanceKey, InstanceSpec] = {}
        self.sick: set[Digest] = set()
        self.watch: Callable[[], None] = lambda: None
        """Called after each step."""
        self._txn = 0

    @property
    def state(self) -> State:
        return self.engine.state

    def on(self, *events: Event) -> "Play":
        for event in events:
            answered = next((e for e in self.open if answers(event, e)), None)
            if answered is not None:
                self.open.remove(answered)
        self.effects = list(self.engine.handle(events, self.now))
        self.all += self.effects
        self.open += [e for e in self.effects if isinstance(e, ANSWERED)]
        self.watch()
        return self

    def receive(self, message: Message, system_id: SystemId = UNIT, txn: str = "") -> "Play":
        self._txn += 1
        return self.on(Received(Txn(txn or f"t{self._txn}"), system_id, message))

    def booted(self, *found: Found) -> "Play":
        return self.on(FoundInstances(found))

    def later(self, seconds: float) -> "Play":
        us = int(seconds * SECOND)
        self.now = Now(Instant(self.now.wall + us), Monotonic(self.now.mono + us))
        return self.on(TimePassed())

    def of(self, kind: type) -> list:
        return [e for e in self.effects if isinstance(e, kind)]

    def expect(self, *kinds: type) -> "Play":
        """Exactly these kinds of effects, in this order."""
        assert [type(e) for e in self.effects] == list(kinds), self.effects
        return self

    def phase(self) -> str:
        return self.state.update.phase if self.state.update else "idle"

    def statuses(self) -> list[UnitStatus]:
        return [e.status for e in self.all if isinstance(e, SendStatus)]

    def alerts(self) -> list[AnyAlert]:
        return [a for e in self.all if isinstance(e, Report) for a in getattr(e.message, "items", ())]

    def answer(self, effect: Effect) -> list[Event]:
        """What an honest world says to this effect."""
        match effect:
            case Fetch(index_digest):
                return [ContentReady(self._content(index_digest))]
            case Install(content_):
                return [Installed(content_.index_digest)]
            case Collect():
                return [Collected(0)]
            case Arrange(specs):
                return [Arranged(tuple(s.digest() for s in specs))]
            case Start(spec):
                self.running[spec.key] = spec
                return [InstanceStarted(spec.key, spec.digest())]
            case Stop(key_):
                self.running.pop(key_, None)
                return [InstanceStopped(key_)]
            case Probe(spec):
                well = spec.index_digest not in self.sick
                return [ProbeAnswered(spec.key, spec.digest(), well, "" if well else "status 500")]
            case _:
                return []

    def settle(self, *but: type) -> "Play":
        """Answer everything until nothing more is asked, without letting time pass; `but` these kinds."""
        for _ in range(1000):
            events = [a for e in self.open if not isinstance(e, but) for a in self.answer(e)]
            if not events:
                return self
            self.on(*events)
        raise AssertionError(f"no end: {self.effects}")

    def pass_time(self, seconds: float) -> "Play":
        """Let time pass as the engine asks to be woken, answering everything."""
        end = self.now.mono + int(seconds * SECOND)
        self.settle()
        while (due := self.engine.due()) is not None and due <= end:
            self.later((due - self.now.mono) / SECOND)
            self.settle()
        return self.later((end - self.now.mono) / SECOND).settle()

    def persisted(self) -> list[State]:
        return [e.state for e in self.all if isinstance(e, Persist)]

    def _content(self, index_digest: Digest) -> Content:
        names = {digest(f"{i}{v}"): f"{i}{v}" for i in "abcdefgh" for v in range(1, 10)}
        return content(names[index_digest], self.configs.get(index_digest, ItemConfig()))


def given(state: State = FRESH, policy: Policy = POLICY) -> Play:
    return Play(state, policy)


def running(*names: str, bundles: Sequence[Sequence[str]] = (), configs: dict[str, ItemConfig] | None = None) -> Play:
    """A Unit that runs these items as its last good set, connected to no cloud."""
    play = given().booted()
    play.configs = {digest(n): c for n, c in (configs or {}).items()}
    play.settle().receive(target(*names, bundles=bundles)).pass_time(10)
    assert play.phase() == "idle"
    assert {s.index_digest for s in play.running.values()} == {digest(n) for n in names}
    play.all.clear()
    return play


def versions(play: Play) -> dict[str, str]:
    """Of the items that run."""
    return {k.item: spec.version for k, spec in play.running.items()}
