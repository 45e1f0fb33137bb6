"""One life of AosCore in the world: the real engine, ledger, spool, content store and session, from boot to crash.

It does what `core/agent.py` does, without asyncio: a batch of events, one step, first what must be durable, then the
effects in their order. Whatever the engine wants done answers with an event some time later.
"""

from collections import deque
from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING

from tests.simulation.world.jobs import Jobs
from tests.simulation.world.network import Connection
from tests.simulation.world.runtime import Program, Refused
from tests.simulation.world.services import state_files
from tests.simulation.world.timeline import around

from aosedge.core.domain.effects import (
    Arrange,
    CancelFetch,
    Collect,
    DropState,
    Effect,
    Fetch,
    Install,
    LookAtState,
    Persist,
    Probe,
    PushLogs,
    ReadState,
    Refuse,
    Report,
    Send,
    SendStatus,
    Settle,
    Start,
    Stop,
    WriteState,
)
from aosedge.core.domain.engine import Engine
from aosedge.core.domain.events import (
    Arranged,
    ArrangeFailed,
    Connected,
    Disconnected,
    Event,
    FoundInstances,
    InstanceExited,
    InstanceStarted,
    InstanceStopped,
    LogsPushed,
    ProbeAnswered,
    Received,
    StartFailed,
    StatusLost,
    StopFailed,
    TimePassed,
)
from aosedge.core.domain.instances import InstanceKey
from aosedge.core.domain.state import State
from aosedge.core.resources.service_states import StateWork
from aosedge.core.store.ledger import Ledger
from aosedge.core.store.spool import Spool
from aosedge.model.digests import Digest
from aosedge.model.errors import Invalid
from aosedge.model.ids import Txn
from aosedge.model.instants import MILLISECOND, SECOND, Monotonic, Now
from aosedge.protocol import session
from aosedge.protocol.envelope import decode, encode
from aosedge.protocol.messages import BlobUrls, FromUnit, PushLog, RequestBlobUrls, UnitStatus, UpdateState
from aosedge.protocol.messages.from_cloud import BlobUrl
from aosedge.protocol.messages.parts import Identity

if TYPE_CHECKING:
    from tests.simulation.world.unit import Unit

RETRY_FIRST_US = SECOND
RETRY_MOST_US = 60 * SECOND
DULL = (Probe, ProbeAnswered, TimePassed)
"""What would fill the notes of a watched Unit."""
LOCATE_TIMEOUT_US = 45 * SECOND


class Agent:
    """The process. Its Unit calls nothing of it any more once it is dead."""

    def __init__(self, unit: "Unit") -> None:
        self._unit, self._chance = unit, unit.chance
        self.ledger = Ledger(unit.disk)
        state = self.ledger.load() or State(unit=unit.system_id)
        self.engine = Engine(state, unit.policy)
        self.spool = Spool(unit.disk)
        self.session = session.Session(unit.system_id, settled=state.settled)
        for txn, message in self.spool.messages():
            self.session.send(message, txn, self.now(), keep=True)
        self.jobs = Jobs(unit.disk, self._chance, self.later, self.locate, unit.serve, self.post)
        self.jobs.way = unit.way
        self.connection: Connection | None = None
        self.inbox: list[Event] = []
        self._effects: deque[Effect] = deque()
        self._questions: dict[str, Callable[[BlobUrl | None], None]] = {}
        self._busy: dict[InstanceKey | None, deque[Start | Stop | Arrange]] = {}
        self._turns: dict[InstanceKey | None, int] = {}
        self._states, self._state_work = state_files(unit.disk), deque[StateWork]()
        self._is_woken = False
        self._alarm_us = -1
        self._retry_us = RETRY_FIRST_US
        unit.runtime.heard = self._exited
        self.post(FoundInstances(unit.runtime.found()))
        self._dial()

    def now(self) -> Now:
        """Both clocks of this machine; the monotonic one began at power-up."""
        return self._unit.now()

    def later(self, wait_us: int, happen: Callable[[], None]) -> None:
        """Something of this life, unless it is over by then."""
        self._unit.later(self, wait_us, happen)

    def post(self, event: Event) -> None:
        """Into the inbox; what comes within some milliseconds is one batch."""
        if self._unit.is_watched and not isinstance(event, DULL):
            self._unit.note(f"< {event}")
        self.inbox.append(event)
        if not self._is_woken:
            self._is_woken = True
            self.later(around(self._chance, 5 * MILLISECOND), self._step)

    # the loop

    def _step(self) -> None:
        self._is_woken = False
        if self._effects:
            return  # something is not durable yet: nothing new is decided on top of it
        batch, self.inbox = self.inbox, []
        if batch:
            self._effects.extend(self.engine.handle(batch, self.now()))
        self._go_on()

    def _go_on(self) -> None:
        while self._effects:
            effect = self._effects[0]
            if self._unit.is_watched and not isinstance(effect, DULL):
                self._unit.note(f"> {effect}")
            try:
                self._carry_out(effect)
            except OSError as error:
                self._unit.note(f"{type(effect).__name__} waits: {error}")
                self.later(SECOND, self._go_on)
                return
            self._effects.popleft()
        if self.inbox:
            self.post(TimePassed())
        self._speak()
        self._set_alarm()

    def _set_alarm(self) -> None:
        times = [t for t in (self.engine.due(), self.session.due()) if t is not None]
        if not times:
            return
        due = min(times)
        if due == self._alarm_us:
            return
        self._alarm_us = due
        self.later(max(due - self.now().mono, MILLISECOND), partial(self._ring, due))

    def _ring(self, due: Monotonic) -> None:
        if due != self._alarm_us:
            return
        self._alarm_us = -1
        self._happened(self.session.expire(self.now()))
        self._speak()
        self.post(TimePassed())

    # effects

    def _carry_out(self, effect: Effect) -> None:
        now = self.now()
        match effect:
            case Persist(state):
                self.ledger.save(state)
            case Settle(txn):
                self.session.settle(txn, now)
            case Refuse(txn):
                self.session.refuse(txn, now)
            case SendStatus(status):
                if self.session.room() > 0:
                    self.session.send(status, self._unit.new_txn(), now)
            case Send(message):
                if self.session.room() > 0:
                    self.session.send(message, self._unit.new_txn(), now)
            case LookAtState() | ReadState() | WriteState() | DropState():
                self._state_work.append(effect)
                if len(self._state_work) == 1:
                    self._do_state_work()
            case Report(message):
                self._keep(message)
            case Fetch() | Install() | Collect():
                self.jobs.add(effect)
            case CancelFetch(index_digest):
                self.jobs.cancel(index_digest)
            case Start() | Stop() | Arrange():
                self._queue(effect)
            case Probe(spec):
                answer = ProbeAnswered(spec.key, spec.digest(), self._unit.runtime.probe(spec), "no answer")
                self.later(around(self._chance, SECOND), lambda: self.post(answer))
            case PushLogs(correlation_id, _):
                node = Identity(codename=self._unit.policy.node.identity.codename)
                self._keep(PushLog(correlation_id=correlation_id, node=node, part=1, parts_count=1, status="empty"))
                self.post(LogsPushed(correlation_id))

    def _keep(self, message: FromUnit) -> None:
        txn = self._unit.new_txn()
        for gone in self.spool.put(txn, message):
            self.session.withdraw(gone)
        self.session.send(message, txn, self.now(), keep=True)

    def _do_state_work(self) -> None:
        def do() -> None:
            self.post(self._states.do(self._state_work[0]))
            self._state_work.popleft()
            if self._state_work:
                self._do_state_work()

        self.later(around(self._chance, 200 * MILLISECOND), do)

    def _queue(self, effect: Start | Stop | Arrange) -> None:
        key = None if isinstance(effect, Arrange) else effect.key if isinstance(effect, Stop) else effect.spec.key
        waiting = self._busy.setdefault(key, deque())
        if isinstance(effect, Stop) and waiting:
            # a start under way is given up: it may have happened, and nobody hears of it
            if self._chance.random() < 0.5:
                self.finish(waiting[0])
            waiting.clear()
            self._turns[key] = self._turns.get(key, 0) + 1
        waiting.append(effect)
        if len(waiting) == 1:
            self._do_later(key)

    def _do_later(self, key: InstanceKey | None) -> None:
        turn = self._turns.get(key, 0)

        def do() -> None:
            if self._turns.get(key, 0) == turn:
                self.post(self._done(self._busy[key].popleft()))
                if self._busy[key]:
                    self._do_later(key)

        self.later(self._unit.runtime.delay_us(), do)

    def _done(self, effect: Start | Stop | Arrange) -> Event:
        runtime = self._unit.runtime
        match effect:
            case Start(spec):
                try:
                    runtime.start(spec)
                except Refused as refusal:
                    return StartFailed(spec.key, spec.digest(), str(refusal))
                return InstanceStarted(spec.key, spec.digest())
            case Stop(key):
                try:
                    runtime.stop(key)
                except Refused as refusal:
                    return StopFailed(key, str(refusal))
                return InstanceStopped(key)
            case Arrange(specs):
                digests = tuple(spec.digest() for spec in specs)
                try:
                    runtime.arrange()
                except Refused as refusal:
                    return ArrangeFailed(digests, str(refusal))
                return Arranged(digests)

    def half_done(self) -> list[Start | Stop | Arrange]:
        """What was under way in the runtime: it may happen although the agent is gone."""
        return [waiting[0] for waiting in self._busy.values() if waiting]

    def finish(self, effect: Start | Stop | Arrange) -> None:
        """The runtime finishes this without the agent."""
        self._done(effect)

    def _exited(self, program: Program) -> None:
        exited = InstanceExited(program.spec.key, program.digest, program.exit_code)
        self.later(around(self._chance, 100 * MILLISECOND), lambda: self.post(exited))

    # the cloud

    def _dial(self) -> None:
        connection = self._unit.dial(self)
        if connection is None:
            wait_us, self._retry_us = self._retry_us, min(self._retry_us * 2, RETRY_MOST_US)
            self.later(int(wait_us * self._chance.random()) + MILLISECOND, self._dial)
            return
        self._retry_us = RETRY_FIRST_US
        self.connection = connection
        self.session.connected(self.now())
        self.post(Connected())
        self._speak()

    def ended(self, connection: Connection) -> None:
        """The connection is gone, as this side sees it."""
        if connection is not self.connection:
            return
        self.connection = None
        self._happened(self.session.lost(self.now()))
        for question in [*self._questions]:
            self._answer(question, None)
        self.post(Disconnected())
        self.later(around(self._chance, SECOND), self._dial)

    def hear(self, connection: Connection, raw: bytes) -> None:
        """A frame from the cloud."""
        if connection is not self.connection:
            return
        try:
            envelope = decode(raw)
        except Invalid:
            return
        self._happened(self.session.receive(envelope, self.now()))
        self._speak()

    def _happened(self, events: list[session.Event]) -> None:
        for event in events:
            match event:
                case session.Work(envelope):
                    header, message = envelope.header, envelope.data
                    if isinstance(message, BlobUrls):
                        self.session.settle(header.txn, self.now())
                        self._answer(message.correlation_id or "", message.items[0] if message.items else None)
                    else:
                        self._unit.tasks[header.txn] = message
                        if isinstance(message, UpdateState):  # its instance starts anew
                            self._unit.disturbed_us = self._unit.timeline.now_us
                        self.post(Received(header.txn, header.system_id or self._unit.system_id, message))
                case session.Delivered(txn):
                    self.spool.remove(txn)
                case session.GaveUp(_, message):
                    if isinstance(message, UnitStatus):
                        self.post(StatusLost())
                case session.Postponed() | session.Misaddressed():
                    pass

    def _speak(self) -> None:
        for envelope in self.session.drain():
            self._unit.says(envelope)
            if self.connection is not None:
                self._unit.network.up(self.connection, encode(envelope))

    def locate(self, digest: Digest, answer: Callable[[BlobUrl | None], None]) -> None:
        """Ask the cloud where a blob is."""
        if self.connection is None or self.session.room() <= 0:
            self.later(0, lambda: answer(None))
            return
        txn = self._unit.new_txn()
        self._questions[txn] = answer
        self.session.send(RequestBlobUrls(correlation_id=txn, digests=(digest,)), Txn(txn), self.now())
        self.later(LOCATE_TIMEOUT_US, lambda: self._answer(txn, None))
        self._speak()

    def _answer(self, correlation_id: str, place: BlobUrl | None) -> None:
        answer = self._questions.pop(correlation_id, None)
        if answer is not None:
            answer(place)
