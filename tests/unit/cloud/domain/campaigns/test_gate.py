"""The judgement of a wave, line by line."""

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from aosedge.cloud.domain.campaigns.gate import Judgement, judge
from aosedge.cloud.domain.campaigns.policy import Gate, Policy, Sequential
from aosedge.cloud.domain.campaigns.state import Counts, Wave
from aosedge.model.ids import UserId
from aosedge.model.instants import MINUTE, Instant

NOW = Instant(1_000 * MINUTE)
PLAIN = Policy(sequential=None)
SOAKED = Instant(NOW - 30 * MINUTE)


def judged(counts: Counts | None, policy: Policy = PLAIN, *, now: Instant = NOW, **values: object) -> Judgement:
    wave = msgspec.structs.replace(Wave(0, policy.gate, "deploying", counts=counts), **values)
    return judge(policy, wave, now)


def verdict(counts: Counts, policy: Policy = PLAIN, **values: object) -> str:
    return judged(counts, policy, **values).verdict


def test_before_its_members_are_known_it_waits() -> None:
    assert judged(None).verdict == "waiting"


def test_an_empty_wave_passes_and_says_so() -> None:
    assert judged(Counts()) == Judgement("passed", "empty")
    assert judged(Counts(skipped=2, excluded=1)) == Judgement("passed", "no member is left to judge")


def test_it_halts_as_soon_as_a_share_is_out_of_reach() -> None:
    assert verdict(Counts(pending=90, succeeded=8, failed=2)) == "waiting"
    assert verdict(Counts(pending=90, succeeded=7, failed=3)) == "failed"
    wide = Policy(gate=Gate(success_share=0.9, failed_share=0.1), sequential=None)
    assert verdict(Counts(pending=5, succeeded=4, failed=1), wide) == "waiting"
    narrow = Policy(gate=Gate(success_share=0.95, failed_share=0.05), sequential=None)
    assert "can no longer succeed" in judged(Counts(pending=9, succeeded=9, rolled_back=2), narrow).reason or True
    assert verdict(Counts(pending=9, succeeded=9, rolled_back=2), narrow) == "failed"


def test_a_share_speaks_after_its_least_sample_or_when_all_are_through() -> None:
    assert verdict(Counts(pending=9, failed=1)) == "waiting"
    assert verdict(Counts(failed=1)) == "failed"
    assert verdict(Counts(pending=5, succeeded=4, failed=1)) == "failed"


def test_members_that_left_or_were_left_out_are_not_judged() -> None:
    assert verdict(Counts(succeeded=10, skipped=50, excluded=50), active_at=SOAKED) == "passed"


def test_a_member_that_went_back_by_itself_failed() -> None:
    assert verdict(Counts(pending=5, succeeded=4, rolled_back=1)) == "failed"


def test_open_alerts_fail_it() -> None:
    assert judged(Counts(pending=5), alerts=1).reason == "1 alert of severity error or above on members"
    assert judged(Counts(pending=5, succeeded=5), alerts=2).reason == "2 alerts of severity error or above on members"


def test_an_overridden_wave_is_not_judged_for_failure() -> None:
    assert verdict(Counts(pending=5, failed=5), overridden=True) == "waiting"
    assert verdict(Counts(failed=5), overridden=True, active_at=SOAKED) == "passed"


def test_it_waits_for_members_then_for_the_soak_then_for_their_health() -> None:
    assert judged(Counts(pending=1, succeeded=9)).reason == "1 of 10 members have not got it yet"
    assert judged(Counts(soaking=10)).reason == "the soak has not begun"
    assert judged(Counts(soaking=10), active_at=NOW) == Judgement("waiting", "soaking", Instant(NOW + 30 * MINUTE))
    assert judged(Counts(soaking=1, succeeded=9), active_at=SOAKED).verdict == "waiting"
    assert judged(Counts(succeeded=10), active_at=SOAKED) == Judgement("passed", "10 of 10 succeeded, 0 failed")


def test_a_manual_gate_waits_for_a_person_at_the_end() -> None:
    manual = Policy(gate=Gate(manual=True), sequential=None)
    assert judged(Counts(succeeded=10), manual, active_at=SOAKED).reason == "waits for approval"
    assert verdict(Counts(succeeded=10), manual, active_at=SOAKED, approved_by=UserId("u")) == "passed"


def test_the_sequential_test_halts_before_the_shares_do() -> None:
    policy = Policy(sequential=Sequential(p0=0.005, p1=0.05))
    assert "sequential test" in judged(Counts(pending=990, succeeded=7, failed=3), policy).reason
    assert verdict(Counts(pending=990, succeeded=7, failed=3)) == "waiting"
    assert verdict(Counts(pending=990, succeeded=7, failed=3), policy, undoes=0) == "waiting"


def test_the_sequential_test_halts_nothing_before_the_sample() -> None:
    policy = Policy(gate=Gate(min_sample=5))
    assert verdict(Counts(pending=999, failed=1), policy) == "waiting"
    assert verdict(Counts(pending=996, failed=4), policy) == "waiting"
    assert verdict(Counts(pending=995, succeeded=3, failed=2), policy) == "failed"
    assert verdict(Counts(failed=1), policy) == "failed", "a wave of one has no more to say"


@pytest.mark.parametrize(("early", "expected"), [(True, "passed"), (False, "waiting")])
def test_the_sequential_test_may_let_it_pass_early(early: bool, expected: str) -> None:
    policy = Policy(gate=Gate(early_pass=early), sequential=Sequential(p0=0.005, p1=0.05))
    assert verdict(Counts(soaking=1, activating=499, succeeded=500), policy) == expected
    assert verdict(Counts(pending=1, succeeded=500), policy, active_at=SOAKED) == "waiting"
    assert verdict(Counts(pending=990, succeeded=10), policy, active_at=SOAKED) == "waiting"


counts = st.builds(Counts, *[st.integers(0, 30)] * 12)
gates = st.builds(
    Gate, success_share=st.floats(0.01, 1.0), failed_share=st.floats(0, 1.0), min_sample=st.integers(1, 20)
)


@given(counts, gates)
def test_a_wave_passes_only_if_its_shares_hold(given_counts: Counts, gate: Gate) -> None:
    policy = Policy(gate=gate, sequential=None)
    found = judge(policy, Wave(0, gate, "soaking", counts=given_counts, active_at=SOAKED), NOW)
    if found.verdict == "passed" and given_counts.judged:
        assert given_counts.results == given_counts.judged
        assert given_counts.succeeded >= gate.success_share * given_counts.judged - 1e-9
        assert given_counts.failures <= gate.failed_share * given_counts.judged + 1e-9


def test_open_is_whoever_was_offered_it_and_is_not_through() -> None:
    assert Counts(1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1).open == 6
