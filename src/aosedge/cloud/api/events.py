"""Server-sent events: what happens to one's Units, as it happens. A hint to look, not a record."""

import asyncio
from collections.abc import AsyncIterator

import msgspec
from litestar import get
from litestar.response import Stream

from aosedge.cloud.api.asking import Ask, Asked
from aosedge.cloud.domain import events
from aosedge.cloud.domain.events import UnitNews
from aosedge.cloud.domain.units import Unit
from aosedge.model.errors import NotFound
from aosedge.model.ids import UnitId

SILENCE_S = 15
"""So often at least something is said, and the asker is signed in anew: who is out since hears no more."""
LIFE_S = 60
"""A stream ends after so long and the client comes again."""
FOREIGN_MOST = 100_000


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


def view(unit: Unit, news: UnitNews) -> UnitEventView:
    """As the API shows it."""
    return UnitEventView(
        unit_id=unit.id,
        system_uid=unit.system_uid,
        online_status=unit.connectivity,
        deployment=unit.deployment,
        reason=unit.reason,
        update_state=news.update_state,
        downloaded_bytes=news.downloaded_bytes,
        total_bytes=news.total_bytes,
    )


@get("/events/", operation_id="events_read", media_type="text/event-stream", tags=["events"])
async def read(ask: Asked) -> Stream:
    """Events of your Units: `event: unit`, `data:` a UnitEventView. `event: missed`: look for yourself."""
    await ask.allowed()
    return Stream(_lines(ask), media_type="text/event-stream", headers={"cache-control": "no-store"})


async def _lines(ask: Ask) -> AsyncIterator[bytes]:
    """Lines of the stream; what the asker may not see is asked for once and then passed over."""
    foreign: set[UnitId] = set()
    subscription = ask.bus.subscribe(events.TOPICS)
    heard = aiter(subscription)
    loop = asyncio.get_running_loop()
    end, checked = loop.time() + LIFE_S, loop.time()
    try:
        yield b"retry: 500\n: hello\n\n"
        while (left := end - loop.time()) > 0:
            if loop.time() - checked >= SILENCE_S:
                if not await ask.still_allowed():
                    return
                checked = loop.time()
            try:
                payload = await asyncio.wait_for(anext(heard), min(SILENCE_S, left))
            except TimeoutError:
                yield b": silence\n\n"
                heard = aiter(subscription)  # the cancelled wait ended the old one
                continue
            except StopAsyncIteration:
                return
            if subscription.missed:
                subscription.missed = False
                yield b"event: missed\ndata: {}\n\n"
            news = events.decode(payload)
            if news.unit not in foreign:
                yield await _told(ask, news, foreign)
    finally:
        subscription.close()


async def _told(ask: Ask, news: UnitNews, foreign: set[UnitId]) -> bytes:
    try:
        unit = await ask.read(lambda session: session.units.get(news.unit))
    except NotFound:
        if len(foreign) < FOREIGN_MOST:
            foreign.add(news.unit)
        return b""
    return b"event: unit\ndata: " + msgspec.json.encode(view(unit, news)) + b"\n\n"
