"""A content server on this machine, over TLS, that can be told to misbehave in each way the network knows."""

import asyncio
import datetime
import ipaddress
import re
import ssl
from collections.abc import Awaitable, Callable
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from aosedge.model.digests import Digest, sha3_256_hex, sha256
from aosedge.protocol.messages.from_cloud import BlobUrl

Answer = Callable[["Request", asyncio.StreamWriter], Awaitable[None]]


class Request:
    """What was asked for."""

    def __init__(self, path: str, headers: dict[str, str]) -> None:
        self.path, self.headers = path, headers

    @property
    def offset(self) -> int:
        found = re.fullmatch(r"bytes=(\d+)-", self.headers.get("range", ""))
        return int(found[1]) if found else 0


class ContentServer:
    """Serves blobs by digest with ranges and entity tags; `misbehave` answers in its stead, a list in turn."""

    def __init__(self, folder: Path, secure: bool = True) -> None:
        self.blobs: dict[Digest, bytes] = {}
        self.requests: list[Request] = []
        self.misbehave: list[Answer] = []
        self.always: Answer | None = None
        self.located: list[Digest] = []
        self.busy = self.busiest = 0
        self._secure = secure
        self._server: asyncio.Server | None = None
        certificate = _certificate(folder)
        self._context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
        self._context.load_cert_chain(certificate)
        self.trust = ssl.create_default_context(cafile=str(certificate))

    async def __aenter__(self) -> "ContentServer":
        context = self._context if self._secure else None
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", 0, ssl=context)
        self.port = self._server.sockets[0].getsockname()[1]
        return self

    async def __aexit__(self, *_: object) -> None:
        assert self._server is not None
        self._server.close()

    def add(self, content: bytes) -> Digest:
        digest = sha256(content)
        self.blobs[digest] = content
        return digest

    def url(self, digest: Digest) -> str:
        return f"{'https' if self._secure else 'http'}://127.0.0.1:{self.port}/blobs/{digest}?signature=secret"

    async def locate(self, digest: Digest) -> BlobUrl:
        self.located.append(digest)
        content = self.blobs[digest]
        return BlobUrl(digest, (self.url(digest),), sha3_256_hex(content), len(content))

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.busy += 1
        self.busiest = max(self.busiest, self.busy)
        try:
            lines = (await reader.readuntil(b"\r\n\r\n")).decode("ascii").split("\r\n")
            headers = {k.lower(): v.strip() for k, _, v in (line.partition(":") for line in lines[1:] if line)}
            request = Request(lines[0].split(" ")[1], headers)
            self.requests.append(request)
            answer = self.misbehave.pop(0) if self.misbehave else self.always or self.honest
            await answer(request, writer)
            await writer.drain()
        except (ConnectionError, asyncio.IncompleteReadError):
            return
        finally:
            self.busy -= 1
            writer.close()

    def content(self, request: Request) -> bytes:
        return self.blobs[Digest(request.path.removeprefix("/blobs/").partition("?")[0])]

    async def honest(self, request: Request, writer: asyncio.StreamWriter) -> None:
        content = self.content(request)
        etag = f'"{sha256(content)}"'
        offset = request.offset
        if request.headers.get("if-range", etag) != etag:
            offset = 0
        head = "HTTP/1.1 200 OK\r\n"
        if offset >= len(content) > 0:
            writer.write(b"HTTP/1.1 416 Range Not Satisfiable\r\nContent-Length: 0\r\n\r\n")
            return
        if offset:
            head = (
                f"HTTP/1.1 206 Partial Content\r\nContent-Range: bytes {offset}-{len(content) - 1}/{len(content)}\r\n"
            )
        head += f"ETag: {etag}\r\nContent-Length: {len(content) - offset}\r\n\r\n"
        writer.write(head.encode())
        writer.write(content[offset:])


def _certificate(folder: Path) -> Path:
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "content server")])
    now = datetime.datetime.now(datetime.UTC)
    builder = x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
    builder = builder.not_valid_before(now - datetime.timedelta(hours=1)).not_valid_after(
        now + datetime.timedelta(hours=1)
    )
    address = x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address("127.0.0.1"))])
    certificate = builder.add_extension(address, False).sign(key, hashes.SHA256())
    path = folder / "content-server.pem"
    path.write_bytes(
        certificate.public_bytes(serialization.Encoding.PEM)
        + key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
    )
    return path
