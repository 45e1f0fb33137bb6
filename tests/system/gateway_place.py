"""The Unit side door in this process, on a real store, with Units that have real certificates."""

import asyncio
import socket
import ssl
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import TypeVar

import msgspec

from aosedge.clock import RandomIds, SystemClock
from aosedge.cloud.blobs import ObjectBlobs, open_blobs
from aosedge.cloud.bus.inprocess import InProcessBus
from aosedge.cloud.domain import events
from aosedge.cloud.domain.access.callers import Caller, Scope, Task
from aosedge.cloud.domain.audit import AuditLine
from aosedge.cloud.domain.clones import Takeovers
from aosedge.cloud.domain.people import Certificate
from aosedge.cloud.domain.statuses import AlertLine
from aosedge.cloud.domain.units import Unit
from aosedge.cloud.gateway import server
from aosedge.cloud.gateway.channel import Limits
from aosedge.cloud.gateway.store_records import StoreRecords
from aosedge.cloud.gateway.switchboard import Policy
from aosedge.cloud.settings import Settings
from aosedge.cloud.store import Store, open_store
from aosedge.cloud.usecases import installation, units
from aosedge.cloud.usecases.certificates import PURPOSE, Certification
from aosedge.model.ids import SystemId, UnitId
from aosedge.trust import csr, tls
from aosedge.trust.certificates import Authority, Issued, key_pem
from aosedge.trust.sealing import Seal

SECRET = b"g" * 32
T = TypeVar("T")


class Member(msgspec.Struct, frozen=True):
    """A provisioned Unit and what it holds."""

    id: UnitId
    system_id: SystemId
    tls: ssl.SSLContext
    issued: Issued


class Place:
    """Store, authority and gateway. `secret` and folder stay when the gateway is started again."""

    def __init__(self, settings: Settings, store: Store, authority: Authority, blobs: ObjectBlobs) -> None:
        self.settings, self.store, self.authority, self.blobs = settings, store, authority, blobs
        self.clock, self.ids = SystemClock(), RandomIds()
        self.bus = InProcessBus()
        certification = Certification(store, authority, "", Seal(SECRET, PURPOSE))
        self.records = StoreRecords(store, blobs, self.bus, self.clock, self.ids, certification)
        self.discovery_url = ""
        self.channel_url = ""

    def caller(self) -> Caller:
        return Caller(Task("test"), "test", self.clock.wall())

    async def unit(self, name: str, *, type: csr.UnitCertificateType = "online") -> Member:
        """Provision a Unit of this name."""
        key = csr.new_key("p384")
        id, now = UnitId(f"id-of-{name}"), self.clock.wall()
        issued = self.authority.issue_unit(csr.unit_request(key, name, type), id, SystemId(name), type, now)

        def register(session):  # type: ignore[no-untyped-def]
            [fleet] = session.fleets.page().items
            return fleet.tenant, fleet.id

        tenant, fleet = await self.store.read_every(self.caller(), register)
        await self._add(Unit(id, tenant, fleet, SystemId(name), "model", now, lifecycle="provisioned"), issued, type)
        context = tls.client_context(self.authority.root_pem(), issued.chain_pem, key_pem(key))
        return Member(id, SystemId(name), context, issued)

    async def _add(self, unit: Unit, issued: Issued, type: csr.UnitCertificateType) -> None:
        certificate = Certificate(
            issued.serial, "unit", unit.id, type, issued.fingerprint, issued.not_after, unit.created_at, issued.pem
        )

        def add(session):  # type: ignore[no-untyped-def]
            session.units.add(unit)
            session.certificates.add(certificate)

        await self.store.write(self.caller(), Scope(reach="tenant", tenant=unit.tenant), add)

    async def forget(self, member: Member) -> None:
        """Delete the Unit, as its OEM would."""
        everything = Scope(reach="all")
        await self.store.write(self.caller(), everything, lambda session: units.delete(session, member.id))

    async def deprovision(self, member: Member) -> None:
        """Take the Unit's identity, as its OEM would."""
        everything = Scope(reach="all")
        await self.store.write(self.caller(), everything, lambda session: units.deprovision(session, member.id))
        await self.bus.publish(events.identity_topic(member.id), member.id.encode())

    async def revoke(self, member: Member) -> None:
        await self.store.write_every(self.caller(), lambda session: session.certificates.revoke(member.issued.serial))

    async def row(self, member: Member) -> Unit:
        """The Unit as the store has it."""
        return await self.store.read(self.caller(), Scope(reach="all"), lambda session: session.units.get(member.id))

    async def clone(self, member: Member) -> Takeovers | None:
        """Why the Unit looks like two devices."""
        found = await self.store.read(
            self.caller(), Scope(reach="all"), lambda session: session.clones.suspected((member.id,))
        )
        return found.get(member.id)

    async def until_row(self, member: Member, condition: Callable[[Unit], bool]) -> Unit:
        """The Unit once the condition holds."""
        return await until(lambda: self.row(member), condition)

    async def alerts(self, member: Member) -> Sequence[AlertLine]:
        """What the Unit has alerted of."""
        page = await self.store.read(
            self.caller(), Scope(reach="all"), lambda session: session.statuses.alerts(member.id)
        )
        return page.items

    async def until_noted(self, what: str, member: Member) -> AuditLine:
        """The audit line about an incident."""

        async def find() -> AuditLine | None:
            page = await self.store.read(self.caller(), Scope(reach="all"), lambda session: session.audit.page())
            return next((line for line in page.items if what in line.operation and member.id in line.target), None)

        found = await until(find, lambda line: line is not None)
        assert found is not None
        return found

    @asynccontextmanager
    async def serving(
        self, policy: Policy = Policy(), limits: Limits = Limits(), channel: str = "picows"
    ) -> AsyncIterator[None]:
        """The gateway, on free ports."""
        discovery, door, plain = listening(), listening(), listening()
        certificate, key = installation.server_files(self.settings, self.authority, self.clock.wall())
        context = tls.server_context(certificate, key, self.authority.root_pem(), "required")
        self.discovery_url = f"https://localhost:{port_of(discovery)}/sd/v7/"
        self.channel_url = server.channel_url("localhost", port_of(door))
        names = server.Names(self.channel_url, f"http://localhost:{port_of(plain)}")
        stop = asyncio.Event()
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(
                server.serve(
                    server.Sockets(discovery, door, plain),
                    names,
                    context,
                    SECRET,
                    self.records,
                    self.blobs,
                    self.bus,
                    self.clock,
                    self.ids,
                    stop,
                    policy=policy,
                    limits=limits,
                    channel=channel,
                )
            )
            try:
                yield
            finally:
                stop.set()


async def until(read: Callable[[], Awaitable[T]], condition: Callable[[T], bool], timeout_s: float = 10.0) -> T:
    """What `read` gives once the condition holds of it."""
    async with asyncio.timeout(timeout_s):
        while True:
            value = await read()
            if condition(value):
                return value
            await asyncio.sleep(0.02)


def listening() -> socket.socket:
    listener = socket.create_server(("127.0.0.1", 0), backlog=512)
    listener.setblocking(False)
    return listener


def port_of(listener: socket.socket) -> int:
    return int(listener.getsockname()[1])


@asynccontextmanager
async def place_in(folder: Path) -> AsyncIterator[Place]:
    """A place in this folder, with one fleet of one OEM."""
    folder.mkdir(parents=True, exist_ok=True)
    settings = Settings(data_folder=folder)
    clock = SystemClock()
    authority, _ = installation.ready_authority(settings, clock.wall())
    store = open_store(settings.database_url)
    await store.migrate()
    await installation.install(settings, authority, store, clock, RandomIds())
    yield Place(settings, store, authority, open_blobs(str(folder / "blobs"), folder / "scratch"))
    await store.close()
