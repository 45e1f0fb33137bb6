"""Time as data: `Instant` is wall time, `Monotonic` a local clock; the two do not mix.

Both are whole microseconds. On the wire an instant is RFC 3339 UTC with microseconds.
"""

from datetime import UTC, datetime, timedelta
from typing import NewType, Protocol

import msgspec

from aosedge.model.errors import Invalid

Instant = NewType("Instant", int)
Monotonic = NewType("Monotonic", int)

MICROSECOND = 1
MILLISECOND = 1_000
SECOND = 1_000_000
MINUTE = 60 * SECOND
HOUR = 60 * MINUTE
DAY = 24 * HOUR

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class Clock(Protocol):
    """What the rim reads time from."""

    def wall(self) -> Instant:
        """Now, UTC."""

    def monotonic(self) -> Monotonic:
        """Now, on a clock that never goes back."""


class Now(msgspec.Struct, frozen=True):
    """One reading of both clocks, taken at the rim and handed to the domain."""

    wall: Instant
    mono: Monotonic


def to_datetime(instant: Instant) -> datetime:
    """The instant as an aware UTC datetime."""
    return _EPOCH + timedelta(microseconds=instant)


def from_datetime(moment: datetime) -> Instant:
    """An aware datetime as an instant; a naive one is taken as UTC."""
    aware = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    return Instant((aware - _EPOCH) // timedelta(microseconds=1))


def instant_said(words: str, element: str) -> Instant:
    """A day or an instant in ISO 8601, UTC where no zone is named; raises Invalid naming the element."""
    try:
        return from_datetime(datetime.fromisoformat(words))
    except (ValueError, OverflowError) as error:
        expected = "such as 2026-01-31 or 2026-01-31T12:00:00Z"
        raise Invalid("no instant", element=element, expected=expected, got=words[:40]) from error


def to_rfc3339(instant: Instant) -> str:
    """`2026-01-31T12:00:00.000000Z`."""
    return to_datetime(instant).strftime("%Y-%m-%dT%H:%M:%S.%fZ")
