"""Units at risk over all campaigns of an organization: who may have what is left."""

from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from aosedge.cloud.domain.campaigns.budget import at_risk, share_of
from aosedge.cloud.domain.campaigns.limits import Limits
from aosedge.cloud.domain.campaigns.pacing import room
from aosedge.cloud.domain.campaigns.policy import Policy
from aosedge.cloud.domain.campaigns.state import Campaign, Counts, Share, Wave
from aosedge.model.ids import BundleId, CampaignId, OrgId
from aosedge.model.instants import SECOND, Instant

NOW = Instant(1_790_000_000 * SECOND)


def campaign(name: str, counts: Counts, age: int = 0, priority: int = 0, limits: Limits = Limits()) -> Campaign:
    wave = Wave(0, state="deploying", counts=counts, begun_at=NOW)
    return Campaign(
        *(CampaignId(name), OrgId("oem"), name, BundleId("b"), Instant(NOW - age)),
        policy=Policy(limits=limits, priority=priority),
        state="running",
        waves=(wave,),
    )


def test_whoever_was_offered_it_and_is_not_through_its_soak_is_at_risk() -> None:
    counts = Counts(pending=1, offered=2, installing=4, soaking=8, succeeded=16, failed=32)
    out = campaign("a", counts)
    assert at_risk(out) == 14
    back = Wave(1, state="deploying", undoes=0, counts=Counts(offered=5))
    assert at_risk(replace(out, waves=(*out.waves, back, Wave(2)))) == 14


def test_priority_goes_first_then_age_and_each_takes_no_more_than_it_can_start() -> None:
    mine = campaign("mine", Counts(pending=50, soaking=1), age=5)
    assert share_of(mine, [], 20, NOW) == Share(20, 1, 19)
    older = campaign("older", Counts(pending=9, offered=2), age=9)
    assert share_of(mine, [older], 20, NOW) == Share(20, 3, 8)
    limited = replace(older, policy=Policy(limits=Limits(at_once=5)))
    assert share_of(mine, [limited], 20, NOW).left == 14
    younger = campaign("younger", Counts(pending=9, offered=2), age=1)
    assert share_of(mine, [younger], 20, NOW).left == 17
    assert share_of(mine, [replace(younger, policy=Policy(priority=1))], 20, NOW).left == 8
    for still in (replace(older, state="paused"), replace(older, waves=()), campaign("new", Counts(), age=9)):
        assert share_of(mine, [still], 20, NOW).left == 19 - at_risk(still)
    assert share_of(mine, [older], 3, NOW).left == 0


def test_the_budget_holds_what_goes_out_and_not_what_goes_back() -> None:
    held = replace(campaign("a", Counts(pending=5)), share=Share(9, 9, 0))
    assert (room(held, NOW).most, room(held, NOW).budget) == (0, True)
    assert "9 of at most 9 Units of the organization" in room(held, NOW).reason
    back = Wave(1, state="deploying", undoes=0, counts=Counts(pending=5), begun_at=NOW)
    assert room(replace(held, waves=(replace(held.waves[0], state="failed"), back)), NOW).most is None


@given(
    st.lists(
        st.tuples(st.integers(0, 30), st.integers(0, 9), st.integers(0, 2), st.integers(0, 3)), min_size=1, max_size=6
    ),
    st.integers(1, 40),
    st.randoms(use_true_random=False),
)
def test_in_whatever_order_they_start_no_more_are_at_risk_than_the_budget(
    drawn: list[tuple[int, int, int, int]],
    most: int,
    chance: st.randoms,  # type: ignore[valid-type]
) -> None:
    every = [
        campaign(str(n), Counts(pending=pending, offered=offered), age, priority)
        for n, (pending, offered, age, priority) in enumerate(drawn)
    ]
    before = sum(map(at_risk, every))
    for n in chance.choices(range(len(every)), k=20):  # type: ignore[attr-defined]
        others = [*every[:n], *every[n + 1 :]]
        counts = every[n].waves[0].counts or Counts()
        started = min(share_of(every[n], others, most, NOW).left, counts.pending)
        moved = replace(counts, pending=counts.pending - started, offered=counts.offered + started)
        every[n] = replace(every[n], waves=(replace(every[n].waves[0], counts=moved),))
        assert sum(map(at_risk, every)) <= max(most, before)
    first = min(every, key=lambda each: (-each.policy.priority, each.created_at, each.id))
    others = [each for each in every if each is not first]
    assert share_of(first, others, most, NOW).left == max(most - sum(map(at_risk, every)), 0)
