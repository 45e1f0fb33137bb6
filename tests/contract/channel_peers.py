"""What the channel's contract needs of both ends: certificates, a raw peer, a listener that notes what it hears."""

import asyncio
import os
import socket
import ssl
import struct
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from aosedge.cloud.gateway.channel import Connection, Opening, Refusal

TEXT, BINARY, CONTINUATION, CLOSE, PING, PONG = 1, 2, 0, 8, 9, 10


def listening() -> socket.socket:
    """A listening socket on a free port of this machine."""
    listener = socket.create_server(("127.0.0.1", 0), backlog=128)
    listener.setblocking(False)
    return listener


class Authority:
    """A certificate authority in a folder."""

    def __init__(self, folder: Path, name: str) -> None:
        self.folder = folder
        self.key = ec.generate_private_key(ec.SECP256R1())
        self.name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
        self.certificate = self._sign(self.name, self.key, ca=True)
        self.path = folder / f"{name}.pem"
        self.path.write_bytes(self.certificate.public_bytes(serialization.Encoding.PEM))

    def _sign(self, subject: x509.Name, key: ec.EllipticCurvePrivateKey, ca: bool = False) -> x509.Certificate:
        now = datetime.now(UTC)
        return (
            x509.CertificateBuilder()
            .subject_name(subject)
            .issuer_name(self.name)
            .public_key(key.public_key())
            .serial_number(x509.random_serial_number())
            .not_valid_before(now - timedelta(hours=1))
            .not_valid_after(now + timedelta(days=1))
            .add_extension(x509.BasicConstraints(ca=ca, path_length=None), critical=True)
            .add_extension(x509.SubjectAlternativeName([x509.DNSName("localhost")]), critical=False)
            .sign(self.key, hashes.SHA256())
        )

    def issue(self, name: str) -> Path:
        """A PEM file with key and certificate."""
        key = ec.generate_private_key(ec.SECP256R1())
        certificate = self._sign(x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)]), key)
        path = self.folder / f"{name}.pem"
        path.write_bytes(
            key.private_bytes(
                serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
            )
            + certificate.public_bytes(serialization.Encoding.PEM)
        )
        return path

    def server_tls(self, identity: Path) -> ssl.SSLContext:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.minimum_version = ssl.TLSVersion.TLSv1_3
        context.load_cert_chain(identity)
        context.load_verify_locations(self.path)
        context.verify_mode = ssl.CERT_REQUIRED
        return context

    def client_tls(self, identity: Path | None) -> ssl.SSLContext:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        context.load_verify_locations(self.path)
        if identity is not None:
            context.load_cert_chain(identity)
        return context


class Hearer:
    """A listener that notes what it hears and can wait for it."""

    def __init__(self, echo: bool = False) -> None:
        self.echo = echo
        self.connection: Connection
        self.messages: list[bytes] = []
        self.texts = 0
        self.opened = 0
        self.closed = 0
        self.openings: list[Opening] = []
        self.fault: Exception | None = None
        self._news = asyncio.Event()

    def on_open(self, connection: Connection) -> None:
        self.connection = connection
        self.opened += 1
        self._news.set()

    def on_message(self, message: bytes) -> None:
        if self.fault is not None:
            raise self.fault
        self.messages.append(message)
        self._news.set()
        if self.echo:
            self.connection.send(message)

    def on_text(self) -> None:
        self.texts += 1
        self._news.set()

    def on_close(self) -> None:
        self.closed += 1
        self._news.set()

    async def until(self, condition: Any, timeout_s: float = 5.0) -> None:
        """Wait until the condition holds of this hearer."""
        async with asyncio.timeout(timeout_s):
            while not condition(self):
                self._news.clear()
                await self._news.wait()


class Hall:
    """Accepts everybody with a new Hearer, or refuses everybody."""

    def __init__(self) -> None:
        self.hearers: list[Hearer] = []
        self.openings: list[Opening] = []
        self.refusal: Refusal | None = None
        self.echo = False

    def accept(self, opening: Opening) -> Hearer | Refusal:
        self.openings.append(opening)
        if self.refusal is not None:
            return self.refusal
        self.hearers.append(Hearer(self.echo))
        return self.hearers[-1]


class RawPeer:
    """A client that writes frames by hand, right or wrong."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.reader, self.writer = reader, writer

    @classmethod
    async def connect(cls, port: int, tls: ssl.SSLContext, upgrade: bool = True) -> "RawPeer":
        reader, writer = await asyncio.open_connection("localhost", port, ssl=tls)
        peer = cls(reader, writer)
        if upgrade:
            answer = await peer.request("/ws/v7/")
            assert answer.startswith(b"HTTP/1.1 101"), answer
        return peer

    async def request(self, path: str) -> bytes:
        self.writer.write(
            f"GET {path} HTTP/1.1\r\nHost: localhost\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
            "Authorization: Bearer a.token\r\nSec-WebSocket-Version: 13\r\n"
            "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n".encode()
        )
        return await self.reader.readuntil(b"\r\n\r\n")

    def frame(self, opcode: int, payload: bytes = b"", fin: bool = True, claim: int | None = None) -> None:
        """Write one masked frame; `claim` lies about the length."""
        length = len(payload) if claim is None else claim
        mask = os.urandom(4)
        head = bytes([opcode | (0x80 if fin else 0)])
        if length < 126:
            head += bytes([0x80 | length])
        elif length < 65536:
            head += bytes([0x80 | 126]) + struct.pack("!H", length)
        else:
            head += bytes([0x80 | 127]) + struct.pack("!Q", length)
        repeated = mask * (len(payload) // 4 + 1)
        masked = (int.from_bytes(payload) ^ int.from_bytes(repeated[: len(payload)])).to_bytes(len(payload))
        self.writer.write(head + mask + masked)

    async def read_frame(self) -> tuple[int, bytes]:
        """The next frame from the server: opcode and payload."""
        first, second = await self.reader.readexactly(2)
        length = second & 0x7F
        if length == 126:
            length = struct.unpack("!H", await self.reader.readexactly(2))[0]
        elif length == 127:
            length = struct.unpack("!Q", await self.reader.readexactly(8))[0]
        return first & 0x0F, await self.reader.readexactly(length)

    async def close_code(self) -> int:
        """Read on to the CLOSE frame; its code."""
        async with asyncio.timeout(5):
            while True:
                opcode, payload = await self.read_frame()
                if opcode == CLOSE:
                    return int(struct.unpack("!H", payload[:2])[0])

    async def end(self) -> None:
        """Read until the server has closed."""
        async with asyncio.timeout(5):
            try:
                while await self.reader.read(65536):
                    continue
            except (ConnectionError, ssl.SSLError):
                return

    def cut(self) -> None:
        self.writer.transport.abort()
