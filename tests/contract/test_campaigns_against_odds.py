"""Campaigns over a real store where people, Units and time do what they should not."""

import asyncio

import pytest
from msgspec.structs import replace
from tests.contract.campaign_world import ALL, FLEET, HALVES, ITEM, NEW, OLD, SUBJECT, CampaignPlace, campaign_place
from tests.contract.store_world import TASK, Counted, add_bundle, person, tenant, unit, version

from aosedge.cloud.bus.inprocess import InProcessBus
from aosedge.cloud.domain.campaigns.events import Cancel, Halt, Pause, RetryFailed, RollBack
from aosedge.cloud.domain.campaigns.limits import Limits
from aosedge.cloud.domain.campaigns.state import Campaign, Selection
from aosedge.cloud.reconcilers.campaigns import DriveCampaigns
from aosedge.cloud.store import Session, Store
from aosedge.cloud.usecases import assignments, campaigns, fleets, items, subjects, unit_sets, units
from aosedge.cloud.usecases.targets import bring_up_to_date
from aosedge.model.errors import Conflict
from aosedge.model.ids import BundleId, UnitId
from aosedge.model.instants import DAY, HOUR, MINUTE, SECOND, Instant


@pytest.fixture
async def place(store: Store) -> CampaignPlace:
    return await campaign_place(store)


STAY = replace(HALVES, roll_back_on_halt=False)


async def counters_equal_rows(place: CampaignPlace) -> None:
    """I11."""
    seen = await place.seen()
    for wave in seen.waves:
        if wave.begun_at is not None and wave.counts is not None:
            rows = await place.states(wave.number)
            assert {name: number for name, number in _named(wave.counts).items() if number} == rows, wave.number


def _named(counts: object) -> dict[str, int]:
    return {name: getattr(counts, name) for name in counts.__struct_fields__}  # type: ignore[attr-defined]


async def away(place: CampaignPlace, unit: UnitId) -> None:
    now = place.clock.now
    await place.store.write_every(TASK, lambda s: s.units.connect([(unit, "main/1")], now))
    await place.store.write_every(TASK, lambda s: s.units.disconnect([(unit, "main/1")], now))


async def test_every_verb_leaves_counters_that_equal_the_rows(place: CampaignPlace) -> None:
    await place.begin(replace(STAY, limits=Limits(at_once=3)))
    first = await place.members("offered")
    await place.report(first[:1])
    for verb in (Pause(), Halt("enough"), RollBack("back")):
        await place.oem(lambda session, verb=verb: campaigns.command(session, place.campaign, verb))
        await counters_equal_rows(place)


async def test_members_of_a_halted_campaign_that_go_on_are_seen_to_the_end(place: CampaignPlace) -> None:
    await place.begin(STAY)
    first = await place.members("offered")
    await place.report(first[:4])
    halted = await place.verb(Halt("a complaint"))
    assert halted.state == "halted"
    done = await place.pass_time()
    assert (done.state, await place.states(0)) == ("halted", {"succeeded": 4, "pending": 1})
    await counters_equal_rows(place)


async def test_a_unit_that_is_away_at_the_end_of_its_soak_is_not_seen_healthy(place: CampaignPlace) -> None:
    await place.begin(STAY)
    first = await place.members("offered")
    await place.told(first)
    await away(place, first[0])
    waiting = await place.pass_time()
    assert (waiting.waves[0].state, await place.states(0)) == ("soaking", {"soaking": 1, "succeeded": 4})
    passed = await place.pass_time(DAY)
    assert (passed.waves[0].state, (await place.states(0))["excluded"]) == ("passed", 1)


async def test_silence_counts_from_when_a_unit_connects(place: CampaignPlace) -> None:
    await place.begin(replace(STAY, unit_deadline_us=HOUR))
    first = await place.members("offered")
    for each in first:
        await away(place, each)
    await place.pass_time(10 * HOUR)
    now = place.clock.now
    await place.store.write_every(TASK, lambda s: s.units.connect([(each, "main/2") for each in first], now))
    await place.pass_time(HOUR // 2)
    assert await place.states(0) == {"offered": 5}
    await place.pass_time(HOUR // 2)
    assert await place.states(0) == {"failed": 5}


async def test_a_cloud_that_starts_anew_takes_nobody_for_absent_who_was_there(place: CampaignPlace) -> None:
    await place.begin(STAY)
    then = place.clock.now
    await place.store.write_every(TASK, lambda s: s.units.connect([(u, "main/1") for u in place.units], then))
    place.clock.now = Instant(then + 2 * DAY)
    await place.store.write_every(TASK, lambda s: s.units.forget_connections("main", place.clock.now))
    await place.pass_time(MINUTE)
    assert await place.states(0) == {"offered": 5}


async def test_what_is_assigned_to_a_member_besides_does_not_make_it_fail(place: CampaignPlace) -> None:
    await place.begin(STAY)
    first = await place.members("offered")
    await place.told(first)
    await place.store.write(
        person("sp-1"),
        tenant("sp-1"),
        lambda s: add_bundle(s, "sp-1", BundleId("more"), ("more", "service", version("item-more", "1.0.0", "more"))),
    )
    await place.oem(lambda s: assignments.create(s, Counted("more"), SUBJECT, bundle=BundleId("more")))
    await place.compile()
    await place.pass_time(3 * HOUR)
    assert await place.states(0) == {"succeeded": 5}


async def test_a_member_whose_bundle_is_unassigned_is_skipped(place: CampaignPlace) -> None:
    await place.begin(STAY)
    (assigned,) = await place.oem(lambda session: session.assignments.of_subject(SUBJECT))
    await place.oem(lambda session: assignments.delete(session, assigned.id))
    await place.compile()
    await place.drive()
    done = await place.pass_time()
    assert done.state == "completed"
    assert await place.states() == {"skipped": 10}


async def test_a_member_whose_target_is_what_it_has_needs_no_report(place: CampaignPlace) -> None:
    """Somebody assigned the bundle by hand meanwhile: the campaign's offer is no news to the Unit."""
    made = await place.oem(lambda s: campaigns.create(s, place.ids, "spring", NEW, STAY, ALL))
    place.campaign = made.id
    await place.oem(lambda session: campaigns.plan(session, made.id))
    await place.oem(lambda session: campaigns.start(session, made.id, None))
    (assigned,) = await place.oem(lambda session: session.assignments.of_subject(SUBJECT))
    await place.oem(lambda session: assignments.delete(session, assigned.id))
    await place.oem(lambda s: assignments.create(s, Counted("by-hand"), SUBJECT, bundle=NEW))
    await place.compile()
    await place.report(place.units)
    await place.drive()
    assert await place.states(0) == {"soaking": 5}
    await place.pass_time()
    assert await place.states() == {"succeeded": 5, "soaking": 5}


async def test_in_two_campaigns_the_one_of_higher_priority_has_the_unit(place: CampaignPlace) -> None:
    await place.begin(STAY)
    mine = place.campaign
    first = await place.members("offered")
    await place.store.write(
        person("sp-1"),
        tenant("sp-1"),
        lambda s: add_bundle(s, "sp-1", BundleId("b3"), ("app", "service", version(ITEM, "3.0.0", "b3"))),
    )
    urgent = replace(STAY, priority=5, strategy="rolling", waves=(), newcomers="ignore")
    urgent = replace(urgent, strategy="canary")
    made = await place.oem(
        lambda s: campaigns.create(s, Counted("urgent"), "urgent", BundleId("b3"), urgent, Selection(fleets=(FLEET,)))
    )
    await place.oem(lambda session: campaigns.plan(session, made.id))
    place.clock.now = Instant(place.clock.now + SECOND)
    await place.oem(lambda session: campaigns.start(session, made.id, None))
    await place.drive()
    urgents = await place.oem(lambda s: s.campaigns.members(made.id, state="offered"))
    (taken,) = [member.unit for member in urgents.items]
    assert await place.wanted(taken) == "3.0.0"
    mine_states = await place.oem(lambda s: s.campaigns.members(mine))
    assert {m.unit: m.state for m in mine_states.items}[taken] in ("skipped", "pending")
    await place.report([each for each in first if each != taken])
    await place.drive()
    place.campaign = mine
    await place.pass_time()
    states = await place.states()
    assert (states["skipped"], states["succeeded"]) == ((5, 5) if taken not in first else (6, 4))
    page = await place.oem(lambda s: s.campaigns.members(mine, state="skipped"))
    assert any(member.reason == "the campaign urgent brings the same items" for member in page.items)


async def test_what_a_later_campaign_brought_stays_when_an_earlier_one_is_undone(place: CampaignPlace) -> None:
    await place.begin()
    for _ in range(2):
        await place.told(await place.members("offered"))
        await place.pass_time()
    await place.store.write(
        person("sp-1"),
        tenant("sp-1"),
        lambda s: add_bundle(s, "sp-1", BundleId("b3"), ("app", "service", version(ITEM, "3.0.0", "b3"))),
    )
    first = place.campaign
    made = await place.oem(lambda s: campaigns.create(s, Counted("later"), "later", BundleId("b3"), HALVES, ALL))
    place.campaign = made.id
    await place.oem(lambda session: campaigns.plan(session, made.id))
    await place.oem(lambda session: campaigns.start(session, made.id, None))
    await place.drive()
    for _ in range(2):
        await place.told(await place.members("offered"))
        await place.pass_time()
    assert {await place.wanted(each) for each in place.units} == {"3.0.0"}
    place.campaign = first
    await place.verb(RollBack("old quarrel"))
    for _ in range(3):
        await place.drive()
    assert (await place.seen()).state == "rolled_back"
    assert {await place.wanted(each) for each in place.units} == {"3.0.0"}


async def test_the_wave_that_is_undone_has_no_member_left_in_between(place: CampaignPlace) -> None:
    await place.begin(STAY)
    first = await place.members("offered")
    await place.told(first[:2])
    await place.pass_time()
    await place.verb(RollBack("no"))
    await place.told(first)
    await counters_equal_rows(place)
    assert (await place.states(0)) == {"succeeded": 2, "skipped": 3}
    done = await place.pass_time()
    assert done.state == "rolled_back"


async def test_a_new_unit_joins_the_last_wave_and_one_that_may_not_stays_out(place: CampaignPlace) -> None:
    async def come(name: str) -> None:
        def add(session: Session) -> None:
            session.units.add(replace(unit(name), connectivity="Online", last_seen=place.clock.now))
            subjects.add_unit(session, SUBJECT, UnitId(name))

        await place.oem(add)
        await place.compile()

    await place.begin()
    await come("early")
    await place.told(await place.members("offered"))
    await place.pass_time()
    await place.pass_time(MINUTE)
    assert (await place.states(1)) == {"offered": 6}
    await come("late")
    await place.pass_time(2 * MINUTE)
    assert (await place.states(1)) == {"offered": 7}
    await counters_equal_rows(place)
    await place.told(await place.members("offered"))
    assert (await place.pass_time()).state == "completed"
    await come("too-late")
    await place.pass_time(2 * MINUTE)
    assert (await place.states()) == {"succeeded": 12}


async def test_newcomers_may_be_ignored(place: CampaignPlace) -> None:
    await place.begin(replace(HALVES, newcomers="ignore"))
    await place.oem(lambda s: s.units.add(replace(unit("new"), connectivity="Online")))
    await place.told(await place.members("offered"))
    await place.pass_time()
    assert (await place.states(1)) == {"offered": 5}


async def test_a_member_decommissioned_before_its_wave_is_skipped_when_it_begins(place: CampaignPlace) -> None:
    await place.begin()
    (one, *_) = await place.oem(lambda s: [m.unit for m in s.campaigns.members(place.campaign, wave=1).items])
    await place.oem(lambda session: units.deprovision(session, one))
    await place.told(await place.members("offered"))
    await place.pass_time()
    assert (await place.states(1)) == {"offered": 4, "skipped": 1}


async def test_a_decommissioned_member_holds_nobody_up_for_longer_than_a_minute(place: CampaignPlace) -> None:
    await place.begin()
    first = await place.members("offered")
    await place.told(first[1:])
    await place.oem(lambda session: units.deprovision(session, first[0]))
    await place.pass_time(MINUTE)
    assert (await place.states(0))["skipped"] == 1


async def test_a_clock_that_is_turned_back_holds_nobody_up(place: CampaignPlace) -> None:
    await place.begin()
    place.clock.now = Instant(place.clock.now + 30 * DAY)
    await place.told(await place.members("offered"))
    place.clock.now = Instant(place.clock.now - 30 * DAY)
    await place.drive()
    await place.pass_time()
    assert await place.states() == {"succeeded": 5, "offered": 5}


async def test_an_alert_is_seen_at_once(place: CampaignPlace) -> None:
    await place.begin(STAY)
    (first, *_) = await place.members("offered")
    await place.alert(first)
    assert (await place.drive()).state == "halted"


async def test_an_alert_is_not_lost_to_a_verb_that_comes_before_the_driver(place: CampaignPlace) -> None:
    await place.begin(STAY)
    (first, *_) = await place.members("offered")
    await place.alert(first)
    await place.oem(lambda session: campaigns.edit(session, place.campaign, replace(STAY, priority=1)))
    assert (await place.seen()).state == "halted"


async def test_the_same_verb_sent_twice_does_its_work_once(place: CampaignPlace) -> None:
    await place.begin(STAY)
    for verb in (Pause("one"), Halt("one")):
        once = await place.verb(verb)
        assert await place.verb(replace(verb, reason="two")) == once
    back = await place.verb(RollBack("back"))
    with pytest.raises(Conflict):
        await place.verb(RollBack("back"))
    with pytest.raises(Conflict):
        await place.oem(lambda session: campaigns.start(session, place.campaign, None))
    assert await place.seen() == back


async def test_a_retry_that_crosses_a_report_counts_no_old_failure(place: CampaignPlace) -> None:
    await place.begin(STAY)
    first = await place.members("offered")
    await place.told(first, failed=True, went_back=True)
    await place.verb(RetryFailed())
    await place.report(first)  # of the old target, on which they are by now
    await place.drive()
    assert await place.states(0) == {"pending": 5}


async def test_what_a_campaign_refers_to_is_not_taken_from_under_it(place: CampaignPlace) -> None:
    made = await place.oem(lambda s: campaigns.create(s, place.ids, "spring", NEW, HALVES, ALL))
    await place.oem(lambda session: campaigns.plan(session, made.id))
    with pytest.raises(Conflict, match="spring"):
        await place.store.write(person("oem-1"), tenant("oem-1"), lambda s: fleets.delete(s, FLEET))
    with pytest.raises(Conflict, match="in use by"):
        await place.store.write(person("sp-1"), tenant("sp-1"), lambda s: items.delete(s, ITEM))
    chosen = await place.oem(lambda s: unit_sets.create(s, Counted("set"), FLEET, "north"))
    await place.oem(lambda s: campaigns.create(s, Counted("x"), "by set", OLD, HALVES, Selection(sets=(chosen.id,))))
    with pytest.raises(Conflict, match="by set"):
        await place.oem(lambda s: unit_sets.delete(s, chosen.id))


async def test_reports_and_two_drivers_at_once_neither_fail_nor_count_twice(place: CampaignPlace) -> None:
    """I11; on PostgreSQL these are serializable transactions of several connections."""
    await place.begin(replace(STAY, limits=Limits(at_once=3)))
    other = DriveCampaigns(place.store, place.clock, place.ids, InProcessBus())
    for _ in range(4):
        offered = await place.members("offered")
        async with asyncio.TaskGroup() as group:
            for each in offered:
                group.create_task(place.report([each]))
            for _ in range(2):
                group.create_task(other.activate())
                group.create_task(place.driver.activate())
        await place.drive()
        await counters_equal_rows(place)
    assert await place.states(0) == {"soaking": 5}


async def test_cancelled_it_sees_those_on_their_way_to_the_end(place: CampaignPlace) -> None:
    await place.begin(STAY)
    first = await place.members("offered")
    await place.told(first[:2])
    cancelled: Campaign = await place.verb(Cancel())
    assert cancelled.state == "cancelled"
    await place.pass_time()
    assert await place.states() == {"succeeded": 2, "skipped": 8}
    await counters_equal_rows(place)


async def test_a_halt_gets_its_turn_however_many_others_change_the_same_units(place: CampaignPlace) -> None:
    await place.begin(STAY)
    done = asyncio.Event()

    async def storm() -> None:
        while not done.is_set():
            await place.store.write_every(TASK, lambda s: s.compiling.clean(place.units))
            await asyncio.sleep(0)

    def halt(session: Session) -> Campaign:
        for _ in range(50):  # as long as with many Units
            session.campaigns.get(place.campaign)
        return campaigns.command(session, place.campaign, Halt("enough"))

    async with asyncio.TaskGroup() as group:
        for _ in range(4):
            group.create_task(storm())
        halted = await place.oem(halt)
        done.set()
    assert halted.state == "halted"
    assert await place.members("offered") == []


async def test_nobody_is_handed_what_a_halt_took_back(place: CampaignPlace) -> None:
    await place.begin(STAY)
    [first, *_] = await place.members("offered")
    assert await place.wanted(first) == "2.0.0"
    await place.oem(lambda session: campaigns.command(session, place.campaign, Halt("enough")))
    changed = await bring_up_to_date(place.store, TASK, frozenset(place.units))
    assert first in changed
    assert await place.wanted(first) == "1.0.0"
    assert await bring_up_to_date(place.store, TASK, frozenset(place.units)) == []
