"""The sequential test of a campaign as the API takes and shows it."""

import msgspec

from aosedge.cloud.domain.campaigns.baseline import completed
from aosedge.cloud.domain.campaigns.policy import Sequential


class SequentialBody(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Wald's test of the failure share. Asked with null, `p0` is that of campaigns before, `p1` five times it."""

    p0: float | None = None
    p1: float | None = None
    alpha: float = 0.05
    beta: float = 0.05


def sequential_of(body: SequentialBody | None, past: float) -> Sequential | None:
    """As the domain knows it, where this share of failures was usual."""
    return None if body is None else completed(body.p0, body.p1, body.alpha, body.beta, past)


def sequential_body(test: Sequential | None) -> SequentialBody | None:
    """As it is, with its figures."""
    return None if test is None else SequentialBody(test.p0, test.p1, test.alpha, test.beta)
