"""A plan beside what happened."""

from msgspec.structs import replace
from tests.unit.cloud.domain.campaigns.test_outline import outline

from aosedge.cloud.domain.campaigns.comparison import Comparison, Outcome, Stuck, Tally, compared
from aosedge.cloud.domain.campaigns.state import Campaign, Counts, Wave
from aosedge.model.ids import BundleId, CampaignId, OrgId, SystemId, UnitId
from aosedge.model.instants import SECOND, Instant

PLAN = outline()
WAVES = (
    Wave(0, state="passed", counts=Counts(succeeded=1), begun_at=Instant(5 * SECOND)),
    Wave(1, state="waiting"),
    Wave(2, undoes=0),
)
CAMPAIGN = Campaign(CampaignId("c"), OrgId("o"), "t", BundleId("b"), Instant(0), waves=WAVES, plan_digest=PLAN.digest)


def comparison(campaign: Campaign = CAMPAIGN, *tallies: Tally) -> Comparison:
    ends = (Outcome("failed", "why", 1),)
    return compared(PLAN, campaign, tallies, ends, 3, (Stuck(UnitId("u"), SystemId("s"), "offline"),))


def test_each_planned_wave_is_beside_what_it_came_to() -> None:
    first, second = comparison(CAMPAIGN, Tally(0, 1, 30, Instant(9 * SECOND))).waves
    assert (first.state, first.planned_units, first.counts.succeeded, first.joined) == ("passed", 1, 1, 1)
    assert (first.planned_bytes, first.fetched_bytes, first.took_us) == (30, 30, 4 * SECOND)
    assert (second.state, second.planned_units, second.counts, second.took_us) == ("waiting", 2, Counts(), None)


def test_all_together_take_what_those_took_that_took_place() -> None:
    assert comparison().took_us is None
    done = Tally(0, ended_at=Instant(9 * SECOND))
    assert comparison(CAMPAIGN, done, Tally(1, ended_at=Instant(99 * SECOND))).took_us == 4 * SECOND
    assert comparison(CAMPAIGN, Tally(0, ended_at=Instant(0))).took_us == 0


def test_it_says_whether_it_is_still_what_was_planned_and_who_is_stuck() -> None:
    found = comparison()
    assert (found.as_planned, found.not_back, found.stuck[0].system_uid) == (True, 3, "s")
    assert not comparison(replace(CAMPAIGN, plan_digest="other")).as_planned
