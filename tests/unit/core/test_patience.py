"""Pauses before a Unit asks again."""

from aosedge.core.domain.patience import PAUSE_MOST_S, pause_s


def test_pauses_double_up_to_five_minutes_and_spread_over_half_of_it() -> None:
    assert [pause_s(attempt, 10, 0) for attempt in range(3)] == [10, 20, 40]
    assert pause_s(1000, 10, 0) == PAUSE_MOST_S
    assert pause_s(0, 10, 1) == 5
    assert pause_s(0, 0, 0) == 1
