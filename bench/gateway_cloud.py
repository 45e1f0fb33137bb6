"""The gateway as it is: real store on disk, real records, real policy but for the pace of a single Unit."""

import asyncio
import socket
import sys
from pathlib import Path

import msgspec
import uvloop

from aosedge.clock import RandomIds, SystemClock
from aosedge.cloud.blobs import open_blobs
from aosedge.cloud.bus.inprocess import InProcessBus
from aosedge.cloud.domain.access.callers import Caller, Scope, Task
from aosedge.cloud.domain.fleets import Fleet
from aosedge.cloud.domain.organizations import Organization
from aosedge.cloud.domain.people import Certificate
from aosedge.cloud.domain.units import Unit
from aosedge.cloud.gateway import conversation, server
from aosedge.cloud.gateway.store_records import StoreRecords
from aosedge.cloud.gateway.switchboard import Policy
from aosedge.cloud.store import EverySession, Session, Store, open_store
from aosedge.cloud.usecases.certificates import PURPOSE, Certification
from aosedge.model.ids import FleetId, OrgId, SystemId, UnitId
from aosedge.model.instants import DAY, Instant
from aosedge.trust import tls
from aosedge.trust.certificates import Authority
from aosedge.trust.sealing import Seal

SECRET = b"b" * 32


class Holder(msgspec.Struct, frozen=True):
    """A Unit and its certificate, as the driver made them."""

    system_id: str
    serial: str
    fingerprint: str


class Plan(msgspec.Struct, frozen=True):
    """What to serve."""

    folder: str
    server: str
    root: str
    units: list[Holder]


async def seed(store: Store, plan: Plan, now: Instant) -> None:
    """One fleet with all Units."""
    caller = Caller(Task("bench"), "bench", now)
    tenant, fleet = OrgId("oem"), FleetId("fleet")

    def installation(session: EverySession) -> None:
        session.organizations.add(Organization(tenant, "oem", "oem", now))
        session.fleets.add(Fleet(fleet, tenant, "fleet", now))

    def units(session: Session) -> None:
        for one in plan.units:
            name = one.system_id
            session.units.add(Unit(UnitId(name), tenant, fleet, SystemId(name), "m", now, lifecycle="provisioned"))
            session.certificates.add(
                Certificate(one.serial, "unit", name, "online", one.fingerprint, Instant(now + DAY), now, "")
            )

    await store.write_every(caller, installation)
    await store.write(caller, Scope(reach="tenant", tenant=tenant), units)


def listening() -> socket.socket:
    """A free port of this machine."""
    listener = socket.create_server(("127.0.0.1", 0), backlog=1024)
    listener.setblocking(False)
    return listener


async def main() -> None:
    """Serve until stdin ends."""
    plan = msgspec.json.decode(sys.stdin.readline(), type=Plan)
    folder, clock, ids, bus = Path(plan.folder), SystemClock(), RandomIds(), InProcessBus()
    store = open_store(f"sqlite:///{folder / 'bench.db'}")
    await store.migrate()
    await seed(store, plan, clock.wall())
    authority = Authority.create(folder / "authority", "localhost", clock.wall())
    certification = Certification(store, authority, "", Seal(SECRET, PURPOSE))
    discovery, channel = listening(), listening()
    port = channel.getsockname()[1]
    identity = Path(plan.server)
    context = tls.server_context(identity, identity, Path(plan.root).read_text(), "required")
    names = server.Names(server.channel_url("localhost", port), "http://localhost")
    # One Unit of the benchmark sends what a thousand send in the field: its own pace is not what is measured.
    policy = Policy(unit=conversation.Policy(messages_burst=1_000_000, messages_per_s=1_000_000))
    blobs = open_blobs(str(folder / "blobs"), folder / "scratch")
    stop = asyncio.Event()
    async with asyncio.TaskGroup() as tasks:
        tasks.create_task(
            server.serve(
                server.Sockets(discovery, channel),
                names,
                context,
                SECRET,
                StoreRecords(store, blobs, bus, clock, ids, certification),
                blobs,
                bus,
                clock,
                ids,
                stop,
                policy=policy,
            )
        )
        sys.stdout.write(f"{port}\n")
        sys.stdout.flush()
        await asyncio.to_thread(sys.stdin.read)
        stop.set()
    await store.close()


if __name__ == "__main__":
    uvloop.run(main())
