"""What is foretold from what was measured."""

from aosedge.cloud.domain.campaigns.expected import Measured, Rates, expected_us, rates_of
from aosedge.cloud.domain.campaigns.limits import Limits
from aosedge.cloud.domain.campaigns.policy import Gate, Policy
from aosedge.model.instants import MINUTE, SECOND, Instant

PLAIN = Policy(gate=Gate(soak_us=5 * MINUTE))
RATES = Rates(update_us=60 * SECOND, updates=3)


def member(offered: int, active: int, downloading: int | None = None, installing: int | None = None) -> Measured:
    spans = [None if at is None else Instant(at * SECOND) for at in (downloading, installing)]
    return Measured(Instant(offered * SECOND), Instant(active * SECOND), 1000, *spans)


def test_rates_are_medians_with_how_many_they_are_of() -> None:
    found = rates_of([member(0, 10, 2, 4), member(0, 20), member(0, 90, 2, 12), member(5, 5, 7, 7)], 1, 9)
    assert found == Rates(10 * SECOND, 4, 100, 2, 6 * SECOND, 3, 1, 9, Instant(90 * SECOND))


def test_where_nothing_was_measured_nothing_is_said() -> None:
    assert rates_of([], 0, 0) == Rates()
    assert expected_us(PLAIN, Rates(), 5, 1000) is None
    assert expected_us(PLAIN, Rates(), 0, 0) == 0


def test_a_wave_takes_as_long_as_one_unit_and_its_soak() -> None:
    assert expected_us(PLAIN, RATES, 5, 0) == 6 * MINUTE


def test_where_bytes_and_installing_were_measured_the_unit_takes_both() -> None:
    apart = Rates(update_us=1, updates=1, bytes_per_s=100, downloads=1, install_us=20 * SECOND, installs=1)
    assert expected_us(PLAIN, apart, 2, 2 * 4000) == 60 * SECOND + 5 * MINUTE


def test_limits_stretch_a_wave() -> None:
    few = Policy(gate=PLAIN.gate, limits=Limits(at_once=2))
    assert expected_us(few, RATES, 5, 0) == 3 * MINUTE + 5 * MINUTE
    slow = Policy(gate=PLAIN.gate, limits=Limits(starts_per_minute=2))
    assert expected_us(slow, RATES, 5, 0) == 2 * MINUTE + MINUTE + 5 * MINUTE
    thin = Policy(gate=PLAIN.gate, limits=Limits(bytes_per_second=10))
    assert expected_us(thin, RATES, 5, 1200) == 2 * MINUTE + 5 * MINUTE
