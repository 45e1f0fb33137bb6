"""Delivery on the Unit channel as a state machine without socket or clock; both sides run it.

Every message but a receipt is answered by `ack` or `nack` with its txn. A message without answer is sent again with
the same txn and time; what is worth keeping stays until it is acknowledged, over lost connections too. Of what comes
in, each txn becomes work at most once, and an ack leaves only after the owner has called `settle`, which is after its
commit. A nack leaves at most once for a txn, never after an ack and never for an answer: AosCore 9.1.1 loses a thread
over each nack that it doesn't wait for.

The owner of a connection calls `drain` after every other call and puts what it returns onto the wire.
"""

from collections.abc import Iterable
from itertools import islice

import msgspec

from aosedge.model.errors import Unavailable
from aosedge.model.ids import SystemId, Txn
from aosedge.model.instants import HOUR, MILLISECOND, MINUTE, SECOND, Monotonic, Now, to_datetime
from aosedge.protocol.envelope import PROTOCOL_VERSION, Envelope, Header
from aosedge.protocol.messages import (
    Ack,
    BlobUrls,
    DeprovisioningResponse,
    FinishProvisioningResponse,
    FromCloud,
    FromUnit,
    InstallUnitCertificatesConfirmation,
    IssuedUnitCertificates,
    Nack,
    OverrideEnvVarsStatus,
    PushLog,
    Receipt,
    StartProvisioningResponse,
    StateAcceptance,
    UpdateState,
)

Sendable = FromCloud | FromUnit

_ANSWERS = (
    BlobUrls,
    DeprovisioningResponse,
    FinishProvisioningResponse,
    InstallUnitCertificatesConfirmation,
    IssuedUnitCertificates,
    OverrideEnvVarsStatus,
    PushLog,
    StartProvisioningResponse,
    StateAcceptance,
    UpdateState,
)


class Policy(msgspec.Struct, frozen=True):
    """How patient a side is. Durations in microseconds; the defaults are those of AosCore 9.1.1."""

    response_timeout_us: int = 10 * SECOND
    attempts: int = 4
    nack_delay_us: int = 500 * MILLISECOND
    """The wait after a nack that names no time; a nack's time is a lower bound."""
    retry_most_us: int = HOUR
    """A peer cannot put a message off for longer."""
    patience_us: int = 10 * MINUTE
    """The wait between rounds of attempts for a kept message, on a connection that stays."""
    window: int = 32
    """Messages that wait for their answer at a time; the others wait their turn."""
    queue_most: int = 1024
    """Messages of ours not yet acknowledged, sent or not."""
    pending_most: int = 1024
    """Messages of the peer given out as work and not yet settled; more are left unanswered and will come again."""
    settled_most: int = 4096
    """Txns remembered as done, so that a repeat is answered and not done again."""


class Work(msgspec.Struct, frozen=True, tag=True):
    """A message to act on: `settle` or `refuse` its txn."""

    envelope: Envelope


class Delivered(msgspec.Struct, frozen=True, tag=True):
    """The peer has acknowledged."""

    txn: Txn
    message: Sendable


class Postponed(msgspec.Struct, frozen=True, tag=True):
    """The peer does not take it now: it goes out again at `until`."""

    txn: Txn
    message: Sendable
    until: Monotonic


class GaveUp(msgspec.Struct, frozen=True, tag=True):
    """An unkept message got no ack in all its attempts, or its connection was lost. It may have arrived."""

    txn: Txn
    message: Sendable


class Misaddressed(msgspec.Struct, frozen=True, tag=True):
    """A message in another Unit's name: not answered, not acted on."""

    envelope: Envelope


Event = Work | Delivered | Postponed | GaveUp | Misaddressed


class _Outgoing:
    """One message of ours until its ack."""

    __slots__ = ("attempts", "due", "envelope", "keep", "message")

    def __init__(self, message: Sendable, envelope: Envelope, keep: bool) -> None:
        self.message = message
        self.envelope = envelope
        self.keep = keep
        self.attempts = 0
        self.due: Monotonic | None = None


class Session:
    """One side of the delivery between a Unit and AosCloud. Survives reconnects: the owner keeps the object.

    `settled` are txns that were done before, as the owner has them in its store.
    """

    __slots__ = (
        "_connected",
        "_in_flight",
        "_outbox",
        "_pending",
        "_policy",
        "_queue",
        "_receipts",
        "_refused",
        "_resting",
        "_settled",
        "_system_id",
    )

    def __init__(self, system_id: SystemId, policy: Policy = Policy(), settled: Iterable[Txn] = ()) -> None:
        self._system_id = system_id
        self._policy = policy
        self._connected = False
        self._queue: dict[Txn, _Outgoing] = {}  # waits for its turn
        self._in_flight: dict[Txn, _Outgoing] = {}  # waits for its answer
        self._resting: dict[Txn, _Outgoing] = {}  # waits for its next time
        self._outbox: list[Envelope] = []
        self._receipts: dict[Txn, Envelope] = {}
        self._pending: dict[Txn, bool] = {}  # given out as work: is it an answer?
        self._settled: dict[Txn, None] = dict.fromkeys(settled)
        self._refused: dict[Txn, None] = {}
        self._bound(self._settled)

    @property
    def is_connected(self) -> bool:
        """Whether there is a connection, as far as the owner has said."""
        return self._connected

    def room(self) -> int:
        """How many more messages `send` takes now."""
        return self._policy.queue_most - len(self._queue) - len(self._in_flight) - len(self._resting)

    def unacknowledged(self) -> list[Txn]:
        """Messages of ours without an ack, in the order of sending."""
        return [*self._in_flight, *self._resting, *self._queue]

    # our messages

    def send(self, message: Sendable, txn: Txn, now: Now, *, keep: bool = False) -> None:
        """Deliver this. Kept, it stays until its ack; unkept it is forgotten without a connection.

        A txn that is already under way counts once. Raises Unavailable when `Policy.queue_most` are unacknowledged.
        """
        if txn in self._queue or txn in self._in_flight or txn in self._resting:
            return
        if not self._connected and not keep:
            return
        if self.room() <= 0:
            raise Unavailable("too many messages wait for their acknowledgement")
        self._queue[txn] = _Outgoing(message, self._envelope(txn, message, now), keep)
        self._pump(now)

    def withdraw(self, txn: Txn) -> None:
        """Send this no more: something newer replaces it."""
        for place in (self._queue, self._in_flight, self._resting):
            place.pop(txn, None)
        self._outbox = [envelope for envelope in self._outbox if envelope.header.txn != txn]

    # the peer's messages

    def receive(self, envelope: Envelope, now: Now) -> list[Event]:
        """Take a message of the peer: work to do, or what became of a message of ours. A repeat is no work."""
        if envelope.header.system_id not in ("", self._system_id):
            return [Misaddressed(envelope)]
        match envelope.data:
            case Ack() | Nack():
                return self._answered(envelope.header.txn, envelope.data, now)
            case _:
                return self._asked(envelope, now)

    def settle(self, txn: Txn, now: Now) -> None:
        """What the message asked for is durable: acknowledge it, now and whenever it comes again."""
        asked = self._pending.pop(txn, None) is not None
        self._settled.pop(txn, None)
        self._settled[txn] = None
        self._refused.pop(txn, None)
        self._bound(self._settled)
        if asked:
            self._answer(txn, Ack(), now)

    def refuse(self, txn: Txn, now: Now, retry_after_ms: int | None = None) -> None:
        """Do not take it now: it may come again and is work again then. Settled or unknown, it counts for nothing.

        An answer, and what was refused before, is refused in silence.
        """
        is_answer = self._pending.pop(txn, None)
        if is_answer is None or is_answer or txn in self._refused or txn in self._settled:
            return
        self._refused[txn] = None
        self._bound(self._refused)
        self._answer(txn, Nack(retry_after=retry_after_ms), now)

    # connection and time

    def connected(self, now: Now) -> None:
        """A connection is there: kept messages go out again, in their order, with all their attempts."""
        if self._connected:
            return
        self._connected = True
        self._pump(now)

    def lost(self, now: Now) -> list[Event]:
        """The connection is gone. Unkept messages are given up; work goes on and may still be settled."""
        self._connected = False
        self._outbox.clear()
        self._receipts.clear()
        ours = [*self._in_flight.items(), *self._resting.items(), *self._queue.items()]
        # a message that was sent before those in the queue stays before them
        self._in_flight, self._resting, self._queue = {}, {}, {}
        gone: list[Event] = []
        for txn, outgoing in ours:
            if outgoing.keep:
                outgoing.attempts, outgoing.due = 0, None
                self._queue[txn] = outgoing
            else:
                gone.append(GaveUp(txn, outgoing.message))
        return gone

    def due(self) -> Monotonic | None:
        """When to call `expire`; None while nothing waits."""
        return min((o.due for o in self._waiting() if o.due is not None), default=None)

    def expire(self, now: Now) -> list[Event]:
        """Send again what has waited long enough; an unkept message is given up after its last attempt."""
        gone: list[Event] = []
        for txn, outgoing in [*self._in_flight.items()]:
            if outgoing.due is not None and outgoing.due <= now.mono:
                del self._in_flight[txn]
                gone += self._again(txn, outgoing, now.mono, self._policy.patience_us)
        ready = [(t, o) for t, o in self._resting.items() if o.due is not None and o.due <= now.mono]
        for txn, _ in ready:
            del self._resting[txn]
        # what was sent before goes before what was not
        self._queue = {**dict(ready), **self._queue}
        self._pump(now)
        return gone

    def drain(self) -> list[Envelope]:
        """What to put onto the wire now; taken once."""
        out = [*self._receipts.values(), *self._outbox]
        self._receipts.clear()
        self._outbox.clear()
        return out

    # inside

    def _waiting(self) -> Iterable[_Outgoing]:
        yield from self._in_flight.values()
        yield from self._resting.values()

    def _envelope(self, txn: Txn, message: Sendable | Receipt, now: Now) -> Envelope:
        return Envelope(Header(PROTOCOL_VERSION, self._system_id, to_datetime(now.wall), txn), message)

    def _answer(self, txn: Txn, receipt: Receipt, now: Now) -> None:
        if self._connected:
            self._receipts[txn] = self._envelope(txn, receipt, now)

    def _bound(self, txns: dict[Txn, None]) -> None:
        for txn in [*islice(txns, max(0, len(txns) - self._policy.settled_most))]:
            del txns[txn]

    def _pump(self, now: Now) -> None:
        """Send as much of the queue as the window takes."""
        if not self._connected:
            return
        for txn in [*islice(self._queue, max(0, self._policy.window - len(self._in_flight)))]:
            outgoing = self._queue.pop(txn)
            outgoing.attempts += 1
            outgoing.due = Monotonic(now.mono + self._policy.response_timeout_us)
            self._in_flight[txn] = outgoing
            self._outbox.append(outgoing.envelope)

    def _asked(self, envelope: Envelope, now: Now) -> list[Event]:
        txn = envelope.header.txn
        if txn in self._settled:
            self._answer(txn, Ack(), now)
            return []
        if txn in self._pending or len(self._pending) >= self._policy.pending_most:
            return []
        message = envelope.data
        correlated = not isinstance(message, Ack | Nack) and message.correlation_id is not None
        self._pending[txn] = correlated or isinstance(message, _ANSWERS)
        return [Work(envelope)]

    def _answered(self, txn: Txn, receipt: Receipt, now: Now) -> list[Event]:
        if isinstance(receipt, Nack):
            return self._nacked(txn, receipt, now)
        outgoing = self._in_flight.pop(txn, None) or self._resting.pop(txn, None) or self._queue.pop(txn, None)
        if outgoing is None:
            return []
        self._outbox = [sent for sent in self._outbox if sent.header.txn != txn]
        self._pump(now)
        return [Delivered(txn, outgoing.message)]

    def _nacked(self, txn: Txn, nack: Nack, now: Now) -> list[Event]:
        outgoing = self._in_flight.pop(txn, None)
        if outgoing is None:
            return []
        wanted = self._policy.nack_delay_us if nack.retry_after is None else nack.retry_after * MILLISECOND
        wait = max(0, min(wanted, self._policy.retry_most_us))
        events = self._again(txn, outgoing, now.mono, wait, at_once=False)
        self._pump(now)
        if outgoing.due is not None and txn in self._resting:
            return [Postponed(txn, outgoing.message, outgoing.due)]
        return events

    def _again(
        self, txn: Txn, outgoing: _Outgoing, mono: Monotonic, wait_us: int, at_once: bool = True
    ) -> list[Event]:
        """What follows an attempt that failed: the next one, a rest of `wait_us`, or the end of an unkept message."""
        if outgoing.attempts >= self._policy.attempts:
            if not outgoing.keep:
                return [GaveUp(txn, outgoing.message)]
            outgoing.attempts = 0
            at_once = False
        outgoing.due = mono if at_once else Monotonic(mono + wait_us)
        self._resting[txn] = outgoing
        return []
