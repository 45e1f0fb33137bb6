"""Service discovery: one POST over mutual TLS that says where the channel is.

httptools on asyncio streams, like the download of content: an HTTP client library costs the resident agent 10 MiB.
"""

import asyncio
import ssl
from urllib.parse import urlsplit

import httptools
import msgspec

from aosedge.core.cloudlink.tunnel import Tunnel, Way
from aosedge.model.errors import Invalid, Unavailable
from aosedge.model.ids import SystemId
from aosedge.protocol.envelope import PROTOCOL_VERSION

ANSWER_BYTES_MOST = 64 * 1024
TIMEOUT_S = 15.0


class Request(msgspec.Struct, frozen=True, rename="camel"):
    """What the Unit asks."""

    version: int
    system_id: SystemId
    supported_protocols: tuple[str, ...] = ("wss",)


class Channel(msgspec.Struct, frozen=True, rename="camel"):
    """Where the channel is. Only status 200 and `connection_info` count, as for other Units."""

    connection_info: tuple[str, ...]
    auth_token: str = ""
    next_request_delay: int = 0
    """Milliseconds: the window over which the next first attempt is spread."""


class _Answer:
    def __init__(self) -> None:
        self.parser = httptools.HttpResponseParser(self)
        self.body = b""
        self.ended = False

    def on_body(self, part: bytes) -> None:
        self.body += part

    def on_message_complete(self) -> None:
        self.ended = True


async def discover(url: str, system_id: SystemId, way: Way) -> Channel:
    """Where to connect. Raises Unavailable for whatever may be better later, Invalid for a URL that is none."""
    target = urlsplit(url)
    if target.scheme != "https" or not target.hostname:
        raise Invalid("not a discovery URL", element="discovery_url", expected="https://host[:port]/path", got=url)
    body = msgspec.json.encode(Request(PROTOCOL_VERSION, system_id))
    head = (
        f"POST {target.path or '/'} HTTP/1.1\r\nHost: {target.netloc}\r\nUser-Agent: aoscore\r\n"
        f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\nConnection: close\r\n\r\n"
    )
    try:
        async with asyncio.timeout(TIMEOUT_S):
            answer = await _exchange(target.hostname, target.port or 443, way, head.encode("ascii") + body)
    except TimeoutError as error:
        raise Unavailable(f"{url}: no answer in time") from error
    except ssl.SSLCertVerificationError as error:
        raise Unavailable(f"{url}: server is not trusted: {error.verify_message}") from error
    except (OSError, httptools.HttpParserError) as error:
        words = way.words() if isinstance(way, Tunnel) else ""
        raise Unavailable(f"{url}: {words or error}") from error
    status = answer.parser.get_status_code()
    if status != 200:
        raise Unavailable(f"{url}: status {status}")
    try:
        channel = msgspec.json.decode(answer.body, type=Channel)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise Unavailable(f"{url}: not a discovery answer: {error}") from error
    if not channel.connection_info:
        raise Unavailable(f"{url}: it names no channel")
    return channel


async def _exchange(host: str, port: int, way: Way, request: bytes) -> _Answer:
    if isinstance(way, Tunnel):
        reader, writer = await asyncio.open_connection(sock=await way.open(host, port))
    else:
        reader, writer = await asyncio.open_connection(host, port, ssl=way)
    try:
        writer.write(request)
        await writer.drain()
        answer, came = _Answer(), 0
        while not answer.ended:
            part = await reader.read(16 * 1024)
            came += len(part)
            if not part or came > ANSWER_BYTES_MOST:
                raise ConnectionError("the answer has no end" if part else "connection closed before an answer")
            answer.parser.feed_data(part)
        return answer
    finally:
        writer.transport.abort()
