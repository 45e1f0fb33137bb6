"""How often somebody may try, and which failures get a line."""

import pytest

from aosedge.cloud.domain.attempts import Buckets, Noting, Rate, place_of
from aosedge.model.instants import SECOND, Monotonic


def at(seconds: float) -> Monotonic:
    return Monotonic(int(seconds * SECOND))


def test_some_attempts_pass_at_once_and_then_one_each_period() -> None:
    buckets = Buckets(Rate(burst=3, each_us=2 * SECOND))
    assert [buckets.take("a", at(100)) for _ in range(4)] == [0, 0, 0, 2 * SECOND]
    assert buckets.take("b", at(100)) == 0, "another's attempts are another's"
    assert buckets.take("a", at(101)) == SECOND
    assert buckets.take("a", at(102)) == 0
    assert [buckets.take("a", at(1000)) for _ in range(4)] == [0, 0, 0, 2 * SECOND]


def test_what_succeeds_does_not_count() -> None:
    buckets = Buckets(Rate(burst=2, each_us=SECOND))
    for _ in range(5):
        assert buckets.take("a", at(100)) == 0
        buckets.give_back("a")
    buckets.give_back("nobody")


def test_buckets_are_bounded() -> None:  # I12
    buckets = Buckets(Rate(burst=1, each_us=SECOND), most=2)
    for key in ("a", "b", "c"):
        assert buckets.take(key, at(1)) == 0
    assert buckets.take("c", at(1)) > 0
    assert buckets.take("a", at(1)) == 0, "the one longest unused was let go of"


def test_failures_beyond_the_bounds_are_counted_and_told_with_the_next_line() -> None:
    noting = Noting(Rate(burst=1, each_us=10 * SECOND), Rate(burst=2, each_us=10 * SECOND))
    assert noting.take("a", at(100)) == 0
    assert noting.take("a", at(100)) is None
    assert noting.take("b", at(100)) == 1
    assert noting.take("c", at(100)) is None, "of all there were enough"
    assert noting.take("d", at(200)) == 1


@pytest.mark.parametrize(
    ("address", "place"),
    [
        ("192.0.2.7", "192.0.2.7"),
        ("::ffff:192.0.2.7", "192.0.2.7"),
        ("2001:db8:1:2:3:4:5:6", "2001:0db8:0001:0002"),
        ("2001:db8:1:2::9", "2001:0db8:0001:0002"),
        ("fe80::1%eth0", "fe80:0000:0000:0000"),
        ("", ""),
        ("unix socket", "unix socket"),
    ],
)
def test_an_address_counts_as_its_subscriber(address: str, place: str) -> None:
    assert place_of(address) == place
