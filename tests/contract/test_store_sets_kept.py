"""Unit Sets and what goes with them: what is in use stays, and nobody reaches another's."""

from collections.abc import Callable
from typing import Any

import msgspec
import pytest
from tests.contract.set_place import FLEET, ONE, OTHER, Place, settled
from tests.contract.store_world import (
    NOW,
    TASK,
    Counted,
    add_bundle,
    person,
    tenant,
    version,
)

from aosedge.cloud.domain.catalogue import Dependency
from aosedge.cloud.domain.labels import Change
from aosedge.cloud.domain.people import User
from aosedge.cloud.domain.selectors import parse_selector
from aosedge.cloud.domain.target_systems import Limits
from aosedge.cloud.store import Session, Store
from aosedge.cloud.usecases import (
    assignments,
    fleets,
    items,
    target_systems,
    unit_sets,
    units,
)
from aosedge.model.errors import Conflict, NotAllowed, NotFound
from aosedge.model.ids import (
    BundleId,
    FleetId,
    ItemId,
    OrgId,
    SetId,
    SubjectId,
    TargetSystemId,
    UnitId,
    UserId,
)


@pytest.fixture
async def place(store: Store) -> Place:
    return await settled(store)


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
