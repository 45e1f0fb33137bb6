"""What people do to a world, and what the world does to itself; then nothing of the kind, and all must be well."""

from collections.abc import Callable
from random import Random

import msgspec
from tests.simulation.world.content import Kind, made
from tests.simulation.world.jobs import Way
from tests.simulation.world.network import Weather
from tests.simulation.world.runtime import Faults
from tests.simulation.world.timeline import BEGIN
from tests.simulation.world.unit import Unit
from tests.simulation.world.world import Violated, World

from aosedge.cloud.domain.assignments import Assignment
from aosedge.cloud.domain.catalogue import Catalogue, Item, ItemVersion
from aosedge.cloud.domain.subjects import Subject
from aosedge.cloud.domain.targets import Intent
from aosedge.core.domain.events import QuarantineCleared
from aosedge.model.ids import AssignmentId, BundleId, ItemId, OrgId, SubjectId, SystemId, Txn, VersionId
from aosedge.model.instants import MILLISECOND, MINUTE, SECOND, Instant, to_datetime
from aosedge.protocol.envelope import Envelope, Header, decode, encode
from aosedge.protocol.messages import DesiredStatus, OverrideEnvVars, RequestLog
from aosedge.protocol.messages.from_cloud import EnvVar, EnvVarsOverride, LogFilter
from aosedge.protocol.messages.parts import Identity

OEM, PROVIDER = OrgId("oem"), OrgId("sp")
EVERYBODY = SubjectId("everybody")
ITEMS = [ItemId(name) for name in ("alpha", "beta", "gamma", "delta")]
CHAOS_US = 25 * MINUTE


class Mix(msgspec.Struct, frozen=True):
    """How likely each fault is, drawn for each seed: mean seconds between two of a kind, 0 for never."""

    intent_s: int
    kill_s: int
    power_s: int
    partition_s: int
    cloud_s: int
    full_s: int
    liar_s: int
    rot_s: int
    poison: float
    weather: Weather
    way: Way
    runtime: Faults


def drawn(chance: Random) -> Mix:
    """Another mix for each seed; every kind of fault is off in many of them."""

    def often(*choices: int) -> int:
        return chance.choice((0, *choices))

    def share(*choices: float) -> float:
        return chance.choice((0.0, *choices))

    return Mix(
        intent_s=chance.choice((60, 180, 600)),
        kill_s=often(60, 300),
        power_s=often(60, 300),
        partition_s=often(120, 600),
        cloud_s=often(300, 900),
        full_s=often(300, 900),
        liar_s=often(60, 300),
        rot_s=often(120, 600),
        poison=share(0.1, 0.3),
        weather=Weather(
            share(0.02, 0.2),
            share(0.05, 0.3),
            chance.choice((20, 500, 4000)) * MILLISECOND,
            is_ordered=chance.random() < 0.4,
        ),
        way=Way(share(0.05, 0.3), share(0.05, 0.2), share(0.05, 0.2), share(0.05, 0.3)),
        runtime=Faults(share(0.05, 0.3), share(0.05, 0.2), share(0.05, 0.3), share(0.05, 0.3)),
    )


class Workload:
    """People, faults and liars over one world."""

    def __init__(self, world: World, chance: Random, mix: Mix) -> None:
        self.world, self.chance, self.mix = world, chance, mix
        self.is_over = False
        self._made = 0
        self._items = tuple(Item(i, PROVIDER, i, "service", Instant(0)) for i in ITEMS)
        self._versions: list[ItemVersion] = []
        self._assigned: dict[SystemId, dict[ItemId, tuple[str, int]]] = {name: {} for name in world.units}
        self._bundles: dict[SystemId, BundleId | None] = dict.fromkeys(world.units)
        self._paused: dict[SystemId, bool] = dict.fromkeys(world.units, False)
        self._backups = [world.cloud.backup()]

    def begin(self) -> None:
        """First intent, and all that will go on by itself until `end`."""
        for unit in self.world.units.values():
            unit.network.weather, unit.way, unit.runtime.faults = self.mix.weather, self.mix.way, self.mix.runtime
        for name in self.world.units:
            self.change(name, self.mix.poison)
        kinds: list[tuple[int, Callable[[], None]]] = [
            (self.mix.intent_s, self._intent),
            (self.mix.kill_s, self._kill),
            (self.mix.power_s, self._power),
            (self.mix.partition_s, self._partition),
            (self.mix.cloud_s, self._cloud),
            (self.mix.full_s, self._full),
            (self.mix.liar_s, self._lie),
            (self.mix.rot_s, self._rot),
        ]
        for mean_s, happen in kinds:
            if mean_s:
                self._repeat(mean_s, happen)

    def _repeat(self, mean_s: int, happen: Callable[[], None]) -> None:
        def again() -> None:
            if not self.is_over:
                happen()
                self._repeat(mean_s, happen)

        self.world.timeline.after(int(self.chance.expovariate(1 / mean_s) * SECOND), again)

    def end(self) -> None:
        """No faults from here on; what bad days left behind is set right by people, once."""
        self.is_over = True
        for unit in self.world.units.values():
            unit.network.weather, unit.network.is_cut = Weather(), False
            unit.runtime.faults = Faults()
            self._set_way(unit, Way())
            unit.disk.make_room()
            unit.disk.cut_at_change = None
            unit.network.half_open()
        if self.chance.random() < 0.25:
            self.world.leave_alone(self._some().system_id)
        for name in self.world.units:
            self._paused[name] = False
            self.change(name, self.mix.poison / 2)
            # after the longest back-off that a fault of before may still have left
            self.world.timeline.after(6 * MINUTE, lambda name=name: self._pardon(name))

    def _pardon(self, name: SystemId) -> None:
        unit = self.world.units[name]
        if unit.agent is not None:
            unit.pardoned_us = self.world.timeline.now_us
            unit.agent.post(QuarantineCleared())

    # people

    def _some(self) -> Unit:
        return self.chance.choice([*self.world.units.values()])

    def _intent(self) -> None:
        name = self._some().system_id
        match self.chance.randrange(8):
            case 0:
                self._paused[name] = not self._paused[name]
                self._want(name)
            case 1:
                self._ask(name)
            case 2:
                self._backups.append(self.world.cloud.backup())
            case _:
                self.change(name, self.mix.poison)

    def change(self, name: SystemId, poison: float) -> None:
        """Other versions, other numbers, items more or less; sometimes two of them as a bundle."""
        mine = self._assigned[name]
        some = self.chance.sample(ITEMS, self.chance.randint(1, 2))
        if len(some) == 2 and self.chance.random() < 0.4:
            self._bundles[name] = self._release(some, poison)
            for item in some:
                mine.pop(item, None)
        else:
            for item in some:
                if item in mine and self.chance.random() < 0.2:
                    del mine[item]
                else:
                    mine[item] = (self._version(item, poison), self.chance.randint(1, 2))
            if self.chance.random() < 0.3:
                self._bundles[name] = None
        if not poison:
            self._cure(name)
        self._want(name)

    def _cure(self, name: SystemId) -> None:
        """Nothing bad is wanted any more."""
        for item, (version, count) in self._assigned[name].items():
            if not self._is_good(item, version):
                self._assigned[name][item] = (self._version(item, 0.0), count)
        bundle = self._bundles[name]
        if any(not self.world.is_good(v.index_digest) for v in self._versions if v.bundle == bundle):
            self._bundles[name] = None

    def _is_good(self, item: ItemId, version: str) -> bool:
        index = next(v.index_digest for v in self._versions if (v.item, v.version) == (item, version))
        return self.world.is_good(index)

    def _version(self, item: ItemId, poison: float) -> str:
        """A new version, or an old one again; its number."""
        old = [v.version for v in self._versions if v.item == item and (poison or self._is_good(item, v.version))]
        if old and self.chance.random() < 0.3:
            return self.chance.choice(old)
        self._release([item], poison)
        return self._versions[-1].version

    def _release(self, items: list[ItemId], poison: float) -> BundleId:
        """A bundle with a new version of each."""
        self._made += 1
        bundle = BundleId(f"bundle-{self._made}")
        bad: list[Kind] = ["sick", "crashing", "late"]
        for item in items:
            kind = self.chance.choice(bad) if self.chance.random() < poison else "good"
            new = made(self.chance, item, f"1.0.{self._made}", kind)
            self.world.publish(new)
            name = VersionId(f"{item} {new.version}")
            self._versions.append(ItemVersion(name, item, new.version, new.index, bundle, Instant(self._made)))
        return bundle

    def _want(self, name: SystemId) -> None:
        own = SubjectId(f"subject of {name}")
        subjects = tuple(Subject(s, OEM, s, "group", Instant(0)) for s in (EVERYBODY, own))
        assigned = [
            Assignment(AssignmentId(f"{name} {i}"), OEM, own, Instant(0), item=i, version=version, num_instances=n)
            for i, (version, n) in sorted(self._assigned[name].items())
        ]
        bundle = self._bundles[name]
        if bundle is not None:
            # first by its priority: items of it that are also assigned alone are left out with a reason
            assigned.append(
                Assignment(AssignmentId(f"{name} {bundle}"), OEM, own, Instant(0), bundle=bundle, priority=1)
            )
            for version in self._versions:
                if version.bundle == bundle and version.item in self._assigned[name]:
                    assigned = [a for a in assigned if a.item != version.item]
        catalogue = Catalogue(self._items, self._versions)
        self.world.cloud.want(name, Intent(catalogue, subjects, tuple(assigned)), self._paused[name])

    def _ask(self, name: SystemId) -> None:
        """A question of the cloud, which may arrive more than once and long after."""
        self._made += 1
        number = f"question-{self._made}"
        message = self.chance.choice(
            [
                OverrideEnvVars(
                    correlation_id=number,
                    items=(EnvVarsOverride(Identity(id="alpha"), variables=(self._level(),)),),
                ),
                RequestLog(correlation_id=number, log_type="systemLog", filter=LogFilter(node_ids=("main",))),
            ]
        )
        raw = self._sealed(name, number, message)
        for _ in range(self.chance.randint(1, 4)):
            self.world.timeline.after(self.chance.randrange(10 * MINUTE), lambda: self._say(name, raw))

    def _level(self) -> EnvVar:
        """A variable for a while, which may be over when it comes."""
        end = Instant(BEGIN + self.world.timeline.now_us + self.chance.randrange(15 * MINUTE))
        return EnvVar("LEVEL", self.chance.choice(("debug", "info")), to_datetime(end))

    def _sealed(self, name: SystemId, txn: str, message: OverrideEnvVars | RequestLog | DesiredStatus) -> bytes:
        created_at = to_datetime(Instant(BEGIN + self.world.timeline.now_us))
        return encode(Envelope(Header(7, name, created_at, Txn(txn)), message))

    def _say(self, name: SystemId, raw: bytes) -> None:
        network = self.world.units[name].network
        if network.current is not None and not network.current.is_dead:
            network.down(network.current, raw)

    # faults

    def _kill(self) -> None:
        self._cut(self._some(), "kill")

    def _power(self) -> None:
        self._cut(self._some(), "power")

    def _cut(self, unit: Unit, how: str) -> None:
        """Now, or at one of the next operations of the disk."""
        if unit.agent is None:
            return
        unit.ends = "kill" if how == "kill" else "power"
        if self.chance.random() < 0.3:
            unit.end(unit.ends)
        else:
            unit.disk.cut_at_change = unit.disk.changes + self.chance.randrange(30)

    def _partition(self) -> None:
        unit = self._some()
        if self.chance.random() < 0.4:
            unit.network.half_open()
            return
        unit.network.is_cut = True
        unit.network.half_open()

        def heal() -> None:
            unit.network.is_cut = False

        self.world.timeline.after(self.chance.randrange(20 * MINUTE), heal)

    def _cloud(self) -> None:
        cloud = self.world.cloud
        if self.chance.random() < 0.2:
            cloud.restore(self.chance.choice(self._backups))
            for name in self.world.units:
                self._want(name)
        else:
            cloud.crash(self.chance.randrange(2 * MINUTE))

    def _full(self) -> None:
        unit = self._some()
        unit.disk.fill_up(self.chance.choice((0, 100, 5_000, 20_000)))
        self.world.timeline.after(self.chance.randrange(10 * MINUTE), unit.disk.make_room)

    def _rot(self) -> None:
        """A bit of a blob turns on the disk."""
        unit = self._some()
        if there := unit.disk.below("blobs"):
            unit.spoil(self.chance.choice(there))

    def _set_way(self, unit: Unit, way: Way) -> None:
        unit.way = way
        if unit.agent is not None:
            unit.agent.jobs.way = way

    def _lie(self) -> None:
        """Somebody on the line: an old target again, under its own txn or a new one; a target of another Unit."""
        unit, other = self._some(), self._some()
        frames = self.world.cloud.frames[unit.system_id]
        self._made += 1
        match self.chance.randrange(5):
            case 4 if frames:
                self._forge(unit, self.chance.choice(frames))
            case 0 if frames:
                self._say(unit.system_id, self.chance.choice(frames))
            case 1 if frames:
                old = msgspec.json.decode(self.chance.choice(frames))
                old["header"]["txn"] = f"lie-{self._made}"
                self._say(unit.system_id, msgspec.json.encode(old))
            case 2 if other is not unit and self.world.cloud.frames[other.system_id]:
                self._say(unit.system_id, self.chance.choice(self.world.cloud.frames[other.system_id]))
            case 3:
                self._say(unit.system_id, b'{"header":' + bytes(self.chance.randrange(64)))
            case _:
                pass

    def _forge(self, unit: Unit, frame: bytes) -> None:
        """Another content under a generation that the Unit knows already."""
        state, forged = unit.durable_state(), decode(frame)
        target = forged.data
        if state is None or state.floor is None or not isinstance(target, DesiredStatus) or not target.items:
            return
        if target.generation is not None and target.generation <= state.floor:
            self._say(
                unit.system_id,
                self._sealed(
                    unit.system_id, f"forged-{self._made}", msgspec.structs.replace(target, items=(), instances=())
                ),
            )


class Stuck(Violated):
    """Something does not come right although nothing disturbs it any more."""


def simulate(seed: int, units: int = 2, is_watched: bool = False) -> World:
    """One world from beginning to end. Raises Violated for an invariant, Stuck for what never comes right.

    Watched, the error's notes are the last events and effects of each Unit.
    """
    chance = Random(seed)
    world = World(chance, units)
    for unit in world.units.values():
        unit.is_watched = is_watched
    workload = Workload(world, chance, drawn(chance))
    workload.begin()
    try:
        world.run(CHAOS_US)
        workload.end()
        waits = world.run_until_quiet()
        if waits:
            raise Stuck("; ".join(waits))
    except Violated as violated:
        for unit in world.units.values():
            violated.add_note("\n".join(unit.notes))
        raise
    return world
