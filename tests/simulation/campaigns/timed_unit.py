"""Units that obey windows, preconditions and holds by AosCore's own rule, and a reference that shares none of it."""

from datetime import datetime, timedelta
from functools import cache
from random import Random
from zoneinfo import ZoneInfo

from tests.contract.campaign_world import ITEM, NODE, SUBJECT

from aosedge.cloud.domain.campaigns.timing import Timing
from aosedge.core.domain import consent
from aosedge.core.domain.admission import target_of
from aosedge.core.domain.state import OwnHold, State, Update
from aosedge.model.ids import ItemId, NodeName, SystemId, UnitId
from aosedge.model.instants import HOUR, MINUTE, Instant, from_datetime, to_datetime
from aosedge.model.preconditions import Signal
from aosedge.model.windows import WEEK, Window
from aosedge.protocol.messages import DesiredStatus, UnitStatus
from aosedge.protocol.messages.from_unit import InstancesStatus, InstanceStatus, ItemStatus, UpdateStatus
from aosedge.protocol.messages.parts import Identity, Waiting

STEPS: dict[str, consent.Step] = {"downloading": "download", "pending": "install", "installing": "activate"}
"""Phases, each with the step that ends it."""
PHASES = (*STEPS, "idle")
PRECONDITION = 'ignition == "off" and battery >= 40'


class TimedUnit:
    """`zone` is what it is labelled with; `clock_off_us` how wrong its clock is; `hold` outlives a restart."""

    def __init__(self, name: UnitId, zone: str) -> None:
        self.name, self.zone = name, zone
        self.clock_off_us = 0
        self.signals: dict[str, Signal] = {}
        self.hold: OwnHold | None = None
        self.version, self.phase = "1.0.0", "idle"
        self.target: DesiredStatus | None = None
        self.held: Waiting | None = None
        self.untold = False
        """Whether its target is another since it told last."""

    def hear(self, target: DesiredStatus) -> bool:
        """A target came; whether it is another."""
        if self.target is not None and target.generation == self.target.generation:
            return False
        again = self.target is not None and target.items == self.target.items
        self.target, self.untold = target, True
        if not again:
            self.phase, self.held = ("idle" if self.wanted == self.version else "downloading"), None
        return True

    @property
    def wanted(self) -> str:
        """The version that its target has."""
        assert self.target is not None
        return self.target.items[0].version

    def wall(self, now: Instant) -> Instant:
        """What its clock shows."""
        return Instant(now + self.clock_off_us)

    def asked(self, now: Instant) -> Waiting | None:
        """What AosCore's rule says before the step that is next."""
        assert self.target is not None
        target = target_of(self.target, NodeName("main"))
        update = Update(self.phase, target.set, (ItemId(ITEM),))  # type: ignore[arg-type]
        state = State(unit=SystemId(self.name), target=target, update=update, hold=self.hold)
        return consent.consent(state, update, STEPS[self.phase], self.signals, self.wall(now)).held

    def go_on(self) -> None:
        """The step is taken."""
        self.phase = PHASES[PHASES.index(self.phase) + 1]
        if self.phase == "idle":
            self.version = self.wanted

    def restart(self) -> None:
        """What is not durable is gone."""
        self.signals = {}

    def status(self) -> UnitStatus:
        """The whole truth."""
        assert self.target is not None
        running = InstancesStatus(
            Identity(id=ITEM), Identity(id=SUBJECT), self.version, (InstanceStatus(NODE, NODE, 0, "active"),)
        )
        update = UpdateStatus(self.phase, self.target.generation, held=self.held)  # type: ignore[arg-type]
        items = (ItemStatus(Identity(id=ITEM), self.version, "installed"),)
        return UnitStatus(unit_config=(), nodes=(), subjects=(), items=items, instances=(running,), update=update)


def forbidden(unit: TimedUnit, timing: Timing, now: Instant) -> str:
    """Why its next step is not to be taken: `hold`, `window` or `precondition`; empty where it may be."""
    step, wall = STEPS[unit.phase], unit.wall(now)
    if step != "download" and unit.hold is not None and (unit.hold.until is None or wall < unit.hold.until):
        return "hold"
    if unit.wanted != "2.0.0":
        return ""
    named = {"download": timing.download, "install": timing.install, "activate": timing.activate or timing.install}
    if named[step] and not any(open_at(window, unit.zone, wall) for window in named[step]):
        return "window"
    if timing.precondition and step != "download":
        battery = unit.signals.get("battery")
        fits = unit.signals.get("ignition") == "off" and isinstance(battery, float) and battery >= 40
        return "" if fits else "precondition"
    return ""


def open_at(window: Window, zone: str, at: Instant) -> bool:
    """By a clock that is never turned back: it has reached the beginning of a day's window, and not its end."""
    shown = _shown(zone, at // MINUTE * MINUTE)
    for days in (0, 1):
        day = (shown - timedelta(days=days)).replace(hour=0, minute=0)
        opens, closes = (timedelta(hours=int(t[:2]), minutes=int(t[3:])) for t in (window.from_, window.to))
        ends = closes if closes > opens else closes + timedelta(days=1)
        if WEEK[day.weekday()] in window.days and day + opens <= shown < day + ends:
            return True
    return False


@cache
def _shown(zone: str, at: int) -> datetime:
    """The highest that clocks of the zone have shown by then: in an hour that a night has twice, they stand."""
    known = (to_datetime(Instant(at - back * MINUTE)).astimezone(ZoneInfo(zone)) for back in range(181))
    return max(local.replace(tzinfo=None, fold=0) for local in known)


NIGHTS = tuple(
    from_datetime(datetime.fromisoformat(f"2027-{day} 12:00")) for day in ("03-27", "10-30", "04-03", "11-06")
)
"""Noon, by UTC, before nights of daylight saving in Europe, New Zealand and New York."""
ZONES = ("Europe/Berlin", "America/New_York", "Pacific/Auckland", "Australia/Lord_Howe", "Asia/Kolkata", "UTC")


def windows_of(chance: Random) -> tuple[Window, ...]:
    """None, or one or two about the hours in which clocks are set."""
    choices = (
        (), (Window("01:00", "04:00"),), (Window("02:00", "03:00"),), (Window("01:30", "02:30"),),
        (Window("22:00", "01:15"), Window("02:30", "03:30")), (Window("00:00", "24:00"),),
        (Window("20:00", "06:00"),),
    )  # fmt: skip
    return chance.choice(choices)


def hold_of(chance: Random, wall: Instant) -> OwnHold | None:
    """None, for some hours, or until it is released."""
    return chance.choice((None, OwnHold("load", Instant(wall + chance.randint(1, 9) * HOUR)), OwnHold("winter")))
