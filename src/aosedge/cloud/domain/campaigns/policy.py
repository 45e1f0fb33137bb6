"""What a campaign may do and when it must stop, as a person states it. Defaults are those of the documents."""

from typing import Final, Literal

import msgspec

from aosedge.cloud.domain.campaigns.limits import Limits, checked_limits, checked_span
from aosedge.cloud.domain.campaigns.timing import Timing, checked_timing
from aosedge.model.errors import Invalid
from aosedge.model.instants import DAY, HOUR, MINUTE

Severity = Literal["info", "warning", "error", "critical"]
Strategy = Literal["canary", "blue_green", "rolling", "staged", "custom"]

MOST_WAVES: Final = 32
LONGEST_US: Final = 366 * DAY
_SEVERITIES: Final = ("info", "warning", "error", "critical")


class Gate(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """When a wave has passed, and when it no longer can. Shares are of its judged members, 0..1."""

    success_share: float = 0.95
    failed_share: float = 0.02
    min_sample: int = 5
    soak_us: int = 30 * MINUTE
    severity: Severity = "error"
    manual: bool = False
    early_pass: bool = False
    """Whether the sequential test may let a wave pass before every member has a result."""


class Sequential(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Wald's test of the failure share: `p0` is usual, `p1` is too much; alpha and beta are the chances of error.

    It halts nothing before the gate has its `min_sample` results.
    """

    p0: float = 0.001
    p1: float = 0.02
    alpha: float = 0.05
    beta: float = 0.05


class Offline(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What becomes of a member that has not been there for `after_us` since its wave began."""

    after_us: int = DAY
    then: Literal["exclude", "fail"] = "exclude"


class WaveAsk(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A wave as asked for: a growing share of all members, 0..1, or Unit Sets by id."""

    share: float | None = None
    sets: tuple[str, ...] = ()


class Policy(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Everything that a person may say of how a campaign goes."""

    strategy: Strategy = "staged"
    waves: tuple[WaveAsk, ...] = ()
    gate: Gate = Gate()
    sequential: Sequential | None = Sequential()
    limits: Limits = Limits()
    offline: Offline = Offline()
    unit_deadline_us: int = 2 * HOUR
    """From the offer until a Unit has a result, while it is connected: silence is a failure."""
    newcomers: Literal["join", "ignore"] = "join"
    priority: int = 0
    roll_back_on_halt: bool = True
    four_eyes: bool = False
    """Whether somebody other than its maker must approve the plan before it starts."""
    require_way_back: bool = False
    """Whether a Unit that could not go back to what it runs is left out, not only named."""
    timing: Timing = Timing()
    """When Units may take its steps."""


def waves_of(policy: Policy) -> tuple[WaveAsk, ...]:
    """The waves that a strategy stands for, where the policy does not name its own."""
    if policy.waves:
        return policy.waves
    shares = {
        "canary": (0.05, 1.0),
        "blue_green": (0.5, 1.0),
        "staged": (0.01, 0.05, 0.25, 1.0),
        "rolling": (1.0,),
        "custom": (1.0,),
    }
    return tuple(WaveAsk(share=share) for share in shares[policy.strategy])


def checked(policy: Policy) -> Policy:
    """The policy, if it can be kept; raises Invalid naming the field."""
    gate, test = policy.gate, policy.sequential
    _share("gate.success_share", gate.success_share)
    _share("gate.failed_share", gate.failed_share, least=0.0)
    if gate.success_share + gate.failed_share > 1.0:
        raise Invalid(
            "the gate can never be met: a wave would halt before it may pass",
            element="gate.failed_share",
            expected=f"at most {1 - gate.success_share:g}, as success_share is {gate.success_share:g}",
            got=f"{gate.failed_share:g}",
        )
    _number("gate.min_sample", gate.min_sample, 1, 100_000)
    checked_span("gate.soak", gate.soak_us, 0, LONGEST_US)
    if gate.severity not in _SEVERITIES:
        raise Invalid("no such severity", element="gate.severity", expected=", ".join(_SEVERITIES), got=gate.severity)
    if test is not None:
        _test(test)
    checked_limits(policy.limits)
    checked_span("offline.after", policy.offline.after_us, MINUTE, LONGEST_US)
    checked_span("unit_deadline", policy.unit_deadline_us, MINUTE, LONGEST_US)
    checked_timing(policy.timing, policy.unit_deadline_us)
    _number("priority", policy.priority, 0, 1_000_000)
    _waves(policy)
    return policy


def _waves(policy: Policy) -> None:
    if policy.strategy in ("rolling", "custom") and not policy.waves:
        raise Invalid(f"a {policy.strategy} campaign names its waves", element="waves", expected="one or more")
    if len(policy.waves) > MOST_WAVES:
        raise Invalid("too many waves", element="waves", expected=f"at most {MOST_WAVES}", got=str(len(policy.waves)))
    reached = 0.0
    for number, wave in enumerate(policy.waves):
        element = f"waves[{number}]"
        if (wave.share is None) == (not wave.sets):
            raise Invalid("a wave is a share or sets", element=element, expected="share or sets, not both")
        if wave.share is not None:
            _share(f"{element}.share", wave.share)
            if wave.share <= reached:
                raise Invalid(
                    "shares grow from wave to wave",
                    element=f"{element}.share",
                    expected=f"more than {reached:g}",
                    got=f"{wave.share:g}",
                )
            reached = wave.share
    named = [set_ for wave in policy.waves for set_ in wave.sets]
    twice = next((set_ for set_ in named if named.count(set_) > 1), None)
    if twice is not None:
        raise Invalid("a set is in one wave", element="waves", got=twice)


def _test(test: Sequential) -> None:
    for name in ("p0", "p1", "alpha", "beta"):
        value = getattr(test, name)
        if not 0.0 < value < 1.0:
            raise Invalid(
                "no such chance", element=f"sequential.{name}", expected="above 0, below 1", got=f"{value:g}"
            )
    if test.p1 <= test.p0:
        raise Invalid(
            "p1 is what is too much", element="sequential.p1", expected=f"above p0, {test.p0:g}", got=f"{test.p1:g}"
        )
    if test.alpha + test.beta >= 1.0:
        raise Invalid("the test would decide by chance", element="sequential.beta", expected="alpha + beta below 1")


def _share(element: str, value: float, *, least: float | None = None) -> None:
    fits = 0.0 < value <= 1.0 if least is None else least <= value <= 1.0
    if not fits:
        expected = "above 0, at most 1" if least is None else f"{least:g}..1"
        raise Invalid("no such share", element=element, expected=expected, got=f"{value:g}")


def _number(element: str, value: int, least: int, most: int) -> None:
    if not least <= value <= most:
        raise Invalid("out of range", element=element, expected=f"{least}..{most}", got=str(value))
