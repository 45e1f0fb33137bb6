"""The campaign machine: every verb in every state, and what follows by itself."""

from collections.abc import Iterable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from aosedge.cloud.domain.campaigns import events as e
from aosedge.cloud.domain.campaigns.limits import Limits
from aosedge.cloud.domain.campaigns.policy import Gate, Policy, Sequential, WaveAsk
from aosedge.cloud.domain.campaigns.state import Campaign, CampaignState, Counts, Selection, Starts, Wave
from aosedge.cloud.domain.campaigns.stepping import Step, step
from aosedge.model.errors import Conflict, Invalid
from aosedge.model.ids import BatchId, BundleId, CampaignId, FleetId, OrgId, SetId, UserId
from aosedge.model.instants import MINUTE, SECOND, Instant

NOW = Instant(1_000 * MINUTE)
LATER = Instant(NOW + 31 * MINUTE)
PLAIN = Policy(sequential=None, roll_back_on_halt=False)


def planned(waves: int = 2, policy: Policy = PLAIN) -> Campaign:
    campaign = Campaign(CampaignId("c"), OrgId("oem"), "spring", BundleId("b"), NOW, policy=policy)
    return step(campaign, e.Planned(tuple(Wave(n, policy.gate) for n in range(waves))), NOW).campaign


def after(campaign: Campaign, *happened: e.Event, now: Instant = NOW) -> Step:
    found = Step(campaign)
    for event in happened:
        found = step(found.campaign, event, now)
    return found


def running(policy: Policy = PLAIN, waves: int = 2, **counts: int) -> Campaign:
    return after(planned(waves, policy), e.Start(), e.Counted(0, Counts(**counts or {"pending": 10}))).campaign


def states(campaign: Campaign) -> list[str]:
    return [wave.state for wave in campaign.waves]


def test_a_start_opens_the_first_wave_and_its_members_are_offered_the_content() -> None:
    started = step(planned(), e.Start(), NOW)
    assert (started.campaign.state, started.effects) == ("running", (e.OpenWave(0),))
    assert states(started.campaign) == ["deploying", "waiting"]
    assert step(started.campaign, e.Looked(), NOW).effects == ()
    assert step(started.campaign, e.Counted(0, Counts(pending=10)), NOW).effects == (e.Offer(0, None),)


def test_a_scheduled_start_waits_for_its_time() -> None:
    scheduled = step(planned(), e.Start(LATER), NOW)
    assert (scheduled.campaign.state, scheduled.look_again_at) == ("scheduled", LATER)
    assert step(scheduled.campaign, e.Looked(), NOW).campaign.state == "scheduled"
    assert step(scheduled.campaign, e.Looked(), LATER).effects == (e.OpenWave(0),)
    assert step(planned(), e.Start(NOW), NOW).campaign.state == "running"
    with pytest.raises(Invalid, match="in the past"):
        step(planned(), e.Start(NOW), Instant(NOW + 6 * MINUTE))


def test_a_scheduled_start_of_what_may_not_go_any_more_is_planned_again_and_says_why() -> None:
    scheduled = step(planned(), e.Start(LATER), NOW).campaign
    held = step(scheduled, e.Hindered("its bundle is not verified"), LATER)
    assert (held.campaign.state, held.campaign.starts_at, held.effects) == ("planned", None, ())
    assert held.campaign.reason == "did not start: its bundle is not verified"
    assert step(held.campaign, e.Looked(), LATER).campaign == held.campaign
    assert step(held.campaign, e.Hindered("again"), LATER).campaign == held.campaign
    started = step(held.campaign, e.Start(), LATER).campaign
    assert (started.state, started.reason) == ("running", "")


def test_with_four_eyes_somebody_else_approves_just_this_plan() -> None:
    maker, other = UserId("maker"), UserId("other")
    campaign = replace(planned(policy=replace(PLAIN, four_eyes=True)), plan_digest="d", created_by=maker)
    with pytest.raises(Conflict, match="not approved"):
        after(campaign, e.Start())
    with pytest.raises(Conflict, match="cannot approve"):
        after(campaign, e.ApprovePlan(maker, "d"))
    with pytest.raises(Conflict, match="has changed"):
        after(campaign, e.ApprovePlan(other, "old"))
    approved = after(campaign, e.ApprovePlan(other, "d")).campaign
    assert after(approved, e.Start()).campaign.state == "running"
    changed = after(approved, e.Planned(approved.waves, "e")).campaign
    with pytest.raises(Conflict, match="not approved"):
        after(changed, e.Start())


def test_a_campaign_without_a_plan_does_not_start() -> None:
    with pytest.raises(Conflict, match="no plan"):
        step(planned(0), e.Start(), NOW)


def test_a_wave_that_passes_opens_the_next_and_the_last_completes_the_campaign() -> None:
    through = e.Counted(0, Counts(succeeded=10))
    soaking = step(running(), through, NOW)
    assert (states(soaking.campaign)[0], soaking.look_again_at) == ("soaking", Instant(NOW + 30 * MINUTE))
    second = step(soaking.campaign, e.Looked(), LATER)
    assert (states(second.campaign), second.effects) == (["passed", "deploying"], (e.OpenWave(1),))
    done = after(second.campaign, e.Counted(1, Counts()), now=LATER)
    assert (done.campaign.state, done.effects) == ("completed", (e.Release(),))
    assert done.campaign.waves[1].reason == "empty"


def test_the_soak_begins_anew_when_a_member_is_on_the_way_again() -> None:
    soaking = after(running(), e.Counted(0, Counts(soaking=10))).campaign
    again = step(soaking, e.Counted(0, Counts(soaking=9, activating=1)), NOW).campaign
    assert (states(again)[0], again.waves[0].active_at) == ("deploying", None)
    assert step(again, e.Counted(0, Counts(soaking=10)), LATER).campaign.waves[0].active_at == LATER


def test_units_at_once_and_starts_per_minute_bound_the_offers() -> None:
    one_by_one = Policy(sequential=None, limits=Limits(at_once=3))
    assert after(running(one_by_one), e.Counted(0, Counts(pending=8, offered=2))).effects == (e.Offer(0, 1),)
    assert after(running(one_by_one), e.Counted(0, Counts(pending=7, installing=3))).effects == ()
    slowly = Policy(sequential=None, limits=Limits(starts_per_minute=4))
    first = after(planned(2, slowly), e.Start(), e.Counted(0, Counts(pending=10)))
    assert (first.effects, first.look_again_at) == ((e.Offer(0, 4),), Instant(NOW + MINUTE))
    rest = e.Counted(0, Counts(pending=6, offered=4))
    assert after(first.campaign, rest, now=Instant(NOW + 59 * SECOND)).effects == ()
    assert after(first.campaign, rest, now=Instant(NOW + 60 * SECOND)).effects == (e.Offer(0, 4),)
    assert after(running(slowly), e.Counted(0, Counts(held=6, soaking=4))).effects == ()
    enough = after(running(replace(slowly, limits=Limits(starts_per_minute=100))), e.Looked())
    assert (enough.effects, enough.look_again_at) == ((e.Offer(0, 10),), None)


def test_a_failed_gate_halts_and_withdraws_what_has_not_begun() -> None:
    halted = step(running(), e.Counted(0, Counts(pending=5, succeeded=4, failed=1)), NOW)
    assert (halted.campaign.state, halted.effects) == ("halted", (e.Withdraw(),))
    assert states(halted.campaign) == ["failed", "waiting"]
    assert "1 of 10 failed" in halted.campaign.reason


def test_by_policy_a_failed_gate_brings_the_touched_members_back_last_wave_first() -> None:
    policy = replace(PLAIN, roll_back_on_halt=True)
    second = after(running(policy, 3), e.Counted(0, Counts(succeeded=10)), e.Looked(), now=LATER).campaign
    second = after(second, e.Looked(), now=Instant(LATER + 31 * MINUTE)).campaign
    assert states(second) == ["passed", "deploying", "waiting"]
    back = after(second, e.Counted(1, Counts(failed=5)), now=LATER)
    assert (back.campaign.state, back.effects) == ("rolling_back", (e.Withdraw(), e.OpenWave(3, 1)))
    assert states(back.campaign) == ["passed", "failed", "skipped", "deploying", "waiting"]
    assert after(back.campaign, e.Counted(3, Counts(pending=5)), now=LATER).effects == (e.Offer(3, None),)
    first = after(back.campaign, e.Counted(3, Counts(succeeded=5)), now=LATER)
    assert first.effects == (e.OpenWave(4, 0),)
    done = after(first.campaign, e.Counted(4, Counts(succeeded=9, skipped=1)), now=LATER)
    assert (done.campaign.state, done.effects) == ("rolled_back", (e.Release(),))


def test_going_back_that_fails_halts_once_and_can_be_resumed() -> None:
    back = after(running(), e.Halt("bad"), e.RollBack()).campaign
    stuck = after(back, e.Counted(2, Counts(pending=5, failed=5)))
    assert (stuck.campaign.state, stuck.effects) == ("halted", (e.Withdraw(),))
    again = after(stuck.campaign, e.Resume("the rest", override=True))
    assert (again.campaign.state, again.effects) == ("rolling_back", (e.Offer(2, None),))
    assert states(again.campaign)[:2] == ["failed", "skipped"]
    with pytest.raises(Conflict, match="goes back already"):
        after(stuck.campaign, e.RollBack())
    waiting = after(back, e.Pause()).campaign
    assert after(waiting, e.Resume()).campaign.reason == "resumed by a person"


def test_a_trial_goes_back_to_the_end_however_many_fail() -> None:
    trial = replace(running(), batch=BatchId("b"))
    back = after(trial, e.Halt("bad"), e.RollBack(), e.Counted(2, Counts(pending=5, failed=5))).campaign
    assert back.state == "rolling_back"
    assert after(back, e.Counted(2, Counts(failed=9, succeeded=1))).campaign.state == "rolled_back"


def test_a_pause_offers_nothing_and_a_gate_that_fails_meanwhile_still_halts() -> None:
    paused = after(running(), e.Pause()).campaign
    assert (paused.state, paused.reason) == ("paused", "paused by a person")
    assert after(paused, e.Counted(0, Counts(pending=9, succeeded=1))).effects == ()
    assert after(paused, e.Counted(0, Counts(failed=10))).campaign.state == "halted"
    resumed = after(paused, e.Resume())
    assert (resumed.campaign.state, resumed.effects) == ("running", (e.Offer(0, None),))
    between = replace(paused, waves=(Wave(0, state="passed"), Wave(1)))
    assert after(between, e.Looked()).effects == ()


def test_going_on_after_a_halt_needs_a_reason_and_past_the_gate_an_override() -> None:
    halted = after(running(), e.Counted(0, Counts(pending=5, failed=5))).campaign
    with pytest.raises(Invalid) as raised:
        after(halted, e.Resume())
    assert raised.value.element == "reason"
    assert after(halted, e.Resume("let us see")).campaign.state == "halted"
    overridden = after(halted, e.Resume("known and harmless", override=True))
    assert (overridden.campaign.state, overridden.effects) == ("running", (e.Offer(0, None),))


def test_failed_members_can_try_again() -> None:
    halted = after(running(), e.Counted(0, Counts(succeeded=5, failed=3, rolled_back=2))).campaign
    again = after(halted, e.RetryFailed())
    assert again.effects == (e.TryAgain(0),)
    assert again.campaign.waves[0].counts == Counts(pending=5, succeeded=5)
    assert after(again.campaign, e.Resume("fixed")).campaign.state == "running"
    for nothing in (running(), step(planned(), e.Start(), NOW).campaign, replace(halted, waves=())):
        with pytest.raises(Conflict, match="no member"):
            after(nothing, e.RetryFailed())


def test_a_person_lets_a_manual_wave_pass_once_it_waits_for_that() -> None:
    manual = replace(PLAIN, gate=Gate(manual=True))
    soaking = after(running(manual), e.Counted(0, Counts(succeeded=10))).campaign
    with pytest.raises(Conflict, match="no wave waits"):
        after(soaking, e.Approve(UserId("u")))
    assert after(soaking, e.Approve(UserId("u")), now=LATER).effects == (e.OpenWave(1),)
    with pytest.raises(Conflict, match="no wave waits"):
        after(planned(), e.Approve(UserId("u")))


def test_an_edit_counts_for_waves_that_have_not_begun_and_is_a_revision() -> None:
    edited = after(running(), e.Edit(replace(PLAIN, gate=Gate(soak_us=0), limits=Limits(at_once=1)))).campaign
    assert (edited.revision, edited.waves[0].gate.soak_us, edited.waves[1].gate.soak_us) == (2, 30 * MINUTE, 0)
    with pytest.raises(Invalid):
        after(running(), e.Edit(replace(PLAIN, priority=-1)))


def test_a_cancelled_campaign_leaves_what_is_active_and_is_over() -> None:
    cancelled = after(running(), e.Cancel())
    assert (cancelled.campaign.state, cancelled.effects) == ("cancelled", (e.Withdraw(), e.Release()))
    assert states(cancelled.campaign) == ["failed", "skipped"]


VERBS: dict[str, tuple[e.Event, set[CampaignState]]] = {
    "plan": (e.Planned((Wave(0),)), {"draft", "planned"}),
    "approve the plan of": (e.ApprovePlan(UserId("u"), ""), {"planned", "paused", "halted"}),
    "start": (e.Start(), {"planned"}),
    "pause": (e.Pause(), {"running", "rolling_back", "paused"}),
    "resume": (e.Resume("why"), {"paused", "halted"}),
    "halt": (e.Halt("why"), {"running", "paused", "scheduled", "halted"}),
    "cancel": (e.Cancel(), {"draft", "planned", "scheduled", "running", "paused", "halted", "cancelled"}),
    "roll back": (e.RollBack(), {"running", "paused", "halted", "completed"}),
    "edit": (e.Edit(PLAIN), {"draft", "planned", "scheduled", "running", "paused", "halted"}),
}
STATES: list[CampaignState] = [
    "draft", "planned", "scheduled", "running", "paused", "completed", "halted", "cancelled", "rolling_back",
    "rolled_back",
]  # fmt: skip


@pytest.mark.parametrize("verb", VERBS)
@pytest.mark.parametrize("state", STATES)
def test_a_verb_that_a_state_lacks_is_refused_with_what_has_it(verb: str, state: CampaignState) -> None:
    event, allowed = VERBS[verb]
    campaign = replace(planned(), state=state)
    if state in allowed:
        step(campaign, event, NOW)
        return
    with pytest.raises(Conflict, match=f"cannot {verb}") as raised:
        step(campaign, event, NOW)
    assert raised.value.got == state


@st.composite
def histories(draw: st.DrawFn) -> list[e.Event | int]:
    """Verbs and reports in any order; an int is minutes that pass."""
    verbs: Iterable[e.Event] = [event for event, _ in VERBS.values()]
    counted = st.builds(e.Counted, st.integers(0, 3), st.builds(Counts, *[st.integers(0, 6)] * 12), st.integers(0, 1))
    return draw(
        st.lists(st.sampled_from([*verbs, e.Looked(), e.RetryFailed()]) | counted | st.integers(0, 60), max_size=40)
    )


@settings(max_examples=300)
@given(histories(), st.booleans())
def test_whatever_happens_only_a_live_campaign_offers_and_one_wave_moves(
    happened: list[e.Event | int], tested: bool
) -> None:
    """I11: after a halt nobody starts."""
    campaign, now = planned(3, replace(Policy(), sequential=Sequential() if tested else None)), NOW
    for each in happened:
        if isinstance(each, int):
            now = Instant(now + each * MINUTE)
            continue
        if isinstance(each, e.Counted) and each.wave >= len(campaign.waves):
            continue
        try:
            found = step(campaign, each, now)
        except Conflict:
            continue
        campaign = found.campaign
        offers = [effect for effect in found.effects if isinstance(effect, e.Offer | e.OpenWave)]
        assert not offers or campaign.state in ("running", "rolling_back")
        assert sum(wave.state in ("deploying", "soaking") for wave in campaign.waves) <= 1
        assert [wave.number for wave in campaign.waves] == list(range(len(campaign.waves)))
        assert found.look_again_at is None or found.look_again_at > now


MAKER, OTHER = UserId("maker"), UserId("other")


def approved(state: CampaignState = "running") -> Campaign:
    """One that needs two people, and had them."""
    four = replace(PLAIN, four_eyes=True)
    campaign = replace(planned(policy=four), plan_digest="d", approved_digest="d", created_by=MAKER)
    return replace(after(campaign, e.Start(), e.Counted(0, Counts(pending=10))).campaign, state=state)


def edited(campaign: Campaign) -> Campaign:
    return step(campaign, e.Edit(replace(campaign.policy, unit_deadline_us=5 * MINUTE), OTHER), NOW).campaign


def test_a_change_after_the_start_waits_for_a_second_person() -> None:
    changed = edited(approved())
    assert (changed.state, changed.reason) == ("paused", "what was changed is to be approved by somebody else")
    with pytest.raises(Conflict, match="not approved"):
        after(changed, e.Resume())
    with pytest.raises(Conflict, match="cannot approve"):
        after(changed, e.ApprovePlan(OTHER, changed.plan_digest))
    agreed = after(changed, e.ApprovePlan(MAKER, changed.plan_digest)).campaign
    assert agreed.reason == "approved: to be resumed"
    assert after(agreed, e.Resume()).effects == (e.Offer(0, None),)
    assert edited(approved("halted")).state == "halted"
    assert edited(approved("scheduled")).state == "planned"
    assert after(edited(approved("halted")), e.RollBack()).campaign.state == "rolling_back"


def test_waves_and_the_need_of_two_people_are_settled_once_it_has_started() -> None:
    for change in ({"strategy": "canary"}, {"four_eyes": False}):
        with pytest.raises(Conflict, match="are settled"):
            step(approved(), e.Edit(replace(approved().policy, **change), OTHER), NOW)
    before = replace(planned(), approved_digest="d")
    assert step(before, e.Edit(replace(PLAIN, strategy="canary")), NOW).campaign.approved_digest == ""


def test_whoever_stops_it_twice_has_stopped_it() -> None:
    for verb in (e.Pause("one"), e.Halt("one"), e.Cancel("one")):
        once = step(running(), verb, NOW).campaign
        again = step(once, replace(verb, reason="two"), NOW)
        assert (again.campaign, again.effects) == (once, ())


def test_one_that_was_halted_before_its_time_waits_for_it_again() -> None:
    scheduled = step(planned(), e.Start(LATER), NOW).campaign
    resumed = after(scheduled, e.Halt("wait"), e.Resume("go"))
    assert (resumed.campaign.state, resumed.look_again_at) == ("scheduled", LATER)
    assert after(resumed.campaign, e.Looked(), now=LATER).campaign.state == "running"


def test_members_that_fail_after_their_wave_has_passed_halt_the_campaign() -> None:
    second = after(running(), e.Counted(0, Counts(succeeded=10)), e.Looked(), now=LATER)
    second = after(second.campaign, e.Looked(), now=Instant(LATER + 31 * MINUTE))
    assert states(second.campaign) == ["passed", "deploying"]
    late = replace(second.campaign.waves[0], counts=Counts(succeeded=9, failed=1))
    halted = step(replace(second.campaign, waves=(late, second.campaign.waves[1])), e.Looked(), LATER).campaign
    assert (halted.state, halted.reason) == (
        "halted",
        "wave 1, which had passed: 1 of 10 failed: over 0.02 of the wave",
    )
    assert step(halted, e.Resume("again"), LATER).campaign.state == "halted"
    over = step(halted, e.Resume("known", override=True), LATER).campaign
    assert (over.state, states(over)) == ("running", ["passed", "deploying"])


def test_what_failed_in_going_back_is_tried_again_there() -> None:
    back = after(
        running(), e.Counted(0, Counts(succeeded=10)), e.RollBack(), e.Counted(2, Counts(pending=10))
    ).campaign
    failed = after(back, e.Pause(), e.Counted(2, Counts(succeeded=9, failed=1))).campaign
    assert after(failed, e.RetryFailed()).effects == (e.TryAgain(2),)


def test_going_back_is_not_stopped_by_alerts() -> None:
    back = after(running(), e.Counted(0, Counts(succeeded=10)), e.RollBack()).campaign
    assert step(back, e.Counted(2, Counts(offered=10), alerts=3), NOW).campaign.state == "rolling_back"


def test_a_clock_that_was_turned_back_holds_up_neither_soak_nor_starts() -> None:
    slowly = Policy(sequential=None, limits=Limits(starts_per_minute=4))
    first = after(running(slowly), e.Counted(0, Counts(pending=6, offered=4)), now=LATER).campaign
    assert step(first, e.Counted(0, Counts(pending=6, soaking=4)), NOW).effects == (e.Offer(0, 4),)
    soaking = step(running(), e.Counted(0, Counts(soaking=10)), LATER).campaign
    again = step(soaking, e.Looked(), NOW)
    assert (again.campaign.waves[0].active_at, again.look_again_at) == (NOW, Instant(NOW + 30 * MINUTE))


@given(st.lists(st.tuples(st.integers(0, 40), st.integers(1, 9)), max_size=30))
def test_no_minute_has_more_starts_than_the_limit(looks: list[tuple[int, int]]) -> None:
    slowly = Policy(sequential=None, limits=Limits(starts_per_minute=7))
    campaign, now, made = running(replace(slowly, limits=Limits(starts_per_minute=7)), pending=0, held=1), NOW, []
    for seconds, pending in looks:
        now = Instant(now + seconds * SECOND // 4)
        found = step(campaign, e.Counted(0, Counts(pending=pending)), now)
        campaign = found.campaign
        made += [(now, effect.most) for effect in found.effects if isinstance(effect, e.Offer)]
        assert sum(most or 0 for at, most in made if at > now - MINUTE) <= 7


def test_starts_of_one_second_are_kept_together() -> None:
    kept = Starts().more(NOW, 2).more(Instant(NOW + 5), 3).more(Instant(NOW + SECOND), 1)
    assert kept.made == ((Instant(NOW + 5), 5), (Instant(NOW + SECOND), 1))
    assert kept.recent(Instant(NOW + MINUTE + 5)).number == 1


def test_a_campaign_knows_the_fleets_and_sets_that_it_names() -> None:
    selection = Selection(fleets=(FleetId("f"),), sets=(SetId("s"),))
    policy = replace(PLAIN, strategy="rolling", waves=(WaveAsk(sets=("w",)),))
    assert replace(planned(), selection=selection, policy=policy).named == {"f", "s", "w"}
