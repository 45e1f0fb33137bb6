"""The Unit channel on picows, in its own listener.

picows is fast because it leaves things to its user. What it leaves is done here: the sum of fragments, the bound on
unsent bytes, UTF-8 of TEXT, answering pings within that bound, the closing handshake, signs of life, and ignoring
what a peer sends after it was told to go (an oversized frame may still be delivered then).
"""

import asyncio
import contextlib
import logging
import socket
import ssl
from collections.abc import Callable
from http import HTTPStatus
from typing import Any

from picows import (
    WSAutoPingStrategy,
    WSCloseCode,
    WSFrame,
    WSListener,
    WSMsgType,
    WSTransport,
    WSUpgradeRequest,
    WSUpgradeResponse,
    WSUpgradeResponseWithListener,
)
from picows.picows import WSProtocol  # type: ignore[attr-defined]

from aosedge.cloud.gateway.channel.port import (
    GOING_AWAY,
    PROTOCOL_ERROR,
    TOO_BIG,
    Accept,
    Limits,
    Listener,
    Opening,
    Refusal,
)

_CLOSE_ANSWER_S = 1.0
_INVALID_TEXT = 1007
_log = logging.getLogger("aosedge.gateway")


async def listen(accept: Accept, listener: socket.socket, tls: ssl.SSLContext, limits: Limits) -> "PicowsDoor":
    """Open the door on a listening socket, which is the door's from now. `tls` must ask for a client certificate."""
    door = PicowsDoor(accept, limits)
    await door.open(listener, tls)
    return door


class PicowsDoor:
    """The listening socket, its channels, and the one task that looks for signs of life."""

    def __init__(self, accept: Accept, limits: Limits) -> None:
        self.accept = accept
        self.limits = limits
        self.open_channels: set[_Channel] = set()
        self._empty = asyncio.Event()
        self._empty.set()
        self._server: asyncio.AbstractServer | None = None
        self._watch: asyncio.TimerHandle | None = None

    async def open(self, listener: socket.socket, tls: ssl.SSLContext) -> None:
        """Begin to listen."""
        loop = asyncio.get_running_loop()
        self._server = await loop.create_server(
            self._protocol,
            sock=listener,
            ssl=tls,
            backlog=self.limits.backlog,
            ssl_handshake_timeout=self.limits.opening_s,
        )
        self._watch = loop.call_later(self.limits.ping_answer_s, self._look)

    @property
    def port(self) -> int:
        """The TCP port."""
        assert self._server is not None
        return int(self._server.sockets[0].getsockname()[1])  # type: ignore[attr-defined]

    @property
    def connections(self) -> int:
        """How many channels are open."""
        return len(self.open_channels)

    async def close(self) -> None:
        """Take no more, say goodbye, wait a little, cut the rest."""
        if self._watch is not None:
            self._watch.cancel()
        if self._server is not None:
            self._server.close()
        for channel in list(self.open_channels):
            channel.close(GOING_AWAY)
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(_CLOSE_ANSWER_S):
                await self._empty.wait()
        for channel in list(self.open_channels):
            channel.cut()
        await asyncio.sleep(0)

    def came(self, channel: "_Channel") -> None:
        """A channel is open."""
        self.open_channels.add(channel)
        self._empty.clear()

    def went(self, channel: "_Channel") -> None:
        """A channel is closed."""
        self.open_channels.discard(channel)
        if not self.open_channels:
            self._empty.set()

    def _protocol(self) -> "_Protocol":
        return _Protocol(_Reception(self), self.limits)

    def _look(self) -> None:
        """One pass over all channels: no timer and no task for each of them."""
        loop = asyncio.get_running_loop()
        now = loop.time()
        for channel in list(self.open_channels):
            channel.show_life(now)
        self._watch = loop.call_later(self.limits.ping_answer_s, self._look)


class _Reception:
    """Decides one upgrade request. picows calls it with the request alone, so the transport is left here before."""

    def __init__(self, door: PicowsDoor) -> None:
        self._door = door
        self.transport: Any = None

    def __call__(self, request: WSUpgradeRequest) -> WSListener | WSUpgradeResponseWithListener:
        """A channel, or an HTTP error without a body."""
        tls = self.transport.get_extra_info("ssl_object")
        peer = self.transport.get_extra_info("peername")
        opening = Opening(
            path=request.path.decode("ascii", "replace"),
            headers={name.lower(): value for name, value in request.headers.items()},
            certificate=tls.getpeercert(binary_form=True) or b"",
            origin=f"{peer[0]}:{peer[1]}" if peer else "",
        )
        answer = self._door.accept(opening)
        if isinstance(answer, Refusal):
            return _refused(answer)
        return _Channel(self._door, answer)


def _head_of(message: bytes) -> bytes:
    """The head of an unfragmented BINARY frame from the server (RFC 6455, 5.2)."""
    length = len(message)
    if length < 126:
        return bytes((0x82, length))
    if length < 65_536:
        return b"\x82\x7e" + length.to_bytes(2, "big")
    return b"\x82\x7f" + length.to_bytes(8, "big")


def _refused(refusal: Refusal) -> WSUpgradeResponseWithListener:
    headers = {"Content-Length": "0"}
    if refusal.retry_after_s:
        headers["Retry-After"] = str(refusal.retry_after_s)
    response = WSUpgradeResponse.create_error_response(HTTPStatus(refusal.status), None, headers)
    return WSUpgradeResponseWithListener(response, None)


class _Channel(WSListener):
    """One open channel: the port's Connection to its owner, picows' listener to picows."""

    def __init__(self, door: PicowsDoor, listener: Listener) -> None:
        self._door = door
        self._listener = listener
        self._transport: WSTransport | None = None
        self._parts: bytearray | None = None
        self._parts_are_text = False
        self._heard = 0.0
        self._asked = 0.0
        self._paused = False
        self._leaving = False

    # What the owner calls.

    def send(self, *messages: bytes) -> None:
        """BINARY frames, unless the peer lets too much wait. Several go as one TLS record and one system call."""
        if len(messages) == 1:
            self._write(lambda transport: transport.send(WSMsgType.BINARY, messages[0]), len(messages[0]))
            return
        frames = b"".join([part for message in messages for part in (_head_of(message), message)])
        self._write(lambda transport: transport.underlying_transport.write(frames), len(frames))

    def close(self, code: int = GOING_AWAY, reason: str = "") -> None:
        """The closing handshake: cut after a second without an answer."""
        if self._transport is None or self._leaving:
            return
        self._leaving = True
        self.resume()
        # Any registered code may be sent; picows' enumeration names only some of them.
        self._transport.send_close(code, reason.encode()[:120])  # type: ignore[arg-type]
        asyncio.get_running_loop().call_later(_CLOSE_ANSWER_S, self._end)

    def pause(self) -> None:
        """Stop reading from the socket."""
        if self._transport is not None and not self._paused and not self._leaving:
            self._paused = True
            self._transport.underlying_transport.pause_reading()

    def resume(self) -> None:
        """Read from the socket again."""
        if self._transport is not None and self._paused:
            self._paused = False
            self._heard = asyncio.get_running_loop().time()
            self._transport.underlying_transport.resume_reading()

    # What the door calls.

    def cut(self) -> None:
        """Close without a word."""
        if self._transport is not None:
            self._leaving = True
            self._transport.disconnect(graceful=False)

    def show_life(self, now: float) -> None:
        """Ask a silent peer for a sign of life; cut it when the last question stayed open."""
        if self._paused or self._leaving or now - self._heard < self._door.limits.ping_idle_s:
            return
        if self._asked > self._heard and now - self._asked >= self._door.limits.ping_answer_s:
            self.cut()
        elif self._asked <= self._heard:
            self._asked = now
            self._write(lambda transport: transport.send_ping(), 0)

    # What picows calls.

    def on_ws_connected(self, transport: WSTransport) -> None:
        """The upgrade was answered."""
        self._transport = transport
        self._heard = asyncio.get_running_loop().time()
        self._door.came(self)
        self._listener.on_open(self)

    def on_ws_frame(self, transport: WSTransport, frame: WSFrame) -> None:
        """One frame, which is a message in all but rare cases."""
        self._heard = asyncio.get_running_loop().time()
        kind = frame.msg_type
        if kind is WSMsgType.CLOSE:
            self._farewell(transport, frame)
        elif self._leaving or transport.is_close_frame_sent:
            return
        elif kind is WSMsgType.BINARY and frame.fin and self._parts is None and not frame.rsv1:
            self._listener.on_message(frame.get_payload_as_bytes())
        elif kind is WSMsgType.PING:
            answer = frame.get_payload_as_bytes()
            self._write(lambda to: to.send_pong(answer), len(answer))
        elif kind is not WSMsgType.PONG:
            self._take_part(frame)

    def on_ws_disconnected(self, transport: WSTransport) -> None:
        """The socket is closed."""
        self._transport = None
        self._parts = None
        self._door.went(self)
        self._listener.on_close()

    def pause_writing(self) -> None:
        """The bound is checked at each send; picows' warning is not wanted."""

    def resume_writing(self) -> None:
        """See `pause_writing`."""

    def _take_part(self, frame: WSFrame) -> None:
        continues = frame.msg_type is WSMsgType.CONTINUATION
        if frame.rsv1 or frame.rsv2 or frame.rsv3 or continues is (self._parts is None):
            self.close(PROTOCOL_ERROR)
            return
        if self._parts is None:
            self._parts = bytearray()
            self._parts_are_text = frame.msg_type is WSMsgType.TEXT
        if len(self._parts) + frame.payload_size > self._door.limits.message_bytes:
            self._parts = None
            self.close(TOO_BIG)
            return
        self._parts += frame.get_payload_as_memoryview()
        if frame.fin:
            whole, self._parts = bytes(self._parts), None
            self._hand_on(whole)

    def _hand_on(self, whole: bytes) -> None:
        if not self._parts_are_text:
            self._listener.on_message(whole)
            return
        try:
            str(whole, "utf-8")
        except UnicodeDecodeError:
            self.close(_INVALID_TEXT)
            return
        self._listener.on_text()

    def _farewell(self, transport: WSTransport, frame: WSFrame) -> None:
        if not transport.is_close_frame_sent:
            code = frame.get_close_code()
            transport.send_close(WSCloseCode.OK if code == WSCloseCode.NO_INFO else code)
        self._leaving = True
        transport.disconnect()

    def _write(self, action: Callable[[WSTransport], None], size: int) -> None:
        transport = self._transport
        if transport is None or self._leaving:
            return
        waiting = transport.underlying_transport.get_write_buffer_size()
        if waiting + size > self._door.limits.unsent_bytes:
            _log.info("a peer does not read: its channel is cut with %d bytes unsent", waiting)
            self.cut()
            return
        action(transport)

    def _end(self) -> None:
        if self._transport is not None:
            self._transport.disconnect(graceful=False)


class _Words(logging.LoggerAdapter[logging.Logger]):
    """picows' words about peers (one logger a connection, an error for each bad frame) cut to our own faults."""

    def info(self, msg: object, *args: object, **kwargs: Any) -> None:
        """Comings and goings are the gateway's to tell."""

    def error(self, msg: object, *args: object, **kwargs: Any) -> None:
        """A peer's bad frame must not fill the log."""
        self.logger.debug(msg, *args)


class _Protocol(WSProtocol):  # type: ignore[misc]
    """picows' protocol, which tells the reception which connection asks."""

    def __init__(self, reception: _Reception, limits: Limits) -> None:
        super().__init__(
            None,  # host and port: a server has none to name
            None,  # path, likewise
            False,  # not the client's side
            reception,
            _Words(_log, {}),
            True,  # a fault of ours closes the channel
            limits.opening_s,
            False,  # no ping task for each connection
            limits.ping_idle_s,
            limits.ping_answer_s,
            WSAutoPingStrategy.PING_WHEN_IDLE,
            False,  # pings are answered within the bound on unsent bytes
            limits.message_bytes,
            None,  # extra headers: a client's
            2048,  # first read buffer: what an idle connection keeps
        )
        self._reception = reception

    def connection_made(self, transport: Any) -> None:
        """The TLS handshake is done."""
        self._reception.transport = transport
        super().connection_made(transport)
