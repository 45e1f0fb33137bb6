"""Campaigns over a real store, on both databases: waves, gates, halts, going back, and what time does."""

import pytest
from msgspec.structs import replace
from tests.contract.campaign_world import ALL, FLEET, HALVES, ITEM, NEW, CampaignPlace, campaign_place
from tests.contract.store_world import person, tenant

from aosedge.cloud.domain.access.callers import Scope
from aosedge.cloud.domain.campaigns.baseline import Past
from aosedge.cloud.domain.campaigns.events import Cancel, Halt, Pause, Resume, RetryFailed, RollBack
from aosedge.cloud.domain.campaigns.limits import Limits
from aosedge.cloud.domain.campaigns.policy import Gate, Policy, WaveAsk
from aosedge.cloud.domain.campaigns.state import Campaign, Selection
from aosedge.cloud.store import Store
from aosedge.cloud.usecases import assignments, audit, campaigns, units
from aosedge.model.errors import Conflict, Invalid, NotFound
from aosedge.model.ids import AssignmentId, BundleId, FleetId, SetId, UnitId
from aosedge.model.instants import DAY, HOUR, MINUTE


@pytest.fixture
async def place(store: Store) -> CampaignPlace:
    return await campaign_place(store)


def states(campaign: Campaign) -> list[str]:
    return [wave.state for wave in campaign.waves]


async def counters_equal_rows(place: CampaignPlace, campaign: Campaign) -> None:
    """I11."""
    for wave in campaign.waves:
        if wave.begun_at is not None and wave.counts is not None:
            rows = await place.states(wave.number)
            assert {name: getattr(wave.counts, name) for name in rows} == rows
            assert wave.counts.members == sum(rows.values())


async def test_a_good_bundle_goes_through_its_waves_and_no_unit_before_its_own(place: CampaignPlace) -> None:
    begun = await place.begin()
    assert (begun.state, states(begun)) == ("running", ["deploying", "waiting"])
    first = await place.members("offered")
    assert len(first) == 5
    assert {unit: await place.wanted(unit) for unit in place.units} == {
        unit: "2.0.0" if unit in first else "1.0.0" for unit in place.units
    }
    soaking = await place.told(first)
    await counters_equal_rows(place, soaking)
    assert (states(soaking), await place.states()) == (["soaking", "waiting"], {"soaking": 5, "pending": 5})
    second = await place.pass_time()
    assert (states(second), await place.states()) == (["passed", "deploying"], {"succeeded": 5, "offered": 5})
    await place.told(await place.members("offered"))
    done = await place.pass_time()
    assert (done.state, await place.states()) == ("completed", {"succeeded": 10})
    await counters_equal_rows(place, done)
    assert [await place.wanted(unit) for unit in place.units] == ["2.0.0"] * 10


async def test_a_bad_bundle_halts_by_itself_and_who_had_it_goes_back(place: CampaignPlace) -> None:
    await place.begin()
    first = await place.members("offered")
    back = await place.told(first, failed=True, went_back=True)
    assert (back.state, states(back)) == ("rolling_back", ["failed", "skipped", "deploying"])
    assert "5 of 5 failed" in back.reason
    assert (await place.states(0), await place.states(2)) == ({"rolled_back": 5}, {"offered": 5})
    assert {await place.wanted(unit) for unit in place.units} == {"1.0.0"}
    await counters_equal_rows(place, back)
    await place.told(first)
    done = await place.pass_time()
    assert (done.state, await place.states(2)) == ("rolled_back", {"succeeded": 5})


async def test_each_decision_is_a_line_of_the_organizations_trail_with_the_rule_that_decided(
    place: CampaignPlace,
) -> None:
    await place.begin()
    await place.told(await place.members("offered"))
    await place.pass_time()
    await place.told(await place.members("offered"), failed=True, went_back=True)
    lines = await place.oem(lambda session: session.audit.page(order="number").items)
    told = [(line.operation, line.detail) for line in lines if line.who == "task:campaigns"]
    assert [operation for operation, _ in told] == [
        "campaign_waves_begin",
        "campaign_waves_pass",
        "campaign_waves_begin",
        "campaign_waves_fail",
        "campaign_waves_begin",
        "campaigns_roll_back",
    ]
    assert told[0][1] == "spring: wave 1: 5 Units"
    assert "5 of 5 failed" in told[3][1] and told[3][1].startswith("spring: wave 2: ")
    assert told[4][1].startswith("spring: wave 3, which takes wave 2 back")
    assert {line.chain for line in lines} == {"oem-1"} and {line.target for line in lines} == {place.campaign}
    assert (await place.oem(audit.verify_own)).faults == ()
    await place.drive()
    assert (await place.oem(lambda session: session.audit.page())).total == len(lines)


async def test_a_persons_verb_is_no_decision_of_the_campaign(place: CampaignPlace) -> None:
    await place.begin()
    await place.told(await place.members("offered"))
    await place.verb(Halt("a complaint"))
    await place.verb(RollBack("a complaint"))
    lines = await place.oem(lambda session: session.audit.page(order="number").items)
    assert [line.detail for line in lines] == [
        "spring: wave 1: 5 Units",
        "spring: wave 3, which takes wave 1 back: 5 Units",
    ]


async def test_after_a_halt_nobody_starts_and_who_has_it_keeps_it(place: CampaignPlace) -> None:
    """I11."""
    await place.begin(replace(HALVES, limits=Limits(at_once=2)))
    first = await place.members("offered")
    assert len(first) == 2
    await place.told(first[:1])
    halted = await place.verb(Halt("a complaint"))
    assert (halted.state, await place.states(0)) == ("halted", {"soaking": 1, "pending": 4})
    await place.pass_time(DAY // 2)
    assert await place.members("offered") == []
    assert sorted([await place.wanted(unit) for unit in place.units]) == ["1.0.0"] * 9 + ["2.0.0"]
    resumed = await place.verb(Resume("it was nothing"))
    assert (resumed.state, len(await place.members("offered"))) == ("running", 2)


async def test_a_pause_keeps_everybody_where_they_are(place: CampaignPlace) -> None:
    await place.begin(replace(HALVES, limits=Limits(at_once=1)))
    paused = await place.verb(Pause())
    assert (paused.state, await place.states(0)) == ("paused", {"offered": 1, "pending": 4})
    await place.told(await place.members("offered"))
    assert await place.states(0) == {"soaking": 1, "pending": 4}
    await place.verb(Resume())
    assert await place.states(0) == {"soaking": 1, "pending": 3, "offered": 1}


async def test_cancelled_it_takes_back_what_has_not_begun(place: CampaignPlace) -> None:
    await place.begin()
    first = await place.members("offered")
    await place.told(first[:1])
    cancelled = await place.verb(Cancel())
    assert (cancelled.state, await place.states()) == ("cancelled", {"soaking": 1, "skipped": 9})
    assert [await place.wanted(unit) for unit in first] == ["2.0.0", *["1.0.0"] * 4]
    with pytest.raises(Conflict, match="cannot resume"):
        await place.verb(Resume("why not"))


async def test_a_completed_campaign_can_be_undone_last_wave_first(place: CampaignPlace) -> None:
    await place.begin()
    for _ in range(2):
        await place.told(await place.members("offered"))
        await place.pass_time()
    back = await place.verb(RollBack("it squeaks"))
    assert (back.state, states(back)) == ("rolling_back", ["passed", "passed", "deploying", "waiting"])
    assert sorted([await place.wanted(unit) for unit in place.units]) == ["1.0.0"] * 5 + ["2.0.0"] * 5
    for wave in (2, 3):
        page = await place.oem(lambda s, wave=wave: s.campaigns.members(place.campaign, wave=wave, state="offered"))
        done = await place.told([member.unit for member in page.items])
    done = await place.drive()
    assert (done.state, {await place.wanted(unit) for unit in place.units}) == ("rolled_back", {"1.0.0"})


async def test_failed_members_can_try_again(place: CampaignPlace) -> None:
    await place.begin(replace(HALVES, roll_back_on_halt=False))
    first = await place.members("offered")
    halted = await place.told(first, failed=True)
    assert halted.state == "halted"
    await place.verb(RetryFailed())
    resumed = await place.verb(Resume("fixed the network"))
    assert (resumed.state, await place.states(0)) == ("running", {"offered": 5})
    await place.told(first)
    assert await place.states(0) == {"soaking": 5}


async def test_silence_is_a_failure_by_the_deadline_and_absence_is_left_out(place: CampaignPlace) -> None:
    policy = replace(HALVES, roll_back_on_halt=False, unit_deadline_us=HOUR)
    await place.begin(policy)
    first = await place.members("offered")
    away = first[0]
    await place.store.write_every(
        person("oem-1"), lambda session: session.units.connect([(away, "main/1")], place.clock.now)
    )
    await place.store.write_every(person("oem-1"), lambda s: s.units.disconnect([(away, "main/1")], place.clock.now))
    await place.pass_time(HOUR)
    assert await place.states(0) == {"offered": 1, "failed": 4}
    page = await place.oem(lambda session: session.campaigns.members(place.campaign, state="failed"))
    assert {member.reason for member in page.items} == {"no progress by its deadline"}
    assert (await place.seen()).state == "running"
    await place.pass_time(DAY)
    assert (await place.seen()).state == "halted"
    assert await place.states(0) == {"excluded": 1, "failed": 4}


async def test_a_member_that_is_decommissioned_in_the_middle_is_skipped(place: CampaignPlace) -> None:
    await place.begin()
    first = await place.members("offered")
    await place.oem(lambda session: units.deprovision(session, first[0]))
    await place.told(first[1:])
    await place.pass_time()
    assert await place.states(0) == {"skipped": 1, "succeeded": 4}


async def test_the_plan_says_who_takes_no_part_and_moves_nothing(place: CampaignPlace) -> None:
    def begin(session: object) -> object:
        made = campaigns.create(session, place.ids, "dry", NEW, HALVES, ALL)  # type: ignore[arg-type]
        place.campaign = made.id
        return made

    await place.oem(begin)
    await place.oem(lambda session: units.deprovision(session, UnitId("u000")))
    plan = await place.oem(lambda session: campaigns.plan(session, place.campaign))
    assert plan.excluded == {"the Unit is deprovisioned": 1}
    assert ([wave.units for wave in plan.waves], plan.satisfied) == ([5, 4], 0)
    page = await place.oem(lambda session: session.campaign_plans.members(place.campaign))
    assert {member.before[ITEM] for member in page.items} == {"1.0.0"}
    assert (await place.seen()).plan_digest == plan.digest
    assert {await place.wanted(unit) for unit in place.units[1:]} == {"1.0.0"}
    exclusions = await place.oem(lambda session: session.campaigns.exclusions(place.campaign))
    assert [(e.unit, e.reason) for e in exclusions.items] == [("u000", "the Unit is deprovisioned")]
    assert await place.oem(lambda session: session.campaigns.reasons(place.campaign)) == plan.excluded


async def test_a_plan_that_is_no_longer_true_does_not_start(place: CampaignPlace) -> None:
    made = await place.oem(lambda s: campaigns.create(s, place.ids, "stale", NEW, HALVES, ALL))
    await place.oem(lambda session: campaigns.plan(session, made.id))
    await place.oem(lambda session: units.deprovision(session, UnitId("u000")))
    with pytest.raises(Conflict, match="plan has changed"):
        await place.oem(lambda session: campaigns.start(session, made.id, None))


async def test_what_has_it_already_is_satisfied_and_what_nobody_assigned_is_left_out(place: CampaignPlace) -> None:
    await place.begin()
    again = await place.oem(lambda s: campaigns.create(s, place.ids, "again", NEW, HALVES, ALL))
    plan = await place.oem(lambda session: campaigns.plan(session, again.id))
    assert (plan.satisfied, plan.excluded) == (0, {"the campaign spring brings the same items": 10})
    await place.verb(Cancel())
    (assigned,) = await place.oem(lambda session: session.assignments.of_subject("subject-oem-1"))
    await place.oem(lambda session: assignments.delete(session, AssignmentId(assigned.id)))
    await place.compile()
    plan = await place.oem(lambda session: campaigns.plan(session, again.id))
    assert plan.excluded == {"none of its items is assigned to the Unit": 10}


async def test_a_campaign_of_higher_priority_may_overtake(place: CampaignPlace) -> None:
    await place.begin()
    urgent = replace(HALVES, priority=5)
    other = await place.oem(lambda s: campaigns.create(s, place.ids, "urgent", NEW, urgent, ALL))
    plan = await place.oem(lambda session: campaigns.plan(session, other.id))
    assert plan.excluded == {}


async def test_what_is_named_must_be_there(place: CampaignPlace) -> None:
    def create(bundle: str = NEW, policy: Policy = HALVES, selection: Selection = ALL) -> object:
        return place.oem(lambda s: campaigns.create(s, place.ids, "x", BundleId(bundle), policy, selection))

    for missing in (
        create("bundle-sp-2"),
        create(selection=Selection(fleets=(FleetId("fleet-oem-2"),))),
        create(selection=Selection(units=(UnitId("unit-oem-2"),))),
        create(selection=Selection(sets=(SetId("nowhere"),))),
        create(policy=replace(HALVES, strategy="rolling", waves=(WaveAsk(sets=("nowhere",)),))),
    ):
        with pytest.raises(NotFound):
            await missing  # type: ignore[misc]
    with pytest.raises(Invalid) as raised:
        await create(selection=Selection(selector="a ==="))  # type: ignore[misc]
    assert raised.value.element == "selector"
    with pytest.raises(Invalid):
        await create(selection=Selection())  # type: ignore[misc]


async def test_a_campaign_that_never_started_can_be_removed(place: CampaignPlace) -> None:
    made = await place.oem(lambda s: campaigns.create(s, place.ids, "x", NEW, HALVES, ALL))
    await place.oem(lambda session: campaigns.delete(session, made.id))
    with pytest.raises(NotFound):
        await place.oem(lambda session: session.campaigns.get(made.id))
    await place.begin()
    with pytest.raises(Conflict, match="history"):
        await place.oem(lambda session: campaigns.delete(session, place.campaign))


async def test_nobody_sees_or_moves_a_foreign_campaign(place: CampaignPlace) -> None:
    begun = await place.begin(selection=Selection(selector="!nothing"))
    for scope in (tenant("oem-2"), Scope(reach="fleet", tenant=begun.tenant, fleets=frozenset((FLEET,)))):
        with pytest.raises(NotFound):
            await place.store.write(person("oem-2"), scope, lambda s: campaigns.command(s, begun.id, Halt("mine")))
        page = await place.store.read(person("oem-2"), scope, lambda session: session.campaigns.page())
        assert page.items == ()


async def test_a_fleets_owner_has_the_campaigns_of_that_fleet(place: CampaignPlace) -> None:
    begun = await place.begin()
    mine = Scope(reach="fleet", tenant=begun.tenant, fleets=frozenset((FLEET,)))
    page = await place.store.read(person("oem-1"), mine, lambda session: session.campaigns.page(state="running"))
    assert [campaign.id for campaign in page.items] == [begun.id]


async def test_a_report_that_comes_twice_counts_once(place: CampaignPlace) -> None:
    """I6: and the driver may look as often as it likes."""
    await place.begin()
    first = await place.members("offered")
    await place.told(first)
    before = (await place.states(), await place.seen())
    for _ in range(3):
        assert await place.drive() == before[1]
    assert await place.states() == before[0]


async def test_an_error_alert_on_a_member_halts(place: CampaignPlace) -> None:
    from datetime import timedelta

    from aosedge.cloud.usecases.statuses import Report, keep
    from aosedge.model.ids import Txn
    from aosedge.model.instants import to_datetime
    from aosedge.protocol.messages import Alerts
    from aosedge.protocol.messages.from_unit import UpdateItemInstanceAlert
    from aosedge.protocol.messages.parts import Identity

    await place.begin(replace(HALVES, roll_back_on_halt=False))
    (first, *_) = await place.members("offered")
    alert = UpdateItemInstanceAlert(
        timestamp=to_datetime(place.clock.now) + timedelta(seconds=5),
        item=Identity(id=ITEM),
        subject=Identity(id="subject-oem-1"),
        instance=0,
        version="2.0.0",
        message="crashes again and again",
    )
    await keep(place.store, [Report(first, Txn("alert"), Alerts(items=(alert,)))], place.clock.now)
    halted = await place.pass_time(2 * MINUTE)
    halted = await place.told([first])
    assert (halted.state, halted.reason) == ("halted", "1 alert of severity error or above on members")


async def test_what_is_usual_is_learnt_from_completed_campaigns_with_the_same_items(place: CampaignPlace) -> None:
    half = replace(HALVES, gate=Gate(success_share=0.5, failed_share=0.5, soak_us=0))
    assert await place.oem(lambda s: s.campaigns.past()) == Past()
    await place.begin(half)
    first = await place.members("offered")
    await place.told(first[:1], failed=True)
    await place.told(first[1:])
    assert await place.oem(lambda s: s.campaigns.past()) == Past(), "it is not over"
    done = await place.told(await place.members("offered"))
    assert done.state == "completed"
    past = await place.oem(lambda s: (s.campaigns.past(), s.campaigns.past(NEW), s.campaigns.past(BundleId("other"))))
    assert past == (Past(10, 1), Past(10, 1), Past())
