"""What people hear of a Unit as it happens, on the bus under `unit.<id>.status`: a hint and not a record."""

import msgspec

from aosedge.cloud.domain.access.callers import Scope
from aosedge.cloud.domain.statuses import Actual
from aosedge.cloud.domain.units import Unit, sees
from aosedge.model.ids import UnitId

TOPICS = "unit.*.status"


class UnitEvent(msgspec.Struct, frozen=True):
    """A Unit at one moment and the step of its update; with tenant and fleet, so that its own alone hear it."""

    unit: Unit
    update_state: str = ""
    downloaded_bytes: int = 0
    total_bytes: int = 0


_DECODER = msgspec.json.Decoder(UnitEvent)


def topic(unit: UnitId) -> str:
    """Where a Unit's events are published."""
    return f"unit.{unit}.status"


def encode(unit: Unit, actual: Actual | None) -> bytes:
    """The payload: the Unit as it is now, and the actual state it last reported."""
    update = actual.update if actual else None
    items = update.items if update else ()
    return msgspec.json.encode(
        UnitEvent(
            unit=unit,
            update_state=update.state if update else "",
            downloaded_bytes=sum(item.downloaded_bytes for item in items),
            total_bytes=sum(item.total_bytes for item in items),
        )
    )


def decode(payload: bytes) -> UnitEvent:
    """What `encode` made."""
    return _DECODER.decode(payload)


def heard_by(scope: Scope, event: UnitEvent) -> bool:
    """Whether somebody with this scope may hear it."""
    return sees(scope, event.unit)
