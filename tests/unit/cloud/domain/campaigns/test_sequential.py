"""Wald's test: what it says, and how often it is wrong on simulated fleets."""

import random

import pytest

from aosedge.cloud.domain.campaigns.baseline import completed
from aosedge.cloud.domain.campaigns.policy import Gate, Sequential
from aosedge.cloud.domain.campaigns.sequential import Curve, curve

USUAL, TOO_MANY = 0.005, 0.05
TEST = Sequential(p0=USUAL, p1=TOO_MANY)


def until_decided(rate: float, chance: random.Random, test: Sequential = TEST) -> Curve:
    """As the gate goes by it: not before its sample."""
    results = failures = 0
    while True:
        results += 1
        failures += chance.random() < rate
        found = curve(test, results, failures)
        if found.verdict != "open" and results >= Gate().min_sample:
            return found


def test_nothing_is_known_before_the_first_result() -> None:
    assert curve(TEST, 0, 0).verdict == "open"


def test_successes_lower_the_curve_and_failures_raise_it() -> None:
    assert curve(TEST, 10, 0).value < 0 < curve(TEST, 10, 2).value
    assert curve(TEST, 200, 0).verdict == "usual"
    assert curve(TEST, 10, 3).verdict == "too_many"


@pytest.mark.parametrize("test", [TEST, Sequential(), completed(None, None, 0.05, 0.05, USUAL)], ids=str)
def test_it_errs_as_seldom_as_it_says(test: Sequential) -> None:
    chance, fleets = random.Random(7), 5000
    for rate, wrong in ((test.p0, "too_many"), (test.p1, "usual")):
        errors = sum(until_decided(rate, chance, test).verdict == wrong for _ in range(fleets))
        assert errors / fleets < 0.06  # alpha and beta are 5 %; the overshoot at a bound makes it less


def test_a_bad_release_is_stopped_after_a_few_dozen() -> None:
    chance = random.Random(11)
    touched = sorted(until_decided(TOO_MANY, chance).results for _ in range(501))
    assert touched[250] < 60
