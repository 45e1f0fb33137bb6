"""AosCore's brain: events in, effects out. Synchronous and deterministic; agent and simulator run this very class.

The order is explicit: when the durable state changed, `Persist` is the first effect, and no later one may leave
before it is durable. What is acknowledged (`Settle`) is therefore always durable (I4).
"""

from collections.abc import Mapping, Sequence
from typing import assert_never

import msgspec

from aosedge.core.domain.admission import check_order, target_of
from aosedge.core.domain.alerts import AlertBook
from aosedge.core.domain.effects import Effect, Persist, PushLogs, Refuse, Report, SendStatus, Settle
from aosedge.core.domain.events import (
    Arranged,
    ArrangeFailed,
    Collected,
    Connected,
    ContentFailed,
    ContentProgress,
    ContentReady,
    Disconnected,
    Event,
    FoundInstances,
    HoldSet,
    Installed,
    InstallFailed,
    InstanceExited,
    InstanceStarted,
    InstanceStopped,
    LogsPushed,
    NodesSeen,
    ProbeAnswered,
    QuarantineCleared,
    Received,
    SignalsSaid,
    StartFailed,
    StateDropped,
    StateNotWritten,
    StateRead,
    StateSeen,
    StateWritten,
    StatusLost,
    StopFailed,
    TimePassed,
)
from aosedge.core.domain.instances import InstanceSpec
from aosedge.core.domain.overrides import in_force, taken
from aosedge.core.domain.presence import Presence
from aosedge.core.domain.service_states import ServiceStates
from aosedge.core.domain.state import LOG_REQUESTS_MOST, SETTLED_MOST, Policy, Question, State
from aosedge.core.domain.statuses import Observer, Snapshot, delta, loses_instances, whole
from aosedge.core.domain.supervision import Supervision
from aosedge.core.domain.updates import Updates
from aosedge.model.errors import AosError
from aosedge.model.ids import NodeName
from aosedge.model.instants import Monotonic, Now
from aosedge.model.preconditions import Signal
from aosedge.protocol.messages import DesiredStatus, OverrideEnvVars, RequestLog, StateAcceptance, UpdateState

InstanceEvent = (
    FoundInstances
    | InstanceStarted
    | StartFailed
    | InstanceStopped
    | StopFailed
    | InstanceExited
    | Arranged
    | ArrangeFailed
    | ProbeAnswered
)


class Engine:
    """One Unit's rules over its durable state. At boot give it what the ledger holds, then `FoundInstances`."""

    def __init__(self, state: State, policy: Policy) -> None:
        self._policy = policy
        self._presence = Presence(state.offline_since)
        self._supervision = Supervision(policy)
        self._updates = Updates(state, policy, self._supervision, self._presence)
        self._states = ServiceStates(policy)
        self._observer = Observer(policy, self._updates, self._supervision, self._presence)
        self._effects: list[Effect] = []
        self._alerts = AlertBook(self.node_name)
        self._reported: Snapshot | None = None
        self._progress_at: Monotonic | None = None
        self._asked: set[str] = set()
        self._now: Now | None = None

    @property
    def state(self) -> State:
        """What must be durable before the effects of the last `handle` leave."""
        return self._updates.state

    def handle(self, events: Sequence[Event], now: Now) -> Sequence[Effect]:
        """Take the events in their order; what is to be done, in its order."""
        self._now, before = now, self.state
        self._presence.begin(now)
        for event in events:
            self._take(event, now)
        if (left := in_force(self.state.overrides, now.wall)) is not self.state.overrides:
            self._set(overrides=left)
        self._updates.advance(now, lambda: self._say_status(now))
        placed, connected = self._updates.placement().placed, self._presence.connected
        self._updates.state = self._states.step(self.state, placed, self._supervision, connected, now.mono)
        steps = self._supervision.reconcile(self._updates.specs(now.mono), now.mono)
        self._ask()
        self._say_news(now)
        self._say_status(now)
        self._effects += [*self._updates.acquisition.effects, *self._states.take_effects(), *steps]
        self._updates.acquisition.effects.clear()
        effects, self._effects = self._effects, []
        if self.state is not before and self.state != before:
            effects.insert(0, Persist(self.state))
        return effects

    def due(self) -> Monotonic | None:
        """When `handle([TimePassed()], ...)` is next worth calling; None waits for an event."""
        if self._now is None:
            return None
        now = self._now.mono
        times = [*self._updates.due(self._now), *self._supervision.due()]
        times += self._states.due(self.state, now, self._presence.connected)
        if self._progress_at is not None:
            times.append(self._progress_at)
        return min((t for t in times if t > now), default=None)

    @property
    def node_name(self) -> NodeName:
        """What this node is called on the wire."""
        return NodeName(self._policy.node.identity.codename or "")

    @property
    def signals(self) -> Mapping[str, Signal]:
        """What is known of things that preconditions ask about."""
        return self._updates.signals

    def specs(self) -> tuple[InstanceSpec, ...]:
        """The instances that shall run."""
        return self._updates.placement().placed

    def snapshot(self, now: Now) -> Snapshot:
        """What the Unit would say of itself."""
        return self._observer.snapshot(now.mono)

    # what came

    def _take(self, event: Event, now: Now) -> None:
        updates, mono = self._updates, now.mono
        match event:
            case Received():
                self._receive(event, now)
            case Connected() | Disconnected() | StatusLost():
                self._channel(event, now)
            case ContentProgress():
                updates.acquisition.progressed(event)
                self._alerts.downloading(event.index_digest, event.url, event.done_bytes, event.total_bytes, now)
            case ContentReady() | ContentFailed() | Installed() | InstallFailed() | Collected():
                self._content(event, now)
            case FoundInstances() | InstanceStarted() | StartFailed() | InstanceStopped() | StopFailed():
                self._instance(event, mono)
            case InstanceExited() | Arranged() | ArrangeFailed() | ProbeAnswered():
                self._instance(event, mono)
            case StateSeen() | StateRead() | StateWritten() | StateNotWritten() | StateDropped():
                updates.state = self._states.happened(self.state, event, self._supervision, mono)
            case LogsPushed(correlation_id):
                self._asked.discard(correlation_id)
                left = tuple(q for q in self.state.questions if q.correlation_id != correlation_id)
                self._set(questions=left)
            case QuarantineCleared(digest):
                updates.clear(digest)
            case HoldSet(hold):
                self._set(hold=hold)
            case SignalsSaid(signals):
                updates.said(signals)
            case NodesSeen(nodes):
                self._observer.others = nodes
            case TimePassed():
                pass
            case _:
                assert_never(event)

    def _instance(self, event: InstanceEvent, now: Monotonic) -> None:
        supervision = self._supervision
        match event:
            case FoundInstances():
                supervision.found(event, now)
            case InstanceStarted(key, spec):
                supervision.started(key, spec, now)
            case StartFailed(key, spec, message):
                supervision.start_failed(key, spec, message, now)
            case InstanceStopped(key):
                supervision.stopped(key, now)
            case StopFailed(key, message):
                supervision.stop_failed(key, message, now)
            case InstanceExited():
                supervision.exited(event, now)
            case Arranged():
                supervision.arranged(event)
            case ArrangeFailed():
                supervision.arrange_failed(event, now)
            case ProbeAnswered():
                supervision.probed(event, now)
            case _:
                assert_never(event)

    def _channel(self, event: Connected | Disconnected | StatusLost, now: Now) -> None:
        self._reported = None
        match event:
            case Connected():
                self._presence.found()
                self._updates.acquisition.hurry()
                self._states.connected(now.mono)
                self._set(offline_since=None)
            case Disconnected():
                self._presence.lost(now)
                self._set(offline_since=now.wall)
            case StatusLost():
                pass
            case _:
                assert_never(event)

    def _content(self, event: ContentReady | ContentFailed | Installed | InstallFailed | Collected, now: Now) -> None:
        updates = self._updates
        match event:
            case ContentReady(content, url):
                if updates.content_ready(content):
                    self._alerts.downloaded(content.index_digest, url, content.size_bytes, now)
            case ContentFailed(index_digest, _, message, url):
                if updates.content_failed(event, now):
                    self._alerts.interrupted(
                        index_digest, url, updates.acquisition.progress.get(index_digest, (0, 0)), message, now
                    )
            case Installed(index_digest):
                updates.acquisition.unpacked(index_digest)
            case InstallFailed():
                updates.content_failed(event, now)
            case Collected():
                if updates.collected():
                    self._reported = None
            case _:
                assert_never(event)

    def _receive(self, event: Received, now: Now) -> None:
        """A message for another Unit is not ours to take or to acknowledge (I9); a repeated one counts once (I6)."""
        if event.system_id != self.state.unit:
            self._effects.append(Refuse(event.txn))
            return
        self._effects.append(Settle(event.txn))
        if event.txn in self.state.settled:
            return
        self._set(settled=(*self.state.settled, event.txn)[-SETTLED_MOST:])
        match event.message:
            case DesiredStatus():
                self._desired(event.message, now)
            case RequestLog(correlation_id=str() as correlation_id):
                question = Question(correlation_id, event.message)
                self._set(questions=(*self.state.questions, question)[-LOG_REQUESTS_MOST:])
            case StateAcceptance():
                self._updates.state = self._states.judged(self.state, event.message, now.mono)
            case UpdateState():
                self._updates.state = self._states.given(self.state, event.message, self._supervision)
            case OverrideEnvVars():
                keys = (spec.key for spec in self.specs())
                overrides, answer = taken(event.message, keys, now.wall)
                self._set(overrides=overrides)
                self._effects.append(Report(answer))
            case _:
                self._alerts.core(f"{type(event.message).__name__}: not supported by this Unit", now)

    def _desired(self, message: DesiredStatus, now: Now) -> None:
        try:
            target = target_of(message, self.node_name)
            check_order(self.state, target)
        except AosError as refusal:
            self._alerts.core(f"target refused: {refusal}", now)
            return
        if target.generation is not None:
            self._set(floor=target.generation)
        if message.unit_config is not None:
            self._set(unit_config=message.unit_config)
        self._updates.accept(target)

    # what is said

    def _say_status(self, now: Now) -> None:
        if not self._presence.connected:
            return
        current = self._observer.snapshot(now.mono)
        if self._reported is None or loses_instances(self._reported, current):
            self._effects.append(SendStatus(whole(current)))
        else:
            current = self._paced(self._reported, current, now.mono)
            status = delta(self._reported, current)
            if status is not None:
                self._effects.append(SendStatus(status))
        self._reported = current

    def _paced(self, before: Snapshot, current: Snapshot, now: Monotonic) -> Snapshot:
        """Bytes alone are told at most once in a while."""
        bare = msgspec.structs.replace(current.update, items=before.update.items)
        if bare == current.update:
            return current
        if bare == before.update and self._progress_at is not None and now < self._progress_at:
            return msgspec.structs.replace(current, update=bare)
        self._progress_at = Monotonic(now + self._policy.progress_every_us)
        return current

    def _say_news(self, now: Now) -> None:
        versions = {s.key: s.version for s in self._updates.placement().placed}
        for news in (*self._updates.news, *self._supervision.news, *self._states.news):
            self._alerts.instance(news, versions.get(news.key, ""), now)
        for note in self._updates.notes:
            self._alerts.core(note, now)
        for said in (self._updates.news, self._supervision.news, self._states.news, self._updates.notes):
            said.clear()
        self._effects += self._alerts.report()

    def _ask(self) -> None:
        for question in self.state.questions:
            if question.correlation_id not in self._asked:
                self._asked.add(question.correlation_id)
                self._effects.append(PushLogs(question.correlation_id, question.request))

    def _set(self, **changes: object) -> None:
        self._updates.state = msgspec.structs.replace(self.state, **changes)
