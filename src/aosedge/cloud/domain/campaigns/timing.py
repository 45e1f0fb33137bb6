"""When Units may download, install and activate what a campaign brings, and what has to be so on them."""

from typing import Final, Literal

import msgspec

from aosedge.model.errors import Invalid
from aosedge.model.instants import HOUR, MINUTE, Instant
from aosedge.model.preconditions import parse_precondition
from aosedge.model.windows import Opening, Window, checked_windows, longest_closed_us, opening, zone_named

Step = Literal["download", "install", "activate"]

_STEPS: Final = ("download", "install", "activate")


class Timing(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Windows in each Unit's time zone, none for always, and a precondition over its signals, empty for none.

    Activating without windows of its own waits for those of installing.
    """

    download: tuple[Window, ...] = ()
    install: tuple[Window, ...] = ()
    activate: tuple[Window, ...] = ()
    precondition: str = ""

    @property
    def has_windows(self) -> bool:
        """Whether the clock has a say."""
        return bool(self.download or self.install or self.activate)

    def windows(self, step: Step) -> tuple[Window, ...]:
        """Those that a step waits for."""
        return {"download": self.download, "install": self.install, "activate": self.activate or self.install}[step]


class Doors:
    """When steps may be taken in each zone; what was worked out once is known until it changes."""

    def __init__(self, timing: Timing) -> None:
        self._timing = timing
        self._known: dict[tuple[Step, str], tuple[Instant, Opening]] = {}

    def through(self, zone: str, at: Instant, takes_us: int) -> tuple[Instant, Instant]:
        """When a Unit of this zone may begin, from `at` on, and when it is active: all it does after its window for
        installing takes so long, without what it waits for."""
        begins = self._opens("download", zone, at)
        done = Instant(self._opens("install", zone, begins) + takes_us)
        return begins, self._opens("activate", zone, done)

    def _opens(self, step: Step, zone: str, at: Instant) -> Instant:
        windows = self._timing.windows(step)
        if not windows:
            return at
        since, found = self._known.get((step, zone), (at, None))
        if found is None or not since <= at < found.until:
            found = opening(windows, zone_named(zone, "timezone"), at)
            self._known[step, zone] = at, found
        return at if found.open else found.until


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
