"""Server-sent events: what happens to one's Units, as it happens. A hint to look, not a record."""

import asyncio
from collections.abc import AsyncIterator

import msgspec
from litestar import get
from litestar.response import Stream

from aosedge.cloud.api.asking import Ask
from aosedge.cloud.domain import events
from aosedge.cloud.domain.access.callers import Scope
from aosedge.cloud.domain.events import UnitEvent
from aosedge.cloud.ports import Bus

SILENCE_S = 15
LIFE_S = 60
"""A stream ends after so long and the client comes again: its certificate and rights are then read anew."""


class UnitEventView(msgspec.Struct, frozen=True):
    """A Unit as it was at one moment."""

    unit_id: str
    system_uid: str
    online_status: str
    deployment: str
    reason: str
    update_state: str
    downloaded_bytes: int
    total_bytes: int


def view(event: UnitEvent) -> UnitEventView:
    """As the API shows it."""
    return UnitEventView(
        unit_id=event.unit.id,
        system_uid=event.unit.system_uid,
        online_status=event.unit.connectivity,
        deployment=event.unit.deployment,
        reason=event.unit.reason,
        update_state=event.update_state,
        downloaded_bytes=event.downloaded_bytes,
        total_bytes=event.total_bytes,
    )


@get("/events/", operation_id="events_read", media_type="text/event-stream", tags=["events"])
async def read(ask: Ask, bus: Bus) -> Stream:
    """Events of your Units: `event: unit`, `data:` a UnitEventView. `event: missed`: look for yourself."""
    scope = await ask.allowed()
    return Stream(_lines(scope, bus), media_type="text/event-stream", headers={"cache-control": "no-store"})


async def _lines(scope: Scope, bus: Bus) -> AsyncIterator[bytes]:
    subscription = bus.subscribe(events.TOPICS)
    loop = asyncio.get_running_loop()
    end = loop.time() + LIFE_S
    try:
        yield b"retry: 500\n: hello\n\n"
        heard = aiter(subscription)
        while (left := end - loop.time()) > 0:
            try:
                async with asyncio.timeout(min(SILENCE_S, left)):
                    payload = await anext(heard)
            except TimeoutError:
                yield b": silence\n\n"
                continue
            except StopAsyncIteration:
                return
            if subscription.missed:
                subscription.missed = False
                yield b"event: missed\ndata: {}\n\n"
            event = events.decode(payload)
            if events.heard_by(scope, event):
                yield b"event: unit\ndata: " + msgspec.json.encode(view(event)) + b"\n\n"
    finally:
        subscription.close()
