"""What share of failures is usual, by what came of campaigns before, where a person does not say."""

from typing import Final

import msgspec

from aosedge.cloud.domain.campaigns.policy import Sequential

FLOOR: Final = 0.001
MOST: Final = 0.5
"""However much has failed: more than that is usual nowhere."""
ENOUGH: Final = 100
"""Results without which the past says nothing."""
_TIMES: Final = 5
_LEAST_TOO_MUCH: Final = 0.02


class Past(msgspec.Struct, frozen=True):
    """Results of campaigns that went through to everybody, and failures among them."""

    results: int = 0
    failures: int = 0


def usual(of_items: Past, of_all: Past) -> float:
    """The failure share of what brought the same items, or where that is little of all campaigns; FLOOR..MOST."""
    told = next((past for past in (of_items, of_all) if past.results >= ENOUGH), Past())
    return min(max(told.failures / told.results, FLOOR), MOST) if told.results else FLOOR


def completed(p0: float | None, p1: float | None, alpha: float, beta: float, past: float) -> Sequential:
    """The test with what nobody said: `p0` as usual in the past, `p1` five times that, and at least 2 %.

    Where five times as much would be nearly all or more, halfway to all is too much.
    """
    p0 = past if p0 is None else p0
    return Sequential(p0, min(max(_TIMES * p0, _LEAST_TOO_MUCH), (1 + p0) / 2) if p1 is None else p1, alpha, beta)
