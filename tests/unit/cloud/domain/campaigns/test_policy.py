"""What a policy may say, each refusal with its field."""

import pytest

from aosedge.cloud.domain.campaigns.limits import Limits, Ramp
from aosedge.cloud.domain.campaigns.policy import (
    Gate,
    Offline,
    Policy,
    Sequential,
    WaveAsk,
    checked,
    waves_of,
)
from aosedge.model.errors import Invalid
from aosedge.model.instants import HOUR

BAD: list[tuple[Policy, str]] = [
    (Policy(gate=Gate(success_share=0.0)), "gate.success_share"),
    (Policy(gate=Gate(success_share=1.01)), "gate.success_share"),
    (Policy(gate=Gate(failed_share=-0.1)), "gate.failed_share"),
    (Policy(gate=Gate(success_share=0.99, failed_share=0.02)), "gate.failed_share"),
    (Policy(gate=Gate(min_sample=0)), "gate.min_sample"),
    (Policy(gate=Gate(soak_us=-1)), "gate.soak"),
    (Policy(gate=Gate(severity="fatal")), "gate.severity"),  # type: ignore[arg-type]
    (Policy(sequential=Sequential(p0=0.0)), "sequential.p0"),
    (Policy(sequential=Sequential(p0=0.05, p1=0.05)), "sequential.p1"),
    (Policy(sequential=Sequential(alpha=0.5, beta=0.5)), "sequential.beta"),
    (Policy(limits=Limits(at_once=0)), "limits.at_once"),
    (Policy(limits=Limits(starts_per_minute=0)), "limits.starts_per_minute"),
    (Policy(limits=Limits(bytes_per_second=0)), "limits.bytes_per_second"),
    (Policy(limits=Limits(ramp=Ramp(1, HOUR))), "limits.starts_per_minute"),
    (Policy(limits=Limits(starts_per_minute=5, ramp=Ramp(6, HOUR))), "limits.ramp.first"),
    (Policy(limits=Limits(starts_per_minute=5, ramp=Ramp(0, HOUR))), "limits.ramp.first"),
    (Policy(limits=Limits(starts_per_minute=5, ramp=Ramp(1, 0))), "limits.ramp.over"),
    (Policy(offline=Offline(after_us=0)), "offline.after"),
    (Policy(unit_deadline_us=1), "unit_deadline"),
    (Policy(priority=-1), "priority"),
    (Policy(strategy="rolling"), "waves"),
    (Policy(strategy="custom"), "waves"),
    (Policy(waves=tuple(WaveAsk(share=n / 40) for n in range(1, 41))), "waves"),
    (Policy(waves=(WaveAsk(),)), "waves[0]"),
    (Policy(waves=(WaveAsk(share=0.5, sets=("a",)),)), "waves[0]"),
    (Policy(waves=(WaveAsk(share=0.0),)), "waves[0].share"),
    (Policy(waves=(WaveAsk(share=1.01),)), "waves[0].share"),
    (Policy(waves=(WaveAsk(share=0.5), WaveAsk(share=0.5))), "waves[1].share"),
    (Policy(waves=(WaveAsk(sets=("a",)), WaveAsk(sets=("b", "a")))), "waves"),
]


@pytest.mark.parametrize(("policy", "element"), BAD, ids=lambda value: value if isinstance(value, str) else "")
def test_what_cannot_be_kept_is_refused_by_field(policy: Policy, element: str) -> None:
    with pytest.raises(Invalid) as raised:
        checked(policy)
    assert raised.value.element == element


def test_a_policy_that_can_be_kept_is_taken_as_it_is() -> None:
    for policy in (
        Policy(),
        Policy(sequential=None, limits=Limits(10, 5, Ramp(1, HOUR), 10_000_000)),
        Policy(strategy="rolling", waves=(WaveAsk(sets=("a", "b")), WaveAsk(sets=("c",)))),
        Policy(strategy="custom", waves=(WaveAsk(sets=("a",)), WaveAsk(share=0.1), WaveAsk(share=1.0))),
    ):
        assert checked(policy) == policy


def test_each_strategy_has_its_waves() -> None:
    assert [ask.share for ask in waves_of(Policy())] == [0.01, 0.05, 0.25, 1.0]
    assert [ask.share for ask in waves_of(Policy(strategy="canary"))] == [0.05, 1.0]
    assert [ask.share for ask in waves_of(Policy(strategy="blue_green"))] == [0.5, 1.0]
    named = (WaveAsk(sets=("a",)),)
    assert waves_of(Policy(strategy="rolling", waves=named)) == named
