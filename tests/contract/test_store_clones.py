"""Units that look like two devices: found, counted, shown and cleared, on both databases."""

from tests.contract.store_world import TASK, person, settle, tenant

from aosedge.cloud.domain.access.callers import UnitPeer
from aosedge.cloud.domain.clones import Takeover
from aosedge.cloud.store import EverySession, Session, Store
from aosedge.cloud.usecases import clones, units
from aosedge.model.ids import FleetId, OrgId, UnitId

MINE, OTHER, GONE = UnitId("unit-oem-1"), UnitId("unit-oem-2"), UnitId("no-such-unit")
TWO = Takeover("10.0.0.1:4000", "10.0.0.2:4000", 1)
ONE = Takeover("10.0.0.1:4000", "10.0.0.1:4001", 1)


async def seen(store: Store, *takeovers: tuple[UnitId, Takeover]) -> None:
    """As the gateway notes them, in one transaction."""

    def note(session: EverySession) -> None:
        peers = {MINE: "oem-1", OTHER: "oem-2", GONE: "oem-1"}
        clones.note(
            session,
            [
                (UnitPeer(unit, OrgId(peers[unit]), FleetId(f"fleet-{peers[unit]}")), takeover.newer, takeover)
                for unit, takeover in takeovers
            ],
        )

    await store.write_every(TASK, note)


def found(session: Session) -> tuple[list[UnitId], int, int, list[str]]:
    """Who is listed as a clone, the figure, how many are not, and what the trail says."""
    page = session.units.page(clone=True)
    counts = session.units.counts()
    lines = [line.detail for line in session.audit.page().items if line.operation == "unit_clone_suspected"]
    assert set(session.clones.suspected((MINE, OTHER))) == {each.id for each in page.items}
    return [each.id for each in page.items], counts.clones, session.units.page(clone=False).total, lines


async def test_a_suspected_unit_is_found_counted_and_told_of_once_and_only_to_its_own(store: Store) -> None:
    await settle(store)
    await seen(store, (MINE, TWO), (MINE, TWO), (GONE, TWO), (OTHER, ONE))
    mine, figure, others, told = await store.read(person("oem-1"), tenant("oem-1"), found)
    assert (mine, figure, others) == ([MINE], 1, 0)
    assert told == ["looks like two devices: 10.0.0.1:4000 and 10.0.0.2:4000, 1 times"]
    assert await store.read(person("oem-2"), tenant("oem-2"), found) == ([], 0, 1, [])


async def test_takeovers_are_counted_over_transactions(store: Store) -> None:
    await settle(store)
    for _ in range(3):
        await seen(store, (MINE, ONE))
    assert (await store.read(person("oem-1"), tenant("oem-1"), found))[0] == []
    await seen(store, (MINE, ONE))
    assert (await store.read(person("oem-1"), tenant("oem-1"), found))[0] == [MINE]


async def test_a_cleared_unit_is_suspected_anew_only_when_it_happens_again(store: Store) -> None:
    await settle(store)
    await seen(store, (MINE, TWO))

    def foreign(session: Session) -> bool:
        return session.clones.clear(MINE)

    assert not await store.write(person("oem-2"), tenant("oem-2"), foreign)
    assert (await store.read(person("oem-1"), tenant("oem-1"), found))[0] == [MINE]
    for _ in range(2):
        await store.write(
            person("oem-1"), tenant("oem-1"), lambda session: clones.clear(session, session.units.get(MINE))
        )
        assert (await store.read(person("oem-1"), tenant("oem-1"), found))[0] == []
    await seen(store, (MINE, ONE))
    assert (await store.read(person("oem-1"), tenant("oem-1"), found))[0] == []
    await seen(store, (MINE, TWO))
    assert (await store.read(person("oem-1"), tenant("oem-1"), found))[0] == [MINE]


async def test_a_decommissioned_unit_is_nobodys_clone(store: Store) -> None:
    await settle(store)
    await seen(store, (MINE, TWO))
    await store.write(person("oem-1"), tenant("oem-1"), lambda session: units.deprovision(session, MINE))
    assert (await store.read(person("oem-1"), tenant("oem-1"), found))[0] == []
