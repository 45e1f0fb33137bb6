"""Labels, sets, fleets and limits: what they do together, on both databases."""

from collections.abc import Callable
from typing import Any

import pytest
from tests.contract.set_place import FLEET, ONE, OTHER, Place, settled
from tests.contract.store_world import (
    NOW,
    TASK,
    certificate,
)

from aosedge.cloud.domain.access.callers import Scope
from aosedge.cloud.domain.provisioning import RegisteredNode, Registration
from aosedge.cloud.domain.target_systems import Limits, NodeKind, Ratios
from aosedge.cloud.domain.units import Unit
from aosedge.cloud.store import Session, Store
from aosedge.cloud.usecases import (
    provisioning,
    subjects,
    target_systems,
    unit_sets,
    units,
)
from aosedge.model.errors import Conflict, Invalid, NotFound, TooLarge
from aosedge.model.ids import (
    FleetId,
    NodeName,
    OrgId,
    SetId,
    SubjectId,
    SystemId,
    UnitId,
)


@pytest.fixture
async def place(store: Store) -> Place:
    return await settled(store)


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
