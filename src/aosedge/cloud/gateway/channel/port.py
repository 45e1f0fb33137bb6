"""The port of the Unit channel. A listener's methods are called on the event loop and never block."""

from collections.abc import Callable, Mapping
from typing import Protocol

import msgspec

GOING_AWAY = 1001
PROTOCOL_ERROR = 1002
POLICY_VIOLATION = 1008
TOO_BIG = 1009
INTERNAL_ERROR = 1011


class Limits(msgspec.Struct, frozen=True):
    """What one connection may cost. A peer beyond a limit loses its connection, nobody else does."""

    message_bytes: int = 1024 * 1024
    """The longest message, whether in one frame or in fragments; beyond it the connection closes with 1009."""
    unsent_bytes: int = 4 * 1024 * 1024
    """What may wait for a peer that does not read; beyond it the connection is cut."""
    ping_idle_s: float = 30.0
    """Silence after which the peer is asked for a sign of life."""
    ping_answer_s: float = 20.0
    """How long it has for it; then the connection is cut."""
    opening_s: float = 10.0
    """How long TLS handshake and upgrade request may take each."""
    backlog: int = 1024
    """Connections that the operating system may hold before they are accepted."""


class Opening(msgspec.Struct, frozen=True):
    """A request for a channel, after the TLS handshake. Header names are in lower case."""

    path: str
    headers: Mapping[str, str]
    certificate: bytes
    """The peer's verified certificate, DER."""
    origin: str
    """The peer's network address."""


class Refusal(msgspec.Struct, frozen=True):
    """An HTTP status instead of a channel: no body follows."""

    status: int
    retry_after_s: int = 0


class Connection(Protocol):
    """One open channel. All methods may be called after it has closed, and then do nothing."""

    def send(self, *messages: bytes) -> None:
        """Send BINARY messages, each in one frame, together. Never blocks; a peer that does not read is cut
        (`Limits`)."""

    def close(self, code: int = GOING_AWAY, reason: str = "") -> None:
        """Say goodbye and close; `on_close` follows."""

    def pause(self) -> None:
        """Read no more until `resume`; a few messages that are here already may still arrive."""

    def resume(self) -> None:
        """Read again."""


class Listener(Protocol):
    """What the owner of a channel hears, in this order: on_open, any of on_message and on_text, on_close once."""

    def on_open(self, connection: Connection) -> None:
        """The channel is open."""

    def on_message(self, message: bytes) -> None:
        """A whole BINARY message."""

    def on_text(self) -> None:
        """A whole TEXT message, which no Unit sends; its content is not handed on."""

    def on_close(self) -> None:
        """The channel is closed, by whomever."""


Accept = Callable[[Opening], Listener | Refusal]


class Door(Protocol):
    """A listening socket."""

    @property
    def port(self) -> int:
        """The TCP port, also where 0 was asked for."""

    @property
    def connections(self) -> int:
        """How many channels are open."""

    async def close(self) -> None:
        """Take no more, say goodbye to all (1001), wait for them a little, cut the rest."""
