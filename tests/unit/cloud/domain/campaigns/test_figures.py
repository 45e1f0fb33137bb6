"""A gate in figures agrees with what it decides."""

from hypothesis import given
from hypothesis import strategies as st

from aosedge.cloud.domain.campaigns.figures import Figure, figures
from aosedge.cloud.domain.campaigns.gate import judge
from aosedge.cloud.domain.campaigns.policy import Gate, Policy
from aosedge.cloud.domain.campaigns.state import Counts, Wave
from aosedge.model.ids import UserId
from aosedge.model.instants import MINUTE, Instant

NOW = Instant(1_000 * MINUTE)


def test_without_members_to_judge_there_are_none() -> None:
    assert figures(Wave(0), NOW) == ()
    assert figures(Wave(0, counts=Counts(skipped=3)), NOW) == ()


def test_every_term_says_what_it_has_and_what_it_wants() -> None:
    gate = Gate(success_share=0.9, failed_share=0.1, min_sample=5, soak_us=30 * MINUTE, manual=True)
    counts = Counts(pending=2, soaking=2, succeeded=5, failed=1)
    wave = Wave(0, gate, "soaking", counts=counts, active_at=Instant(NOW - 10 * MINUTE), alerts=2)
    assert figures(wave, NOW) == (
        Figure("results", 6, 5, "met"),
        Figure("succeeded", 5, 9, "open"),
        Figure("failed", 1, 1, "open"),
        Figure("alerts", 2, 0, "broken"),
        Figure("soak", 600, 1800, "open"),
        Figure("approval", 0, 1, "open"),
    )


def test_a_gate_that_is_through_has_every_term_met() -> None:
    gate = Gate(manual=True)
    counts = Counts(succeeded=10)
    wave = Wave(0, gate, "passed", counts=counts, active_at=Instant(NOW - 90 * MINUTE), approved_by=UserId("u"))
    assert {each.standing for each in figures(wave, NOW)} == {"met"}


def test_going_back_has_neither_alerts_nor_a_soak() -> None:
    wave = Wave(1, Gate(soak_us=0), "deploying", counts=Counts(pending=4), undoes=0, alerts=3)
    assert [(each.term, each.standing) for each in figures(wave, NOW)] == [
        ("results", "open"), ("succeeded", "open"), ("failed", "open"),
    ]  # fmt: skip
    ahead = Wave(0, Gate(), "soaking", counts=Counts(soaking=1), active_at=Instant(NOW + MINUTE))
    assert Figure("soak", 0, 1800, "open") in figures(ahead, NOW)
    failed = Wave(0, Gate(), "failed", counts=Counts(failed=1), active_at=Instant(NOW - 90 * MINUTE))
    assert "soak" not in {each.term for each in figures(failed, NOW)}


COUNTS = st.builds(Counts, **{name: st.integers(0, 12) for name in ("pending", "soaking", "succeeded", "failed")})
SHARES = st.sampled_from([(0.95, 0.02), (0.9, 0.1), (0.5, 0.3), (1.0, 0.0), (0.7, 0.3)])


@given(COUNTS, SHARES, st.integers(1, 8), st.integers(0, 1))
def test_a_term_is_broken_exactly_when_the_gate_says_that_the_wave_failed(
    counts: Counts, shares: tuple[float, float], sample: int, alerts: int
) -> None:
    gate = Gate(success_share=shares[0], failed_share=shares[1], min_sample=sample)
    wave = Wave(0, gate, "deploying", counts=counts, alerts=alerts)
    broken = any(each.standing == "broken" for each in figures(wave, NOW))
    assert broken == (judge(Policy(gate=gate, sequential=None), wave, NOW).verdict == "failed")
