"""One simulated fleet and one campaign over it, by a seed: the real machine, use cases, store and reconcilers."""

import asyncio
import contextlib
import tempfile
from collections.abc import Callable
from pathlib import Path
from random import Random
from typing import Any

from msgspec.structs import replace
from tests.contract.store_world import NOW, TASK, Counted, add_bundle, person, settle, tenant, unit, version
from tests.simulation.campaigns.fleet import ITEMS, Faults, SimulatedUnit
from tests.simulation.campaigns.rules import BYTES_EACH, Judge, Violated
from tests.simulation.campaigns.seen import OPEN, look

from aosedge.cloud.bus.inprocess import InProcessBus
from aosedge.cloud.domain.campaigns.events import Cancel, Event, Halt, Pause, Resume, RetryFailed, RollBack
from aosedge.cloud.domain.campaigns.limits import Limits, Ramp
from aosedge.cloud.domain.campaigns.policy import Gate, Offline, Policy, Sequential, WaveAsk
from aosedge.cloud.domain.campaigns.state import Selection
from aosedge.cloud.domain.catalogue import ImageOfVersion
from aosedge.cloud.reconcilers.campaigns import DriveCampaigns
from aosedge.cloud.reconcilers.targets import CompileTargets
from aosedge.cloud.store import EverySession, Session, Store, open_store
from aosedge.cloud.usecases import assignments, campaigns, subjects, units
from aosedge.cloud.usecases.statuses import Report, keep
from aosedge.cloud.usecases.targets import bring_up_to_date
from aosedge.model.digests import sha256
from aosedge.model.errors import Conflict, Invalid
from aosedge.model.ids import BundleId, CampaignId, FleetId, SubjectId, Txn, UnitId
from aosedge.model.instants import HOUR, MINUTE, SECOND, Instant, Monotonic
from aosedge.model.oci import Platform

IMAGE = ImageOfVersion(Platform("amd64", "linux"), sha256(b"image"), BYTES_EACH // len(ITEMS))
OLD, NEW = BundleId("old"), BundleId("new")
STEPS, PEACE = 90, 160


class Clock:
    """Stands where it is put."""

    now = Instant(NOW + MINUTE)

    def wall(self) -> Instant:
        return self.now

    def monotonic(self) -> Monotonic:
        return Monotonic(self.now)


class Crash(BaseException):
    """The driver's process ends before it has committed."""


class CrashingStore(Store):
    """Loses some of the reconcilers' transactions when their work is done."""

    crash: Callable[[], bool] = staticmethod(lambda: False)

    async def write_every(self, caller: Any, work: Callable[[EverySession], Any]) -> Any:
        def run(session: EverySession) -> Any:
            result = work(session)
            if self.crash():
                raise Crash
            return result

        return await super().write_every(caller, run)


def policy_of(chance: Random) -> Policy:
    """Each seed its own."""
    waves = chance.choice(((0.1, 0.5, 1.0), (0.05, 1.0), (0.3, 1.0), (1.0,)))
    # under the loosest shares only the sequential test halts
    failed, succeeded = chance.choice(((0.0, 0.95), (0.02, 0.95), (0.05, 0.95), (0.6, 0.4)))
    return Policy(
        strategy="custom",
        waves=tuple(WaveAsk(share=share) for share in waves),
        gate=Gate(
            soak_us=chance.choice((0, 2, 10)) * MINUTE,
            success_share=succeeded,
            failed_share=failed,
            min_sample=chance.choice((1, 5)),
            early_pass=chance.random() < 0.2,
        ),
        sequential=chance.choice((None, Sequential(p0=0.005, p1=0.05))),
        limits=limits_of(chance),
        offline=Offline(after_us=HOUR),
        unit_deadline_us=20 * MINUTE,
        newcomers=chance.choice(("join", "ignore")),
        roll_back_on_halt=chance.random() < 0.5,
        four_eyes=chance.random() < 0.2,
    )


def limits_of(chance: Random) -> Limits:
    """None, or some of them."""
    per_minute = chance.choice((None, 4, 20))
    ramp = Ramp(2, 20 * MINUTE) if per_minute is not None and chance.random() < 0.5 else None
    return Limits(chance.choice((None, 3, 10)), per_minute, ramp, chance.choice((None, None, 100, 10_000)))


class World:
    """A fleet, people, faults, and judges who look after every event."""

    turns_away = 0.2
    """How likely everybody does, at each step, once the campaign has ended or waits for a person."""

    def __init__(self, seed: int, folder: Path, size: int | None = None) -> None:
        self.chance = Random(seed)
        self.faults, self.policy = Faults.drawn(self.chance), policy_of(self.chance)
        self.path = folder / f"{seed}.db"
        made = open_store(f"sqlite:///{self.path}")
        self.store = CrashingStore(made._database)
        self.clock, self.ids = Clock(), Counted()
        names = [UnitId(f"u{number:03d}") for number in range(size or self.chance.choice((6, 20, 40)))]
        self.units = {str(name): self._unit(name) for name in names}
        self.judge = Judge(self.units)
        self.campaign = CampaignId("")
        self.drivers = [DriveCampaigns(self.store, self.clock, self.ids, InProcessBus()) for _ in range(2)]
        self.targets = CompileTargets(self.store, InProcessBus(), self.clock, self.ids)
        self.last: list[Report] = []
        self.born: dict[str, Instant] = {}
        """Newcomers, and since when."""

    def _unit(self, name: UnitId) -> SimulatedUnit:
        return SimulatedUnit(name, self.chance, self.faults.bad_share, self.faults.silent_share)

    async def oem(self, work: Callable[[Session], Any], who: str = "oem-1") -> Any:
        caller = person(who, self.clock.now)
        return await self.store.write(caller, tenant("oem-1"), work)

    async def begin(self) -> None:
        """Everybody runs the old bundle; the campaign is planned, approved where it must be, and started."""
        await self.store.migrate()
        await settle(self.store)
        for bundle, number in ((OLD, "1.0.0"), (NEW, "2.0.0")):
            content = [(item, "service", version(item, number, bundle, images=(IMAGE,))) for item in ITEMS]
            await self.store.write(
                person("sp-1"), tenant("sp-1"), lambda s, b=bundle, c=content: add_bundle(s, "sp-1", b, *c)
            )
        await self.oem(lambda s: s.units.delete(UnitId("unit-oem-1")))
        await self.oem(lambda s: [self._add(s, each) for each in self.units.values()])
        await self.oem(lambda s: assignments.create(s, self.ids, SubjectId("subject-oem-1"), bundle=OLD))
        self.clock.now = Instant(self.clock.now + MINUTE)
        await self.compile()
        await self.report(list(self.units.values()))
        selection = Selection(fleets=(FleetId("fleet-oem-1"),))
        made = await self.oem(lambda s: campaigns.create(s, self.ids, "spring", NEW, self.policy, selection))
        self.campaign = made.id
        plan = await self.oem(lambda s: campaigns.plan(s, made.id))
        if self.policy.four_eyes:
            await self._two_people(plan.digest)
        await self.oem(lambda s: campaigns.start(s, made.id, None))

    async def _two_people(self, digest: str) -> None:
        """Nobody starts it alone."""
        for alone in (
            lambda s: campaigns.start(s, self.campaign, None),
            lambda s: campaigns.approve_plan(s, self.campaign, digest),
        ):
            try:
                await self.oem(alone)
            except Conflict:
                continue
            raise Violated("two people", "its maker alone approved or started it")
        await self.oem(lambda s: campaigns.approve_plan(s, self.campaign, digest), "oem-2")

    def _add(self, session: Session, each: SimulatedUnit) -> None:
        session.units.add(replace(unit(each.name), connectivity="Online", last_seen=self.clock.now))
        subjects.add_unit(session, SubjectId("subject-oem-1"), each.name)

    async def compile(self) -> None:
        while (await self.targets.activate()).more:
            pass

    async def report(self, some: list[SimulatedUnit]) -> None:
        """These look at their target, as it is handed out, and tell."""
        told = []
        names = frozenset(each.name for each in some)
        await bring_up_to_date(self.store, TASK, names)
        for each in some:
            target = await self.oem(lambda s, each=each: s.targets.desired(each.name))
            if target is not None:
                if each.hear(target, self.clock.now) and self.campaign:
                    self.judge.handed_out(each, look(self.path, self.campaign))
                told.append(Report(each.name, Txn(self.ids.new()), each.status(), self.clock.now))
        if told:
            await keep(self.store, told, self.clock.now)
        self.last = [*self.last[-20:], *told]

    async def drive(self) -> None:
        """The drivers, of which there may be two, and which may end in the middle."""
        many = 2 if self.chance.random() < self.faults.two_drivers else 1
        self.store.crash = lambda: self.chance.random() < self.faults.driver_crash

        async def run(driver: DriveCampaigns) -> None:
            try:
                await driver.activate()
            except Crash:
                return

        async with asyncio.TaskGroup() as group:
            for driver in self.drivers[:many]:
                group.create_task(run(driver))
        self.store.crash = lambda: False
        self.check()
        await self.drivers[0].activate()
        self.check(driven=True)
        if self.chance.random() < 0.7:  # or there are so many that not all are compiled by now
            await self.compile()
            self.check()

    def check(self, *, driven: bool = False) -> None:
        self.judge.check(look(self.path, self.campaign), self.clock.now, driven=driven)

    async def tick(self) -> None:
        """Something happens, and everybody who is judged is looked at after it."""
        chance, faults = self.chance, self.faults
        self.clock.now = Instant(self.clock.now + chance.choice((5, 20, 60, 240)) * SECOND)
        there = [each for each in self.units.values() if each.connected and not each.gone]
        acting = chance.sample(there, min(len(there), chance.choice((1, 5, 20, 200))))
        for each in acting:
            if each.version == "2.0.0" and chance.random() < faults.crash:
                each.crash()
        moved = [each for each in acting if each.go_on(self.clock.now) or each.broken or chance.random() < 0.3]
        await self.report(moved)
        self.check()
        if self.last and chance.random() < faults.repeat:
            await keep(self.store, [chance.choice(self.last)], self.clock.now)  # again, or late
            self.check()
        for each in self.units.values():
            if not each.gone and not each.lost and chance.random() < (faults.offline if each.connected else 0.2):
                each.lost = each.connected and chance.random() < faults.lost
                await self.turn(each)
        await self._people()
        await self.drive()

    async def turn(self, each: SimulatedUnit) -> None:
        """It comes or goes."""
        now, name = self.clock.now, (each.name, "main/1")
        if each.connected:
            await self.store.write_every(TASK, lambda s: s.units.connect([name], now))
            await self.store.write_every(TASK, lambda s: s.units.disconnect([name], now))
        else:
            await self.store.write_every(TASK, lambda s: s.units.connect([name], now))
        each.connected = not each.connected
        if each.connected:
            await self.report([each])
        self.check()

    async def _people(self) -> None:
        chance = self.chance
        living = [each for each in self.units.values() if not each.gone]
        if chance.random() < self.faults.decommission and len(living) > 3:
            gone = chance.choice(living)
            gone.gone = True
            await self.oem(lambda s: units.deprovision(s, gone.name))
            self.check()
        if chance.random() < self.faults.newcomers:
            new = self._unit(UnitId(f"new{len(self.units)}"))
            self.units[str(new.name)], self.born[str(new.name)] = new, self.clock.now
            await self.oem(lambda s: self._add(s, new))
        if chance.random() < self.faults.verbs:
            verb: Event = chance.choice(
                (Pause(), Resume("go on"), Halt("stop"), RetryFailed(), RollBack(), Resume("known", True), Cancel())
            )
            for _ in range(chance.choice((1, 2))):  # an impatient person
                with contextlib.suppress(Conflict, Invalid):
                    await self.oem(lambda s, verb=verb: campaigns.command(s, self.campaign, verb))
                self.check()

    async def peace(self) -> None:
        """No more faults: whoever has a cloud gets on, and the campaign must come to an end or to a person."""
        self.faults = Faults(**dict.fromkeys(Faults.__struct_fields__, 0.0))
        for each in self.units.values():
            each.lost = False
            if not each.connected and not each.gone:
                await self.turn(each)
        for _ in range(PEACE):
            await self._patient()
            await self.tick()
            if self.is_over():
                return
        seen = look(self.path, self.campaign)
        left = [(row.wave, row.unit, row.state) for row in seen.rows if row.state in OPEN]
        raise Violated("liveness", f"{seen.state}, {[wave['state'] for wave in seen.waves]}, {left[:3]}")

    async def _patient(self) -> None:
        """What somebody does who wants it to go on."""
        if look(self.path, self.campaign).state == "paused":
            with contextlib.suppress(Conflict):
                await self.oem(lambda s: campaigns.command(s, self.campaign, Resume("go on")))

    def is_over(self) -> bool:
        """Ended, or for a person to say; with nobody left on the way."""
        seen = look(self.path, self.campaign)
        ended = seen.state in ("completed", "halted", "cancelled", "rolled_back")
        return ended and not any(row.state in OPEN for row in seen.rows)

    def check_end(self) -> None:
        """A healthy fleet completes; who was brought back runs the old."""
        seen = look(self.path, self.campaign)
        if seen.state == "rolled_back":
            kept = [
                row.unit
                for row in seen.rows
                if row.state == "succeeded" and seen.waves[row.wave]["undoes"] is not None
            ]
            wrong = [unit for unit in kept if self.units[unit].version != "1.0.0"]
            if wrong:
                raise Violated("back", f"{wrong[:3]} run the new bundle still")
        if seen.state == "completed" and self.policy.newcomers == "join":
            last = max((wave for wave in seen.waves if wave["undoes"] is None), key=lambda wave: wave["number"])
            came = {name for name, at in self.born.items() if at <= last["begun_at"] and not self.units[name].gone}
            forgotten = came - {row.unit for row in seen.rows}
            if forgotten and last["size"]:
                raise Violated("newcomers", f"{sorted(forgotten)[:3]} were forgotten")


async def simulate(seed: int, size: int | None = None) -> World:
    """One world from its beginning to its end. Raises Violated."""
    with tempfile.TemporaryDirectory(prefix="aosedge-campaign-", dir=_fast()) as folder:
        return await lived(World(seed, Path(folder), size))


async def lived(world: World) -> World:
    """A world to its end. Raises Violated."""
    try:
        await world.begin()
        world.check()
        for _ in range(STEPS):
            await world.tick()
            if world.is_over() and world.chance.random() < world.turns_away:
                break
        await world.peace()
        world.check_end()
        return world
    finally:
        await world.store.close()


def _fast() -> str | None:
    """Where flushing costs nothing, if there is such a place: no power is lost here."""
    return "/dev/shm" if Path("/dev/shm").is_dir() else None
