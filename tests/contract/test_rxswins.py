"""The register over a real store, on both databases: it only grows, and is held against what Units report."""

from typing import Any

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError
from tests.contract.campaign_world import ITEM, CampaignPlace, campaign_place
from tests.contract.store_world import tenant
from tests.contract.test_store_migrations import on_connection

from aosedge.cloud.domain.rxswins import Rxswin
from aosedge.cloud.domain.target_systems import TargetSystem
from aosedge.cloud.store import Session, Store
from aosedge.cloud.usecases import rxswins, target_systems
from aosedge.model.errors import Conflict, NotFound
from aosedge.model.ids import ItemId, OrgId, TargetSystemId

TYPE = TargetSystemId("type-1")


@pytest.fixture
async def place(store: Store) -> CampaignPlace:
    """Four Units of a type that report 1.0.0."""
    place = await campaign_place(store, 4)

    def hardware(session: Session) -> None:
        session.target_systems.add(TargetSystem(TYPE, OrgId("oem-1"), "van", place.clock.now))
        for unit in place.units:
            session.units.set_target_system(unit, TYPE)

    await place.oem(hardware)
    return place


async def add(place: CampaignPlace, version: str, number: str = "R79 A", **more: Any) -> Rxswin:
    work = lambda s: rxswins.add(s, place.ids, TYPE, number, [(ITEM, version)], **more)  # noqa: E731
    made: Rxswin = await place.oem(work)
    return made


async def test_a_number_is_held_against_what_units_report(place: CampaignPlace) -> None:
    first = await add(place, "1.0.0")
    found = await place.oem(lambda session: rxswins.check(session, TYPE))
    assert (found.units, found.matching[first.id], found.differing_total) == (4, 4, 0)
    second = await add(place, "2.0.0", "R79 B")
    await place.begin()
    updated = await place.members("offered")
    await place.told(updated)
    found = await place.oem(lambda session: rxswins.check(session, TYPE))
    assert (found.matching[first.id], found.matching[second.id], found.differing_total) == (2, 2, 0)


async def test_a_unit_that_differs_is_named_with_what_it_has(place: CampaignPlace) -> None:
    await add(place, "2.0.0")
    found = await place.oem(lambda session: rxswins.check(session, TYPE))
    assert found.differing_total == 4
    assert {each.differs for each in found.differing} == {("app 1.0.0",)}
    assert {each.unit for each in found.differing} == set(place.units)


async def test_a_number_keeps_the_digest_of_its_version_and_gets_further_revisions(place: CampaignPlace) -> None:
    made = await add(place, "1.0.0", note="approval 7")
    version = await place.oem(lambda session: session.items.version(ITEM, "1.0.0"))
    assert (made.items[0].index_digest, made.revision) == (version.index_digest, 1)
    with pytest.raises(Conflict, match="is registered"):
        await add(place, "2.0.0")
    assert (await add(place, "2.0.0", revise=True)).revision == 2
    page = await place.oem(lambda session: session.rxswins.page(target_system=TYPE, order="revision"))
    assert [each.revision for each in page.items] == [1, 2]
    assert await place.oem(lambda session: session.rxswins.get(made.id)) == made


async def test_a_number_is_found_by_a_part_of_it_in_any_case(place: CampaignPlace) -> None:
    for number in ("R79 A", "R155 B_1"):
        await add(place, "1.0.0", number)
    for part, found in (("r79", ["R79 A"]), ("_", ["R155 B_1"]), ("R", ["R155 B_1", "R79 A"]), ("x", [])):
        page = await place.oem(lambda session, part=part: session.rxswins.page(search=part))
        assert [each.number for each in page.items] == found


async def test_what_is_not_there_is_not_registered(place: CampaignPlace) -> None:
    with pytest.raises(NotFound):
        await add(place, "9.9.9")
    for system, item in ((TYPE, ItemId("none")), (TargetSystemId("none"), ITEM)):
        with pytest.raises(NotFound):
            await place.oem(lambda s, t=system, i=item: rxswins.add(s, place.ids, t, "R", [(i, "1.0.0")]))
    other = Rxswin("x", OrgId("oem-2"), TYPE, "R", 1, (), place.clock.now, None)  # type: ignore[arg-type]
    with pytest.raises(NotFound):
        await place.oem(lambda session: session.rxswins.add(other))
    assert tenant("oem-1").tenant == "oem-1"


@pytest.mark.parametrize("statement", ["UPDATE rxswins SET note = 'x'", "DELETE FROM rxswins"])
async def test_the_database_itself_lets_the_register_only_grow(place: CampaignPlace, statement: str) -> None:
    made = await add(place, "1.0.0")
    with pytest.raises(DBAPIError, match="only grows"):
        await on_connection(place.store, lambda connection: connection.execute(text(statement)))
    assert await place.oem(lambda session: session.rxswins.get(made.id)) == made


async def test_a_type_with_numbers_is_not_removed(place: CampaignPlace) -> None:
    other = TargetSystem(TargetSystemId("type-2"), OrgId("oem-1"), "bus", place.clock.now)
    await place.oem(lambda session: session.target_systems.add(other))
    await place.oem(lambda s: rxswins.add(s, place.ids, other.id, "R79 A", [(ITEM, "1.0.0")]))
    with pytest.raises(Conflict, match="R79 A"):
        await place.oem(lambda session: target_systems.delete(session, other.id))
