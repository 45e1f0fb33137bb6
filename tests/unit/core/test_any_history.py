"""Whatever happens to a Unit, in any order, it stays sound, and it converges once the faults stop."""

from datetime import timedelta

import msgspec
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.unit.core.playbook import CHECK, Play, digest, key, target

from aosedge.core.domain.effects import Arrange, Effect, Fetch, Install, Persist, Probe, Settle, Start, Stop
from aosedge.core.domain.events import (
    ArrangeFailed,
    Connected,
    ContentFailed,
    Disconnected,
    Event,
    FoundInstances,
    InstallFailed,
    InstanceExited,
    InstanceStopped,
    ProbeAnswered,
    StartFailed,
    StopFailed,
)
from aosedge.core.domain.instances import Found
from aosedge.core.domain.soundness import running_is_sound, state_is_sound, step_is_sound
from aosedge.core.domain.state import State
from aosedge.model.oci import ItemConfig
from aosedge.protocol.messages import DesiredStatus

NAMES = st.sampled_from(["a1", "a2", "b1", "b2", "c1", "c2"])
BUNDLES = st.sampled_from([(), ("ab",), ("abc",), ("bc",)])


@st.composite
def targets(draw: st.DrawFn) -> tuple[tuple[str, ...], tuple[str, ...]]:
    names = draw(st.lists(NAMES, max_size=3, unique_by=lambda n: n[0]))
    return tuple(names), draw(BUNDLES)


STEPS = st.one_of(
    st.tuples(st.just("target"), targets()),
    st.tuples(st.just("answer"), st.integers(0, 3)),
    st.tuples(st.just("fail"), st.sampled_from(["untrusted", "unavailable", "disk"])),
    st.tuples(st.just("crash"), st.none()),
    st.tuples(st.just("exit"), st.integers(0, 5)),
    st.tuples(st.just("wait"), st.sampled_from([0.05, 1.0, 5.0, 61.0])),
    st.tuples(st.just("channel"), st.booleans()),
    st.tuples(st.just("sick"), NAMES),
)


CHECKED = ItemConfig(health_check=msgspec.structs.replace(CHECK, interval=timedelta(seconds=20)))


class History:
    """A Unit in a world that obeys an arbitrary list of steps, checked after each."""

    def __init__(self) -> None:
        self.play = Play()
        self.durable: State = self.play.state
        self.number = 0
        self.configure()
        self.play.booted()

    def configure(self) -> None:
        self.play.configs = {digest(n): CHECKED for n in ("a1", "a2", "b2", "c1")}
        self.play.watch = self.check

    def step(self, kind: str, detail: object) -> None:
        match kind, detail:
            case "target", (names, bundles):
                self.number += 1
                self.play.receive(self.target(names, bundles))
            case "answer", int(which):
                self.answer(which)
            case "fail", cause:
                self.fail(str(cause))
            case "crash", _:
                self.crash()
            case "exit", int(which):
                self.exit(which)
            case "wait", float(seconds):
                self.play.later(seconds)
            case "channel", up:
                self.play.on(Connected() if up else Disconnected())
            case "sick", name:
                self.play.sick.symmetric_difference_update({digest(str(name))})

    def target(self, names: tuple[str, ...], bundles: tuple[str, ...]) -> DesiredStatus:
        return target(*names, number=self.number, bundles=bundles)

    def answer(self, which: int) -> None:
        """The world does one thing that was asked for, not always the oldest."""
        if self.play.open:
            effect = self.play.open[which % len(self.play.open)]
            self.play.on(*self.play.answer(effect))

    def fail(self, cause: str) -> None:
        for effect in self.play.open:
            event = _failure(effect, cause)
            if event is not None:
                self.play.on(event)
                return

    def crash(self) -> None:
        """The agent is gone; what is durable and what runs stays."""
        old = self.play
        self.play = Play(self.durable)
        self.play.now, self.play.running, self.play.sick = old.now, old.running, old.sick
        self.play._txn = old._txn
        self.configure()
        self.play.on(FoundInstances(tuple(Found(k, s.digest(), alive=True) for k, s in old.running.items())))

    def exit(self, which: int) -> None:
        keys = sorted(self.play.running)
        if keys:
            spec = self.play.running[keys[which % len(keys)]]
            del self.play.running[spec.key]
            self.play.on(InstanceExited(spec.key, spec.digest(), 1))

    def check(self) -> None:
        """I1 to I8 and I12, after each event; I4: what is settled is durable by then."""
        persists = [e for e in self.play.effects if isinstance(e, Persist)]
        assert self.play.effects[: len(persists)] == persists
        assert len(persists) <= 1
        for persist in persists:
            assert step_is_sound(self.durable, persist.state) == []
            self.durable = persist.state
        assert self.durable == self.play.state
        for settle in self.play.effects:
            if isinstance(settle, Settle):
                assert settle.txn in self.durable.settled
        assert state_is_sound(self.play.state) == []
        alive = {k: s.index_digest for k, s in self.play.running.items()}
        assert [u for u in running_is_sound(self.play.state, alive) if u.invariant == "I3"] == []


def _failure(effect: Effect, cause: str) -> Event | None:
    match effect:
        case Fetch(index_digest):
            return ContentFailed(index_digest, cause, "fault")  # type: ignore[arg-type]
        case Install(content):
            return InstallFailed(content.index_digest, cause, "fault")  # type: ignore[arg-type]
        case Arrange(specs):
            return ArrangeFailed(tuple(s.digest() for s in specs), "fault")
        case Start(spec):
            return StartFailed(spec.key, spec.digest(), "fault")
        case Stop(key_):
            return StopFailed(key_, "fault")
        case Probe(spec):
            return ProbeAnswered(spec.key, spec.digest(), False, "fault")
        case _:
            return None


@settings(max_examples=150)
@given(st.lists(STEPS, max_size=60))
def test_a_unit_stays_sound_and_converges_once_faults_stop(steps: list[tuple[str, object]]) -> None:
    """I1, I2, I3, I4, I5, I6, I7, I8, I12."""
    history = History()
    for kind, detail in steps:
        history.step(kind, detail)
    history.play.sick.clear()
    history.step("channel", True)
    history.step("target", (("a1", "b1"), ("ab",)))
    history.play.pass_time(1500)
    state = history.play.state
    assert state.update is None
    wanted = {key("a"): digest("a1"), key("b"): digest("b1")}
    refused = {q.digest for q in state.quarantine}
    if not refused:
        assert {k: s.index_digest for k, s in history.play.running.items()} == wanted


@settings(max_examples=50)
@given(st.lists(STEPS, max_size=40))
def test_without_a_target_nothing_ever_runs(steps: list[tuple[str, object]]) -> None:
    history = History()
    for kind, detail in steps:
        if kind != "target":
            history.step(kind, detail)
    assert history.play.running == {}
    assert not [e for e in history.play.all if isinstance(e, Start | Fetch)]


def test_the_world_of_these_tests_can_stop_an_instance() -> None:
    history = History()
    history.step("target", (("c2",), ()))
    history.play.pass_time(5)
    history.step("target", ((), ()))
    history.play.settle(Stop)
    history.play.on(InstanceStopped(key("c")))
    assert history.play.engine.specs() == ()
