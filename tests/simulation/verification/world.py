"""One simulated fleet and a bundle verified over it, by a seed: the real machines, use cases, store and reconcilers.

Some organizations have a verification set, some only the setting; in some worlds the bundle's items are followed.
"""

import asyncio
import contextlib
import tempfile
from collections.abc import Callable
from pathlib import Path
from random import Random
from typing import Any

from msgspec.structs import replace
from tests.contract.store_world import TASK, Counted, add_bundle, person, settle, tenant, unit, version
from tests.simulation.campaigns.fleet import ITEMS, SimulatedUnit
from tests.simulation.campaigns.rules import Violated
from tests.simulation.campaigns.world import Clock, Crash, CrashingStore
from tests.simulation.verification.rules import GONE, Judge
from tests.simulation.verification.seen import Seen, look

from aosedge.cloud.bus.inprocess import InProcessBus
from aosedge.cloud.domain.campaigns.events import Cancel, Halt, Resume
from aosedge.cloud.domain.campaigns.policy import Gate, Policy
from aosedge.cloud.domain.campaigns.state import Selection
from aosedge.cloud.domain.catalogue import ImageOfVersion
from aosedge.cloud.domain.unit_sets import UnitSet
from aosedge.cloud.domain.verification.state import Criteria, Settings
from aosedge.cloud.reconcilers.campaigns import DriveCampaigns
from aosedge.cloud.reconcilers.targets import CompileTargets
from aosedge.cloud.reconcilers.verification import ResolveBatches
from aosedge.cloud.store import Session, open_store
from aosedge.cloud.usecases import assignments, campaigns, gating, subjects, verification
from aosedge.cloud.usecases.statuses import Report, keep
from aosedge.cloud.usecases.targets import bring_up_to_date
from aosedge.model.digests import Digest, sha256
from aosedge.model.errors import AosError
from aosedge.model.ids import BatchId, BundleId, CampaignId, FleetId, OrgId, SetId, SubjectId, Txn, UnitId
from aosedge.model.instants import MINUTE, SECOND, Instant
from aosedge.model.oci import Platform

ARCHITECTURES = ("amd64", "arm64")
IMAGES = tuple(ImageOfVersion(Platform(name, "linux"), sha256(name.encode()), 1_000) for name in ARCHITECTURES)
OLD, NEW = BundleId("old"), BundleId("new")
SUBJECT, FLEET, SET = SubjectId("subject-oem-1"), FleetId("fleet-oem-1"), SetId("first")
PEOPLE = ("oem-1", "oem-2", "oem-3")
UPLOADER = "oem-2"
STEPS, PEACE = 40, 60
TOGETHER = Policy(strategy="blue_green", sequential=None, gate=Gate(soak_us=0))


class World:
    """A fleet, people, faults, and a judge who looks after every event."""

    def __init__(self, seed: int, folder: Path) -> None:
        chance = self.chance = Random(seed)
        self.path = folder / f"{seed}.db"
        self.store = CrashingStore(open_store(f"sqlite:///{self.path}")._database)
        self.clock, self.ids = Clock(), Counted()
        bad, silent = chance.choice((0.0, 0.0, 0.1, 0.5)), chance.choice((0.0, 0.0, 0.1))
        names = [UnitId(f"u{number:02d}") for number in range(8)]
        self.units = {str(name): SimulatedUnit(name, chance, bad, silent) for name in names}
        self.tries = names[: chance.choice((0, 1, 4, 4))]
        self.follows, self.four_eyes = chance.random() < 0.5, chance.random() < 0.5
        self.criteria = Criteria(chance.choice((0.5, 0.95, 1.0)), chance.choice((0, 5, 20)) * MINUTE)
        self.criteria = replace(self.criteria, units_least=chance.choice((1, 1, 2)))
        self.crash, self.repeat = chance.choice((0.0, 0.3)), chance.choice((0.0, 0.3))
        self.offline = chance.choice((0.0, 0.05))
        approve, start, revoke = self._approve, self._start, self._revoke
        self.deeds = chance.choice(
            (
                (*[approve, self._end] * 3, self._approve_wrong, start, self._campaign),  # busy people
                (approve, approve, self._approve_wrong, self._end),  # who leave it to whoever follows
                (approve, start, revoke, revoke),  # who hesitate
                (approve, approve, self._campaign, start, revoke),  # who regret what runs already
            )
        )
        self.judge = Judge(self.units)
        bus = InProcessBus()
        self.resolvers = [ResolveBatches(self.store, self.clock, self.ids) for _ in range(2)]
        self.drivers = [DriveCampaigns(self.store, self.clock, self.ids, bus) for _ in range(2)]
        self.targets = CompileTargets(self.store, bus, self.clock, self.ids)
        self.last: list[Report] = []
        self.pace = 1

    async def oem(self, work: Callable[[Session], Any], who: str = "oem-1") -> Any:
        return await self.store.write(person(who, self.clock.now), tenant("oem-1"), work)

    async def begin(self) -> None:
        """Everybody runs the old bundle; the organization asks for verification, and the new one comes."""
        await self.store.migrate()
        await settle(self.store)
        await self._upload(OLD, "1.0.0")

        def world(session: Session) -> None:
            session.units.delete(UnitId("unit-oem-1"))
            for each in self.units.values():
                session.units.add(replace(unit(each.name), connectivity="Online", last_seen=self.clock.now))
                subjects.add_unit(session, SUBJECT, each.name)
            if self.follows:
                for item in ITEMS:
                    assignments.create(session, self.ids, SUBJECT, item=item)
            else:
                assignments.create(session, self.ids, SUBJECT, bundle=OLD)
            if self.tries:
                made = UnitSet(SET, OrgId("oem-1"), FLEET, "first", self.clock.now, verification=True)
                session.unit_sets.add(made)
                for name in self.tries:
                    session.unit_sets.join(SET, name)
            settings = Settings(required=True, four_eyes=self.four_eyes, criteria=self.criteria)
            gating.change_settings(session, settings)

        await self.oem(world)
        await self.report(list(self.units.values()))
        self.clock.now = Instant(self.clock.now + MINUTE)
        await self._upload(NEW, "2.0.0")
        await self.oem(lambda s: verification.create(s, self.ids, NEW))
        self.check()

    async def _upload(self, bundle: BundleId, number: str) -> None:
        def enter(session: Session) -> None:
            made = [version(item, number, bundle, images=IMAGES) for item in ITEMS]
            content = [(each.item, "service", replace(each, created_at=self.clock.now)) for each in made]
            add_bundle(session, "sp-1", bundle, *content, uploaded_by=f"user-{UPLOADER}")  # type: ignore[arg-type]
            session.items.mark_followers_dirty(ITEMS)

        await self.store.write(person("sp-1"), tenant("sp-1"), enter)

    def look(self) -> Seen:
        return look(self.path)

    def check(self) -> None:
        self.judge.check(self.look(), self.clock.now)

    async def report(self, some: list[SimulatedUnit]) -> None:
        """These look at their target, as it is handed out, and tell."""
        await bring_up_to_date(self.store, TASK, frozenset(each.name for each in some))
        seen, told = self.look(), []
        for each in some:
            target = await self.oem(lambda s, each=each: s.targets.desired(each.name))
            if each.hear(target, self.clock.now):
                self.judge.handed_out(each, seen)
            told.append(Report(each.name, Txn(self.ids.new()), each.status(), self.clock.now))
        if told:
            await keep(self.store, told, self.clock.now)
        self.last = [*self.last[-10:], *told]

    async def drive(self) -> None:
        """The reconcilers, two of each, which may end before they have committed."""
        self.store.crash = lambda: self.chance.random() < self.crash

        async def run(task: ResolveBatches | DriveCampaigns) -> None:
            with contextlib.suppress(Crash):
                await task.activate()

        async with asyncio.TaskGroup() as group:
            for task in (*self.resolvers, *self.drivers):
                group.create_task(run(task))
        self.store.crash = lambda: False
        self.check()
        if self.chance.random() < 0.7:
            while (await self.targets.activate()).more:
                pass

    async def tick(self) -> None:
        """Something happens, and everybody who is judged is looked at after it."""
        chance = self.chance
        self.clock.now = Instant(self.clock.now + self.pace * chance.choice((5, 30, 90, 300)) * SECOND)
        there = [each for each in self.units.values() if each.connected]
        moved = [each for each in there if each.go_on(self.clock.now) or chance.random() < 0.5]
        await self.report(moved)
        self.check()
        if self.last and chance.random() < self.repeat:
            await keep(self.store, [chance.choice(self.last)], self.clock.now)  # again, or late
            self.check()
        for each in self.units.values():
            if chance.random() < (self.offline if each.connected else 0.3):
                await self._turn(each)
        await self._person()
        await self.drive()

    async def _turn(self, each: SimulatedUnit) -> None:
        name, now = (each.name, "main/1"), self.clock.now
        await self.store.write_every(TASK, lambda s: s.units.connect([name], now))
        if each.connected:
            await self.store.write_every(TASK, lambda s: s.units.disconnect([name], now))
        each.connected = not each.connected

    async def _person(self) -> None:
        """Somebody does something, perhaps twice."""
        chance, who = self.chance, self.chance.choice(PEOPLE)
        deed = chance.choice(self.deeds)
        for _ in range(chance.choice((1, 1, 2))):
            with contextlib.suppress(AosError):
                await deed(who)
            self.check()

    def _batch(self) -> tuple[BatchId, dict[str, str]]:
        newest = max(
            self.look().batches.values(), key=lambda batch: len(batch.id) * 1_000 + int(batch.moves[0]["at"])
        )
        return BatchId(newest.id), newest.content

    async def _approve(self, who: str) -> None:
        id, content = self._batch()
        for name, digest in content.items():
            with contextlib.suppress(AosError):
                await self.oem(lambda s, n=name, d=digest: verification.approve(s, id, n, Digest(d), "fine"), who)

    async def _approve_wrong(self, who: str) -> None:
        """What has another digest is not what was looked at."""
        id, content = self._batch()
        name = self.chance.choice(sorted(content) or ["amd64"])
        await self.oem(lambda s: verification.approve(s, id, name, sha256(b"another"), ""), who)
        raise Violated("digest", "another digest was approved")

    async def _revoke(self, who: str) -> None:
        id, content = self._batch()
        name = self.chance.choice(sorted(content) or ["amd64"])
        await self.oem(lambda s: verification.revoke(s, id, name, "too early"), who)

    async def _end(self, who: str) -> None:
        """Seldom; or take an approval back, or begin anew."""
        (id, _), draw = self._batch(), self.chance.random()
        if draw < 0.5:
            await self._revoke(who)
        elif draw < 0.6:
            await self.oem(lambda s: verification.reject(s, id, "no good"), who)
        elif draw < 0.7:
            await self.oem(lambda s: verification.cancel(s, id, ""), who)
        else:
            await self.oem(lambda s: verification.create(s, self.ids, NEW), who)

    async def _start(self, who: str) -> None:
        """A campaign of the bundle, at once or a little later."""
        later = Instant(self.clock.now + 10 * MINUTE)
        at = self.chance.choice((None, later, later))
        selection = Selection(fleets=(FLEET,))

        def made(session: Session) -> None:
            new = campaigns.create(
                session, self.ids, f"c{self.ids.new()}", NEW, replace(TOGETHER, priority=1), selection
            )
            campaigns.plan(session, new.id)
            campaigns.start(session, new.id, at)

        await self.oem(made, who)

    async def _campaign(self, who: str) -> None:
        """People try their verbs on whatever campaign there is, a trial too."""
        every = sorted(self.look().campaigns)
        if every:
            id, verb = (
                CampaignId(self.chance.choice(every)),
                self.chance.choice((Halt("stop"), Resume("go on"), Cancel())),
            )
            trial = self.look().campaigns[id].batch is not None
            await self.oem(lambda s: campaigns.command(s, id, verb), who)
            if trial:
                raise Violated("by its batch", "a person had a say in a trial")

    async def peace(self) -> None:
        """No more faults, and people who approve: a batch comes to its end, and its Units to where they belong."""
        self.crash = self.repeat = self.offline = 0.0
        for each in self.units.values():
            if not each.connected:
                await self._turn(each)
        self._person = self._colleague  # type: ignore[method-assign]
        self.pace = 6
        for _ in range(PEACE):
            await self.tick()
            left = self._left()
            if left is None:
                return
        raise left

    def _left(self) -> Violated | None:
        """What has not come to where it belongs."""
        seen = self.look()
        left = [batch.state for batch in seen.batches.values() if batch.state not in (*GONE, "passed")]
        others = [each for each in seen.campaigns.values() if each.batch is None and each.state != "planned"]
        well = [each.version for each in self.units.values() if not each.silent and not each.bad]
        if left:
            return Violated("liveness", f"a batch is {left[0]} still")
        if not seen.passed and not others and set(well) - {"1.0.0"}:
            return Violated("goes back", "a Unit runs what did not pass")
        if seen.passed and self.follows and not others and set(well) - {"2.0.0"}:
            return Violated("followers come", "a Unit follows, and did not hear of what passed")
        return None

    async def _colleague(self) -> None:
        """Somebody who neither made nor uploaded it."""
        await self._approve("oem-4")
        self.check()


async def simulate(seed: int) -> World:
    """One world from its beginning to its end. Raises Violated."""
    fast = "/dev/shm" if Path("/dev/shm").is_dir() else None  # no power is lost here
    with tempfile.TemporaryDirectory(prefix="aosedge-verification-", dir=fast) as folder:
        world = World(seed, Path(folder))
        try:
            await world.begin()
            for _ in range(STEPS):
                await world.tick()
            await world.peace()
            return world
        finally:
            await world.store.close()
