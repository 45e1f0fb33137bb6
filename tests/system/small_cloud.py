"""A small end of the cloud for tests of AosCore: discovery, channel and content over real mutual TLS, no rules."""

import asyncio
import ssl
from collections.abc import Callable
from contextlib import AsyncExitStack
from http import HTTPStatus
from pathlib import Path

import msgspec
from tests.contract.content_server import ContentServer
from tests.contract.made_content import Made, described, layer
from websockets.asyncio.server import Server, ServerConnection, serve
from websockets.exceptions import ConnectionClosed
from websockets.http11 import Request, Response

from aosedge.clock import RandomIds, SystemClock
from aosedge.core.identity import FOLDER, Card, write_card
from aosedge.core.resources.node import architecture
from aosedge.model import oci
from aosedge.model.digests import sha3_256_hex, sha256
from aosedge.model.ids import NodeName, SystemId, Txn, UnitId
from aosedge.model.instants import Now
from aosedge.protocol import envelope as wire
from aosedge.protocol.messages import Alerts, BlobUrls, DesiredStatus, Message, RequestBlobUrls, UnitStatus
from aosedge.protocol.messages.from_cloud import BlobUrl, DesiredBundle, DesiredInstance, DesiredItem
from aosedge.protocol.messages.from_unit import AnyAlert
from aosedge.protocol.messages.parts import Generation, Identity
from aosedge.protocol.session import Sendable, Session, Work
from aosedge.trust import certificates, csr, files, tls

SYSTEM_ID = SystemId("unit-under-test")
TOKEN = "let-me-in"


class SmallCloud:
    """One Unit's cloud. `statuses` is all it was told, `messages` everything but that."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.clock, self.ids = SystemClock(), RandomIds()
        self.content = ContentServer(folder, secure=False)
        self.authority = certificates.Authority.create(folder / "ca", "localhost", self.clock.wall())
        self.statuses: list[UnitStatus] = []
        self.messages: list[Message] = []
        self.session = Session(SYSTEM_ID)
        self.discoveries = 0
        self.connections = 0
        self.resumed = 0
        self.tokens: set[str] = {TOKEN}
        self.delay_ms = 0
        self.acknowledges = True
        self._connection: ServerConnection | None = None
        self._stir = asyncio.Event()
        self._news = asyncio.Condition()
        self._stack = AsyncExitStack()
        self._port = self._channel_port = 0

    async def __aenter__(self) -> "SmallCloud":
        key = csr.new_key()
        issued = self.authority.issue_server(key.public_key(), ["localhost", "127.0.0.1"], self.clock.wall())
        files.write_whole(self.folder / "server.key", certificates.key_pem(key))
        files.write_whole(self.folder / "server.pem", issued.chain_pem.encode())
        await self._stack.enter_async_context(self.content)
        discovery = await asyncio.start_server(self._discovery, "127.0.0.1", 0, ssl=self._context())
        self._port = discovery.sockets[0].getsockname()[1]
        self._stack.push_async_callback(discovery.wait_closed)
        self._stack.callback(discovery.close)
        await self.open_channel()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.close_channel()
        await self._stack.aclose()

    def _context(self) -> ssl.SSLContext:
        return tls.server_context(
            self.folder / "server.pem", self.folder / "server.key", self.authority.root_pem(), "required"
        )

    # the Unit's identity, as provisioning would leave it

    def provision(self, state_folder: Path) -> None:
        folder = state_folder / FOLDER
        key = csr.new_key("p384")
        request = csr.unit_request(key, SYSTEM_ID, "online")
        issued = self.authority.issue_unit(request, UnitId("u-1"), SYSTEM_ID, "online", self.clock.wall())
        files.write_whole(folder / "online.key", certificates.key_pem(key))
        files.write_whole(folder / "online.pem", issued.chain_pem.encode())
        files.write_whole(folder / "roots.pem", self.authority.root_pem().encode())
        write_card(state_folder, Card(SYSTEM_ID, NodeName("main"), True, f"https://localhost:{self._port}"))

    # the channel

    _server: Server | None = None

    async def open_channel(self) -> None:
        self._server = await serve(
            self._talk,
            "127.0.0.1",
            self._channel_port,
            ssl=self._context(),
            process_request=self._admit,
            max_size=None,
        )
        self._channel_port = self._server.sockets[0].getsockname()[1]

    async def close_channel(self) -> None:
        if self._server is not None:
            self._server.close(close_connections=True)
            await self._server.wait_closed()
            self._server = None

    def cut(self) -> None:
        """The cable is pulled: no goodbye."""
        assert self._connection is not None
        self._connection.transport.abort()

    def _admit(self, connection: ServerConnection, request: Request) -> Response | None:
        token = request.headers.get("Authorization", "").removeprefix("Bearer ")
        return None if token in self.tokens else connection.respond(HTTPStatus.UNAUTHORIZED, "")

    async def _talk(self, connection: ServerConnection) -> None:
        self.connections += 1
        self.resumed += bool(connection.transport.get_extra_info("ssl_object").session_reused)
        self._connection = connection
        self.session.connected(self.now())
        self._stir.set()
        writing = asyncio.get_running_loop().create_task(self._write(connection))
        try:
            async for raw in connection:
                assert isinstance(raw, bytes), "real clouds look at BINARY frames only"
                await self._take(wire.decode(raw))
        except ConnectionClosed:
            pass
        finally:
            writing.cancel()
            self.session.lost(self.now())
            await self._tell()

    async def _write(self, connection: ServerConnection) -> None:
        try:
            while True:
                for message in self.session.drain():
                    await connection.send(wire.encode(message))
                await self._stir.wait()
                self._stir.clear()
        except ConnectionClosed:
            return

    async def _take(self, message: wire.Envelope) -> None:
        assert message.header.system_id == SYSTEM_ID
        for event in self.session.receive(message, self.now()):
            if isinstance(event, Work):
                self._work(event.envelope.data)
                if self.acknowledges:
                    self.session.settle(message.header.txn, self.now())
        self._stir.set()
        await self._tell()

    def _work(self, data: Message) -> None:
        match data:
            case UnitStatus():
                self.statuses.append(data)
            case RequestBlobUrls():
                known = [(d, self.content.blobs[d]) for d in data.digests if d in self.content.blobs]
                items = tuple(BlobUrl(d, (self.content.url(d),), sha3_256_hex(c), len(c)) for d, c in known)
                self.send(BlobUrls(correlation_id=data.correlation_id, items=items))
            case _:
                self.messages.append(data)

    def send(self, message: Sendable, txn: str = "") -> None:
        self.session.send(message, Txn(txn or self.ids.new()), self.now(), keep=True)
        self._stir.set()

    async def _discovery(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = await reader.readuntil(b"\r\n\r\n")
        assert head.startswith(b"POST /sd/v7/ HTTP/1.1\r\n")
        self.discoveries += 1
        body = msgspec.json.encode(
            {
                "version": 7,
                "systemId": SYSTEM_ID,
                "nextRequestDelay": self.delay_ms,
                "connectionInfo": [f"wss://localhost:{self._channel_port}/ws/v7/"],
                "authToken": TOKEN,
                "errorCode": 0,
            }
        )
        writer.write(b"HTTP/1.1 200 OK\r\ncontent-length: %d\r\n\r\n" % len(body) + body)
        await writer.drain()
        writer.close()

    # what a test waits for

    def now(self) -> Now:
        return Now(self.clock.wall(), self.clock.monotonic())

    async def _tell(self) -> None:
        async with self._news:
            self._news.notify_all()

    async def until(self, so: Callable[[], bool], seconds: float = 20.0) -> None:
        try:
            async with asyncio.timeout(seconds), self._news:
                await self._news.wait_for(so)
        except TimeoutError:
            raise AssertionError(f"never so; phases {self.phases()}, alerts {self.alerts()}") from None

    async def until_idle(self, generation: int, seconds: float = 20.0) -> None:
        await self.until(lambda: self.generation_idle() == generation, seconds)

    def generation_idle(self) -> int:
        told = [s.update for s in self.statuses if s.update is not None]
        last = told[-1] if told else None
        return last.generation.number if last and last.state == "idle" and last.generation else 0

    def phases(self) -> list[str]:
        """Phases in the order in which they were told, repeats left out."""
        told = [s.update.state for s in self.statuses if s.update is not None]
        return [p for n, p in enumerate(told) if n == 0 or told[n - 1] != p]

    def alerts(self) -> list[AnyAlert]:
        return [a for m in self.messages if isinstance(m, Alerts) for a in m.items]

    def item_states(self) -> dict[tuple[str, str], str]:
        """The newest state of each version of an item."""
        return {(i.item.id or "", i.version): i.state for s in self.statuses for i in s.items or ()}

    def instance_states(self) -> dict[tuple[str, str], str]:
        """The newest state of the first instance of each version of an item."""
        return {
            (g.item.id or "", g.version): g.instances[0].state
            for s in self.statuses
            for g in s.instances or ()
            if g.instances
        }


def content_item(hostname: str, files_: dict[str, bytes], config: oci.ItemConfig, run: oci.RunConfig) -> Made:
    """An item version of one layer for this machine, with its item and image configuration."""
    arch = architecture()
    platform = oci.Platform(arch.architecture, "linux", arch.variant)
    packed = layer(files_)
    image = oci.encode(oci.ImageConfig(arch.architecture, "linux", config=run, rootfs=oci.RootFs()))
    item = oci.encode(msgspec.structs.replace(config, hostname=hostname))
    manifest = oci.encode(
        oci.Manifest(
            described(oci.IMAGE_CONFIG, image),
            (described(oci.LAYER_TAR_GZIP, packed),),
            aos_item_config=described(oci.ITEM_CONFIG, item),
        )
    )
    index = oci.encode(oci.Index((described(oci.MANIFEST, manifest, platform),)))
    blobs = {sha256(c): c for c in (index, manifest, image, item, packed)}
    return Made(sha256(index), blobs, (sha256(packed),))


def desired(number: int, *items: tuple[str, str, Made], bundle: bool = False) -> DesiredStatus:
    """A target of (item id, version, content), one instance each."""
    return DesiredStatus(
        generation=Generation(1, number),
        items=tuple(DesiredItem(Identity(id=i, type="service"), v, Identity(id="sp"), m.index) for i, v, m in items),
        instances=tuple(DesiredInstance(Identity(id=i), Identity(id="s"), num_instances=1) for i, _, _ in items),
        bundles=(DesiredBundle("b", tuple(i for i, _, _ in items)),) if bundle else (),
    )
