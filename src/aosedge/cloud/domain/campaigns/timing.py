"""When Units may download, install and activate what a campaign brings, and what has to be so on them."""

from typing import Final

import msgspec

from aosedge.model.errors import Invalid
from aosedge.model.instants import HOUR, MINUTE
from aosedge.model.preconditions import parse_precondition
from aosedge.model.windows import Window, checked_windows, longest_closed_us

_STEPS: Final = ("download", "install", "activate")


class Timing(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Windows in each Unit's time zone, none for always, and a precondition over its signals, empty for none.

    Activating without windows of its own waits for those of installing.
    """

    download: tuple[Window, ...] = ()
    install: tuple[Window, ...] = ()
    activate: tuple[Window, ...] = ()
    precondition: str = ""


def closed_us(timing: Timing) -> int:
    """How long windows may keep a Unit waiting, one step after the other."""
    return sum(longest_closed_us(windows) for windows in (timing.download, timing.install, timing.activate))


def checked_timing(timing: Timing, deadline_us: int) -> None:
    """Raises Invalid naming the field: a window that never opens, a deadline that passes before one does."""
    for step in _STEPS:
        checked_windows(getattr(timing, step), f"timing.{step}")
    if timing.precondition:
        parse_precondition(timing.precondition, "timing.precondition")
    closed = closed_us(timing)
    if closed and deadline_us <= closed:
        raise Invalid(
            "Units fail by their deadline while their windows are closed",
            element="unit_deadline",
            expected=f"over {closed // HOUR} h, as the windows may be closed for so long",
            got=f"{deadline_us // MINUTE} min",
        )
