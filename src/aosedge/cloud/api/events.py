"""Server-sent events: what happens to one's Units, campaigns and batches. A hint to look, not a record."""

import asyncio
from collections.abc import AsyncIterator
from typing import TypeAlias

import msgspec
from litestar import get
from litestar.response import Stream

from aosedge.cloud.api.asking import Ask, Asked
from aosedge.cloud.domain import events
from aosedge.cloud.domain.campaigns.state import CampaignState
from aosedge.cloud.domain.events import BatchNews, CampaignNews, News, UnitNews
from aosedge.cloud.domain.units import Unit
from aosedge.cloud.domain.verification.state import BatchState
from aosedge.model.errors import NotFound
from aosedge.model.ids import BatchId, CampaignId, UnitId

SILENCE_S = 15
"""So often at least something is said, and the asker is signed in anew: who is out since hears no more."""
LIFE_S = 60
"""A stream ends after so long and the client comes again."""
FOREIGN_MOST = 100_000

About: TypeAlias = UnitId | CampaignId | BatchId


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


class CampaignEventView(msgspec.Struct, frozen=True):
    """A campaign that has moved: where it is now."""

    campaign_id: str
    title: str
    state: CampaignState
    reason: str


class BatchEventView(msgspec.Struct, frozen=True):
    """A Verification Batch that has moved, or has got evidence: where it is now."""

    batch_id: str
    bundle_id: str
    state: BatchState
    reason: str


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
    """Events of your Units, campaigns and Verification Batches. `event: unit`, `data:` a UnitEventView;
    `event: campaign`, `data:` a CampaignEventView; `event: batch`, `data:` a BatchEventView; `event: missed`: look
    for yourself.
    """
    await ask.allowed()
    return Stream(_lines(ask), media_type="text/event-stream", headers={"cache-control": "no-store"})


async def _lines(ask: Ask) -> AsyncIterator[bytes]:
    """Lines of the stream; what the asker may not see is asked for once and then passed over."""
    foreign: set[About] = set()
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
            if _about(news) not in foreign:
                yield await _told(ask, news, foreign)
    finally:
        subscription.close()


def _about(news: News) -> About:
    match news:
        case UnitNews():
            return news.unit
        case CampaignNews():
            return news.campaign
        case BatchNews():
            return news.batch


async def _told(ask: Ask, news: News, foreign: set[About]) -> bytes:
    try:
        match news:
            case UnitNews():
                return await _unit(ask, news)
            case CampaignNews():
                return await _campaign(ask, news.campaign)
            case BatchNews():
                return await _batch(ask, news.batch)
    except NotFound:
        if len(foreign) < FOREIGN_MOST:
            foreign.add(_about(news))
        return b""


async def _unit(ask: Ask, news: UnitNews) -> bytes:
    unit = await ask.read(lambda session: session.units.get(news.unit))
    return b"event: unit\ndata: " + msgspec.json.encode(view(unit, news)) + b"\n\n"


async def _campaign(ask: Ask, id: CampaignId) -> bytes:
    found = await ask.read(lambda session: session.campaigns.get(id))
    told = CampaignEventView(found.id, found.title, found.state, found.reason)
    return b"event: campaign\ndata: " + msgspec.json.encode(told) + b"\n\n"


async def _batch(ask: Ask, id: BatchId) -> bytes:
    found = await ask.read(lambda session: session.verification.get(id))
    told = BatchEventView(found.id, found.bundle, found.state, found.reason)
    return b"event: batch\ndata: " + msgspec.json.encode(told) + b"\n\n"
