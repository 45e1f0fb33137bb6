"""Limits of a campaign as the API takes and shows them."""

from datetime import timedelta

import msgspec

from aosedge.cloud.domain.campaigns.limits import Limits, Ramp

_MICROSECOND = timedelta(microseconds=1)


class RampBody(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Starts in a minute grow evenly from `first` to the limit, over so long from the first wave's beginning."""

    first: int
    over: timedelta


class PaceBody(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """How fast. Null is without a limit; a ramp needs `starts_per_minute`."""

    at_once: int | None = None
    starts_per_minute: int | None = None
    ramp: RampBody | None = None
    bytes_per_second: int | None = None


def limits_of(body: PaceBody) -> Limits:
    """As the domain knows them."""
    ramp = None if body.ramp is None else Ramp(body.ramp.first, body.ramp.over // _MICROSECOND)
    return Limits(body.at_once, body.starts_per_minute, ramp, body.bytes_per_second)


def limits_body(limits: Limits) -> PaceBody:
    """As people said them."""
    ramp = None if limits.ramp is None else RampBody(limits.ramp.first, timedelta(microseconds=limits.ramp.over_us))
    return PaceBody(limits.at_once, limits.starts_per_minute, ramp, limits.bytes_per_second)
