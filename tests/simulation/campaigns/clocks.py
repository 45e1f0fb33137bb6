"""A campaign with windows and preconditions, by seed, over Units of many zones through a night of daylight saving.

Units' clocks jump, people at them hold updates, signals come and go; people change zones, halt and go on.
"""

import tempfile
from collections.abc import Callable
from pathlib import Path
from random import Random
from typing import Any

from tests.contract.campaign_world import ITEM, CampaignPlace, campaign_place
from tests.simulation.campaigns.rules import Violated
from tests.simulation.campaigns.timed_unit import (
    NIGHTS,
    PRECONDITION,
    ZONES,
    TimedUnit,
    forbidden,
    hold_of,
    open_at,
    windows_of,
)

from aosedge.cloud.domain.campaigns.events import Event, Halt, Resume, RollBack
from aosedge.cloud.domain.campaigns.policy import Gate, Offline, Policy, WaveAsk
from aosedge.cloud.domain.campaigns.timing import Timing
from aosedge.cloud.domain.labels import Change
from aosedge.cloud.store import open_store
from aosedge.cloud.store.campaigns import Member
from aosedge.cloud.usecases import units
from aosedge.cloud.usecases.statuses import Report, keep
from aosedge.model.ids import Txn
from aosedge.model.instants import DAY, HOUR, MINUTE, SECOND, Instant, from_datetime
from aosedge.protocol.messages.from_cloud import Schedule, ScheduleRule

UNITS, TICKS, DAYS_OF_PEACE = 6, 70, 3
DEADLINE_US = 6 * DAY


def policy_of(chance: Random) -> Policy:
    """Windows of their own for each step, and mostly a precondition; a wave passes when half have it."""
    timing = Timing(
        windows_of(chance), windows_of(chance), windows_of(chance), chance.choice((PRECONDITION, PRECONDITION, ""))
    )
    return Policy(
        strategy="custom",
        waves=(WaveAsk(share=1.0),),
        gate=Gate(success_share=0.5, failed_share=0.5, min_sample=1_000, soak_us=MINUTE),
        sequential=None,
        offline=Offline(after_us=30 * DAY),
        unit_deadline_us=DEADLINE_US,
        timing=timing,
        roll_back_on_halt=False,
    )


class Clocks:
    """One such campaign."""

    def __init__(self, place: CampaignPlace, chance: Random) -> None:
        self.place, self.chance, self.policy = place, chance, policy_of(chance)
        self.units = {str(name): TimedUnit(name, "UTC") for name in place.units}
        self.stubborn = chance.choice((*self.units, ""))
        """Whoever says of itself what never fits."""
        self.slow = 0.8
        """How likely installing goes on for another while."""

    @property
    def now(self) -> Instant:
        return self.place.clock.now

    async def begin(self) -> None:
        for unit in self.units.values():
            await self.label(unit, self.chance.choice(ZONES))
        self.place.clock.now = self.chance.choice(NIGHTS)
        await self.place.begin(self.policy)
        await self.hear()

    async def label(self, unit: TimedUnit, zone: str) -> None:
        unit.zone = zone
        await self.place.oem(lambda s: units.label(s, unit.name, Change({"timezone": zone})))
        await self.place.compile()
        await self.hear()

    async def hear(self) -> None:
        """Everybody hears of their target; what it says of when is what the policy and their zone say."""
        for unit in self.units.values():
            target = await self.place.oem(lambda s, unit=unit: s.targets.desired(unit.name))
            unit.hear(target)
            timing = self.policy.timing
            rule = ScheduleRule((str(ITEM),), timing.download, timing.install, timing.activate, timing.precondition)
            told = Schedule(unit.zone, (rule,)) if unit.wanted == "2.0.0" and timing != Timing() else None
            if target.schedule != told:
                raise Violated("told", f"{unit.name} is told {target.schedule}, not {told}")

    async def tick(self, span_us: int) -> None:
        """Time goes on, everybody tries their next step, and tells."""
        self.place.clock.now = Instant(self.now + span_us)
        reports = []
        for unit in self.units.values():
            told = unit.status()
            if unit.phase != "idle" and not (unit.phase == "installing" and self.chance.random() < self.slow):
                self.step(unit)
            if unit.status() != told or unit.untold:
                unit.untold = False
                reports.append(Report(unit.name, Txn(self.place.ids.new()), unit.status(), self.now))
        if reports:
            await keep(self.place.store, reports, self.now)
        await self.place.drive()
        await self.hear()
        await self.check()

    def step(self, unit: TimedUnit) -> None:
        """One step, if AosCore's rule lets it; the reference must say the same."""
        held, why = unit.asked(self.now), forbidden(unit, self.policy.timing, self.now)
        if held is None and why:
            raise Violated(why, f"{unit.name}, {unit.phase} in {unit.zone}, goes on at {unit.wall(self.now)}")
        if held is not None and not why:
            raise Violated("goes on", f"{unit.name}, {unit.phase} in {unit.zone}, is held: {held.reason}")
        unit.held = held
        if held is None:
            unit.go_on()
        elif held.cause == "window":
            assert held.until is not None
            opens, timing = from_datetime(held.until), self.policy.timing
            windows = getattr(timing, held.step) or timing.install
            if not any(open_at(window, unit.zone, opens) for window in windows):
                raise Violated("until", f"{unit.name} in {unit.zone}: {held.reason}: closed at {held.until} too")

    async def check(self) -> None:
        """What the cloud makes of what Units said."""
        page = await self.place.oem(lambda s: s.campaigns.members(self.place.campaign))
        state = (await self.place.seen()).state
        members: list[Member] = [m for m in page.items if m.wave == 0]
        for member in members:
            unit = self.units[member.unit]
            overdue = member.offered_at is not None and self.now - member.offered_at > DEADLINE_US + 2 * MINUTE
            silent = member.state == "failed" and "deadline" in member.reason
            if silent and member.ended_at is not None and member.ended_at < (member.offered_at or 0) + DEADLINE_US:
                raise Violated("deadline", f"{unit.name} failed before its deadline")
            waits = member.state in ("held", "offered", "downloading", "installing")
            if overdue and waits and state == "running":
                raise Violated("deadline", f"{unit.name} is {member.state} past its deadline")
            held = unit.held if unit.wanted == "2.0.0" and not silent else None
            said = member.state == "held" and held is not None and member.reason.startswith(held.reason)
            if state == "running" and held is not None and not said:
                raise Violated("held", f"{unit.name} is {member.state} {member.reason}, not {held.reason}")
            if state == "halted" and member.state in ("held", "offered", "downloading"):
                raise Violated("withdrawn", f"halted, and {unit.name} waits: {member.state}")

    async def mischief(self) -> None:
        """People at the Units, and clocks."""
        chance, unit = self.chance, self.chance.choice([*self.units.values()])
        happen: Callable[[], Any] = chance.choice(
            (*[self._signals] * 4, self._clock, self._held, self._zone, unit.restart, self._halt)
        )
        made = happen() if happen in (unit.restart, self._halt, self._zone) else happen(unit)  # type: ignore[call-arg]
        if made is not None:
            await made

    def _signals(self, unit: TimedUnit) -> None:
        if unit.name != self.stubborn:
            unit.signals = {
                "ignition": self.chance.choice(("on", "off", "off")),
                "battery": self.chance.choice((39.0, 40.0)),
            }
        unit.signals = dict(self.chance.sample([*unit.signals.items()], self.chance.randint(0, len(unit.signals))))

    def _clock(self, unit: TimedUnit) -> None:
        unit.clock_off_us = self.chance.choice((0, -3 * HOUR, 14 * HOUR, -400 * DAY))

    def _held(self, unit: TimedUnit) -> None:
        unit.hold = hold_of(self.chance, unit.wall(self.now))

    async def _zone(self) -> None:
        await self.label(self.chance.choice([*self.units.values()]), self.chance.choice(ZONES))

    async def _halt(self) -> None:
        for verb in (Halt("wait"), Resume("go on")):
            if (await self.place.seen()).state in ("running", "halted"):
                await self.verb(verb)

    async def verb(self, verb: Event) -> None:
        await self.place.verb(verb)
        await self.hear()
        await self.check()

    async def peace(self) -> None:
        """Clocks are right, nobody holds anything, signals fit but the stubborn one's: all come to their end."""
        self.slow = 0.0
        for unit in self.units.values():
            unit.clock_off_us, unit.hold = 0, None
            if unit.name != self.stubborn:
                unit.signals = {"ignition": "off", "battery": 40.0}
        for _ in range(40 * DAYS_OF_PEACE):
            await self.tick(self.chance.choice((20, 30, 50)) * MINUTE)
        left = [unit.name for unit in self.units.values() if unit.version != "2.0.0" and unit.name != self.stubborn]
        if left:
            raise Violated("liveness", f"{left} wait still")
        await self.tick(DEADLINE_US)
        await self.tick(2 * MINUTE)
        if (seen := await self.place.seen()).state != "completed":
            raise Violated("liveness", f"it is {seen.state}")

    async def back(self) -> None:
        """Going back asks nobody's leave."""
        await self.verb(RollBack("back"))
        for _ in range(4):
            await self.tick(MINUTE)
        if any(unit.version != "1.0.0" for unit in self.units.values()):
            raise Violated("back", "whoever was to go back waits")


async def simulate(seed: int) -> None:
    """One of them from its beginning to its end. Raises Violated."""
    chance = Random(seed)
    with tempfile.TemporaryDirectory(prefix="aosedge-clocks-", dir=_fast()) as folder:
        store = open_store(f"sqlite:///{folder}/cloud.db")
        await store.migrate()
        try:
            clocks = Clocks(await campaign_place(store, UNITS), chance)
            await clocks.begin()
            for _ in range(TICKS):
                await clocks.tick(chance.choice((SECOND, 5 * MINUTE, 20 * MINUTE, HOUR)))
                if chance.random() < 0.6:
                    await clocks.mischief()
            await clocks.peace()
            await clocks.back()
        finally:
            await store.close()


def _fast() -> str | None:
    return "/dev/shm" if Path("/dev/shm").is_dir() else None
