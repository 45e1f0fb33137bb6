"""Paused nodes, by the use cases and the compiler, on both databases."""

import pytest
from tests.contract.store_world import person, settle, tenant
from tests.contract.test_store_targets import Place

from aosedge.cloud.domain.units import Node, Unit
from aosedge.cloud.store import Session, Store
from aosedge.cloud.usecases import units
from aosedge.model.errors import NotFound
from aosedge.model.ids import NodeName, UnitId
from aosedge.protocol.messages import DesiredStatus

ONE, OTHER = UnitId("unit-oem-1"), UnitId("unit-oem-2")
MAIN = NodeName("main")


async def register(store: Store, org: str, unit: UnitId) -> None:
    def work(session: Session) -> None:
        session.units.put_nodes(unit, [Node(unit, MAIN, main=True), Node(unit, NodeName("rear"))])
        session.units.set_lifecycle(unit, "provisioned")

    await store.write(person(org), tenant(org), work)


async def target(store: Store, org: str, unit: UnitId) -> DesiredStatus:
    found = await store.read(person(org), tenant(org), lambda session: session.targets.desired(unit))
    assert found is not None
    return found


async def said(store: Store, verb: str, org: str = "oem-1", node: str = "main") -> Unit:
    def work(session: Session) -> Unit:
        unit = session.units.get(ONE)
        if verb == "pause":
            units.pause_node(session, unit, node, "why")
        else:
            units.resume_node(session, unit, node)
        return session.units.get(ONE)

    return await store.write(person(org), tenant(org), work)


async def test_a_pause_is_of_one_unit_and_stays_named_once_it_is_over(store: Store) -> None:
    await settle(store)
    place = Place(store)
    await register(store, "oem-1", ONE)
    await register(store, "oem-2", OTHER)
    await place.settle()
    before = await target(store, "oem-1", ONE)
    assert before.nodes == ()
    assert (await said(store, "pause")).target_dirty
    await place.settle()
    paused = await target(store, "oem-1", ONE)
    assert [(node.item.codename, node.state) for node in paused.nodes] == [("main", "paused")]
    assert before.generation is not None and paused.generation is not None and paused.generation > before.generation
    assert (await target(store, "oem-2", OTHER)).nodes == ()
    await said(store, "resume")
    await place.settle()
    again = await target(store, "oem-1", ONE)
    assert [(node.item.codename, node.state) for node in again.nodes] == [("main", "provisioned")]


async def test_a_node_that_is_not_there_or_foreign_is_not_found(store: Store) -> None:
    await settle(store)
    await register(store, "oem-1", ONE)
    for org, node in (("oem-1", "none"), ("oem-2", "main")):
        with pytest.raises(NotFound):
            await said(store, "pause", org, node)
    with pytest.raises(NotFound):
        await store.write(
            person("oem-2"), tenant("oem-2"), lambda session: session.units.put_node(Node(ONE, MAIN, shall="paused"))
        )
