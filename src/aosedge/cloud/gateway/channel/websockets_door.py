"""The Unit channel on `websockets`: slower than picows and with less left to us. The fall-back."""

import asyncio
import logging
import socket
import ssl
from collections import deque

from websockets.asyncio.server import Server, ServerConnection, serve
from websockets.exceptions import ConnectionClosed
from websockets.http11 import Request, Response

from aosedge.cloud.gateway.channel.port import GOING_AWAY, Accept, Limits, Listener, Opening, Refusal

_CLOSE_ANSWER_S = 1.0
_log = logging.getLogger("aosedge.gateway")
_words = logging.getLogger("aosedge.gateway.websockets")
_words.setLevel(logging.CRITICAL)


async def listen(accept: Accept, listener: socket.socket, tls: ssl.SSLContext, limits: Limits) -> "WebsocketsDoor":
    """Open the door on a listening socket, which is the door's from now. `tls` must ask for a client certificate."""
    door = WebsocketsDoor(accept, limits)
    await door.open(listener, tls)
    return door


class WebsocketsDoor:
    """The listening socket; the library keeps a task for each channel."""

    def __init__(self, accept: Accept, limits: Limits) -> None:
        self._accept = accept
        self._limits = limits
        self._accepted: dict[ServerConnection, Listener] = {}
        self._open: set[_Channel] = set()
        self._server: Server | None = None

    async def open(self, listener: socket.socket, tls: ssl.SSLContext) -> None:
        """Begin to listen."""
        limits = self._limits
        self._server = await serve(
            self._talk,
            sock=listener,
            ssl=tls,
            process_request=self._decide,
            compression=None,
            server_header=None,
            max_size=limits.message_bytes,
            open_timeout=limits.opening_s,
            ping_interval=limits.ping_idle_s,
            ping_timeout=limits.ping_answer_s,
            close_timeout=_CLOSE_ANSWER_S,
            backlog=limits.backlog,
            logger=_words,
        )

    @property
    def port(self) -> int:
        """The TCP port."""
        assert self._server is not None
        return int(self._server.sockets[0].getsockname()[1])

    @property
    def connections(self) -> int:
        """How many channels are open."""
        return len(self._open)

    async def close(self) -> None:
        """Take no more, say goodbye to all, wait for them a little."""
        if self._server is not None:
            self._server.close(code=GOING_AWAY)
            await self._server.wait_closed()

    def _decide(self, connection: ServerConnection, request: Request) -> Response | None:
        tls = connection.transport.get_extra_info("ssl_object")
        peer = connection.remote_address
        opening = Opening(
            path=request.path,
            headers={name.lower(): value for name, value in request.headers.raw_items()},
            certificate=tls.getpeercert(binary_form=True) or b"",
            origin=f"{peer[0]}:{peer[1]}" if peer else "",
        )
        answer = self._accept(opening)
        if not isinstance(answer, Refusal):
            self._accepted[connection] = answer
            return None
        response = connection.respond(answer.status, "")
        if answer.retry_after_s:
            response.headers["Retry-After"] = str(answer.retry_after_s)
        return response

    async def _talk(self, connection: ServerConnection) -> None:
        listener = self._accepted.pop(connection)
        channel = _Channel(connection, listener, self._limits)
        self._open.add(channel)
        try:
            listener.on_open(channel)
            async with asyncio.TaskGroup() as tasks:
                tasks.create_task(channel.write())
                await channel.read()
                channel.leave()
        finally:
            self._open.discard(channel)
            listener.on_close()


class _Channel:
    """One open channel."""

    def __init__(self, connection: ServerConnection, listener: Listener, limits: Limits) -> None:
        self._connection = connection
        self._listener = listener
        self._limits = limits
        self._unsent: deque[bytes] = deque()
        self._unsent_bytes = 0
        self._news = asyncio.Event()
        self._flows = asyncio.Event()
        self._flows.set()
        self._goodbye: tuple[int, str] | None = None

    def send(self, *messages: bytes) -> None:
        """BINARY frames, unless the peer lets too much wait."""
        size = sum(map(len, messages))
        if self._goodbye is not None:
            return
        if self._unsent_bytes + size > self._limits.unsent_bytes:
            _log.info("a peer does not read: its channel is cut with %d bytes unsent", self._unsent_bytes)
            self._connection.transport.abort()
            self.leave()
            return
        self._unsent.extend(messages)
        self._unsent_bytes += size
        self._news.set()

    def close(self, code: int = GOING_AWAY, reason: str = "") -> None:
        """What was sent before goes first."""
        if self._goodbye is None:
            self._goodbye = (code, reason)
            self._flows.set()
            self._news.set()

    def pause(self) -> None:
        """Take no more from the library, which then stops reading."""
        self._flows.clear()

    def resume(self) -> None:
        """Read again."""
        self._flows.set()

    def leave(self) -> None:
        """The channel is closed: the writer may end."""
        self._goodbye = self._goodbye or (GOING_AWAY, "")
        self._unsent.clear()
        self._flows.set()
        self._news.set()

    async def read(self) -> None:
        """Hand on messages until the channel is closed."""
        try:
            while True:
                message = await self._connection.recv()
                if self._goodbye is not None:
                    continue
                if isinstance(message, str):
                    self._listener.on_text()
                else:
                    self._listener.on_message(message)
                await self._flows.wait()
        except ConnectionClosed:
            return

    async def write(self) -> None:
        """Send what waits, then say goodbye if asked to."""
        try:
            while True:
                while self._unsent:
                    message = self._unsent.popleft()
                    await self._connection.send(message)
                    self._unsent_bytes -= len(message)
                if self._goodbye is not None:
                    await self._connection.close(*self._goodbye)
                    return
                self._news.clear()
                await self._news.wait()
        except ConnectionClosed:
            return
