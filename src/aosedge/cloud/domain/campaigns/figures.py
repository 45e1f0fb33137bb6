"""What a wave's gate counts, term by term, as far as it has come: the same rules as its judgement, in figures."""

from math import ceil, floor
from typing import Final, Literal

import msgspec

from aosedge.cloud.domain.campaigns.state import Wave
from aosedge.model.instants import SECOND, Instant

Term = Literal["results", "succeeded", "failed", "alerts", "soak", "approval"]
Standing = Literal["met", "open", "broken"]
_DUST: Final = 1e-9
"""Shares are binary fractions: 0.9 of 10 are 9 members."""


class Figure(msgspec.Struct, frozen=True):
    """One term of a gate: `has` against `wants`. Of `failed` and `alerts` it wants at most so many, of all others at
    least; `soak` is in seconds, `approval` 0 or 1."""

    term: Term
    has: int
    wants: int
    standing: Standing


def figures(wave: Wave, now: Instant) -> tuple[Figure, ...]:
    """The terms of a wave that has members to judge; those that its gate does not have are left out."""
    gate, counts = wave.gate, wave.counts
    if counts is None or not counts.judged:
        return ()
    judged, failures = counts.judged, counts.failures
    sample = min(gate.min_sample, judged)
    sampled = counts.results >= sample
    needed = ceil(gate.success_share * judged - _DUST)
    most = floor(gate.failed_share * judged + _DUST)
    lost = sampled and judged - failures < gate.success_share * judged
    found = [
        Figure("results", counts.results, sample, "met" if sampled else "open"),
        Figure("succeeded", counts.succeeded, needed, _standing(counts.succeeded >= needed, lost)),
        Figure("failed", failures, most, _standing(counts.results == judged, sampled and failures > most)),
    ]
    if wave.undoes is None:
        found.append(Figure("alerts", wave.alerts, 0, "broken" if wave.alerts else "met"))
    if gate.soak_us and wave.state not in ("failed", "skipped"):
        passed = 0 if wave.active_at is None else min(max(0, now - wave.active_at), gate.soak_us)
        wants = ceil(gate.soak_us / SECOND)
        found.append(Figure("soak", passed // SECOND, wants, "met" if passed == gate.soak_us else "open"))
    if gate.manual:
        approved = wave.approved_by is not None
        found.append(Figure("approval", int(approved), 1, "met" if approved else "open"))
    return tuple(found)


def _standing(met: bool, broken: bool) -> Standing:
    return "broken" if broken else "met" if met else "open"
