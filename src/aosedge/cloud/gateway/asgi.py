"""The little of ASGI that discovery and blobs need."""

from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any

AsgiScope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]


async def start(send: Send, status: int, headers: dict[str, str]) -> None:
    """Begin an answer."""
    pairs = [(name.encode("latin-1"), value.encode("latin-1")) for name, value in headers.items()]
    await send({"type": "http.response.start", "status": status, "headers": pairs})


async def answer(send: Send, status: int, headers: dict[str, str] | None = None, body: bytes = b"") -> None:
    """A whole answer; an error has no body, since real Units take any body for content."""
    await start(send, status, {"content-length": str(len(body))} | (headers or {}))
    await send({"type": "http.response.body", "body": body, "more_body": False})


async def body_of(receive: Receive, bytes_most: int) -> bytes | None:
    """The request's body, or None when it is too long or the peer has gone."""
    body = bytearray()
    while True:
        event = await receive()
        body += event.get("body", b"")
        if event["type"] != "http.request" or len(body) > bytes_most:
            return None
        if not event.get("more_body"):
            return bytes(body)
