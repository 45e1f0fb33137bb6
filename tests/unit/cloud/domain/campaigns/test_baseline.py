"""What is usual, by the past."""

import pytest

from aosedge.cloud.domain.campaigns.baseline import Past, completed, usual
from aosedge.cloud.domain.campaigns.policy import Policy, Sequential, checked


def test_the_same_items_count_before_all_others_and_little_says_nothing() -> None:
    assert usual(Past(200, 2), Past(10_000, 300)) == 0.01
    assert usual(Past(99, 50), Past(10_000, 300)) == 0.03
    assert usual(Past(99, 50), Past(10, 5)) == 0.001
    assert usual(Past(1_000, 0), Past()) == 0.001


def test_what_is_too_much_is_five_times_as_much_and_at_least_two_percent() -> None:
    assert completed(None, None, 0.05, 0.05, 0.001) == Sequential(0.001, 0.02)
    assert completed(None, None, 0.01, 0.02, 0.01) == Sequential(0.01, 0.05, 0.01, 0.02)
    assert completed(0.002, 0.3, 0.05, 0.05, 0.01) == Sequential(0.002, 0.3)


@pytest.mark.parametrize("failures", [0, 1, 25, 50, 99, 100])
def test_however_bad_the_past_was_there_is_a_test_that_can_be_kept(failures: int) -> None:
    test = completed(None, None, 0.05, 0.05, usual(Past(100, failures), Past()))
    assert 0.001 <= test.p0 <= 0.5
    assert checked(Policy(sequential=test)).sequential == test
