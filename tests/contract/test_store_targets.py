"""From intent to targets, by the reconcilers, on both databases."""

from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.contract.store_world import NOW, TASK, Counted, add_bundle, person, settle, tenant, unit, version

from aosedge.cloud.bus.inprocess import InProcessBus
from aosedge.cloud.domain.access.callers import Scope
from aosedge.cloud.domain.catalogue import Dependency
from aosedge.cloud.domain.fleets import Fleet
from aosedge.cloud.domain.targets import UnitTarget
from aosedge.cloud.domain.units import Unit, sees
from aosedge.cloud.reconcilers.outbox import CarryOutEffects
from aosedge.cloud.reconcilers.retention import KEPT_OF_A_UNIT, KEPT_US, LetGo
from aosedge.cloud.reconcilers.targets import TOGETHER_MOST, CompileTargets
from aosedge.cloud.store import EverySession, Session, Store
from aosedge.cloud.usecases import assignments, subjects, units
from aosedge.cloud.usecases.statuses import Report, keep
from aosedge.model.digests import Digest
from aosedge.model.ids import AssignmentId, BundleId, FleetId, ItemId, OrgId, SubjectId, SystemId, Txn, UnitId
from aosedge.model.instants import SECOND, Instant, Monotonic
from aosedge.protocol.messages import DesiredStatus, PushLog, UnitStatus
from aosedge.protocol.messages.from_unit import InstancesStatus, InstanceStatus, ItemStatus, UpdateStatus
from aosedge.protocol.messages.parts import Generation, Identity

ONE, SUBJECT, ITEM, BUNDLE = (
    UnitId("unit-oem-1"),
    SubjectId("subject-oem-1"),
    ItemId("item-sp-1"),
    BundleId("bundle-sp-1"),
)


class Clock:
    """Stands where it is put."""

    def __init__(self) -> None:
        self.now = NOW

    def wall(self) -> Instant:
        return self.now

    def monotonic(self) -> Monotonic:
        return Monotonic(self.now)


class Place:
    """A store with its reconcilers, run by hand."""

    def __init__(self, store: Store) -> None:
        self.store, self.bus, self.clock, self.ids = store, InProcessBus(), Clock(), Counted()
        self.restart()

    def restart(self) -> None:
        """As if the cloud's process had been started again."""
        self.targets = CompileTargets(self.store, self.bus, self.clock, self.ids)
        self.outbox = CarryOutEffects(self.store, self.bus, self.clock, self.ids)
        self.retention = LetGo(self.store, self.clock, self.ids)

    async def settle(self) -> int:
        """Compile until nothing is left; how many runs it took."""
        runs = 1
        while (await self.targets.activate()).more:
            runs += 1
        return runs

    async def oem(self, work: Callable[[Session], Any]) -> Any:
        self.clock.now = Instant(self.clock.now + SECOND)
        return await self.store.write(person("oem-1", self.clock.now), tenant("oem-1"), work)

    async def sp(self, work: Callable[[Session], Any]) -> Any:
        return await self.store.write(person("sp-1"), tenant("sp-1"), work)

    async def target(self, unit: UnitId = ONE) -> UnitTarget:
        found: UnitTarget = await self.oem(lambda session: session.targets.find(unit))
        return found

    async def desired(self, unit: UnitId = ONE) -> DesiredStatus:
        found: DesiredStatus = await self.oem(lambda session: session.targets.desired(unit))
        return found

    async def unit(self, unit: UnitId = ONE) -> Unit:
        found: Unit = await self.oem(lambda session: session.units.get(unit))
        return found

    async def assign(self, **what: Any) -> AssignmentId:
        ids = Counted(self.ids.new())
        await self.oem(lambda session: assignments.create(session, ids, SUBJECT, **what))
        return AssignmentId(ids.first)

    async def join(self, unit: UnitId = ONE) -> None:
        await self.oem(lambda session: subjects.add_unit(session, SUBJECT, unit))

    async def upload(self, number: str, *needs: Dependency, name: str = ITEM, type: Any = "service") -> None:
        """A bundle of one new version, as intake leaves it."""

        def work(session: Session) -> None:
            new = version(name, number, f"bundle {name} {number}", *needs)
            add_bundle(session, "sp-1", f"bundle {name} {number}", ("app" if name == ITEM else name, type, new))
            session.items.mark_followers_dirty([ItemId(name)])

        await self.sp(work)


@pytest.fixture
async def place(store: Store) -> Place:
    await settle(store)
    return Place(store)


def versions_of(desired: DesiredStatus) -> dict[str | None, str]:
    return {each.item.id: each.version for each in desired.items}


async def test_intent_becomes_the_target_of_every_unit_it_is_for(place: Place) -> None:
    heard = place.bus.subscribe("unit.*.target")
    await place.store.write_every(TASK, lambda session: session.units.connect([(ONE, "main/1")], NOW))
    await place.assign(bundle=BUNDLE)
    await place.join()
    await place.settle()
    desired = await place.desired()
    assert versions_of(desired) == {ITEM: "1.0.0"}
    assert [(each.id, each.items) for each in desired.bundles] == [(BUNDLE, (ITEM,))]
    target = await place.target()
    assert (desired.generation, desired.target_digest) == (target.generation, target.digest)
    await place.outbox.activate()
    assert (await place.outbox.activate()).words == "nothing to tell"
    heard.close()
    assert [payload async for payload in heard] == [ONE.encode()]
    assert (await place.desired(UnitId("unit-oem-1"))).subjects[0].identity.id == SUBJECT
    other = await place.store.read(
        person("oem-2"), tenant("oem-2"), lambda s: s.targets.desired(UnitId("unit-oem-2"))
    )
    assert other is not None and other.items == ()


async def test_equal_content_keeps_its_generation_and_other_content_gets_a_higher_one(place: Place) -> None:
    """I2: a generation names one content for ever."""
    await place.join()
    named: dict[Generation, Digest | None] = {}
    last = Generation(0, 0)

    async def check(*, new: bool) -> None:
        nonlocal last
        await place.settle()
        target = await place.target()
        assert named.setdefault(target.generation, target.digest) == target.digest
        assert (target.generation > last) is new
        last = target.generation

    await check(new=True)
    assigned = await place.assign(item=ITEM)
    await check(new=True)
    await place.oem(lambda session: session.subjects.mark_dirty(SUBJECT))
    await check(new=False)
    await place.oem(lambda session: assignments.delete(session, assigned))
    await check(new=True)
    await place.assign(item=ITEM)
    await check(new=True)
    place.restart()
    await place.oem(lambda session: session.subjects.mark_dirty(SUBJECT))
    await check(new=False)


async def test_a_unit_that_was_deleted_and_comes_back_never_gets_an_old_generation(place: Place) -> None:
    """I2, over deletion."""
    await place.join()
    await place.assign(item=ITEM)
    await place.settle()
    before = await place.target()
    await place.oem(lambda session: units.delete(session, ONE))
    await place.oem(lambda session: session.units.add(unit("unit-oem-1")))
    await place.settle()
    after = await place.target()
    assert after.generation > before.generation
    await place.oem(lambda session: units.delete(session, ONE))
    await place.oem(lambda session: session.units.add(unit("unit-oem-1")))
    await place.settle()
    assert (await place.target()).generation > after.generation


async def test_a_restored_database_gives_higher_generations_than_the_lost_one(place: Place) -> None:
    """I2, over a restored back-up: the epoch of a later start is higher, whatever was given in between."""
    await place.join()
    await place.settle()
    given = await place.target()  # what the back-up has; the lost database went on from here:
    lost = Generation(given.generation.epoch, given.generation.number + 1_000)
    place.clock.now = Instant(place.clock.now + 3_600 * SECOND)
    place.restart()
    await place.assign(item=ITEM)
    await place.settle()
    assert (await place.target()).generation > lost


async def test_a_clock_that_was_set_back_does_not_bring_an_old_epoch(place: Place) -> None:
    """I2."""
    await place.join()
    await place.settle()
    before = (await place.target()).generation
    place.clock.now = Instant(NOW // 2)
    place.restart()
    await place.assign(item=ITEM)
    await place.settle()
    assert (await place.target()).generation > before


async def test_a_generation_that_the_unit_has_and_the_cloud_never_gave_is_passed(place: Place) -> None:
    """I2: even where the digest stays, the Unit must take the target as new."""
    await place.join()
    await place.settle()
    before = await place.target()
    ahead = Generation(before.generation.epoch + 5, 3)
    report = UnitStatus(items=(), instances=(), nodes=(), update=UpdateStatus("idle", ahead))
    await keep(place.store, [Report(ONE, Txn("1"), report)], NOW)
    assert (await place.unit()).target_dirty
    await place.settle()
    after = await place.target()
    assert after.generation > ahead
    assert after.digest == before.digest


async def test_a_new_version_reaches_those_who_follow_and_no_other(place: Place) -> None:
    await place.join()
    await place.assign(item=ITEM)
    await place.oem(lambda session: session.units.add(unit("pinned")))
    second = await place.oem(lambda session: subjects.create(session, place.ids, "Second"))
    await place.oem(lambda session: subjects.add_unit(session, second.id, UnitId("pinned")))
    await place.oem(lambda s: assignments.create(s, place.ids, second.id, item=ITEM, version="1.0.0"))
    await place.settle()
    await place.upload("1.1.0")
    dirty = await place.store.read_every(TASK, lambda session: session.compiling.dirty(10))
    assert [each.unit for each in dirty] == [ONE]
    await place.settle()
    assert versions_of(await place.desired()) == {ITEM: "1.1.0"}
    assert versions_of(await place.desired(UnitId("pinned"))) == {ITEM: "1.0.0"}


async def test_a_new_version_of_a_layer_reaches_those_who_need_it(place: Place) -> None:
    await place.upload("1.0.0", name="base", type="layer")
    await place.upload("2.0.0", Dependency("layer", ">=1.0.0", codename="base"))
    await place.join()
    await place.assign(item=ITEM)
    await place.settle()
    assert versions_of(await place.desired()) == {ITEM: "2.0.0", "base": "1.0.0"}
    await place.upload("1.5.0", name="base", type="layer")
    await place.settle()
    assert versions_of(await place.desired()) == {ITEM: "2.0.0", "base": "1.5.0"}


async def test_more_than_a_unit_holds_blocks_it_and_the_last_good_target_stays(place: Place) -> None:
    await place.join()
    await place.assign(item=ITEM)
    await place.settle()
    good = await place.target()
    assigned = []
    for number in range(3):
        name = f"many-{number}"
        await place.upload("1.0.0", name=name)
        assigned.append(await place.assign(item=ItemId(name), num_instances=100))
    await place.settle()
    blocked, seen = await place.target(), await place.unit()
    assert (blocked.generation, blocked.digest) == (good.generation, good.digest)
    assert (seen.deployment, seen.reason) == ("blocked", blocked.problem)
    assert blocked.problem == "a Unit holds at most 256 instances, and this target has 301"
    await place.oem(lambda session: assignments.delete(session, assigned[0]))
    await place.settle()
    assert (await place.target()).problem == ""


async def test_what_is_left_out_is_kept_with_its_reason(place: Place) -> None:
    await place.upload("2.0.0", Dependency("service", "*", codename="other"))
    await place.join()
    await place.assign(item=ITEM, version="2.0.0")
    await place.settle()
    [reason] = (await place.target()).reasons
    assert reason.words == "app 2.0.0 needs other *, which is not assigned"


async def test_the_deployment_axis_follows_target_and_reports(place: Place) -> None:
    await place.store.write_every(TASK, lambda session: session.units.connect([(ONE, "main/1")], NOW))
    await place.join()
    await place.settle()

    async def report(number: int, *items: ItemStatus, active: bool = True) -> None:
        instance = InstanceStatus(Identity(codename="n"), Identity(codename="r"), 0, "active" if active else "failed")
        running = tuple(
            InstancesStatus(Identity(id=each.item.id), Identity(id=SUBJECT), each.version, (instance,))
            for each in items
        )
        status = UnitStatus(unit_config=(), nodes=(), subjects=(), items=items, instances=running)
        await keep(place.store, [Report(ONE, Txn(f"{number}"), status, Instant(NOW + number))], NOW)

    await report(1)
    assert (await place.unit()).deployment == "in_sync"
    await place.assign(item=ITEM)
    await place.settle()
    assert ((await place.unit()).deployment, (await place.unit()).reason) == ("updating", "app 1.0.0 is not there")
    item = ItemStatus(Identity(id=ITEM), "1.0.0", "installed")
    await report(2, item, active=False)
    assert (await place.unit()).deployment == "degraded"
    await report(3, item)
    assert (await place.unit()).deployment == "in_sync"


async def test_blobs_are_given_of_the_units_own_target_only(place: Place) -> None:
    """I9."""
    await place.join()
    await place.assign(item=ITEM)
    await place.settle()
    own, foreign = version("item-sp-1", "1.0.0", "").index_digest, version("item-sp-2", "1.0.0", "").index_digest
    given = await place.oem(lambda session: session.targets.blobs(ONE, [own, foreign]))
    assert [blob.digest for blob in given] == [own]
    assert await place.oem(lambda session: session.targets.blobs(UnitId("unit-oem-2"), [own, foreign])) == ()
    found = await place.store.read_units(frozenset((ONE,)), lambda s: s.reported.blobs([own], [own, foreign]))
    assert {index: [blob.digest for blob in blobs] for index, blobs in found.items()} == {own: [own]}


async def test_a_fleet_is_compiled_in_parts_and_shares_one_document(place: Place) -> None:
    names = [f"u{number:04}" for number in range(TOGETHER_MOST + 20)]

    def add(session: Session) -> None:
        for name in names:
            session.units.add(unit(name))
            session.subjects.join(SUBJECT, UnitId(name))

    await place.oem(add)
    await place.assign(item=ITEM)
    assert await place.settle() == 2
    digests = {(await place.target(UnitId(name))).digest for name in names[::100]}
    assert len(digests) == 1
    assert await place.store.read_every(TASK, lambda session: session.compiling.dirty(10)) == ()


async def test_retention_bounds_what_units_send_and_documents(place: Place) -> None:
    """I12."""
    log = PushLog(node=Identity(codename="n"), part=1, parts_count=1, status="ok")
    surplus = [Report(ONE, Txn(f"{number:05}"), log) for number in range(KEPT_OF_A_UNIT + 30)]
    await keep(place.store, surplus, NOW)
    await keep(place.store, [Report(UnitId("unit-oem-2"), Txn("old"), log)], Instant(NOW - KEPT_US - 1))
    await place.join()
    await place.settle()
    await place.assign(item=ITEM)
    await place.settle()
    report = await place.retention.activate()
    assert report.words.startswith("let go of 1 old and 30 surplus messages, 1 documents")
    assert not report.more
    assert await place.desired() is not None
    again = (await place.retention.activate()).words
    assert again.startswith("let go of 0 old and 0 surplus messages, 0 documents")


async def test_an_effect_is_left_once_for_a_generation(place: Place) -> None:
    target = UnitTarget(ONE, Generation(1, 1), None)

    def twice(session: EverySession) -> int:
        session.compiling.announce([target])
        session.compiling.announce([target])
        return len(session.effects.oldest(10))

    assert await place.store.write_every(TASK, twice) == 1


scopes = st.builds(
    Scope,
    reach=st.sampled_from(["none", "own", "fleet", "tenant", "all"]),
    tenant=st.sampled_from([None, OrgId("oem-1"), OrgId("oem-2"), OrgId("sp-1")]),
    fleets=st.none() | st.frozensets(st.sampled_from([FleetId(f"fleet-{n}") for n in ("oem-1", "oem-2", "third")])),
    unit=st.sampled_from([None, ONE, UnitId("unit-oem-2"), UnitId("third")]),
)  # fmt: skip


async def test_the_scope_as_sql_is_the_scope_of_the_domain(place: Place) -> None:
    third = Unit(UnitId("third"), OrgId("oem-1"), FleetId("third"), SystemId("third"), "m", NOW)
    await place.oem(lambda session: session.fleets.add(Fleet(FleetId("third"), OrgId("oem-1"), "Third", NOW)))
    await place.oem(lambda session: session.units.add(third))
    everything = (await place.store.read(TASK, Scope("all"), lambda session: session.units.page())).items
    tried: list[Scope] = []

    @settings(max_examples=60, suppress_health_check=list(HealthCheck), database=None)
    @given(scopes)
    def draw(scope: Scope) -> None:
        tried.append(scope)

    draw()
    for scope in tried:
        found = await place.store.read(TASK, scope, lambda session: session.units.page())
        assert {each.id for each in found.items} == {each.id for each in everything if sees(scope, each)}
