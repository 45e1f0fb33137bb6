"""Counting and finding Units: figures, filters and what people see agree, on both databases."""

import msgspec
from tests.contract.store_world import person, settle, tenant, unit

from aosedge.cloud.domain.access.callers import Scope
from aosedge.cloud.domain.units import Unit
from aosedge.cloud.store import Session, Store
from aosedge.model.ids import FleetId, OrgId, SystemId

STANDINGS = (
    ("in_sync", False, "Online"),
    ("in_sync", True, "Online"),  # intent is newer: updating
    ("failed", False, "Offline"),
    ("unknown", True, "Connected"),  # nothing is known of it: still unknown
)
SHOWN = ("in_sync", "updating", "failed", "unknown")


def units() -> tuple[Unit, ...]:
    return tuple(
        msgspec.structs.replace(
            unit(f"u{number}"),
            system_uid=SystemId(f"Car_%{number}"),
            deployment=deployment,
            target_dirty=dirty,
            connectivity=connectivity,
        )  # type: ignore[arg-type]
        for number, (deployment, dirty, connectivity) in enumerate(STANDINGS)
    )


async def world(store: Store) -> None:
    """Beside the Unit that each OEM has, of which nothing is known."""
    await settle(store)
    await store.write(person("oem-1"), tenant("oem-1"), lambda session: list(map(session.units.add, units())))


async def test_a_figure_is_the_length_of_the_list_behind_it(store: Store) -> None:
    await world(store)

    def ask(session: Session) -> None:
        counts = session.units.counts()
        assert counts.total == session.units.page().total == 5
        for state, many in counts.deployment.items():
            page = session.units.page(deployment=state)
            assert page.total == many
            assert {each.standing[0] for each in page.items} <= {state}
        for state, many in counts.connectivity.items():
            assert session.units.page(connectivity=state).total == many
        assert [counts.deployment[state] for state in SHOWN] == [1, 1, 1, 2]

    await store.read(person("oem-1"), tenant("oem-1"), ask)


async def test_figures_are_of_the_scope_and_of_the_fleet_and_lifecycle_asked_for(store: Store) -> None:
    await world(store)
    fleet = FleetId("fleet-oem-1")
    nobody = Scope("fleet", OrgId("oem-1"), frozenset())

    async def total(scope: Scope, **filters: object) -> int:
        counts = await store.read(person("oem-1"), scope, lambda s: s.units.counts(**filters))  # type: ignore[arg-type]
        return counts.total

    assert await total(tenant("oem-1"), fleet=fleet, lifecycle="provisioned") == 5
    assert await total(tenant("oem-1"), lifecycle="deprovisioned") == 0
    assert await total(tenant("oem-1"), fleet=FleetId("fleet-oem-2")) == 0
    assert await total(Scope("fleet", OrgId("oem-1"), frozenset((fleet,)))) == 5
    assert await total(nobody) == 0
    assert await total(tenant("oem-2")) == 1


async def test_a_part_of_a_name_finds_units_fleets_and_items_in_any_case(store: Store) -> None:
    await world(store)

    def ask(session: Session) -> None:
        assert [each.system_uid for each in session.units.page(search="cAR_%2").items] == ["Car_%2"]
        assert session.units.page(search="C%r").total == session.units.page(search="C_r").total == 0
        assert session.fleets.page(search="LEE").total == 1
        assert session.items.page(search="AP").total == 1
        assert session.items.page(search="%").total == 0

    await store.read(person("oem-1"), tenant("oem-1"), ask)
