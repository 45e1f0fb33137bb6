"""How fast a campaign may go, as a person states it."""

from datetime import timedelta
from typing import Final

import msgspec

from aosedge.model.errors import Invalid
from aosedge.model.instants import DAY, MINUTE

_MANY: Final = 10_000_000
_LONGEST_RAMP_US: Final = 30 * DAY


class Ramp(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Starts in a minute grow evenly from `first` to the limit in `over_us` from the first wave's beginning."""

    first: int
    over_us: int


class Limits(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """How fast. None is without a limit."""

    at_once: int | None = None
    """Units offered and not yet active."""
    starts_per_minute: int | None = None
    ramp: Ramp | None = None
    bytes_per_second: int | None = None
    """What starts may come to: of each the bytes that its wave's members download at most."""


def checked_limits(limits: Limits) -> None:
    """Raises Invalid naming the field that cannot be kept."""
    named = (("at_once", _MANY), ("starts_per_minute", _MANY), ("bytes_per_second", 10**15))
    for name, most in named:
        value = getattr(limits, name)
        if value is not None:
            _number(f"limits.{name}", value, 1, most)
    if limits.ramp is None:
        return
    if limits.starts_per_minute is None:
        raise Invalid(
            "a ramp leads up to a limit of starts",
            element="limits.starts_per_minute",
            expected="a number",
            got="none",
        )
    _number("limits.ramp.first", limits.ramp.first, 1, limits.starts_per_minute)
    checked_span("limits.ramp.over", limits.ramp.over_us, MINUTE, _LONGEST_RAMP_US)


def checked_span(element: str, span_us: int, least_us: int, most_us: int) -> None:
    """Raises Invalid naming the field, with times as people write them."""
    if not least_us <= span_us <= most_us:
        least, most, got = (
            msgspec.to_builtins(timedelta(microseconds=each)) for each in (least_us, most_us, span_us)
        )
        raise Invalid("no such span of time", element=element, expected=f"from {least} to {most}", got=str(got))


def _number(element: str, value: int, least: int, most: int) -> None:
    if not least <= value <= most:
        raise Invalid("out of range", element=element, expected=f"{least}..{most}", got=str(value))
