"""A campaign rehearsed against simulated Units: the same each time, and as the machine goes."""

from random import Random

from msgspec.structs import replace

from aosedge.cloud.domain.campaigns.limits import Limits
from aosedge.cloud.domain.campaigns.policy import Gate, Offline, Policy
from aosedge.cloud.domain.campaigns.rehearsal import LONGEST_US, Conditions, Run, Spread, rehearsed, spread
from aosedge.cloud.domain.campaigns.state import Campaign, Wave
from aosedge.cloud.domain.campaigns.timing import Timing
from aosedge.model.ids import BundleId, CampaignId, OrgId
from aosedge.model.instants import DAY, HOUR, MINUTE, SECOND, Instant
from aosedge.model.windows import Window

POLICY = Policy(gate=Gate(soak_us=5 * MINUTE), sequential=None)
HEALTHY = Conditions(0.0, (MINUTE,))


def campaign(*sizes: int, policy: Policy = POLICY) -> Campaign:
    waves = tuple(Wave(number, size=size) for number, size in enumerate(sizes))
    back = Wave(len(sizes), undoes=0)
    named = CampaignId("c"), OrgId("o"), "t", BundleId("b"), Instant(0)
    return Campaign(*named, policy=policy, waves=(*waves, back), state="completed", plan_digest="d")


def run(of: Campaign, conditions: Conditions = HEALTHY, seed: int = 1) -> Run:
    return rehearsed(of, conditions, Random(seed), Instant(0))


def test_healthy_units_take_their_time_and_the_soak_of_each_wave() -> None:
    assert run(campaign(2, 8)) == Run("completed", 2 * 6 * MINUTE, 10, 0)


def test_limits_and_empty_waves_count() -> None:
    few = replace(POLICY, limits=Limits(at_once=2))
    assert run(campaign(0, 6, policy=few)).took_us == 3 * MINUTE + 5 * MINUTE
    slow = replace(POLICY, limits=Limits(starts_per_minute=1))
    assert run(campaign(3, policy=slow)).took_us == 2 * MINUTE + 6 * MINUTE


def test_more_waves_than_steps_at_one_moment_go_on_at_the_next() -> None:
    assert run(campaign(*[0] * 150, 1)).ended == "completed"


def test_a_bad_release_halts_at_its_first_wave() -> None:
    found = run(campaign(20, 80), Conditions(1.0, (MINUTE,)))
    assert (found.ended, found.touched, found.took_us) == ("rolling_back", 20, MINUTE)
    assert found.failed == 20


def test_a_unit_that_takes_longer_than_its_deadline_fails() -> None:
    found = run(campaign(1), Conditions(0.0, (3 * HOUR,)))
    assert (found.ended, found.failed, found.took_us) == ("rolling_back", 1, 2 * HOUR)


def test_who_is_away_is_waited_for_and_then_left_out() -> None:
    back = run(campaign(3), Conditions(0.0, (MINUTE,), (1,), (HOUR,)))
    assert back == Run("completed", HOUR + 6 * MINUTE, 3, 0)
    gone = run(campaign(3), Conditions(0.0, (MINUTE,), (9,), (None,)))
    assert (gone.ended, gone.took_us) == ("completed", DAY)
    strict = replace(POLICY, offline=Offline(then="fail"))
    assert run(campaign(3, policy=strict), Conditions(0.0, (MINUTE,), (3,), (None,))).ended == "rolling_back"


def test_a_wave_that_a_person_lets_pass_passes_at_once() -> None:
    assert run(campaign(1, 1, policy=replace(POLICY, gate=replace(POLICY.gate, manual=True)))).took_us == 12 * MINUTE


def test_units_wait_for_their_windows() -> None:
    night = Timing(install=(Window("02:00", "03:00"),))
    timed = campaign(1, 1, policy=replace(POLICY, timing=night, unit_deadline_us=2 * DAY))
    assert run(timed).took_us == 2 * HOUR + 12 * MINUTE  # the second begins in the same window
    tokyo = replace(HEALTHY, zones=(("Asia/Tokyo",), ("UTC",)))
    assert run(timed, tokyo).took_us == DAY + 2 * HOUR + 6 * MINUTE
    hasty = campaign(1, policy=replace(POLICY, timing=night, unit_deadline_us=HOUR))
    assert (run(hasty).failed, run(hasty).took_us) == (1, HOUR)


def test_it_is_the_same_each_time_and_another_for_another_seed() -> None:
    some = Conditions(0.02, (MINUTE, 9 * MINUTE), (3, 10), (HOUR, 2 * HOUR))
    runs = [run(campaign(20, 80), some, seed) for seed in range(20)]
    assert [run(campaign(20, 80), some, seed) for seed in range(20)] == runs
    assert len(set(map(repr, runs))) > 1


def test_what_comes_to_no_end_is_cut() -> None:
    endless = replace(POLICY, gate=replace(POLICY.gate, soak_us=LONGEST_US + 1), unit_deadline_us=LONGEST_US)
    found = run(campaign(1, policy=endless))
    assert (found.ended, found.took_us > LONGEST_US - 2 * SECOND) == ("completed", True)
    never = replace(POLICY, offline=Offline(after_us=2 * LONGEST_US))
    assert run(campaign(1, 1, policy=never), Conditions(0.0, (MINUTE,), (1, 1), (None,))).ended == "running"


def test_a_spread_is_by_the_nearest_rank() -> None:
    assert spread([]) is None
    assert spread([7]) == Spread(7, 7, 7)
    assert spread(range(1, 101)) == Spread(10, 50, 90)
