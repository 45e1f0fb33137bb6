"""Wald's test: what it says, and how often it is wrong on simulated fleets."""

import random

import pytest

from aosedge.cloud.domain.campaigns.policy import Sequential
from aosedge.cloud.domain.campaigns.sequential import Curve, curve

USUAL, TOO_MANY = 0.005, 0.05
TEST = Sequential(p0=USUAL, p1=TOO_MANY)


def until_decided(rate: float, chance: random.Random) -> Curve:
    results = failures = 0
    while True:
        results += 1
        failures += chance.random() < rate
        found = curve(TEST, results, failures)
        if found.verdict != "open":
            return found


def test_nothing_is_known_before_the_first_result() -> None:
    assert curve(TEST, 0, 0).verdict == "open"


def test_successes_lower_the_curve_and_failures_raise_it() -> None:
    assert curve(TEST, 10, 0).value < 0 < curve(TEST, 10, 2).value
    assert curve(TEST, 200, 0).verdict == "usual"
    assert curve(TEST, 10, 3).verdict == "too_many"


@pytest.mark.parametrize(("rate", "wrong"), [(USUAL, "too_many"), (TOO_MANY, "usual")])
def test_it_errs_as_seldom_as_it_says(rate: float, wrong: str) -> None:
    chance = random.Random(7)
    fleets = 2000
    errors = sum(until_decided(rate, chance).verdict == wrong for _ in range(fleets))
    assert errors / fleets < 0.06  # alpha and beta are 5 %; the overshoot at a bound makes it less


def test_a_bad_release_is_stopped_after_a_few_dozen() -> None:
    chance = random.Random(11)
    touched = sorted(until_decided(TOO_MANY, chance).results for _ in range(501))
    assert touched[250] < 60
