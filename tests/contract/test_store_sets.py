"""Labels, sets, target systems, fleets and limits: what they do together, on both databases."""

from collections.abc import Callable
from typing import Any

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.contract.store_world import (
    NOW,
    TASK,
    Counted,
    add_bundle,
    certificate,
    person,
    settle,
    tenant,
    unit,
    version,
)

from aosedge.cloud.bus.inprocess import InProcessBus
from aosedge.cloud.domain.access.callers import Caller, Person, Scope
from aosedge.cloud.domain.catalogue import Dependency
from aosedge.cloud.domain.fleets import Fleet
from aosedge.cloud.domain.labels import Change
from aosedge.cloud.domain.people import User
from aosedge.cloud.domain.provisioning import RegisteredNode, Registration
from aosedge.cloud.domain.selectors import Selector, matches, parse_selector
from aosedge.cloud.domain.target_systems import Limits, NodeKind, Ratios
from aosedge.cloud.domain.units import Unit
from aosedge.cloud.reconcilers.targets import CompileTargets
from aosedge.cloud.store import Session, Store
from aosedge.cloud.store.selecting import order_key
from aosedge.cloud.usecases import (
    assignments,
    fleets,
    items,
    provisioning,
    subjects,
    target_systems,
    unit_sets,
    units,
)
from aosedge.model.errors import Conflict, Invalid, NotAllowed, NotFound, TooLarge
from aosedge.model.ids import (
    BundleId,
    FleetId,
    ItemId,
    NodeName,
    OrgId,
    SetId,
    SubjectId,
    SystemId,
    TargetSystemId,
    UnitId,
    UserId,
)
from aosedge.model.instants import Instant, Monotonic
from aosedge.model.versions import Version, parse_version

FLEET, OTHER, ONE = FleetId("fleet-oem-1"), FleetId("second"), UnitId("unit-oem-1")
NAMES = ("site", "fw", "ram", "gpu")
VALUES = (
    "north", "south", "yes", "1", "2", "10", "0.5", "-3", "1.0", "512", "1.2.0", "1.10.0", "2.0.0-rc.1", "2.0.0",
    "2.0.0-rc.1.1", "2.0.0-alpha", "2.0.0-rc-1", "2.0.0-2", "2.0.0-10", "1.2.0+b", "999999999999999", "NORTH",
)  # fmt: skip


class Clock:
    """Stands."""

    def wall(self) -> Instant:
        return NOW

    def monotonic(self) -> Monotonic:
        return Monotonic(NOW)


class Place:
    """The world with a second fleet, as its OEM."""

    def __init__(self, store: Store) -> None:
        self.store, self.ids = store, Counted("new")
        self.targets = CompileTargets(store, InProcessBus(), Clock(), self.ids)

    async def oem(self, work: Callable[[Session], Any]) -> Any:
        return await self.store.write(person("oem-1"), tenant("oem-1"), work)

    async def owner(self, work: Callable[[Session], Any]) -> Any:
        """As a fleet owner of the second fleet alone."""
        fleets_ = frozenset((OTHER,))
        caller = Caller(Person(UserId("user-oem-1"), "fleet_owner", OrgId("oem-1"), fleets_), "request", NOW)
        return await self.store.write(caller, Scope("fleet", OrgId("oem-1"), fleets_), work)

    async def label(self, name: str, *remove: str, **labels: str) -> None:
        await self.oem(lambda session: units.label(session, UnitId(name), Change(labels, remove)))

    async def made(self, title: str, selector: str | None = None, **flags: bool) -> SetId:
        made = await self.oem(lambda s: unit_sets.create(s, self.ids, FLEET, title, selector, **flags))
        found: SetId = made.id
        return found

    async def members(self, id: SetId) -> list[str]:
        page = await self.oem(lambda session: session.unit_sets.units(id))
        return [each.id for each in page.items]


@pytest.fixture
async def place(store: Store) -> Place:
    made = Place(await settle(store))

    def more(session: Session) -> None:
        session.fleets.add(Fleet(OTHER, OrgId("oem-1"), "Second", NOW))
        for name in ("a", "b"):
            session.units.add(unit(name))

    await made.oem(more)
    return made


requirements = st.one_of(
    st.builds("{}".format, st.sampled_from(NAMES)),
    st.builds("!{}".format, st.sampled_from(NAMES)),
    st.builds("{}{}{}".format, st.sampled_from(NAMES), st.sampled_from(["=", "!="]), st.sampled_from(VALUES)),
    st.builds(
        "{} {} ({})".format,
        st.sampled_from(NAMES),
        st.sampled_from(["in", "notin"]),
        st.lists(st.sampled_from(VALUES), min_size=1, max_size=3).map(",".join),
    ),
    st.builds(
        "{} {} {}".format,
        st.sampled_from(NAMES),
        st.sampled_from(["<", "<=", ">", ">="]),
        st.sampled_from([value for value in VALUES if value[-1].isdigit()]),
    ),
)
selectors = st.lists(requirements, min_size=1, max_size=3).map(",".join).map(parse_selector)
labelled = st.dictionaries(st.sampled_from(NAMES), st.sampled_from(VALUES))


async def test_a_selector_as_sql_is_the_selector_of_the_domain(place: Place) -> None:
    tried: list[tuple[list[dict[str, str]], list[Selector]]] = []

    @settings(max_examples=25, suppress_health_check=list(HealthCheck), database=None)
    @given(st.lists(labelled, min_size=8, max_size=8), st.lists(selectors, min_size=12, max_size=12))
    def draw(labels: list[dict[str, str]], asked: list[Selector]) -> None:
        tried.append((labels, asked))

    draw()
    names = [UnitId(f"u{number}") for number in range(8)]
    await place.oem(lambda session: [session.units.add(unit(name)) for name in names])
    for labels, asked in tried:
        given_ = dict(zip(names, labels, strict=True))

        def compare(
            session: Session, asked: list[Selector] = asked, given_: dict[UnitId, dict[str, str]] = given_
        ) -> list[tuple[Selector, set[UnitId], set[UnitId]]]:
            for name, mine in given_.items():
                session.labels.put(name, mine)
            everything = {each.id: session.labels.of(each.id) for each in session.units.page().items}
            return [
                (
                    selector,
                    {each.id for each in session.units.page(selector=selector).items},
                    {name for name, mine in everything.items() if matches(selector, mine)},
                )
                for selector in asked
            ]

        for selector, by_sql, by_domain in await place.oem(compare):
            assert by_sql == by_domain, selector


parts = st.from_regex(r"\A(0|[1-9][0-9]{0,12}|[0-9]*[a-zA-Z-][0-9a-zA-Z-]{0,5})\Z")
versions = st.builds(
    Version,
    *(st.integers(0, 10**12) | st.integers(0, 12) for _ in range(3)),
    prerelease=st.lists(parts, max_size=3).map(tuple),
)


@given(versions, versions)
def test_a_version_s_key_sorts_as_the_version_does(one: Version, other: Version) -> None:
    one, other = parse_version_of(one), parse_version_of(other)
    assert (order_key(one) < order_key(other)) is (one < other)
    assert (order_key(one) == order_key(other)) is (one == other)


def parse_version_of(version: Version) -> Version:
    """As it would be read, if it is not too long to be."""
    text = str(version)
    return parse_version(text) if len(text) <= 32 else version


async def test_a_set_follows_its_selector_at_once(place: Place) -> None:
    await place.label("a", fw="1.2.0", site="north")
    pilots = await place.made("pilots", "fw>=1.2.0,site!=south")
    assert await place.members(pilots) == ["a"]
    await place.label("b", fw="1.10.0")
    assert await place.members(pilots) == ["a", "b"]
    await place.label("a", site="south")
    await place.label("b", "fw")
    assert await place.members(pilots) == []
    change = lambda s: unit_sets.change(s, pilots, "pilots", "!fw", verification=True)  # noqa: E731
    assert (await place.oem(change)).verification
    assert await place.members(pilots) == ["b", ONE]
    change_back = lambda s: unit_sets.change(s, pilots, "pilots", None, verification=False)  # noqa: E731
    await place.oem(change_back)
    await place.label("a", "fw")
    assert await place.members(pilots) == ["b", ONE]
    page = await place.oem(lambda session: session.unit_sets.page(unit=UnitId("b")))
    assert [each.title for each in page.items] == ["pilots"]
    assert (await place.oem(lambda s: s.unit_sets.sizes((pilots, SetId("x"))))) == {pilots: 2, "x": 0}


async def test_a_set_with_a_selector_takes_no_unit_by_hand(place: Place) -> None:
    follows, picked = await place.made("follows", "fw"), await place.made("picked")
    for work in (unit_sets.add_unit, unit_sets.remove_unit):
        with pytest.raises(Conflict, match="follows its selector"):
            await place.oem(lambda session, work=work: work(session, follows, ONE))
    assert await place.oem(lambda session: unit_sets.add_unit(session, picked, ONE))
    assert not await place.oem(lambda session: unit_sets.add_unit(session, picked, ONE))
    assert await place.members(picked) == [ONE]
    assert await place.oem(lambda session: unit_sets.remove_unit(session, picked, ONE))
    assert not await place.oem(lambda session: unit_sets.remove_unit(session, picked, ONE))


async def test_a_set_has_units_of_its_fleet_only(place: Place) -> None:
    picked = await place.made("picked")
    await place.oem(lambda session: units.move(session, UnitId("b"), OTHER))
    with pytest.raises(NotFound):
        await place.oem(lambda session: unit_sets.add_unit(session, picked, UnitId("b")))
    everyone = await place.made("everyone", "!never")
    assert await place.members(everyone) == ["a", ONE]


async def test_what_is_wrong_with_a_set_is_said(place: Place) -> None:
    pilots = await place.made("pilots")
    second = await place.made("second")
    with pytest.raises(Conflict):
        await place.made("pilots")
    with pytest.raises(Conflict):
        await place.oem(lambda s: unit_sets.change(s, second, "pilots", None, verification=False))
    for work in (
        lambda s: unit_sets.create(s, place.ids, FLEET, "x", "fw >"),
        lambda s: unit_sets.change(s, pilots, "pilots", "fw >", verification=False),
    ):
        with pytest.raises(Invalid, match="position 5"):
            await place.oem(work)
    with pytest.raises(NotFound):
        await place.oem(lambda s: unit_sets.create(s, place.ids, FleetId("fleet-oem-2"), "x"))

    def too_many(session: Session) -> None:
        for number in range(unit_sets.SETS_MOST):
            unit_sets.create(session, place.ids, FLEET, f"set {number}")

    with pytest.raises(TooLarge):
        await place.oem(too_many)


async def test_a_moved_unit_leaves_the_sets_of_its_old_fleet_and_joins_those_that_select_it(place: Place) -> None:
    await place.label("a", fw="1.2.0")
    picked, follows = await place.made("picked"), await place.made("follows", "fw")
    await place.oem(lambda session: unit_sets.add_unit(session, picked, UnitId("a")))
    there = (await place.oem(lambda s: unit_sets.create(s, place.ids, OTHER, "follows", "fw"))).id
    moved = await place.oem(lambda session: units.move(session, UnitId("a"), OTHER))
    assert (moved.before, moved.unit.fleet, sorted(each.title for each in moved.left)) == (
        FLEET,
        OTHER,
        ["follows", "picked"],
    )
    assert [await place.members(each) for each in (picked, follows, there)] == [[], [], ["a"]]
    again = await place.oem(lambda session: units.move(session, UnitId("a"), OTHER))
    assert again.left == ()
    assert await place.members(there) == ["a"]
    lines = (await place.oem(lambda session: session.audit.page(operation="unit_set_units_remove"))).items
    assert {line.detail for line in lines} == {f"moved to fleet {OTHER}"}
    assert len(lines) == 2


async def test_a_deprovisioned_unit_is_in_no_set_and_opens_no_door_and_is_still_known(place: Place) -> None:
    await place.label("a", fw="1.2.0")
    follows, picked = await place.made("follows", "fw"), await place.made("picked")

    def begin(session: Session) -> None:
        session.certificates.add(certificate("C-a", "unit", "a"))
        unit_sets.add_unit(session, picked, UnitId("a"))

    await place.oem(begin)
    ended = await place.oem(lambda session: units.deprovision(session, UnitId("a")))
    assert ended.lifecycle == "deprovisioned"
    assert [c.state for c in await place.oem(lambda s: s.certificates.of_unit("a"))] == ["revoked"]
    assert await place.members(follows) == await place.members(picked) == []
    await place.label("a", site="north")
    assert await place.members(follows) == await place.members(await place.made("late", "fw")) == []
    with pytest.raises(Conflict):
        await place.oem(lambda session: unit_sets.add_unit(session, picked, UnitId("a")))
    assert (await place.oem(lambda session: units.deprovision(session, UnitId("a")))).lifecycle == "deprovisioned"
    assert await place.oem(lambda session: session.labels.of(UnitId("a"))) == {"fw": "1.2.0", "site": "north"}
    await register(place, "system-a")
    assert await place.members(follows) == ["a"]


async def register(place: Place, name: str) -> Unit:
    """As provisioning does it, without the certificates."""
    node = RegisteredNode(NodeName("main"), "main", "main", main=True, info={})
    registration = Registration(SystemId(name), "model", "1", (node,), ())

    def work(session: Session) -> Unit:
        known = provisioning.look(session, registration, FLEET)
        id = known.unit.id if known.unit else UnitId(place.ids.new())
        return provisioning.record(session, OrgId("oem-1"), registration, known, id, (), {}, NOW)

    found: Unit = await place.oem(work)
    return found


async def test_an_organization_has_no_more_units_than_it_may(place: Place) -> None:
    def limited(most: int | None) -> Callable[[Session], Any]:
        return lambda session: session.unit_limits.put(OrgId("oem-1"), most)

    everything = Scope(reach="all")
    limit = await place.store.write(TASK, everything, limited(4))
    assert (limit.most, limit.used) == (4, 3)
    await register(place, "fourth")
    with pytest.raises(Conflict) as raised:
        await register(place, "fifth")
    assert "no more Units" in raised.value.message
    assert raised.value.expected == "at most 4"
    await register(place, "fourth")  # its first registration was lost: it is no further Unit
    await place.oem(lambda session: units.deprovision(session, UnitId("a")))
    await register(place, "fifth")
    with pytest.raises(Conflict):
        await register(place, "system-a")
    await place.store.write(TASK, everything, limited(None))
    await register(place, "system-a")
    found = await place.oem(lambda session: session.unit_limits.get(OrgId("oem-1")))
    assert (found.most, found.used) == (None, 5)


async def test_a_new_unit_is_in_the_sets_that_select_it(place: Place) -> None:
    unlabelled = await place.made("unlabelled", "!fw")
    made = await register(place, "newcomer")
    assert made.id in await place.members(unlabelled)


async def test_the_target_of_a_unit_has_the_configuration_of_its_kind(place: Place) -> None:
    nodes = (NodeKind("main", Ratios(cpu=50)),)

    async def config() -> Any:
        while (await place.targets.activate()).more:
            pass
        return (await place.oem(lambda session: session.targets.desired(ONE))).unit_config

    assert await config() is None
    board = await place.oem(lambda s: target_systems.create(s, place.ids, "board", nodes, Limits()))
    await place.oem(lambda session: units.give_target_system(session, ONE, board.id))
    first = await config()
    assert (first.version, first.nodes[0].resource_ratios.cpu) == ("1.0.1", 50)
    changed = (NodeKind("main", Ratios(cpu=60)),)
    await place.oem(lambda s: target_systems.change(s, board.id, "board", changed, Limits()))
    assert (await config()).version == "1.0.2"
    await place.oem(lambda s: target_systems.change(s, board.id, "renamed", changed, Limits()))
    assert (await config()).version == "1.0.2"
    older = await place.oem(lambda s: target_systems.create(s, place.ids, "older", nodes, Limits()))
    assert older.revision == 3
    await place.oem(lambda s: target_systems.change(s, board.id, "renamed", nodes, Limits()))
    assert (await config()).version == "1.0.4"
    await place.oem(lambda session: units.give_target_system(session, ONE, older.id))
    assert (await config()).version == "1.0.5"
    await place.oem(lambda session: units.give_target_system(session, ONE, older.id))
    await place.oem(lambda session: units.give_target_system(session, ONE, board.id))
    assert (await config()).version == "1.0.6"


async def test_what_is_in_use_is_kept_with_what_uses_it(place: Place) -> None:
    board = await place.oem(lambda s: target_systems.create(s, place.ids, "board", (), Limits()))
    await place.oem(lambda session: units.give_target_system(session, ONE, board.id))
    with pytest.raises(Conflict, match="in use by Units: system-unit-oem-1"):
        await place.oem(lambda session: target_systems.delete(session, board.id))
    await place.oem(lambda session: units.delete(session, ONE))
    await place.oem(lambda session: target_systems.delete(session, board.id))
    pilots = await place.made("pilots", "!x", verification=True)
    with pytest.raises(Conflict, match="verification on Units: system-a, system-b"):
        await place.oem(lambda session: unit_sets.delete(session, pilots))
    owner = User(UserId("owner"), OrgId("oem-1"), "fleet_owner", "olga", NOW, fleets=frozenset((FLEET,)))
    await place.store.write_every(TASK, lambda session: session.users.add(owner))
    with pytest.raises(Conflict) as raised:
        await place.oem(lambda session: fleets.delete(session, FLEET))
    words = "the fleet is in use by Units: system-a, system-b; sets: pilots; fleet owners: olga"
    assert raised.value.message == words
    await place.oem(lambda s: unit_sets.change(s, pilots, "pilots", "!x", verification=False))
    await place.oem(lambda session: unit_sets.delete(session, pilots))
    await place.oem(lambda session: fleets.delete(session, OTHER))


async def test_a_user_is_on_one_unit_at_a_time_and_a_group_on_many(place: Place) -> None:
    user = (await place.oem(lambda s: subjects.create(s, place.ids, "driver", "user"))).id
    assert await place.oem(lambda session: subjects.add_unit(session, user, ONE)) == ()
    assert await place.oem(lambda session: subjects.add_unit(session, user, ONE)) == ()
    while (await place.targets.activate()).more:
        pass
    left = await place.oem(lambda session: subjects.add_unit(session, user, UnitId("a")))
    assert [each.id for each in left] == [ONE]
    on = await place.oem(lambda session: session.subjects.units(user))
    assert [each.id for each in on.items] == ["a"]
    dirty = await place.store.read_every(TASK, lambda session: session.compiling.dirty(10))
    assert {each.unit for each in dirty} == {ONE, "a"}
    [line] = (await place.oem(lambda session: session.audit.page(operation="subject_units_remove"))).items
    assert (line.target, line.detail) == (f"{user} {ONE}", "moved to unit a")
    group = SubjectId("subject-oem-1")
    for name in (ONE, UnitId("a")):
        assert await place.oem(lambda session, name=name: subjects.add_unit(session, group, name)) == ()
    assert (await place.oem(lambda session: session.subjects.units(group))).total == 2


async def test_a_fleet_owner_reaches_the_sets_of_their_fleets_only(place: Place) -> None:
    mine = (await place.oem(lambda s: unit_sets.create(s, place.ids, OTHER, "mine", "fw"))).id
    others = await place.made("others")
    page = await place.owner(lambda session: session.unit_sets.page())
    assert [each.id for each in page.items] == [mine]
    for work in (
        lambda s: s.unit_sets.get(others),
        lambda s: unit_sets.create(s, place.ids, FLEET, "x"),
        lambda s: s.unit_sets.add(msgspec.structs.replace(s.unit_sets.get(mine), id=SetId("y"), fleet=FLEET)),
        lambda s: units.label(s, ONE, Change({"fw": "1.0.0"})),
    ):
        with pytest.raises(NotFound):
            await place.owner(work)
    await place.oem(lambda session: units.move(session, UnitId("b"), OTHER))
    await place.owner(lambda session: units.label(session, UnitId("b"), Change({"fw": "1.0.0"})))
    assert await place.members(mine) == ["b"]


async def test_another_tenant_s_things_are_missing(place: Place) -> None:
    def make(session: Session) -> None:
        unit_sets.create(session, Counted("set"), FleetId("fleet-oem-2"), "theirs", "!x")
        target_systems.create(session, Counted("system"), "theirs", (), Limits())

    await place.store.write(person("oem-2"), tenant("oem-2"), make)
    mine = await place.made("mine")
    foreign: list[tuple[Callable[[Session, str], Any], str]] = [
        (lambda s, id: s.unit_sets.get(SetId(id)), "set-1"),
        (lambda s, id: unit_sets.change(s, SetId(id), "x", None, verification=False), "set-1"),
        (lambda s, id: unit_sets.delete(s, SetId(id)), "set-1"),
        (lambda s, id: s.unit_sets.delete(SetId(id)), "set-1"),
        (lambda s, id: s.unit_sets.fill(SetId(id), parse_selector("a")), "set-1"),
        (lambda s, id: s.unit_sets.units(SetId(id)), "set-1"),
        (lambda s, id: unit_sets.add_unit(s, SetId(id), ONE), "set-1"),
        (lambda s, id: unit_sets.remove_unit(s, SetId(id), ONE), "set-1"),
        (lambda s, id: unit_sets.add_unit(s, mine, UnitId(id)), "unit-oem-2"),
        (lambda s, id: unit_sets.remove_unit(s, mine, UnitId(id)), "unit-oem-2"),
        (lambda s, id: unit_sets.create(s, place.ids, FleetId(id), "x"), "fleet-oem-2"),
        (lambda s, id: s.target_systems.get(TargetSystemId(id)), "system-1"),
        (lambda s, id: target_systems.change(s, TargetSystemId(id), "x", (), Limits()), "system-1"),
        (lambda s, id: target_systems.delete(s, TargetSystemId(id)), "system-1"),
        (lambda s, id: s.target_systems.delete(TargetSystemId(id)), "system-1"),
        (lambda s, id: units.give_target_system(s, ONE, TargetSystemId(id)), "system-1"),
        (lambda s, id: units.give_target_system(s, UnitId(id), TargetSystemId("x")), "unit-oem-2"),
        (lambda s, id: units.label(s, UnitId(id), Change({"a": "b"})), "unit-oem-2"),
        (lambda s, id: s.labels.put(UnitId(id), {"a": "b"}), "unit-oem-2"),
        (lambda s, id: units.move(s, ONE, FleetId(id)), "fleet-oem-2"),
        (lambda s, id: units.move(s, UnitId(id), OTHER), "unit-oem-2"),
        (lambda s, id: s.units.set_fleet(UnitId(id), OTHER), "unit-oem-2"),
        (lambda s, id: units.deprovision(s, UnitId(id)), "unit-oem-2"),
        (lambda s, id: s.unit_limits.get(OrgId(id)), "oem-2"),
        (lambda s, id: s.unit_limits.put(OrgId(id), 1), "oem-2"),
        (lambda s, id: s.fleets.owners(FleetId(id)), "fleet-oem-2"),
        (lambda s, id: s.subjects.leave_others(SubjectId(id), ONE), "subject-oem-2"),
        (lambda s, id: s.subjects.leave_others(SubjectId("subject-oem-1"), UnitId(id)), "unit-oem-2"),
    ]
    for ask, id in foreign:
        answers = []
        for name in (id, "no-such-thing"):
            with pytest.raises(NotFound) as raised:
                await place.oem(lambda session, ask=ask, name=name: ask(session, name))
            answers.append(str(raised.value))
        assert answers[0] == answers[1]

    def nothing_seen(session: Session) -> None:
        assert [each.id for each in session.unit_sets.page().items] == [mine]
        assert session.unit_sets.page(fleet=FleetId("fleet-oem-2")).total == 0
        assert session.unit_sets.following(FleetId("fleet-oem-2")) == ()
        assert session.unit_sets.sizes((SetId("set-1"),)) == {"set-1": 0}
        assert session.unit_sets.leave(UnitId("unit-oem-2")) == ()
        assert session.target_systems.page().total == session.target_systems.newest_revision() == 0
        assert session.labels.of(UnitId("unit-oem-2")) == {}
        assert "unit-oem-2" not in {each.id for each in session.units.page(selector=parse_selector("!a")).items}

    await place.oem(nothing_seen)
    theirs = await place.store.read(person("oem-2"), tenant("oem-2"), lambda s: s.unit_sets.units(SetId("set-1")))
    assert [each.id for each in theirs.items] == ["unit-oem-2"]


async def test_an_item_that_is_assigned_or_needed_is_kept_and_another_goes_with_its_versions(place: Place) -> None:
    need = Dependency("layer", "*", codename="base")

    def upload(session: Session) -> None:
        add_bundle(session, "oem-1", "mine", ("own", "service", version("own", "1.0.0", "mine", need)))
        add_bundle(session, "oem-1", "layers", ("base", "layer", version("base", "1.0.0", "layers")))

    await place.oem(upload)
    subject, own = SubjectId("subject-oem-1"), ItemId("own")
    made = await place.oem(lambda session: assignments.create(session, place.ids, subject, bundle=BundleId("mine")))
    with pytest.raises(Conflict, match="in use by subjects: Subject"):
        await place.oem(lambda session: items.delete(session, own))
    with pytest.raises(Conflict, match="in use by items that need it: own"):
        await place.oem(lambda session: items.delete(session, ItemId("base")))
    with pytest.raises(NotAllowed, match="owner"):
        await place.oem(lambda session: items.delete(session, ItemId("item-sp-1")))
    with pytest.raises(NotFound):
        await place.oem(lambda session: items.delete(session, ItemId("item-sp-2")))
    await place.oem(lambda session: assignments.create(session, place.ids, subject, item=ItemId("item-sp-1")))
    with pytest.raises(Conflict, match="in use by subjects: 1"):
        await place.store.write(
            person("sp-1"), tenant("sp-1"), lambda session: items.delete(session, ItemId("item-sp-1"))
        )
    await place.oem(lambda session: assignments.delete(session, made.new.assignment.id))
    await place.oem(lambda session: items.delete(session, own))
    await place.oem(lambda session: items.delete(session, ItemId("base")))
    assert {each.id for each in (await place.oem(lambda session: session.items.page())).items} == {"item-sp-1"}
    torn = await place.oem(lambda session: session.bundles.get(BundleId("mine")))
    assert (torn.state, torn.rejections[0].reason) == ("rejected", "the item was removed")
