"""Where each version of an item is, as Units last said, on every database."""

from msgspec.structs import replace
from tests.contract.store_world import NOW, person, settle, tenant, unit

from aosedge.cloud.domain.access.callers import Scope
from aosedge.cloud.domain.catalogue import Dependency
from aosedge.cloud.domain.deployments import VersionUnits
from aosedge.cloud.store import Session, Store
from aosedge.cloud.usecases.statuses import Report, keep
from aosedge.model.ids import FleetId, ItemId, OrgId, SystemId, Txn, UnitId
from aosedge.protocol.messages import UnitStatus
from aosedge.protocol.messages.from_unit import ItemStatus
from aosedge.protocol.messages.parts import Identity

ITEM = "item-sp-1"
SAID = {
    "u1": (
        ItemStatus(Identity(id=ITEM), "1.0.0", "installed"),
        ItemStatus(Identity(id="other"), "9.0.0", "installed"),
    ),
    "u2": (ItemStatus(Identity(id=ITEM), "1.0.0", "installed"), ItemStatus(Identity(id=ITEM), "2.0.0", "failed")),
    "u3": (ItemStatus(Identity(codename="preinstalled"), "1.0.0", "installed"),),
    "unit-oem-2": (ItemStatus(Identity(id=ITEM), "1.0.0", "installed"),),
}


async def told(store: Store) -> None:
    await settle(store)

    def add(session: Session) -> None:
        for name in ("u1", "u2", "u3", "u4"):
            session.units.add(replace(unit(name), system_uid=SystemId(name)))

    await store.write(person("oem-1"), tenant("oem-1"), add)
    for number, (name, items) in enumerate(SAID.items()):
        status = UnitStatus(unit_config=(), nodes=(), items=items, instances=(), subjects=(), is_delta_info=False)
        assert await keep(store, [Report(UnitId(name), Txn(f"t{number}"), status, NOW)], NOW) == [True]


async def test_each_version_has_its_units_by_state(store: Store) -> None:
    await told(store)

    def ask(session: Session) -> None:
        found = session.item_units
        assert found.counts(ItemId(ITEM)) == (
            VersionUnits("1.0.0", "installed", 2),
            VersionUnits("2.0.0", "failed", 1),
        )
        assert found.counts(ItemId("nothing")) == ()
        assert [each.id for each in found.page(ItemId(ITEM)).items] == ["u1", "u2"]
        assert [each.id for each in found.page(ItemId(ITEM), version="2.0.0").items] == ["u2"]

    await store.read(person("oem-1"), tenant("oem-1"), ask)


async def test_nobody_counts_units_beyond_their_scope(store: Store) -> None:
    await told(store)
    for scope, many in (
        (tenant("oem-2"), 1),
        (Scope("fleet", OrgId("oem-1"), frozenset((FleetId("fleet-oem-1"),))), 2),
        (Scope("fleet", OrgId("oem-1"), frozenset()), 0),
        (tenant("sp-1"), 0),
    ):
        page = await store.read(person("oem-1"), scope, lambda session: session.item_units.page(ItemId(ITEM)))
        assert page.total == many, scope


async def test_what_a_version_needs_is_found_by_id_or_by_name_with_its_owner(store: Store) -> None:
    await settle(store)

    def ask(session: Session) -> None:
        item = session.items.get(ItemId(ITEM))
        by_id = Dependency(item.type, "*", id=item.id)
        by_name = Dependency(item.type, "*", codename=item.codename)
        gone = Dependency("layer", "*", codename=item.codename)
        assert session.items.needed(item.owner, (by_id, by_name, gone)) == {by_id: item, by_name: item}
        assert session.items.needed(OrgId("sp-2"), (by_id, by_name)) == {}

    await store.read(person("sp-1"), tenant("sp-1"), ask)
