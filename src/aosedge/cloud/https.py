"""Our HTTP listener: uvicorn, which hands the peer certificate to the application and bounds what a request may send.

The seam is `HttpToolsProtocol` (ADR 1): the verified certificate goes into `scope["state"]["tls"]["client_cert"]` as
DER, None without one.
"""

import asyncio
import contextlib
import socket
import ssl
from collections.abc import Iterator
from typing import Any

import uvicorn
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

HEAD_BYTES_MOST = 32 * 1024
HEAD_TIMEOUT_S = 30
STOP_TIMEOUT_S = 5
_MALFORMED = b'{"message":"not an HTTP request that this server takes"}'


class TlsHttp(HttpToolsProtocol):
    """One connection. A peer that sends no request in time, or too long a head, is let go."""

    _head_bytes = 0
    _waiting: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Take the certificate that the TLS layer verified."""
        super().connection_made(transport)
        tls = transport.get_extra_info("ssl_object")
        self.app_state = {
            **self.app_state,
            "tls": {"client_cert": tls.getpeercert(binary_form=True) if tls else None},
        }
        self._await_head()

    def connection_lost(self, exc: Exception | None) -> None:
        """Forget the timer."""
        self._head_came()
        super().connection_lost(exc)

    def on_message_begin(self) -> None:
        """A request begins: its head is counted anew."""
        self._head_bytes = 0
        super().on_message_begin()

    def on_url(self, url: bytes) -> None:
        """A part of the request line."""
        self._count(url)
        super().on_url(url)

    def on_header(self, name: bytes, value: bytes) -> None:
        """A header field."""
        self._count(name, value)
        super().on_header(name, value)

    def on_headers_complete(self) -> None:
        """The head came in time; idle connections are uvicorn's from here."""
        self._head_came()
        super().on_headers_complete()

    def send_400_response(self, msg: str) -> None:
        """Refuse in JSON what is not HTTP: every error here is."""
        head = b"HTTP/1.1 400 Bad Request\r\ncontent-type: application/json\r\nconnection: close\r\ncontent-length: "
        self.transport.write(head + str(len(_MALFORMED)).encode() + b"\r\n\r\n" + _MALFORMED)
        self.transport.close()

    def _count(self, *parts: bytes) -> None:
        self._head_bytes += sum(map(len, parts)) + 4
        if self._head_bytes > HEAD_BYTES_MOST:
            raise ValueError("the head is too long")  # the parser turns it into send_400_response

    def _await_head(self) -> None:
        self._waiting = self.loop.call_later(HEAD_TIMEOUT_S, self.transport.close)

    def _head_came(self) -> None:
        if self._waiting is not None:
            self._waiting.cancel()
            self._waiting = None


class _Server(uvicorn.Server):
    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Signals are the composition root's."""
        yield


async def serve(app: Any, listener: socket.socket, tls: ssl.SSLContext | None, stop: asyncio.Event) -> None:
    """Serve an ASGI application until `stop`, then let running requests end, for `STOP_TIMEOUT_S` at most."""
    config = uvicorn.Config(
        app,
        http=TlsHttp,
        ws="none",
        lifespan="off",
        log_config=None,
        log_level="warning",
        access_log=False,
        server_header=False,
        timeout_graceful_shutdown=STOP_TIMEOUT_S,
        ssl_context_factory=(lambda _config, _default: tls) if tls else None,
    )
    server = _Server(config)

    async def stopper() -> None:
        await stop.wait()
        server.should_exit = True

    async with asyncio.TaskGroup() as tasks:
        tasks.create_task(stopper())
        tasks.create_task(_run(server, listener, stop))


async def _run(server: uvicorn.Server, listener: socket.socket, stop: asyncio.Event) -> None:
    await server.serve(sockets=[listener])
    stop.set()
