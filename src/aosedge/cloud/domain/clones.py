"""Two devices with one identity: when one connection taking another's place is more than a device that came back.

A device that lost its network comes back while its older connection still looks open, and perhaps from another
address: once, that means nothing. Two devices throw each other out all the time.
"""

from typing import Final

import msgspec

from aosedge.model.ids import UnitId
from aosedge.model.instants import MINUTE, Instant

SHORT_US: Final = 2 * MINUTE
"""A connection that is younger was not left behind by a device on its way into another network."""
WINDOW_US: Final = 10 * MINUTE
OFTEN: Final = 4
"""So many within the window are too many for one device, from whatever addresses."""


class Takeover(msgspec.Struct, frozen=True):
    """A newer connection of a Unit takes the older one's place; addresses with ports, `held_us` the older's age."""

    older: str
    newer: str
    held_us: int


class Takeovers(msgspec.Struct, frozen=True):
    """What is remembered of a Unit: the last takeover, how many in this window, and since when it is suspected."""

    unit: UnitId
    older: str
    newer: str
    at: Instant
    since: Instant
    times: int
    suspected_at: Instant | None = None


def remembered(before: Takeovers | None, unit: UnitId, seen: Takeover, now: Instant) -> Takeovers:
    """With one takeover more. Once suspected a Unit stays so, until a person or new certificates clear it."""
    suspected_at = before.suspected_at if before is not None else None
    if before is None or (suspected_at is None and now - before.since > WINDOW_US):
        since, times = now, 1
    else:
        since, times = before.since, before.times + 1
    elsewhere = _host(seen.older) != _host(seen.newer) and seen.held_us <= SHORT_US
    if suspected_at is None and (elsewhere or times >= OFTEN):
        suspected_at = now
    return Takeovers(unit, seen.older, seen.newer, now, since, times, suspected_at)


def _host(address: str) -> str:
    return address.rpartition(":")[0]
