"""Plans over a real store, on both databases: kept, read back, and made of what Units said and took."""

from random import Random
from typing import Any

import msgspec
import pytest
from msgspec.structs import replace
from sqlalchemy import text
from tests.contract.campaign_world import FLEET, HALVES, ITEM, NEW, OLD, CampaignPlace, campaign_place
from tests.contract.store_world import person, tenant

from aosedge.cloud.domain.campaigns.events import RollBack
from aosedge.cloud.domain.campaigns.outline import Outline
from aosedge.cloud.domain.campaigns.policy import Policy
from aosedge.cloud.domain.campaigns.state import Selection
from aosedge.cloud.domain.catalogue import Dependency, ImageOfVersion
from aosedge.cloud.domain.units import Node
from aosedge.cloud.store import Store
from aosedge.cloud.usecases import campaigns, items
from aosedge.cloud.usecases.campaign_comparing import compare
from aosedge.cloud.usecases.campaign_rehearsing import prepare
from aosedge.cloud.usecases.statuses import Report, keep
from aosedge.model.digests import Digest, sha256
from aosedge.model.errors import Conflict, Invalid, NotFound
from aosedge.model.ids import CampaignId, NodeName, Txn, UnitId
from aosedge.model.instants import DAY, SECOND, Instant, to_datetime
from aosedge.model.oci import Platform
from aosedge.protocol.messages import UnitStatus
from aosedge.protocol.messages.from_unit import ItemStatus, MonitoringData, NodeMonitoring, UpdateStatus
from aosedge.protocol.messages.parts import Identity, PartitionUsage, Usage

SHARED, OWN = sha256(b"shared"), sha256(b"own")


@pytest.fixture
async def place(store: Store) -> CampaignPlace:
    place = await campaign_place(store)
    await weigh(place, OLD, 60, (SHARED, 50))
    await weigh(place, NEW, 90, (SHARED, 50), (OWN, 30))
    return place


async def weigh(place: CampaignPlace, bundle: str, size: int, *layers: tuple[Digest, int]) -> None:
    """What the version of this bundle has for one platform."""
    images = (ImageOfVersion(Platform("amd64"), sha256(bundle.encode()), size, layers=layers),)
    await change(
        place, "UPDATE versions SET images = :v WHERE bundle = :k", bundle, msgspec.json.encode(images).decode()
    )


async def change(place: CampaignPlace, statement: str, key: str, value: object) -> None:
    def run(session: Any) -> None:
        session.campaign_members._connection.execute(text(statement), {"k": key, "v": value})

    await place.store.write_every(person("oem-1", place.clock.now), run)


async def planned(place: CampaignPlace, policy: Policy = HALVES, title: str = "spring") -> Outline:
    made = await place.oem(lambda s: campaigns.create(s, place.ids, title, NEW, policy, Selection(fleets=(FLEET,))))
    place.campaign = made.id
    found: Outline = await place.oem(lambda session: campaigns.plan(session, made.id))
    return found


async def exclusions(place: CampaignPlace) -> list[tuple[str, str, str]]:
    page = await place.oem(lambda session: session.campaigns.exclusions(place.campaign))
    return [(e.unit, e.cause, e.detail) for e in page.items]


async def registered(place: CampaignPlace, unit: UnitId, **more: object) -> None:
    info = {"id": "main", "cpus": [{"arch": "amd64"}], "totalRam": 1000} | more
    node = Node(unit, NodeName("main"), main=True, info=msgspec.json.encode(info))
    await place.oem(lambda session: session.units.put_nodes(unit, [node]))


async def used(place: CampaignPlace, unit: UnitId, disk: int) -> None:
    sample = Usage(to_datetime(place.clock.now), ram=1, partitions=(PartitionUsage("services", disk),))
    told = MonitoringData(nodes=(NodeMonitoring(Identity(codename="main"), items=(sample,)),))
    await keep(place.store, [Report(unit, Txn(place.ids.new()), told, place.clock.now)], place.clock.now)


async def test_a_plan_is_read_back_as_it_was(place: CampaignPlace) -> None:
    drawn = await planned(place)
    assert await place.oem(lambda session: campaigns.planned(session, place.campaign)) == drawn
    assert (drawn.members, drawn.download_bytes) == (10, 10 * 40)
    page = await place.oem(lambda session: session.campaign_plans.members(place.campaign, wave=1))
    assert (page.total, {m.wave for m in page.items}) == (5, {1})
    assert [m.before for m in page.items] == [{ITEM: "1.0.0"}] * 5
    await place.oem(lambda session: campaigns.start(session, place.campaign, None))
    await place.drive()
    await place.told(await place.members("offered"), failed=True, went_back=True)
    assert await place.oem(lambda session: campaigns.planned(session, place.campaign)) == drawn
    assert (await place.oem(lambda session: session.campaign_plans.members(place.campaign))).total == 10


async def test_what_was_not_planned_has_no_plan(place: CampaignPlace) -> None:
    made = await place.oem(lambda s: campaigns.create(s, place.ids, "draft", NEW, HALVES, Selection(fleets=(FLEET,))))
    with pytest.raises(NotFound, match="plan"):
        await place.oem(lambda session: campaigns.planned(session, made.id))
    with pytest.raises(NotFound, match="campaign"):
        await place.oem(lambda session: campaigns.planned(session, CampaignId("none")))
    scope = tenant("oem-2")
    with pytest.raises(NotFound, match="campaign"):
        await place.store.read(person("oem-2"), scope, lambda session: campaigns.planned(session, made.id))


async def test_who_is_offline_is_in_a_wave_and_named_with_since_when(place: CampaignPlace) -> None:
    long_ago = place.clock.now - 3 * DAY
    await change(place, "UPDATE units SET connectivity = 'Offline', last_seen = :v WHERE id = :k", "u003", long_ago)
    drawn = await planned(place)
    assert (drawn.members, drawn.offline, drawn.offline_too_long) == (10, 1, 1)
    page = await place.oem(lambda session: session.campaign_plans.members(place.campaign, offline=True))
    assert [(m.unit, m.away_since) for m in page.items] == [("u003", long_ago)]


async def test_who_has_too_little_storage_by_its_last_figures_is_left_out(place: CampaignPlace) -> None:
    services = [{"name": "services", "types": ["services"], "totalSize": 100}]
    for unit, disk in (("u001", 59), ("u002", 61)):
        await registered(place, UnitId(unit), partitions=services)
        await used(place, UnitId(unit), disk)
    await registered(place, UnitId("u003"), partitions=[services[0] | {"totalSize": 39}])
    when = "2" + str(to_datetime(place.clock.now).isoformat(timespec="microseconds"))[1:26] + "Z"
    drawn = await planned(place)
    assert drawn.members == 8
    assert await exclusions(place) == [
        ("u002", "storage", f"it had 39 bytes free at {when}"),
        ("u003", "storage", "it has 39 bytes in all"),
    ]


async def test_figures_that_move_after_the_plan_do_not_undo_it(place: CampaignPlace) -> None:
    services = [{"name": "services", "types": ["services"], "totalSize": 100}]
    await registered(place, UnitId("u001"), partitions=services)
    await used(place, UnitId("u001"), 61)
    await planned(place)
    place.clock.now = Instant(place.clock.now + SECOND)
    await used(place, UnitId("u001"), 10)
    assert (await place.oem(lambda session: campaigns.start(session, place.campaign, None))).state == "running"


async def test_who_has_too_little_ram_is_left_out(place: CampaignPlace) -> None:
    await change(place, "UPDATE versions SET ram_bytes = :v WHERE bundle = :k", NEW, 1001)
    await registered(place, UnitId("u001"))
    await registered(place, UnitId("u002"), totalRam=1001)
    await planned(place)
    assert await exclusions(place) == [("u001", "ram", "it has 1000 bytes in all")]


async def test_who_cannot_go_back_is_named_or_left_out(place: CampaignPlace) -> None:
    await change(place, "UPDATE versions SET state = :v WHERE bundle = :k", OLD, "withdrawn")
    drawn = await planned(place)
    assert (drawn.members, drawn.no_way_back) == (10, 10)
    page = await place.oem(lambda session: session.campaign_plans.members(place.campaign, no_way_back=True))
    assert {m.no_way_back for m in page.items} == {f"bundle {OLD} is not ready as a whole"}
    strict = await planned(place, replace(HALVES, require_way_back=True), "strict")
    assert (strict.members, strict.left[0].cause, strict.left[0].units) == (0, "way_back", 10)


async def test_how_long_members_took_foretells_how_long_others_will(place: CampaignPlace) -> None:
    assert (await planned(place)).expected_us is None
    await place.oem(lambda session: campaigns.start(session, place.campaign, None))
    await place.drive()
    for state in ("downloading", "installing"):
        for unit in await place.members("offered" if state == "downloading" else "downloading"):
            await busy(place, unit, state)
        place.clock.now = Instant(place.clock.now + 10 * SECOND)
    await place.told(await place.members("installing"))
    await place.pass_time()
    rates = await place.oem(lambda session: session.campaign_plans.rates(session.campaigns.get(place.campaign)))
    assert (rates.updates, rates.downloads, rates.installs, rates.results, rates.failures) == (5, 5, 5, 5, 0)
    assert 40 // 15 <= rates.bytes_per_s <= 40 // 10
    assert 10 * SECOND <= rates.install_us <= 20 * SECOND <= rates.update_us
    again = await planned(place, title="summer")
    assert again.rates == rates
    assert again.expected_us is not None


async def busy(place: CampaignPlace, unit: UnitId, state: Any) -> None:
    desired = await place.oem(lambda session: session.targets.desired(unit))
    there = ItemStatus(Identity(id=ITEM), "1.0.0", "installed")
    update = UpdateStatus(state, desired.generation)
    status = UnitStatus(unit_config=(), nodes=(), subjects=(), items=(there,), instances=(), update=update)
    await keep(place.store, [Report(unit, Txn(place.ids.new()), status, place.clock.now)], place.clock.now)


async def test_what_a_campaign_may_go_back_to_is_not_removed(place: CampaignPlace) -> None:
    """Content of before is pinned until nobody can go back to it any more."""

    await place.begin()
    await place.told(await place.members("offered"))
    for _ in range(2):
        done = await place.pass_time()
        await place.told(await place.members("offered"))
    assert done.state == "completed"
    with pytest.raises(Conflict, match="campaigns"):
        await place.store.write(person("sp-1"), tenant("sp-1"), lambda s: items.delete(s, ITEM))


async def test_a_plan_is_beside_what_happened(place: CampaignPlace) -> None:
    await change(place, "UPDATE units SET lifecycle = :v WHERE id = :k", "u009", "new")
    drawn = await planned(place, replace(HALVES, roll_back_on_halt=False))
    await place.oem(lambda session: campaigns.start(session, place.campaign, None))
    await place.drive()
    (bad, *good) = await place.members("offered")
    await place.told(good)
    await place.told([bad], failed=True, went_back=True)
    seen = await place.oem(lambda session: compare(session, place.campaign))
    first, second = seen.waves
    assert (first.planned_units, first.counts.rolled_back, first.counts.soaking) == (5, 1, 4)
    assert (first.planned_bytes, first.fetched_bytes, first.took_us) == (200, 160, None)
    assert (second.planned_units, second.counts.members, second.fetched_bytes) == (4, 0, 0)
    assert [(o.state, o.units) for o in seen.outcomes] == [("rolled_back", 1)]
    assert (seen.outline, seen.as_planned, seen.not_back) == (drawn, True, 0)
    await place.pass_time()
    ended = await place.oem(lambda session: compare(session, place.campaign))
    assert ended.waves[0].took_us is not None


async def test_who_could_not_go_back_is_named_after(place: CampaignPlace) -> None:
    await planned(place)
    await place.oem(lambda session: campaigns.start(session, place.campaign, None))
    await place.drive()
    touched = await place.members("offered")
    await place.told(touched)
    await place.verb(RollBack("enough"))
    away, *others = touched
    gone = "UPDATE units SET connectivity = 'Offline', last_seen = :v WHERE id = :k"
    await change(place, gone, away, place.clock.now)
    await place.told(others)
    await place.pass_time(2 * DAY)
    seen = await place.oem(lambda session: compare(session, place.campaign))
    assert (seen.not_back, [(s.unit, s.reason) for s in seen.stuck]) == (1, [(away, "offline for too long")])


async def test_a_rehearsal_asks_for_what_was_never_recorded(place: CampaignPlace) -> None:
    made = await place.oem(lambda s: campaigns.create(s, place.ids, "draft", NEW, HALVES, Selection(fleets=(FLEET,))))
    with pytest.raises(Conflict, match="no plan"):
        await place.oem(lambda s: prepare(s, made.id, 0.1, SECOND))
    await planned(place)
    for failing, takes, words in (
        (None, SECOND, "no member of a campaign has had a result"),
        (0.1, None, "no update was measured"),
        (1.1, SECOND, "no such share"),
        (0.1, 0, "takes some time"),
    ):
        with pytest.raises(Invalid, match=words):
            await place.oem(lambda s, f=failing, t=takes: prepare(s, place.campaign, f, t))
    said = await place.oem(lambda s: prepare(s, place.campaign, 0.1, SECOND))
    assert (said.members, said.failing_of, said.takes_of, said.away, said.absent_us) == (10, 0, 0, 0, None)


async def test_a_rehearsal_is_made_of_what_was_recorded(place: CampaignPlace) -> None:
    await planned(place)
    await place.oem(lambda session: campaigns.start(session, place.campaign, None))
    await place.drive()
    await place.told(await place.members("offered"))
    await place.pass_time()
    away = place.clock.now - 3 * DAY
    gone = (await place.oem(lambda session: session.campaign_plans.members(place.campaign))).items[0].unit
    await change(place, "UPDATE units SET connectivity = 'Offline', last_seen = :v WHERE id = :k", gone, away)
    of = await place.oem(lambda s: prepare(s, place.campaign, None, None))
    assert (of.conditions.failing, of.failing_of, of.takes_of, of.away) == (0.0, 5, 5, 1)
    assert of.takes_us == of.conditions.takes_us[2] > 0
    assert of.absent_us == 3 * DAY
    runs = of.runs([Random(seed) for seed in range(5)])
    assert [run.ended for run in runs] == ["completed"] * 5
    assert of.runs([Random(seed) for seed in range(5)]) == runs


@pytest.mark.parametrize(
    ("cause", "words"),
    [
        ("storage", "too little storage: 40 bytes are needed, it has 39 bytes in all"),
        ("ram", "too little RAM: 1001 bytes are needed, it has 1000 bytes in all"),
        ("hardware", "no image for riscv64: there is amd64"),
        ("way_back", f"it could not go back: bundle {OLD} is not ready as a whole"),
        ("dependency", "app 2.0.0 needs lib >=2.0.0; there is no layer lib of this owner"),
    ],
)
async def test_each_reason_for_taking_no_part_is_told_of_the_unit(
    place: CampaignPlace, cause: str, words: str
) -> None:
    unit, policy = UnitId("u001"), HALVES
    match cause:
        case "storage":
            await registered(place, unit, partitions=[{"name": "s", "types": ["services"], "totalSize": 39}])
        case "ram":
            await change(place, "UPDATE versions SET ram_bytes = :v WHERE bundle = :k", NEW, 1001)
            await registered(place, unit)
        case "hardware":
            await registered(place, unit, cpus=[{"arch": "riscv64"}])
        case "way_back":
            await change(place, "UPDATE versions SET state = :v WHERE bundle = :k", OLD, "withdrawn")
            policy = replace(HALVES, require_way_back=True)
        case _:
            needs = msgspec.json.encode((Dependency("layer", ">=2.0.0", "lib"),)).decode()
            await change(place, "UPDATE versions SET dependencies = :v WHERE bundle = :k", NEW, needs)
    await planned(place, policy)
    (part,) = await place.oem(lambda session: session.explaining.parts(unit))
    assert part.excluded == words
