"""AosCloud in the world: its real rules over a virtual store whose transactions commit or never were.

What is durable is in `Books`, replaced as a whole at each commit. What a process knows (conversations, messages that
wait for their transaction) is gone when it crashes. Conversations are the gateway's own.
"""

from collections.abc import Callable
from random import Random

import msgspec
from tests.simulation.world.network import Connection, Network
from tests.simulation.world.services import Answer, Book
from tests.simulation.world.timeline import BEGIN, Timeline, around

from aosedge.cloud.domain.catalogue import Catalogue
from aosedge.cloud.domain.deployment import Aim, Deployment, deployment
from aosedge.cloud.domain.pauses import with_stances
from aosedge.cloud.domain.reports import Known, StatusReport, hear
from aosedge.cloud.domain.soundness import faults
from aosedge.cloud.domain.statuses import Actual
from aosedge.cloud.domain.targets import CompiledTarget, Intent, compile_target, left_out, next_generation
from aosedge.cloud.gateway.conversation import Conversation
from aosedge.cloud.gateway.orders import Keep, LookUpBlobs, LookUpTarget, Order, Part, Say
from aosedge.core.domain.admission import target_of
from aosedge.model.digests import Digest, sha3_256_hex
from aosedge.model.ids import NodeName, SystemId, Txn, UnitId
from aosedge.model.instants import MILLISECOND, SECOND, Instant, Monotonic, Now, from_datetime
from aosedge.protocol.envelope import decode
from aosedge.protocol.messages import DesiredStatus, NewState, OverrideEnvVarsStatus, StateRequest, UnitStatus
from aosedge.protocol.messages.from_cloud import BlobUrl
from aosedge.protocol.messages.parts import Generation


class Ledger(msgspec.Struct):
    """What is durable about one Unit."""

    intent: Intent = msgspec.field(default_factory=lambda: Intent(Catalogue()))
    is_paused: bool = False
    generation: Generation = Generation(0, 0)
    target: DesiredStatus | None = None
    reasons: str = ""
    actual: Actual | None = None
    created_at: Instant = Instant(0)
    recent: tuple[str, ...] = ()
    received: set[Txn] = msgspec.field(default_factory=set)
    """Messages of the Unit that were taken."""
    answers: dict[str, int] = msgspec.field(default_factory=dict)
    """Answers to questions of the cloud, by correlation id."""


class Ids:
    """Ids of the cloud, in order."""

    def __init__(self) -> None:
        self._made = 0

    def new(self) -> str:
        self._made += 1
        return f"cloud-{self._made}"


class Line:
    """One connection as the cloud has it."""

    def __init__(self, conversation: Conversation, connection: Connection, network: Network) -> None:
        self.conversation, self.connection, self.network = conversation, connection, network
        self.alarm_us: int | None = None


class Cloud:
    """The installation. Each method is one event of a process; `books` is all that survives it."""

    def __init__(self, timeline: Timeline, chance: Random) -> None:
        self.timeline, self.chance = timeline, chance
        self.epoch = 1
        self.books: dict[SystemId, Ledger] = {}
        self.blobs: dict[Digest, bytes] = {}
        self.contents: dict[Digest, frozenset[Digest]] = {}
        """Blobs of each item version by its index."""
        self.named: dict[SystemId, dict[Generation, Digest]] = {}
        """Every generation that was ever published for a Unit, and its content: for checkers."""
        self.published: dict[SystemId, set[Digest]] = {}
        self.unsound: list[str] = []
        self.states = Book()
        self.acknowledged: list[tuple[SystemId, Txn]] = []
        """Acks that left since the checkers looked last."""
        self.frames: dict[SystemId, list[bytes]] = {}
        """What an eavesdropper has of each Unit's line, to say it again later."""
        self.touched = False
        """Whether anything happened here since the checkers looked last."""
        self.is_down = False
        self._ids = Ids()
        self._lines: dict[SystemId, Line] = {}
        self._unstored: list[tuple[SystemId, Line, Keep]] = []
        self._life = 0

    def now(self) -> Now:
        """The cloud's clocks."""
        return Now(Instant(BEGIN + self.timeline.now_us), Monotonic(self.timeline.now_us))

    def join(self, name: SystemId) -> None:
        """A Unit is provisioned."""
        self.books[name] = Ledger()
        self.named[name], self.published[name], self.frames[name] = {}, set(), []

    # intent

    def want(self, name: SystemId, intent: Intent, is_paused: bool) -> None:
        """People want this of a Unit: one transaction, the target with it."""
        book = self.books[name]
        book.intent, book.is_paused = intent, is_paused
        self._compile(name)
        self._changed(name)

    def _changed(self, name: SystemId) -> None:
        if name in self._lines:
            line = self._lines[name]
            self._do(name, line, line.conversation.target_changed())

    def _compile(self, name: SystemId) -> None:
        self.touched = True
        book = self.books[name]
        compiled = compile_target(book.intent)
        if not isinstance(compiled, CompiledTarget):
            self.unsound.append(compiled.problem)
            return
        self.unsound += faults(book.intent, compiled)
        compiled = with_stances(compiled, ((NodeName("main"), "paused" if book.is_paused else "provisioned"),))
        document = msgspec.structs.replace(compiled.document, target_digest=compiled.digest)
        book.reasons = left_out(compiled.reasons)
        before = book.target
        same = before is not None and msgspec.structs.replace(before, generation=None) == document
        if same and book.generation.epoch == self.epoch:
            return
        book.generation = next_generation(self.epoch, book.generation)
        book.target = msgspec.structs.replace(document, generation=book.generation)
        self._publish(name, book.target)

    def _publish(self, name: SystemId, target: DesiredStatus) -> None:
        digest = target_of(target, NodeName("main")).digest
        assert target.generation is not None
        if self.named[name].setdefault(target.generation, digest) != digest:
            self.unsound.append(f"{name}: generation {target.generation} names two contents (I2)")
        self.published[name].add(digest)

    def deployment(self, name: SystemId) -> Deployment:
        """Where the Unit stands, as people see it."""
        return deployment(self._aim(name), self.books[name].actual)

    def _aim(self, name: SystemId) -> Aim:
        book = self.books[name]
        return Aim(book.target, book.generation, "", book.reasons)

    # life

    def crash(self, rest_us: int) -> None:
        """The process is gone, and with it what was not committed."""
        self.is_down = True
        self._life += 1
        self._unstored.clear()
        lines, self._lines = self._lines, {}
        for line in lines.values():
            line.network.drop(line.connection)
        self.timeline.after(rest_us, self._start)

    def _start(self) -> None:
        self.is_down = False

    def backup(self) -> dict[SystemId, Ledger]:
        """A copy of the store."""
        return {name: _copy(book) for name, book in self.books.items()}

    def restore(self, copy: dict[SystemId, Ledger]) -> None:
        """The store as it was then, in a new epoch: every target is compiled anew."""
        self.crash(5 * SECOND)
        received = {name: book.received for name, book in self.books.items()}
        self.books = {name: _copy(copy[name]) for name in self.books}
        for name, book in self.books.items():
            book.received = received[name]  # what a checker counts outlives the back-up
            book.actual = None
        self.epoch += 1
        for name in self.books:
            self._compile(name)

    # lines

    def accept(self, name: SystemId, connection: Connection, network: Network) -> bool:
        """A Unit opens a connection; its older one is over."""
        if self.is_down:
            return False
        old = self._lines.pop(name, None)
        if old is not None:
            old.conversation.lost(self.now())
            network.drop(old.connection)
        line = Line(Conversation(name, self._ids, self.now()), connection, network)
        self._lines[name] = line
        connection.to_cloud = lambda raw: self._if_there(name, line, lambda: line.conversation.heard(raw, self.now()))
        connection.cloud_ended = lambda: self._ended(name, line)
        self._set_alarm(name, line)
        return True

    def _ended(self, name: SystemId, line: Line) -> None:
        if self._lines.get(name) is line:
            del self._lines[name]
            line.conversation.lost(self.now())

    def _if_there(self, name: SystemId, line: Line, happen: Callable[[], list[Order]]) -> None:
        if self._lines.get(name) is line:
            self._do(name, line, happen())

    def _do(self, name: SystemId, line: Line, orders: list[Order]) -> None:
        self.touched = True
        for order in orders:
            match order:
                case Say(message):
                    self._say(name, line, message)
                case Keep():
                    self._unstored.append((name, line, order))
                    if len(self._unstored) == 1:
                        self._later(around(self.chance, 300 * MILLISECOND), self._commit)
                case LookUpTarget():
                    self._later(around(self.chance, SECOND), lambda: self._look_up(name, line))
                case LookUpBlobs():
                    self._later(around(self.chance, SECOND), lambda order=order: self._find(name, line, order))
                case Part():
                    line.network.drop(line.connection)
                case _:
                    pass  # the world's network has no reading to pause
        self._set_alarm(name, line)

    def _say(self, name: SystemId, line: Line, message: bytes) -> None:
        envelope = decode(message)
        if type(envelope.data).__name__ == "Ack":
            self.acknowledged.append((name, envelope.header.txn))
        elif isinstance(envelope.data, DesiredStatus):
            self.frames[name].append(message)
        line.network.down(line.connection, message)

    def _set_alarm(self, name: SystemId, line: Line) -> None:
        due = line.conversation.due()
        if due is None or due == line.alarm_us or self._lines.get(name) is not line:
            return
        line.alarm_us = due

        def ring() -> None:
            if line.alarm_us == due:
                line.alarm_us = None
                self._if_there(name, line, lambda: line.conversation.wake(self.now()))

        self.timeline.at(due, ring)

    def _later(self, wait_us: int, happen: Callable[[], None]) -> None:
        life = self._life
        self.timeline.after(wait_us, lambda: happen() if self._life == life else None)

    # transactions

    def _commit(self) -> None:
        """Everything that waits, of all Units, at once; only then is it acknowledged."""
        self.touched = True
        taken, self._unstored = self._unstored, []
        answers = [self._take(name, order) for name, _, order in taken]
        for (name, line, order), said in zip(taken, answers, strict=True):
            self._if_there(
                name,
                line,
                lambda line=line, order=order, said=said: line.conversation.kept([order.txn], self.now(), said),
            )

    def _take(self, name: SystemId, order: Keep) -> list[Answer]:
        """A message counts once (I6), however often it comes; what answers it."""
        book, message, at = self.books[name], order.message, from_datetime(order.created_at)
        if isinstance(message, UnitStatus):
            self._hear(name, book, StatusReport(order.txn, from_datetime(order.created_at), message))
        elif isinstance(message, OverrideEnvVarsStatus) and order.txn not in book.received:
            question = message.correlation_id or ""
            book.answers[question] = book.answers.get(question, 0) + 1
        book.received.add(order.txn)
        match message:
            case NewState():
                return [self.states.judged(name, book.target, message, at)]
            case StateRequest():
                return self.states.asked(name, book.target, message, at)
            case _:
                return []

    def _hear(self, name: SystemId, book: Ledger, report: StatusReport) -> None:
        stand = self.deployment(name)
        known = Known(
            unit=UnitId(name),
            connectivity="Connected",
            deployment=stand.state,
            reason=stand.reason,
            aim=self._aim(name),
            actual=book.actual,
            created_at=book.created_at,
            recent=book.recent,
        )
        heard = hear(known, [report])
        book.recent, book.created_at = heard.recent, heard.created_at
        if heard.actual is not None:
            book.actual = heard.actual
        if heard.ahead is not None and heard.ahead > book.generation:
            book.generation, book.target = heard.ahead, None
            self._compile(name)
            self._changed(name)

    def _look_up(self, name: SystemId, line: Line) -> None:
        self._if_there(name, line, lambda: line.conversation.target(self.books[name].target, self.now()))

    def _find(self, name: SystemId, line: Line, question: LookUpBlobs) -> None:
        target = self.books[name].target
        mine = {b for item in target.items for b in self.contents[item.index_digest]} if target else set()
        found = [
            BlobUrl(digest, (f"blob://{digest}",), sha3_256_hex(self.blobs[digest]), len(self.blobs[digest]))
            for digest in question.digests
            if digest in mine
        ]
        self._if_there(name, line, lambda: line.conversation.blobs(question, found, self.now()))

    def serve(self, url: str) -> bytes | None:
        """The blob server."""
        return self.blobs.get(Digest(url.removeprefix("blob://")))


def _copy(book: Ledger) -> Ledger:
    copy = msgspec.structs.replace(book)
    copy.received, copy.answers = set(book.received), dict(book.answers)
    return copy
