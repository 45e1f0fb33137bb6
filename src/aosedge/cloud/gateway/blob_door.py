"""Blobs over HTTP for Units, by signed links: GET, HEAD, single ranges, `If-Range`.

An ASGI application that fits the API's port, a plain HTTP port for Units with only their system's authorities, or
behind a CDN. Real Units take any body for content, so an error never has one.
"""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import aclosing
from urllib.parse import parse_qs, unquote

import msgspec

from aosedge.cloud.gateway.asgi import AsgiScope, Receive, Send, answer, start
from aosedge.cloud.gateway.signatures import Links
from aosedge.cloud.ports import Blobs
from aosedge.model.digests import Digest, parse_digest
from aosedge.model.errors import Invalid, NotFound
from aosedge.model.instants import Clock


class Part(msgspec.Struct, frozen=True):
    """Bytes from `start` up to, not including, `end`."""

    start: int
    end: int


class Unsatisfiable(Exception):
    """The range begins behind the end of the blob."""


def asked_part(header: str, size: int) -> Part | None:
    """The part a `Range` header asks for; None where the whole is to be sent (RFC 9110, 14.2).

    That is so without a header, for other units, several ranges, and what cannot be read. Raises Unsatisfiable.
    """
    unit, _, ranges = header.partition("=")
    first, dash, last = ranges.strip().partition("-")
    first, last = first.strip(), last.strip()
    if unit.strip().lower() != "bytes" or not dash or not (first or last):
        return None
    if not all(number.isascii() and number.isdigit() and len(number) < 19 for number in (first, last) if number):
        return None
    if not first:
        if int(last) == 0 or size == 0:
            raise Unsatisfiable
        return Part(max(0, size - int(last)), size)
    if last and int(last) < int(first):
        return None
    if int(first) >= size:
        raise Unsatisfiable
    return Part(int(first), min(size, int(last) + 1) if last else size)


class BlobDoor:
    """The application: `GET|HEAD <anything>/<digest>?expires=..&signature=..`."""

    def __init__(self, blobs: Blobs, links: Links, clock: Clock) -> None:
        self._blobs = blobs
        self._links = links
        self._clock = clock

    async def __call__(self, scope: AsgiScope, receive: Receive, send: Send) -> None:
        """Serve one request; other protocols of ASGI are not ours."""
        if scope["type"] != "http":
            return
        if scope["method"] not in ("GET", "HEAD"):
            await answer(send, 405, {"allow": "GET, HEAD"})
            return
        digest = self._digest_of(scope)
        if digest is None:
            await answer(send, 403)
            return
        try:
            size = await self._blobs.size(digest)
        except NotFound:
            await answer(send, 404)
            return
        await self._serve(digest, size, scope, receive, send)

    def _digest_of(self, scope: AsgiScope) -> Digest | None:
        """The digest of a link that holds."""
        query = parse_qs(scope.get("query_string", b"").decode("latin-1"), max_num_fields=8)
        try:
            digest = parse_digest(unquote(scope["path"].rstrip("/").rpartition("/")[2]))
        except Invalid:
            return None
        expires, signature = query.get("expires", [""])[0], query.get("signature", [""])[0]
        return digest if self._links.holds(digest, expires, signature, self._clock.wall()) else None

    async def _serve(self, digest: Digest, size: int, scope: AsgiScope, receive: Receive, send: Send) -> None:
        headers = {name.decode("latin-1"): value.decode("latin-1") for name, value in scope["headers"]}
        etag = f'"{digest}"'
        described = {"accept-ranges": "bytes", "etag": etag, "content-type": "application/octet-stream"}
        wanted = headers.get("range", "") if headers.get("if-range", etag) == etag else ""
        try:
            part = asked_part(wanted, size)
        except Unsatisfiable:
            await answer(send, 416, {"content-range": f"bytes */{size}"})
            return
        status = 200
        if part is not None:
            status, described["content-range"] = 206, f"bytes {part.start}-{part.end - 1}/{size}"
        part = part or Part(0, size)
        described["content-length"] = str(part.end - part.start)
        if scope["method"] == "HEAD" or part.start == part.end:
            await answer(send, status, described)
            return
        await start(send, status, described)
        async with aclosing(_closing(self._blobs.stream(digest, part.start, part.end))) as content:
            await _pour(content, receive, send)


async def _closing(content: AsyncIterator[bytes]) -> AsyncGenerator[bytes, None]:
    """The content, let go of when its reader stops early."""
    try:
        async for chunk in content:
            yield chunk
    finally:
        if isinstance(content, AsyncGenerator):
            await content.aclose()


async def _pour(content: AsyncIterator[bytes], receive: Receive, send: Send) -> None:
    """Send the content as it comes; stop when the Unit has gone."""
    gone = asyncio.Event()

    async def watch() -> None:
        while (await receive())["type"] != "http.disconnect":
            continue
        gone.set()

    async with asyncio.TaskGroup() as tasks:
        watching = tasks.create_task(watch())
        async for chunk in content:
            if gone.is_set():
                break
            await send({"type": "http.response.body", "body": chunk, "more_body": True})
        if not gone.is_set():
            await send({"type": "http.response.body", "body": b"", "more_body": False})
        watching.cancel()
