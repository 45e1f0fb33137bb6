"""Whether a wave has passed, no longer can, or what it waits for."""

from typing import Final, Literal

import msgspec

from aosedge.cloud.domain.campaigns.policy import Gate, Policy, Sequential
from aosedge.cloud.domain.campaigns.sequential import Curve, curve
from aosedge.cloud.domain.campaigns.state import Counts, Wave
from aosedge.model.instants import Instant


class Judgement(msgspec.Struct, frozen=True):
    """The gate's word on a wave: why, and from when time alone may change it (None: time alone changes nothing)."""

    verdict: Literal["passed", "failed", "waiting"]
    reason: str
    look_again_at: Instant | None = None


WAITS_FOR_APPROVAL: Final = "waits for approval"


def judge(policy: Policy, wave: Wave, now: Instant) -> Judgement:
    """Judge the wave by itself, at its exit.

    A wave fails as soon as its counts make a share unreachable, not at its end; an empty one passes. Going back is
    not stopped by alerts: whoever goes back may well have raised them.
    """
    gate, counts, test = wave.gate, wave.counts, policy.sequential if wave.undoes is None else None
    if counts is None:
        return Judgement("waiting", "its members are being gathered")
    if not counts.judged:
        return Judgement("passed", "empty" if not counts.members else "no member is left to judge")
    broken = _broken(gate, test, counts) or (_alarmed(gate, wave.alerts) if wave.undoes is None else "")
    if broken and not wave.overridden:
        return Judgement("failed", broken)
    left = counts.judged - counts.results - counts.soaking
    usual = test is not None and curve_of(test, counts).verdict == "usual"
    if gate.early_pass and usual and not counts.unbegun:
        return _at_last(wave, f"usual by the sequential test after {counts.results} of {counts.judged} results")
    if left:
        return Judgement("waiting", f"{left} of {counts.judged} members have not got it yet")
    if wave.active_at is None:
        return Judgement("waiting", "the soak has not begun")
    ends = Instant(wave.active_at + gate.soak_us)
    if now < ends:
        return Judgement("waiting", "soaking", ends)
    if counts.results < counts.judged:
        return Judgement("waiting", f"{counts.soaking} members are to be seen healthy")
    return _at_last(wave, f"{counts.succeeded} of {counts.judged} succeeded, {counts.failures} failed")


def spoiled(wave: Wave) -> str:
    """Why a wave that has passed would not pass any more, as members failed later; empty where it would.

    The sequential test is over by then, and alerts of waves that are through are everyday life.
    """
    if wave.state != "passed" or wave.undoes is not None or wave.overridden or not wave.counts:
        return ""
    broken = _broken(wave.gate, None, wave.counts) if wave.counts.judged else ""
    return f"wave {wave.number + 1}, which had passed: {broken}" if broken else ""


def _at_last(wave: Wave, words: str) -> Judgement:
    """Nothing but a person's word may be missing."""
    if wave.gate.manual and wave.approved_by is None:
        return Judgement("waiting", WAITS_FOR_APPROVAL)
    return Judgement("passed", words)


def curve_of(test: Sequential, counts: Counts) -> Curve:
    """The sequential test on a wave's results."""
    return curve(test, counts.results, counts.failures)


def _broken(gate: Gate, test: Sequential | None, counts: Counts) -> str:
    """Why the wave cannot pass any more."""
    judged, failures = counts.judged, counts.failures
    if counts.results < min(gate.min_sample, judged):
        return ""
    if test is not None and curve_of(test, counts).verdict == "too_many":
        return f"{failures} of {counts.results} failed: more than usual, by the sequential test"
    if failures > gate.failed_share * judged:
        return f"{failures} of {judged} failed: over {gate.failed_share:.4g} of the wave"
    if judged - failures < gate.success_share * judged:
        return f"{failures} of {judged} failed: {gate.success_share:.4g} can no longer succeed"
    return ""


def _alarmed(gate: Gate, alerts: int) -> str:
    if not alerts:
        return ""
    return f"{alerts} alert{'' if alerts == 1 else 's'} of severity {gate.severity} or above on members"
