"""When a Unit looks like two devices."""

from aosedge.cloud.domain.clones import OFTEN, SHORT_US, WINDOW_US, Takeover, Takeovers, remembered
from aosedge.model.ids import UnitId
from aosedge.model.instants import HOUR, SECOND, Instant

UNIT = UnitId("u1")
NOW = Instant(1_700_000_000_000_000)
SAME = Takeover("10.0.0.1:4000", "10.0.0.1:4001", SECOND)


def after(*takeovers: Takeover, every_us: int = SECOND) -> Takeovers:
    found: Takeovers | None = None
    for number, each in enumerate(takeovers):
        found = remembered(found, UNIT, each, Instant(NOW + number * every_us))
    assert found is not None
    return found


def test_a_device_that_comes_back_once_is_one_device() -> None:
    found = after(SAME)
    assert found == Takeovers(UNIT, SAME.older, SAME.newer, NOW, NOW, 1, None)


def test_a_device_that_goes_into_another_network_after_a_while_is_one_device() -> None:
    assert after(Takeover("10.0.0.1:4000", "10.0.0.2:4000", SHORT_US + 1)).suspected_at is None


def test_two_addresses_within_a_short_time_are_two_devices() -> None:
    assert after(Takeover("10.0.0.1:4000", "10.0.0.2:4000", SHORT_US)).suspected_at == NOW
    assert after(Takeover("fe80::1:4000", "fe80::2:4000", SHORT_US)).suspected_at == NOW


def test_the_one_that_was_thrown_out_and_comes_back_at_once_gives_itself_away() -> None:
    there = Takeover("10.0.0.1:4000", "10.0.0.2:4000", 3 * HOUR)
    back = Takeover("10.0.0.2:4000", "10.0.0.1:4001", SECOND)
    assert after(there, back).suspected_at == NOW + SECOND


def test_many_takeovers_from_one_address_are_two_devices_behind_it() -> None:
    assert after(*[SAME] * (OFTEN - 1)).suspected_at is None
    found = after(*[SAME] * OFTEN)
    assert (found.times, found.suspected_at) == (OFTEN, found.at)


def test_a_device_that_comes_back_now_and_then_is_one_device() -> None:
    found = after(*[SAME] * 20, every_us=WINDOW_US + 1)
    assert (found.times, found.suspected_at) == (1, None)


def test_who_is_suspected_stays_so_and_its_takeovers_are_counted_on() -> None:
    found = after(*[SAME] * (OFTEN + 2), every_us=WINDOW_US // OFTEN)
    later = remembered(found, UNIT, SAME, Instant(found.at + WINDOW_US * 9))
    assert later.suspected_at == found.suspected_at is not None
    assert (later.times, later.since) == (found.times + 1, found.since)
