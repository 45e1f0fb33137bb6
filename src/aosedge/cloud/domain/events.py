"""What happened to a Unit, on the bus under `unit.<id>.status`: a hint to look, not a record."""

from typing import Final

import msgspec

from aosedge.model.ids import UnitId
from aosedge.protocol.messages import FromUnit, UnitStatus

TOPICS: Final = "unit.*.status"
IDENTITY_TOPICS: Final = "unit.*.identity"


class UnitNews(msgspec.Struct, frozen=True, omit_defaults=True):
    """The Unit, and the step of its update where the news is of one. Steps are short: who looks later misses them."""

    unit: UnitId
    update_state: str = ""
    downloaded_bytes: int = 0
    total_bytes: int = 0


_DECODER = msgspec.json.Decoder(UnitNews)


def topic(unit: UnitId) -> str:
    """Where a Unit's news are published."""
    return f"unit.{unit}.status"


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


def encode(news: UnitNews) -> bytes:
    """The payload."""
    return msgspec.json.encode(news)


def decode(payload: bytes) -> UnitNews:
    """What `encode` made."""
    return _DECODER.decode(payload)
