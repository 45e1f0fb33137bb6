"""Wald's sequential probability ratio test on failures, one Unit after another."""

from math import log
from typing import Literal

import msgspec

from aosedge.cloud.domain.campaigns.policy import Sequential

Verdict = Literal["too_many", "usual", "open"]


class Curve(msgspec.Struct, frozen=True):
    """The test so far: the log-likelihood ratio between its bounds, after so many results of which so many failed."""

    value: float
    lower: float
    upper: float
    results: int
    failures: int

    @property
    def verdict(self) -> Verdict:
        """`too_many` at the upper bound, `usual` at the lower, `open` between them."""
        if self.value >= self.upper:
            return "too_many"
        return "usual" if self.value <= self.lower else "open"


def curve(test: Sequential, results: int, failures: int) -> Curve:
    """The test after `results`, in which the order of failures does not matter."""
    per_failure = log(test.p1 / test.p0)
    per_success = log((1 - test.p1) / (1 - test.p0))
    return Curve(
        value=failures * per_failure + (results - failures) * per_success,
        lower=log(test.beta / (1 - test.alpha)),
        upper=log((1 - test.beta) / test.alpha),
        results=results,
        failures=failures,
    )
