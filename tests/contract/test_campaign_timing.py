"""When a campaign's items may come: Units are told with their targets; what they wait for is seen."""

from random import Random

import pytest
from msgspec.structs import replace
from tests.contract.campaign_world import ALL, FLEET, HALVES, ITEM, NEW, CampaignPlace, campaign_place
from tests.contract.store_world import Counted

from aosedge.cloud.domain.campaigns.events import Edit, Halt, RollBack
from aosedge.cloud.domain.campaigns.policy import WaveAsk
from aosedge.cloud.domain.campaigns.state import Selection
from aosedge.cloud.domain.campaigns.timing import Timing
from aosedge.cloud.domain.labels import Change
from aosedge.cloud.store import Store
from aosedge.cloud.usecases import campaigns, fleets, units
from aosedge.cloud.usecases.campaign_rehearsing import prepare
from aosedge.cloud.usecases.statuses import Report, keep
from aosedge.model.errors import Conflict
from aosedge.model.ids import Txn, UnitId
from aosedge.model.instants import DAY, HOUR, MINUTE, to_datetime
from aosedge.model.windows import Window
from aosedge.protocol.messages import DesiredStatus, UnitStatus
from aosedge.protocol.messages.from_cloud import Schedule, ScheduleRule
from aosedge.protocol.messages.from_unit import UpdateStatus
from aosedge.protocol.messages.parts import Waiting

NIGHT = Timing(install=(Window("22:00", "04:00"),), precondition="parked")
TWO = Window("02:00", "03:00")
AT_NIGHT = replace(HALVES, timing=NIGHT, unit_deadline_us=DAY)


@pytest.fixture
async def place(store: Store) -> CampaignPlace:
    return await campaign_place(store, 4)


async def schedule(place: CampaignPlace, unit: UnitId) -> Schedule | None:
    desired: DesiredStatus = await place.oem(lambda session: session.targets.desired(unit))
    return desired.schedule


async def held(place: CampaignPlace, unit: UnitId) -> None:
    """The Unit says that it waits for its window."""
    desired: DesiredStatus = await place.oem(lambda session: session.targets.desired(unit))
    waits = Waiting("window", "install", "the window opens at 22:00")
    status = UnitStatus(update=UpdateStatus("pending", desired.generation, held=waits))
    report = Report(unit, Txn(place.ids.new()), status, place.clock.now)
    assert await keep(place.store, [report], place.clock.now) == [True]
    await place.drive()


async def test_whoever_is_offered_it_is_told_when_in_its_own_zone(place: CampaignPlace) -> None:
    await place.oem(lambda s: units.label(s, UnitId("u000"), Change({"timezone": "Asia/Tokyo"})))
    await place.begin(AT_NIGHT)
    rule = ScheduleRule((ITEM,), install=NIGHT.install, precondition="parked")
    for unit in place.units:
        zone = "Asia/Tokyo" if unit == "u000" else "UTC"
        wanted = Schedule(zone, (rule,)) if await place.wanted(unit) == "2.0.0" else None
        assert await schedule(place, unit) == wanted
    moved = (await place.members("offered"))[0]
    await place.oem(lambda s: units.label(s, moved, Change({"timezone": "Europe/Berlin"})))
    await place.compile()
    assert await schedule(place, moved) == Schedule("Europe/Berlin", (rule,))


async def test_who_names_no_zone_has_that_of_its_fleet(place: CampaignPlace) -> None:
    async def zones() -> dict[str, str]:
        await place.compile()
        told = {unit: await schedule(place, unit) for unit in await place.members("offered")}
        return {unit: each.zone for unit, each in told.items() if each is not None}

    await place.oem(lambda s: fleets.change(s, FLEET, timezone="Pacific/Auckland"))
    south = await place.oem(lambda s: fleets.create(s, Counted("south"), "south", "Europe/Madrid"))
    await place.begin(AT_NIGHT, Selection(selector="!nothing"))
    one, other = await place.members("offered")
    assert await zones() == {one: "Pacific/Auckland", other: "Pacific/Auckland"}
    await place.oem(lambda s: units.label(s, one, Change({"timezone": "Asia/Tokyo"})))
    await place.oem(lambda s: fleets.change(s, FLEET, timezone="Pacific/Chatham"))
    assert await zones() == {one: "Asia/Tokyo", other: "Pacific/Chatham"}
    await place.oem(lambda s: units.label(s, one, Change(remove=("timezone",))))
    await place.oem(lambda s: units.move(s, other, south.id))
    assert await zones() == {one: "Pacific/Chatham", other: "Europe/Madrid"}


async def test_a_plan_says_when_windows_open_for_a_waves_units_and_a_rehearsal_waits(place: CampaignPlace) -> None:
    """At 08:00 UTC it is 17:00 in Tokyo: 02:00 comes there first."""
    zones = ("America/New_York", "Asia/Tokyo", "Asia/Tokyo", "UTC")
    for name, zone in zip(place.units, zones, strict=True):
        await place.oem(lambda s, name=name, zone=zone: units.label(s, name, Change({"timezone": zone})))
    policy = replace(HALVES, strategy="custom", waves=(WaveAsk(share=1.0),), unit_deadline_us=2 * DAY)
    late, early = (replace(policy, timing=Timing(**{step: (TWO,)})) for step in ("install", "download"))
    made = await place.oem(lambda s: campaigns.create(s, place.ids, "x", NEW, late, ALL))
    (wave,) = (await place.oem(lambda s: campaigns.plan(s, made.id))).waves
    assert (wave.begins_at, wave.expected_us) == (place.clock.now, None)  # nothing holds the download back
    rehearsal = await place.oem(lambda s: prepare(s, made.id, 0.0, MINUTE))
    assert sorted(rehearsal.conditions.zones[0]) == sorted(zones)
    (run,) = rehearsal.runs([Random(1)])
    assert (run.ended, run.took_us > 8 * HOUR) == ("completed", True)
    await place.oem(lambda s: campaigns.edit(s, made.id, early))
    (wave,) = (await place.oem(lambda s: campaigns.plan(s, made.id))).waves
    assert f"{to_datetime(wave.begins_at or place.clock.now):%H:%M}" == "17:00"


async def test_a_held_unit_is_no_failure_before_its_deadline(place: CampaignPlace) -> None:
    await place.begin(AT_NIGHT)
    unit, _ = await place.members("offered")
    await held(place, unit)
    page = await place.oem(lambda session: session.campaigns.members(place.campaign, state="held"))
    assert [(member.unit, member.reason) for member in page.items] == [(unit, "the window opens at 22:00")]
    seen = await place.pass_time(HOUR)
    assert (seen.state, await place.states()) == ("running", {"held": 1, "offered": 1, "pending": 2})
    assert (await place.pass_time(DAY)).state == "rolling_back"


async def test_a_held_unit_goes_on_and_a_halt_takes_from_it_what_it_waits_with(place: CampaignPlace) -> None:
    await place.begin(AT_NIGHT)
    one, other = await place.members("offered")
    await held(place, one)
    await held(place, other)
    await place.told([one])
    assert await place.states() == {"soaking": 1, "held": 1, "pending": 2}
    await place.verb(Halt("enough"))
    assert await place.states() == {"soaking": 1, "pending": 3}
    assert (await place.wanted(other), await schedule(place, other)) == ("1.0.0", None)


async def test_going_back_waits_for_no_window(place: CampaignPlace) -> None:
    await place.begin(AT_NIGHT)
    offered = await place.members("offered")
    await place.told(offered)
    await place.verb(RollBack("back"))
    for unit in offered:
        assert (await place.wanted(unit), await schedule(place, unit)) == ("1.0.0", None)


async def test_when_is_settled_once_it_has_started(place: CampaignPlace) -> None:
    await place.begin(AT_NIGHT)
    with pytest.raises(Conflict, match="settled"):
        await place.verb(Edit(replace(AT_NIGHT, timing=Timing())))
