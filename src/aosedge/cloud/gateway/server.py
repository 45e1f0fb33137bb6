"""The Unit side door as a whole: discovery, channel, blobs on a port of their own, and the work behind them."""

import asyncio
import gc
import socket
import ssl
from collections.abc import Awaitable, Callable

import msgspec

from aosedge.cloud import https
from aosedge.cloud.domain import events
from aosedge.cloud.gateway.blob_door import BlobDoor
from aosedge.cloud.gateway.channel import Accept, Door, Limits, picows_door, websockets_door
from aosedge.cloud.gateway.discovery import Discovery
from aosedge.cloud.gateway.records import Records
from aosedge.cloud.gateway.signatures import Links, Tokens
from aosedge.cloud.gateway.switchboard import PATH, Policy, Switchboard
from aosedge.cloud.ports import Blobs, Bus, Subscription
from aosedge.model.ids import Ids, UnitId
from aosedge.model.instants import Clock
from aosedge.trust.certificates import Peer

ACCEPTS_PER_S = 200
"""TLS handshakes that a process does beside its other work; Units spread their return over fleet / this."""

Listen = Callable[[Accept, socket.socket, ssl.SSLContext, Limits], Awaitable[Door]]
CHANNELS: dict[str, Listen] = {"picows": picows_door.listen, "websockets": websockets_door.listen}


class Sockets(msgspec.Struct, frozen=True):
    """Listening sockets, which are the gateway's from now on."""

    discovery: socket.socket
    channel: socket.socket
    blobs: socket.socket | None = None
    """Blobs over plain HTTP, for Units that trust only their system's authorities."""


class Names(msgspec.Struct, frozen=True):
    """What Units are told."""

    channel_url: str
    """`wss://host:port/ws/v7/`"""
    blob_base: str
    """What links to blobs begin with: `<blob_base>/blobs/<digest>?..`"""


def channel_url(host: str, port: int) -> str:
    """The channel's address as discovery hands it out."""
    return f"wss://{host}:{port}{PATH}"


def blob_door(blobs: Blobs, secret: bytes, blob_base: str, clock: Clock) -> BlobDoor:
    """The application that serves what the gateway's links name, for any listener."""
    return BlobDoor(blobs, Links(secret, blob_base), clock)


async def serve(
    sockets: Sockets,
    names: Names,
    tls: ssl.SSLContext,
    secret: bytes,
    records: Records,
    blobs: Blobs,
    bus: Bus,
    clock: Clock,
    ids: Ids,
    stop: asyncio.Event,
    *,
    policy: Policy = Policy(),
    limits: Limits = Limits(),
    channel: str = "picows",
) -> None:
    """Serve Units until `stop`. `tls` must require client certificates; `secret` is the installation's."""
    # Every message is a few dozen objects that die within milliseconds and never form a cycle. Collected as often as
    # Python does by default, they cost a third of the gateway's time.
    gc.set_threshold(20_000, 20, 50)
    tokens, links = Tokens(secret), Links(secret, names.blob_base)
    switchboard = Switchboard(records, tokens, links, clock, ids, policy)

    def delay_ms() -> int:
        return 1_000 + 1_000 * switchboard.units // ACCEPTS_PER_S

    async def known(peer: Peer) -> bool:
        return (await records.known([peer]))[0]

    discovery = Discovery(known, tokens, (names.channel_url,), delay_ms, clock)
    hints, asked = bus.subscribe("unit.*.target"), bus.subscribe("unit.*.renewal")
    identities = bus.subscribe(events.IDENTITY_TOPICS)
    async with asyncio.TaskGroup() as tasks:
        working = tasks.create_task(switchboard.run())
        hearing = [
            tasks.create_task(_hear(hints, switchboard.target_changed, switchboard.targets_changed)),
            tasks.create_task(_hear(asked, switchboard.errands_changed, switchboard.all_errands_changed)),
            tasks.create_task(_revise(identities, switchboard)),
        ]
        door = await CHANNELS[channel](switchboard.accept, sockets.channel, tls, limits)
        tasks.create_task(https.serve(discovery, sockets.discovery, tls, stop))
        if sockets.blobs is not None:
            tasks.create_task(https.serve(BlobDoor(blobs, links, clock), sockets.blobs, None, stop))
        await stop.wait()
        hints.close()
        asked.close()
        identities.close()
        for task in hearing:
            task.cancel()
        await door.close()
        await switchboard.settle()
        working.cancel()


async def _hear(hints: Subscription, changed: Callable[[UnitId], None], any_changed: Callable[[], None]) -> None:
    """What changed, by the Unit's id; after a gap any may have."""
    async for payload in hints:
        if hints.missed:
            hints.missed = False
            any_changed()
        changed(UnitId(payload.decode()))


async def _revise(identities: Subscription, switchboard: Switchboard) -> None:
    """Units that may not be allowed in any more, seen to at once; what is missed here is seen in time."""
    async for payload in identities:
        await switchboard.revise((UnitId(payload.decode()),))
