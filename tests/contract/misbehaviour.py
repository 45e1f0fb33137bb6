"""Ways of a content server to misbehave, for `ContentServer.always` and `misbehave`."""

import asyncio
from collections.abc import Callable

from tests.contract.content_server import Answer, ContentServer, Request

from aosedge.model.digests import Digest, sha256


def only(server: ContentServer, digest: Digest, attack: Answer) -> Answer:
    """Attack this blob, serve the others."""

    async def answer(request: Request, writer: asyncio.StreamWriter) -> None:
        await (attack if digest in request.path else server.honest)(request, writer)

    return answer


def in_turn(answers: list[Answer], then: Answer) -> Answer:
    """These answers one after the other, `then` for ever."""
    left = list(answers)

    async def answer(request: Request, writer: asyncio.StreamWriter) -> None:
        await (left.pop(0) if left else then)(request, writer)

    return answer


def cut_after(server: ContentServer, most_bytes: int, etag: str = "") -> Answer:
    """Send so many bytes of what was asked for, then hang up."""

    async def answer(request: Request, writer: asyncio.StreamWriter) -> None:
        content = server.content(request)
        head, size = "HTTP/1.1 200 OK", len(content)
        if request.offset:
            head = f"HTTP/1.1 206 Partial Content\r\nContent-Range: bytes {request.offset}-{size - 1}/{size}"
        tag = etag or f'"{sha256(content)}"'
        writer.write(f"{head}\r\nETag: {tag}\r\nContent-Length: {size - request.offset}\r\n\r\n".encode())
        writer.write(content[request.offset : request.offset + most_bytes])

    return answer


def asked(server: ContentServer, digest: Digest) -> list[Request]:
    """The requests for this blob."""
    return [request for request in server.requests if digest in request.path]


def lie(change: Callable[[bytes], bytes]) -> Callable[[ContentServer], Answer]:
    def of(server: ContentServer) -> Answer:
        async def answer(request: Request, writer: asyncio.StreamWriter) -> None:
            content = change(server.content(request))
            writer.write(f"HTTP/1.1 200 OK\r\nContent-Length: {len(content)}\r\n\r\n".encode() + content)

        return answer

    return of


def raw(head: str, body: bytes = b"") -> Callable[[ContentServer], Answer]:
    def of(server: ContentServer) -> Answer:
        async def answer(request: Request, writer: asyncio.StreamWriter) -> None:
            writer.write(head.replace("\n", "\r\n").encode() + body)

        return answer

    return of


def endless(head: bytes, part: bytes) -> Callable[[ContentServer], Answer]:
    def of(server: ContentServer) -> Answer:
        async def answer(request: Request, writer: asyncio.StreamWriter) -> None:
            writer.write(head)
            while True:
                writer.write(part)
                await writer.drain()
                await asyncio.sleep(0)  # drain does not yield to a lost connection over TLS

        return answer

    return of


def trickle(server: ContentServer) -> Answer:
    async def answer(request: Request, writer: asyncio.StreamWriter) -> None:
        content = server.content(request)
        writer.write(f"HTTP/1.1 200 OK\r\nContent-Length: {len(content)}\r\n\r\n".encode())
        for byte in content:
            writer.write(bytes([byte]))
            await writer.drain()
            await asyncio.sleep(0.02)

    return answer
