"""Campaigns whose plan, fleet, Units or content change in the middle, and people who say things twice."""

from collections.abc import Callable
from typing import Any

import pytest
from msgspec.structs import replace
from tests.contract.campaign_world import ALL, FLEET, HALVES, ITEM, NEW, CampaignPlace, campaign_place
from tests.contract.store_world import TASK, Counted, person, tenant
from tests.contract.test_campaigns_against_odds import away

from aosedge.cloud.domain.campaigns.events import Cancel, Halt, Pause, Resume, RollBack
from aosedge.cloud.domain.campaigns.limits import Limits
from aosedge.cloud.domain.campaigns.policy import Policy, WaveAsk
from aosedge.cloud.domain.campaigns.state import Selection
from aosedge.cloud.reconcilers import campaigns as reconciler
from aosedge.cloud.reconcilers.campaigns import drive
from aosedge.cloud.store import EverySession, Session, Store
from aosedge.cloud.usecases import campaigns, fleets, items, organizations, units
from aosedge.model.errors import Conflict
from aosedge.model.ids import CampaignId, FleetId, OrgId, UnitId
from aosedge.model.instants import DAY, MINUTE, Instant


@pytest.fixture
async def place(store: Store) -> CampaignPlace:
    return await campaign_place(store, 4)


TWO_PEOPLE = replace(HALVES, four_eyes=True)


async def planned(place: CampaignPlace, policy: Any = HALVES, selection: Selection = ALL) -> str:
    """The digest of its plan."""
    made = await place.oem(lambda s: campaigns.create(s, place.ids, "spring", NEW, policy, selection))
    place.campaign = made.id
    outline = await place.oem(lambda session: campaigns.plan(session, made.id))
    return str(outline.digest)


async def other(place: CampaignPlace, work: Callable[[Session], Any]) -> Any:
    """Somebody else of the same organization."""
    return await place.store.write(person("oem-2", place.clock.now), tenant("oem-1"), work)


async def test_a_plan_that_changed_after_its_approval_is_to_be_approved_again(place: CampaignPlace) -> None:
    digest = await planned(place, TWO_PEOPLE)
    await other(place, lambda s: campaigns.approve_plan(s, place.campaign, digest))
    await place.oem(lambda s: units.deprovision(s, UnitId("u000")))
    with pytest.raises(Conflict, match="plan has changed"):
        await place.oem(lambda s: campaigns.start(s, place.campaign, None))
    anew = await place.oem(lambda s: campaigns.plan(s, place.campaign))
    with pytest.raises(Conflict, match="not approved"):
        await place.oem(lambda s: campaigns.start(s, place.campaign, None))
    with pytest.raises(Conflict, match="plan has changed"):
        await other(place, lambda s: campaigns.approve_plan(s, place.campaign, digest))
    await other(place, lambda s: campaigns.approve_plan(s, place.campaign, anew.digest))
    assert (await place.oem(lambda s: campaigns.start(s, place.campaign, None))).state == "running"


async def test_a_policy_that_changed_after_its_approval_is_to_be_approved_again(place: CampaignPlace) -> None:
    digest = await planned(place, TWO_PEOPLE)
    await other(place, lambda s: campaigns.approve_plan(s, place.campaign, digest))
    await other(place, lambda s: campaigns.edit(s, place.campaign, replace(TWO_PEOPLE, priority=1)))
    for who in (place.oem, lambda work: other(place, work)):
        with pytest.raises(Conflict, match="plan has changed"):  # what would happen is none that anybody looked at
            await who(lambda s: campaigns.start(s, place.campaign, None))


async def test_who_made_it_does_not_approve_it_and_approving_twice_is_approving_once(place: CampaignPlace) -> None:
    digest = await planned(place, TWO_PEOPLE)
    with pytest.raises(Conflict, match="made the campaign"):
        await place.oem(lambda s: campaigns.approve_plan(s, place.campaign, digest))
    once = await other(place, lambda s: campaigns.approve_plan(s, place.campaign, digest))
    assert await other(place, lambda s: campaigns.approve_plan(s, place.campaign, digest)) == once


@pytest.mark.parametrize("verb", [Resume("again"), Resume("again", override=True), Halt("x"), Pause(), RollBack()])
async def test_what_was_cancelled_stays_so(place: CampaignPlace, verb: Any) -> None:
    await place.begin()
    cancelled = await place.verb(Cancel("no more"))
    with pytest.raises(Conflict, match="is cancelled"):
        await place.verb(verb)
    assert await place.seen() == cancelled


async def test_an_impatient_person_starts_plans_and_cancels_once(place: CampaignPlace) -> None:
    digest = await planned(place)
    assert (await place.oem(lambda s: campaigns.plan(s, place.campaign))).digest == digest
    await place.oem(lambda s: campaigns.start(s, place.campaign, None))
    with pytest.raises(Conflict, match="is running"):
        await place.oem(lambda s: campaigns.start(s, place.campaign, None))
    assert await place.states() == {"offered": 2, "pending": 2}
    await place.verb(Pause())
    await place.verb(Resume())
    with pytest.raises(Conflict, match="is running"):
        await place.verb(Resume())
    assert await place.states() == {"offered": 2, "pending": 2}
    once = await place.verb(Cancel("no"))
    assert await place.verb(Cancel("again")) == once


async def test_a_member_that_is_moved_to_another_fleet_is_skipped_and_keeps_what_it_has(place: CampaignPlace) -> None:
    await place.oem(lambda s: fleets.create(s, Counted("south"), "south"))
    south = FleetId((await place.oem(lambda s: s.fleets.page(title="south"))).items[0].id)
    await place.begin()
    moved, stays = await place.members("offered")
    (waiting, _) = await place.members("pending")
    await place.told([moved])
    for each in (moved, waiting):
        await place.oem(lambda s, each=each: units.move(s, each, south))
    await place.pass_time(MINUTE)
    assert await place.states(0) == {"skipped": 1, "offered": 1}
    page = await place.oem(lambda s: s.campaigns.members(place.campaign, state="skipped"))
    assert [member.reason for member in page.items] == ["in another fleet now"]
    await place.told([stays])
    done = await place.pass_time()
    assert await place.states(1) == {"skipped": 1, "offered": 1}
    assert (await place.wanted(moved), await place.wanted(waiting)) == ("2.0.0", "1.0.0")
    await place.verb(RollBack())
    assert (await place.wanted(moved), await place.wanted(stays)) == ("2.0.0", "1.0.0")
    assert done.state == "running"


async def test_a_fleet_that_is_renamed_is_the_same_fleet(place: CampaignPlace) -> None:
    digest = await planned(place)
    await place.oem(lambda s: fleets.change(s, FLEET, "quite another"))
    assert (await place.oem(lambda s: campaigns.plan(s, place.campaign))).digest == digest
    await place.oem(lambda s: campaigns.start(s, place.campaign, None))
    await place.oem(lambda s: fleets.change(s, FLEET, "and another"))
    await place.drive()
    await place.told(await place.members("offered"))
    await place.pass_time()
    assert await place.states() == {"succeeded": 2, "offered": 2}


async def test_what_a_running_campaign_brings_is_not_removed(place: CampaignPlace) -> None:
    await place.begin()
    sp = OrgId("sp-1")
    with pytest.raises(Conflict, match="in use by"):
        await place.store.write(person("sp-1"), tenant("sp-1"), lambda s: items.delete(s, ITEM))
    with pytest.raises(Conflict, match="grant is in use"):
        await place.oem(lambda s: organizations.withdraw(s, sp))
    await place.told(await place.members("offered"))
    assert await place.states() == {"soaking": 2, "pending": 2}


STAY = replace(HALVES, strategy="custom", waves=(WaveAsk(share=0.75), WaveAsk(share=1.0)), roll_back_on_halt=False)


async def left_out(place: CampaignPlace, policy: Policy) -> tuple[UnitId, UnitId]:
    """One that came back and has it, and one that is away still; both were away for too long."""
    await place.begin(policy)
    one, other, *rest = await place.members("offered")
    for each in (one, other):
        await away(place, each)
    await place.told(rest)
    await place.pass_time(DAY + 2 * MINUTE)
    assert (await place.states(0)) == {"succeeded": 1, "excluded": 2}
    now = place.clock.now = Instant(place.clock.now + MINUTE)
    await place.store.write_every(TASK, lambda s: s.units.connect([(one, "main/2")], now))
    await place.told([one])
    return one, other


async def test_who_was_left_out_is_caught_up_and_after_a_halt_not_begun(place: CampaignPlace) -> None:
    one, other = await left_out(place, STAY)
    assert (await place.wanted(one), await place.wanted(other)) == ("2.0.0", "2.0.0")
    await place.verb(Halt("enough"))
    assert (await place.wanted(one), await place.wanted(other)) == ("2.0.0", "1.0.0")


async def test_who_was_left_out_before_any_offer_is_caught_up_and_after_a_halt_not_begun(
    place: CampaignPlace,
) -> None:
    await place.begin(replace(STAY, waves=(WaveAsk(share=1.0),), limits=Limits(at_once=1), unit_deadline_us=3 * DAY))
    (first,) = await place.members("offered")
    one, other, *_ = [unit for unit in place.units if unit != first]
    for each in (one, other):
        await away(place, each)
    await place.pass_time(DAY - 2 * MINUTE)
    await place.verb(Pause("looking"))
    await place.pass_time(4 * MINUTE)
    assert (await place.states(0)) == {"offered": 1, "pending": 3}
    await place.verb(Resume("seen"))
    await place.pass_time(MINUTE)
    assert (await place.states(0))["excluded"] == 2
    assert (await place.wanted(one), await place.wanted(other)) == ("2.0.0", "2.0.0")
    now = place.clock.now = Instant(place.clock.now + MINUTE)
    await place.store.write_every(TASK, lambda s: s.units.connect([(one, "main/2")], now))
    await place.told([one])
    await place.verb(Halt("enough"))
    assert (await place.wanted(one), await place.wanted(other)) == ("2.0.0", "1.0.0")


async def test_who_was_left_out_and_came_back_goes_back_with_the_others(place: CampaignPlace) -> None:
    _, other = await left_out(place, STAY)
    await place.verb(RollBack("back"))
    while (await place.seen()).state == "rolling_back":
        offered = await place.members("offered")
        assert other not in offered
        await place.told(offered)
        await place.pass_time(MINUTE)
    assert (await place.seen()).state == "rolled_back"
    assert {await place.wanted(each) for each in place.units} == {"1.0.0"}


async def test_a_campaign_that_cannot_be_looked_at_keeps_no_other_waiting(
    place: CampaignPlace, monkeypatch: pytest.MonkeyPatch
) -> None:
    first, *others = place.units
    broken = await place.begin(HALVES, Selection(units=(first,)), "broken")

    def fails(session: EverySession, id: CampaignId, *, newcomers: bool) -> bool:
        if id == broken.id:
            raise KeyError(id)
        return drive(session, id, newcomers=newcomers)

    monkeypatch.setattr(reconciler, "drive", fails)
    await place.begin(HALVES, Selection(units=tuple(others)), "well")
    await place.report(await place.members("offered"))
    for _ in range(2):
        with pytest.raises(KeyError, match=broken.id):
            await place.pass_time()
    assert [wave.state for wave in (await place.seen()).waves] == ["passed", "deploying"]
