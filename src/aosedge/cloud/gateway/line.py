"""One connection of one Unit: carries out what its conversation orders."""

import logging
from collections.abc import Callable
from typing import TYPE_CHECKING, Concatenate, Literal, ParamSpec

from aosedge.cloud.domain.access.callers import UnitPeer
from aosedge.cloud.gateway.channel.port import INTERNAL_ERROR, POLICY_VIOLATION, Connection
from aosedge.cloud.gateway.conversation import Conversation
from aosedge.cloud.gateway.deadlines import Sleeper
from aosedge.cloud.gateway.orders import (
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
from aosedge.trust.certificates import Peer

if TYPE_CHECKING:
    from aosedge.cloud.gateway.switchboard import Switchboard

_log = logging.getLogger("aosedge.gateway")
EARLY_MESSAGES_MOST = 64
P = ParamSpec("P")
Reason = Literal["not signed in", "conversation", "intake"]


class Line(Sleeper):
    """A listener of the channel. Until its Unit is signed in, it is not read; what came anyway waits."""

    __slots__ = (
        "_connection",
        "_early",
        "_holds",
        "_switchboard",
        "conversation",
        "id",
        "is_open",
        "opened_at",
        "origin",
        "peer",
        "unit",
        "wake_at",
    )

    def __init__(self, switchboard: "Switchboard", peer: Peer, id: str, origin: str) -> None:
        self.peer = peer
        self.id = id
        self.origin = origin
        self.unit: UnitPeer | None = None
        self.conversation: Conversation | None = None
        self.is_open = False
        self.opened_at = switchboard.now().mono
        self.wake_at = None
        self._switchboard = switchboard
        self._connection: Connection | None = None
        self._early: list[bytes | None] = []
        self._holds: set[Reason] = set()

    # What the channel calls.

    def on_open(self, connection: Connection) -> None:
        """The channel is open: find out whose it is."""
        self._connection = connection
        self.is_open = True
        self.hold("not signed in")
        self._switchboard.arrived(self)

    def on_message(self, message: bytes) -> None:
        """A BINARY message."""
        if self.conversation is None:
            self._come_early(message)
            return
        self.carry_out(self.conversation.heard(message, self._switchboard.now()), len(message))

    def on_text(self) -> None:
        """A TEXT message."""
        if self.conversation is None:
            self._come_early(None)
            return
        self.carry_out(self.conversation.heard_text(self._switchboard.now()))

    def on_close(self) -> None:
        """The channel is closed."""
        self.is_open = False
        self._connection = None
        self._early.clear()
        if self.conversation is not None:
            self.conversation.lost(self._switchboard.now())
        self._switchboard.left(self)

    # What the switchboard calls.

    def signed_in(self, unit: UnitPeer, conversation: Conversation) -> None:
        """The Unit is known: talk."""
        self.unit = unit
        self.conversation = conversation
        early, self._early = self._early, []
        for message in early:
            if message is None:
                self.go_on(Conversation.heard_text, self._switchboard.now())
            else:
                self.go_on(Conversation.heard, message, self._switchboard.now())
        self.release("not signed in")
        self._switchboard.deadlines.set(self, conversation.due())

    def hold(self, reason: Reason) -> None:
        """Read no more until every reason is gone."""
        if not self._holds and self._connection is not None:
            self._connection.pause()
        self._holds.add(reason)

    def release(self, reason: Reason) -> None:
        """This reason not to read is gone."""
        self._holds.discard(reason)
        if not self._holds and self._connection is not None:
            self._connection.resume()

    def hang_up(self, code: int, reason: str) -> None:
        """Close the channel; `on_close` follows."""
        if self._connection is not None:
            self._connection.close(code, reason)

    def wake(self) -> None:
        """A deadline of the conversation."""
        self.go_on(Conversation.wake, self._switchboard.now())

    def go_on(
        self, decide: Callable[Concatenate[Conversation, P], list[Order]], *args: P.args, **kwargs: P.kwargs
    ) -> None:
        """Let the conversation go on, if there still is one. A fault of ours closes this line and no other."""
        if self.conversation is None or not self.is_open:
            return
        try:
            self.carry_out(decide(self.conversation, *args, **kwargs))
        except Exception:  # noqa: BLE001 - what many Units share must outlive a fault with one of them
            _log.exception("a fault in talking with Unit %s", self.unit.unit if self.unit else "")
            self.hang_up(INTERNAL_ERROR, "a fault of the cloud")

    def carry_out(self, orders: list[Order], message_bytes: int = 0) -> None:
        """Do what the conversation ordered, in order; `message_bytes` is the size of what it heard."""
        if len(orders) == 1 and type(orders[0]) is Keep:  # nearly always, and no deadline comes of it
            self._switchboard.keep(self, orders[0], message_bytes)
            return
        said = [order.message for order in orders if type(order) is Say]
        if said and self._connection is not None:
            self._connection.send(*said)
        for order in orders:
            match order:
                case Say():
                    continue  # all at once, before what they may lead to
                case Keep():
                    self._switchboard.keep(self, order, message_bytes)
                case LookUpTarget():
                    self._switchboard.look_up_target(self)
                case LookUpBlobs():
                    self._switchboard.look_up_blobs(self, order)
                case Attend():
                    self._switchboard.attend(self, order)
                case LookUpErrands():
                    self._switchboard.look_up_errands(self)
                case Pause():
                    self.hold("conversation")
                case Resume():
                    self.release("conversation")
                case Part(code, reason):
                    self._switchboard.bar(self)
                    self.hang_up(code, reason)
                case Suspect(what, detail):
                    self._switchboard.suspect(self, what, detail)
        if self.conversation is not None and self.is_open:
            self._switchboard.deadlines.set(self, self.conversation.due())

    def _come_early(self, message: bytes | None) -> None:
        if len(self._early) >= EARLY_MESSAGES_MOST:
            self.hang_up(POLICY_VIOLATION, "too much before the channel was ready")
        else:
            self._early.append(message)
