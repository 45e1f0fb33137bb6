"""What happened to a Unit or a campaign, on the bus under `unit.<id>.status`, `campaign.<id>.status`.

A hint to look, not a record.
"""

from typing import Final, TypeAlias

import msgspec

from aosedge.model.ids import CampaignId, UnitId
from aosedge.protocol.messages import FromUnit, UnitStatus

TOPICS: Final = "*.*.status"
"""Of Units and of campaigns."""
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


News: TypeAlias = UnitNews | CampaignNews

_DECODER: msgspec.json.Decoder[News] = msgspec.json.Decoder(News)


def topic(unit: UnitId) -> str:
    """Where a Unit's news are published."""
    return f"unit.{unit}.status"


def campaign_topic(campaign: CampaignId) -> str:
    """Where a campaign's news are published."""
    return f"campaign.{campaign}.status"


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
