"""What the cloud decides in talking with one Unit over one connection: a state machine without socket, clock, store.

Everything that happens is a method call that returns orders, which the owner carries out in order. Delivery is
`protocol.session`'s; the rules here are which message is whose, what is stored before it is acknowledged, when the
target is offered, who asks too much, and what is never said to a Unit. REALUNITS' lessons are marked.
"""

from collections import Counter
from collections.abc import Iterable, Sequence

import msgspec

from aosedge.cloud.gateway.channel.port import POLICY_VIOLATION
from aosedge.cloud.gateway.orders import (
    AboutIdentity,
    Attend,
    Keep,
    LookUpBlobs,
    LookUpErrands,
    LookUpTarget,
    Order,
    Part,
    Pause,
    Resume,
    Say,
    Suspect,
)
from aosedge.cloud.usecases.certificates import Errand
from aosedge.cloud.usecases.service_states import Answer
from aosedge.model.digests import Digest
from aosedge.model.errors import Invalid
from aosedge.model.ids import Ids, SystemId, Txn
from aosedge.model.instants import MINUTE, SECOND, Monotonic, Now
from aosedge.protocol import session
from aosedge.protocol.envelope import Envelope, decode, encode
from aosedge.protocol.messages import (
    BlobUrls,
    DeprovisioningRequest,
    DesiredStatus,
    FromUnit,
    IssuedUnitCertificates,
    OverrideEnvVars,
    RequestBlobUrls,
    UnitStatus,
)
from aosedge.protocol.messages.from_cloud import BlobUrl


class Policy(msgspec.Struct, frozen=True):
    """How much one Unit may ask of the cloud. docs/unit-channel.md tells it to Units' makers."""

    messages_burst: int = 300
    """Messages taken at once; then `messages_per_s`. Faster ones are not refused: the connection is read later."""
    messages_per_s: int = 50
    bad_most: int = 20
    """Unreadable or foreign messages in `bad_window_us`; one more closes the connection with 1008."""
    bad_window_us: int = MINUTE
    unstored_most: int = 64
    """Messages taken and not yet durable; then the connection is not read until some are."""
    asks_most: int = 5
    """Times that one digest is looked up in `asks_window_us`; then it is not answered until the window ends.
    A real Unit whose blob does not match asks again at once and for ever."""
    asks_window_us: int = MINUTE
    asked_digests_most: int = 4096
    digests_most: int = 256
    """Digests in one question."""
    greeting_us: int = 10 * SECOND
    """How long a Unit that connects may take to report its full status before it is offered its target anyway."""
    offer_again_us: int = MINUTE
    """After a target that was sent and never acknowledged."""
    delivery: session.Policy = session.Policy(pending_most=256, settled_most=128, queue_most=64)
    """A txn is also remembered by the store, so the session need not remember many."""


class Conversation:
    """One connection of one Unit, from its opening to its end. The owner calls `wake` at `due`."""

    __slots__ = (
        "_asks",
        "_asks_end",
        "_bad",
        "_bad_end",
        "_errands",
        "_greeted",
        "_greeting_due",
        "_ids",
        "_leaves",
        "_looking",
        "_news",
        "_offer",
        "_offer_due",
        "_offered",
        "_over",
        "_paused",
        "_policy",
        "_session",
        "_tokens",
        "_tokens_at",
        "_unstored",
        "_variables",
        "system_id",
    )

    def __init__(self, system_id: SystemId, ids: Ids, now: Now, policy: Policy = Policy()) -> None:
        self.system_id = system_id
        self._offered: object = None  # what tells the last offered target from others
        self._ids = ids
        self._policy = policy
        self._session = session.Session(system_id, policy.delivery)
        self._session.connected(now)
        self._greeted = False
        self._greeting_due: Monotonic | None = Monotonic(now.mono + policy.greeting_us)
        self._news = True  # there may be a target that this connection has not been offered
        self._looking = False
        self._errands = False  # there may be something to tell the Unit beside its target
        self._leaves = False  # it is here to be told to forget its identity
        self._offer: Txn | None = None
        self._offer_due: Monotonic | None = None
        self._variables: Txn | None = None
        self._unstored: dict[Txn, bool] = {}  # is it a full status?
        self._paused = False
        self._over = False
        self._tokens = float(policy.messages_burst)
        self._tokens_at = now.mono
        self._bad = 0
        self._bad_end = Monotonic(0)
        self._asks: Counter[Digest] = Counter()
        self._asks_end = Monotonic(0)

    # What the Unit does.

    def heard(self, raw: bytes, now: Now) -> list[Order]:
        """A BINARY message."""
        if self._over:
            return []
        self._spend(now)
        try:
            envelope = decode(raw)
        except Invalid:
            return self._unreadable(now)  # its txn is not known: it gets no answer
        orders: list[Order] = []
        for event in self._session.receive(envelope, now):
            orders += self._event(event, now)
        return self._spoken(orders)

    def heard_text(self, now: Now) -> list[Order]:
        """A TEXT message: Units speak BINARY, so it counts as unreadable."""
        if self._over:
            return []
        self._spend(now)
        return self._unreadable(now)

    def lost(self, now: Now) -> None:
        """The connection is gone: nothing is said any more."""
        self._over = True
        self._session.lost(now)

    # What the cloud did.

    def kept(self, txns: Iterable[Txn], now: Now, answers: Sequence[Answer] = ()) -> list[Order]:
        """These messages are durable: acknowledge them, then say what answers some of them."""
        if self._over:
            return []
        orders: list[Order] = []
        for txn in txns:
            self._session.settle(txn, now)
            if self._unstored.pop(txn, False):
                orders += self._greet()
        for answer in answers:
            orders += self._say(answer, now)
        return self._spoken(orders)

    def not_kept(self, txn: Txn, now: Now, retry_after_ms: int) -> list[Order]:
        """This message cannot be stored as it is: say so, once."""
        if self._over:
            return []
        self._unstored.pop(txn, None)
        self._session.refuse(txn, now, retry_after_ms)
        return self._spoken([])

    def target_changed(self) -> list[Order]:
        """There may be a newer target."""
        self._news = True
        return self._look()

    def target(self, desired: DesiredStatus | None, now: Now) -> list[Order]:
        """What `LookUpTarget` found."""
        self._looking = False
        if self._over or desired is None or _mark(desired) == self._offered:
            return self._look()
        if self._offer is not None:
            self._session.withdraw(self._offer)
        txn = Txn(self._ids.new())
        self._session.send(desired, txn, now)
        self._offer = txn
        self._offered = _mark(desired)
        return self._spoken(self._look())

    def target_unread(self, now: Now) -> list[Order]:
        """`LookUpTarget` could not be carried out: again in a while."""
        self._looking = False
        self._news = True
        self._offer_due = Monotonic(now.mono + self._policy.offer_again_us)
        return []

    def blobs(self, question: LookUpBlobs, items: Sequence[BlobUrl], now: Now) -> list[Order]:
        """What `LookUpBlobs` found: acknowledge the question and answer it. An empty answer is one too."""
        if self._over:
            return []
        self._session.settle(question.txn, now)
        answer = BlobUrls(correlation_id=question.correlation_id, items=tuple(items))
        if self._session.room() > 0:
            self._session.send(answer, Txn(self._ids.new()), now)
        return self._spoken([])

    def errands_changed(self) -> list[Order]:
        """There may be something to tell about the Unit's identity."""
        self._errands = True
        return self._look_for_errands()

    def take_leave(self) -> list[Order]:
        """The Unit is deprovisioned: it gets no target any more."""
        self._leaves = True
        return []

    def tell(self, errand: Errand, now: Now) -> list[Order]:
        """What `LookUpErrands` found."""
        self._leaves = self._leaves or isinstance(errand, DeprovisioningRequest)
        if not isinstance(errand, OverrideEnvVars):
            return self._say(errand, now)
        if self._variables is not None:
            self._session.withdraw(self._variables)  # the newer has them all
        self._variables = Txn(self._ids.new())
        return self._say(errand, now, self._variables)

    def attended(self, txn: Txn, answer: IssuedUnitCertificates | None, now: Now) -> list[Order]:
        """What an `Attend` came to is durable."""
        if self._over:
            return []
        self._session.settle(txn, now)
        return self._say(answer, now)

    # Time.

    def due(self) -> Monotonic | None:
        """When to call `wake`, unless something else happens before."""
        times = (self._session.due(), self._greeting_due, self._offer_due, self._thaw())
        return min((time for time in times if time is not None), default=None)

    def wake(self, now: Now) -> list[Order]:
        """Do what is due."""
        if self._over:
            return []
        orders: list[Order] = []
        for event in self._session.expire(now):
            orders += self._event(event, now)
        if self._greeting_due is not None and self._greeting_due <= now.mono:
            orders += self._greet()
        if self._offer_due is not None and self._offer_due <= now.mono:
            self._offer_due = None
            orders += self._look()
        self._refill(now)
        return self._spoken(orders)

    # Inside.

    def _event(self, event: session.Event, now: Now) -> list[Order]:
        match event:
            case session.Work(envelope):
                return self._work(envelope, now)
            case session.Delivered(txn):
                return self._offer_ended(txn)
            case session.GaveUp(txn):
                if txn == self._offer:
                    self._offered = None
                    self._offer = None
                    self._news = True
                    self._offer_due = Monotonic(now.mono + self._policy.offer_again_us)
                return []
            case session.Postponed():
                return []
            case session.Misaddressed(envelope):
                named = envelope.header.system_id
                return [Suspect("wrong_system_id", f"a message in the name of {named!r}"), *self._unreadable(now)]

    def _work(self, envelope: Envelope, now: Now) -> list[Order]:
        message, txn = envelope.data, envelope.header.txn
        if isinstance(message, RequestBlobUrls):
            return self._asked_for_blobs(message, txn, now)
        if isinstance(message, AboutIdentity):
            return [Attend(txn, message)]
        if not isinstance(message, FromUnit):
            return self._unreadable(now)  # a message that only the cloud sends
        self._unstored[txn] = isinstance(message, UnitStatus) and not message.is_delta_info
        return [Keep(txn, envelope.header.created_at, message)]

    def _asked_for_blobs(self, question: RequestBlobUrls, txn: Txn, now: Now) -> list[Order]:
        policy = self._policy
        if now.mono >= self._asks_end:
            self._asks.clear()
            self._asks_end = Monotonic(now.mono + policy.asks_window_us)
        digests = tuple(dict.fromkeys(question.digests))
        too_often = any(self._asks[digest] >= policy.asks_most for digest in digests)
        if too_often or len(digests) > policy.digests_most or len(self._asks) > policy.asked_digests_most:
            # Silent where the question names a correlation, as it should: it comes again when the Unit has waited.
            self._session.refuse(txn, now, (self._asks_end - now.mono) // 1000 + 1)
            return []
        self._asks.update(digests)
        return [LookUpBlobs(txn, question.correlation_id, digests)]

    def _greet(self) -> list[Order]:
        self._greeting_due = None
        self._greeted = True
        return self._look() + self._look_for_errands()

    def _look_for_errands(self) -> list[Order]:
        """A Unit that has just come up may miss nodes: it is told once it has reported."""
        if self._over or not self._greeted or not self._errands:
            return []
        self._errands = False
        return [LookUpErrands()]

    def _say(
        self, message: Errand | IssuedUnitCertificates | Answer | None, now: Now, txn: Txn | None = None
    ) -> list[Order]:
        if not self._over and message is not None and self._session.room() > 0:
            self._session.send(message, txn or Txn(self._ids.new()), now)
        return self._spoken([])

    def _look(self) -> list[Order]:
        """A newer target takes the place of one not yet acknowledged, which may have been taken back, as by a halt.

        The older is not sent again: real Units take what comes last for the newest.
        """
        waits = self._offer_due is not None or self._looking
        if self._over or not self._greeted or not self._news or waits or self._leaves:
            return []
        self._news, self._looking = False, True
        return [LookUpTarget()]

    def _offer_ended(self, txn: Txn) -> list[Order]:
        if txn != self._offer:
            return []
        self._offer = None
        return self._look()

    def _unreadable(self, now: Now) -> list[Order]:
        if now.mono >= self._bad_end:
            self._bad, self._bad_end = 0, Monotonic(now.mono + self._policy.bad_window_us)
        self._bad += 1
        if self._bad <= self._policy.bad_most:
            return self._spoken([])
        self._over = True
        return [Suspect("flood", f"{self._bad} unreadable messages"), Part(POLICY_VIOLATION, "unreadable messages")]

    def _spend(self, now: Now) -> None:
        self._refill(now)
        self._tokens -= 1

    def _refill(self, now: Now) -> None:
        gained = (now.mono - self._tokens_at) * self._policy.messages_per_s / SECOND
        self._tokens = min(self._tokens + gained, float(self._policy.messages_burst))
        self._tokens_at = now.mono

    def _thaw(self) -> Monotonic | None:
        """When a Unit that was too fast is read again."""
        if not self._paused or self._tokens >= 1:
            return None
        return Monotonic(self._tokens_at + int((1 - self._tokens) * SECOND / self._policy.messages_per_s) + 1)

    def _spoken(self, orders: list[Order]) -> list[Order]:
        """The orders, what the session has to say, and whether to read on."""
        if self._over:
            return orders
        orders += [Say(encode(envelope)) for envelope in self._session.drain()]
        full = self._tokens < 1 or len(self._unstored) >= self._policy.unstored_most
        if full and not self._paused:
            self._paused = True
            orders.append(Pause())
        elif self._paused and not full:
            self._paused = False
            orders.append(Resume())
        return orders


def _mark(desired: DesiredStatus) -> object:
    """What tells one target from another, without keeping it."""
    return (desired.generation, desired.target_digest) if desired.generation is not None else desired
