"""What happened to a Unit, a campaign or a batch, on the bus under `unit.<id>.status` and so on.

A hint to look, not a record.
"""

from typing import Final, TypeAlias

import msgspec

from aosedge.model.ids import BatchId, CampaignId, UnitId
from aosedge.protocol.messages import FromUnit, UnitStatus

TOPICS: Final = "*.*.status"
"""Of Units, of campaigns and of batches."""
IDENTITY_TOPICS: Final = "unit.*.identity"


class UnitNews(msgspec.Struct, frozen=True, omit_defaults=True, tag_field="of", tag="unit"):
    """The Unit, and the step of its update where the news is of one. Steps are short: who looks later misses them."""

    unit: UnitId
    update_state: str = ""
    downloaded_bytes: int = 0
    total_bytes: int = 0


class CampaignNews(msgspec.Struct, frozen=True, tag_field="of", tag="campaign"):
    """A campaign has moved: itself, a wave, or members of one."""

    campaign: CampaignId


class BatchNews(msgspec.Struct, frozen=True, tag_field="of", tag="batch"):
    """A Verification Batch has moved, or has got evidence."""

    batch: BatchId


News: TypeAlias = UnitNews | CampaignNews | BatchNews

_DECODER: msgspec.json.Decoder[News] = msgspec.json.Decoder(News)


def topic(unit: UnitId) -> str:
    """Where a Unit's news are published."""
    return f"unit.{unit}.status"


def campaign_topic(campaign: CampaignId) -> str:
    """Where a campaign's news are published."""
    return f"campaign.{campaign}.status"


def batch_topic(batch: BatchId) -> str:
    """Where a batch's news are published."""
    return f"batch.{batch}.status"


def identity_topic(unit: UnitId) -> str:
    """Where it is said, with the id as the payload, that the Unit may not be allowed in any more."""
    return f"unit.{unit}.identity"


def news_of(unit: UnitId, message: FromUnit) -> UnitNews:
    """The news in a Unit's message."""
    if not isinstance(message, UnitStatus) or message.update is None:
        return UnitNews(unit)
    items = message.update.items
    return UnitNews(
        unit=unit,
        update_state=message.update.state,
        downloaded_bytes=sum(item.downloaded_bytes for item in items),
        total_bytes=sum(item.total_bytes for item in items),
    )


def encode(news: News) -> bytes:
    """The payload."""
    return msgspec.json.encode(news)


def decode(payload: bytes) -> News:
    """What `encode` made."""
    return _DECODER.decode(payload)
