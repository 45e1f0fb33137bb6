"""When a Unit renews its certificates, and how one takes another's place."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aosedge.core.domain.renewal import Stage, Standing, Step, next_step, renew_at
from aosedge.model.instants import DAY, HOUR, SECOND, Instant

LIFE = 1000 * DAY
START, END = Instant(0), Instant(LIFE)


def standing(chance: float = 0.5, stage: Stage = "none", since: int = 0, works: bool = False) -> Standing:
    return Standing(START, END, chance, stage=stage, since=Instant(since), works=works)


@given(st.floats(0, 1))
def test_a_unit_renews_around_three_quarters_of_the_life(chance: float) -> None:
    at = renew_at(standing(chance))
    assert 73 * LIFE // 100 <= at <= 77 * LIFE // 100
    assert next_step(standing(chance), Instant(at - 1)) == Step("rest", 1)
    assert next_step(standing(chance), at) == Step("begin", 0)


def test_units_that_were_made_together_do_not_renew_together() -> None:
    assert renew_at(standing(0.25)) < renew_at(standing(0.5)) < renew_at(standing(0.75))


def test_a_unit_with_time_left_looks_again_within_an_hour() -> None:
    assert next_step(standing(), START) == Step("rest", HOUR)


def test_what_somebody_asks_for_begins_at_once() -> None:
    assert next_step(Standing(START, END, 0.5, wanted=True), START) == Step("begin", 0)


def test_a_clock_that_is_wrong_does_not_make_a_unit_renew_again_and_again() -> None:
    now = Instant(10 * LIFE)
    taken = Standing(START, END, 0.5, taken_at=now)
    assert next_step(taken, now) == Step("rest", HOUR)
    assert next_step(taken, Instant(now + LIFE // 10)) == Step("begin", 0)


@pytest.mark.parametrize(
    ("stage", "works", "act"),
    [
        ("asked", False, "ask"),
        ("issued", False, "try"),
        ("issued", True, "confirm"),
        ("confirmed", False, "confirm"),
        ("confirmed", True, "confirm"),
    ],
)
def test_each_stage_has_its_own_next_step(stage: Stage, works: bool, act: str) -> None:
    assert next_step(standing(stage=stage, works=works), Instant(DAY - 1)) == Step(act, HOUR)  # type: ignore[arg-type]


@pytest.mark.parametrize("stage", ["asked", "issued"])
def test_no_stage_that_the_cloud_may_not_know_of_is_for_ever(stage: Stage) -> None:
    assert next_step(standing(stage=stage, since=5), Instant(DAY + 5)) == Step("give_up", 0)


def test_what_the_cloud_may_know_of_is_never_given_up() -> None:
    """Liveness: the cloud's acknowledgement is what it waits for, and every connection asks for it."""
    assert next_step(standing(stage="confirmed"), Instant(900 * DAY)).act == "confirm"
    assert next_step(standing(stage="issued", works=True), Instant(900 * DAY)).act == "confirm"


def test_attempts_come_faster_near_the_end_but_not_faster_than_one_a_second() -> None:
    near = Instant(END - 50 * SECOND)
    assert next_step(standing(stage="asked", since=near), near).pause_us == 5 * SECOND
    past = Instant(END + DAY)
    assert next_step(standing(stage="asked", since=past), past).pause_us == SECOND
